"""What cannot be read off a likeness of words: what a sum is for, which of a series, and names for a count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.answers.candidates import Candidate
from assistant.answers.purposes import unmet_names, unmet_purpose, unmet_series
from assistant.documents import Metadata, Status
from assistant.language.glossary import Dictionary
from assistant.questions.query import Query
from tests.drafts import Shelf
from tests.libraries import make_source

Ask = Callable[..., tuple[Query, list[Candidate]]]


@pytest.fixture
def ask(dictionary: Dictionary) -> Ask:
    """Return the question as read, and the candidates that a text of one passage has for it."""

    def ask(question: str, text: str, status: Status = Status.IN_FORCE) -> tuple[Query, list[Candidate]]:
        metadata: Metadata = replace(make_source("s", text, language="zh" if question > "一" else "en").metadata, status=status)
        query, draft = Shelf(dictionary, (metadata, text)).draft(question)
        return query, list(draft.candidates)

    return ask


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("顺丰给基地投了多少钱？", "智能物流基地一年为顺丰节省人工成本300万元。", ("投了多少",)),
        ("顺丰给基地投了多少钱？", "顺丰出资300万元，与学院共建智能物流基地。", ()),
        ("How much did SF Express invest in the base?", "The base saves SF Express 3 million yuan.", ("How much did SF Express invest",)),
        ("How much did SF Express invest in the base?", "SF Express contributed 3 million yuan to the base.", ()),
        ("收实习生的单位有补贴拿吗？", "接收实习生的单位支付实习报酬。", ("补贴",)),
        ("收实习生的单位有补贴拿吗？", "接收实习生的单位给予一次性奖励。", ()),
        ("产教融合型企业有什么补贴？", "接收实习生的企业支付实习报酬。", ()),
        ("学徒制企业每人每年补贴多少？", "给予企业每人每年5000元支持。", ()),
        ("中央财政投入了多少？", "中央财政下达专项资金3亿元。", ()),
        ("学校投入多少名教师？", "学校选派30名教师。", ()),
        ("Is it fine to have interns work at night?", "Interns do not work at night.", ()),
        ("Which body grants the status?", "The provincial government decides on the status.", ()),
        ("How much is the yearly tuition?", "The college has 3,000 students a year.", ("tuition",)),
        ("How much is the fine for late payment?", "Late payment costs the firm 300 yuan as a penalty.", ()),
        ("企业要被罚款多少？", "企业缴纳保险费300元。", ("罚款",)),
        ("企业的投资怎样抵免？", "企业举办职业教育的，按支出的30%抵免。", ()),
    ],
)
def test_a_sum_is_of_something(ask: Ask, question: str, text: str, missing: tuple[str, ...]) -> None:
    assert unmet_purpose(*ask(question, text)) == missing


def test_when_a_text_was_repealed_its_own_words_or_its_status_say(ask: Ask) -> None:
    question, text = "旧条例是哪一天废止的？", "旧条例自2007年9月1日起施行。"
    assert unmet_purpose(*ask(question, text)) == ("废止",)
    assert unmet_purpose(*ask(question, text, Status.REPEALED)) == ()
    assert unmet_purpose(*ask(question, "旧条例于2007年9月1日停止执行。")) == ()


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("第三期双高计划什么时候申报？", "第二期双高计划的实施期为2025年至2029年。", ("第三期",)),
        ("第二期双高计划什么时候申报？", "第二期双高计划的实施期为2025年至2029年。", ()),
        ("首轮计划选了多少所？", "第一轮计划选出197所学校。", ()),
        ("第二期什么时候开始？", "二期项目于2025年启动。", ()),
        ("When does the third round begin?", "The second round of the plan runs to 2029.", ("third round",)),
        ("When does phase II begin?", "The second round of the plan runs to 2029.", ()),
        ("一批企业何时入选？", "企业于2020年入选。", ()),
    ],
)
def test_a_member_of_a_series_is_that_one(ask: Ask, question: str, text: str, missing: tuple[str, ...]) -> None:
    assert unmet_series(*ask(question, text)) == missing


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("Which twenty firms got a payout?", "The fund paid more than 1 million yuan to 20 firms.", ("Which twenty firms",)),
        ("Which three firms got a payout?", "The fund paid Alpha, Beta and Gamma.", ()),
        ("联盟里的42家企业都是哪些？", "联盟有42家企业和23所学校。", ("42家企业都是哪些",)),
        ("哪两家企业参加了联盟？", "联盟由甲公司、乙公司组成。", ()),
        ("Which five firms got a payout?", "The fund paid more than 1 million yuan to 20 firms.", ()),
        ("What 2019 policy introduced the certificates?", "The 2019 plan introduced the certificates.", ()),
        ("技能大赛第三名是谁？", "第三名是张三。", ()),
        ("连续12个月未就业的可以申请哪些待遇？", "连续12个月未就业的，可以申请补助。", ()),
        ("Which three parties sign?", "school | firm | student: 3 parties", ()),
        ("Which firms got a payout?", "The fund paid more than 1 million yuan to 20 firms.", ()),
        ("How many of the twenty-one firms got a payout?", "The fund paid 20 firms.", ()),
    ],
)
def test_a_count_is_no_list_of_names(ask: Ask, question: str, text: str, missing: tuple[str, ...]) -> None:
    assert unmet_names(*ask(question, text)) == missing
