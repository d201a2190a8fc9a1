"""The PDF reader: printed lines become paragraphs, and each page's span covers its own characters."""

import io
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table
from reportlab.platypus.flowables import Flowable

from assistant.errors import EmptyFile, EncryptedFile, NoTextLayer, UnreadableFile
from assistant.reading import ocr
from assistant.reading.canonical import Reading
from assistant.reading.pdf_reader import read_pdf

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))

TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=18, leading=22, alignment=TA_CENTER, spaceAfter=12)
BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=11, leading=14, spaceAfter=8, alignment=TA_JUSTIFY)
INDENTED = ParagraphStyle("indented", parent=BODY, firstLineIndent=22, spaceAfter=0)
CHINESE = ParagraphStyle(
    "chinese", fontName="STSong-Light", fontSize=12, leading=20, wordWrap="CJK", firstLineIndent=24
)

SENTENCE = (
    "An enterprise recognised under number {n} as an industry-education integration enterprise may credit its "
    "investment in vocational education against the surcharges payable in the same year. "
)
ARTICLE = (
    "第{n}条 国家鼓励企业深度参与产教融合，对纳入产教融合型企业建设培育范围的企业，兴办职业教育的投资符合规定的，"
    "可以按照投资额的一定比例抵免该企业当年应缴教育费附加和地方教育附加。"
)


def pdf(flowables: Sequence[Flowable], title: str = "", running: Callable[[Canvas, int], None] | None = None) -> bytes:
    stream = io.BytesIO()

    def decorate(canvas: Canvas, document: SimpleDocTemplate) -> None:
        if running:
            running(canvas, document.page)

    document = SimpleDocTemplate(stream, title=title)
    document.build(list(flowables), onFirstPage=decorate, onLaterPages=decorate)
    return stream.getvalue()


def journal(canvas: Canvas, page: int) -> None:
    canvas.setFont("Helvetica", 9)
    canvas.drawString(72, 800, f"Journal of Vocational Studies 12 (2025), p. {page}")
    canvas.drawCentredString(300, 30, f"- {page} -")


def canvas_pdf(*pages: Sequence[tuple[float, float, str]]) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for lines in pages:
        canvas.setFont("Helvetica", 11)
        for x, y, text in lines:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def page_text(reading: Reading, number: int) -> str:
    return reading.text[slice(*reading.pages[number - 1].span)]


def assert_pages_partition(reading: Reading) -> None:
    assert [page.number for page in reading.pages] == list(range(1, len(reading.pages) + 1))
    assert reading.pages[0].span.start == 0
    assert reading.pages[-1].span.end == len(reading.text)
    assert all(before.span.end == after.span.start for before, after in pairwise(reading.pages))


def test_wrapped_lines_make_paragraphs_and_running_lines_go() -> None:
    paragraphs = ["".join(SENTENCE.format(n=10 * p + s) for s in range(6)).strip() for p in range(12)]
    heading = "Deep Integration of Industry and Education in Higher Vocational Colleges of the Western Provinces"
    reading = read_pdf(
        pdf([Paragraph(heading, TITLE), *[Paragraph(p, BODY) for p in paragraphs]], running=journal), "a.pdf"
    )
    assert reading.title == heading
    assert reading.text.split("\n\n") == [heading, *paragraphs]
    assert_pages_partition(reading)


def test_paragraph_over_a_page_break_is_one_and_the_boundary_lies_inside() -> None:
    paragraphs = ["".join(SENTENCE.format(n=10 * p + s) for s in range(9)).strip() for p in range(9)]
    data = pdf([Paragraph(p, INDENTED) for p in paragraphs], running=journal)
    reading = read_pdf(data, "a.pdf")
    assert reading.text.split("\n\n") == paragraphs
    printed = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    assert len(printed) == 4
    for number, raw in enumerate(printed, start=1):
        body = [
            line for line in raw.split("\n") if line.strip() and "Journal" not in line and not line.startswith("- ")
        ]
        assert page_text(reading, number).split()[:5] == body[0].split()[:5]
        assert page_text(reading, number).split()[-5:] == body[-1].split()[-5:]
    assert_pages_partition(reading)


def test_chinese_articles_are_joined_without_spaces() -> None:
    articles = [ARTICLE.format(n=n) for n in "一二三四五六七八九十"]  # reportlab prints U+3000 as a plain space
    reading = read_pdf(pdf([Paragraph(a, CHINESE) for a in articles]), "a.pdf")
    assert reading.text.split("\n\n") == articles
    assert_pages_partition(reading)


def test_table_rows_stay_lines() -> None:
    rows = [["Level of recognition", "Rate", "Cap"], ["National", "30%", "5,000 yuan"], ["Local", "15%", "300 yuan"]]
    reading = read_pdf(pdf([Paragraph(SENTENCE.format(n=1), BODY), Table(rows, colWidths=[200, 100, 100])]), "a.pdf")
    assert reading.text.split("\n\n")[1:] == [
        "Level of recognition Rate Cap",
        "National 30% 5,000 yuan",
        "Local 15% 300 yuan",
    ]


def test_words_broken_at_line_ends() -> None:
    lines = [
        "The integration of school-enterprise cooperation is what the measures call for, and the inte-",
        "gration of both requires in every province and in every city of the country that a school-",
        "enterprise agreement is signed.",
    ]
    reading = read_pdf(canvas_pdf([(72, 700 - 14 * n, line) for n, line in enumerate(lines)]), "a.pdf")
    assert reading.text == (
        "The integration of school-enterprise cooperation is what the measures call for, and the integration of both "
        "requires in every province and in every city of the country that a school-enterprise agreement is signed."
    )


def test_footnote_between_two_halves_goes_before_their_paragraph() -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for page, (body, note) in enumerate([("The first half of a long sentence", "1 A note."), ("runs on here.", "")]):
        for number in range(6 if page == 0 else 0):
            canvas.setFont("Helvetica", 11)
            canvas.drawString(72, 780 - 30 * number, f"Paragraph {number} of some length stands alone here.")
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 500, body)
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, 80, note)
        canvas.showPage()
    canvas.save()
    reading = read_pdf(stream.getvalue(), "a.pdf")
    assert reading.text.split("\n\n")[-2:] == ["1 A note.", "The first half of a long sentence runs on here."]
    assert page_text(reading, 2) == "runs on here."


def test_pages_without_text_are_warned_of_and_empty() -> None:
    line = "An enterprise may credit its investment against the surcharges of the year."
    reading = read_pdf(canvas_pdf([(72, 700, line)], [], [(72, 700, line)], []), "a.pdf")
    assert reading.warnings == ("pages 2, 4 have no text",)
    assert reading.text == f"{line}\n\n{line}"
    assert [tuple(page.span) for page in reading.pages] == [(0, 77), (77, 77), (77, 152), (152, 152)]


@pytest.mark.parametrize(
    ("declared", "title"),
    [
        ("Measures on Cooperation", "Measures on Cooperation"),
        ("Microsoft Word - draft.doc", "Rules of the Province"),
        ("Something else altogether", "Rules of the Province"),
    ],
)
def test_declared_title_counts_only_where_it_is_printed(declared: str, title: str) -> None:
    body = [Paragraph("Measures on Cooperation. " + SENTENCE.format(n=n), BODY) for n in range(3)]
    assert read_pdf(pdf([Paragraph("Rules of the Province", TITLE), *body], title=declared), "a.pdf").title == title


def test_scan_without_the_reader_of_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    with pytest.raises(NoTextLayer) as caught:
        read_pdf(canvas_pdf([(300, 30, "1")], [(300, 30, "2")]), "a.pdf")
    assert str(caught.value) == (
        "a.pdf: no text layer, 2 pages with 2 characters, so probably a scan. Install the reader of scans "
        "(pip install 'policy-case-assistant[ocr]') and ingest the file again."
    )


def encrypted(data: bytes, user: str) -> bytes:
    writer, stream = PdfWriter(clone_from=io.BytesIO(data)), io.BytesIO()
    writer.encrypt(user_password=user, owner_password="owner", algorithm="AES-256")
    writer.write(stream)
    return stream.getvalue()


def test_password() -> None:
    data = pdf([Paragraph(SENTENCE.format(n=1), BODY)])
    with pytest.raises(EncryptedFile) as caught:
        read_pdf(encrypted(data, "secret"), "a.pdf")
    assert str(caught.value) == "a.pdf: needs a password. Save it without one and ingest it again."
    assert read_pdf(encrypted(data, ""), "a.pdf").text == SENTENCE.format(n=1).strip()


def test_no_pages() -> None:
    stream = io.BytesIO()
    PdfWriter().write(stream)
    with pytest.raises(EmptyFile, match=r"^a\.pdf: has no pages\. Check that the file is complete\.$"):
        read_pdf(stream.getvalue(), "a.pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.4\n", b"not a pdf", b"%PDF-1.7\ntrailer<</Root 1 0 R>>startxref\n0\n%%EOF"])
def test_damaged(data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_pdf(data, "a.pdf")
    assert str(caught.value).startswith("a.pdf: not readable as PDF, ")
    assert str(caught.value).endswith(". Print it to a new PDF and ingest that.")
    assert "\n" not in str(caught.value)
    assert caplog.records == []


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=3, max_size=12), st.booleans())
def test_no_word_is_lost_and_pages_partition_the_text(lengths: list[int], breaks: bool) -> None:
    paragraphs = [
        "".join(SENTENCE.format(n=chr(65 + p) + chr(97 + n)) for n in range(length)).strip()
        for p, length in enumerate(lengths)
    ]
    flowables: list[Flowable] = []
    for paragraph in paragraphs:
        flowables += [Paragraph(paragraph, BODY)] + [PageBreak()] * breaks
    reading = read_pdf(pdf(flowables), "a.pdf")
    assert reading.text.split() == " ".join(paragraphs).split()
    assert_pages_partition(reading)
