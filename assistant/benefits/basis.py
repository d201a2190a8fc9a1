"""What a provision rests on, looked up in the library: the exact words, where they stand, and whether they bind on that day and in that place.

The catalogue only says where its words should be. Here they are found in a live passage, or the provision rests on nothing.
A text that is repealed, expired, not yet in force, from another place or of unknown status supports no claim, and a paper
supports none ever, whatever the catalogue declares.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from assistant.answers.labels import binding_label
from assistant.benefits.provisions import Clause, Declared, Provision, Words
from assistant.documents import Authority, Metadata, Passage, Source, Span, Standing, Status
from assistant.language.places import applies_in
from assistant.library.chunking import page_of
from assistant.library.registry import Registry
from assistant.results import Citation, Hit
from assistant.search.eligibility import in_force_on, superseded_on

_YEAR = re.compile(r"〔(\d{4})〕")


class Force(StrEnum):
    """How far a provision binds on a day and in a place. The first two alone can carry a claim or a duty."""

    BINDING = "binding"
    REPORTED = "reported"
    """A rule of which only reports were read."""
    PLACE_UNKNOWN = "place_unknown"
    """A local rule, while it is not known where the enterprise is."""
    UNCONFIRMED = "unconfirmed"
    """Whether the text is still in force was not confirmed."""
    DISPLACED = "displaced"
    """Another provision takes its place."""
    NOT_YET = "not_yet"
    ENDED = "ended"
    ELSEWHERE = "elsewhere"
    MISSING = "missing"
    """The library does not hold the words."""
    CASE = "case"
    PROPOSAL = "proposal"

    @property
    def binds(self) -> bool:
        """Whether a claim or a duty can rest on it."""
        return self in (Force.BINDING, Force.REPORTED)


DECLARED = {Declared.LAW: Force.BINDING, Declared.REPORTED: Force.REPORTED, Declared.PROPOSAL: Force.PROPOSAL, Declared.CASE: Force.CASE}
"""What an entry may come to at most, by what it declares itself to be."""


class Texts(Protocol):
    """The library as far as clauses need it."""

    def metadata(self) -> Sequence[Metadata]:
        """Return the metadata of every live source."""

    def passages_of(self, source_id: str) -> Sequence[Passage]:
        """Return the live passages of a source."""

    def source(self, source_id: str) -> Source:
        """Return a source with its text."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The words that a provision rests on, and how far they bind."""

    force: Force
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Grounds:
    """Looks clauses up as of ``day``, for an enterprise in ``place`` (empty or ``CN`` if it is not known where in the country).

    Args:
        language: the language version that is quoted where the library has both.
    """

    texts: Texts
    day: dt.date
    place: str
    language: str

    @cached_property
    def _metadata(self) -> Sequence[Metadata]:
        return self.texts.metadata()

    @cached_property
    def _sources(self) -> dict[str, list[Metadata]]:
        by_work: dict[str, list[Metadata]] = {}
        for m in self._metadata:
            by_work.setdefault(m.work or m.id, []).append(m)
        return by_work

    @cached_property
    def _superseded(self) -> set[str]:
        return superseded_on(self._metadata, self.day)

    def of(self, provision: Provision) -> Basis:
        """Return what ``provision`` rests on; its citations are numbered from 1.

        A provision rests on all of its clauses, so it binds no further than the weakest of them.
        """
        return self.rest(provision.basis, self._declared(provision))

    def rest(self, clauses: Sequence[Clause], declared: Force = Force.BINDING) -> Basis:
        """Return what ``clauses`` come to together: no further than the weakest of them, and than ``declared``."""
        citations: list[Citation] = []
        forces = [declared]
        for clause in clauses:
            found = self._find(clause)
            if found is None:
                forces.append(Force.MISSING)
                continue
            m, passage, quote = found
            forces.append(self._force(m, passage))
            citations.append(self._cite(m, passage, quote, len(citations) + 1))
        return Basis(max(forces, key=list(Force).index), tuple(citations))

    def _declared(self, provision: Provision) -> Force:
        if provision.since and self.day < provision.since:
            return Force.NOT_YET
        if provision.until and self.day > provision.until:
            return Force.ENDED
        return DECLARED[provision.standing]

    def _find(self, clause: Clause) -> tuple[Metadata, Passage, str] | None:
        """Return the source and passage that hold the clause's words, in the wanted language where possible."""
        for language in sorted(clause.words, key=lambda known: known != self.language):
            for m in self._sources.get(clause.work, ()):
                passage = self._passage(m, clause.words[language]) if m.language == language else None
                if passage:
                    return m, passage, clause.words[language].quote
        return None

    def _passage(self, m: Metadata, words: Words) -> Passage | None:
        return next((p for p in self.texts.passages_of(m.id) if p.locator == words.at and words.quote in p.text), None)

    def _force(self, m: Metadata, passage: Passage) -> Force:
        if m.authority is Authority.RESEARCH_PAPER or passage.standing in (Standing.PROPOSAL, Standing.OBSERVED, Standing.REPORTED):
            return Force.PROPOSAL if passage.standing is Standing.PROPOSAL else Force.CASE
        somewhere = self.place not in ("", "CN")
        if somewhere and not applies_in(m.jurisdiction, self.place):
            return Force.ELSEWHERE
        if _first_day(m) > self.day:
            return Force.NOT_YET
        if not in_force_on(m, self.day) or m.id in self._superseded:
            return Force.ENDED
        if m.status in (Status.UNKNOWN, Status.PROPOSED):
            return Force.UNCONFIRMED
        if not somewhere and m.jurisdiction not in ("", "CN"):
            return Force.PLACE_UNKNOWN
        secondary = Standing.SECONDARY in (passage.standing, m.standing)
        return Force.REPORTED if secondary else Force.BINDING

    def _cite(self, m: Metadata, passage: Passage, quote: str, number: int) -> Citation:
        start = passage.span.start + passage.text.index(quote)
        return Citation(
            n=number,
            passage_id=passage.id,
            source_id=m.id,
            title=m.title,
            document_number=m.document_number,
            authority=m.authority,
            status=m.status,
            jurisdiction=m.jurisdiction,
            standing=passage.standing,
            label=binding_label(Hit(passage, m, 0.0), self.language),
            note=m.note,
            locator=passage.locator,
            page=page_of(self.texts.source(m.id), start),
            quote=quote,
            span=Span(start, start + len(quote)),
        )


def _first_day(m: Metadata) -> dt.date:
    """Return the first day on which a text can have applied; where no day is known, the first of the year in its number."""
    if m.effective or m.issued:
        return m.effective or m.issued or dt.date.min
    year = _YEAR.search(m.document_number)
    return dt.date(int(year[1]), 1, 1) if year else dt.date.min


class LiveTexts:
    """The library's live texts; passages are read once a source."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._passages: dict[str, list[Passage]] = {}

    def metadata(self) -> list[Metadata]:
        """Return the metadata of every live source."""
        return [row.metadata for row in self._registry.sources()]

    def passages_of(self, source_id: str) -> list[Passage]:
        """Return the live passages of a source."""
        if source_id not in self._passages:
            self._passages[source_id] = self._registry.passages_of(source_id)
        return self._passages[source_id]

    def source(self, source_id: str) -> Source:
        """Return a source with its text."""
        return self._registry.source(source_id)
