"""The shipped catalogue over the shipped corpus, without an index: what the tests of provisions and benefits compute on."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from assistant.benefits.assessment import Figure, Row, Worksheet, assess, make_worksheet
from assistant.benefits.basis import Basis, Grounds
from assistant.benefits.profile import parse_profile
from assistant.benefits.provisions import Clause, Provision, read_catalogue
from assistant.documents import Metadata, Passage, Source
from assistant.library.chunking import chunk
from assistant.reading.loading import find_files, load

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
TODAY = dt.date(2026, 6, 1)
HERE = "CN-50"


class ShippedTexts:
    """The documents of some works, loaded from ``corpus/``."""

    def __init__(self, works: frozenset[str]) -> None:
        paths = [path for path in find_files([CORPUS / "policies", CORPUS / "cases"]) if path.name.split(".")[0] in works]
        self._sources = {source.id: source for source in map(load, paths)}
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
def shipped_provisions() -> tuple[Provision, ...]:
    """Return the shipped catalogue."""
    return read_catalogue([CORPUS / "provisions"])


@cache
def shipped_texts() -> ShippedTexts:
    """Return the texts that the catalogue cites, loaded once."""
    return texts_of(clause for provision in shipped_provisions() for clause in provision.basis)


def texts_of(clauses: Iterable[Clause]) -> ShippedTexts:
    """Return the texts that some clauses cite."""
    return _texts(frozenset(clause.work for clause in clauses))


@cache
def _texts(works: frozenset[str]) -> ShippedTexts:
    return ShippedTexts(works)


@cache
def _bases(day: dt.date, place: str, language: str) -> dict[str, Basis]:
    grounds = Grounds(shipped_texts(), day, place, language)
    return {provision.id: grounds.of(provision) for provision in shipped_provisions()}


def worksheet(facts: Mapping[str, object], day: dt.date = TODAY, place: str = HERE, language: str = "zh") -> Worksheet:
    """Return the worksheet for a profile over the shipped catalogue."""
    bases, profile = _bases(day, place, language), parse_profile(facts, "test")
    rows = assess(shipped_provisions(), profile, lambda provision: bases[provision.id], language)
    return make_worksheet(rows, profile, language, day, place, 1, "test")


def row_of(sheet: Worksheet, provision: str) -> Row:
    """Return the row of a provision, wherever it stands."""
    return next(r for r in (*sheet.benefits, *sheet.obligations, *sheet.proposals, *sheet.apart) if r.provision.id == provision)


def figure_of(row: Row, name: str) -> Figure:
    """Return a figure of a row."""
    return next(figure for figure in row.figures if figure.id == name)


def values_of(row: Row) -> dict[str, int | float | None]:
    """Return the figures of a row by id, as plain numbers."""
    return {f.id: None if f.value is None else float(f.value) for f in row.figures}


def write_benefits_corpus(folder: Path) -> Path:
    """Return ``folder`` filled with the shipped catalogue and a few of the texts that it cites."""
    for works, kind in ((("mof-2019-46", "mof-sta-2018-51", "eit-law", "moe-2021-4"), "policies"), (("chongqing-new-double-high-tang",), "cases")):
        (folder / kind).mkdir(parents=True)
        for path in (path for work in works for path in (CORPUS / kind).glob(f"{work}.*.md")):
            shutil.copy(path, folder / kind)
    shutil.copytree(CORPUS / "provisions", folder / "provisions")
    return folder
