"""Fitting what the kind of a question lets expect."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.answers.expectation import kinds
from assistant.config import shipped
from assistant.documents import KnownQuestion
from evals.fit_expectation import fit, known_questions


def test_what_tells_the_labels_apart_is_learned_and_what_is_common_says_nothing() -> None:
    vectors = np.array([[0.8, 0.6], [-0.8, 0.6]] * 20, np.float32)
    fitted = fit(vectors, np.array([True, False] * 20), "some")
    assert fitted.model == "some"
    assert fitted.weights[0] > 0.5
    assert fitted.weights[1] == pytest.approx(0.0, abs=1e-3)
    assert fitted.odds(np.array([0.8, 0.6])) == pytest.approx(-fitted.odds(np.array([-0.8, 0.6])), abs=1e-2)


def test_a_label_that_is_rare_weighs_as_much_as_the_other() -> None:
    fitted = fit(np.tile(np.array([[0.6, 0.8]], np.float32), (40, 1)), np.array([True] * 4 + [False] * 36), "some")
    assert fitted.odds(np.array([0.6, 0.8])) == pytest.approx(0.0, abs=1e-2)


def test_questions_of_all_documents_are_read(tmp_path: Path) -> None:
    for name, text in (("b", "Two?"), ("a", "One?")):
        (tmp_path / "some").mkdir(exist_ok=True)
        (tmp_path / "some" / f"{name}.en.md").write_text("# A\n", encoding="utf-8")
        (tmp_path / "some" / f"{name}.en.questions.jsonl").write_text(f'{{"question": "{text}", "answered": true}}\n', encoding="utf-8")
    assert known_questions(tmp_path) == [KnownQuestion("One?", True), KnownQuestion("Two?", True)]


def test_the_model_that_ships_has_a_weight_for_each_number_and_questions_to_be_fitted_on() -> None:
    assert len(kinds().weights) == 512
    assert len(known_questions(shipped("corpus"))) == 26_625
