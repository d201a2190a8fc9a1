"""Finding sources by what they are called and what they are."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.documents import Kind, Status
from assistant.language.text import fold
from assistant.library.registry import SourceRow


def matching(rows: Iterable[SourceRow], query: str = "", kind: Kind | None = None, status: Status | None = None) -> list[SourceRow]:
    """Return the rows whose id, titles, names or document number hold every word of ``query``, in their order; ``None`` does not filter."""
    wanted = fold(query).split()
    return [
        row
        for row in rows
        if (kind is None or row.metadata.kind is kind) and (status is None or row.metadata.status is status) and _holds(row, wanted)
    ]


def _holds(row: SourceRow, words: list[str]) -> bool:
    m = row.metadata
    text = fold(" ".join((m.id, m.title_zh, m.title_en, m.document_number, *m.aliases)))
    return all(word in text for word in words)
