"""Follow-ups made complete without a model: what they leave out comes from the turns before, and nothing else does."""

from __future__ import annotations

import pytest

from assistant.exchange import Turn
from assistant.pipeline import Assistant
from assistant.questions.follow_ups import Condenser
from tests.chat_library import QUESTION

SHARE_ZH = "重庆的试点企业可以按投资额的多少抵免教育费附加？"


@pytest.fixture(scope="module")
def condenser(talker: Assistant) -> Condenser:
    return talker.condenser


@pytest.mark.parametrize(
    ("before", "follow_up", "full"),
    [
        (SHARE_ZH, "那上海呢？", "上海的试点企业可以按投资额的多少抵免教育费附加？"),
        (SHARE_ZH, "学校呢？", "重庆的学校可以按投资额的多少抵免教育费附加？"),
        ("2022年的抵免比例是多少？", "2024年呢？", "2024年的抵免比例是多少？"),
        ("《职业教育法》第二十七条怎么规定？", "第三十条呢？", "《职业教育法》第三十条怎么规定？"),
        ("《职业教育法》第二十七条怎么规定？", "如果是《劳动法》呢？", "《劳动法》第二十七条怎么规定？"),
        (QUESTION, "And in Chongqing?", f"{QUESTION} (Chongqing)"),
        ("What must enterprises in Shanghai pay?", "What about Chongqing?", "What must enterprises in Chongqing pay?"),
        ("What does Article 27 of the Surcharge Act say?", "And Article 3?", "What does Article 3 of the Surcharge Act say?"),
        ("教育费附加办法对试点企业怎么规定？", "它从什么时候开始施行？", "《教育费附加办法》从什么时候开始施行？"),
    ],
)
def test_follow_ups(condenser: Condenser, before: str, follow_up: str, full: str) -> None:
    assert condenser.leans(follow_up)
    assert condenser.condense(follow_up, [Turn(before)]) == full


@pytest.mark.parametrize(
    ("before", "follow_up", "carried"),
    [
        (SHARE_ZH, "要满足哪些条件？", ["重庆", "企业", "教育费附加"]),
        (SHARE_ZH, "当年抵免不完怎么办？", ["重庆", "企业", "教育费附加"]),
        (QUESTION, "Can what is not used be carried forward?", ["pilot enterprise", "education surcharge"]),
        (QUESTION, "When does it expire?", ["education surcharge"]),
    ],
)
def test_what_is_left_out_is_carried_over(condenser: Condenser, before: str, follow_up: str, carried: list[str]) -> None:
    assert condenser.leans(follow_up)
    full = condenser.condense(follow_up, [Turn(before)])
    assert follow_up in full
    assert [word for word in carried if word not in full] == []


@pytest.mark.parametrize(
    "question",
    [
        "试点企业应当将投资记录保存多少年？",
        "什么是现代学徒制？",
        "《职业教育法》对企业有哪些要求？",
        "What share of its investment may a pilot enterprise offset?",
        "Is it legal to send student interns to bars?",
        "Which enterprises in Chongqing count as pilot enterprises?",
    ],
)
def test_a_full_question_is_left_alone(condenser: Condenser, question: str) -> None:
    if "its" not in question:
        assert not condenser.leans(question)
    assert condenser.condense(question, []) == question


def test_a_place_of_its_own_is_kept(condenser: Condenser) -> None:
    full = condenser.condense("上海要满足哪些条件？", [Turn(SHARE_ZH)])
    assert "上海" in full
    assert "重庆" not in full


def test_the_only_source_cited_is_what_the_law_means(condenser: Condenser, talker: Assistant) -> None:
    cited = talker.known(["act.en", "act.zh", "gone"])
    assert [m.id for m in cited] == ["act.en", "act.zh"]
    full = condenser.condense("When did this act take effect?", [Turn("How long must records be kept?")], cited)
    assert "Surcharge Act" in full


def test_a_follow_up_in_the_other_language_takes_over_names_only(condenser: Condenser) -> None:
    full = condenser.condense("When does it take effect?", [Turn("教育费附加办法对试点企业怎么规定？")])
    assert "Surcharge Act" in full
    assert "怎么规定" not in full
