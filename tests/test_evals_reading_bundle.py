"""What the reading network is trained on, in one file: what was written is read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evals.reading_bundle import Bundle, read_bundle, renumbered

ROWS = st.lists(st.lists(st.integers(0, 90_000), min_size=1, max_size=6), max_size=5)


def test_a_bundle_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    matrix = np.array([[0.5, -2.0], [1.25, 3.0]], np.float32)
    bundle = Bundle(
        meant=([[1, 2], [3]], [[4], [5, 6, 7]]),
        alike=1,
        guessed=[[8, 9]],
        questions=[[1, 0, 2]],
        texts=[[2], [3, 3]],
        pairs=np.array([[0, 0, 1, 0.5, -1], [0, 1, 0, 1, 3]], np.float32),
        words=np.array([[1, 2]], np.int64),
        layers={"table": np.array([[1, 255]], np.uint8), "ln_g": np.array([0.1], np.float32), "w": matrix},
        bert={"encoder": matrix},
        config={"hidden_size": 2},
    )
    bundle.write(tmp_path / "bundle.npz")
    read = read_bundle(tmp_path / "bundle.npz")
    for name in ("meant", "alike", "guessed", "questions", "texts", "config"):
        assert getattr(read, name) == getattr(bundle, name)
    assert (read.pairs == bundle.pairs).all()
    assert (read.words == bundle.words).all()
    assert read.layers["table"].dtype == np.uint8
    assert read.layers["ln_g"].tolist() == [np.float32(0.1)]
    assert (read.bert["encoder"] == matrix).all()


@given(st.lists(ROWS, min_size=1, max_size=3))
def test_numbers_become_places_and_back(parts: list[list[list[int]]]) -> None:
    numbers, placed = renumbered(parts)
    assert sorted(set(numbers.tolist())) == numbers.tolist() == sorted({i for rows in parts for row in rows for i in row})
    assert [[[int(numbers[k]) for k in row] for row in rows] for rows in placed] == parts
