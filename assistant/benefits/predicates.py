"""Questions about a profile that a computer can answer: met, not met, or unknown because a fact is missing.

A predicate is one of::

    {field: NAME, is: yes|no}                                        a fact that is so or not
    {field: NAME, at_least|at_most|more_than|less_than: FORMULA}     a number against a number or a formula over other fields
    {all: [PREDICATE, …]}                                            every one of them
    {any: [PREDICATE, …]}                                            one of them is enough

Nothing unknown ever makes a predicate met: the logic is Kleene's, and there is no negation by which a gap could become a yes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from assistant.benefits.formula import Formula, FormulaError, parse
from assistant.benefits.profile import Profile
from assistant.benefits.profile_fields import FieldKind, fields
from assistant.errors import ProvisionError

COMPARISONS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "more_than": operator.gt,
    "less_than": operator.lt,
}
SIGNS = {"at_least": "≥", "at_most": "≤", "more_than": ">", "less_than": "<"}


class State(StrEnum):
    """What a predicate is of a profile."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """A yes-or-no field that is to have a value."""

    field: str
    wanted: bool

    def state(self, profile: Profile) -> State:
        """Return whether the profile has it."""
        known = profile.facts.get(self.field)
        return State.UNKNOWN if known is None else State.MET if known is self.wanted else State.NOT_MET

    def names(self) -> Iterator[str]:
        """Yield the fields that decide it."""
        yield self.field


@dataclass(frozen=True, slots=True)
class Comparison:
    """A number of the profile against a formula over it."""

    field: str
    sign: str
    formula: Formula

    def state(self, profile: Profile) -> State:
        """Return whether the comparison holds."""
        numbers = profile.numbers
        if any(name not in numbers for name in self.names()):
            return State.UNKNOWN
        return State.MET if COMPARISONS[self.sign](numbers[self.field], self.formula.value(numbers)) else State.NOT_MET

    def names(self) -> Iterator[str]:
        """Yield the fields that decide it."""
        yield self.field
        yield from self.formula.names


@dataclass(frozen=True, slots=True)
class Group:
    """Several predicates of which all, or any, must hold."""

    every: bool
    parts: tuple[Predicate, ...]

    def state(self, profile: Profile) -> State:
        """Return what the group is: an unknown part decides nothing."""
        states = {part.state(profile) for part in self.parts}
        decisive = State.NOT_MET if self.every else State.MET
        if decisive in states:
            return decisive
        return State.UNKNOWN if State.UNKNOWN in states else State.MET if self.every else State.NOT_MET

    def names(self) -> Iterator[str]:
        """Yield the fields that decide it, each once."""
        yield from dict.fromkeys(name for part in self.parts for name in part.names())


Predicate = Fact | Comparison | Group


def read_predicate(given: object, where: str) -> Predicate:
    """Return the predicate that a mapping describes.

    Args:
        where: file and provision, for messages.

    Raises:
        ProvisionError: it has another form, or names a field that no profile has.
    """
    if not isinstance(given, Mapping):
        raise ProvisionError(f"{where}: {str(given)[:60]!r} is not a condition. Write {{field: NAME, is: yes}}, a comparison, all or any.")
    keys = set(given)
    for word in ("all", "any"):
        if keys == {word}:
            parts = given[word]
            if not isinstance(parts, list) or not parts:
                raise ProvisionError(f"{where}: {word!r} needs a list of conditions. Write them there.")
            return Group(word == "all", tuple(read_predicate(part, where) for part in parts))
    name = given.get("field")
    if name not in fields():
        raise ProvisionError(f"{where}: {name!r} is not a field of a profile. Choose one of those in docs/benefits.md.")
    signs = keys - {"field"}
    if len(signs) != 1 or not signs <= {"is", *COMPARISONS}:
        raise ProvisionError(f"{where}: the condition on {name!r} must have one of is, {', '.join(COMPARISONS)}. Correct it there.")
    sign = signs.pop()
    return _fact(str(name), given[sign], where) if sign == "is" else _comparison(str(name), sign, given[sign], where)


def _fact(name: str, wanted: object, where: str) -> Fact:
    if fields()[name].kind is not FieldKind.FLAG or wanted not in ("yes", "no"):
        raise ProvisionError(f"{where}: 'is' asks whether a yes-or-no field is yes or no; {name!r} is {str(wanted)!r} there. Correct it.")
    return Fact(name, wanted == "yes")


def _comparison(name: str, sign: str, text: object, where: str) -> Comparison:
    formula = read_formula(text, where)
    for used in (name, *formula.names):
        if used not in fields() or not fields()[used].kind.is_number:
            raise ProvisionError(f"{where}: {used!r} is not a number of the profile. Choose one of those in docs/benefits.md.")
    return Comparison(name, sign, formula)


def read_formula(text: object, where: str) -> Formula:
    """Return the formula that ``text`` is.

    Raises:
        ProvisionError: it is none.
    """
    try:
        return parse(str(text))
    except FormulaError as error:
        raise ProvisionError(f"{where}: formula {error}. Correct it there.") from error
