"""The judge: a copied sentence passes, the same sentence with one hard fact changed does not."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.judge.verification import verify, verify_response
from assistant.language.facts import FactKind, read_facts
from assistant.results import Verdict

ENGLISH = (
    "The training allowance shall be paid within 45 working days after the agreement is signed.",
    "A pilot enterprise may deduct 30 percent of its investment in workshops from the local surcharge.",
    "Under Article 17, the host company must insure every trainee against accidents at the workplace.",
    "Trainees must not work more than 40 hours in one week.",
    "The notice Jiao Zhi [2016] No. 3 lays down that placements last 6 months at most.",
    "From 1 March 2021 the college shall publish a yearly report on its partners.",
    "The province encourages companies to open their laboratories to 200 visiting teachers.",
    "The grant is capped at 5 million yuan for each training base.",
    "Pursuant to Article 9, the committee shall meet at least 4 times in every year.",
    "Companies that employ more than 300 people shall set aside 2 percent of their payroll for instruction.",
    "The agreement may be ended by either side with 60 days of notice.",
    "A school may not charge trainees any fee for arranging a placement.",
    "The ratio of apprentices to instructors shall be 8:1 in heavy industry.",
    "Order No. 41 of the ministry took effect on 15 July 2018.",
    "The mentor must hold a certificate and should have 5 years of practice.",
)
CHINESE = (
    "培训补贴应当在协议签订之日起45个工作日内发放。",
    "试点企业可以按照实训投资额的30%抵免当年应缴的地方附加。",
    "依照本办法第十七条，接收单位应当为每名学员投保意外伤害保险。",
    "学员每周工作时间不得超过40小时。",
    "教职〔2016〕3号文件规定，岗位实习一般为6个月。",
    "自2021年3月1日起，学院应当每年发布合作年度报告。",
    "本省鼓励企业向200名访问教师开放实验室。",
    "每个实训基地的补助金额最高为500万元。",
    "根据第九条，委员会每年应当至少召开四次会议。",
    "职工人数超过三百人的企业应当提取工资总额的百分之二用于培训。",
    "任何一方可以提前60日通知对方解除协议。",
    "学校不得以安排实习为由向学员收取任何费用。",
    "重工业企业学徒与导师的比例应当为8:1。",
    "部门规章第41号令自2018年7月15日起施行。",
    "导师必须持有证书，并具有五年以上的实践经验。",
)
SENTENCES = (*ENGLISH, *CHINESE)
NEIGHBOURS = {
    True: "The library opens at dawn. {} Visitors find the archive on the upper floor.",
    False: "图书馆清晨开放。{}来访者可在楼上查阅档案。",
}


def supported(sentence: str, *evidence: str) -> bool:
    return verify(sentence, evidence).verdict is Verdict.SUPPORTED


def in_context(sentence: str) -> str:
    return NEIGHBOURS[sentence.isascii()].format(sentence)


# -- copies -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_copied_sentence_is_supported(sentence: str) -> None:
    for evidence in (sentence, in_context(sentence)):
        judgement = verify(sentence, [evidence])
        assert (judgement.verdict, judgement.score) == (Verdict.SUPPORTED, 1.0)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_line_breaks_and_full_width_forms_do_not_matter(sentence: str) -> None:
    wrapped = sentence.replace(" ", "\n", 3)
    wide = sentence.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789%"})
    assert supported(wrapped, sentence)
    assert supported(sentence, wrapped)
    assert supported(wide, sentence)
    assert supported(sentence, wide)


@given(st.sampled_from(SENTENCES), st.lists(st.sampled_from(SENTENCES), max_size=4))
def test_more_evidence_never_hurts_a_copy(sentence: str, others: list[str]) -> None:
    assert supported(sentence, *others, sentence)
    assert supported(sentence, " ".join([*others, sentence]))


# -- one fact changed ---------------------------------------------------------------------------------------------------

HARD = (FactKind.NUMBER, FactKind.DATE, FactKind.RATIO, FactKind.CLAUSE, FactKind.DOCUMENT)
DIGITS = re.compile(r"\d+")
HAN_NUMERAL = re.compile("(?<=[第分之过开有行])[一二三四五六七八九十百]+(?=[条次人。年用]|以上|$)")
MODALS = {
    "must not": ("may", "must", "should"),
    "may not": ("may", "shall"),
    "shall": ("may", "shall not", "need not"),
    "must": ("may", "must not"),
    "may": ("must", "shall", "may not"),
    "should": ("must",),
    "encourages": ("must oblige", "may oblige"),
    "不得": ("可以", "应当", "必须"),
    "应当": ("可以", "不得", "无须"),
    "必须": ("可以", "不得"),
    "可以": ("应当", "必须", "不得"),
    "鼓励": ("禁止", "应当要求", "可以要求"),
}
NEGATIONS = {
    " is ": " is not ",
    " lays ": " never lays ",
    " took effect ": " never took effect ",
    " encourages ": " never encourages ",
    " shall be paid ": " shall be paid without delay and not ",
    "最高为": "最高不为",
    "鼓励": "不鼓励",
    "一般为": "一般不为",
    "具有": "没有",
    "施行": "未施行",
}


def numbers_in(sentence: str) -> list[tuple[int, int]]:
    return [m.span() for pattern in (DIGITS, HAN_NUMERAL) for m in pattern.finditer(sentence)]


WITH_NUMBERS = [s for s in SENTENCES if numbers_in(s)]


@given(st.data())
def test_a_changed_figure_is_not_supported(data: st.DataObject) -> None:
    sentence = data.draw(st.sampled_from(WITH_NUMBERS))
    start, end = data.draw(st.sampled_from(numbers_in(sentence)))
    old = sentence[start:end]
    if old.isdigit():
        new = str(data.draw(st.integers(1, 28) if len(old) < 3 else st.integers(10 ** (len(old) - 1), 10 ** len(old) - 1)))
        assume(int(new) != int(old))
    else:
        new = data.draw(st.sampled_from([n for n in ("二", "三", "五", "七", "十", "十一", "二十", "三十五", "一百") if n != old]))
    changed = sentence[:start] + new + sentence[end:]
    values = {f.value for f in read_facts(sentence) if f.kind in HARD}
    assume(not {f.value for f in read_facts(changed) if f.kind in HARD} <= values)  # "Article 9 … 9 times" says nothing new
    for evidence in (sentence, in_context(sentence)):
        judgement = verify(changed, [evidence])
        assert judgement.verdict is Verdict.UNSUPPORTED, changed
        assert judgement.reason


def test_each_sentence_with_a_figure_has_a_fact() -> None:
    assert len(WITH_NUMBERS) >= 26
    assert all(any(f.kind in HARD for f in read_facts(s)) for s in WITH_NUMBERS)


CHANGED_MODALS = [
    (sentence, re.sub(rf"\b{re.escape(old)}\b" if old.isascii() else re.escape(old), new, sentence, count=1))
    for sentence in SENTENCES
    for old, news in MODALS.items()
    if re.search(rf"\b{re.escape(old)}\b(?! not)" if old.isascii() else re.escape(old), sentence)
    for new in news
]


@pytest.mark.parametrize(("sentence", "changed"), CHANGED_MODALS)
def test_a_changed_modal_is_not_supported(sentence: str, changed: str) -> None:
    assert not supported(changed, sentence)
    assert not supported(changed, in_context(sentence))


DENIALS = [(s, s.replace(old, new, 1)) for s in SENTENCES for old, new in NEGATIONS.items() if old in s]


@pytest.mark.parametrize(("sentence", "changed"), DENIALS)
def test_a_denial_is_not_supported_nor_its_denial(sentence: str, changed: str) -> None:
    assert not supported(changed, sentence)
    assert not supported(changed, in_context(sentence))
    assert not supported(sentence, changed)


@pytest.mark.parametrize(
    ("sentence", "changed"),
    [
        (ENGLISH[5], ENGLISH[5].replace("1 March 2021", "1 May 2021")),
        (ENGLISH[5], ENGLISH[5].replace("1 March 2021", "1 March 2022")),
        (ENGLISH[13], ENGLISH[13].replace("15 July 2018", "July 2019")),
        (ENGLISH[2], ENGLISH[2].replace("Article 17", "Article 71")),
        (ENGLISH[4], ENGLISH[4].replace("[2016] No. 3", "[2016] No. 13")),
        (ENGLISH[4], ENGLISH[4].replace("6 months", "6 weeks")),
        (ENGLISH[1], ENGLISH[1].replace("30 percent", "30 yuan")),
        (ENGLISH[7], ENGLISH[7].replace("million", "billion")),
        (CHINESE[2], CHINESE[2].replace("第十七条", "第七条")),
        (CHINESE[4], CHINESE[4].replace("3号", "13号")),
        (CHINESE[4], CHINESE[4].replace("6个月", "6年")),
        (CHINESE[5], CHINESE[5].replace("3月1日", "3月11日")),
        (CHINESE[7], CHINESE[7].replace("万元", "亿元")),
        (CHINESE[9], CHINESE[9].replace("百分之二", "千分之二")),
        (CHINESE[12], CHINESE[12].replace("8:1", "1:8")),
    ],
)
def test_a_changed_unit_month_or_clause_is_not_supported(sentence: str, changed: str) -> None:
    assert changed != sentence
    assert not supported(changed, sentence)


# -- the same fact otherwise written ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("企业可以抵免投资额的30％。", "企业可以抵免投资额的百分之三十。"),
        ("企业可以抵免投资额的百分之三十。", "企业可以抵免投资额的30%。"),
        ("The company may deduct 30 % of the investment.", "The company may deduct 30 percent of the investment."),
        ("The company may deduct thirty percent of the investment.", "The company may deduct 30% of the investment."),
        ("The company may deduct 30 percent of the investment.", "企业可以抵免投资额的百分之三十。"),
        ("企业可以抵免投资额的30%。", "The company may deduct 30 percent of the investment."),
        ("The grant is capped at 5 million yuan.", "补助金额最高为500万元。"),
        ("补助金额最高为五百万元。", "补助金额最高为5,000,000元。"),
        ("It took effect on 1 May 2022.", "自2022年5月1日起施行。"),
        ("It took effect in May 2022.", "It took effect on 1 May 2022."),
        ("委员会每年应当召开四次会议。", "委员会每年应当召开4次会议。"),
        ("Under Article 27 the school shall report each year.", "依照第二十七条，学校应当每年报告。"),
        ("Under Jiao Zhi [2016] No. 3 the placement lasts six months.", "教职〔2016〕3号规定，实习为6个月。"),
    ],
)
def test_figures_agree_across_numerals_and_languages(said: str, written: str) -> None:
    assert supported(said, written)


# -- what is not there --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_about_something_else_is_not_supported(sentence: str) -> None:
    other = "The harbour master keeps a register of boats." if sentence.isascii() else "港务局保存船舶登记簿。"
    assert not supported(sentence, other)
    assert not supported(other, sentence)


@pytest.mark.parametrize("evidence", [[], [""], [" ", "\n"]])
def test_without_evidence_nothing_is_supported(evidence: list[str]) -> None:
    judgement = verify(SENTENCES[0], evidence)
    assert (judgement.verdict, judgement.score) == (Verdict.UNSUPPORTED, 0.0)


def test_the_reason_names_the_fact_that_is_missing() -> None:

    assert "90 yuan" in verify("The fee is 90 yuan under Article 12.", ["The fee is 80 yuan under Article 12."]).reason


# -- whole responses ----------------------------------------------------------------------------------------------------


@given(st.text() | st.lists(st.sampled_from(SENTENCES)).map(" ".join))
def test_the_sentences_of_a_response_slice_back(response: str) -> None:
    judged = verify_response(" ".join(SENTENCES), response)
    ends = 0
    for verdict in judged.sentences:
        assert response[verdict.span.start : verdict.span.end] == verdict.text != ""
        assert verdict.span.start >= ends
        ends = verdict.span.end
    assert 0.0 <= judged.score <= 1.0


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5))
def test_a_response_of_copies_is_grounded_and_one_invention_makes_it_not(copies: list[str]) -> None:
    context = "\n".join(SENTENCES)
    grounded = verify_response(context, "\n".join(copies))
    assert (grounded.grounded, grounded.score, grounded.unsupported) == (True, 1.0, ())
    invented = verify_response(context, "\n".join([*copies, "The moon base shall host 777 botanists by 2099."]))
    assert [s.text for s in invented.unsupported] == ["The moon base shall host 777 botanists by 2099."]
    assert not invented.grounded
    assert invented.score <= 0.5


LEAVE = (
    "Interns are entitled to at least two rest days in every week of the internship. The school signs a three-party agreement with the enterprise "
    "and the student. The enterprise appoints a supervisor who guides the students on the shop floor."
)


def test_a_response_in_words_of_its_own_is_judged_by_its_wording_as_a_whole() -> None:
    near = verify_response(LEAVE, "School, enterprise and student sign an agreement. A supervisor appointed by the enterprise guides students on the floor.")
    far = verify_response(LEAVE, "Mentoring boosts careers and morale. Employers often sponsor housing, meals and commuting. Students consult brochures first.")
    assert near.score > 0.5 > far.score
    assert (near.grounded, far.grounded) == (True, False)


def test_a_change_in_a_near_copy_makes_a_long_response_ungrounded() -> None:
    changed = LEAVE.replace("at least two", "at most two")
    judged = verify_response(LEAVE, changed)
    assert not judged.grounded
    assert [s.judgement.reason.partition(":")[0] for s in judged.unsupported] == ["opposite"]


@pytest.mark.parametrize("response", ["The documents do not provide an answer to the question.", "I don't have specific information.", "所给材料未提及。"])
def test_to_say_that_nothing_is_known_is_grounded_in_nothing(response: str) -> None:
    assert verify_response("", response).grounded


@pytest.mark.parametrize("response", ["The fee is 80 yuan.", "You are welcome.", "费用为八十元。"])
def test_to_say_anything_else_is_not(response: str) -> None:
    assert (verify_response(" ", response).grounded, verify_response(" ", response).score) == (False, 0.0)


def test_a_response_that_says_nothing_is_grounded() -> None:
    assert verify_response(LEAVE, " \n ").grounded


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_judged(sentence: str, evidence: str) -> None:
    judgement = verify(sentence, [evidence])
    assert 0.0 <= judgement.score <= 1.0
    assert judgement.reason
