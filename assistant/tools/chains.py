"""Professional groups and industry chains: which majors serve which links, posts and skills, searched from either side.

An enterprise's demand is matched on the words that it shares with a group; a word that few groups have says more than one
that many have (inverse document frequency). What was shared, and in which column, is the reason that is shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from assistant.benefits.entries import read_list, read_said
from assistant.benefits.profile_fields import Said
from assistant.errors import ToolError
from assistant.language.text import fold, is_stop_word, terms
from assistant.tools.rules import Rule, Rules, read_rules
from assistant.tools.tables import read_table


class Column(StrEnum):
    """What an entry of the table is."""

    GROUP = "group"
    COLLEGE = "college"
    MAJOR = "majors"
    CHAIN = "chain"
    LINK = "links"
    POST = "posts"
    SKILL = "skills"


_SINGLE, _LISTS = (Column.COLLEGE, Column.CHAIN), (Column.MAJOR, Column.LINK, Column.POST, Column.SKILL)
SECTIONS = {"groups": tuple(column.value for column in (*_SINGLE, *_LISTS)), "notes": ()}
_HEADS = {
    Column.GROUP.value: ("专业群", "group", "professional group"),
    Column.COLLEGE.value: ("院校", "学院", "college"),
    Column.MAJOR.value: ("专业", "majors", "major"),
    Column.CHAIN.value: ("产业链", "chain", "industry chain"),
    Column.LINK.value: ("环节", "links", "link"),
    Column.POST.value: ("岗位", "核心岗位", "posts", "post"),
    Column.SKILL.value: ("技能", "skills", "skill"),
}
_SPLIT = re.compile(r"\s*[;；、|]\s*")
MOST_DEMAND = 20_000
_COMMON = frozenset(
    "专业 技术 技能 岗位 人才 人员 企业 公司 需要 要求 能够 熟悉 学生 招聘 工作 能力 以及 相关 major skill post compani talent need staff work".split()
)
"""Words that demands and groups are full of, and that tie nothing together."""


@dataclass(frozen=True, slots=True)
class Group:
    """A professional group with everything it is tied to, by column."""

    id: str
    name: Said
    cells: Mapping[Column, tuple[Said, ...]]
    rule: Rule | None
    """What it rests on; ``None`` for the college's own."""

    def entries(self) -> Iterator[tuple[Column, Said]]:
        """Yield every entry with its column, the group's own name first."""
        yield Column.GROUP, self.name
        for column, said in self.cells.items():
            yield from ((column, entry) for entry in said)


@dataclass(frozen=True, slots=True)
class Match:
    """A group that a demand fits: how well (1 for the best), and the entries with the words shared."""

    group: Group
    score: float
    reasons: tuple[tuple[Column, Said, tuple[str, ...]], ...]


def read_chains(path: Path, tables: Iterable[Path] = ()) -> tuple[Rules, tuple[Group, ...], list[str]]:
    """Return the groups of a file of rules and of a college's tables, and one line for each cell that is wrong.

    Raises:
        ProvisionError: an entry of the file is wrong.
        ToolError: a table lacks a column.
    """
    rules = read_rules(path, SECTIONS)
    groups = [_group(rule, f"{path}: groups: {rule.id}") for rule in rules["groups"].values()]
    wrong: list[str] = []
    for table in tables:
        rows, problems = read_table(table, _HEADS, (Column.GROUP.value, Column.CHAIN.value))
        for row in rows:
            name, chain = row.text(Column.GROUP.value, problems), row.text(Column.CHAIN.value, problems)
            if name and chain:
                groups.append(_own(name, row.cells, len(groups)))
        wrong += problems.lines
    return rules, tuple(groups), wrong


def _group(rule: Rule, where: str) -> Group:
    cells: dict[Column, tuple[Said, ...]] = {}
    for column in (*_SINGLE, *_LISTS):
        given = rule.values.get(column.value)
        if given in (None, ""):
            continue
        items = [given] if column in _SINGLE else read_list(given, f"{where}: {column}")
        cells[column] = tuple(read_said(item, f"{where}: {column}") for item in items)
    return Group(rule.id, rule.text, cells, rule)


def _own(name: str, given: Mapping[str, str], number: int) -> Group:
    cells = {}
    for column in (*_SINGLE, *_LISTS):
        parts = [part for part in _SPLIT.split(given.get(column.value, "")) if part]
        cells[column] = tuple(Said(part, part) for part in parts)
    return Group(f"own-{number}", Said(name, name), cells, None)


def find(groups: Sequence[Group], words: str) -> list[tuple[Group, tuple[tuple[Column, Said], ...]]]:
    """Return the groups of which an entry has the words, with those entries: by major, or by chain, link, post and skill alike."""
    wanted = " ".join(fold(words).split())
    if not wanted:
        return [(group, ()) for group in groups]
    out = []
    for group in groups:
        hits = tuple((column, said) for column, said in group.entries() if wanted in fold(said.zh) or wanted in fold(said.en))
        if hits:
            out.append((group, hits))
    return out


def match_demand(groups: Sequence[Group], demand: str) -> list[Match]:
    """Return the groups that a demand fits, best first, each with its reasons.

    Raises:
        ToolError: the demand is blank or longer than a demand.
    """
    if not demand.strip() or len(demand) > MOST_DEMAND:
        raise ToolError(f"demand: give between 1 and {MOST_DEMAND} characters of what the enterprise needs.")
    asked = set(_words(demand))
    by_group = [{word for _, said in group.entries() for word in _words(f"{said.zh} {said.en}")} for group in groups]
    rarity = {word: math.log(1 + len(groups) / sum(word in words for words in by_group)) for word in asked if any(word in words for words in by_group)}
    found = []
    for group, words in zip(groups, by_group, strict=True):
        shared = asked & words
        score = sum(rarity[word] for word in shared)
        reasons = tuple((column, said, common) for column, said in group.entries() if (common := _common(said, shared)))
        if score:
            found.append((score, group, reasons))
    best = max((score for score, _, _ in found), default=1.0)
    return [Match(group, score / best, reasons) for score, group, reasons in sorted(found, key=lambda item: (-item[0], item[1].id))]


def groups_value(groups: Sequence[Group], wanted: str, language: str) -> list[dict[str, Any]]:
    """Return the groups that a search hits as plain values for JSON."""
    return [
        {"id": group.id, "group": group.name.in_(language), **_cells(group, language), "found_in": [[c.value, said.in_(language)] for c, said in hits]}
        for group, hits in find(groups, wanted)
    ]


def matches_value(matches: Sequence[Match], language: str) -> list[dict[str, Any]]:
    """Return matched groups as plain values for JSON."""
    return [
        {
            "id": match.group.id,
            "group": match.group.name.in_(language),
            "score": round(match.score, 4),
            "reasons": [{"column": c.value, "entry": said.in_(language), "words": list(words)} for c, said, words in match.reasons],
        }
        for match in matches
    ]


def _cells(group: Group, language: str) -> dict[str, list[str]]:
    return {column.value: [said.in_(language) for said in entries] for column, entries in group.cells.items()}


def _common(said: Said, shared: set[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in _words(f"{said.zh} {said.en}") if word in shared))


def _words(text: str) -> list[str]:
    return [term for term in terms(text) if not is_stop_word(term) and term not in _COMMON and len(term) > 1]
