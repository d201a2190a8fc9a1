"""What an agreement is held against, read from YAML: concepts in words of both languages, and requirements made of patterns over them.

``docs/tools.md`` describes the format. A requirement never says what a text must say word for word; it names the things
that have to come together in one clause, the figure or denial that they need, and what would contradict them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from assistant.benefits.entries import read_list, read_mapping, read_member, read_said, read_text
from assistant.benefits.predicates import COMPARISONS
from assistant.benefits.profile_fields import Said
from assistant.benefits.provisions import NOTHING, Clause, Declared, read_clause
from assistant.errors import MetadataError, ProvisionError
from assistant.reading.metadata import read_metadata_file


class AgreementKind(StrEnum):
    """What an agreement is about."""

    COOPERATION = "cooperation"
    APPRENTICESHIP = "apprenticeship"
    INTERNSHIP = "internship"


class Role(StrEnum):
    """What a party is."""

    SCHOOL = "school"
    ENTERPRISE = "enterprise"
    STUDENT = "student"


class Measure(StrEnum):
    """What is measured in a clause."""

    SHARE = "share"
    """Percent."""
    MONTHS = "months"
    """How long something lasts."""
    HOURS_A_DAY = "hours_a_day"
    HOURS_A_WEEK = "hours_a_week"
    NIGHT_HOURS = "night_hours"
    """Of a stretch given by the clock, the hours between 22:00 and 6:00."""
    EVERY_MONTHS = "every_months"
    """The interval at which something comes round, in months."""
    AMOUNT = "amount"
    """Yuan."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure that a clause must have; without ``sign``, any figure of that measure."""

    measure: Measure
    sign: str = ""
    value: Decimal = Decimal(0)

    @property
    def is_ceiling(self) -> bool:
        """Whether it must be kept by all figures of a clause, not by one of them only."""
        return self.sign in ("at_most", "less_than")

    def holds(self, value: Decimal) -> bool:
        """Whether a figure keeps the limit."""
        return not self.sign or COMPARISONS[self.sign](value, self.value)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Things that come together in one clause."""

    all: tuple[re.Pattern[str], ...]
    none: tuple[re.Pattern[str], ...] = ()
    denied: bool | None = None
    """Whether the first thing must be denied or forbidden (``yes``), must not be (``no``), or may be either."""
    limit: Limit | None = None
    parties: frozenset[Role] = frozenset()
    """Roles that must be among the parties of the agreement."""
    soft: bool = False
    """Whether it counts although the clause only permits or hedges, as the right to terminate does."""
    why: Said = NOTHING
    """What is wrong, where the pattern is a contradiction."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that an agreement should settle."""

    id: str
    kinds: frozenset[AgreementKind]
    watched: frozenset[AgreementKind]
    """Kinds of agreement in which it need not be settled, but must not be contradicted."""
    standing: Declared
    title: Said
    summary: Said
    remedy: Said
    """What to write."""
    basis: tuple[Clause, ...]
    when: re.Pattern[str] | None
    """It is required only where the agreement speaks of this."""
    keeps: tuple[tuple[Pattern, ...], ...]
    """Any of these settles it; each is a group of which every pattern must be found somewhere."""
    touches: tuple[Pattern, ...]
    """Clauses that speak of it without settling it."""
    breaks: tuple[Pattern, ...]

    @property
    def is_law(self) -> bool:
        """Whether law asks for it, and not a paper's advice."""
        return self.standing in (Declared.LAW, Declared.REPORTED)


_KEYS = ("kinds", "watched", "standing", "title", "summary", "remedy", "basis", "when", "keeps", "touches", "breaks")
_NEEDED = ("kinds", "standing", "title", "summary", "remedy", "basis", "keeps")
_PATTERN = ("all", "none", "denied", "parties", "figure", *COMPARISONS, "soft", "why")
_PLACEHOLDER = re.compile(r"<([a-z_]+)>")


def read_agreement_rules(path: Path) -> tuple[Requirement, ...]:
    """Return the requirements of a file.

    Raises:
        ProvisionError: an entry is wrong.
    """
    try:
        given = read_metadata_file(path)
    except MetadataError as error:
        raise ProvisionError(str(error)) from error
    parts = read_mapping(given, str(path), ("concepts", "requirements"), ("concepts", "requirements"))
    concepts = _concepts(parts["concepts"], f"{path}: concepts")
    entries = parts["requirements"]
    if not isinstance(entries, Mapping):
        raise ProvisionError(f"{path}: requirements: is not a mapping. Give each requirement an id and its keys.")
    return tuple(_requirement(str(name), entry, concepts, f"{path}: {name}") for name, entry in entries.items())


def _concepts(given: object, where: str) -> dict[str, re.Pattern[str]]:
    if not isinstance(given, Mapping):
        raise ProvisionError(f"{where}: is not a mapping. Name each concept and give its words in zh and en.")
    written: dict[str, str] = {}
    for name, entry in given.items():
        words = read_said(entry, f"{where}: {name}")

        def known(match: re.Match[str], name: object = name) -> str:
            if match[1] not in written:
                raise ProvisionError(f"{where}: {name}: <{match[1]}> is not a concept above it. Correct it there.")
            return f"(?:{written[match[1]]})"

        written[str(name)] = _PLACEHOLDER.sub(known, f"{words.zh}|{words.en}")
    return {name: _compiled(pattern, f"{where}: {name}") for name, pattern in written.items()}


def _compiled(pattern: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ProvisionError(f"{where}: is not a pattern of words ({error}). Correct it there.") from error


def _requirement(name: str, given: object, concepts: Mapping[str, re.Pattern[str]], where: str) -> Requirement:
    entry = read_mapping(given, where, _KEYS, _NEEDED)
    return Requirement(
        id=name,
        kinds=_kinds(entry["kinds"], where),
        watched=_kinds(entry.get("watched", []), where),
        standing=read_member(Declared, entry["standing"], where),
        title=read_said(entry["title"], where),
        summary=read_said(entry["summary"], where),
        remedy=read_said(entry["remedy"], where),
        basis=tuple(read_clause(clause, where) for clause in read_list(entry["basis"], where, least=1)),
        when=_concept(entry["when"], concepts, where) if "when" in entry else None,
        keeps=tuple(_group(item, concepts, f"{where}: keeps") for item in read_list(entry["keeps"], where, least=1)),
        touches=tuple(_pattern(item, concepts, f"{where}: touches") for item in read_list(entry.get("touches", []), where)),
        breaks=tuple(_pattern(item, concepts, f"{where}: breaks") for item in read_list(entry.get("breaks", []), where)),
    )


def _kinds(given: object, where: str) -> frozenset[AgreementKind]:
    return frozenset(read_member(AgreementKind, item, where) for item in read_list(given, where))


def _group(given: object, concepts: Mapping[str, re.Pattern[str]], where: str) -> tuple[Pattern, ...]:
    if isinstance(given, Mapping) and set(given) == {"each"}:
        return tuple(_pattern(item, concepts, where) for item in read_list(given["each"], where, least=1))
    return (_pattern(given, concepts, where),)


def _pattern(given: object, concepts: Mapping[str, re.Pattern[str]], where: str) -> Pattern:
    entry = read_mapping(given, where, _PATTERN, ("all",))
    return Pattern(
        all=tuple(_named(entry["all"], concepts, where)),
        none=tuple(_named(entry.get("none", []), concepts, where)),
        denied=_flag(entry.get("denied"), where),
        parties=frozenset(read_member(Role, item, where) for item in read_list(entry.get("parties", []), where)),
        limit=_limit(entry, where),
        soft=_flag(entry.get("soft"), where) or False,
        why=read_said(entry["why"], where) if "why" in entry else NOTHING,
    )


def _named(given: object, concepts: Mapping[str, re.Pattern[str]], where: str) -> Iterator[re.Pattern[str]]:
    for name in read_list(given, where):
        yield _concept(name, concepts, where)


def _concept(given: object, concepts: Mapping[str, re.Pattern[str]], where: str) -> re.Pattern[str]:
    name = read_text(given, where)
    if name not in concepts:
        raise ProvisionError(f"{where}: {name!r} is not one of the concepts of the file. Add it under concepts.")
    return concepts[name]


def _flag(given: object, where: str) -> bool | None:
    if given not in (None, "yes", "no"):
        raise ProvisionError(f"{where}: {str(given)[:20]!r} is neither yes nor no. Write one of them.")
    return None if given is None else given == "yes"


def _limit(entry: Mapping[str, object], where: str) -> Limit | None:
    signs: Sequence[str] = [sign for sign in COMPARISONS if sign in entry]
    if "figure" not in entry:
        if signs:
            raise ProvisionError(f"{where}: {signs[0]!r} has no 'figure' to compare. Write figure: and one of {', '.join(Measure)}.")
        return None
    measure = read_member(Measure, entry["figure"], where)
    if not signs:
        return Limit(measure)
    try:
        return Limit(measure, signs[0], Decimal(str(entry[signs[0]])))
    except ArithmeticError:
        raise ProvisionError(f"{where}: {entry[signs[0]]!r} is not a number. Correct it there.") from None
