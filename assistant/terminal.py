"""What people read in a terminal: answers, refusals, passages, lists and progress.

Every text that comes from outside passes through ``clean``: a document cannot move the cursor or colour the screen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from assistant.types import Abstention, Answer, Citation, Hit, Metadata

if TYPE_CHECKING:  # help must not wait for the libraries behind these
    from assistant.pipeline import FileReport
    from assistant.registry import SourceRow

NEAREST = 3
"""Passages shown with a refusal."""
QUOTE_WIDTH, PASSAGE_WIDTH = 240, 400
"""Terminal cells (a Chinese character takes two) after which a quote or passage is cut short."""
UNLIMITED = 100_000
"""Width of what is not a terminal: nothing is wrapped in a file or a pipe."""
_OUTCOME_STYLE = {"added": "green", "replaced": "cyan", "unchanged": "dim", "failed": "bold red"}


def console(file: TextIO) -> Console:
    """Return a console that prints to ``file`` what it is given, without markup, guessing or emoji."""
    return Console(file=file, markup=False, highlight=False, emoji=False, width=None if file.isatty() else UNLIMITED)


def clean(text: str) -> str:
    """Return ``text`` on one line without control characters or marks that turn the direction of writing."""
    kept = (" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return " ".join("".join(kept).split())


def shorten(text: str, width: int) -> str:
    """Return ``text`` on one line, cut with an ellipsis if it takes more than ``width`` cells."""
    text = clean(text)
    used = 0
    for place, character in enumerate(text):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > width:
            return text[:place].rstrip() + "…"
    return text


# -- answers --------------------------------------------------------------------------------------------------


def show_answer(out: Console, answer: Answer) -> None:
    """Print the sentences with their numbers, the numbered sources, conflicts, notes, and how to reproduce it."""
    zh = answer.language == "zh"
    for statement in answer.statements:
        out.print(Text.assemble(clean(statement.text), (" " + "".join(f"[{n}]" for n in statement.citations), "cyan")))
    remarks = {hit.source.id: hit.source.note for hit in answer.hits}
    _heading(out, "来源" if zh else "Sources")
    for citation in answer.citations:
        out.print(_source(citation, remarks.get(citation.source_id, ""), zh))
    if answer.conflicts:
        _heading(out, "冲突" if zh else "Conflicts")
    for conflict in answer.conflicts:
        sides = (f"{clean(value)} [{n}]" for value, n in zip(conflict.values, conflict.citations, strict=True))
        out.print(_indented(Text((" ↔ " if zh else " against ").join(sides) + ("：" if zh else ": ") + conflict.rule, style="yellow")))
    if answer.notes:
        _heading(out, "注意" if zh else "Note")
    for note in answer.notes:
        out.print(_indented(Text(clean(note), style="yellow")))
    _footer(out, answer, zh)


def show_refusal(out: Console, refusal: Abstention) -> None:
    """Print why there is no answer, what is missing, and the nearest passages."""
    zh = refusal.language == "zh"
    out.print(Text(clean(refusal.message), style="yellow"))
    unsaid = [clean(m) for m in refusal.missing if m not in refusal.message]
    if unsaid:
        out.print(("缺少：" if zh else "Missing: ") + ("、" if zh else ", ").join(unsaid))
    if refusal.hits:
        _heading(out, "最接近的段落" if zh else "Nearest passages")
        _passages(out, refusal.hits[:NEAREST], zh, QUOTE_WIDTH)
    _footer(out, refusal, zh)


def _heading(out: Console, words: str) -> None:
    out.print()
    out.print(Text(words, style="bold"))


def _footer(out: Console, result: Answer | Abstention, zh: bool) -> None:
    words = "截至{} · 资料库修订号 {} · {}" if zh else "As of {} · library revision {} · {}"
    out.print()
    out.print(Text(words.format(result.as_of.isoformat(), result.revision, result.fingerprint), style="dim"))


def _source(citation: Citation, remark: str, zh: bool) -> RenderableType:
    where = _where(citation.title, citation.document_number, citation.locator, citation.page, zh)
    quote = shorten(citation.quote, QUOTE_WIDTH)
    lines = [Text.assemble((f"[{citation.n}] ", "cyan"), where), _indented(Text(clean(citation.label), style="dim"))]
    if remark:
        lines.append(_indented(Text(clean(remark), style="dim")))
    lines.append(_indented(Text(f"“{quote}”", style="italic")))
    return Group(*lines)


def _where(title: str, document_number: str, locator: str, page: int, zh: bool) -> str:
    """Return title, document number, locator and page on one line, each where known."""
    number = f"第{page}页" if zh else f"p. {page}"
    return ("，" if zh else ", ").join(clean(part) for part in (title, document_number, locator, number if page else "") if part)


def _title(m: Metadata) -> str:
    return ((m.title_zh or m.title_en) if m.language == "zh" else (m.title_en or m.title_zh)) or m.id


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 4), expand=False)


# -- passages, sources, files ---------------------------------------------------------------------------------


def show_hits(out: Console, hits: Sequence[Hit], zh: bool) -> None:
    """Print the passages found, best first."""
    if not hits:
        out.print("没有找到段落。" if zh else "No passage found.")
    _passages(out, hits, zh, PASSAGE_WIDTH)


def _passages(out: Console, hits: Sequence[Hit], zh: bool, width: int) -> None:
    for number, hit in enumerate(hits, start=1):
        where = _where(_title(hit.source), hit.source.document_number, hit.passage.locator, hit.passage.page_from, zh)
        out.print(Text.assemble((f"{number}. ", "cyan"), where, (f"  ({clean(hit.source.id)})", "dim")))
        out.print(_indented(Text(shorten(hit.passage.text, width))))


def show_sources(out: Console, rows: Sequence[SourceRow]) -> None:
    """Print the sources as a table."""
    table = Table("id", "title", "kind", "authority", "status", "place", "issued", box=None, header_style="bold", pad_edge=False)
    table.add_column("passages", justify="right")
    for row in rows:
        m = row.metadata
        cells = (m.id, shorten(_title(m), 60), m.kind, m.authority, m.status, m.jurisdiction, str(m.issued or ""), str(row.passages))
        table.add_row(*(Text(clean(cell), overflow="fold") for cell in cells))
    out.print(table)


def show_report(out: Console, report: FileReport) -> None:
    """Print one line on what became of a file, and one for each warning."""
    outcome = (f"{report.outcome:<9}", _OUTCOME_STYLE.get(report.outcome, ""))
    if report.outcome == "failed":
        out.print(Text.assemble(outcome, " ", clean(report.error)))
    else:
        out.print(Text.assemble(outcome, " ", clean(str(report.path)), f" → {clean(report.source_id)} ({_count(report.passages, 'passage')})"))
    for warning in report.warnings:
        out.print(Text(" " * 10 + "warning: " + clean(warning), style="yellow"))


def show_summary(out: Console, outcomes: Mapping[str, int]) -> None:
    """Print how many files had each outcome."""
    counts = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items())
    out.print(f"{_count(sum(outcomes.values()), 'file')}: {counts}" if counts else "No file found.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@contextmanager
def progress(screen: Console, words: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar with the time on a terminal, and nothing elsewhere; yield what moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[file]}", markup=False))
    with Progress(*columns, console=screen, transient=True, redirect_stdout=False, disable=not screen.is_terminal) as bar:
        task = bar.add_task(words, total=None, file="")

        def step(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, file=shorten(name, 30))

        yield step
