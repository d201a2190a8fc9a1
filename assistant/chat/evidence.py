"""Laying passages out for a model: as data between fences, each sentence with a key, the law before plans and plans before papers."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.answers.labels import binding_label
from assistant.chat.budget import estimate_tokens
from assistant.chat.citations import format_keys, without_keys
from assistant.chat.instructions import gives_orders
from assistant.documents import SILENT, Source, Span
from assistant.results import Hit

PER_KEY, PER_PASSAGE = 6, 40
"""About how many tokens a key, and the line above a passage, take."""


class Sources(Protocol):
    """Gives a source with its text by id."""

    def source(self, source_id: str) -> Source: ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a key stands for: one unit of a passage, with the lead-in or header that it rests on."""

    hit: Hit
    spans: tuple[Span, ...]
    quotes: tuple[str, ...]
    """The exact words of each span."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """The passages as a model is shown them, and what each key stands for."""

    text: str
    fence: str
    evidence: Mapping[int, Evidence]


def lay_out(hits: Sequence[Hit], sources: Sources, language: str, most_tokens: int) -> Dossier:
    """Return the passages of ``hits`` for a model.

    A sentence that gives orders to whoever writes the answer is left out with the rest of its passage, so no key stands for it.

    Args:
        hits: the passages, best first; those that do not fit are left out from the end.
        language: of the labels above the passages.
        most_tokens: about how long the text may be; the best passage is kept whatever its length.
    """
    kept: list[tuple[Hit, list[Evidence]]] = []
    used = 0
    for hit in _once(hits):
        units = _units(hit, sources.source(hit.source.id).text)
        size = sum(estimate_tokens(_shown(e)) + PER_KEY for e in units) + PER_PASSAGE
        if not units or (kept and used + size > most_tokens):
            continue
        kept.append((hit, units))
        used += size
    kept.sort(key=lambda pair: pair[0].source.authority.rank)  # stable: among equals, the best first
    evidence: dict[int, Evidence] = {}
    blocks = []
    for hit, units in kept:
        lines = [_above(hit, language)]
        for unit in units:
            evidence[len(evidence) + 1] = unit
            lines.append(f"{format_keys([len(evidence)])} {_shown(unit)}")
        blocks.append("\n".join(lines))
    text = "\n\n".join(blocks)
    return Dossier(text, _fence(text), evidence)


def _once(hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits that may be quoted, each passage once, where it comes first."""
    first: dict[str, Hit] = {}
    for hit in hits:
        if hit.passage.kind not in SILENT:
            first.setdefault(hit.passage.id, hit)
    return list(first.values())


def _units(hit: Hit, text: str) -> list[Evidence]:
    out = []
    for unit in hit.passage.units:
        spans = (unit.span,) if unit.lead is None else (unit.lead, unit.span)
        quotes = tuple(text[s.start : s.end] for s in spans)
        if gives_orders(" ".join(quotes)):
            break  # what follows an order is likely what is to be said
        out.append(Evidence(hit, spans, quotes))
    return out


def _shown(evidence: Evidence) -> str:
    return plain(" ".join(evidence.quotes))


def _above(hit: Hit, language: str) -> str:
    m = hit.source
    since = m.effective or m.issued
    parts = (m.title, m.document_number, hit.passage.locator, binding_label(hit, language), since.isoformat() if since else "")
    return "# " + " | ".join(plain(part) for part in parts if part)


def plain(text: str) -> str:
    """Return ``text`` on one line, without keys and without characters that are not seen: both could be orders in disguise."""
    kept = (" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    return " ".join(without_keys("".join(kept)).split())


def _fence(text: str) -> str:
    """Return a line that ``text`` does not hold; the same text always has the same one, so that a run can be replayed."""
    seed = text
    while (mark := hashlib.sha256(seed.encode()).hexdigest()[:12]) in text:
        seed = mark + seed
    return f"=====[{mark}]====="
