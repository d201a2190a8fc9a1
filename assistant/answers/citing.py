"""Numbered citations: the exact words of a source, with everything a reader needs to know about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from assistant.answers.labels import binding_label
from assistant.documents import Source, Span
from assistant.library.chunking import page_of
from assistant.results import Citation, Hit


def citation_of(hit: Hit, span: Span, source: Source, language: str) -> Citation:
    """Return the citation of ``span`` of a passage found, not yet numbered; its label is in ``language``."""
    m = hit.source
    return Citation(
        n=0,
        passage_id=hit.passage.id,
        source_id=source.id,
        title=source.title,
        document_number=m.document_number,
        authority=m.authority,
        status=m.status,
        jurisdiction=m.jurisdiction,
        standing=hit.passage.standing,
        label=binding_label(hit, language),
        note=m.note,
        locator=hit.passage.locator,
        page=page_of(source, span.start),
        quote=source.text[span.start : span.end],
        span=span,
    )


class Citations:
    """The citations of one answer, numbered from 1 in the order in which they are first needed."""

    def __init__(self) -> None:
        self.all: list[Citation] = []

    def number(self, citation: Citation) -> int:
        """Return the number of a citation of these words, whatever number it bore, adding it if it is new."""
        for known in self.all:
            if (known.source_id, known.span) == (citation.source_id, citation.span):
                return known.n
        self.all.append(replace(citation, n=len(self.all) + 1))
        return len(self.all)

    def numbers(self, citations: Iterable[Citation]) -> tuple[int, ...]:
        """Return the numbers of several, each once."""
        return tuple(dict.fromkeys(self.number(c) for c in citations))
