"""Records as rows: they come back as they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents import Audience, Authority, Kind, Metadata, Passage, PassageKind, Span, Standing, Status, Unit
from assistant.library.rows import index_terms, metadata_from_json, metadata_to_json, passage_from_row, passage_to_row

DAYS = st.none() | st.dates()
METADATA = st.builds(
    Metadata,
    id=st.text(min_size=1),
    title_zh=st.text(),
    kind=st.sampled_from(Kind),
    authority=st.sampled_from(Authority),
    status=st.sampled_from(Status),
    issued=DAYS,
    effective=DAYS,
    expires=DAYS,
    supersedes=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    audience=st.sampled_from(Audience),
    standing=st.sampled_from(Standing),
    note=st.text(),
)


@given(METADATA)
def test_metadata_survives_json(metadata: Metadata) -> None:
    assert metadata_from_json(metadata_to_json(metadata)) == metadata


PASSAGES = st.builds(
    Passage,
    id=st.text(min_size=1),
    source_id=st.text(),
    span=st.tuples(st.integers(0, 9), st.integers(9, 99)).map(lambda ends: Span(*ends)),
    text=st.text(),
    kind=st.sampled_from(PassageKind),
    units=st.lists(st.builds(Unit, st.just(Span(1, 2)), st.none() | st.just(Span(0, 1))), max_size=2).map(tuple),
    standing=st.sampled_from(Standing),
    asked=st.lists(st.text(st.characters(exclude_characters="\n"), min_size=1), max_size=3).map(tuple),
)


@given(PASSAGES)
def test_a_passage_survives_its_row(passage: Passage) -> None:
    assert passage_from_row(passage_to_row(passage)) == passage


@pytest.mark.parametrize("text", ["500万元", "五百万元", "5 million yuan", "5,000,000 yuan"])
def test_a_figure_is_found_in_digits_however_it_is_written(text: str) -> None:
    assert "5000000" in index_terms(text)
