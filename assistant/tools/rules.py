"""Rules of the tools as data: an entry with its words and the clauses it rests on, or the college's own, which rests on the college."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.benefits.basis import DECLARED, Basis, Force, Grounds
from assistant.benefits.entries import LANGUAGES, read_list, read_mapping, read_member, read_said
from assistant.benefits.profile_fields import Said
from assistant.benefits.provisions import Clause, Declared, read_clause
from assistant.errors import MetadataError, ProvisionError
from assistant.reading.metadata import read_metadata_file
from assistant.results import Citation

OWN = "own"
"""The standing of what a college lays down itself: it needs no basis."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry: its words, what it rests on, and the values that it sets, as written."""

    id: str
    text: Said
    standing: Declared | None
    """``None`` for the college's own."""
    basis: tuple[Clause, ...]
    values: Mapping[str, object]

    def resting(self, grounds: Grounds) -> Basis:
        """Return what the rule rests on; a college's own binds the college and cites nothing unless it says so."""
        return grounds.rest(self.basis, Force.BINDING if self.standing is None else DECLARED[self.standing])


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one tool, by section and id."""

    path: Path
    sections: Mapping[str, Mapping[str, Rule]]

    def __getitem__(self, section: str) -> Mapping[str, Rule]:
        """Return the rules of a section."""
        return self.sections[section]

    def all(self) -> Iterator[Rule]:
        """Yield every rule."""
        for rules in self.sections.values():
            yield from rules.values()

    def citations(self, grounds: Grounds, *rules: Rule) -> tuple[Citation, ...]:
        """Return what some rules cite."""
        return tuple(citation for rule in rules for citation in rule.resting(grounds).citations)


def read_rules(path: Path, sections: Mapping[str, Sequence[str]]) -> Rules:
    """Return the rules of a file.

    Args:
        sections: the sections that it must have, each with the keys that its entries set.

    Raises:
        ProvisionError: an entry is wrong.
    """
    try:
        given = read_metadata_file(path)
    except MetadataError as error:
        raise ProvisionError(str(error)) from error
    parts = read_mapping(given, str(path), tuple(sections), tuple(sections))
    return Rules(path, {name: _section(parts[name], keys, f"{path}: {name}") for name, keys in sections.items()})


def _section(given: object, keys: Sequence[str], where: str) -> dict[str, Rule]:
    if not isinstance(given, Mapping):
        raise ProvisionError(f"{where}: is not a mapping. Give each entry an id and its keys.")
    return {str(name): _rule(str(name), entry, keys, f"{where}: {name}") for name, entry in given.items()}


def _rule(name: str, given: object, keys: Sequence[str], where: str) -> Rule:
    entry = read_mapping(given, where, (*LANGUAGES, "standing", "basis", *keys), (*LANGUAGES, "standing"))
    own = entry["standing"] == OWN
    return Rule(
        id=name,
        text=read_said({key: entry[key] for key in LANGUAGES}, where),
        standing=None if own else read_member(Declared, entry["standing"], where),
        basis=tuple(read_clause(clause, where) for clause in read_list(entry.get("basis", []), f"{where}: basis", least=0 if own else 1)),
        values={key: entry[key] for key in keys if key in entry},
    )
