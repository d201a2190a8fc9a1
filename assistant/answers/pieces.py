"""Setting out what was chosen: a row with its headers, an item behind its lead-in, the figure asked for in front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answers.candidates import Candidate
from assistant.documents import PassageKind, Span
from assistant.language.facts import FactKind, figures
from assistant.library.chunking import row_cells
from assistant.questions.asking import Asked
from assistant.questions.query import Query


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of a draft before verification: its text and the spans it rests on."""

    text: str
    passage_id: str
    spans: tuple[Span, ...]
    candidate: Candidate


def set_out(query: Query, c: Candidate, text: str, headed: bool) -> Piece:
    """Return a candidate as a statement; ``text`` is its source's, and ``headed`` puts the figure asked for in front."""
    words = text[c.unit.span.start : c.unit.span.end]
    lead = text[c.unit.lead.start : c.unit.lead.end] if c.unit.lead else ""
    spans = (c.unit.span,) if c.unit.lead is None else (c.unit.lead, c.unit.span)
    if c.hit.passage.kind is PassageKind.ROW:
        return Piece(_row(words, lead, c.hit.passage.heading), c.hit.passage.id, spans, c)
    if lead:
        return Piece(f"{lead} {words}".strip(), c.hit.passage.id, spans, c)
    return Piece((_headline(query, words) if headed else "") + words, c.hit.passage.id, spans, c)


def _row(words: str, header: str, heading: str) -> str:
    """Set a table row out as ``first cell — header: cell; header: cell``."""
    names, cells = row_cells(header), row_cells(words)
    names = names[len(names) - len(cells) :] if len(cells) < len(names) else names  # a row under a merged first cell
    pairs = [f"{name}: {cell}" for name, cell in zip(names[1:], cells[1:], strict=False) if cell]
    return f"{cells[0]} — " + "; ".join(pairs) if cells else words


def _headline(query: Query, words: str) -> str:
    """Return the figure asked for, to stand before the sentence, where the sentence has just one that fits."""
    if query.asked not in (Asked.FIGURE, Asked.DATE):
        return ""
    fitting = [f for f in figures(words) if (f.kind is FactKind.DATE) == (query.asked is Asked.DATE) and (not query.unit or f.unit == query.unit)]
    if len({(f.value, f.unit) for f in fitting}) != 1 or words.lstrip().startswith(words[fitting[0].span.start : fitting[0].span.end]):
        return ""
    figure = words[fitting[0].span.start : fitting[0].span.end].strip()
    return f"{figure}：" if query.language == "zh" else f"{figure}: "


def merge_leads(pieces: Sequence[Piece]) -> list[Piece]:
    """Give the lead-in of a list once: later items of the same list stand alone, but still rest on it."""
    out: list[Piece] = []
    for piece in pieces:
        lead = piece.candidate.unit.lead
        before = out[-1].candidate if out else None
        hit = piece.candidate.hit
        same_list = lead and before and before.unit.lead == lead and before.hit.source.id == hit.source.id
        if lead and same_list and hit.passage.kind is not PassageKind.ROW:
            item = piece.text[lead.end - lead.start :].strip()
            piece = Piece(item, piece.passage_id, piece.spans, piece.candidate)
        out.append(piece)
    return out
