"""Fitting the refusal: weights on the side where they can speak, thresholds where the error rates meet, folds unseen."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistant.answers.expectation import Expectation
from assistant.answers.sufficiency import judge, model
from assistant.language.glossary import Dictionary
from evals.fit_refusal import EITHER, FOR, Example, best_threshold, cross_validated, fit, lines, rates
from tests.drafts import PAPER, PASSAGES, Shelf

TEXT = "# Practice\n\n## 1 Apprentices\n\nThe machine works recruited 50 apprentices and paid each a living allowance of 2000 yuan a month.\n"


def example(number: int, answerable: bool, share: float = 1.0, **features: float) -> Example:
    return Example("suite" if share == 1.0 else "set", f"q{number}", features, answerable, share)


def test_what_is_matched_speaks_for_an_answer_and_what_is_missing_against() -> None:
    rows = [example(n, n >= 10, matched=float(n), missing=float(20 - n)) for n in range(20)]
    fitted = fit(rows, 0.4)
    assert fitted.weights["matched"] > 0 > fitted.weights["missing"]
    clear = [e for e in rows if not 8 <= e.features["matched"] < 12]  # refusing what can be answered counts for more, so the middle leans to answers
    assert [fitted.confidence(e.features) > 0.5 for e in clear] == [e.answerable for e in clear]
    assert fitted.threshold == 0.4


@given(st.lists(st.booleans(), min_size=8, max_size=20).filter(lambda labels: len(set(labels)) == 2))
def test_a_weight_never_takes_the_side_on_which_its_feature_cannot_speak(labels: list[bool]) -> None:
    rows = [example(n, not answerable, matched=float(answerable), missing=float(not answerable)) for n, answerable in enumerate(labels)]
    weights = fit(rows).weights
    assert weights["matched"] >= 0 >= weights["missing"]


def test_rates_and_the_threshold_where_they_meet() -> None:
    told = [(True, 0.9), (True, 0.6), (False, 0.7), (False, 0.1)]
    held = [(example(n, answerable, matched=0.0), confidence) for n, (answerable, confidence) in enumerate(told)]
    assert rates(held, 0.65) == (0.5, 0.5)
    assert best_threshold(held) == 0.11
    assert max(rates(held, best_threshold(held))) == 0.5


def test_each_example_is_judged_by_a_model_that_has_not_seen_its_fold() -> None:
    rows = [example(n, n % 2 == 0, matched=float(n % 2 == 0)) for n in range(60)]
    held = cross_validated(rows)
    assert [e for e, _ in held] == rows
    one = held[0][0]
    assert held[0][1] == fit([e for e in rows if e.fold != one.fold]).confidence(one.features)


def test_sets_are_shown_apart_from_all_suites() -> None:
    held: list[Any] = [(example(n, n % 2 == 0, 1.0 if n < 4 else 0.6, matched=0.0), float(n % 2 == 0)) for n in range(8)]
    shown = list(lines(held, 0.5))
    assert [line.split("n=")[0].strip() for line in shown] == ["suite", "set", "all suites"]
    assert shown[-1].endswith("n=4    AUROC 1.000  false answers 0.000  false refusals 0.000")


def test_the_weights_that_ship_are_those_that_the_features_need(dictionary: Dictionary) -> None:
    query, draft = Shelf(dictionary, (PAPER, TEXT)).draft("How many apprentices did the machine works recruit?")
    features = judge(query, draft, PASSAGES, Expectation(), lambda _: 1.0).features
    assert set(model().weights) == set(features) | {"reads"}
    assert set(model().weights) >= FOR | EITHER
    assert all(w >= 0 for name, w in model().weights.items() if name in FOR)
    assert all(w <= 0 for name, w in model().weights.items() if name not in FOR | EITHER)
