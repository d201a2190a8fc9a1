"""Finding sources by what they are called and what they are."""

from __future__ import annotations

import pytest

from assistant.documents import Kind, Metadata, Status
from assistant.library.listing import matching
from assistant.library.registry import SourceRow

KNOWN = [
    Metadata(id="a", title_zh="职业教育法", title_en="Vocational Education Law", status=Status.IN_FORCE, aliases=("职教法",)),
    Metadata(id="b-case", title_en="A Case of Law", kind=Kind.CASE, status=Status.REPEALED, document_number="财税〔2019〕46号"),
]
ROWS = [SourceRow(metadata, 1, 1, "", 1, "", "", ()) for metadata in KNOWN]


@pytest.mark.parametrize(
    ("query", "kind", "status", "found"),
    [
        ("", None, None, ["a", "b-case"]),
        ("law", None, None, ["a", "b-case"]),
        ("ＬＡＷ vocational", None, None, ["a"]),
        ("職教法", None, None, ["a"]),
        ("〔2019〕46", None, None, ["b-case"]),
        ("law", Kind.CASE, None, ["b-case"]),
        ("", None, Status.IN_FORCE, ["a"]),
        ("case", Kind.POLICY, None, []),
    ],
)
def test_matching(query: str, kind: Kind | None, status: Status | None, found: list[str]) -> None:
    assert [row.metadata.id for row in matching(ROWS, query, kind, status)] == found
