"""Structure: every character is in one block, and each block is seen for what it is."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.documents import Standing
from assistant.library.structure import Attributes, BlockKind, article_number, ends_sentence, read_blocks, run_in_heading

LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "",
                "# Title",
                "## 1.2 Part {standing=proposal}",
                "第一章　总则",
                "第二条　甲。",
                "Article 3 Duties",
                "（一）乙；",
                "- item",
                "1. First",
                "2. Second.",
                "| a | b |",
                "|---|---|",
                "x\ty",
                "Table 1. Rates",
                "References",
                "Funding",
                "Abstract: We.",
                "text",
                "A sentence.",
                "  indented",
                "　",
            ]
        ),
        st.text(max_size=20),
    ),
    max_size=12,
)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(block.kind.value, text[block.span.start : block.span.end]) for block in read_blocks(text)]


def only(text: str) -> BlockKind:
    (block,) = read_blocks(text)
    return block.kind


@settings(deadline=None)
@given(LINES)
def test_every_non_blank_character_is_in_exactly_one_block(lines: list[str]) -> None:
    text = "\n".join(lines)
    position = 0
    for block in read_blocks(text):
        assert position <= block.span.start < block.span.end
        assert not text[position : block.span.start].strip()
        position = block.span.end
    assert not text[position:].strip()


# -- headings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "level", "number", "label"),
    [
        ("# Title", 1, "", "Title"),
        ("### 3.2.1 Design of it", 3, "3.2.1", "3.2.1 Design of it"),
        ("3.2.1 Design of it", 4, "3.2.1", "3.2.1 Design of it"),
        ("2 研究方法", 2, "2", "2 研究方法"),
        ("第二章　职责", 4, "", "第二章　职责"),
        ("第一节 一般规定", 5, "", "第一节 一般规定"),
        ("Chapter II Duties", 4, "", "Chapter II Duties"),
        ("CHAPTER 3", 4, "", "CHAPTER 3"),
    ],
)
def test_a_heading_has_level_number_and_label(line: str, level: int, number: str, label: str) -> None:
    (block,) = read_blocks(line)
    assert (block.kind, block.level, block.number, block.label) == (BlockKind.HEADING, level, number, label)


def test_heading_attributes_give_standing_and_reporter() -> None:
    proposal, secondary, wrong = read_blocks('# A {standing=proposal by="X Y"}\n## B {standing=secondary by=Xinhua}\n## C {standing=gossip}')
    assert (proposal.label, proposal.attributes) == ("A", Attributes(Standing.PROPOSAL, "X Y"))
    assert (secondary.label, secondary.attributes) == ("B", Attributes(Standing.SECONDARY, "Xinhua"))
    assert (wrong.label, wrong.attributes) == ("C", Attributes())


def test_a_heading_says_in_which_words_people_ask_for_it() -> None:
    english, chinese, nothing = read_blocks(
        '### Article 18 {asked="how much are interns paid;when is pay due; "}\n'
        '### 第十八条 {standing=secondary by="甲" asked="给多少钱；什么时候发"}\n'
        '### C {asked=""}'
    )
    assert (english.label, english.number, english.attributes.asked) == ("Article 18", "18", ("how much are interns paid", "when is pay due"))
    assert chinese.attributes == Attributes(Standing.SECONDARY, "甲", ("给多少钱", "什么时候发"))
    assert nothing.attributes.asked == ()


@pytest.mark.parametrize("line", ["2. Students attend classes.", "10 个工作日内完成", "12 名教师参加", "2022 年计划", "3.5 million people"])
def test_a_number_at_the_start_makes_no_heading_of_text(line: str) -> None:
    assert only(line) is not BlockKind.HEADING


def test_numbered_lines_that_count_on_are_list_items() -> None:
    text = "The goals are:\n\n1. First thing\n2. Second thing\n3. Third thing.\n\nText."
    assert [kind for kind, _ in kinds(text)] == ["paragraph", "item", "item", "item", "paragraph"]


def test_numbered_headings_with_text_or_subheadings_below_are_headings() -> None:
    text = "1 Introduction\n\nWe study it.\n\n2 Methods\n\n2.1 Data\n\nThey came."
    assert [(b.kind.value, b.number) for b in read_blocks(text)] == [
        ("heading", "1"),
        ("paragraph", ""),
        ("heading", "2"),
        ("heading", "2.1"),
        ("paragraph", ""),
    ]


def test_a_chapter_right_below_an_article_is_a_heading() -> None:
    text = "第一条　甲。\n第二条　乙。\n第二章　职责\n第三条　丙。"
    assert [kind for kind, _ in kinds(text)] == ["article", "article", "heading", "article"]


def test_a_chapter_named_within_a_sentence_is_no_heading() -> None:
    assert kinds("本规定所称单位是指适用\n第二章 职责\n的单位。") == [("paragraph", "本规定所称单位是指适用\n第二章 职责\n的单位。")]


def test_a_marked_heading_needs_no_blank_line() -> None:
    assert kinds("text\n# Heading\nmore") == [("paragraph", "text"), ("heading", "# Heading"), ("paragraph", "more")]


def test_a_bare_line_between_articles_is_a_chapter_that_lost_its_number() -> None:
    text = "第一条 甲。\n\n职业培训体系\n\n第二条 乙。\n\n附则\n\n第三条 丙。"
    assert [(b.kind.value, b.label) for b in read_blocks(text)][1::2] == [("heading", "职业培训体系"), ("heading", "附则")]


def test_a_bare_line_before_the_first_article_is_not() -> None:
    assert [kind for kind, _ in kinds("某某条例\n\n第一条 甲。")] == ["paragraph", "article"]


# -- articles and items -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("第二十七条　企业应当", "27"),
        ("第27条 企业", "27"),
        ("第２７条 企业", "27"),
        ("第一百一十条之一　甲", "110"),
        ("Article 12 General", "12"),
        ("Article 12. schools shall", "12"),
        ("Art. 5: credit", "5"),
        ("Article 13\nEnterprises may apply.", "13"),
        ("第二十七条规定的企业", ""),
        ("Article 12 of the Law says so.", ""),
        ("Articles 12", ""),
        ("第" + "9" * 5000 + "条 甲", ""),
    ],
)
def test_an_article_is_known_by_its_number(text: str, number: str) -> None:
    assert article_number(text) == number


def test_articles_and_their_items_are_blocks_of_their_own() -> None:
    text = "第一条　有下列情形：\n（一）甲；\n（二）乙。\n第二条　丙。"
    assert kinds(text) == [("article", "第一条　有下列情形："), ("item", "（一）甲；"), ("item", "（二）乙。"), ("article", "第二条　丙。")]


@pytest.mark.parametrize("line", ["（一）甲；", "(1) teach;", "- goal", "• goal", "1. Attend.", "2、 乙。", "一、总体要求", "a) first", "(b) second"])
def test_list_marks_of_both_languages_make_items(line: str) -> None:
    assert only(line) is BlockKind.ITEM


def test_an_items_continuation_line_belongs_to_it() -> None:
    assert kinds("- item\n  goes on\n- two") == [("item", "- item\n  goes on"), ("item", "- two")]


# -- tables -------------------------------------------------------------------------------------------------


def test_a_table_has_rows_with_cells_and_its_rule_is_boilerplate() -> None:
    rows = read_blocks("| Kind | Rate |\n|:---|---:|\n| | 5 % |")
    assert [(b.kind.value, b.cells) for b in rows] == [("row", ("Kind", "Rate")), ("boilerplate", (":---", "---:")), ("row", ("", "5 %"))]


def test_tabs_separate_cells_and_keep_an_empty_first_one() -> None:
    assert [b.cells for b in read_blocks("甲\ta\t10\n\tb\t20")] == [("甲", "a", "10"), ("", "b", "20")]


@pytest.mark.parametrize(("line", "number"), [("Table 2. Weights", "2"), ("表3　指标", "3"), ("Table 2-1: Rates", "2-1"), ("Table 1.2 Rates", "1.2")])
def test_a_caption_has_its_number(line: str, number: str) -> None:
    (block,) = read_blocks(line)
    assert (block.kind, block.number, block.label) == (BlockKind.CAPTION, number, line)


# -- front and back matter ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "label"), [("Abstract: We study it.", "Abstract"), ("**Keywords**: a; b", "Keywords"), ("摘要：本文", "摘要")])
def test_front_matter_is_named(line: str, label: str) -> None:
    (block,) = read_blocks(line)
    assert (block.kind, block.label) == (BlockKind.FRONT, label)


def test_numbered_references_are_no_headings() -> None:
    text = "3 Results\n\nGood.\n\nReferences\n\n1 Smith J\n2 Li K\n\n[3] Wang."
    assert [kind for kind, _ in kinds(text)] == ["heading", "paragraph", "reference", "reference", "reference"]


def test_a_marked_heading_ends_the_references() -> None:
    assert [kind for kind, _ in kinds("## References\n\n- A\n\n## Appendix\n\nText.")] == ["reference", "reference", "heading", "paragraph"]


def test_funding_is_back_matter_in_a_paper_only() -> None:
    policy = "Funding\n\nThe state pays."
    assert [kind for kind, _ in kinds(policy)] == ["paragraph", "paragraph"]
    assert [kind for kind, _ in kinds(f"{policy}\n\nReferences\n\nSmith.")] == ["boilerplate", "boilerplate", "reference", "reference"]


@pytest.mark.parametrize(
    "line", ["<!-- x -->", "Copyright © 2024 A", "Received: 1 May 2024", "https://example.org/a", "第 3 页", "收稿日期：2024", "All rights reserved"]
)
def test_boilerplate_is_seen(line: str) -> None:
    assert only(line) is BlockKind.BOILERPLATE


@pytest.mark.parametrize("line", ["Copyright protection applies to works.", "基金项目管理办法由财政部门制定。"])
def test_a_sentence_that_begins_like_boilerplate_is_text(line: str) -> None:
    assert only(line) is BlockKind.PARAGRAPH


# -- helpers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ends"), [("Done.", True), ("完。”", True), ("下列：", True), ("See [3].", True), ("done.[2]", True), ("done", False), ("完，", False)]
)
def test_terminal_marks_are_seen(text: str, ends: bool) -> None:
    assert ends_sentence(text) is ends


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.4.1. Design of quality. Construct it.", ("3.4.1", "Design of quality")),
        ("3. Design. Construct it.", ("", "")),
        ("Design. Construct it.", ("", "")),
        ("3.4 Design without an end", ("", "")),
    ],
)
def test_a_heading_that_runs_into_its_paragraph_is_read(text: str, expected: tuple[str, str]) -> None:
    assert run_in_heading(text) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Article 1 " + " " * 40_000 + "x",
        "References" + " " * 40_000 + "x",
        "a. " + " " * 40_000 + "x\n\n第一章 x",
        "# a {" + "b" * 40_000 + "}",
        "|--|" + " " * 40_000 + "x|",
        " " * 40_000 + "||",
    ],
)
def test_a_long_run_takes_no_time(line: str) -> None:
    start = time.process_time()
    read_blocks(line)
    ends_sentence(line)
    assert time.process_time() - start < 1


def test_a_line_too_long_for_a_heading_is_text() -> None:
    assert [block.kind for block in read_blocks("# " + "a" * 1000 + "\n\n# " + "b" * 1001)] == [BlockKind.HEADING, BlockKind.PARAGRAPH]
