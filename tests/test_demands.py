"""What nothing can stand in for: articles, instruments, rates, years, places, and a figure where one is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answers.demands import Unmet, find_unmet
from assistant.documents import Kind
from assistant.language.glossary import Dictionary
from assistant.results import Reason
from tests.drafts import LAW, PAPER, Shelf

NATIONAL = replace(LAW, kind=Kind.POLICY, jurisdiction="CN")
RULES = "# Law\n\n## 1 Pay\n\nThe daily pay of an intern is at least 80 yuan. The pay of a trainee is not lower than the local minimum wage.\n"
RULES_ZH = "# 法律\n\n## 1 报酬\n\n实习学生的报酬每天不低于80元。企业给实习学生适当的补贴。学徒的报酬不得低于当地最低工资标准。\n"
PRACTICE = "# Practice\n\n## 1 Ningbo\n\nIn Ningbo a firm pays each intern 90 yuan a day.\n"


def demand(dictionary: Dictionary, question: str, *texts: tuple[object, str]) -> Unmet | None:
    query, draft = Shelf(dictionary, *texts).draft(question)  # type: ignore[arg-type]  # pairs of metadata and text
    return find_unmet(query, draft, draft.weighed[draft.candidates[0].hit.source.language])


def unmet(dictionary: Dictionary, question: str, *texts: tuple[object, str]) -> tuple[Reason, tuple[str, ...]] | None:
    found = demand(dictionary, question, *texts)
    return found and (found.reason, found.missing)


@pytest.mark.parametrize(
    ("question", "firm"),
    [
        ("How much does the city of Wuhan pay an intern for a day?", True),
        ("What does 《海洋法》 say of the daily pay of an intern?", True),
        ("Why is the daily pay of an intern 30% of the wage?", True),
        ("Is the daily pay of an intern 30% of the wage?", False),
        ("What was the daily pay of an intern in 2019?", False),
        ("What does Zebulon say of the daily pay of an intern?", False),
        ("When does the pay of a trainee begin?", False),
        ("May a firm from Germany pay an intern by the day?", False),
    ],
)
def test_what_may_be_said_in_other_words_is_no_firm_demand(dictionary: Dictionary, question: str, firm: bool) -> None:
    found = demand(dictionary, question, (NATIONAL, RULES))
    assert found is not None
    assert found.firm is firm


@pytest.mark.parametrize(
    "question",
    [
        "How much is the daily pay of an intern in Sichuan?",
        "How much must a company in Sichuan pay an intern for a day?",
        "What is the daily pay of interns in Ningbo?",
    ],
)
def test_a_national_rule_answers_for_each_place(dictionary: Dictionary, question: str) -> None:
    assert unmet(dictionary, question, (NATIONAL, RULES)) is None


def test_a_text_is_about_whom_it_is_by_and_what_people_call_it(dictionary: Dictionary) -> None:
    paper = replace(PAPER, kind=Kind.CASE, issuing_body="Min Tang, Jiangsu Maritime College", aliases=("the Chongqing paper",))
    for question in ("What pay does the Jiangsu study give an intern a day?", "What does an intern get a day in the Chongqing paper?"):
        assert unmet(dictionary, question, (paper, PRACTICE)) is None
    for question, place in (("What pay does the Sichuan study give an intern a day?", "Sichuan"), ("What pay does Jiangsu give an intern a day?", "Jiangsu")):
        assert unmet(dictionary, question, (paper, PRACTICE)) == (Reason.EVIDENCE_TOO_WEAK, (place,))


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Why were the 2021 rules on interns replaced by those of 2016?", "2021 rules on interns replaced by those of 2016"),
        ("What pay did the 2016 rules set when they replaced the 2021 ones?", "2016 rules set when they replaced the 2021"),
        ("2021年的实习规定被2016年的取代以后，报酬是多少？", "2021年的实习规定被2016年的取代"),
        ("2016年的规定取代2021年的规定以后，报酬是多少？", "2016年的规定取代2021"),
    ],
)
def test_nothing_is_replaced_by_what_came_before_it(dictionary: Dictionary, question: str, missing: str) -> None:
    texts = (NATIONAL, RULES_ZH) if question.startswith("20") else (NATIONAL, RULES)
    assert unmet(dictionary, question, texts) == (Reason.FALSE_PREMISE, (missing,))


@pytest.mark.parametrize("question", ["What pay did the 2021 rules set when they replaced those of 2016?", "Did the 2016 rules on pay replace those of 2021?"])
def test_but_an_order_that_may_be_or_is_asked_about_is_no_premise(dictionary: Dictionary, question: str) -> None:
    found = demand(dictionary, question, (NATIONAL, RULES))
    assert found is not None
    assert (found.reason, found.firm) == (Reason.EVIDENCE_TOO_WEAK, False), "the years are not there"


def test_a_rule_of_a_province_answers_for_its_districts(dictionary: Dictionary) -> None:
    rule = replace(NATIONAL, jurisdiction="CN-50")
    assert unmet(dictionary, "How much is the daily pay of an intern in Fuling?", (rule, RULES)) is None
    assert unmet(dictionary, "How much is the daily pay of an intern in Foshan?", (rule, RULES)) == (Reason.EVIDENCE_TOO_WEAK, ("Foshan",))


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("How much does the city of Wuhan pay an intern for a day?", "Wuhan"),
        ("What do the Guangdong vocational education regulations say of the daily pay of an intern?", "Guangdong"),
        ("What is the daily pay of an intern under the regulations of Guangdong?", "Guangdong"),
    ],
)
def test_but_not_for_what_the_place_itself_gives_or_lays_down(dictionary: Dictionary, question: str, place: str) -> None:
    assert unmet(dictionary, question, (NATIONAL, RULES)) == (Reason.EVIDENCE_TOO_WEAK, (place,))


@pytest.mark.parametrize(
    ("question", "place"),
    [("深圳市给每名实习学生每天多少元报酬？", "深圳"), ("广州市职业教育条例规定实习学生的报酬每天多少元？", "广州")],
)
def test_the_same_in_chinese(dictionary: Dictionary, question: str, place: str) -> None:
    zh = replace(NATIONAL, language="zh")
    assert unmet(dictionary, question, (zh, RULES_ZH)) == (Reason.EVIDENCE_TOO_WEAK, (place,))
    assert unmet(dictionary, "深圳的实习学生每天报酬多少元？", (zh, RULES_ZH)) is None


def test_the_rule_of_the_place_itself_answers_for_it(dictionary: Dictionary) -> None:
    local = replace(NATIONAL, jurisdiction="CN-44")
    assert unmet(dictionary, "What do the Guangdong regulations say of the daily pay of an intern?", (local, RULES)) is None


def test_a_paper_on_one_place_does_not_answer_for_another(dictionary: Dictionary) -> None:
    assert unmet(dictionary, "How much does a firm in Ningbo pay each intern a day?", (PAPER, PRACTICE)) is None
    assert unmet(dictionary, "How much does a firm in Hefei pay each intern a day?", (PAPER, PRACTICE)) == (Reason.EVIDENCE_TOO_WEAK, ("Hefei",))


def test_a_question_for_a_figure_needs_one_or_a_bound(dictionary: Dictionary) -> None:
    zh = replace(NATIONAL, language="zh")
    none = "# 法律\n\n## 1 补贴\n\n企业给实习学生适当的补贴。\n"
    bound = "# 法律\n\n## 1 补贴\n\n企业给实习学生的补贴不得低于当地最低工资标准。\n"
    silent = "# 法律\n\n## 1 补贴\n\n本法没有规定企业给实习学生的补贴数额。\n"
    question = "企业给实习学生的补贴是多少元？"
    assert unmet(dictionary, question, (zh, none)) == (Reason.EVIDENCE_TOO_WEAK, ())
    assert unmet(dictionary, question, (zh, bound)) is None
    assert unmet(dictionary, question, (zh, silent)) is None


def test_years_and_rates_that_are_taken_for_granted(dictionary: Dictionary) -> None:
    assert unmet(dictionary, "How much did a firm in Ningbo pay each intern a day in 2019?", (PAPER, PRACTICE)) == (Reason.EVIDENCE_TOO_WEAK, ("2019",))
    assert unmet(dictionary, "Why does a firm in Ningbo pay interns 60% a day?", (PAPER, PRACTICE)) == (Reason.FALSE_PREMISE, ("60%",))


def test_a_name_of_which_the_evidence_has_no_word_is_not_answered_from_another(dictionary: Dictionary) -> None:
    assert unmet(dictionary, "How much does Siemens in Ningbo pay each intern a day?", (PAPER, PRACTICE)) == (Reason.EVIDENCE_TOO_WEAK, ("Siemens",))
    written = replace(PAPER, issuing_body="Min Tang, Ningbo College")
    assert unmet(dictionary, "How much does a firm pay each intern a day, by Min Tang?", (written, PRACTICE)) is None


def test_a_chinese_text_may_have_its_author_in_latin_letters(dictionary: Dictionary) -> None:
    written = (replace(PAPER, language="zh", issuing_body="Min Tang，宁波学院"), RULES_ZH)
    assert unmet(dictionary, "Min Tang的论文里，实习学生的报酬每天不低于多少元？", written) is None
    assert unmet(dictionary, "Fang Wang的论文里，实习学生的报酬每天不低于多少元？", written) == (Reason.EVIDENCE_TOO_WEAK, ("Wang",))


def test_an_abbreviation_is_there_where_a_text_spells_it_out(dictionary: Dictionary) -> None:
    asked = "How much do {} in Ningbo pay each intern a day?"
    spelled = f"{PRACTICE}In Ningbo small and medium-sized enterprises pay each intern 90 yuan a day.\n"
    assert unmet(dictionary, asked.format("SMEs"), (PAPER, spelled)) is None
    assert unmet(dictionary, asked.format("SMEs"), (PAPER, PRACTICE)) == (Reason.EVIDENCE_TOO_WEAK, ("SMEs",))
    assert unmet(dictionary, "How much does BYD in Ningbo pay each intern a day?", (PAPER, spelled)) == (Reason.EVIDENCE_TOO_WEAK, ("BYD",))


def test_a_ban_that_a_question_takes_for_granted_must_be_there(dictionary: Dictionary) -> None:
    both = {"Why is it that firms in Ningbo must not pay interns by the day?": "must not", "为什么宁波的企业不得按天付给实习学生报酬？": "不得"}
    for asked, told in both.items():
        zh = "# 做法\n\n## 1 宁波\n\n宁波的企业按天付给实习学生报酬90元。{}\n"
        allowed, banned = (PRACTICE, f"{PRACTICE}It must not do so at night.\n") if asked.isascii() else (zh.format(""), zh.format("夜间不得如此。"))
        paper = PAPER if asked.isascii() else replace(PAPER, language="zh")
        assert unmet(dictionary, asked, (paper, allowed)) == (Reason.FALSE_PREMISE, (told,))
        assert unmet(dictionary, asked, (paper, banned)) is None


def test_a_bound_is_no_ban(dictionary: Dictionary) -> None:
    assert unmet(dictionary, "What must the daily pay of an intern not be lower than?", (NATIONAL, RULES)) is None
    zh = (replace(NATIONAL, language="zh"), "# 法律\n\n## 1 报酬\n\n实习学生的报酬每天至少80元。\n")
    assert unmet(dictionary, "实习学生的报酬不得低于多少？", zh) is None


def test_an_organisation_is_named_by_its_words_together(dictionary: Dictionary) -> None:
    text = (
        "# Practice\n\n## 1 Colleges\n\nIn Ningbo the Ocean College of Technology pays each intern 90 yuan a day. "
        "The industrial parks and vocational schools of the city take part.\n"
    )
    other = "How much does the Ningbo Industrial Vocational College pay each intern a day?"
    assert unmet(dictionary, other, (PAPER, text)) == (Reason.EVIDENCE_TOO_WEAK, ("Ningbo Industrial Vocational College",))
    assert unmet(dictionary, "How much does the Ocean College of Technology pay each intern a day?", (PAPER, text)) is None


def test_a_figure_of_another_unit_or_from_elsewhere_is_not_the_one_asked_for(dictionary: Dictionary) -> None:
    text = "# Practice\n\n## 1 Base\n\nThe base trained 90 apprentices.\n\n## 2 Fund\n\nThe fund paid 5 million yuan.\n"
    assert unmet(dictionary, "How many apprentices did the base train?", (PAPER, text)) is None
    assert unmet(dictionary, "How much money did the base pay apprentices?", (PAPER, text)) == (Reason.EVIDENCE_TOO_WEAK, ())
