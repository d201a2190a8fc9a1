"""Which tool fits a question, and that most questions have none."""

from __future__ import annotations

import pytest

from assistant.tools.hints import hint_for


@pytest.mark.parametrize(
    ("question", "tool"),
    [
        ("校企合作协议应当写明哪些条款？", "agreement"),
        ("What must an internship agreement contain?", "agreement"),
        ("学生损坏设备时风险补偿基金怎么赔？", "costs"),
        ("什么情况下专业会被停止招生或者预警？", "majors"),
        ("Which majors should be put on early warning?", "majors"),
        ("指标连续三个月下降会怎样？", "monitor"),
        ("质量评价指标体系的权重是多少？", "index"),
        ("智能装备专业群对接哪条产业链？", "map"),
        ("How much of the investment may an enterprise offset?", "benefits"),
        ("职业教育法什么时候施行？", None),
        ("Who may be a vocational teacher?", None),
        ("实习学生可以上夜班吗？", None),
    ],
)
def test_a_question_is_pointed_to_the_tool_that_computes_it(question: str, tool: str | None) -> None:
    hint = hint_for(question)
    assert (hint.tool if hint else None) == tool
