"""The questions that train the reading network: each names a text that is there, and what gives itself away counts for less."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.library.bilingual import open_bilingual
from evals.near_misses import FOLDS, Question, read_questions
from evals.reading_questions import ReadingError, Texts, fold_of, phrase_pairs, question_pairs


@pytest.fixture(name="questions", scope="module")
def _questions() -> list[Question]:
    return read_questions()


def test_each_question_on_the_corpus_has_its_section_in_both_languages(questions: list[Question]) -> None:
    texts = Texts(Path("nowhere"))
    for question in questions:
        if question.text.startswith("corpus/"):
            found = texts.of(question)
            assert len(found) == 2
            assert all(excerpt.passage for excerpt in found)


def test_each_question_on_other_texts_has_its_text(shared: Path, questions: list[Question]) -> None:
    texts = Texts(shared)
    for question in questions:
        if not question.text.startswith("corpus/"):
            (found,) = texts.of(question)
            assert len(found.passage) > 40


def test_a_text_that_is_not_there_is_named() -> None:
    with pytest.raises(ReadingError, match="has no heading 'Article 999'"):
        Texts(Path("nowhere")).of(Question("corpus/policies/vel-2022", "Article 999", "en", "answered", "What?"))


def test_an_article_ends_where_the_next_begins(tmp_path: Path) -> None:
    (tmp_path / "laws").mkdir()
    law = "# 梨法\n\n**第一条** 种梨者，\n应当登记。\n\n**第二条** 违反第一条的，处罚款。\n\n## 第二章 附则\n"
    (tmp_path / "laws" / "pears.md").write_text(law, encoding="utf-8")
    (first,) = Texts(tmp_path).of(Question("laws/pears.md", "第一条", "zh", "answered", "谁登记？"))
    (second,) = Texts(tmp_path).of(Question("laws/pears.md", "第二条", "zh", "answered", "罚什么？"))
    assert (first.title, first.passage) == ("梨法", "**第一条** 种梨者， 应当登记。")
    assert second.passage == "**第二条** 违反第一条的，处罚款。"


def test_a_work_stays_in_one_fold() -> None:
    assert {fold_of(f"work-{n}") for n in range(50)} == set(range(FOLDS))


def test_pairs_of_a_question_are_its_text_and_others_that_do_not_answer_it(questions: list[Question]) -> None:
    texts = Texts(Path("nowhere"))
    some = [q for q in questions if q.text in ("corpus/policies/vel-2022", "corpus/policies/eit-law", "corpus/policies/henan")]
    some += [q for q in questions if q.text.endswith(("ningbo", "shanghai", "beijing", "qingdao", "pipl"))]
    pairs = list(question_pairs(some, texts, open_bilingual().embed))
    for question in some[:40]:
        own = texts.of(question)
        mine = [p for p in pairs if p.question == question.question]
        assert [p.text for p in mine[:2]] == own
        assert {p.label for p in mine[:2]} == {float(question.answered)}
        assert all(p.label == 0.0 and p.text not in own for p in mine[2:])


def test_what_the_question_alone_gives_away_counts_for_less() -> None:
    texts = Texts(Path("nowhere"))
    works = ["vel-2022", "eit-law", "henan", "ningbo", "shanghai", "beijing", "qingdao", "pipl"]
    headings = {s.work: s.read.heading for s in texts.sections if s.language == "en"}
    plain = [Question(f"corpus/policies/{w}", headings[w], "en", "answered", f"What does the rule of {w} say?") for w in works]
    fines = [Question(f"corpus/policies/{w}", headings[w], "en", "attribute", f"How much is the fine of {w} in yuan?") for w in works]
    odd = [Question(f"corpus/policies/{works[0]}", headings[works[0]], "en", "answered", "How much is the fine in yuan then?")]
    weights = {p.question: p.weight for p in reversed(list(question_pairs([*plain, *fines, *odd], texts, open_bilingual().embed)))}
    assert weights[odd[0].question] > 2 * weights[plain[0].question]


def test_phrases_belong_to_their_section_and_not_to_its_neighbours() -> None:
    texts = Texts(Path("nowhere"))
    texts.sections = [s for s in texts.sections if s.work in ("henan", "child-labour")]
    pairs = list(phrase_pairs(texts, open_bilingual().embed))
    phrases = sum(len(s.asked) for s in texts.sections)
    assert sum(p.label for p in pairs) == 2 * phrases
    assert sum(p.label == 0 for p in pairs) == 2 * phrases
    assert np.unique([p.weight for p in pairs]).tolist() == [0.3, 0.4, 0.5]
