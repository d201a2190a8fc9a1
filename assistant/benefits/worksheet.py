"""How a worksheet reads: its parts in order, each row worded in the reader's language. Terminal, CSV, DOCX and page draw the same parts.

The order is the order of use: what can be claimed, what must be done, what is still to be known; and then, apart and marked,
what supports nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.benefits.assessment import Checked, Figure, Outcome, Row, Worksheet
from assistant.benefits.basis import Force
from assistant.benefits.formula import number_text
from assistant.benefits.predicates import State
from assistant.benefits.profile import Profile, Value
from assistant.benefits.profile_fields import FieldKind, Said, fields
from assistant.benefits.provisions import ProvisionKind, Role, Unit
from assistant.language.places import place_name
from assistant.results import Citation

TITLE = Said("权益测算表", "Benefits worksheet")
WARNING = Said(
    "本表按资料库所载条文和所填数据测算，不代替主管机关的核定。",
    "Computed from the texts in the library and the facts given; the authority in charge decides.",
)
FORCES = {
    Force.BINDING: Said("现行规定", "rule in force"),
    Force.REPORTED: Said("据转述，未读原文", "as reported, instrument not read"),
    Force.PLACE_UNKNOWN: Said("地方规定，所在地区未填", "local rule, place not given"),
    Force.UNCONFIRMED: Said("时效性未确认，不能据以主张", "status not confirmed, no claim rests on it"),
    Force.DISPLACED: Said("已有另行规定，不再适用", "another rule takes its place"),
    Force.NOT_YET: Said("该日尚未施行", "not yet in force on that day"),
    Force.ENDED: Said("该日已废止或失效", "repealed or expired on that day"),
    Force.ELSEWHERE: Said("外地规定，在当地不适用", "rule of another place, does not apply"),
    Force.MISSING: Said("资料库中没有所引原文", "the quoted words are not in the library"),
    Force.CASE: Said("论文所述案例，不是权益", "case in a paper, no entitlement"),
    Force.PROPOSAL: Said("论文建议，不是权益", "proposal of a paper, no entitlement"),
}
_ROLES = {
    Role.ENTITLEMENT: Said("应得总额", "Entitlement"),
    Role.CAP: Said("上限", "Cap"),
    Role.NOW: Said("现在", "Now"),
    Role.CARRIED: Said("结转", "Carried"),
    Role.PAYBACK: Said("补缴", "Pay back"),
    Role.LIMIT: Said("限度", "Limit"),
    Role.FIGURE: Said("数值", "Figure"),
}
UNITS = {
    Unit.YUAN: Said("元", "yuan"),
    Unit.MONTHLY: Said("元/月", "yuan a month"),
    Unit.YEARLY: Said("元/年", "yuan a year"),
    Unit.PEOPLE: Said("人", "people"),
}
MARKS = {State.MET: "✓", State.NOT_MET: "✗", State.UNKNOWN: "?"}
STATES = {
    State.MET: Said("满足", "met"),
    State.NOT_MET: Said("不满足", "not met"),
    State.UNKNOWN: Said("未知", "unknown"),
}
YES_NO = {True: Said("是", "yes"), False: Said("否", "no")}
_PERIOD, _CARRIES, _PAYS_BACK = Said("期间", "Period"), Said("结转规则", "Carry-forward"), Said("补缴规则", "Pay-back")
_WHO, _HANDLED = Said("适用对象", "Who"), Said("办理机关", "Handled by")
_PARTS: dict[str, tuple[Said, Said]] = {
    "claimable": (Said("可以主张的权益", "What may be claimed"), Said("", "")),
    "reported": (
        Said("条件满足，但规定只见于转述的权益", "Conditions met, but the rule is known from reports only"),
        Said("主张之前须核对原文。", "Check the instrument before claiming."),
    ),
    "open": (Said("条件尚待核实的权益", "Benefits with open conditions"), Said("补齐所问信息后才能确认。", "Answer the questions below to settle them.")),
    "owed": (Said("同样的事实触发的义务", "Obligations that the same facts trigger"), Said("", "")),
    "owed_open": (Said("可能触发的义务", "Obligations that may be triggered"), Said("是否触发取决于未填的信息。", "It depends on facts not given.")),
    "pathways": (Said("可走的路径", "Pathways"), Said("鼓励而非强制。", "Encouraged, not obliged.")),
    "not_met": (Said("条件不满足的权益与路径", "Benefits and pathways whose conditions are not met"), Said("", "")),
    "proposals": (
        Said("仅见于论文：不是权益，不能主张", "Only in papers: no entitlement, nothing to claim"),
        Said("数额只是按论文所述计算。", "The figures follow the papers' own words."),
    ),
    "apart": (
        Said("不能据以主张的规定", "Rules that support no claim here"),
        Said("已失效、未施行、外地、未确认或已被替代。", "Ended, not yet in force, from elsewhere, unconfirmed or displaced."),
    ),
}
QUESTIONS = Said("还需要了解的信息", "What we still need to know")
NEEDED_FOR = Said("用于：", "for: ")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as read: its mark, words, and the profile's fields with what is known of them."""

    state: State
    text: str
    facts: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure as read. ``value`` is empty while it is unknown, and ``missing`` then says why."""

    role: Role
    label: str
    formula: str
    written: str
    value: str
    missing: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a worksheet in words."""

    id: str
    title: str
    summary: str
    outcome: Outcome
    force: Force
    standing: str
    conditions: tuple[Condition, ...]
    checks: tuple[Condition, ...]
    amounts: tuple[Amount, ...]
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    basis: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a worksheet."""

    key: str
    heading: str
    note: str
    entries: tuple[Entry, ...]


def lay_out(sheet: Worksheet) -> list[Part]:
    """Return the parts that have rows, in order."""
    incentives = [row for row in sheet.benefits if row.provision.kind is ProvisionKind.INCENTIVE]
    pathways = [row for row in sheet.benefits if row.provision.kind is ProvisionKind.PATHWAY]
    rows: dict[str, Sequence[Row]] = {
        "claimable": [row for row in _having(incentives, Outcome.CLAIMABLE) if row.force is Force.BINDING],
        "reported": [row for row in _having(incentives, Outcome.CLAIMABLE) if row.force is Force.REPORTED],
        "open": _having(incentives, Outcome.OPEN),
        "owed": _having(sheet.obligations, Outcome.OWED),
        "owed_open": _having(sheet.obligations, Outcome.OPEN),
        "pathways": [*_having(pathways, Outcome.CLAIMABLE), *_having(pathways, Outcome.OPEN)],
        "not_met": _having(sheet.benefits, Outcome.NOT_MET),
        "proposals": sheet.proposals,
        "apart": sheet.apart,
    }
    return [_part(key, found, sheet) for key, found in rows.items() if found]


def _having(rows: Sequence[Row], outcome: Outcome) -> list[Row]:
    return [row for row in rows if row.outcome is outcome]


def _part(key: str, rows: Sequence[Row], sheet: Worksheet) -> Part:
    heading, note = _PARTS[key]
    return Part(key, heading.in_(sheet.language), note.in_(sheet.language), tuple(_entry(row, sheet) for row in rows))


def _entry(row: Row, sheet: Worksheet) -> Entry:
    language, p = sheet.language, row.provision
    told = ((_WHO, p.who), (_PERIOD, p.period), (_CARRIES, p.carries), (_PAYS_BACK, p.pays_back), (_HANDLED, p.handled_by))
    return Entry(
        id=p.id,
        title=p.title.in_(language),
        summary=p.summary.in_(language),
        outcome=row.outcome,
        force=row.force,
        standing=FORCES[row.force].in_(language),
        conditions=tuple(_condition(c, sheet) for c in row.conditions),
        checks=tuple(_condition(c, sheet) for c in row.checks),
        amounts=tuple(_amount(f, language) for f in row.figures),
        facts=tuple((label.in_(language), text.in_(language)) for label, text in told if text.in_(language)),
        notes=tuple(note.in_(language) for note in p.notes),
        basis=row.basis.citations,
    )


def _condition(checked: Checked, sheet: Worksheet) -> Condition:
    comma, colon = ("，", "：") if sheet.language == "zh" else (", ", ": ")
    facts = (f"{fields()[name].label.in_(sheet.language)}{colon}{fact_text(sheet.profile, name, sheet.language)}" for name in checked.fields)
    return Condition(checked.state, checked.text, comma.join(facts))


def _amount(figure: Figure, language: str) -> Amount:
    value = quantity(figure, language)
    missing = ""
    if figure.value is None:
        names = ("、" if language == "zh" else ", ").join(fields()[name].label.in_(language) for name in figure.unknown)
        missing = Said(f"尚缺：{names}", f"still missing: {names}").in_(language)
    return Amount(figure.role, figure.label, figure.formula, figure.written, value, missing)


def quantity(figure: Figure, language: str) -> str:
    """Return a figure with its unit; nothing while it is unknown."""
    return "" if figure.value is None else f"{number_text(figure.value)} {UNITS[figure.unit].in_(language)}"


def role_name(role: Role, language: str) -> str:
    """Return what kind of figure it is, in words."""
    return _ROLES[role].in_(language)


def fact_text(profile: Profile, name: str, language: str) -> str:
    """Return what the profile says of a field, or that it is unknown."""
    if name not in profile.facts:
        return STATES[State.UNKNOWN].in_(language)
    return value_text(name, profile.facts[name], language)


def value_text(name: str, value: Value, language: str) -> str:
    """Return a fact in words."""
    if isinstance(value, bool):
        return YES_NO[value].in_(language)
    if isinstance(value, str):
        return place_name(value, language) if fields()[name].kind is FieldKind.PLACE else value
    return number_text(value) + ("%" if fields()[name].kind is FieldKind.SHARE else "")


def head_lines(sheet: Worksheet) -> list[tuple[str, str]]:
    """Return what stands above a worksheet: for whom, where, as of when, and from which state of the library."""
    zh, language = sheet.language == "zh", sheet.language
    place = place_name(sheet.place, language) if sheet.place else STATES[State.UNKNOWN].in_(language)
    return [
        ("企业" if zh else "Enterprise", sheet.profile.name or STATES[State.UNKNOWN].in_(language)),
        ("所在地区" if zh else "Place", place),
        ("按此日效力" if zh else "As of", sheet.as_of.isoformat()),
        ("资料库版本" if zh else "Library revision", str(sheet.revision)),
        ("指纹" if zh else "Fingerprint", sheet.fingerprint),
    ]


def question_lines(sheet: Worksheet) -> list[tuple[str, str, str]]:
    """Return what is still to be known: field, its words, and what it is needed for."""
    joined = "、" if sheet.language == "zh" else "; "
    return [(q.field, fields()[q.field].label.in_(sheet.language), joined.join(q.needed_for)) for q in sheet.questions]
