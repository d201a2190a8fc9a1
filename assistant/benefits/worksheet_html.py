"""A worksheet as HTML: pure functions, in the look of the answers. Every string passes through ``escape``."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.benefits import worksheet as layout
from assistant.benefits.assessment import Worksheet
from assistant.benefits.basis import Force
from assistant.benefits.predicates import State
from assistant.benefits.profile_fields import Said
from assistant.benefits.provisions import Role
from assistant.language.text import language_of
from assistant.results import Citation

_BADGES = {
    Force.BINDING: "status-in_force",
    Force.REPORTED: "standing-secondary",
    Force.PROPOSAL: "standing-proposal",
    Force.CASE: "standing-proposal",
    Force.ENDED: "status-expired",
    Force.ELSEWHERE: "status-expired",
}
_BASIS = Said("依据与原文", "Basis and quoted words")
_COLUMNS = (Said("项目", "Figure"), Said("计算", "Computation"), Said("结果", "Result"))


def render_worksheet(sheet: Worksheet) -> str:
    """Return a worksheet; what is still to be known stands above what supports nothing."""
    language = sheet.language
    parts = layout.lay_out(sheet)
    counts = [part for part in parts if part.key not in ("not_met", "proposals", "apart")]
    head = "".join(f"<span>{escape(label)} <b>{escape(text)}</b></span>" for label, text in layout.head_lines(sheet))
    body = "".join(_part(part, language) for part in counts) + _questions(sheet) + "".join(_part(part, language) for part in parts[len(counts) :])
    return (
        f'<section class="sheet" id="worksheet" lang="{_tag(language)}"><h2>{layout.TITLE.in_(language)}</h2><p class="sheet-head">{head}</p>{body}'
        f'<p class="footer">{layout.WARNING.in_(language)}</p></section>'
    )


def _part(part: layout.Part, language: str) -> str:
    note = f"<small>{escape(part.note)}</small>" if part.note else ""
    entries = "".join(_entry(entry, part.key, language) for entry in part.entries)
    return f'<section class="part part-{part.key}"><h3>{escape(part.heading)} <i>{len(part.entries)}</i> {note}</h3>{entries}</section>'


def _entry(entry: layout.Entry, part: str, language: str) -> str:
    checked = (*entry.conditions, *entry.checks)
    broken = any(c.state is State.NOT_MET for c in entry.checks)
    opened = " open" if part == "claimable" or broken or (part == "proposals" and any(a.value for a in entry.amounts)) else ""
    conditions = "".join(_condition(c, language) for c in checked)
    facts = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in entry.facts)
    notes = "".join(f"<li>{escape(note)}</li>" for note in entry.notes)
    return (
        f'<details class="entry" data-provision="{escape(entry.id)}"{opened}><summary><b>{escape(entry.title)}</b> '
        f'<span class="badge {_BADGES.get(entry.force, "status-unknown")}">{escape(entry.standing)}</span>{_tally(checked)}{_headline(entry.amounts)}</summary>'
        f"<p>{escape(entry.summary)}</p>"
        + (f'<ul class="conditions">{conditions}</ul>' if conditions else "")
        + _amounts(entry.amounts, language)
        + (f"<dl>{facts}</dl>" if facts else "")
        + (f'<ul class="remarks">{notes}</ul>' if notes else "")
        + _basis(entry.basis, language)
        + "</details>"
    )


def _tally(conditions: Sequence[layout.Condition]) -> str:
    """Return how many conditions are in each state, for an entry that is folded up."""
    counts = {state: sum(c.state is state for c in conditions) for state in State}
    shown = "".join(f'<span class="{state.value}">{layout.MARKS[state]}{number}</span>' for state, number in counts.items() if number)
    return f'<span class="tally">{shown}</span>' if shown else ""


def _headline(amounts: Sequence[layout.Amount]) -> str:
    now = next((a.value for a in amounts if a.role is Role.NOW and a.value), "")
    return f'<span class="headline">{escape(now)}</span>' if now else ""


def _condition(condition: layout.Condition, language: str) -> str:
    state = f'<span class="{condition.state.value}">{layout.MARKS[condition.state]} {layout.STATES[condition.state].in_(language)}</span>'
    return f"<li>{state} {escape(condition.text)} <small>{escape(condition.facts)}</small></li>"


def _amounts(amounts: Sequence[layout.Amount], language: str) -> str:
    if not amounts:
        return ""
    head = "".join(f"<th>{column.in_(language)}</th>" for column in _COLUMNS)
    rows = "".join(
        f'<tr class="role-{a.role.value}"><th scope="row">{_role(a.role, language)}{escape(a.label)}</th>'
        f"<td>{escape(a.formula)}{f'<br><span>= {escape(a.written)}</span>' if a.written else ''}</td>"
        f'<td class="value">{escape(a.value) or f"<em>{escape(a.missing)}</em>"}</td></tr>'
        for a in amounts
    )
    return f'<div class="figures"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _role(role: Role, language: str) -> str:
    return "" if role is Role.FIGURE else f"<small>{layout.role_name(role, language)}</small> "


def _basis(citations: Sequence[Citation], language: str) -> str:
    if not citations:
        return ""
    items = "".join(
        f'<li><p class="where">[{c.n}] {escape(" · ".join(filter(None, (c.title, c.document_number, c.locator))))}<br>{escape(c.label)}</p>'
        f'<blockquote lang="{_tag(language_of(c.quote))}">{escape(c.quote)}</blockquote></li>'
        for c in citations
    )
    return f'<details class="basis"><summary>{_BASIS.in_(language)} ({len(citations)})</summary><ol>{items}</ol></details>'


def _questions(sheet: Worksheet) -> str:
    asked = layout.question_lines(sheet)
    if not asked:
        return ""
    needed = layout.NEEDED_FOR.in_(sheet.language)
    items = "".join(f'<li data-field="{escape(name)}"><b>{escape(label)}</b> <small>{needed}{escape(why)}</small></li>' for name, label, why in asked)
    return (
        f'<details class="part part-questions"><summary><h3>{layout.QUESTIONS.in_(sheet.language)} <i>{len(asked)}</i></h3></summary>'
        f'<ul class="questions">{items}</ul></details>'
    )


def _tag(language: str) -> str:
    return "zh-CN" if language == "zh" else "en"
