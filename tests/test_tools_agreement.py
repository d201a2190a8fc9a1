"""The agreement check: what is found, missing, unclear and contradicting, in both languages; every rule rests on live words."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from assistant.benefits.basis import Basis, Force, Grounds
from assistant.errors import ProvisionError
from assistant.reading.loading import load
from assistant.tools.agreement import AgreementCheck, Status, check_agreement, kind_of, resting
from assistant.tools.agreement_docx import write_commented
from assistant.tools.agreement_report import agreement_report, agreement_value
from assistant.tools.agreement_rules import AgreementKind, Measure, Role, read_agreement_rules
from assistant.tools.measures import measure
from assistant.tools.parties import read_parties, read_signatories
from assistant.tools.segments import read_segments
from tests.catalogue import CORPUS, HERE, TODAY, texts_of

RULES = read_agreement_rules(CORPUS / "tools" / "agreement.yaml")
NOWHERE = Basis(Force.BINDING, ())


def checked(tmp_path: Path, text: str, kind: AgreementKind = AgreementKind.INTERNSHIP, name: str = "agreement.md") -> AgreementCheck:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return check_agreement(load(path), RULES, lambda _: NOWHERE, "en", kind)


def status(check: AgreementCheck, requirement: str) -> Status | None:
    return next((f.status for f in check.findings if f.requirement.id == requirement), None)


CLAUSES = CORPUS.parent / "evals" / "agreements" / "clauses.tsv"
"""Kind of agreement, requirement, what is to come out, and the clause: a line for each way of saying it."""
HEAD = {
    "zh": "# 协议\n\n甲方：江北职业学院\n\n乙方：重庆明远制造有限公司\n\n丙方（学生）：王某\n\n",
    "en": "# Agreement\n\nParty A: Jiangbei College\n\nParty B: Mingyuan Manufacturing Co., Ltd.\n\nParty C: the student Wang\n\n",
}


@pytest.mark.parametrize(
    ("requirement", "language", "clause", "expected"),
    [
        ("pay-floor", "zh", "报酬不低于同岗位工资的百分之八十。", Status.FOUND),
        ("pay-floor", "zh", "报酬为同岗位工资的七成五，即75%。", Status.CONTRADICTING),
        ("pay-floor", "zh", "乙方每月向丙方支付报酬3000元。", Status.UNCLEAR),
        ("pay-floor", "en", "Party B pays Party C four fifths of the wage of the same post.", Status.FOUND),
        ("pay-floor", "en", "Party C receives 60 % of the regular staff wage.", Status.CONTRADICTING),
        ("pay", "zh", "乙方不向丙方支付任何报酬。", Status.CONTRADICTING),
        ("pay", "en", "The allowance will be agreed later.", Status.UNCLEAR),
        ("pay-manner", "en", "Wages go to Party C through an agency.", Status.CONTRADICTING),
        ("no-fees", "zh", "乙方不得向丙方收取押金、培训费或者其他费用。", Status.FOUND),
        ("no-fees", "zh", "乙方不得：\n（一）收取押金；\n（二）收取管理费。", Status.FOUND),
        ("no-fees", "zh", "丙方应于报到时缴纳保证金500元。", Status.CONTRADICTING),
        ("no-fees", "zh", "甲方不承担食宿，丙方须缴纳押金400元。", Status.CONTRADICTING),
        ("no-fees", "en", "No deposit, training fee or other charge shall be collected from Party C.", Status.FOUND),
        ("no-fees", "en", "Party C pays a deposit of 300 yuan.", Status.CONTRADICTING),
        ("no-fees", "en", "Party B keeps the identity card of Party C.", Status.CONTRADICTING),
        ("no-night-overtime", "zh", "原则上不安排丙方加班，生产需要的除外。", Status.UNCLEAR),
        ("no-night-overtime", "en", "Overtime and night shifts are ruled out.", Status.FOUND),
        ("no-night-overtime", "en", "Party C shall work night shifts when asked.", Status.CONTRADICTING),
        ("hours-rest", "zh", "每日工作不超过12小时。", Status.CONTRADICTING),
        ("hours-rest", "en", "Party C works eight hours a day.", Status.FOUND),
        ("insurance", "zh", "丙方自行购买意外险。", Status.CONTRADICTING),
        ("insurance", "en", "Party B may take out insurance for Party C.", Status.UNCLEAR),
        ("no-intermediary", "zh", "甲方委托劳务派遣公司组织和管理实习。", Status.CONTRADICTING),
        ("no-intermediary", "en", "No intermediary may arrange the internship.", Status.FOUND),
        ("age-limit", "en", "Students aged 15 may take part.", Status.CONTRADICTING),
        ("age-limit", "en", "The internship runs from 15 May 2026.", Status.MISSING),
        ("safety-training", "zh", "各方应当遵守法律。", Status.MISSING),
    ],
)
def test_clauses_are_read_for_what_they_settle(tmp_path: Path, requirement: str, language: str, clause: str, expected: Status) -> None:
    assert status(checked(tmp_path, HEAD[language] + clause), requirement) is expected


def test_each_way_of_saying_it_is_read_as_it_is_meant(tmp_path: Path) -> None:
    wrong = []
    for line in CLAUSES.read_text(encoding="utf-8").splitlines():
        kind, requirement, expected, clause = line.split("\t")
        check = checked(tmp_path, HEAD["en" if clause.isascii() else "zh"] + clause, AgreementKind(kind))
        if status(check, requirement) is not Status(expected):
            wrong.append(line)
    assert wrong == []


@pytest.mark.parametrize(
    ("clause", "requirement", "expected"),
    [
        ("合作期限自2025年9月1日起至2030年8月31日止。", "term", Status.FOUND),
        ("合作期限为三年。", "term", Status.CONTRADICTING),
        ("The cooperation lasts 60 months.", "term", Status.FOUND),
        ("双方每两年对培养方案和分成比例修订一次。", "review", Status.FOUND),
        ("双方适时修订培养方案。", "review", Status.UNCLEAR),
        ("The training plan is reviewed every four years.", "review", Status.CONTRADICTING),
        ("收益分配办法另行协商。", "benefit-distribution", Status.UNCLEAR),
        ("Profits are split equally.", "benefit-distribution", Status.FOUND),
        ("乙方中途退出的，退还所享受的税收减免。", "refund", Status.FOUND),
        ("一方违约的，承担赔偿责任。", "compensation", Status.UNCLEAR),
    ],
)
def test_advice_on_cooperation(tmp_path: Path, clause: str, requirement: str, expected: Status) -> None:
    assert status(checked(tmp_path, HEAD["zh" if clause[0] > "z" else "en"] + clause, AgreementKind.COOPERATION), requirement) is expected


def test_a_requirement_with_a_condition_is_asked_only_where_it_is_met(tmp_path: Path) -> None:
    plain = checked(tmp_path, HEAD["zh"] + "双方共建基地。", AgreementKind.COOPERATION)
    research = checked(tmp_path, HEAD["zh"] + "双方联合开展技术研发。", AgreementKind.COOPERATION)
    assert status(plain, "result-ownership") is None
    assert status(research, "result-ownership") is Status.MISSING


def test_what_is_only_watched_shows_when_it_is_contradicted(tmp_path: Path) -> None:
    assert status(checked(tmp_path, HEAD["zh"] + "双方共建基地。", AgreementKind.COOPERATION), "no-fees") is None
    assert status(checked(tmp_path, HEAD["zh"] + "学生到岗须缴纳押金200元。", AgreementKind.COOPERATION), "no-fees") is Status.CONTRADICTING


def test_quotes_are_ranges_of_the_text_with_clause_and_page(tmp_path: Path) -> None:
    path = tmp_path / "agreement.pdf"
    page = canvas.Canvas(str(path), pagesize=A4)
    for text in ("Internship Agreement between the College and the Company.", "Article 2. The Company pays the Student 60% of the wage of the same post."):
        page.drawString(60, 760, text)
        page.showPage()
    page.save()
    check = check_agreement(load(path), RULES, lambda _: NOWHERE, "en", AgreementKind.INTERNSHIP)
    finding = next(f for f in check.findings if f.requirement.id == "pay-floor")
    (quote,) = finding.quotes
    assert (finding.status, quote.page) == (Status.CONTRADICTING, 2)
    assert check.source.text[quote.span.start : quote.span.end] == quote.text
    assert "60%" in quote.text


def test_the_kind_is_told_from_the_title(tmp_path: Path) -> None:
    for title, kind in (("实习协议", "internship"), ("Apprenticeship Contract", "apprenticeship"), ("共建产业学院合作协议", "cooperation")):
        path = tmp_path / "a.md"
        path.write_text(f"# {title}\n\n第一条 本协议共三条。\n", encoding="utf-8")
        assert kind_of(load(path)).value == kind


def test_parties_are_read_where_they_are_defined() -> None:
    assert read_parties("甲方：重庆明远制造有限公司（实习单位）\n乙方：李某（实习学生，江北学院）") == {"甲方": Role.ENTERPRISE, "乙方": Role.STUDENT}
    english = 'Zhilian Software Co. Ltd. ("First Party") and Jiangbei College (hereinafter "Party D")'
    assert read_parties(english) == {"first party": Role.ENTERPRISE, "party d": Role.SCHOOL}


def test_items_stand_under_their_lead_in(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# 协议\n\n第三条 乙方不得：\n（一）收取押金；\n（二）扣押证件。\n\n第四条 期限五年。\n", encoding="utf-8")
    by_text = {s.text: s for s in read_segments(load(path))}
    assert by_text["（二）扣押证件。"].lead == "第三条 乙方不得："
    assert by_text["（二）扣押证件。"].locator == "第三条（二）"
    assert by_text["第四条 期限五年。"].lead == ""


@given(st.integers(1, 30))
def test_terms_are_read_alike_in_years_and_months(years: int) -> None:
    assert measure(f"期限为{years}年", Measure.MONTHS) == measure(f"a term of {12 * years} months", Measure.MONTHS) == [12 * years]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_requirement_rests_on_live_words(language: str) -> None:
    clauses = [clause for requirement in RULES for clause in requirement.basis]
    assert all(set(clause.words) == {"zh", "en"} for clause in clauses)
    rest = resting(Grounds(texts_of(clauses), TODAY, HERE, language).rest)
    for requirement in RULES:
        basis = rest(requirement)
        assert len(basis.citations) == len(requirement.basis), requirement.id
        assert basis.force in ((Force.BINDING, Force.REPORTED) if requirement.is_law else (Force.PROPOSAL,)), requirement.id


def test_the_word_document_has_comments_where_the_words_stand(tmp_path: Path) -> None:
    check = checked(tmp_path, HEAD["en"] + "## 1. Pay\n\nParty C receives 60 % of the regular staff wage.\n")
    write_commented(check, tmp_path / "out.docx")
    document = docx.Document(str(tmp_path / "out.docx"))
    comments = [comment.text for comment in document.comments]
    assert len(comments) >= len(check.findings)
    assert any(text.startswith("[contradicting] Pay of at least 80%") and "less than 80%" in text for text in comments)
    anchored = [p.text for p in document.paragraphs if p._p.xpath(".//w:commentReference")]
    assert "Party C receives 60 % of the regular staff wage." in anchored


def test_report_and_json_keep_law_apart_from_advice(tmp_path: Path) -> None:
    check = checked(tmp_path, HEAD["zh"] + "合作期限为三年。", AgreementKind.COOPERATION)
    value = agreement_value(check)
    assert {f["id"] for f in value["law"]} == {"rights-duties"}
    assert next(f for f in value["advice"] if f["id"] == "term")["status"] == "contradicting"
    law, advice = agreement_report(check).sections
    assert law.table
    assert advice.table


def test_wrong_rules_are_errors_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    wrong = {
        "concepts: {}\n": "missing",
        "concepts: {a: {zh: '(', en: b}}\nrequirements: {x: {}}\n": "pattern",
        "concepts: {a: {zh: <b>, en: c}}\nrequirements: {x: {}}\n": "<b>",
    }
    for text, word in wrong.items():
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ProvisionError, match=word) as caught:
            read_agreement_rules(path)
        assert "\n" not in str(caught.value)



@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("甲方：江北职业学院\n乙方：重庆明远制造有限公司\n", {Role.SCHOOL, Role.ENTERPRISE}),
        ("| 甲方（学校） | 乙方（企业） | 丙方（学生） |\n| --- | --- | --- |\n", set(Role)),
        ("(1) Jiangbei College (the \"College\"); (2) Mingyuan Ltd (the \"Host\"); and (3) Wang Li (the \"Intern\").", set(Role)),
        ("Made between Jiangbei College, hereinafter \"JBC\", and Mingyuan Manufacturing Ltd, hereinafter \"MML\".", {Role.SCHOOL, Role.ENTERPRISE}),
        ("The Institute (the \"School\") shall send students (\"Workers\") to Mingyuan Ltd (the \"Firm\").", set()),
    ],
)
def test_a_party_is_who_is_named_where_nobody_is_obliged_yet(head: str, expected: set[Role]) -> None:
    assert read_signatories(head) == expected


def test_a_week_is_so_many_days_of_so_many_hours() -> None:
    for text in ("每周工作六天,每天九小时", "nine hours a day, six days a week", "six nine-hour days a week"):
        assert measure(text, Measure.HOURS_A_WEEK) == [54]


def test_a_heading_that_forbids_and_a_line_that_breaks_off_go_for_what_stands_below(tmp_path: Path) -> None:
    for text in ("## 四、禁止事项\n\n1. 向丙方收取押金；\n2. 扣押丙方身份证。\n", "## V. Party A and Party B shall not\n\n(1) charge Party C a deposit;\n"):
        check = checked(tmp_path, HEAD["en" if text.isascii() else "zh"] + text)
        assert status(check, "no-fees") is Status.FOUND
