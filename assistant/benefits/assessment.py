"""Profile × provisions → worksheet: what may be claimed, what is owed, and what is not yet known. Pure arithmetic.

No text is judged here and nothing is searched: what binds comes from ``basis``, what is so from the profile. A fact that
the profile lacks makes a condition or a figure unknown, and is asked for; it is never assumed.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from assistant.benefits.basis import Basis, Force
from assistant.benefits.formula import number_text
from assistant.benefits.predicates import Predicate, State
from assistant.benefits.profile import Profile
from assistant.benefits.profile_fields import FieldKind, fields
from assistant.benefits.provisions import Amount, Condition, Provision, ProvisionKind, Role, Unit
from assistant.results import Citation

FUNCTIONS = {
    "zh": {"min": "取较小值", "max": "取较大值", "floor": "向下取整"},
    "en": {"min": "the smaller of ", "max": "the larger of ", "floor": "rounded down "},
}
"""The functions of formulas in words, written before their bracket."""


class Outcome(StrEnum):
    """What a provision comes to for this enterprise."""

    CLAIMABLE = "claimable"
    """A benefit whose conditions are all met, under a rule that binds."""
    OWED = "owed"
    """An obligation that the facts trigger."""
    OPEN = "open"
    """Facts are missing."""
    NOT_MET = "not_met"
    """A condition fails, or the facts do not trigger the obligation."""
    APART = "apart"
    """Nothing to claim and nothing owed: not in force, from elsewhere, unconfirmed, or only in a paper."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A condition with what the profile makes of it, and the fields that decide it."""

    text: str
    state: State
    fields: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A computed figure. ``value`` is ``None`` while one of ``unknown`` is not known."""

    id: str
    label: str
    role: Role
    unit: Unit
    value: Decimal | None
    formula: str
    """In words: ``30% × eligible investment``."""
    written: str
    """With the numbers put in: ``30% × 5,000,000``; empty while a number is missing."""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One provision as it stands for this enterprise."""

    provision: Provision
    outcome: Outcome
    basis: Basis
    conditions: tuple[Checked, ...]
    checks: tuple[Checked, ...]
    figures: tuple[Figure, ...]

    @property
    def force(self) -> Force:
        """How far the provision binds."""
        return self.basis.force


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that is needed, and the provisions that need it."""

    field: str
    needed_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Worksheet:
    """Everything that follows from a profile on a day and in a place."""

    profile: Profile
    language: str
    as_of: dt.date
    place: str
    revision: int
    fingerprint: str
    benefits: tuple[Row, ...]
    obligations: tuple[Row, ...]
    apart: tuple[Row, ...]
    """Rules that support nothing here: ended, not yet in force, elsewhere, unconfirmed, displaced or not in the library."""
    proposals: tuple[Row, ...]
    """What papers propose or report: never an entitlement."""
    questions: tuple[Question, ...]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All that is cited, by number."""
        return tuple(c for row in (*self.benefits, *self.obligations, *self.proposals, *self.apart) for c in row.basis.citations)


def assess(provisions: Sequence[Provision], profile: Profile, basis_of: Callable[[Provision], Basis], language: str) -> list[Row]:
    """Return a row for each provision, in order.

    Args:
        basis_of: what a provision rests on.
    """
    rows = [_row(provision, profile, basis_of(provision), language) for provision in provisions]
    binding = {row.provision.id for row in rows if row.force.binds}
    return [_displaced(row) if row.provision.yields_to in binding and row.force.binds else row for row in rows]


def make_worksheet(rows: Sequence[Row], profile: Profile, language: str, as_of: dt.date, place: str, revision: int, fingerprint: str) -> Worksheet:
    """Return the rows sorted into a worksheet, their citations numbered as they are read, with the questions that they leave open."""
    duty, papers = ProvisionKind.OBLIGATION, (Force.PROPOSAL, Force.CASE)
    binding = sorted((row for row in rows if row.force.binds), key=_order)
    count = itertools.count(1)
    benefits = _numbered((row for row in binding if row.provision.kind is not duty), count)
    obligations = _numbered((row for row in binding if row.provision.kind is duty and row.outcome is not Outcome.NOT_MET), count)
    proposals = _numbered((row for row in rows if row.force in papers), count)
    apart = _numbered((row for row in rows if not row.force.binds and row.force not in papers), count)
    return Worksheet(
        profile=profile,
        language=language,
        as_of=as_of,
        place=place,
        revision=revision,
        fingerprint=fingerprint,
        benefits=benefits,
        obligations=obligations,
        apart=apart,
        proposals=proposals,
        questions=_questions((*benefits, *obligations), language),
    )


def _order(row: Row) -> tuple[int, int, bool, int]:
    """Order rows by what they come to; amounts that may be claimed come first, and what was read before what is reported."""
    kinds = (ProvisionKind.INCENTIVE, ProvisionKind.PATHWAY, ProvisionKind.OBLIGATION)
    worth = any(figure.role is Role.NOW for figure in row.figures)
    return list(Outcome).index(row.outcome), kinds.index(row.provision.kind), not worth, list(Force).index(row.force)


def _numbered(rows: Iterable[Row], count: Iterator[int]) -> tuple[Row, ...]:
    """Return the rows with their citations numbered on from ``count``."""
    return tuple(replace(row, basis=replace(row.basis, citations=tuple(replace(c, n=next(count)) for c in row.basis.citations))) for row in rows)


def _row(provision: Provision, profile: Profile, basis: Basis, language: str) -> Row:
    conditions = _checked(provision.conditions, profile, language)
    outcome = _outcome(provision, basis.force, [c.state for c in conditions])
    return Row(provision, outcome, basis, conditions, _checked(provision.checks, profile, language), _figures(provision.amounts, profile, language))


def _outcome(provision: Provision, force: Force, states: Iterable[State]) -> Outcome:
    known = set(states)
    if not force.binds:
        return Outcome.APART
    if State.NOT_MET in known:
        return Outcome.NOT_MET
    if State.UNKNOWN in known:
        return Outcome.OPEN
    return Outcome.OWED if provision.kind is ProvisionKind.OBLIGATION else Outcome.CLAIMABLE


def _displaced(row: Row) -> Row:
    return replace(row, outcome=Outcome.APART, basis=replace(row.basis, force=Force.DISPLACED))


def _checked(conditions: Iterable[Condition], profile: Profile, language: str) -> tuple[Checked, ...]:
    return tuple(Checked(c.text.in_(language), c.test.state(profile), tuple(c.test.names()), _unknown(c.test, profile)) for c in conditions)


def _unknown(test: Predicate, profile: Profile) -> tuple[str, ...]:
    """Return the fields that are missing, none where the predicate is decided without them."""
    return () if test.state(profile) is not State.UNKNOWN else tuple(name for name in test.names() if name not in profile.facts)


def _figures(amounts: Sequence[Amount], profile: Profile, language: str) -> tuple[Figure, ...]:
    """Return the figures that apply; each may use the ones above it."""
    values: dict[str, Decimal] = dict(profile.numbers)
    labels = {name: field.label.in_(language) for name, field in fields().items()}
    missing: dict[str, tuple[str, ...]] = {}
    out: list[Figure] = []
    for amount in amounts:
        state = amount.when.state(profile) if amount.when else State.MET
        labels[amount.id] = amount.label.in_(language)
        if state is State.NOT_MET:
            missing[amount.id] = ()
            continue
        figure = _figure(amount, values, labels, missing, language)
        if state is State.UNKNOWN and amount.when:
            figure = replace(figure, value=None, written="", unknown=tuple(dict.fromkeys((*_unknown(amount.when, profile), *figure.unknown))))
        if figure.value is None:
            missing[amount.id] = figure.unknown
        else:
            values[amount.id] = figure.value
        out.append(figure)
    return tuple(out)


def _figure(amount: Amount, values: Mapping[str, Decimal], labels: Mapping[str, str], missing: Mapping[str, tuple[str, ...]], language: str) -> Figure:
    functions = FUNCTIONS["zh" if language == "zh" else "en"]
    names = amount.formula.names
    unknown = tuple(dict.fromkeys(field for name in names if name not in values for field in missing.get(name, (name,))))
    formula = amount.formula.written(labels, functions)
    if any(name not in values for name in names):
        return Figure(amount.id, amount.label.in_(language), amount.role, amount.unit, None, formula, "", unknown)
    numbers = {name: _number(name, values[name]) for name in names}
    value = amount.formula.value(values)
    return Figure(amount.id, amount.label.in_(language), amount.role, amount.unit, value, formula, amount.formula.written(numbers, functions))


def _number(name: str, value: Decimal) -> str:
    share = name in fields() and fields()[name].kind is FieldKind.SHARE
    text = f"{number_text(value * 100)}%" if share else number_text(value)
    return f"({text})" if value < 0 else text


def _questions(rows: Iterable[Row], language: str) -> tuple[Question, ...]:
    """Return what is to be asked, in the order of the form: conditions first, and the rest only where these do not already fail."""
    needed: dict[str, list[str]] = {}
    for row in rows:
        if row.outcome is Outcome.NOT_MET:
            continue
        asked = [name for c in row.conditions for name in c.unknown]
        if row.outcome is not Outcome.OPEN:
            asked += [name for c in row.checks for name in c.unknown] + [name for f in row.figures for name in f.unknown]
        for name in dict.fromkeys(asked):
            needed.setdefault(name, []).append(row.provision.title.in_(language))
    return tuple(Question(name, tuple(needed[name])) for name in fields() if name in needed)
