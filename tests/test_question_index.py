"""The known questions in a library: kept with their source, replaced and removed with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant.access.views import IndexView
from assistant.documents import Audience, KnownQuestion, Source
from assistant.library.index import Index
from tests.fakes import HashEmbedder
from tests.libraries import APPLES, PEARS, make_source, traces

WHO, WHEN = KnownQuestion("Who picks the zyzzogeton?", False), KnownQuestion("When are apples picked?", True, "Apples")


def known_of(source: Source, *questions: KnownQuestion) -> Source:
    return dataclasses.replace(source, questions=questions, sha256=source.sha256 + str(questions))


@pytest.fixture(name="index")
def _index(tmp_path: Path) -> Iterator[Index]:
    with closing(Index(tmp_path / "home", HashEmbedder())) as index:
        yield index


def test_questions_come_back_with_their_source_and_vectors(index: Index) -> None:
    assert len(index.registry.known_questions(64).sources) == 0
    index.take(known_of(make_source("apples", APPLES), WHO, WHEN))
    index.take(make_source("pears", PEARS))
    assert index.registry.source("apples").questions == (WHO, WHEN)
    assert index.registry.source("pears").questions == ()
    known = index.registry.known_questions(64)
    assert known.sources == ["apples", "apples"]
    assert known.at == ["", "Apples"]
    assert known.answered.tolist() == [False, True]
    assert known.placed.tolist() == [False, False]
    assert np.allclose(known.vectors, HashEmbedder().embed([WHO.text, WHEN.text]), atol=1e-3)


def test_the_nearest_question_that_a_passage_answers_is_found_by_its_heading(index: Index) -> None:
    parts = "# Fruit", "## Pay", "### Article 3", "Pickers are paid by the day.", "## Rest", "### Article 3", "Pickers rest at noon."
    text = "\n\n".join((*parts, "### Article 13", "Nobody else rests."))
    pay, rest, vain = (
        KnownQuestion("How are pickers paid?", True, "Pay › Article 3"),
        KnownQuestion("When do pickers rest?", True, "Rest › Article 3"),
        KnownQuestion("Who rests beside pickers?", False, "Article 13"),
    )
    index.take(known_of(make_source("fruit", text), pay, rest, vain, KnownQuestion("Where is this put to?", True)))
    index.take(known_of(make_source("pears", PEARS), KnownQuestion("How are pickers paid?", True, "Pay › Article 3")))
    known, (asked,) = index.registry.known_questions(64), HashEmbedder().embed(["How are pickers paid?"])
    near = {p.heading.split(" › ")[-2]: known.nearest(asked, [p]) for p in index.registry.passages_of("fruit") if p.article == 3}
    other = float(asked @ HashEmbedder().embed(["When do pickers rest?"])[0])
    assert list(near["Pay"].values()) == pytest.approx([1.0], abs=1e-3)
    assert list(near["Rest"].values()) == pytest.approx([other], abs=1e-3)
    assert known.nearest(asked, [p for p in index.registry.passages_of("fruit") if p.article == 13]) == {}
    assert known.nearest(asked, index.registry.passages_of("pears")) == {}
    assert known.of([1]).at == ["Rest › Article 3"]


def test_a_new_version_brings_its_own_questions(index: Index) -> None:
    index.take(known_of(make_source("apples", APPLES), WHO, WHEN))
    index.take(known_of(make_source("apples", APPLES), WHEN))
    assert index.registry.source("apples").questions == (WHEN,)
    assert index.registry.known_questions(64).answered.tolist() == [True]


def test_what_is_indexed_anew_keeps_them(index: Index) -> None:
    index.take(known_of(make_source("apples", APPLES), WHO))
    index.renew(index.registry.source("apples"))
    index.rebuild()
    assert index.registry.source("apples").questions == (WHO,)
    assert len(index.registry.known_questions(64).vectors) == 1


def test_nothing_of_them_is_left_when_the_source_is_removed(index: Index) -> None:
    index.take(known_of(make_source("apples", APPLES), KnownQuestion("Does the quokka know?", False)))
    index.take(make_source("pears", PEARS.replace("quokka", "wombat")))
    assert traces(index.home, "quokka")
    index.remove("apples")
    assert len(index.registry.known_questions(64).sources) == 0
    assert traces(index.home, "quokka") == []


def test_those_of_hidden_sources_are_not_seen(index: Index) -> None:
    index.take(known_of(make_source("pears", PEARS, audience=Audience.STAFF), WHO))
    index.take(known_of(make_source("apples", APPLES), WHEN))
    shown = IndexView(index, {Audience.PUBLIC}).registry.known_questions(64)
    assert (shown.sources, shown.answered.tolist(), len(shown.vectors)) == (["apples"], [True], 1)
    everybody = IndexView(index, {Audience.PUBLIC, Audience.STAFF}).registry.known_questions(64)
    assert everybody.sources == ["pears", "apples"]


def test_a_library_made_anew_embeds_them_again(tmp_path: Path) -> None:
    with closing(Index(tmp_path, HashEmbedder())) as index:
        index.take(known_of(make_source("apples", APPLES), WHO))
    with closing(Index(tmp_path, HashEmbedder(32, "other"), remake=True)) as index:
        index.rebuild()
        assert index.registry.known_questions(32).vectors.shape == (1, 32)


def test_it_is_noted_which_of_them_name_a_place(index: Index) -> None:
    there = [KnownQuestion(text, False) for text in ("When are they picked in Chongqing?", "山东什么时候摘？")]
    index.take(known_of(make_source("apples", APPLES), WHEN, *there))
    assert index.registry.known_questions(64).placed.tolist() == [False, True, True]
