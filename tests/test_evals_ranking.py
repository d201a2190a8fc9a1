"""Fitting the order of candidates."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.search.ranking import FIRST, SECOND, Situation, Weights, weights
from evals.ranking import fit_softmax, write_weights


def cases(seed: int) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Questions of five candidates, the gold one drawn with odds that depend on the first signal twice as much as on the second."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(800):
        signals = rng.normal(size=(5, 3))
        scores = signals @ np.array([2.0, 1.0, 0.0])
        odds = np.exp(scores) / np.exp(scores).sum()
        gold = np.zeros(5, dtype=bool)
        gold[rng.choice(5, p=odds)] = True
        out.append((signals, gold, 1.0))
    return out


def test_the_weights_that_made_the_choices_are_found_again() -> None:
    fitted = fit_softmax(cases(0), np.zeros(3), ridge=0.01)
    assert fitted == pytest.approx([2.0, 1.0, 0.0], abs=0.25)


def test_where_it_starts_does_not_matter() -> None:
    assert fit_softmax(cases(1), np.zeros(3)) == pytest.approx(fit_softmax(cases(1), np.array([3.0, -3.0, 1.0])), abs=1e-3)


def test_a_penalty_draws_weights_to_nought() -> None:
    assert np.abs(fit_softmax(cases(2), np.zeros(3), ridge=1e4)).max() < 0.05


def test_weights_are_written_by_name(tmp_path: Path) -> None:
    write_weights({Situation(True, False): Weights(np.arange(len(FIRST), dtype=float), np.ones(len(SECOND)))}, tmp_path / "w.json")
    rows = json.loads((tmp_path / "w.json").read_text())
    assert [(row["same_language"], row["meaning"]) for row in rows] == [(False, False), (False, True), (True, False), (True, True)]
    shipped = weights()[Situation(False, True)]
    assert list(rows[1]["first"].values()) == pytest.approx(list(shipped.first)), "a situation without an example keeps what ships"
    row = rows[2]
    assert list(row["first"]) == list(FIRST)
    assert row["first"][FIRST[2]] == 2.0
