"""A worksheet as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from assistant.benefits.assessment import Worksheet
from assistant.benefits.predicates import State
from assistant.benefits.worksheet import MARKS, QUESTIONS, TITLE, WARNING, Amount, Condition, Entry, Part, head_lines, lay_out, question_lines
from assistant.commands.terminal import INDENT, QUOTE_WIDTH, clean, lines, shorten
from assistant.results import Citation

_STATE_STYLE = {State.MET: "green", State.NOT_MET: "red", State.UNKNOWN: "yellow"}
_PART_STYLE = {"claimable": "bold green", "proposals": "bold magenta", "apart": "bold dim"}
_BRIEF = ("open", "owed_open", "not_met", "apart")
"""Parts of which a line each will do here: nothing in them can be acted on yet. The exports and the page have them in full."""


def show_worksheet(out: Console, sheet: Worksheet) -> None:
    """Print a worksheet: part by part, what is still to be known after what counts, and the sources of each row beside it."""
    colon = "：" if sheet.language == "zh" else ": "
    _say(out, Text(TITLE.in_(sheet.language), style="bold"))
    for label, text in head_lines(sheet):
        _say(out, Text.assemble((label + colon, "dim"), clean(text)))
    parts = lay_out(sheet)
    counts = [part for part in parts if part.key not in ("not_met", "proposals", "apart")]
    for part in counts:
        _part(out, part, sheet.language)
    _questions(out, sheet, colon)
    for part in parts[len(counts) :]:
        _part(out, part, sheet.language)
    out.print()
    _say(out, Text(WARNING.in_(sheet.language), style="yellow"))


def _part(out: Console, part: Part, language: str) -> None:
    out.print()
    _say(out, Text.assemble((f"{part.heading} ({len(part.entries)})", _PART_STYLE.get(part.key, "bold")), (f"  {part.note}" if part.note else "", "dim")))
    for entry in part.entries:
        if part.key in _BRIEF:
            _brief(out, entry)
        else:
            _entry(out, entry, language)


def _brief(out: Console, entry: Entry) -> None:
    undone = [f"{MARKS[c.state]} {c.text}" for c in entry.conditions if c.state is not State.MET]
    why = "; ".join(undone) if entry.force.binds else entry.standing
    places = dict.fromkeys(" ".join(filter(None, (c.document_number or c.title, c.locator))) for c in entry.basis)
    _say(out, Text.assemble("· ", clean(entry.title), (f"  [{clean(why)}]", "yellow"), (f"  {clean('; '.join(places))}", "dim")), INDENT)


def _entry(out: Console, entry: Entry, language: str) -> None:
    colon = "：" if language == "zh" else ": "
    _say(out, Text.assemble("■ ", (clean(entry.title), "bold"), (f"  [{entry.standing}]", "cyan")), 0)
    _say(out, Text(clean(entry.summary)), INDENT)
    for condition in (*entry.conditions, *entry.checks):
        _condition(out, condition)
    for amount in entry.amounts:
        _amount(out, amount, colon)
    for label, text in entry.facts:
        _say(out, Text.assemble((label + colon, "dim"), clean(text)), INDENT)
    for note in entry.notes:
        _say(out, Text(clean(note), style="yellow"), INDENT)
    _basis(out, entry.basis, colon)


def _condition(out: Console, condition: Condition) -> None:
    mark = (MARKS[condition.state] + " ", _STATE_STYLE[condition.state])
    _say(out, Text.assemble(mark, clean(condition.text), (f"  ({clean(condition.facts)})", "dim")), INDENT)


def _amount(out: Console, amount: Amount, colon: str) -> None:
    if amount.value:
        shown = Text.assemble(amount.label + colon, (amount.value, "bold"), (f"  = {amount.formula} = {amount.written}", "dim"))
    else:
        shown = Text.assemble(amount.label + colon, (amount.missing, "yellow"), (f"  = {amount.formula}", "dim"))
    _say(out, shown, INDENT)


def _basis(out: Console, citations: Sequence[Citation], colon: str) -> None:
    comma = "，" if colon == "：" else ", "
    for c in citations:
        where = comma.join(clean(part) for part in (c.title, c.document_number, c.locator) if part)
        quote = Text(f"“{shorten(c.quote, QUOTE_WIDTH)}”", style="italic")
        _say(out, Text.assemble((f"[{c.n}] ", "cyan"), where, (f" ({clean(c.label)})", "dim"), colon, quote), INDENT)


def _questions(out: Console, sheet: Worksheet, colon: str) -> None:
    asked = question_lines(sheet)
    if not asked:
        return
    out.print()
    _say(out, Text(f"{QUESTIONS.in_(sheet.language)} ({len(asked)})", style="bold yellow"))
    for name, label, needed in asked:
        _say(out, Text.assemble((f"{name}", "cyan"), f"  {clean(label)}", (f"{colon}{clean(needed)}", "dim")), INDENT)


def _say(out: Console, text: Text, indent: int = 0) -> None:
    for line in lines(text, max(out.width - indent, 20)):
        out.print(Text(" " * indent) + line, soft_wrap=True)
