"""A report as a Word document. Charts are Word's own, drawn by Word itself: sharp at any size, in its fonts, and no picture library is needed."""

from __future__ import annotations

import io
from pathlib import Path

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Cm
from pptx.chart.data import CategoryChartData
from pptx.chart.xmlwriter import ChartXmlWriter
from pptx.enum.chart import XL_CHART_TYPE

from assistant.benefits.word import add_note, add_table, plain, save, set_fonts
from assistant.results import Citation
from assistant.tools.report import CITED, Chart, ChartKind, Report, Section, Table

_CONTENT = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_INLINE = (
    '<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0">'
    '<wp:extent cx="{cx}" cy="{cy}"/><wp:docPr id="{id}" name="Chart {id}" descr="{said}"/><wp:cNvGraphicFramePr/>'
    '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
    '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="{rel}"/>'
    "</a:graphicData></a:graphic></wp:inline>"
)
_TYPES = {ChartKind.RADAR: XL_CHART_TYPE.RADAR_MARKERS, ChartKind.LINES: XL_CHART_TYPE.LINE_MARKERS}


def write_report(report: Report, path: Path) -> None:
    """Write a report as a Word document.

    Raises:
        ProfileError: the file cannot be written.
    """
    save(_document(report), path)


def report_bytes(report: Report) -> bytes:
    """Return a report as the bytes of a Word document."""
    out = io.BytesIO()
    _document(report).save(out)
    return out.getvalue()


def _document(report: Report) -> Document:
    document = docx.Document()
    set_fonts(document)
    document.add_heading(plain(report.title), 0)
    if report.head:
        add_table(document, report.head)
    if report.warning:
        add_note(document, report.warning)
    for section in report.sections:
        _section(document, section)
    if report.citations:
        document.add_heading(CITED.in_(report.language), 1)
        for citation in report.citations:
            add_citation(document, citation)
    return document


def _section(document: Document, section: Section) -> None:
    document.add_heading(plain(section.heading), 1)
    for n, text in enumerate(section.paragraphs, start=1):
        document.add_paragraph(plain(text) + (_numbers(section.cited) if n == len(section.paragraphs) else ""))
    if section.table:
        _table(document, section.table)
    for chart in section.charts:
        _chart(document, chart)


def _numbers(cited: tuple[int, ...]) -> str:
    return "".join(f" [{n}]" for n in cited)


def _table(document: Document, table: Table) -> None:
    grid = document.add_table(rows=1, cols=len(table.columns), style="Light Grid Accent 1")
    for cell, name in zip(grid.rows[0].cells, table.columns, strict=True):
        cell.text = plain(name)
    for row in table.rows:
        texts = [*row.cells[:-1], row.cells[-1] + _numbers(row.cited)]
        for cell, text in zip(grid.add_row().cells, texts, strict=True):
            cell.text = plain(text)
    document.add_paragraph()


def _chart(document: Document, chart: Chart) -> None:
    data = CategoryChartData(number_format="General")  # type: ignore[no-untyped-call]
    data.categories = [plain(label) for label in chart.labels]
    for series in chart.series:
        data.add_series(plain(series.name), series.values)  # type: ignore[no-untyped-call]
    xml = ChartXmlWriter(_TYPES[chart.kind], data).xml  # type: ignore[no-untyped-call]
    package = document.part.package
    assert package is not None  # a document that was opened has one
    name = PackURI(f"/word/charts/chart{1 + sum(str(part.partname).startswith('/word/charts/') for part in package.iter_parts())}.xml")
    part = Part(name, _CONTENT, xml.encode("utf-8"), package)
    relation = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    document.add_paragraph().add_run(plain(chart.title)).bold = True
    number, said = 100 + len(document.part.rels), "".join(c for c in plain(chart.title) if c not in '<>&"')
    inline = parse_xml(_INLINE.format(cx=Cm(15.5), cy=Cm(9.5), id=number, said=said, rel=relation))
    document.add_paragraph().add_run()._r.add_drawing(inline)  # type: ignore[arg-type]  # it is a CT_Inline by its tag


def add_citation(document: Document, c: Citation) -> None:
    """Add what is cited: where it stands, how far it binds, and its words."""
    paragraph = document.add_paragraph(plain(f"[{c.n}] {' '.join(filter(None, (c.title, c.document_number, c.locator)))} ({c.label}) "))
    paragraph.add_run(plain(f"“{c.quote}”")).italic = True
