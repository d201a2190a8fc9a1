"""Passages: each is one span of its source, none cuts a sentence, and nothing that can be quoted is lost."""

import datetime as dt
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.documents import Metadata, Page, Passage, PassageKind, Source, Span, Standing, Unit
from assistant.language.text import sentences
from assistant.library.chunking import MAX_HAN, MAX_LATIN, chunk, page_of, passage_id, row_cells
from assistant.library.structure import BlockKind, ends_sentence, read_blocks
from assistant.reading.loading import load

relaxed = settings(deadline=None)
LINES = st.lists(
    st.sampled_from(
        [
            "",
            "",
            "# Title",
            "## 1.2 Part {standing=proposal}",
            "第一章　总则",
            "第二条　甲。",
            "第三条　下列：",
            "Article 3 Duties",
            "（一）乙；",
            "- item",
            "1. First",
            "2. Second.",
            "| a | b |",
            "|---|---|",
            "| | c |",
            "x\ty",
            "\tz",
            "Table 1. Rates",
            "表2 空",
            "单位：万元",
            "References",
            "Funding",
            "Abstract: We do.",
            "Keywords: a; b",
            "Plain text. And more.",
            "……",
            "3.1. Run in. Text.",
            "下列：",
        ]
    ),
    max_size=14,
)


def source(text: str, language: str = "zh", **metadata: object) -> Source:
    return Source(Metadata(id="s", language=language, **metadata), text, (), "", "s.md")  # type: ignore[arg-type]


def cut(text: str, language: str = "zh") -> list[Passage]:
    return chunk(source(text, language))


def quoted(text: str, units: tuple[Unit, ...]) -> list[tuple[str, str]]:
    """Return the words of each unit and of its lead."""
    return [(text[u.span.start : u.span.end], text[u.lead.start : u.lead.end] if u.lead else "") for u in units]


def check(given_source: Source, passages: list[Passage]) -> None:
    """Hold what is true of the passages of any source."""
    text, position = given_source.text, 0
    for passage in passages:
        assert text[passage.span.start : passage.span.end] == passage.text
        assert passage.id == passage_id(given_source.id, passage.span, passage.text)
        assert position <= passage.span.start < passage.span.end
        position = passage.span.end
        inside = passage.span.start
        for unit in passage.units:
            assert inside <= unit.span.start < unit.span.end <= passage.span.end
            inside = unit.span.end
            assert unit.lead is None or unit.lead.end <= unit.span.start
        answers = passage.kind not in (PassageKind.REFERENCE, PassageKind.BOILERPLATE)
        assert bool(passage.units) is answers
    assert len({passage.id for passage in passages}) == len(passages)


def lost(text: str, passages: list[Passage]) -> str:
    """Return what is in no passage, lead, heading, caption or rule."""
    kept = [p.span for p in passages] + [u.lead for p in passages for u in p.units if u.lead]
    named = (BlockKind.HEADING, BlockKind.CAPTION)  # these are in headings and locators
    kept += [b.span for b in read_blocks(text) if b.kind in named or b.level or (b.cells and not any(c.isalnum() for c in "".join(b.cells)))]
    left = list(text)
    for start, end in kept:
        left[start:end] = " " * (end - start)
    return "".join(left).strip()


# -- invariants ---------------------------------------------------------------------------------------------


@relaxed
@given(LINES, st.sampled_from(["zh", "en"]))
def test_passages_slice_back_in_order_and_lose_nothing(lines: list[str], language: str) -> None:
    one = source("\n".join(lines), language)
    passages = chunk(one)
    check(one, passages)
    assert lost(one.text, passages) == ""


@relaxed
@given(st.text(max_size=80))
def test_any_text_can_be_cut(text: str) -> None:
    one = source(text)
    check(one, chunk(one))


@relaxed
@given(LINES)
def test_cutting_twice_gives_the_same_passages(lines: list[str]) -> None:
    assert cut("\n".join(lines)) == cut("\n".join(lines))


@relaxed
@given(LINES)
def test_units_are_whole_sentences_or_rows(lines: list[str]) -> None:
    text = "\n".join(lines)
    blocks = read_blocks(text)
    for passage in cut(text):
        for unit in passage.units:
            block = next(b for b in blocks if b.span.start <= unit.span.start < b.span.end)
            assert unit.span.end == block.span.end or unit.span.end in {end for _, end in sentences(text, *block.span)}


def test_ids_change_with_source_span_and_text_only() -> None:
    ids = {passage_id("a", Span(0, 1), "x"), passage_id("b", Span(0, 1), "x"), passage_id("a", Span(0, 2), "x"), passage_id("a", Span(0, 1), "y")}
    assert len(ids) == 4
    assert passage_id("vel-2022.zh", Span(10, 20), "第一条") == passage_id("vel-2022.zh", Span(10, 20), "第一条")


# -- articles -----------------------------------------------------------------------------------------------

STATUTE = """第一章　总则

第一条　有下列情形之一的，处罚：

（一）甲情形；

（二）乙情形。

前款规定不适用于学校。

第二章　附则

第十二条　本法自公布之日起施行。"""


def test_a_statute_is_cut_into_its_articles() -> None:
    first, last = cut(STATUTE)
    assert (first.kind, first.article, first.locator, first.heading) == (PassageKind.ARTICLE, 1, "第一条", "第一章　总则")
    assert (last.kind, last.article, last.locator, last.heading) == (PassageKind.ARTICLE, 12, "第十二条", "第二章　附则")
    assert first.text.startswith("第一条")
    assert first.text.endswith("前款规定不适用于学校。")


def test_an_item_of_a_statute_carries_its_lead_in() -> None:
    assert quoted(STATUTE, cut(STATUTE)[0].units) == [
        ("有下列情形之一的，处罚：", ""),
        ("（一）甲情形；", "有下列情形之一的，处罚："),
        ("（二）乙情形。", "有下列情形之一的，处罚："),
        ("前款规定不适用于学校。", ""),
    ]


def test_an_english_statute_is_cut_into_its_articles() -> None:
    text = "Chapter I Duties\n\nArticle 12. Schools shall:\n(1) teach; and\n(2) learn.\n\nArticle 13\nEnterprises may apply. Article 12 applies."
    twelve, thirteen = cut(text, "en")
    assert (twelve.article, twelve.locator, twelve.heading) == (12, "Art. 12", "Chapter I Duties")
    assert quoted(text, twelve.units) == [("Schools shall:", ""), ("(1) teach; and", "Schools shall:"), ("(2) learn.", "Schools shall:")]
    assert quoted(text, thirteen.units) == [("Enterprises may apply.", ""), ("Article 12 applies.", "")]


def test_a_marked_article_gives_its_number_to_the_text_below() -> None:
    (passage,) = cut("# Law\n\n## Article 27 Credits\n\nAn enterprise may claim it.", "en")
    assert (passage.article, passage.locator, passage.heading) == (27, "Art. 27", "Law › Article 27 Credits")


def test_an_article_number_too_large_for_han_stays_in_digits() -> None:
    assert [p.locator for p in cut("第99999条　甲。")] == ["第99999条"]


@pytest.mark.parametrize(
    ("sentence", "limit"),
    [("企业应当按照规定足额提取职工教育经费并依法使用。", MAX_HAN), ("Enterprises shall set aside funds for the training of staff. ", MAX_LATIN)],
)
def test_a_long_article_is_cut_between_sentences_into_even_parts(sentence: str, limit: int) -> None:
    text = f"第一条　{sentence * 90}".strip()
    passages = cut(text)
    assert len(passages) == -(-len(text) // limit) or len(passages) == -(-len(text) // limit) + 1
    assert all(p.article == 1 and p.text.strip().endswith((".", "。")) for p in passages)
    assert max(len(p.text) for p in passages) <= limit * 1.15
    assert sum(len(p.units) for p in passages) == 90


def test_the_parts_of_a_long_list_keep_their_lead_and_their_marks() -> None:
    items = "\n".join(f"- 第{i}类企业应当按照规定参加职业培训并报告情况；" for i in range(90))
    text = f"第一条　下列企业：\n{items}"
    passages = cut(text)
    assert len(passages) > 2
    assert all(unit.lead == (4, 9) for p in passages for unit in p.units if unit.span.start > 9)
    assert all(p.text.startswith("- ") for p in passages[1:])
    assert lost(text, passages) == ""


# -- papers -------------------------------------------------------------------------------------------------


def test_a_papers_sections_are_located_by_number() -> None:
    text = "1 Introduction\n\nWe study it.\n\n2 Methods\n\n2.1 Data\n\nIt came from schools.\n\n3.1. Design. The design is good.\n\nReferences\n\n1. Smith."
    assert [(p.kind.value, p.locator, p.heading) for p in cut(text, "en")] == [
        ("paragraph", "§1", "1 Introduction"),
        ("paragraph", "§2.1", "2 Methods › 2.1 Data"),
        ("paragraph", "§3.1", "2 Methods › 3.1 Design"),
        ("reference", "", "2 Methods › 3.1 Design"),
        ("reference", "", "2 Methods › 3.1 Design"),
    ]


def test_the_abstract_answers_and_key_words_do_not() -> None:
    abstract, words = cut("Abstract: We study it.\n\nKeywords: a; b", "en")
    assert (abstract.kind, abstract.locator, abstract.heading) == (PassageKind.PARAGRAPH, "Abstract", "Abstract")
    assert (words.kind, words.locator, words.units) == (PassageKind.BOILERPLATE, "Keywords", ())


def test_a_list_in_markdown_keeps_its_lead_in() -> None:
    text = "## Goals\n\nThe goals are:\n\n- goal one\n- goal two\n\nAlso these:\n\n1. First thing\n2. Second thing"
    (passage,) = cut(text, "en")
    assert passage.kind is PassageKind.LIST
    assert quoted(text, passage.units) == [
        ("The goals are:", ""),
        ("goal one", "The goals are:"),
        ("goal two", "The goals are:"),
        ("Also these:", ""),
        ("First thing", "Also these:"),
        ("Second thing", "Also these:"),
    ]


def test_standing_comes_from_the_nearest_heading_that_gives_one() -> None:
    text = '# Paper {standing=reported}\n\nOne fact.\n\n## Advice {standing=proposal by="X Y"}\n\nDo it.\n\n### Detail\n\nMore.\n\n## Rest\n\nLast.'
    assert [(p.standing, p.reported_by) for p in cut(text, "en")] == [
        (Standing.REPORTED, ""),
        (Standing.PROPOSAL, "X Y"),
        (Standing.PROPOSAL, "X Y"),
        (Standing.REPORTED, ""),
    ]


def test_only_the_text_below_a_heading_is_asked_for_in_its_words() -> None:
    text = '# Rules {asked="what rules"}\n\n## Pay {asked="how much; when"}\n\nOne. \n\n- two\n\n### Detail\n\nThree.\n\n## Rest\n\nLast.'
    assert [p.asked for p in cut(text, "en")] == [("how much", "when"), (), ()]


def test_standing_falls_back_to_the_source() -> None:
    (passage,) = chunk(source("甲。", standing=Standing.SECONDARY, reported_by="Press", issued=dt.date(2024, 1, 1)))
    assert (passage.standing, passage.reported_by) == (Standing.SECONDARY, "Press")


def test_short_paragraphs_are_joined_and_headings_part_them() -> None:
    text = "## A\n\nOne.\n\nTwo.\n\n## B\n\nThree."
    assert [p.text for p in cut(text, "en")] == ["One.\n\nTwo.", "Three."]


# -- tables -------------------------------------------------------------------------------------------------

TABLE = "## Rates\n\nTable 2. Rates of credit\n\n| Kind | Rate |\n|---|---:|\n| A | 5 % |\n| | 6 % |\n| B | 7 % |"


def test_a_table_row_keeps_its_header() -> None:
    rows = cut(TABLE, "en")
    assert [p.text for p in rows] == ["| A | 5 % |", "| | 6 % |", "| B | 7 % |"]
    assert all(p.kind is PassageKind.ROW and quoted(TABLE, p.units) == [(p.text, "| Kind | Rate |")] for p in rows)
    assert [p.locator for p in rows] == ["Table 2, row 1", "Table 2, row 2", "Table 2, row 3"]


def test_a_row_with_a_merged_first_cell_is_headed_by_its_group() -> None:
    assert [p.heading for p in cut(TABLE, "en")] == [
        "Rates › Table 2. Rates of credit › Kind | Rate",
        "Rates › Table 2. Rates of credit › Kind | Rate › A",
        "Rates › Table 2. Rates of credit › Kind | Rate",
    ]


def test_a_row_of_tabs_keeps_its_empty_first_cell() -> None:
    rows = cut("表1 指标\n\n一级\t二级\t权重\n甲\ta\t10\n\tb\t20")
    assert [p.locator for p in rows] == ["表1, row 1", "表1, row 2"]
    assert row_cells(rows[1].text) == ["", "b", "20"]


def test_a_caption_names_one_table_only() -> None:
    rows = cut(f"{TABLE}\n\nText between.\n\n| X | Y |\n|---|---|\n| 1 | 2 |", "en")
    assert (rows[-1].locator, rows[-1].heading) == ("Table 2, row 1", "Rates › Table 2 › X | Y")
    assert "Rates of credit" not in rows[-1].heading


def test_a_note_may_stand_between_caption_and_table() -> None:
    note, row = cut("表3 经费\n\n单位：万元\n\n项目\t金额\n培训\t10")
    assert (note.text, row.locator, row.heading) == ("单位：万元", "表3, row 1", "表3 经费 › 项目 | 金额")


def test_a_caption_without_a_table_is_text() -> None:
    assert [p.text for p in cut("## A\n\nTable 1. Rates of credit\n\nText.", "en")] == ["Table 1. Rates of credit\n\nText."]
    assert [p.text for p in cut("表1 空")] == ["表1 空"]


def test_a_table_of_one_row_is_not_lost() -> None:
    (row,) = cut("| only | row |", "en")
    assert (row.kind, row.text, row.units) == (PassageKind.ROW, "| only | row |", (Unit(Span(0, 14)),))


@pytest.mark.parametrize(
    ("row", "cells"), [("| a | b |", ["a", "b"]), ("||b|", ["", "b"]), ("| a | |", ["a", ""]), ("a\t b ", ["a", "b"]), ("\tb\t", ["", "b", ""])]
)
def test_a_quoted_row_has_its_cells(row: str, cells: list[str]) -> None:
    assert row_cells(row) == cells


# -- pages --------------------------------------------------------------------------------------------------


def test_a_passage_knows_its_pages() -> None:
    text = "第一条　甲一。\n\n第二条　乙。\n丙。"
    pages = (Page(3, Span(0, 9)), Page(4, Span(9, len(text) - 2)), Page(5, Span(len(text) - 2, len(text))))
    first, second = chunk(Source(Metadata(id="s", language="zh"), text, pages, "", "s.pdf"))
    assert (first.page_from, first.page_to) == (3, 3)
    assert (second.page_from, second.page_to) == (4, 5)


def test_a_source_without_pages_is_one_page() -> None:
    assert page_of(source("甲"), 0) == 1


# -- real statutes ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def laws(shared: Path) -> list[tuple[Source, list[Passage]]]:
    return [(one, chunk(one)) for one in map(load, sorted((shared / "laws").glob("*.md")))]


def test_every_law_slices_back_and_loses_nothing(laws: list[tuple[Source, list[Passage]]]) -> None:
    assert len(laws) == 48
    for law, passages in laws:
        check(law, passages)
        assert lost(law.text, passages) == "", law.id


def test_the_articles_of_every_law_run_without_gaps(laws: list[tuple[Source, list[Passage]]]) -> None:
    for law, passages in laws:
        numbers = [p.article for p in passages if p.article]
        first = 1164 if law.id == "civil-code-tort" else 1  # a part of the Civil Code
        assert sorted(set(numbers)) == list(range(first, numbers[-1] + 1)), law.id
        assert numbers == sorted(numbers), law.id


def test_no_sentence_of_a_law_is_cut(laws: list[tuple[Source, list[Passage]]]) -> None:
    articles = [p for _, passages in laws for p in passages if p.kind is PassageKind.ARTICLE]
    open_ended = [p.text[-20:] for p in articles if not ends_sentence(p.text)]
    assert len(articles) > 3000
    assert ["÷" in end for end in open_ended] == [True], open_ended  # a formula


@pytest.mark.parametrize("text", ["| a | b |\n|---|---|\n" + "| | c |\n" * 20_000, "- a:\n\n" * 4_000 + "a:\n\n" * 12_000], ids=["rows", "paragraphs"])
def test_a_long_table_or_list_takes_no_time(text: str) -> None:
    start = time.process_time()
    chunk(Source(Metadata(id="x", work="x", language="en"), text, (), "", "x"))
    assert time.process_time() - start < 5


def test_a_row_carries_no_more_of_a_header_than_a_table_has() -> None:
    header = "|" + " ab |" * 2_000
    rows = chunk(Source(Metadata(id="x", work="x", language="en"), header + "\n| c | d |", (), "", "x"))
    assert [len(row.heading) for row in rows] == [len("Table 1 › ") + 4_000]
