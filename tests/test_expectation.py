"""What a question alone lets expect: the vote of questions like it, and its kind where none is."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers.expectation import FAMILIAR, LIKE, STRANGE, SUREST, WIDTH, Expectation, by_likeness, expect, kinds
from assistant.config import load_settings
from assistant.library.bilingual import BILINGUAL, DIMENSION, BilingualEmbedder
from assistant.library.embedding import Vectors
from assistant.library.question_index import KnownQuestions
from assistant.pipeline import Assistant
from assistant.results import Scope
from tests.fakes import HashEmbedder

ENDS = math.log(SUREST / (1 - SUREST))


def unit(*places: int) -> Vectors:
    vector = np.zeros(DIMENSION, np.float32)
    vector[list(places)] = 1 / math.sqrt(len(places))
    return vector


def known(*pairs: tuple[Vectors, bool], placed: bool = False) -> KnownQuestions:
    answered = np.array([answered for _, answered in pairs])
    return KnownQuestions(["a"] * len(pairs), [""] * len(pairs), answered, np.full(len(pairs), placed), np.stack([vector for vector, _ in pairs]))


def test_the_model_that_ships_is_of_the_bilingual_vectors() -> None:
    assert (kinds().model, len(kinds().weights)) == (BILINGUAL, DIMENSION)


def test_the_same_question_decides() -> None:
    for answered, end in ((True, ENDS), (False, -ENDS)):
        assert by_likeness(unit(0), known((unit(0), answered), (unit(1), not answered)), placed=False) == pytest.approx(end, rel=0.01)


KINDLY = next(place for place in range(DIMENSION) if kinds().odds(unit(place)) > 1)
UNKINDLY = next(place for place in range(DIMENSION) if kinds().odds(unit(place)) < -0.5)


def test_where_no_question_is_like_it_its_kind_speaks_against_it_and_never_for_it() -> None:
    others = known((unit(DIMENSION - 1), True), (unit(DIMENSION - 2), True))
    assert by_likeness(unit(UNKINDLY), others, placed=False) == pytest.approx(max(kinds().odds(unit(UNKINDLY)), -ENDS), abs=1e-3)
    assert by_likeness(unit(KINDLY), others, placed=False) == 0.0


def towards(place: int, cosine: float) -> Vectors:
    """Return a unit vector at that cosine from the one at ``place``."""
    vector = unit(place) * np.float32(cosine)
    vector[(place + 1) % DIMENSION] = math.sqrt(1 - cosine**2)
    return vector


def test_something_speaks_for_an_answer_as_far_as_a_known_question_is_familiar() -> None:
    half, full = (STRANGE + FAMILIAR) / 2, by_likeness(unit(KINDLY), known((towards(KINDLY, 0.9), True)), placed=False)
    assert full > 3
    assert by_likeness(unit(KINDLY), known((towards(KINDLY, STRANGE), True)), placed=False) == pytest.approx(0.0, abs=1e-5)
    beside = by_likeness(unit(KINDLY), known((towards(KINDLY, half), True)), placed=False)
    assert beside == pytest.approx(0.5 * kinds().odds(unit(KINDLY)), rel=0.15)


def test_likeness_counts_by_a_kernel_beside_the_kind() -> None:
    cosine = 1 / math.sqrt(2)
    count = math.exp((cosine - 1) / WIDTH)
    kind = 1 / (1 + math.exp(-kinds().odds(unit(0))))
    answered = (count + LIKE * kind) / (2 * count + LIKE)
    assert by_likeness(unit(0), known((unit(0, 1), True), (unit(0, 2), False)), placed=False) == pytest.approx(math.log(answered / (1 - answered)), rel=1e-4)


def test_one_that_names_a_place_is_heard_only_where_a_place_is_named() -> None:
    kind = max(kinds().odds(unit(UNKINDLY)), -ENDS)
    there = known((unit(UNKINDLY), False), placed=True)
    assert by_likeness(unit(UNKINDLY), there, placed=True) == pytest.approx(-ENDS, rel=0.01)
    assert by_likeness(unit(UNKINDLY), there, placed=False) == pytest.approx(kind, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=20), st.integers(0, 9))
def test_one_more_that_is_answered_never_speaks_against_it(pairs: list[tuple[int, bool]], place: int) -> None:
    rows = [(unit(p, p + 1), answered) for p, answered in pairs]
    before = by_likeness(unit(place), known(*rows), placed=False)
    assert -ENDS <= before <= by_likeness(unit(place), known(*rows, (unit(place), True)), placed=False) + 1e-9


def test_a_telephone_number_is_expected_less_than_a_duty() -> None:
    vectors = BilingualEmbedder().embed(["What is the telephone number of the office?", "Must the school sign an agreement with the intern?"])
    number, duty = (kinds().odds(v) for v in vectors)
    assert number < 0 < duty


QUESTION = "How much is the rebate on pears that growers get?"


@pytest.fixture(name="orchards")
def _orchards(tmp_path: Path) -> Assistant:
    """A document whose known questions say that it does not answer what it seems to answer, and one that nothing is known of."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "pears.md").write_text("---\nid: pears\nlanguage: en\n---\n\n## 1 Rebate\n\nGrowers get a rebate of 12 % on pears.\n", encoding="utf-8")
    (folder / "pears.questions.jsonl").write_text(json.dumps({"question": QUESTION, "answered": False}) + "\n", encoding="utf-8")
    (folder / "plums.md").write_text("---\nid: plums\nlanguage: en\n---\n\n## 1 Levy\n\nGrowers pay a levy of 7 % on plums.\n", encoding="utf-8")
    library = Assistant(load_settings(home=tmp_path / "home", corpus=""), BilingualEmbedder())
    assert [r.outcome for r in library.ingest([folder])] == ["added", "added"]
    return library


def test_a_question_known_to_be_unanswered_is_declined(orchards: Assistant, tmp_path: Path) -> None:
    finding = orchards.find(QUESTION, Scope())
    assert not finding.answers
    assert finding.sufficiency.features["kind"] == 0.0
    assert finding.sufficiency.features["known"] == pytest.approx(-ENDS, rel=0.01)
    (tmp_path / "files" / "pears.questions.jsonl").write_text(json.dumps({"question": QUESTION, "answered": True}) + "\n", encoding="utf-8")
    assert [r.outcome for r in orchards.ingest([tmp_path / "files" / "pears.md"])] == ["replaced"]
    assert orchards.find(QUESTION, Scope()).answers


def test_known_questions_have_no_say_on_a_document_that_has_none(orchards: Assistant) -> None:
    question = "How much is the levy on plums that growers pay?"
    finding = orchards.find(question, Scope())
    assert finding.draft.candidates[0].hit.source.id == "plums"
    vector = BilingualEmbedder().embed([question])[0]
    assert finding.sufficiency.features["known"] == 0.0
    assert finding.sufficiency.features["kind"] == pytest.approx(kinds().odds(vector), abs=1e-4)


def test_vectors_of_another_model_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "pears.md").write_text("## 1 Rebate\n\nGrowers get a rebate of 12 % on pears.\n", encoding="utf-8")
    library = Assistant(load_settings(home=tmp_path / "home", corpus=""), HashEmbedder())
    assert [r.outcome for r in library.ingest([tmp_path / "pears.md"])] == ["added"]
    finding = library.find(QUESTION, Scope())
    assert expect(finding.query, finding.draft, library.retriever) == Expectation(kind=0.0, known=0.0)
