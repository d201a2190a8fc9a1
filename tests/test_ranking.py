"""One order out of many signs: the signals of both stages, and the weights that ship."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.search.matching import Match
from assistant.search.ranking import FIRST, SECOND, Evidence, Situation, first_signals, second_signals, weights

SITUATIONS = [Situation(s, m) for s in (False, True) for m in (False, True)]
MATCHES = [Match(4.0, 3.0, 1.0, 0.5, 0.2, 40), Match(2.0, 3.0, 0.5, 0.0, 0.0, 10)]


def evidence(matches: list[Match], cosines: list[float], units: list[float] | None = None, across: list[float] | None = None) -> Evidence:
    spaces = np.array([cosines if units is None else units, cosines if across is None else across]).T
    return Evidence(matches, 5.0, 6.0, 4, np.zeros(len(matches)), np.array(cosines), spaces)


def signals(matches: list[Match], cosines: list[float], units: list[float] | None = None, across: list[float] | None = None) -> dict[str, list[float]]:
    return dict(zip(FIRST, first_signals(evidence(matches, cosines, units, across)).T.tolist(), strict=True))


def test_signals_of_words_and_meaning() -> None:
    found = signals(MATCHES, [0.7, 0.5])
    assert found["words"] == pytest.approx([3 / 11, 3 / 11])
    assert found["concepts_rel"] == [1.0, 0.5]
    assert found["coverage"] == [1.0, 0.5]
    assert found["cosine"] == [0.7, 0.5]


def test_a_passage_without_a_vector_is_as_far_as_the_farthest() -> None:
    assert signals(MATCHES, [float("nan"), 0.5])["cosine"] == [0.5, 0.5]
    assert signals(MATCHES, [float("nan")] * 2)["cosine"] == [0.0, 0.0]


def test_a_passage_is_as_near_as_its_nearest_sentence_and_without_one_as_near_as_itself() -> None:
    assert signals(MATCHES, [0.7, 0.5], [0.6, 0.9])["unit"] == [0.6, 0.9]
    assert signals(MATCHES, [0.7, float("nan")], [float("nan"), 0.9])["unit"] == [0.7, 0.9]
    assert signals(MATCHES, [0.7, float("nan")], [float("nan")] * 2)["unit"] == [0.7, 0.7]


def test_each_model_has_a_say_of_its_own() -> None:
    found = signals(MATCHES, [0.7, 0.5], [0.6, float("nan")], [0.3, 0.4])
    assert (found["unit"], found["across"]) == ([0.6, 0.5], [0.3, 0.4])


def test_no_candidates_no_signals() -> None:
    assert first_signals(evidence([], [])).shape == (0, len(FIRST))
    assert second_signals(np.zeros(0), np.zeros(0), [], []).shape == (0, len(SECOND))


def test_what_stands_beside_a_likely_passage_and_in_its_source_is_likelier() -> None:
    found = second_signals(np.array([5.0, 0.0, 0.0, 0.0]), np.zeros(4), ["a", "a", "a", "b"], [1, 2, 9, 10])
    named = dict(zip(SECOND, found.T, strict=True))
    assert named["beside"][1] > 0.9 > 0.1 > named["beside"][2] == named["beside"][3]
    assert named["source"][1] == pytest.approx(named["source"][2])
    assert named["source"][1] > 0.9 > named["source"][3]


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=12))
def test_signals_are_finite(scores: list[float]) -> None:
    n = len(scores)
    assert np.isfinite(second_signals(np.array(scores), np.zeros(n), ["a"] * n, list(range(n)))).all()


@pytest.mark.parametrize("situation", SITUATIONS)
def test_there_are_weights_for_every_situation(situation: Situation) -> None:
    fitted = weights()[situation]
    assert fitted.first.shape == (len(FIRST),)
    assert fitted.second.shape == (len(SECOND),)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_more_of_the_question_is_never_worse(situation: Situation) -> None:
    """A passage that matches better in every respect and is not longer comes first."""
    better, worse = Match(4.0, 4.0, 1.0, 0.8, 0.5, 20), Match(1.0, 1.0, 0.3, 0.0, 0.0, 20)
    cosines = [0.8, 0.3] if situation.meaning else [float("nan")] * 2
    scores = first_signals(evidence([better, worse], cosines)) @ weights()[situation].first
    assert scores[0] > scores[1]
