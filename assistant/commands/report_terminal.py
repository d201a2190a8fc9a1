"""A report of a tool as people read it in a terminal: charts in words, for nothing can be drawn."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from assistant.commands.terminal import INDENT, QUOTE_WIDTH, clean, lines, shorten
from assistant.tools.report import CITED, Chart, Report, Row, Table, Tone

_STYLES = {Tone.GOOD: "green", Tone.BAD: "red", Tone.OPEN: "yellow", Tone.PLAIN: ""}
_MARKS = {Tone.GOOD: "✓ ", Tone.BAD: "✗ ", Tone.OPEN: "? ", Tone.PLAIN: "■ "}


def show_report(out: Console, report: Report) -> None:
    """Print a report: section by section, each row with its cells by name, and last what is cited."""
    colon = "：" if report.language == "zh" else ": "
    _say(out, Text(clean(report.title), style="bold"))
    for label, text in report.head:
        _say(out, Text.assemble((label + colon, "dim"), clean(text)))
    for section in report.sections:
        out.print()
        _say(out, Text(clean(section.heading), style="bold"))
        for paragraph in section.paragraphs:
            _say(out, Text(clean(paragraph)), INDENT)
        if section.cited:
            _say(out, Text("".join(f"[{n}]" for n in section.cited), style="cyan"), INDENT)
        if section.table:
            _table(out, section.table, colon)
        for chart in section.charts:
            _chart(out, chart, colon)
    if report.citations:
        out.print()
        _say(out, Text(CITED.in_(report.language), style="bold"))
    for c in report.citations:
        where = " ".join(clean(part) for part in (c.title, c.document_number, c.locator) if part)
        quote = Text(f"“{shorten(c.quote, QUOTE_WIDTH)}”", style="italic")
        _say(out, Text.assemble((f"[{c.n}] ", "cyan"), where, (f" ({clean(c.label)})", "dim"), colon, quote), INDENT)
    if report.warning:
        out.print()
        _say(out, Text(report.warning, style="yellow"))


def _table(out: Console, table: Table, colon: str) -> None:
    for row in table.rows:
        _row(out, table.columns, row, colon)


def _row(out: Console, columns: tuple[str, ...], row: Row, colon: str) -> None:
    first, *more = row.cells[0].split("\n")
    cited = "".join(f" [{n}]" for n in row.cited)
    _say(out, Text.assemble((_MARKS[row.tone], _STYLES[row.tone]), (clean(first), "bold"), (cited, "cyan")), INDENT)
    for text in more:
        _say(out, Text(clean(text), style="dim"), 2 * INDENT)
    for name, cell in zip(columns[1:], row.cells[1:], strict=True):
        head, *rest = cell.split("\n")
        if cell:
            _say(out, Text.assemble((name + colon, "dim"), clean(head)), 2 * INDENT)
        for text in rest:
            _say(out, Text(clean(text)), 3 * INDENT)


def _chart(out: Console, chart: Chart, colon: str) -> None:
    for series in chart.series:
        values = "  ".join(f"{label} {'–' if value is None else f'{value:g}'}" for label, value in zip(chart.labels, series.values, strict=True))
        _say(out, Text.assemble((clean(series.name) + colon, "dim"), clean(values)), INDENT)


def _say(out: Console, text: Text, indent: int = 0) -> None:
    for line in lines(text, max(out.width - indent, 20)):
        out.print(Text(" " * indent) + line, soft_wrap=True)
