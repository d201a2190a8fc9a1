"""Answer or decline: what the evidence must have, and what is said to be missing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers.candidates import Candidate
from assistant.answers.cross_encoder import excerpt_of, open_cross_encoder
from assistant.answers.expectation import Expectation
from assistant.answers.sufficiency import (
    CLOSE,
    FAR,
    READ_TO_ANSWER,
    SMALL,
    SMALL_THRESHOLD,
    Model,
    Sufficiency,
    judge,
    model,
    scene_of,
    support_of,
)
from assistant.language.glossary import Dictionary
from assistant.results import Reason
from tests.drafts import LAW, PAPER, PASSAGES, Shelf

OTHERS = "".join(f"## {n} Matter {n}\n\nColleges and firms train staff together in workshop {n}.\n\n" for n in range(4, 13))
TEXT = (
    "# Practice\n\n## 1 Apprentices\n\nIn 2024 the Chongqing machine works recruited 50 apprentices and paid each a living allowance of 2000 yuan a month.\n\n"
    "## 2 Fund\n\nThe risk compensation fund pays at most 5 million yuan for each project.\n\n"
    "## 3 Weights\n\nThe weight of enterprise evaluation is 40%.\n\n"
    + OTHERS
)


@pytest.fixture(name="shelf")
def _shelf(dictionary: Dictionary) -> Shelf:
    return Shelf(dictionary, (PAPER, TEXT))


def judged(shelf: Shelf, question: str, size: int = PASSAGES) -> Sufficiency:
    query, draft = shelf.draft(question)
    return judge(query, draft, size, Expectation(), lambda best: open_cross_encoder().odds(question, excerpt_of(best)))


def unread(_best: Candidate) -> float:
    raise AssertionError("a rule decides, so nothing need be read")


@pytest.mark.parametrize(
    "question",
    [
        "How many apprentices did the Chongqing machine works recruit in 2024?",
        "What monthly living allowance did the Chongqing machine works pay its apprentices?",
        "How much does the risk compensation fund pay at most for each project?",
        "What is the weight of enterprise evaluation?",
        "What is the maximum that the risk compensation fund pays for a project?",
    ],
)
def test_what_the_text_says_is_answered(shelf: Shelf, question: str) -> None:
    verdict = judged(shelf, question)
    assert verdict.reason is None
    assert verdict.confidence >= model().threshold


@pytest.mark.parametrize(
    ("question", "bound", "carried"),
    [
        ("发明专利的奖金最低多少？", "奖金不得少于4000元。", True),
        ("发明专利的奖金最高多少？", "奖金不得少于4000元。", False),
        ("发明专利的奖金最高多少？", "奖金不得超过4000元。", True),
        ("发明专利的奖金最低多少？", "奖金不得超过4000元。", False),
        ("What is the lowest bonus?", "The bonus is not less than 4,000 yuan.", True),
        ("What is the highest bonus?", "The bonus is not less than 4,000 yuan.", False),
        ("What is the highest bonus?", "The bonus shall not exceed 4,000 yuan.", True),
    ],
)
def test_an_extreme_is_carried_by_a_bound_on_its_own_side(dictionary: Dictionary, question: str, bound: str, carried: bool) -> None:
    law = replace(LAW, language="en" if question.isascii() else "zh")
    query, draft = Shelf(dictionary, (law, f"# Law\n\n{bound}\n")).draft(question)
    weighed = draft.weighed[law.language]
    support = support_of(query, draft, weighed, PASSAGES)
    extreme = next(i for i, w in enumerate(weighed) if w.concept.surface.lower() in {"最低", "最高", "lowest", "highest"})
    assert (support.own[extreme] == 1.0) is carried


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("How many apprentices did the Chongqing machine works recruit in 2019?", "2019"),
        ("How many apprentices did the machine works of Yunnan recruit?", "Yunnan"),
        ("What is the telephone number of the risk compensation fund?", "telephone"),
        ("Who is the accountant of the risk compensation fund?", "accountant"),
    ],
)
def test_another_year_place_or_attribute_is_refused_and_named_in_the_askers_words(shelf: Shelf, question: str, missing: str) -> None:
    verdict = judged(shelf, question)
    assert verdict.reason is Reason.EVIDENCE_TOO_WEAK
    assert verdict.missing[0] == missing
    assert verdict.confidence < model().threshold


def test_a_rate_that_no_text_has_is_a_false_premise(shelf: Shelf) -> None:
    verdict = judged(shelf, "Why is the weight of enterprise evaluation 60%?")
    assert verdict.reason is Reason.FALSE_PREMISE
    assert verdict.missing == ("60%",)


def test_an_instrument_that_is_not_there_is_not_answered_from_another(shelf: Shelf) -> None:
    verdict = judged(shelf, "《学徒基金管理办法》对基金有什么规定？")
    assert verdict.reason is Reason.EVIDENCE_TOO_WEAK
    assert verdict.missing == ("《学徒基金管理办法》",)


def test_a_national_rule_answers_for_each_place(dictionary: Dictionary) -> None:
    national = replace(LAW, jurisdiction="CN")
    shelf = Shelf(dictionary, (national, f"# Law\n\n## 1 Pay\n\nThe daily pay of an intern is at least 80 yuan.\n\n{OTHERS}"))
    assert judged(shelf, "How much is the daily pay of an intern in Sichuan?").reason is None


@pytest.mark.parametrize(("size", "threshold"), [(PASSAGES, model().threshold), (SMALL - 1, SMALL_THRESHOLD)])
def test_what_is_ruled_out_is_less_sure_than_what_is_answered(shelf: Shelf, size: int, threshold: float) -> None:
    verdict = judge(*shelf.draft("How many apprentices did the Chongqing machine works recruit in 2019?"), size, Expectation(), lambda _: 0.0)
    assert verdict.reason is Reason.EVIDENCE_TOO_WEAK
    assert 0.5 * threshold < verdict.confidence < threshold


def test_a_demand_gives_way_to_a_sure_reading_unless_it_is_firm(shelf: Shelf) -> None:
    year = shelf.draft("How many apprentices did the Chongqing machine works recruit in 2019?")
    assert judge(*year, PASSAGES, Expectation(), lambda _: READ_TO_ANSWER - 0.01).missing == ("2019",)
    assert judge(*year, PASSAGES, Expectation(), lambda _: READ_TO_ANSWER).reason is None
    place = shelf.draft("How many apprentices did the city of Wuhan recruit in 2024?")
    assert judge(*place, PASSAGES, Expectation(), unread).missing == ("Wuhan",)


def test_nothing_found_and_nothing_about_it(shelf: Shelf) -> None:
    assert judge(*shelf.draft("How many apprentices?", hits=[]), PASSAGES, Expectation(), unread).reason is Reason.NOTHING_FOUND
    assert judged(shelf, "How do I repair a punctured bicycle tyre?").reason is Reason.OUT_OF_SCOPE


@pytest.mark.parametrize(
    ("question", "scene"),
    [
        ("Our plant is in Chongqing. What insurance do we have to buy?", ["Our plant is in Chongqing."]),
        ("我们厂在重庆。实习生要买什么保险？", ["我们厂在重庆。"]),
        ("What is the cap? How is it counted?", []),
        ("the cap on investment", []),
    ],
)
def test_sentences_that_ask_nothing_tell_of_the_asker(question: str, scene: list[str]) -> None:
    assert [question[s.start : s.end] for s in scene_of(question)] == scene


@pytest.mark.parametrize(
    ("across", "odds", "borne"),
    [(FAR, 2.0, 0.0), ((FAR + CLOSE) / 2, 2.0, 1.0), (CLOSE, 2.0, 2.0), (0.9, 2.0, 2.0), (0.0, -2.0, -2.0), (0.9, -2.0, -2.0)],
)
def test_known_questions_speak_for_an_answer_only_as_far_as_evidence_is_near(shelf: Shelf, across: float, odds: float, borne: float) -> None:
    query, draft = shelf.draft("How much does the risk compensation fund pay at most for each project?")
    best = replace(draft.candidates[0], across=across)
    told = judge(query, replace(draft, candidates=(best, *draft.candidates[1:])), PASSAGES, Expectation(known=odds), lambda _: 0.0)
    assert told.features["known"] == pytest.approx(borne)


def test_the_best_passage_is_read_where_that_may_decide(shelf: Shelf) -> None:
    query, draft = shelf.draft("How long does the allowance of the machine works last?")
    asked: list[Candidate] = []

    def read(best: Candidate) -> float:
        asked.append(best)
        return 9.0

    assert judge(query, draft, PASSAGES, Expectation(), read).reason is None
    assert judge(query, draft, PASSAGES, Expectation(), lambda _: -9.0).reason is Reason.EVIDENCE_TOO_WEAK
    assert asked == [draft.candidates[0]]


def test_and_nowhere_else(shelf: Shelf) -> None:
    query, draft = shelf.draft("How much does the risk compensation fund pay at most for each project?")
    verdict = judge(query, draft, PASSAGES, Expectation(known=6.0), unread)
    assert verdict.reason is None
    assert "reads" not in verdict.features


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(0.05, 0.95), st.floats(-1, 1))
def test_what_is_not_read_could_not_have_decided(bias: float, weight: float, threshold: float, read: float) -> None:
    fitted = Model(bias, {"reads": weight}, threshold)
    if not fitted.hangs_on("reads", {}, threshold):
        assert (fitted.confidence({}) >= threshold) == (fitted.confidence({"reads": read}) >= threshold)
