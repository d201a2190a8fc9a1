"""Finding the thing asked for."""

from __future__ import annotations

import pytest

from assistant.language.glossary import Dictionary, Glossary
from assistant.questions.focus import find_focus
from assistant.questions.query import QueryReader


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What is the total budget of the compensation fund?", [("budget", True)]),
        ("What is the phone number of the alliance?", [("phone", True)]),
        ("Which bank manages the fund?", [("bank", True)]),
        ("Who is the dean of the industry college?", [("dean", True)]),
        ("How many apprentices did the machine works recruit?", [("apprentices", True)]),
        ("What is the number of apprentices at the works?", [("apprentices", True)]),
        ("Which functions should a training base have?", [("functions", False)]),
        ("What must a company refund?", []),
        ("Why did the company leave?", []),
        ("实训基地占地多少亩？", [("占地", True)]),
        ("职业学院有多少名教师？", [("教师", True)]),
        ("企业的董事长是谁？", [("董事长", True)]),
        ("共享基地应当按照什么原则建设？", [("原则", False)]),
    ],
)
def test_the_thing_asked_for(dictionary: Dictionary, question: str, wanted: list[tuple[str, bool]]) -> None:
    query = QueryReader(Glossary(), dictionary).read(question)
    assert [("".join(query.concepts[i].surface for i in f.concepts), f.attribute) for f in find_focus(query)] == wanted
