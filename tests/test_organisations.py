"""Organisations that a question names in full."""

from __future__ import annotations

import pytest

from assistant.language.glossary import Dictionary, Glossary
from assistant.questions.organisations import organisations
from assistant.questions.query import QueryReader


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What is the fee at Chongqing Industrial Vocational and Technical College?", ["Chongqing Industrial Vocational and Technical College"]),
        ("Who heads the Jiangsu Maritime Institute and Huawei?", ["Jiangsu Maritime Institute"]),
        ("What does the college in Chongqing teach?", []),
        ("What did Huawei and Shenzhen College build?", []),
        ("重庆交通职业学院有多少学生？", ["重庆交通职业学院"]),
        ("重庆的学院有多少学生？", []),
    ],
)
def test_a_run_of_words_up_to_the_kind_of_body(dictionary: Dictionary, question: str, named: list[str]) -> None:
    query = QueryReader(Glossary(), dictionary).read(question)
    assert [question[query.concepts[run[0]].span.start : query.concepts[run[-1]].span.end] for run in organisations(query)] == named
