"""What a question alone lets expect: the vote of questions like it, and its kind where none is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers.expectation import LIKE, SUREST, WIDTH, Expectation, by_likeness, kinds
from assistant.library.bilingual import BILINGUAL, DIMENSION, BilingualEmbedder
from assistant.library.embedding import Vectors
from assistant.library.question_index import KnownQuestions

ENDS = math.log(SUREST / (1 - SUREST))


def unit(*places: int) -> Vectors:
    vector = np.zeros(DIMENSION, np.float32)
    vector[list(places)] = 1 / math.sqrt(len(places))
    return vector


def known(*pairs: tuple[Vectors, bool], placed: bool = False) -> KnownQuestions:
    answered = np.array([answered for _, answered in pairs])
    return KnownQuestions(["a"] * len(pairs), answered, np.full(len(pairs), placed), np.stack([vector for vector, _ in pairs]))


def test_the_model_that_ships_is_of_the_bilingual_vectors() -> None:
    assert (kinds().model, len(kinds().weights)) == (BILINGUAL, DIMENSION)


def test_the_same_question_decides() -> None:
    for answered, end in ((True, ENDS), (False, -ENDS)):
        assert by_likeness(unit(0), known((unit(0), answered), (unit(1), not answered)), placed=False) == pytest.approx(end, rel=0.01)


def test_where_no_question_is_like_it_its_kind_decides() -> None:
    odds = kinds().odds(unit(0))
    assert by_likeness(unit(0), known((unit(1), True), (unit(2), True)), placed=False) == pytest.approx(min(max(odds, -ENDS), ENDS), abs=1e-3)


def test_likeness_counts_by_a_kernel_beside_the_kind() -> None:
    cosine = 1 / math.sqrt(2)
    count = math.exp((cosine - 1) / WIDTH)
    kind = 1 / (1 + math.exp(-kinds().odds(unit(0))))
    answered = (count + LIKE * kind) / (2 * count + LIKE)
    assert by_likeness(unit(0), known((unit(0, 1), True), (unit(0, 2), False)), placed=False) == pytest.approx(math.log(answered / (1 - answered)), rel=1e-4)


def test_one_that_names_a_place_is_heard_only_where_a_place_is_named() -> None:
    kind = min(max(kinds().odds(unit(0)), -ENDS), ENDS)
    there = known((unit(0), False), placed=True)
    assert by_likeness(unit(0), there, placed=True) == pytest.approx(-ENDS, rel=0.01)
    assert by_likeness(unit(0), there, placed=False) == pytest.approx(kind, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=20), st.integers(0, 9))
def test_one_more_that_is_answered_never_speaks_against_it(pairs: list[tuple[int, bool]], place: int) -> None:
    rows = [(unit(p, p + 1), answered) for p, answered in pairs]
    before = by_likeness(unit(place), known(*rows), placed=False)
    assert -ENDS <= before <= by_likeness(unit(place), known(*rows, (unit(place), True)), placed=False) + 1e-9


def test_a_telephone_number_is_expected_less_than_a_duty() -> None:
    vectors = BilingualEmbedder().embed(["What is the telephone number of the office?", "Must the school sign an agreement with the intern?"])
    number, duty = (kinds().odds(v) for v in vectors)
    assert number < 0 < duty


def test_nothing_is_said_unless_asked() -> None:
    assert Expectation() == Expectation(kind=0.0, known=0.0)
