"""What is offered to be asked is what the library answers."""

from __future__ import annotations

import pytest

from assistant.documents import Kind
from assistant.page.suggestions import answers_unfiltered, better_questions, follow_ups, suggested
from assistant.pipeline import Assistant
from assistant.results import Abstention, Answer, Scope
from tests.chat_library import FRAGE, QUESTION, UNANSWERABLE, answered


@pytest.fixture
def library(talker: Assistant, monkeypatch: pytest.MonkeyPatch) -> Assistant:
    monkeypatch.setitem(vars(talker), "chat_model", None)
    return talker


def refused(library: Assistant, question: str, scope: Scope = Scope()) -> Abstention:  # noqa: B008  frozen
    outcome = library.ask(question, scope)
    assert isinstance(outcome, Abstention)
    return outcome


def test_better_questions_are_answered(library: Assistant) -> None:
    offered = better_questions(library, refused(library, UNANSWERABLE), Scope())
    assert offered
    assert all(isinstance(library.ask(question), Answer) for question in offered)


def test_a_filter_that_hides_the_answer_is_noticed(library: Assistant) -> None:
    scope = Scope(kind=Kind.CASE)
    assert answers_unfiltered(library, QUESTION, scope)
    assert not answers_unfiltered(library, QUESTION, Scope())
    assert not answers_unfiltered(library, UNANSWERABLE, scope)
    assert suggested(library, refused(library, QUESTION, scope), scope)[1]


@pytest.mark.parametrize(
    ("question", "kept", "dropped"),
    [
        (QUESTION, "For how many years shall it keep records of it?", "What was the budget of it in 2031?"),
        (FRAGE, "投资记录应当保存几年？", "2031年的预算是多少？"),
    ],
)
def test_follow_ups_are_offered_where_the_library_answers_them_with_other_words(library: Assistant, question: str, kept: str, dropped: str) -> None:
    assert follow_ups(library, answered(library.ask(question)), Scope(), (kept, dropped, question)) == [kept]
