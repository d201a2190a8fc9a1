"""What the best candidates say of the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.search.feedback import feedback_scores, gram_shares


def test_a_candidate_that_shares_the_words_of_the_best_scores_above_one_that_does_not() -> None:
    bodies = [["insur", "premium", "claim"], ["premium", "claim", "paid"], ["harbour", "crane", "ship"], ["insur", "law"]]
    scores = feedback_scores(bodies, np.array([0.0, -99.0, -99.0, -99.0]))
    assert scores[1] > scores[3] > scores[2] == pytest.approx(0.0)


def test_what_all_candidates_share_says_nothing() -> None:
    assert feedback_scores([["law", "school"]] * 3, np.array([1.0, 0.0, 0.0])).tolist() == [0.0, 0.0, 0.0]


@given(st.lists(st.lists(st.sampled_from(["insur", "law", "ship", "crane", "paid"]), max_size=6), max_size=8))
def test_one_finite_score_for_each_candidate(bodies: list[list[str]]) -> None:
    scores = feedback_scores(bodies, np.arange(len(bodies), dtype=float))
    assert scores.shape == (len(bodies),)
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()


def test_shares_of_neighbouring_characters() -> None:
    texts = {"a": "企业应当为学生投保。", "b": "学校应当为教师发放工资。", "c": "港口"}
    shares = gram_shares("企业是否应当为学生投保？", texts, ["a", "b", "c"])
    assert shares[0] > shares[1] > shares[2] == 0.0
    assert shares[0] == pytest.approx(1.0 - _missing("企业是否应当为学生投保", texts["a"], list(texts.values())), abs=1e-9)


def _missing(question: str, text: str, texts: list[str]) -> float:
    """The weight of the pairs that a text lacks, written out."""
    pairs = sorted({question[i : i + 2] for i in range(len(question) - 1)})
    weights = {p: float(np.log((len(texts) + 1) / (sum(p in t for t in texts) + 0.5))) for p in pairs}
    return sum(w for p, w in weights.items() if p not in text) / sum(weights.values())
