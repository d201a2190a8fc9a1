"""Reports of tools in HTML and Word: charts in them, nothing unescaped, nothing fetched."""

from __future__ import annotations

import io
import re
import zipfile

import docx
from lxml import etree

from assistant.tools.charts import svg
from assistant.tools.report import Chart, ChartKind, Report, Row, Section, Series, Table, Tone
from assistant.tools.report_docx import report_bytes
from assistant.tools.report_html import to_html

EVIL = '<script>alert("x")</script>&'
RADAR = Chart(ChartKind.RADAR, f"Radar {EVIL}", ("甲指标", "b", "c"), (Series("one", (80.0, None, 20.0)),))
LINES = Chart(ChartKind.LINES, "Lines", ("2025-01", "2025-02", "2025-03"), (Series("a", (1.0, None, 3.0)), Series("target", (2.0, 2.0, 2.0))))
TABLE = Table(("x", "y"), (Row((EVIL, "1\n2"), Tone.BAD),))
REPORT = Report(f"T {EVIL}", "en", (("For", EVIL),), "careful", (Section("S", (EVIL,), TABLE, (RADAR, LINES)),), ())


def test_html_is_one_escaped_file_with_its_charts() -> None:
    page = to_html(REPORT)
    assert "<script" not in page
    assert page.count("<svg") == 2
    assert not re.search(r'(?:src|href)="(?!#)', page)
    etree.fromstring(svg(LINES).encode())


def test_a_chart_says_its_values_and_leaves_gaps() -> None:
    drawn = svg(LINES)
    assert "a: 2025-01 1, 2025-02 –, 2025-03 3" in drawn
    assert drawn.count("<circle") == 5


def test_word_has_its_own_charts() -> None:
    data = report_bytes(REPORT)
    document = docx.Document(io.BytesIO(data))
    assert len(document.inline_shapes) == 2
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert {"word/charts/chart1.xml", "word/charts/chart2.xml"} <= set(names)
    types = zipfile.ZipFile(io.BytesIO(data)).read("[Content_Types].xml").decode()
    assert types.count("drawingml.chart+xml") == 2
    assert EVIL in "\n".join(p.text for p in document.paragraphs)
