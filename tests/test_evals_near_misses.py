"""Questions that a text answers, and questions that it only seems to: they are read, asked and counted."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest

from assistant.config import load_settings, shipped
from assistant.pipeline import Assistant
from evals.cases import CASES
from evals.fit_expectation import known_questions
from evals.near_misses import KINDS, Asked, Question, QuestionError, ask, draw, is_held_out, rates, read_questions
from tests.fakes import HashEmbedder


@pytest.fixture(name="questions", scope="module")
def _questions() -> list[Question]:
    return read_questions()


def test_questions_are_of_all_kinds_in_both_languages(questions: list[Question]) -> None:
    counts = Counter((q.language, q.kind) for q in questions)
    assert set(counts) == {(language, kind) for language in ("en", "zh") for kind in KINDS}
    assert min(counts.values()) > 200
    held = [q.answered for q in questions if is_held_out(q)]
    assert 0.3 < sum(held) / len(held) < 0.5


def test_no_question_is_there_twice_for_one_text_or_in_a_suite(questions: list[Question]) -> None:
    assert len({(q.text, q.at, q.question) for q in questions}) == len(questions)
    asked = {json.loads(line)["question"] for path in CASES.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()}
    assert asked & {q.question for q in questions} == set()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "is no question"),
        ('{"text": "a"}', "is no question"),
        ('{"text": "a", "at": "b", "language": "en", "kind": "maybe", "question": "c"}', "kind 'maybe'. Write one of answered"),
        ('{"text": "a", "at": "b", "language": "en", "kind": "answered", "question": "c"}', "text 'a'. Name a file below corpus"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "some.jsonl").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(QuestionError, match=rf"some\.jsonl:1: {message}"):
        read_questions(tmp_path)


def test_each_question_on_the_corpus_names_a_digest(questions: list[Question]) -> None:
    works = {q.text for q in questions if q.text.startswith("corpus/")}
    assert len(works) == 85
    for work in works:
        assert (shipped("corpus").parent / f"{work}.en.md").is_file()


def test_a_sample_is_the_same_each_time(questions: list[Question]) -> None:
    some = draw(questions, 50)
    assert some == draw(questions[::-1], 50) == draw(questions, 80)[:50]
    assert set(some) <= set(questions)


def test_one_question_in_eight_is_held_out_and_all_of_those_whose_writers_wrote_the_known_ones(questions: list[Question]) -> None:
    of_their_writers = [q for name in ("corpus.jsonl", "talked.jsonl") for q in read_questions(files=name)]
    assert all(map(is_held_out, of_their_writers))
    others = [q for q in questions if q not in set(of_their_writers)]
    assert sum(map(is_held_out, others)) / len(others) == pytest.approx(1 / 8, abs=0.02)


def test_no_document_knows_a_question_that_others_wrote() -> None:
    others = read_questions(files="asked.jsonl")
    assert len(others) == 5174
    assert {q.file for q in others} == {"asked"}
    assert {q.text for q in known_questions(shipped("corpus"))}.isdisjoint(q.question for q in others)


def test_each_question_is_asked_of_its_own_library(tmp_path: Path) -> None:
    (tmp_path / "pears.md").write_text("---\nid: pears\nlanguage: en\n---\n\n## 1 Rebate\n\nGrowers get a rebate of 12 % on pears.\n", encoding="utf-8")
    library = Assistant(load_settings(home=tmp_path / "home", corpus=""), HashEmbedder())
    assert [r.outcome for r in library.ingest([tmp_path / "pears.md"])] == ["added"]
    text = "How much is the rebate on pears that growers get?"
    questions = [Question(f"{folder}/pears", "1 Rebate", "en", "answered", text) for folder in ("corpus", "laws")]
    (asked,) = ask(questions, {"corpus": library}, dt.date(2026, 1, 1))
    assert (asked.question, asked.answered, asked.found) == (questions[0], True, True)


def test_rates_are_counted_for_each_kind() -> None:
    kinds = ["answered", "answered", "attribute", "attribute", "attribute", "elsewhere"]
    told = [True, False, True, False, False, False]
    asked = [Asked(Question("corpus/a", "", "en", k, "?"), t, 0.9 if t else 0.1, k == "answered") for k, t in zip(kinds, told, strict=True)]
    assert rates(asked) == pytest.approx(
        {"answered_answered": 0.5, "attribute_answered": 1 / 3, "elsewhere_answered": 0.0, "found": 1.0, "auroc": 0.625}
    )
    assert rates([]) == {}
