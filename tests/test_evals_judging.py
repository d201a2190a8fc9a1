"""Measures of a judge against scikit-learn's definitions, worked out by hand, and against brute force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.judging import Judged, auroc

JUDGED = st.lists(st.builds(Judged, st.integers(0, 5).map(float), st.booleans(), st.booleans()), min_size=2, max_size=30)


def both(judged: list[Judged]) -> bool:
    return len({j.good for j in judged}) == 2


def test_reference_values() -> None:
    # scikit-learn's roc_auc_score([0, 0, 1, 1], [.1, .4, .35, .8]) is 0.75
    judged = [Judged(0.1, False, False), Judged(0.4, True, False), Judged(0.35, False, True), Judged(0.8, True, True)]
    assert auroc(judged) == 0.75
    skewed = [*[Judged(1, True, True)] * 9, Judged(1, True, False)]
    assert auroc(skewed) == 0.5


@given(JUDGED.filter(both))
def test_auroc_is_the_share_of_pairs_in_order(judged: list[Judged]) -> None:
    pairs = [(g.score, b.score) for g in judged if g.good for b in judged if not b.good]
    assert auroc(judged) == pytest.approx(sum((g > b) + 0.5 * (g == b) for g, b in pairs) / len(pairs))


@given(JUDGED.filter(both))
def test_a_reversed_judge_is_as_wrong_as_it_was_right(judged: list[Judged]) -> None:
    reverse = [Judged(-j.score, not j.accepted, j.good) for j in judged]
    assert auroc(reverse) == pytest.approx(1 - auroc(judged))


def test_one_kind_alone_cannot_be_measured() -> None:
    with pytest.raises(ValueError, match="2 good and 0 bad"):
        auroc([Judged(1, True, True)] * 2)
