"""Fitting which unit is chosen to answer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from assistant.answers.candidates import FEATURES, weights
from assistant.config import load_settings
from assistant.pipeline import Assistant
from evals.cases import Case, Evidence
from evals.fit_choice import CASE, REACH, SECTION, Example, fit, lines, question_examples, suite_examples
from evals.library import Library
from evals.near_misses import Question, is_held_out
from tests.fakes import HashEmbedder

DAY = dt.date(2026, 11, 20)
PEARS = """---
id: pears
work: pears
language: en
---

## 1 Rebate

Growers get a rebate of 12 % on pears. Packers get none.

## 2 Storage

Growers store pears in dry rooms.
"""
QUESTION = "How much is the rebate on pears that growers get?"


@pytest.fixture(name="library")
def _library(tmp_path: Path) -> Library:
    path = tmp_path / "pears.md"
    path.write_text(PEARS, encoding="utf-8")
    assistant = Assistant(load_settings(home=tmp_path / "home", corpus=""), HashEmbedder())
    assert [r.outcome for r in assistant.ingest([path])] == ["added"]
    return Library(assistant, {path: "pears"}, {})


def example(gold: int, telling: str, share: float = CASE) -> Example:
    """Return six candidates, of which the gold one has more of the ``telling`` feature than the others, and one all of the rest."""
    table = np.zeros((6, len(FEATURES)))
    table[:, FEATURES.index(telling)] = np.linspace(0.0, 0.5, 6)
    table[gold, FEATURES.index(telling)] = 1.0
    return Example("some", table, np.arange(6) == gold, share)


def test_the_feature_that_tells_is_the_one_that_counts() -> None:
    fitted = fit([example(gold, "around") for gold in range(6)])
    assert {name for name, weight in fitted.items() if weight} == {"around"}
    assert fitted["around"] > 0


def test_weights_are_in_the_unit_in_which_answers_are_put_together() -> None:
    examples = [example(gold, "alike") for gold in range(6)]
    fitted = np.array(list(fit(examples).values()))
    gaps = [scores[-1] - scores[-5] for e in examples if len(scores := np.sort(e.table @ fitted))]
    assert float(np.median(gaps)) == pytest.approx(REACH, abs=0.02)


def test_what_is_held_out_is_measured_and_not_fitted_on() -> None:
    held = [example(gold, "named", share=0.0) for gold in range(6)]
    fitted = fit([example(gold, "around") for gold in range(6)] + held)
    assert fitted["named"] == 0.0
    assert [line.split()[1:3] for line in lines(held, fitted)] == [["held", "out"]]


def test_the_weights_that_ship_are_of_the_features_of_a_candidate() -> None:
    assert tuple(weights()) == FEATURES
    assert weights()["elsewhere"] < 0 < min(weights()[name] for name in FEATURES if name != "elsewhere")


def test_of_a_case_the_unit_that_holds_the_evidence_is_gold(library: Library) -> None:
    (path,) = library.ids
    evidence = Evidence(path, "a rebate of 12 % on pears", "", 0)
    case = Case("a", QUESTION, "en", "en-en", None, (evidence,), (), ())
    (found,) = suite_examples("some", library, [case], DAY)
    assert (found.group, found.share, found.table.shape[1]) == ("some", CASE, len(FEATURES))
    assert found.gold.sum() == 1
    assert found.gold[0], "the unit with the rebate comes first"


def test_of_a_question_on_a_section_its_units_are_gold_and_one_in_eight_is_held_out(library: Library) -> None:
    assert isinstance(library.asker, Assistant)
    asked = [(at, text) for at in ("1 Rebate", "2 Storage") for text in (QUESTION, "Where are pears kept?")]
    questions = [Question("corpus/policies/pears", at, "en", "answered", text, file="some") for at, text in asked]
    found = list(question_examples(questions, library.asker, DAY))
    assert [e.group for e in found] == ["some/en"] * 4
    assert [e.share for e in found] == [0.0 if is_held_out(q) else SECTION for q in questions]
    rebate, storage = found[0].gold, found[2].gold
    assert rebate.sum() == 2, "both sentences of the section"
    assert not (rebate & storage).any()
