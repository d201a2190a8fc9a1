"""Which language of a library leads, and the fusion of its languages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.search.languages import Promise, fuse, shares

# -- which leads --------------------------------------------------------------------------------------------------------

WEAK = Promise(covered=0.2, across=0.2, lead=1.0, own=0.0)
PROMISES = st.builds(Promise, *[st.floats(0, 1)] * 2, st.floats(0, 8), st.sampled_from([0.0, 1.0]))


@pytest.mark.parametrize(("part", "more"), [("covered", 0.3), ("across", 0.3), ("lead", 3.0)])
def test_the_language_that_promises_more_leads(part: str, more: float) -> None:
    told = shares({"en": WEAK._replace(own=1.0), "zh": WEAK._replace(**{part: getattr(WEAK, part) + more})})
    assert told["zh"] == 1.0 > told["en"]


def test_the_question_is_not_bound_to_its_own_language() -> None:
    told = shares({"en": WEAK._replace(own=1.0), "zh": WEAK})
    assert 0.7 < min(told.values()) <= max(told.values()) == 1.0


@given(st.dictionaries(st.sampled_from(["en", "zh"]), PROMISES, min_size=1))
def test_each_language_has_a_share_and_the_best_all(promises: dict[str, Promise]) -> None:
    told = shares(promises)
    assert told.keys() == promises.keys()
    assert max(told.values()) == 1.0
    assert min(told.values()) > 0.0


def test_no_language_has_no_share() -> None:
    assert shares({}) == {}


# -- fusion -------------------------------------------------------------------------------------------------------------

IDS = st.sampled_from([f"p{i}" for i in range(12)])
LEG = st.lists(IDS, unique=True, max_size=12)
LEGS = st.dictionaries(st.sampled_from("abcde"), LEG, min_size=1)
WEIGHTS = {"a": 1.0, "b": 2.0, "c": 0.5, "d": 1.5, "e": 1.0}


@given(LEGS, st.randoms())
def test_the_order_of_the_legs_does_not_matter(legs: dict[str, list[str]], random: Any) -> None:
    names = list(legs)
    random.shuffle(names)
    assert fuse({name: legs[name] for name in names}, WEIGHTS, 30) == fuse(legs, WEIGHTS, 30)


@given(LEGS, LEG)
def test_a_further_vote_never_lowers_a_score(legs: dict[str, list[str]], vote: list[str]) -> None:
    before, after = fuse(legs, WEIGHTS, 30), fuse({**legs, "z": vote}, {**WEIGHTS, "z": 1.0}, 30)
    assert after.keys() == before.keys() | set(vote)
    for passage_id, (score, ranks) in before.items():
        assert after[passage_id][0] >= score
        assert (after[passage_id][0] > score) == (passage_id in vote)
        assert ranks.items() <= after[passage_id][1].items()


@given(LEGS)
def test_ranks_are_places_and_scores_their_weighted_sum(legs: dict[str, list[str]]) -> None:
    for passage_id, (score, ranks) in fuse(legs, WEIGHTS, 30).items():
        assert ranks == {name: leg.index(passage_id) + 1 for name, leg in legs.items() if passage_id in leg}
        assert score == pytest.approx(sum(WEIGHTS[name] / (30 + rank) for name, rank in ranks.items()))
