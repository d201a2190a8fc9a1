"""Reading what a question asks for."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.questions.asking import Asked, asked_for, asks_comparison, asks_duty, asks_standing, asks_why, question_parts, unit_asked


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("how many firms took part?", Asked.FIGURE),
        ("奖金最低多少？", Asked.FIGURE),
        ("when does the law take effect?", Asked.DATE),
        ("when a trainee breaks a part, in what ratio is the loss shared?", Asked.FIGURE),
        ("what share may a firm deduct when it computes its tax?", Asked.FIGURE),
        ("现行规定中实习有哪几种形式？", Asked.LIST),
        ("应当具备哪些条件？", Asked.LIST),
        ("由谁审批？", Asked.WHO),
        ("is it mandatory?", Asked.YES_NO),
        ("why was it ended?", Asked.REASON),
    ],
)
def test_the_kind_of_answer(question: str, asked: Asked) -> None:
    assert asked_for(question) is asked


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("企业按持股比例分得多少收益？", "yuan"),
        ("教育费附加用于职业学校的比例不低于多少？", "percent"),
        ("每周工作不得超过多少小时？", "hour"),
        ("by its share of the stock, how much money does the firm get?", "yuan"),
        ("how many enterprises are there?", ""),
    ],
)
def test_the_unit_nearest_to_the_question_word_is_meant(question: str, unit: str) -> None:
    assert unit_asked(question) == unit


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("How much did it pay out, and to how many firms?", ["How much did it pay out", "to how many firms"]),
        ("Who leads it and how often are meetings held?", ["Who leads it", "how often are meetings held"]),
        ("What is the budget of the fund?", ["What is the budget of the fund"]),
        ("高校怎么要求？培训机构呢？", ["高校怎么要求", "培训机构呢"]),
        ("在青岛，罚多少？", ["在青岛，罚多少"]),
    ],
)
def test_parts(question: str, parts: list[str]) -> None:
    assert [question[p.start : p.end] for p in question_parts(question)] == parts


@given(st.text(max_size=80))
def test_parts_lie_in_the_question_in_order_and_do_not_overlap(question: str) -> None:
    parts = question_parts(question)
    assert parts[0].start >= 0
    assert parts[-1].end <= len(question)
    assert all(a.end <= b.start for a, b in itertools.pairwise(parts))


def test_standing_comparison_and_reason() -> None:
    assert asks_standing("can i claim it today?")
    assert asks_standing("现在可以申请吗？")
    assert not asks_standing("how many firms took part in 2024?")
    assert asks_comparison("Do the papers agree?")
    assert asks_comparison("各篇论文是否一致？")
    assert not asks_comparison("How many colleges are there?")
    assert asks_why("Why was it closed?")
    assert asks_why("为什么取消？")
    assert not asks_why("How is it closed?")


@pytest.mark.parametrize(
    ("question", "duty"),
    [
        ("校企合作协议必须写什么？", True),
        ("What must a cooperation agreement contain?", True),
        ("Is a company required to insure its interns?", True),
        ("实习要不要签协议？", True),
        ("学生必须向谁提出申请？", True),
        ("Must a research institute insure a work-study student?", True),
        ("论文认为校企合作协议必须写什么？", False),
        ("What must an agreement contain according to the authors?", False),
        ("Can a company deduct what it donates?", False),
    ],
)
def test_a_question_for_a_duty_is_told_from_one_for_what_a_paper_says_of_it(question: str, duty: bool) -> None:
    assert asks_duty(question) is duty
