"""Passages that answer about equally well by what can be counted are read, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from assistant.answers.candidates import Candidate, weights
from assistant.answers.rereading import MOST, NEAR, SURE, WEIGHT, Read, believed, reread
from assistant.language.glossary import Dictionary
from tests.drafts import LAW, Shelf

ROOMS = "# Rooms\n\n" + "\n\n".join(f"## {place}\n\nThe room in {place} has ten chairs. It is locked." for place in ("Ningbo", "Suzhou", "Wuhan", "Dalian"))


@pytest.fixture(name="found")
def _found(dictionary: Dictionary) -> list[Candidate]:
    """The best unit of each of four passages, best first."""
    _, draft = Shelf(dictionary, (LAW, ROOMS)).draft("How many chairs has the room in Ningbo?")
    return list({c.hit.passage.id: c for c in reversed(draft.candidates)}.values())


def scored(found: Sequence[Candidate], *scores: float) -> list[Candidate]:
    """Return the candidates with these scores, best first."""
    counts = weights()["around"]
    return sorted((replace(c, around=c.around + (score - c.score) / counts) for c, score in zip(found, scores, strict=True)), key=lambda c: -c.score)


def read_as(*odds: float) -> tuple[Read, list[Candidate]]:
    """Return what reads passages one after the other with these log-odds, and the list of what it was asked of."""
    asked: list[Candidate] = []

    def read(candidate: Candidate) -> float:
        asked.append(candidate)
        return odds[len(asked) - 1]

    return read, asked


def test_of_two_that_are_near_the_one_that_is_read_to_answer_comes_first(found: list[Candidate]) -> None:
    given = scored(found, 9.0, 9.0 - NEAR + 0.01, 3.0, 2.0)
    read, asked = read_as(-SURE, SURE)
    after = reread(given, read)
    assert asked == given[:2]
    assert [c.hit.passage.id for c in after] == [given[i].hit.passage.id for i in (1, 0, 2, 3)]
    assert [round(c.score, 6) for c in after] == [9.0 - NEAR + 0.01, 9.0 - 2 * WEIGHT, 3.0, 2.0]


def test_nothing_is_read_where_one_is_far_ahead(found: list[Candidate]) -> None:
    given = scored(found, 9.0, 9.0 - NEAR - 0.01, 3.0, 2.0)
    assert reread(given, read_as()[0]) == given
    assert reread(given[:1], read_as()[0]) == given[:1]
    assert reread([], read_as()[0]) == []


def test_so_many_are_read_and_no_more_and_each_passage_once(found: list[Candidate]) -> None:
    given = scored(found, 9.0, 8.9, 8.8, 8.7)
    read, asked = read_as(*[0.0] * MOST)
    twice = [c for g in given for c in (g, g)]
    assert reread(twice, read) == twice
    assert asked == given[:MOST]


@pytest.mark.parametrize(("odds", "said"), [(-9.0, -1.0), (-4.0, -1.0), (0.0, 0.0), (2.0, 0.5), (9.0, 1.0)])
def test_the_reading_network_is_believed_so_far_and_no_further(odds: float, said: float) -> None:
    assert believed(odds) == said
