"""How records are written as rows of the registry, and read back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
from collections.abc import Sequence
from typing import Any

from assistant.documents import Audience, Authority, Kind, Metadata, Passage, PassageKind, Span, Standing, Status, Unit
from assistant.language.facts import figures
from assistant.language.text import fold, terms

PASSAGE_COLUMNS = 'id, source_id, start, "end", text, locator, heading, kind, page_from, page_to, article, standing, reported_by, units, asked'


def passage_to_row(p: Passage) -> tuple[Any, ...]:
    """Return a passage as the values of ``PASSAGE_COLUMNS``."""
    units = json.dumps([[*u.span, *(u.lead or ())] for u in p.units], separators=(",", ":"))
    where = (p.locator, p.heading, p.kind.value, p.page_from, p.page_to, p.article)
    return (p.id, p.source_id, *p.span, p.text, *where, p.standing.value, p.reported_by, units, "\n".join(p.asked))


def passage_from_row(row: Sequence[Any]) -> Passage:
    """Return the passage that ``passage_to_row`` wrote."""
    units = tuple(Unit(Span(u[0], u[1]), Span(u[2], u[3]) if len(u) == 4 else None) for u in json.loads(row[13]))
    return Passage(
        id=row[0],
        source_id=row[1],
        span=Span(row[2], row[3]),
        text=row[4],
        locator=row[5],
        heading=row[6],
        kind=PassageKind(row[7]),
        page_from=row[8],
        page_to=row[9],
        units=units,
        article=row[10],
        standing=Standing(row[11]),
        reported_by=row[12],
        asked=tuple(row[14].split("\n")) if row[14] else (),
    )


@functools.lru_cache(maxsize=4096)  # the same few passages are read again for one question after another
def index_terms(text: str) -> tuple[str, ...]:
    """Return the terms under which a text is found: its words, and its figures in digits (五百万元 also as 5000000)."""
    words = terms(text)
    seen = set(words)
    return *words, *(f.value for f in figures(fold(text)) if f.value not in seen and f.value.replace(".", "").isdigit())


_VOCABULARIES = {"kind": Kind, "authority": Authority, "status": Status, "audience": Audience, "standing": Standing}
_DATES = ("issued", "effective", "expires")


def metadata_to_json(metadata: Metadata) -> str:
    """Return metadata as JSON text with ISO dates."""
    return json.dumps(dataclasses.asdict(metadata), ensure_ascii=False, default=lambda value: value.isoformat())


def metadata_from_json(text: str) -> Metadata:
    """Return the metadata that ``metadata_to_json`` wrote; fields that it did not know yet have their defaults."""
    raw = dataclasses.asdict(Metadata()) | json.loads(text)
    for key, vocabulary in _VOCABULARIES.items():
        raw[key] = vocabulary(raw[key])
    for key in _DATES:
        raw[key] = dt.date.fromisoformat(raw[key]) if raw[key] else None
    for key in ("supersedes", "aliases"):
        raw[key] = tuple(raw[key])
    return Metadata(**raw)
