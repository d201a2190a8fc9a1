"""Predicates: three-valued, closed, and never met by what is unknown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.benefits.predicates import State, read_predicate
from assistant.benefits.profile import Profile
from assistant.errors import ProvisionError

FLAGS = ["takes_interns", "recognised", "above_scale"]
NUMBERS = ["staff_on_post", "post_interns", "total_wages"]


def state(test: Any, **facts: Any) -> State:
    return read_predicate(test, "test").state(Profile({k: v if isinstance(v, bool) else Decimal(v) for k, v in facts.items()}))


def test_a_fact_is_met_not_met_or_unknown() -> None:
    wanted = {"field": "takes_interns", "is": "yes"}
    assert [state(wanted, takes_interns=True), state(wanted, takes_interns=False), state(wanted)] == [State.MET, State.NOT_MET, State.UNKNOWN]
    assert state({"field": "takes_interns", "is": "no"}, takes_interns=False) is State.MET


@pytest.mark.parametrize(
    ("sign", "at_20", "at_21"),
    [("at_most", "met", "not_met"), ("less_than", "not_met", "not_met"), ("at_least", "met", "met"), ("more_than", "not_met", "met")],
)
def test_a_number_is_compared_with_a_formula(sign: str, at_20: str, at_21: str) -> None:
    test = {"field": "post_interns", sign: "floor(10% * staff_on_post)"}
    assert state(test, post_interns=20, staff_on_post=209) == at_20
    assert state(test, post_interns=21, staff_on_post=209) == at_21
    assert state(test, post_interns=20) is State.UNKNOWN
    assert state(test, staff_on_post=209) is State.UNKNOWN


def test_a_group_is_decided_as_soon_as_it_can_be() -> None:
    yes, no = {"field": "recognised", "is": "yes"}, {"field": "above_scale", "is": "yes"}
    assert state({"any": [yes, no]}, recognised=True) is State.MET
    assert state({"any": [yes, no]}, recognised=False) is State.UNKNOWN
    assert state({"all": [yes, no]}, recognised=False) is State.NOT_MET
    assert state({"all": [yes, no]}, recognised=True) is State.UNKNOWN


@pytest.mark.parametrize(
    "test",
    [
        "takes_interns",
        {},
        {"field": "interns", "is": "yes"},
        {"field": "takes_interns"},
        {"field": "takes_interns", "is": "perhaps"},
        {"field": "takes_interns", "is": "yes", "at_least": "1"},
        {"field": "staff_on_post", "is": "yes"},
        {"field": "takes_interns", "at_least": "1"},
        {"field": "staff_on_post", "at_least": "takes_interns"},
        {"field": "staff_on_post", "at_least": "__import__('os')"},
        {"not": {"field": "takes_interns", "is": "yes"}},
        {"all": []},
        {"any": {"field": "takes_interns", "is": "yes"}},
    ],
)
def test_anything_else_is_an_error(test: Any) -> None:
    with pytest.raises(ProvisionError, match=r"^here: "):
        read_predicate(test, "here")


_facts = st.fixed_dictionaries({"field": st.sampled_from(FLAGS), "is": st.sampled_from(["yes", "no"])})
_comparisons = st.builds(
    lambda name, sign, other: {"field": name, sign: other},
    st.sampled_from(NUMBERS),
    st.sampled_from(["at_least", "at_most", "more_than", "less_than"]),
    st.sampled_from(["5", *NUMBERS]),
)
_tests = st.recursive(
    _facts | _comparisons,
    lambda inner: st.builds(lambda word, parts: {word: parts}, st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=6,
)
_known = st.fixed_dictionaries({**{f: st.booleans() for f in FLAGS}, **{n: st.integers(0, 9).map(Decimal) for n in NUMBERS}})


@given(_tests, _known, st.sets(st.sampled_from([*FLAGS, *NUMBERS])))
def test_what_is_decided_with_facts_missing_holds_whatever_they_are(test: Any, known: dict[str, Any], missing: set[str]) -> None:
    predicate = read_predicate(test, "test")
    partial = predicate.state(Profile({k: v for k, v in known.items() if k not in missing}))
    if partial is not State.UNKNOWN:
        assert predicate.state(Profile(known)) is partial


@given(_tests)
def test_nothing_is_met_by_an_empty_profile(test: Any) -> None:
    assert read_predicate(test, "test").state(Profile()) is State.UNKNOWN
