"""Records as rows: they come back as they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents import Audience, Authority, Kind, Metadata, Standing, Status
from assistant.library.rows import index_terms, metadata_from_json, metadata_to_json

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


@pytest.mark.parametrize("text", ["500万元", "五百万元", "5 million yuan", "5,000,000 yuan"])
def test_a_figure_is_found_in_digits_however_it_is_written(text: str) -> None:
    assert "5000000" in index_terms(text)
