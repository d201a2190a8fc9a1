"""The shipped catalogue over the shipped corpus, without an index: what the tests of provisions and benefits compute on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from assistant.basis import Grounds
from assistant.benefits import Row, Worksheet, assess, make_worksheet
from assistant.chunking import chunk
from assistant.loading import find_files, load
from assistant.profile import parse_profile
from assistant.provisions import Provision, read_catalogue
from assistant.types import Metadata, Passage, Source

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
TODAY = dt.date(2026, 6, 1)


class ShippedTexts:
    """The documents of ``corpus/``, loaded when first asked for."""

    def __init__(self) -> None:
        self._sources = {source.id: source for source in map(load, find_files([CORPUS / "policies", CORPUS / "cases"]))}
        self._passages: dict[str, list[Passage]] = {}

    def metadata(self) -> list[Metadata]:
        return [source.metadata for source in self._sources.values()]

    def passages_of(self, source_id: str) -> list[Passage]:
        if source_id not in self._passages:
            self._passages[source_id] = chunk(self._sources[source_id])
        return self._passages[source_id]

    def source(self, source_id: str) -> Source:
        return self._sources[source_id]


@cache
def shipped_texts() -> ShippedTexts:
    """Return the shipped corpus, loaded once."""
    return ShippedTexts()


@cache
def shipped_provisions() -> tuple[Provision, ...]:
    """Return the shipped catalogue."""
    return read_catalogue([CORPUS / "provisions"])


@cache
def grounds(day: dt.date = TODAY, place: str = "CN-50", language: str = "zh") -> Grounds:
    """Return the grounds on which the shipped catalogue stands on a day and in a place."""
    return Grounds(shipped_texts(), day, place, language)


def worksheet(facts: Mapping[str, object], day: dt.date = TODAY, place: str = "CN-50", language: str = "zh") -> Worksheet:
    """Return the worksheet for a profile over the shipped catalogue."""
    profile = parse_profile(facts, "test")
    rows = assess(shipped_provisions(), profile, _bases(day, place, language).__getitem__, language)
    return make_worksheet(rows, profile, language, day, place, 1, "test")


class _Bases(dict[Provision, object]):
    pass


def row_of(sheet: Worksheet, provision: str) -> Row:
    """Return the row of a provision, wherever it stands."""
    return next(r for r in (*sheet.benefits, *sheet.obligations, *sheet.proposals, *sheet.apart) if r.provision.id == provision)
