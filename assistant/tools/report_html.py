"""A report as HTML: a fragment for the page, or a file of its own that fetches nothing. Every string passes through ``escape``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from itertools import count
from pathlib import Path

from assistant.results import Citation
from assistant.tools.charts import svg
from assistant.tools.report import CITED, Report, Row, Section, Table

STYLE = Path(__file__).with_name("report.css")
"""The style sheet of reports, for a page that shows fragments."""
_ids = count()


@cache
def style() -> str:
    """Return the style sheet of reports."""
    return STYLE.read_text(encoding="utf-8")


def to_html(report: Report) -> str:
    """Return a report as a self-contained page."""
    language = "zh-CN" if report.language == "zh" else "en"
    head = f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    body = "<body style=\"margin:0;background:#f4f6f9;font-family:system-ui,'Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif\">"
    main = f'<main style="max-width:1000px;margin:24px auto;padding:0 12px">{to_fragment(report)}</main>'
    return f"{head}<title>{escape(report.title)}</title><style>{style()}</style></head>{body}{main}</body></html>\n"


def to_fragment(report: Report) -> str:
    """Return a report as a part of a page."""
    key = f"r{next(_ids)}"
    head = "".join(f"<span>{escape(label)} <b>{escape(text)}</b></span>" for label, text in report.head)
    warning = f'<p class="warning">{escape(report.warning)}</p>' if report.warning else ""
    sections = "".join(_section(section, key) for section in report.sections)
    return f'<article class="report"><h2>{escape(report.title)}</h2><p class="head">{head}</p>{warning}{sections}{_citations(report, key)}</article>'


def _section(section: Section, key: str) -> str:
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in section.paragraphs)
    cited = f"<p>{_numbers(section.cited, key)}</p>" if section.cited else ""
    charts = "".join(f"<figure><figcaption>{escape(chart.title)}</figcaption>{svg(chart)}</figure>" for chart in section.charts)
    table = _table(section.table, key) if section.table else ""
    return f"<section><h3>{escape(section.heading)}</h3>{paragraphs}{cited}{table}{charts}</section>"


def _table(table: Table, key: str) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.columns)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(_row(row, key) for row in table.rows)}</tbody></table></div>'


def _row(row: Row, key: str) -> str:
    cells = [escape(cell).replace("\n", "<br>") for cell in row.cells]
    if row.cited and cells:
        cells[-1] += _numbers(row.cited, key)
    return f'<tr class="{row.tone}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _numbers(cited: Sequence[int], key: str) -> str:
    return '<span class="n">' + " ".join(f'<a href="#{key}-{n}">[{n}]</a>' for n in cited) + "</span>"


def _citations(report: Report, key: str) -> str:
    if not report.citations:
        return ""
    return f"<section><h3>{CITED.in_(report.language)}</h3>{''.join(_citation(c, key) for c in report.citations)}</section>"


def _citation(c: Citation, key: str) -> str:
    where = " ".join(filter(None, (c.title, c.document_number, c.locator)))
    return f'<p class="where" id="{key}-{c.n}">[{c.n}] {escape(where)} · {escape(c.label)}</p><blockquote>{escape(c.quote)}</blockquote>'
