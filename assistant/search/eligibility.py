"""What may answer a question: force, place, audience and language of the sources."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.documents import Authority, Kind, Metadata, Status
from assistant.language.places import applies_in
from assistant.language.text import fold
from assistant.library.registry import Registry
from assistant.questions.query import Query
from assistant.results import Scope
from assistant.search.naming import Names

_PAST = re.compile(
    r"\b(?:former|old|previous|repealed|superseded|earlier version|before the (?:revision|amendment)|used to)\b"
    r"|旧法|旧版|旧的|原来的|以前的|已废止|修订前|修订以前|老的",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Wish:
    """All that decides which sources may answer a question."""

    revision: int
    scope: Scope
    as_of: dt.date
    language: str
    named: frozenset[str]
    places: tuple[str, ...]
    years: tuple[str, ...]
    past: bool


class Eligibility:
    """The sources of one library and which of them may answer; read again only when the library has changed."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._revision = -1
        self._sources: dict[str, Metadata] = {}
        self._names = Names(())
        self._chosen = functools.lru_cache(maxsize=64)(self._choose)

    def sources(self) -> dict[str, Metadata]:
        """Return the metadata of all live sources by id."""
        revision = self._registry.revision()
        if self._revision != revision:
            self._sources = {row.metadata.id: row.metadata for row in self._registry.sources()}
            self._names = Names(self._sources.values())
            self._revision = revision
        return self._sources

    def named(self, query: Query) -> list[Metadata]:
        """Return the sources that the question names by document number or by all the words of a title, longest title first."""
        self.sources()
        return self._names.named(query)

    def eligible(self, query: Query, scope: Scope) -> Mapping[str, Metadata]:
        """Return the sources that may answer ``query`` within ``scope``.

        Repealed, expired and superseded texts are left out unless the question names them by title, number or year, or
        asks as of a day when they were in force; so are texts of other places than the one asked about, and the versions of
        a work in another language than the question's where there is one in it.
        """
        self.sources()
        as_of = scope.as_of or dt.date.today()
        places = tuple(p.code for p in query.places if p.code)
        named = self._names.named_alone(query)
        return self._chosen(_Wish(self._revision, scope, as_of, query.language, named, places, query.years, bool(_PAST.search(query.text))))

    def _choose(self, wish: _Wish) -> Mapping[str, Metadata]:
        superseded = superseded_on(self._sources.values(), wish.as_of)
        out = {i: m for i, m in self._sources.items() if _within(m, wish.scope) and _applies(m, wish) and _holds(m, wish, superseded)}
        spoken = {m.work for m in out.values() if m.work and m.language == wish.language}
        return {i: m for i, m in out.items() if m.work not in spoken or m.language == wish.language}


def _within(m: Metadata, scope: Scope) -> bool:
    if scope.sources is not None and m.id not in scope.sources:
        return False
    return m.audience in scope.audiences and (scope.kind in (None, m.kind)) and (scope.status in (None, m.status))


def _applies(m: Metadata, wish: _Wish) -> bool:
    elsewhere = wish.places and m.kind is Kind.POLICY and m.id not in wish.named
    return not elsewhere or any(applies_in(m.jurisdiction, place) for place in wish.places)


def _holds(m: Metadata, wish: _Wish, superseded: set[str]) -> bool:
    if wish.scope.status is not None or m.id in wish.named or (m.id not in superseded and in_force_on(m, wish.as_of)):
        return True
    return wish.past or not m.years.isdisjoint(wish.years)  # '1996年的职业教育法'


def in_force_on(m: Metadata, day: dt.date) -> bool:
    """Whether a text may be relied on at ``day`` as far as its own metadata says; unknown is not a reason to hide it."""
    if m.effective and day < m.effective and m.status is not Status.UNKNOWN:
        return False
    if m.expires and day > m.expires:
        return False
    if m.status in (Status.REPEALED, Status.EXPIRED):
        return bool(m.expires and day <= m.expires)
    return True


def superseded_on(sources: Iterable[Metadata], day: dt.date) -> set[str]:
    """Return the ids of texts that another text in the library has replaced by ``day``.

    Either metadata says so, or two texts carry the same title for the same place and the later one is in force: that is
    how a library of bare statute texts tells the law of 1996 from that of 2022.
    """
    known = list(sources)
    in_effect = {key for m in known if (m.effective or m.issued or dt.date.min) <= day for key in (m.id, m.work) if key}
    out = {m.id for m in known if m.superseded_by in in_effect}
    replaced = {old for m in known if (m.effective or m.issued or dt.date.min) <= day for old in m.supersedes}
    out |= {m.id for m in known if m.id in replaced or (m.work and m.work in replaced)}
    editions: dict[tuple[str, str, str], list[Metadata]] = {}
    for m in known:
        if m.title_zh and m.authority is not Authority.RESEARCH_PAPER and m.kind is Kind.POLICY:
            editions.setdefault((fold(m.title_zh), m.jurisdiction, m.language), []).append(m)
    for same in editions.values():
        dated = sorted((m for m in same if m.issued and (m.effective or m.issued) <= day), key=lambda m: (m.issued or dt.date.min, m.id))
        out |= {m.id for m in dated[:-1] if m.work != dated[-1].work or not m.work}
    return out
