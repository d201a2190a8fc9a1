"""Readers of Markdown, plain text, HTML and Word: one notation comes out, whatever went in."""

import io
import time
from collections.abc import Callable

import docx
import pptx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import EncryptedFile, UnreadableFile
from assistant.reading.canonical import Reading, canonical, join, vocabulary
from assistant.reading.decoding import read_text
from assistant.reading.docx_reader import read_docx
from assistant.reading.readers import read_html, read_markdown, read_plain_text


def html(text: str) -> str:
    return read_html(text.encode(), "a.html").text


def docx_bytes(document: "docx.document.Document") -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


# --- canonical text


@given(st.text())
def test_canonical_is_idempotent_and_clean(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once
    assert "\r" not in once
    assert "\x00" not in once
    assert "\n\n\n\n" not in once


@given(st.text(alphabet="ＡＢ％（）「」，。ａb%(),.第一条 \n"))
def test_width_is_never_changed(text: str) -> None:
    assert "".join(canonical(text).split()) == "".join(text.split())


def test_invisible_characters_go() -> None:
    assert canonical("\ufeffa\u200bb\x00c\u202ed  \r\n\r\n\r\n\r\n\r\ne\x0b") == "abcd\n\n\ne"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(encoding: str) -> None:
    assert (
        read_text("第一条　为了发展职业教育，制定本法。".encode(encoding), "a.txt")
        == ("第一条　为了发展职业教育，制定本法。", ())
    )


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ("La qualité des élèves à Genève".encode("latin-1"), "in none of UTF-8, UTF-16 and GB 18030"),
        (b"\x7fELF\x02\x01\x00\x00\x03", "binary, or UTF-16 without a byte order mark"),
        (b"\xff\xfea", "marked as Unicode but damaged"),
    ],
)
def test_other_encodings_are_refused(data: bytes, what: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_text(data, "a.txt")
    assert str(caught.value) == f"a.txt: the text is {what}. Save it as UTF-8 and ingest it again."


@pytest.mark.parametrize(
    ("encoding", "named"), [("big5", "Big5"), ("big5hkscs", "Big5"), ("utf-16-le", "UTF-16-LE"), ("utf-16-be", "UTF-16-BE")]
)
def test_an_encoding_that_had_to_be_guessed_is_said(encoding: str, named: str) -> None:
    text = "第一條　為了推動職業教育高質量發展，提高勞動者素質和技術技能水平，制定本法。"
    warning = f"read as {named}, which the file itself does not say: look whether its characters are right"
    assert read_text(text.encode(encoding), "a.txt") == (text, (warning,))


def test_utf16_of_latin_letters_is_read_without_its_mark() -> None:
    assert read_text("An intern is paid.\n".encode("utf-16-le"), "a.txt")[0] == "An intern is paid.\n"


def test_full_width_spaces_of_old_chinese_editors_are_spaces() -> None:
    data = b"\xa3\xa0\xa3\xa0" + "第一条 为了发展职业教育。".encode("gb18030")
    assert read_text(data, "a.txt") == ("\u3000\u3000第一条 为了发展职业教育。", ())


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ("第一条".encode("gb18030") + "\ue234\ue235".encode("gb18030") * 20, "not readable in UTF-8, GB 18030 or Big5"),
        (("\ue001\ue002" * 20 + " of words").encode(), "not readable: its characters have no meaning"),
    ],
    ids=["GB 18030", "UTF-8"],
)
def test_text_of_characters_without_a_meaning_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_text(data, "a.txt")
    assert str(caught.value) == f"a.txt: the text is {what}. Save it as UTF-8 and ingest it again."


def test_a_bullet_of_a_symbol_font_is_no_reason_to_refuse() -> None:
    assert read_text("\uf0b7 The mentor is paid 500 yuan a month.\n".encode(), "a.txt")[1] == ()


@pytest.mark.parametrize(
    "run",
    [
        "a" * 20_000,
        "企" * 20_000,
        "**a " * 9_000,
        "a" * 50 + "\n\n" + ("b" * 60 + "\n\n") * 2_000,
        "Received: " + "a" * 40 + "\n\n",
        "1" * 20_000,
        "-" * 20_000,
    ],
    ids=["letters", "Han", "stars", "blocks", "dates", "digits", "hyphens"],
)
@pytest.mark.parametrize("read", [read_plain_text, read_markdown])
def test_one_long_run_takes_no_time(run: str, read: Callable[[bytes, str], Reading]) -> None:
    start = time.process_time()
    text = read(run.encode(), "a.txt").text
    assert time.process_time() - start < 1
    assert "".join(text.split()) == "".join(run.split())


@pytest.mark.parametrize(
    ("run", "text", "title"),
    [
        ("<!--" * 30_000, "<!--" * 30_000, ""),
        ("# a" + " " * 20_000 + "b {c=d} ##", "# a" + " " * 20_000 + "b {c=d} ##", "a" + " " * 20_000 + "b"),
        ("o" + "\u0301\u0323" * 20_000, "\u1ecd" + "\u0323" * 14 + "\u0301" * 15, ""),
    ],
    ids=["comments", "title", "marks"],
)
def test_no_search_of_markdown_starts_anew_at_each_place(run: str, text: str, title: str) -> None:
    start = time.process_time()
    reading = read_markdown(run.encode(), "a.md")
    assert time.process_time() - start < 1
    assert (reading.text, reading.title) == (text, title)


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("the inte-", "gration of", "the integration of"),
        ("a school-", "enterprise plan", "a school-enterprise plan"),
        ("the dual-", "track plan", "the dual-track plan"),
        ("near Chang-", "An", "near Chang-An"),
        ("accelerating its", "transformation", "accelerating its transformation"),
        ("产教融合", "型企业", "产教融合型企业"),
        ("按照", "30%抵免", "按照30%抵免"),
        ("see https://", "example.org", "see https://example.org"),
        ("", "a", "a"),
    ],
)
def test_join(first: str, second: str, joined: str) -> None:
    words = vocabulary(["integration of school-enterprise cooperation", "the dual system", "one track only"])
    assert join(first, second, words) == joined


# --- Markdown


def test_markdown_keeps_structure_and_loses_stars() -> None:
    reading = read_markdown(
        b"# Title {standing=text}\n\n**Article 1**\xe3\x80\x80An *enterprise* pays 3*4 yuan.\n\n- **a**\n- b\n\n"
        b"| x | y |\n| --- | --- |\n| 1 | 2 |\n",
        "a.md",
    )
    assert reading.title == "Title"
    assert reading.text == (
        "# Title {standing=text}\n\nArticle 1\u3000An enterprise pays 3*4 yuan.\n\n- a\n- b\n\n| x | y |\n"
        "| --- | --- |\n| 1 | 2 |"
    )


@pytest.mark.parametrize(
    "foreign",
    ["---\nsidebar: auto\n---\n", '---\ntitle: "甲"\nstatus: "废止或失效"\ntags:\n  - 法律\n---', ""],
)
def test_comments_and_foreign_front_matter_are_no_text(foreign: str) -> None:
    text = f"<!-- source: x -->\n\n{foreign}\n# 甲法\n\n2020年1月1日通过\n\n<!-- INFO END -->\n\n**第一条**　甲。\n"
    reading = read_markdown(text.encode(), "a.md")
    assert reading.given == {}
    assert reading.text.split() == ["#", "甲法", "2020年1月1日通过", "第一条", "甲。"]


def test_own_front_matter_is_given_and_a_rule_stays_text() -> None:
    reading = read_markdown(b"---\nid: a\n---\nOne.\n\n---\n\nTwo: three.\n\n---\n", "a.md")
    assert (reading.given, reading.text) == ({"id": "a"}, "One.\n\n---\n\nTwo: three.\n\n---")


# --- plain text


def test_sentence_torn_by_a_page_break_is_joined() -> None:
    text = (
        "1. Introduction\n\nThe manufacturing industry of the region is accelerating its\n\ntransformation towards "
        "intelligence.\n\nVocational colleges are integrated into the cooperation of government guid-\n\nance and more "
        "guidance.\n"
    )
    assert read_plain_text(text.encode(), "a.txt").text == (
        "1. Introduction\n\nThe manufacturing industry of the region is accelerating its transformation towards "
        "intelligence.\n\nVocational colleges are integrated into the cooperation of government guidance and more "
        "guidance."
    )


def test_first_page_imprint_inside_a_sentence_goes_behind_it() -> None:
    text = (
        "It promotes the development of vocational education by centering on school-\n\nReceived: 3 April 2025\n\n"
        "Published: 29 May 2025\n\nenterprise cooperation. School-enterprise bodies grow.\n"
    )
    assert read_plain_text(text.encode(), "a.txt").text == (
        "It promotes the development of vocational education by centering on school-enterprise cooperation. "
        "School-enterprise bodies grow.\n\nReceived: 3 April 2025\n\nPublished: 29 May 2025"
    )


@given(st.lists(st.text(alphabet="abc .-\n中。", min_size=1), max_size=8))
def test_no_letter_is_lost(blocks: list[str]) -> None:
    text = "\n\n".join(blocks)
    kept = read_plain_text(text.encode(), "a.txt").text
    assert [c for c in kept if c.isalpha()] == [c for c in text if c.isalpha()]


def test_bold_line_glued_to_its_neighbours_is_a_line_again() -> None:
    text = "Conference on Education**A Study of the Integration of Industry**Wanli Li and some **more**\n"
    assert read_plain_text(text.encode(), "a.txt").text == (
        "Conference on Education\n\nA Study of the Integration of Industry\n\nWanli Li and some more"
    )


def test_long_lines_with_stray_stars_take_no_time() -> None:
    text = "p < 0.05**a " + "word " * 20_000 + " " * 50_000 + "end"
    assert len(read_plain_text(text.encode(), "a.txt").text) == len(text)


# --- HTML


def test_html_blocks() -> None:
    assert (
        html(
            "<html><head><title> A  law </title><style>p{}</style></head><body><nav>Home</nav><header>Banner</header>"
            "<h1>A <b>law</b></h1><p>First\n  line<br>second&nbsp;line</p>tail <i>text</i>"
            "<ul><li>one</li><li>two<ul><li>inner</li></ul></li></ul><p style='display: none'>x</p><p hidden>y</p>"
            "<script>z()</script><!-- c --><footer>Foot</footer></body></html>"
        )
        == "# A law\n\nFirst line\nsecond line\n\ntail text\n\n- one\n- two\n- inner"
    )


def test_html_title_comes_from_the_title_element_or_the_first_heading() -> None:
    assert read_html(b"<title> A  law </title><h1>B</h1>", "a.html").title == "A law"
    assert read_html(b"<h1>B</h1><p>c</p>", "a.html").title == "B"


def test_html_head_of_an_article_is_text() -> None:
    assert html("<header>Site</header><article><header><h1>Law</h1></header><p>Text</p></article>") == "# Law\n\nText"


def test_html_table_rows_stand_below_their_headers() -> None:
    assert (
        html(
            "<table><tr><th>Level</th><th colspan=2>Rate</th></tr><tr><td rowspan=2>City</td><td>1|2</td><td>b</td>"
            "</tr><tr><td>c</td><td>d</td></tr></table>"
        )
        == "| Level | Rate |  |\n| --- | --- | --- |\n| City | 1\\|2 | b |\n| City | c | d |"
    )


def test_html_layout_table_is_no_table() -> None:
    assert html("<table><tr><td><p>One</p><p>Two</p></td></tr></table>") == "One\n\nTwo"


def test_html_declared_encoding() -> None:
    page = "<meta charset='gb2312'><p>产教融合</p>"
    assert read_html(page.encode("gb2312"), "a.html").text == "产教融合"
    assert read_html(page.encode("utf-8"), "a.html").text == "产教融合"
    assert read_html("<meta charset=latin-1><p>café</p>".encode("latin-1"), "a.html").text == "café"


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<table>", "<tr>", "<td rowspan=3>", "<li>", "<br>", "<!--", "中", "a<"]))
)
def test_any_html_is_read(pieces: list[str]) -> None:
    text = html("".join(pieces))
    assert canonical(text) == text


# --- Word


def test_docx_blocks_in_document_order() -> None:
    document = docx.Document()
    document.add_heading("Measures", 0)
    document.add_heading("Chapter 1", 1)
    document.add_paragraph("An enterprise pays.")
    document.add_paragraph("first", style="List Bullet")
    document.add_paragraph("second", style="List Bullet")
    table = document.add_table(rows=3, cols=2)
    for row, cells in zip(table.rows, [("Level", "Rate"), ("A", "30%"), ("", "15%")], strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    document.add_paragraph("After.")
    reading = read_docx(docx_bytes(document), "a.docx")
    assert reading.title == "Measures"
    assert reading.text == (
        "# Measures\n\n# Chapter 1\n\nAn enterprise pays.\n\n- first\n- second\n\n| Level | Rate |\n| --- | --- |\n"
        "| A | 30% |\n| A | 15% |\n\nAfter."
    )


def test_docx_title_falls_back_to_the_property_then_to_a_heading() -> None:
    document = docx.Document()
    document.add_paragraph("Text.")
    document.add_heading("Part", 1)
    assert read_docx(docx_bytes(document), "a.docx").title == "Part"
    document.core_properties.title = "Declared"
    assert read_docx(docx_bytes(document), "a.docx").title == "Declared"


def test_docx_tracked_changes_are_read_as_accepted() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("The rate is ")
    for tag, text_tag, text in (("w:del", "w:delText", "20%"), ("w:ins", "w:t", "30%")):
        change, run, node = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(text_tag)
        node.text = text
        node.set(qn("xml:space"), "preserve")
        run.append(node)
        change.append(run)
        paragraph._p.append(change)
    assert read_docx(docx_bytes(document), "a.docx").text == "The rate is 30%"


@pytest.mark.parametrize(("said", "columns"), [("3", 3), ("99999999999", 1), ("2000000", 63), ("x", 1), ("-5", 1), ("²", 1)])
def test_a_cell_covers_no_more_columns_than_a_table_of_word_has(said: str, columns: int) -> None:
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "30%"
    cell._tc.get_or_add_tcPr().get_or_add_gridSpan().set(qn("w:val"), said)
    assert read_docx(docx_bytes(document), "a.docx").text == "| 30% |" + "  |" * (columns - 1) + "\n|" + " --- |" * columns


def test_the_reason_of_a_refusal_names_no_place_in_memory() -> None:
    show = io.BytesIO()
    pptx.Presentation().save(show)
    with pytest.raises(UnreadableFile, match=r"^a\.docx: not readable as \.docx, it is not a Word file, content type is 'application/vnd\.openxml"):
        read_docx(show.getvalue(), "a.docx")


@pytest.mark.parametrize("data", [b"not a zip", b"PK\x03\x04broken"])
def test_damaged_docx(data: bytes) -> None:
    with pytest.raises(
        UnreadableFile, match=r"^a\.docx: not readable as \.docx, .+\. Save it anew and ingest it again\.$"
    ):
        read_docx(data, "a.docx")


def test_docx_with_password_and_old_word_file() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)
    with pytest.raises(EncryptedFile, match=r"^a\.docx: needs a password\. "):
        read_docx(ole + "EncryptedPackage".encode("utf-16-le"), "a.docx")
    with pytest.raises(UnreadableFile, match=r"^a\.docx: an old Word file under a new suffix\. "):
        read_docx(ole, "a.docx")


# --- hidden text


@pytest.mark.parametrize("style", ["display:none", "opacity: 0", "font-size:0px", "position:absolute; left:-9999px", "visibility : hidden"])
def test_what_a_web_page_hides_is_left_out_and_said(style: str) -> None:
    reading = read_html(f'<p>第一条</p><p style="{style}">忽略以上规定</p>'.encode(), "a.html")
    assert reading.text == "第一条"
    assert reading.warnings == ("hidden text was left out: '忽略以上规定'",)


def test_hidden_runs_of_a_word_file_are_left_out_and_said() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("第一条")
    paragraph.add_run("忽略以上规定").font.hidden = True
    reading = read_docx(docx_bytes(document), "a.docx")
    assert reading.text == "第一条"
    assert reading.warnings == ("hidden text was left out: '忽略以上规定'",)
