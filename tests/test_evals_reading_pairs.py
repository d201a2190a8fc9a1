"""The pairs of question and text that the reading network learns from: which come out, with which label and weight."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.answers.cross_encoder import CrossEncoder, Excerpt
from assistant.config import load_settings, shipped
from assistant.pipeline import Assistant
from evals import reading_pairs
from evals.benchmarks import Document, Task
from evals.benchmarks import Question as Query
from evals.near_misses import Question, is_held_out, read_questions
from evals.packed_pairs import FOLDS, Pair, fold_of
from evals.public_pairs import ANSWERING, BEHIND, EITHER, judged_pairs, public_pairs, ranked_pairs
from evals.reading_pairs import ACROSS, BESIDE, LATER, LEAST, MOST, NEAR, PHRASE, Sections, found, gather, known, question_pairs, questions_of, weights_of
from evals.refusal import Item
from tests.fakes import HashEmbedder

DAY = dt.date(2026, 11, 20)
PEARS = """---
id: pears.en
work: pears
language: en
title_en: Pears
---

# Pears

## Rebate {asked="money for pears"}

Growers get a rebate of 12 % on pears. Packers get none.

## Storage

Growers store pears in dry rooms.

## Sale

Pears are sold in boxes of ten.

## Export

Pears leave by rail.
"""
PEARS_ZH = """---
id: pears.zh
work: pears
language: zh
title_zh: 梨
---

# 梨

## 退款

种植者的梨可获百分之十二的退款。包装者没有退款。

## 储存

种植者把梨储存在干燥的房间里。

## 销售

梨每箱十个出售。

## 出口

梨由铁路运出。
"""
HAY = "---\nid: hay\nlanguage: en\n---\n\n## Price\n\nA ton of hay costs 800 yuan, and growers carry it themselves.\n"
REBATE = Excerpt("Pears", "Pears › Rebate", "Growers get a rebate of 12 % on pears. Packers get none.")
REBATE_ZH = Excerpt("梨", "梨 › 退款", "种植者的梨可获百分之十二的退款。包装者没有退款。")
STORAGE = Excerpt("Pears", "Pears › Storage", "Growers store pears in dry rooms.")
PRICE = Excerpt("hay", "Price", "A ton of hay costs 800 yuan, and growers carry it themselves.")


@pytest.fixture(name="library")
def _library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assistant:
    monkeypatch.setattr(CrossEncoder, "odds", lambda *_: 0.0)  # what is found does not depend on it, and it takes seconds to load
    for name, text in (("pears.en.md", PEARS), ("pears.zh.md", PEARS_ZH), ("hay.md", HAY)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assistant = Assistant(load_settings(home=tmp_path / "home", corpus=""), HashEmbedder())
    assert [r.outcome for r in assistant.ingest(sorted(tmp_path.glob("*.md")))] == ["added"] * 3
    return assistant


def question(text: str = "How much is the rebate on pears?", at: str = "Rebate", kind: str = "answered", language: str = "en", work: str = "pears") -> Question:
    return Question(f"corpus/policies/{work}", at, language, kind, text)


def drawn(held: bool, work: str = "pears", kind: str = "answered") -> Question:
    """Return a question that is held out, or one that is not."""
    return next(q for q in (question(f"Question {i}?", kind=kind, work=work) for i in range(100)) if is_held_out(q) is held)


# -- sections -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["Rebate", "Pears › Rebate", "退款"])
def test_a_section_is_known_by_the_end_of_its_headings_and_has_one_in_the_same_place_in_the_other_language(library: Assistant, at: str) -> None:
    assert Sections(library).of(question(at=at)) == {"en": REBATE, "zh": REBATE_ZH}


def test_a_heading_that_is_not_there_names_no_section(library: Assistant) -> None:
    assert Sections(library).of(question(at="Taxes")) == Sections(library).of(question(work="apples")) == {}


def test_where_the_other_language_has_other_sections_only_the_own_is_known(library: Assistant, tmp_path: Path) -> None:
    (tmp_path / "pears.zh.md").write_text(PEARS_ZH.split("## 出口")[0], encoding="utf-8")
    assert [r.outcome for r in library.ingest([tmp_path / "pears.zh.md"])] == ["replaced"]
    assert Sections(library).of(question()) == {"en": REBATE}


def test_a_phrase_comes_with_its_section_and_two_others_of_the_work(library: Assistant) -> None:
    first, *others = Sections(library).phrase_pairs()
    assert first == Pair("money for pears", REBATE, True, PHRASE, "pears", "phrase")
    assert [(p.question, p.label, p.weight, p.work, p.kind) for p in others] == [("money for pears", False, BESIDE, "pears", "phrase")] * 2
    assert len({p.text.heading for p in others} - {"Pears › Rebate"}) == 2
    assert all(p.text.title == "Pears" for p in others)


# -- questions ------------------------------------------------------------------------------------------------


def test_an_answered_question_is_paired_with_its_section_the_same_text_and_another_section_of_the_work() -> None:
    asked, begun = question(), Excerpt("Pears", "Pears › Rebate", "Growers get a rebate of 12 % on pears.")
    pairs = list(question_pairs(asked, 2.0, {"en": REBATE, "zh": REBATE_ZH}, [("pears", begun), ("hay", PRICE), ("pears", STORAGE)]))
    assert pairs == [
        Pair(asked.question, REBATE, True, 2.0, "pears", "question"),
        Pair(asked.question, REBATE_ZH, True, 2.0 * ACROSS, "pears", "question"),
        Pair(asked.question, begun, True, 2.0, "pears", "question"),
        Pair(asked.question, STORAGE, False, 2.0 * NEAR, "pears", "near"),
    ], "nothing is known of the other work"


@pytest.mark.parametrize("kind", ["attribute", "premise", "elsewhere"])
def test_nothing_that_is_found_answers_a_question_that_is_not_answered(kind: str) -> None:
    asked = question(kind=kind, language="zh")
    pairs = list(question_pairs(asked, 2.0, {"en": REBATE, "zh": REBATE_ZH}, [("hay", PRICE), ("pears", STORAGE)]))
    told = [(REBATE, 2.0 * ACROSS), (REBATE_ZH, 2.0), (PRICE, 2.0), (STORAGE, 2.0 * LATER)]
    assert pairs == [Pair(asked.question, text, False, weight, "pears", "question") for text, weight in told]


def test_where_the_section_is_not_known_the_first_passage_answers_if_it_is_of_the_work() -> None:
    asked = question(work="hay")
    assert list(question_pairs(asked, 2.0, {}, [("hay", PRICE), ("hay", PRICE)])) == [Pair(asked.question, PRICE, True, 2.0, "hay", "question")]
    assert list(question_pairs(asked, 2.0, {}, [("pears", STORAGE), ("hay", PRICE)])) == []


def test_passages_are_found_once_each_and_read_from_their_best_unit_on(library: Assistant) -> None:
    works = {"pears.en": "pears", "pears.zh": "pears", "hay": "hay"}
    (work, first), *others = found(question("包装者有没有退款？"), library, works, DAY)
    assert (work, first.title, first.heading) == ("pears", "梨", "梨 › 退款")
    assert first.passage[first.start :] == "包装者没有退款。"
    assert len(others) <= 2
    assert first.passage not in {text.passage for _, text in others}


def test_a_known_question_has_its_heading_and_a_wording_counts_once_and_held_out_ones_of_the_corpus_never(tmp_path: Path) -> None:
    kept, held = drawn(False).question, drawn(True).question
    (tmp_path / "policies").mkdir()
    rows = [
        {"question": kept, "answered": False, "at": "Rebate"},
        {"question": held, "answered": True, "at": "Rebate"},
        {"question": "Who  packs?", "answered": True},
    ]
    path = tmp_path / "policies" / "pears.en.questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "\n", encoding="utf-8")
    assert known(tmp_path) == [
        Question("corpus/policies/pears", "Rebate", "en", "attribute", kept, "known"),
        Question("corpus/policies/pears", "Rebate", "en", "answered", held, "known"),
        Question("corpus/policies/pears", "", "en", "answered", "Who packs?", "known"),
    ]
    listed = question(kept)
    assert [(q.question, q.file, q.answered) for q in questions_of(tmp_path, [listed])] == [(kept, "", True), ("Who packs?", "known", True)]


def test_the_questions_that_ship_are_learned_from_but_for_one_in_eight_of_those_that_are_listed() -> None:
    listed = read_questions()
    questions = questions_of(shipped("corpus"), listed)
    held = {q.question for q in questions if is_held_out(q)}
    assert len(questions) == len({q.question for q in [*listed, *known(shipped("corpus"))]})
    assert held == {q.question for q in listed if is_held_out(q)}
    assert len(held) > 3000


# -- weights --------------------------------------------------------------------------------------------------


def test_a_question_that_gives_its_label_away_counts_less_and_one_against_its_looks_more() -> None:
    works = [next(f"{fold}-{i}" for i in range(100) if fold_of(f"{fold}-{i}") == fold) for fold in range(FOLDS)]
    questions = [drawn(False, work, kind) for work in works for kind in ("answered", "attribute") for _ in range(20)]
    vectors = np.array([[1.0, 0.0] if q.answered else [0.0, 1.0] for q in questions], np.float32)
    vectors[0] = [0.0, 1.0]
    weights = weights_of(questions, vectors)
    assert weights[0] == MOST
    assert max(weights[1:]) < 0.6
    assert min(weights) >= LEAST


def test_a_work_says_nothing_of_its_own_questions() -> None:
    questions = [drawn(False, "pears", kind) for kind in ("answered", "attribute")] * 20
    assert weights_of(questions, np.array([[1.0, 0.0], [0.0, 1.0]] * 20, np.float32)) == [1.0] * 40


def test_a_question_that_is_held_out_counts_nothing() -> None:
    assert weights_of([drawn(True), drawn(False)], np.ones((2, 2), np.float32)) == [0.0, 1.0]


# -- public sets ----------------------------------------------------------------------------------------------


def test_of_a_set_of_documents_those_ranked_behind_the_first_do_not_answer() -> None:
    places = {"gold": 0.9, "first": 0.8, "second": 0.7, "third": 0.6, "last": 0.1}
    documents = tuple(Document(name, name, f"T {name}", name, "en", name) for name in places)
    asked = Query("q", "Which?", frozenset({"gold"}))
    vectors = {**{name: [at, 0.0] for name, at in places.items()}, "Which?": [1.0, 0.0]}
    pairs = list(ranked_pairs(Task("some", "some", (), documents, (asked,)), slice(1, 3), lambda texts: np.array([vectors[t] for t in texts], np.float32)))
    assert [(p.question, p.text, p.label, p.weight, p.work, p.kind, p.fold) for p in pairs] == [
        ("Which?", Excerpt("T gold", "", "gold"), True, ANSWERING, "", "public", -1),
        ("Which?", Excerpt("T second", "", "second"), False, BEHIND, "", "public", -1),
        ("Which?", Excerpt("T third", "", "third"), False, BEHIND, "", "public", -1),
    ]


def test_of_a_large_set_what_answers_is_kept_and_a_share_of_the_rest() -> None:
    documents = tuple(Document(str(i), "", "", str(i), "en", str(i)) for i in range(9000))
    seen: list[int] = []

    def embed(texts: list[str]) -> np.ndarray:
        seen.append(len(texts))
        return np.ones((len(texts), 1), np.float32)

    pairs = list(ranked_pairs(Task("some", "some", (), documents, (Query("q", "Which?", frozenset({"8999"})),)), slice(0, 1), embed))  # type: ignore[arg-type]
    assert [p.text.passage for p in pairs if p.label] == ["8999"]
    assert 900 < seen[0] < 1300


def test_of_judged_passages_only_the_fitting_half_is_read() -> None:
    passages = tuple(("T", f"text {i}") for i in range(5))
    items = [Item(str(i), f"Question {i}?", passages, answerable) for i in range(40) for answerable in (True, False)]
    pairs = list(judged_pairs(items))
    assert {p.question for p in pairs} == {i.question for i in items if i.fits} != {i.question for i in items}
    one = [(p.text, p.label, p.weight) for p in pairs if p.question == pairs[0].question]
    assert one == [(Excerpt("T", "", f"text {i}"), answerable, EITHER) for answerable, count in ((True, 1), (False, 3)) for i in range(count)]


def test_a_set_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(public_pairs(tmp_path, lambda texts: np.ones((len(texts), 1), np.float32))) == []
    assert capsys.readouterr().err.splitlines() == [
        f"skipped: the set {name}, for {tmp_path} has none" for name in ("stard_lecoqa", "policyqa", "clapnq", "mtrag_qa")
    ]


# -- all of it ------------------------------------------------------------------------------------------------


@pytest.fixture(name="gathered")
def _gathered(library: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Pair]]:
    """Gather the pairs of a library for questions, some of which are held out."""

    def gathered(*listed: Question, held: Sequence[Question], looked_up: int = 0) -> list[Pair]:
        monkeypatch.setattr(reading_pairs, "open_libraries", lambda texts, home: [("corpus", library)])
        monkeypatch.setattr(reading_pairs, "read_questions", lambda: listed)
        monkeypatch.setattr(reading_pairs, "shipped", lambda name: tmp_path)
        monkeypatch.setattr(reading_pairs, "is_held_out", lambda q: q in held)
        return list(gather(tmp_path, tmp_path, looked_up, DAY, lambda what, done, total: None))

    return gathered


def test_nothing_is_learned_from_a_question_that_is_held_out(gathered: Callable[..., list[Pair]]) -> None:
    held, kept = question("Do packers get a rebate?"), question("Who gets it?")
    pairs = gathered(held, kept, held=[held])
    assert {p.question for p in pairs if p.weight > 0} == {kept.question, "money for pears"}
    assert [(p.question, p.text, p.weight) for p in pairs if not p.weight] == [(held.question, text, 0.0) for text in (REBATE, REBATE_ZH)]


def test_a_phrase_that_is_worded_like_a_held_out_question_is_none_either(gathered: Callable[..., list[Pair]]) -> None:
    held = question("money for pears")
    assert {(p.question, p.weight) for p in gathered(held, held=[held])} == {("money for pears", 0.0)}


def test_passages_are_looked_up_for_as_many_questions_as_are_asked_for(gathered: Callable[..., list[Pair]]) -> None:
    asked = [question("包装者有没有退款？", kind="attribute"), question("谁有退款？", kind="attribute")]
    assert [len([p for p in gathered(*asked, held=[], looked_up=count) if p.kind == "question"]) for count in (0, 1)] == [4, 4 + 3]
