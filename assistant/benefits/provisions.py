"""The catalogue: obligations, incentives and pathways as records, read from YAML files and checked key by key.

``docs/benefits.md`` describes the format. A wrong key, an unknown field or a formula that is none is an error that names
the file and the provision: a provision that is silently half-read would promise or demand something that no text says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.benefits.entries import LANGUAGES, read_day, read_list, read_mapping, read_member, read_said, read_text
from assistant.benefits.formula import Formula
from assistant.benefits.predicates import Predicate, read_formula, read_predicate
from assistant.benefits.profile_fields import Said, fields
from assistant.errors import MetadataError, ProvisionError
from assistant.reading.metadata import read_metadata_file

NOTHING = Said("", "")


class ProvisionKind(StrEnum):
    """What a provision does for an enterprise or asks of it."""

    OBLIGATION = "obligation"
    INCENTIVE = "incentive"
    PATHWAY = "pathway"


class Declared(StrEnum):
    """What a provision rests on, as the catalogue declares it; what the cited text really is may only lower it."""

    LAW = "law"
    """A rule that was read."""
    REPORTED = "reported"
    """A rule reported by somebody else."""
    PROPOSAL = "proposal"
    """What a paper proposes."""
    CASE = "case"
    """What a paper saw or reports."""


class Role(StrEnum):
    """What a figure is."""

    ENTITLEMENT = "entitlement"
    """All that the rule grants, before its cap."""
    CAP = "cap"
    NOW = "now"
    """What may be claimed now."""
    CARRIED = "carried"
    """What goes to later years."""
    PAYBACK = "payback"
    LIMIT = "limit"
    """The least or most that an obligation allows."""
    FIGURE = "figure"
    """Any other figure."""


class Unit(StrEnum):
    """What a figure counts."""

    YUAN = "yuan"
    MONTHLY = "yuan_per_month"
    YEARLY = "yuan_per_year"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Words:
    """Exact words of one language version of a work, and the locator of the passage that holds them."""

    at: str
    quote: str


@dataclass(frozen=True, slots=True)
class Clause:
    """What a provision rests on: a work, and its words in each language in which it is in the library."""

    work: str
    words: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must be so, in words and as a predicate."""

    text: Said
    test: Predicate


@dataclass(frozen=True, slots=True)
class Amount:
    """One figure of a provision. Its formula may use fields and the figures above it."""

    id: str
    label: Said
    role: Role
    unit: Unit
    formula: Formula
    when: Predicate | None = None
    """The figure is shown only when this is met, and asked about while it is unknown."""


@dataclass(frozen=True, slots=True)
class Provision:
    """One obligation, incentive or pathway."""

    id: str
    kind: ProvisionKind
    standing: Declared
    title: Said
    summary: Said
    who: Said
    """Who is bound or benefits."""
    basis: tuple[Clause, ...]
    conditions: tuple[Condition, ...] = ()
    """What makes it the enterprise's: the conditions of a benefit, the triggers of an obligation."""
    checks: tuple[Condition, ...] = ()
    """How an obligation is kept."""
    amounts: tuple[Amount, ...] = ()
    period: Said = NOTHING
    carries: Said = NOTHING
    pays_back: Said = NOTHING
    handled_by: Said = NOTHING
    notes: tuple[Said, ...] = ()
    yields_to: str = ""
    """The provision that displaces this one wherever and whenever it applies."""
    since: dt.date | None = None
    until: dt.date | None = None
    """The days between which it applies, where they are narrower than those of its source."""


_REQUIRED = ("kind", "standing", "title", "summary", "who", "basis")
_SAID = ("title", "summary", "who", "period", "carries", "pays_back", "handled_by")
_KEYS = (*_REQUIRED, "conditions", "checks", "amounts", "period", "carries", "pays_back", "handled_by", "notes", "yields_to", "since", "until")


def read_catalogue(folders: Sequence[Path]) -> tuple[Provision, ...]:
    """Return the provisions in the YAML files of ``folders``, in the order of folders, files and entries.

    Raises:
        ProvisionError: an entry is wrong, or two have the same id.
    """
    found: dict[str, tuple[Provision, Path]] = {}
    for path in [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.yaml"))]:
        for provision in _read_file(path):
            if provision.id in found:
                raise ProvisionError(f"{path}: {provision.id!r} is also in {found[provision.id][1]}. Give one of them another id.")
            found[provision.id] = (provision, path)
    for provision, path in found.values():
        if provision.yields_to and provision.yields_to not in found:
            raise ProvisionError(f"{path}: {provision.id}: yields_to {provision.yields_to!r} is not a provision. Correct it there.")
    return tuple(provision for provision, _ in found.values())


def _read_file(path: Path) -> list[Provision]:
    try:
        entries = read_metadata_file(path)
    except MetadataError as error:
        raise ProvisionError(str(error)) from error
    return [_provision(name, given, f"{path}: {name}") for name, given in entries.items()]


def _provision(name: str, given: object, where: str) -> Provision:
    entry = read_mapping(given, where, _KEYS, _REQUIRED)
    said = {key: read_said(entry[key], f"{where}: {key}") for key in _SAID if key in entry}
    conditions = read_list(entry.get("conditions", []), f"{where}: conditions")
    checks = read_list(entry.get("checks", []), f"{where}: checks")
    return Provision(
        id=name,
        kind=read_member(ProvisionKind, entry["kind"], f"{where}: kind"),
        standing=read_member(Declared, entry["standing"], f"{where}: standing"),
        basis=tuple(read_clause(clause, f"{where}: basis") for clause in read_list(entry["basis"], f"{where}: basis", least=1)),
        conditions=tuple(_condition(c, f"{where}: conditions") for c in conditions),
        checks=tuple(_condition(c, f"{where}: checks") for c in checks),
        amounts=_amounts(read_list(entry.get("amounts", []), f"{where}: amounts"), f"{where}: amounts"),
        notes=tuple(read_said(note, f"{where}: notes") for note in read_list(entry.get("notes", []), f"{where}: notes")),
        yields_to=str(entry.get("yields_to", "")),
        since=read_day(entry.get("since"), f"{where}: since"),
        until=read_day(entry.get("until"), f"{where}: until"),
        **said,
    )


def read_clause(given: object, where: str) -> Clause:
    """Return the clause that an entry cites.

    Raises:
        ProvisionError: it names no work, or no words of it.
    """
    entry = read_mapping(given, where, ("work", *LANGUAGES), ("work",))
    words = {}
    for language in LANGUAGES:
        if language in entry:
            part = read_mapping(entry[language], f"{where}: {language}", ("at", "quote"), ("at", "quote"))
            words[language] = Words(read_text(part["at"], where), read_text(part["quote"], where))
    if not words:
        raise ProvisionError(f"{where}: {entry['work']!r} is cited without words. Quote them under zh or en.")
    return Clause(read_text(entry["work"], where), words)


def _condition(given: object, where: str) -> Condition:
    entry = read_mapping(given, where, (*LANGUAGES, "test"), (*LANGUAGES, "test"))
    return Condition(read_said({key: entry[key] for key in LANGUAGES}, where), read_predicate(entry["test"], where))


def _amounts(given: Sequence[object], where: str) -> tuple[Amount, ...]:
    out: list[Amount] = []
    for item in given:
        entry = read_mapping(item, where, ("id", *LANGUAGES, "role", "unit", "formula", "when"), ("id", *LANGUAGES, "role", "unit", "formula"))
        formula = read_formula(entry["formula"], where)
        name, known = read_text(entry["id"], where), {amount.id for amount in out}
        for used in formula.names:
            if used not in known and not (used in fields() and fields()[used].kind.is_number):
                raise ProvisionError(f"{where}: {name}: {used!r} is neither a number of the profile nor a figure above it. Correct it there.")
        if name in known or name in fields():
            raise ProvisionError(f"{where}: {name!r} names two things. Give the figure another id.")
        label = read_said({key: entry[key] for key in LANGUAGES}, where)
        when = read_predicate(entry["when"], where) if "when" in entry else None
        out.append(Amount(name, label, read_member(Role, entry["role"], where), read_member(Unit, entry["unit"], where), formula, when))
    return tuple(out)
