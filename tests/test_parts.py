"""Questions of several parts, and the answers to them put together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.chat.parts import asks_several, in_turn, joined
from assistant.results import Answer
from tests.samples import answer, citation, hit, refusal


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("What is the rate? Who grants it?", True),
        ("What is the rate and who grants it?", True),
        ("比例是多少，由谁认定？", True),
        ("比例和期限分别是多少？", True),
        ("What is the rate?", False),
        ("How are schools and enterprises supported?", False),
        ("学校和企业如何合作？", False),
    ],
)
def test_questions_of_several_parts(question: str, several: bool) -> None:
    assert asks_several(question) is several


def test_the_best_hits_of_each_part_come_first() -> None:
    a, b, c = hit("a"), hit("b"), hit("c")
    assert in_turn([[a, b], [c]]) == [a, c, b]
    assert in_turn([]) == []


def test_answers_are_joined_with_their_citations_numbered_anew() -> None:
    one = answer("one")
    other = replace(answer("other"), citations=(citation(1, "施行。", "other"), citation(2)), notes=("Check it.", "And this."))
    whole = joined(answer("both"), [refusal(), one, other])
    assert isinstance(whole, Answer)
    assert whole.question == "both"
    assert [(c.n, c.source_id, c.quote) for c in whole.citations] == [
        (1, "vel", one.citations[0].quote),
        (2, "vel", "施行。"),
        (3, "other", "施行。"),
    ]
    assert whole.notes == ("Check it.", "And this.")
    assert [s.text for s in whole.statements] == ["It is in force since 1 May 2022.", "So it is."]


def test_where_no_part_is_answered_the_whole_stands() -> None:
    assert joined(refusal("both"), [refusal("a")]) == refusal("both")
