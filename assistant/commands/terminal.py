"""What people read in a terminal: answers, refusals, passages, lists and progress.

Every text that comes from outside passes through ``clean``: a document cannot move the cursor or colour the screen.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from assistant.documents import Metadata
from assistant.exchange import Usage
from assistant.results import Abstention, Answer, Citation, Hit, Statement

if TYPE_CHECKING:  # help must not wait for the libraries behind these
    from assistant.curation import FileReport
    from assistant.library.registry import SourceRow

NEAREST = 3
"""Passages shown with a refusal."""
QUOTE_WIDTH, PASSAGE_WIDTH = 240, 400
"""Terminal cells (a Chinese character takes two) after which a quote or passage is cut short."""
INDENT = 4
WIDE = 150
"""Cells from which a table of sources fits."""
UNLIMITED = 100_000
"""Width of what is not a terminal: nothing is wrapped in a file or a pipe."""
_NOT_FIRST, _NOT_LAST = " ，。、；：！？）》〉」』〕】”’%％…,.;:!?)]", "（《〈「『〔【“‘([ "
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
        used += cell_len(character)
        if used > width:
            return text[:place].rstrip() + "…"
    return text


def lines(text: Text, width: int) -> Iterator[Text]:
    """Return ``text`` broken into lines of at most ``width`` cells: at spaces, and anywhere in Chinese but where a mark forbids it."""
    plain, breaks, start, used, chance = text.plain, [], 0, 0, 0
    for place, character in enumerate(plain):
        if place > start and _may_break(plain[place - 1], character):
            chance = place
        used += cell_len(character)
        while used > width and character != " " and place > start:  # what a mark holds together may itself be too wide
            start = chance if chance > start else place
            breaks.append(start)
            used = cell_len(plain[start : place + 1])
    for line in text.divide(breaks):
        line.rstrip()
        yield line


def _may_break(before: str, after: str) -> bool:
    if before == " ":
        return after != " "
    wide = cell_len(before) == 2 or cell_len(after) == 2
    return wide and after not in _NOT_FIRST and before not in _NOT_LAST


def _say(out: Console, text: Text, indent: int = 0) -> None:
    """Print a paragraph, indented."""
    for line in lines(text, max(out.width - indent, 20)):
        out.print(Text(" " * indent) + line, soft_wrap=True)


# -- answers --------------------------------------------------------------------------------------------------


def show_answer(out: Console, answer: Answer) -> None:
    """Print the sentences with their numbers, the numbered sources, conflicts, notes, and how to reproduce it."""
    zh = answer.language == "zh"
    show_condensed(out, answer)
    for statement in answer.statements:
        _say(out, Text.assemble(clean(statement.text), (" " + "".join(f"[{n}]" for n in statement.citations), "cyan")))
    remarks = {hit.source.id: hit.source.note for hit in answer.hits}
    _heading(out, "来源" if zh else "Sources")
    for source_id, citations in itertools.groupby(answer.citations, lambda c: c.source_id):
        _source(out, list(citations), remarks.get(source_id, ""), zh)
    if answer.conflicts:
        _heading(out, "冲突" if zh else "Conflicts")
    for conflict in answer.conflicts:
        sides = (f"{clean(value)} [{n}]" for value, n in zip(conflict.values, conflict.citations, strict=True))
        _say(out, Text((" ↔ " if zh else " against ").join(sides) + ("：" if zh else ": ") + conflict.rule, style="yellow"), INDENT)
    if answer.notes:
        _heading(out, "注意" if zh else "Note")
    for note in answer.notes:
        _say(out, Text(clean(note), style="yellow"), INDENT)
    _model(out, answer, zh)
    _footer(out, answer, zh)


def show_hint(out: Console, text: str) -> None:
    """Print which tool computes what was asked."""
    _say(out, Text("→ " + clean(text), style="cyan"))


def show_refusal(out: Console, refusal: Abstention) -> None:
    """Print why there is no answer, what is missing, and the nearest passages."""
    zh = refusal.language == "zh"
    show_condensed(out, refusal)
    _say(out, Text(clean(refusal.message), style="yellow"))
    unsaid = [clean(m) for m in refusal.missing if m not in refusal.message]
    if unsaid:
        _say(out, Text(("缺少：" if zh else "Missing: ") + ("、" if zh else ", ").join(unsaid)))
    if refusal.hits:
        _heading(out, "最接近的段落" if zh else "Nearest passages")
        _passages(out, refusal.hits[:NEAREST], zh, QUOTE_WIDTH)
    _model(out, refusal, zh)
    _footer(out, refusal, zh)


def show_condensed(out: Console, result: Answer | Abstention) -> None:
    """Print the full question that a follow-up was taken for, if it was one."""
    if result.condensed:
        _say(out, Text(("理解为：" if result.language == "zh" else "Taken as: ") + clean(result.condensed), style="dim"))


def _model(out: Console, result: Answer | Abstention, zh: bool) -> None:
    """Print what went wrong with a chat model and what it took, if it was asked."""
    if not (result.notices or result.usage):
        return
    _heading(out, "模型" if zh else "Model")
    for notice in result.notices:
        _say(out, Text(clean(notice.text), style="yellow"), INDENT)
    if result.usage:
        _say(out, Text(usage_line(result.usage, zh), style="dim"), INDENT)


def usage_line(usage: Usage, zh: bool) -> str:
    """Return what a model took for an answer, in one line."""
    about = ("约" if zh else "about ") if usage.estimated else ""
    if zh:
        cost = "" if usage.cost is None else f"，费用{usage.cost:.4f}"
        return f"{usage.model}：调用{usage.calls}次，{about}读入{usage.tokens_in}、写出{usage.tokens_out}个词元，{usage.seconds:.1f}秒{cost}"
    cost = "" if usage.cost is None else f", cost {usage.cost:.4f}"
    calls = count(usage.calls, "call")
    return f"{usage.model}: {calls}, {about}{usage.tokens_in} tokens read and {usage.tokens_out} written, {usage.seconds:.1f} s{cost}"


@contextmanager
def preview(out: Console) -> Iterator[Callable[[Statement], None]]:
    """Show sentences as they come, each once it holds, until the whole answer takes their place; yield what takes them."""
    shown: list[Text] = []
    if not out.is_terminal:
        yield lambda statement: None
        return
    with Live(Text("…", style="dim"), console=out, transient=True, redirect_stdout=False, redirect_stderr=False) as live:

        def show(statement: Statement) -> None:
            shown.append(Text(clean(statement.text)))
            live.update(Group(*shown, Text("…", style="dim")), refresh=True)

        yield show


def _heading(out: Console, words: str) -> None:
    out.print()
    out.print(Text(words, style="bold"))


def _footer(out: Console, result: Answer | Abstention, zh: bool) -> None:
    words = "截至{} · 资料库修订号 {} · {}" if zh else "As of {} · library revision {} · {}"
    out.print()
    out.print(Text(words.format(result.as_of.isoformat(), result.revision, result.fingerprint), style="dim"))


def _source(out: Console, citations: Sequence[Citation], remark: str, zh: bool) -> None:
    """Print a source once, with what was quoted from it one after the other."""
    first = citations[0]
    _say(out, Text(_listed((first.title, first.document_number), zh)))
    for line in (first.label, remark):
        if line:
            _say(out, Text(clean(line), style="dim"), INDENT)
    for c in citations:
        quote = Text(f"“{shorten(c.quote, QUOTE_WIDTH)}”", style="italic")
        _say(out, Text.assemble((f"[{c.n}] ", "cyan"), _listed((c.locator, _page(c.page, zh)), zh), "：" if zh else ": ", quote), INDENT)


def _page(number: int, zh: bool) -> str:
    return "" if not number else f"第{number}页" if zh else f"p. {number}"


def _listed(parts: Iterable[str], zh: bool) -> str:
    return ("，" if zh else ", ").join(clean(part) for part in parts if part)


def _title(m: Metadata) -> str:
    return ((m.title_zh or m.title_en) if m.language == "zh" else (m.title_en or m.title_zh)) or m.id


# -- passages, sources, files ---------------------------------------------------------------------------------


def show_hits(out: Console, hits: Sequence[Hit], zh: bool) -> None:
    """Print the passages found, best first."""
    if not hits:
        out.print("没有找到段落。" if zh else "No passage found.")
    _passages(out, hits, zh, PASSAGE_WIDTH)


def _passages(out: Console, hits: Sequence[Hit], zh: bool, width: int) -> None:
    for number, hit in enumerate(hits, start=1):
        where = _listed((_title(hit.source), hit.source.document_number, hit.passage.locator, _page(hit.passage.page_from, zh)), zh)
        _say(out, Text.assemble((f"{number}. ", "cyan"), where, (f"  ({clean(hit.source.id)})", "dim")))
        _say(out, Text(shorten(hit.passage.text, width)), INDENT)


def show_sources(out: Console, rows: Sequence[SourceRow]) -> None:
    """Print the sources as a table; where the terminal is narrow, with the title above the rest."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    if out.width >= WIDE:
        for name in ("id", "kind", "authority", "status", "place", "issued"):
            table.add_column(name, no_wrap=True)
        table.add_column("passages", justify="right")
        table.add_column("title", no_wrap=True)
    for row in rows:
        m = row.metadata
        facts = (m.kind, m.authority, m.status, m.jurisdiction, str(m.issued or ""))
        if out.width >= WIDE:
            table.add_row(*(Text(cell) for cell in (m.id, *facts, str(row.passages), clean(_title(m)))))
        else:
            _say(out, Text.assemble((m.id, "bold"), "  ", clean(_title(m))))
            _say(out, Text(", ".join(filter(None, (*facts, count(row.passages, "passage")))), style="dim"), INDENT)
    if out.width >= WIDE:
        out.print(table)


def show_report(out: Console, report: FileReport) -> None:
    """Print one line on what became of a file, and one for each warning."""
    outcome = (f"{report.outcome:<9}", _OUTCOME_STYLE.get(report.outcome, ""))
    if report.outcome == "failed":
        _say(out, Text.assemble(outcome, " ", clean(report.error)))
    else:
        _say(out, Text.assemble(outcome, " ", clean(str(report.path)), f" → {clean(report.source_id)} ({count(report.passages, 'passage')})"))
    for warning in report.warnings:
        _say(out, Text("warning: " + clean(warning), style="yellow"), 10)


def show_summary(out: Console, outcomes: Mapping[str, int]) -> None:
    """Print how many files had each outcome."""
    counts = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items())
    out.print(f"{count(sum(outcomes.values()), 'file')}: {counts}" if counts else "No file found.")


def count(number: int, noun: str) -> str:
    """Return a number with its noun."""
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
