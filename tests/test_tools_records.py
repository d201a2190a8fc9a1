"""The tools over a college's records: index, monitoring, map, majors and costs. Every rule rests on live words; nothing is invented."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.benefits.basis import Force, Grounds
from assistant.errors import ProvisionError, ToolError
from assistant.tools import chains, costs, majors, monitoring, quality
from assistant.tools.chains_report import chains_report, demand_report
from assistant.tools.majors_report import majors_report
from assistant.tools.monitoring_report import monitoring_report
from assistant.tools.quality_report import quality_report
from assistant.tools.rules import Rules, read_rules
from tests.catalogue import CORPUS, HERE, TODAY, shipped_provisions, texts_of

TOOLS = CORPUS / "tools"
SAMPLES = TOOLS / "samples"
QUALITY = quality.read_quality_rules(TOOLS / "quality.yaml")
MONITORING = monitoring.read_monitoring_rules(TOOLS / "monitoring.yaml")
MAJORS = majors.read_major_rules(TOOLS / "majors.yaml")
CHAINS, GROUPS, _ = chains.read_chains(TOOLS / "chains.yaml", [SAMPLES / "groups.csv"])
ALL: tuple[Rules, ...] = (QUALITY, MONITORING, MAJORS, CHAINS)


def grounds(language: str = "zh") -> Grounds:
    clauses = [clause for rules in ALL for rule in rules.all() for clause in rule.basis]
    clauses += [clause for p in shipped_provisions() if p.id in costs.PROVISIONS for clause in p.basis]
    return Grounds(texts_of(clauses), TODAY, HERE, language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_rule_rests_on_live_words_and_is_no_more_than_a_papers(language: str) -> None:
    for rules in ALL:
        for rule in rules.all():
            basis = rule.resting(grounds(language))
            assert len(basis.citations) == len(rule.basis), rule.id
            assert basis.force in (Force.PROPOSAL, Force.CASE), rule.id
            assert all(set(clause.words) == {"zh", "en"} for clause in rule.basis), rule.id


# -- quality index --------------------------------------------------------------------------------------------


def test_the_papers_example_comes_to_85_and_not_to_what_is_printed() -> None:
    scores = quality.parse_scores({"evaluators": {"enterprise": "85", "students": "82", "institution": "88"}}, QUALITY, "x")
    index = quality.compute_index(QUALITY, scores)
    assert index.evaluators.value == Decimal(85)
    assert (index.example, index.printed) == (Decimal(85), Decimal("84.9"))
    assert index.indicators.value is None
    assert index.grade == ""
    report = quality_report(index, QUALITY, grounds("en"))
    assert any("84.9" in text and "85.0" in text for section in report.sections for text in section.paragraphs)


def test_weights_are_those_of_table_1() -> None:
    assert [int(quality.weight(rule)) for rule in QUALITY["indicators"].values()] == [15, 10, 20, 15, 15, 10, 8, 7]
    index = quality.compute_index(QUALITY, quality.parse_scores({}, QUALITY, "x"))
    assert [(group.id, int(weight)) for group, weight, _ in index.groups] == [
        ("enterprise-participation", 25), ("talent-quality", 35), ("technology", 25), ("social-service", 15)
    ]


def test_the_sample_is_computed_with_scales_evaluators_and_grades() -> None:
    index = quality.compute_index(QUALITY, quality.read_scores(SAMPLES / "scores.yaml", QUALITY))
    assert index.indicators.value == Decimal("74.49")
    assert index.grade == "good"
    radar = quality_report(index, QUALITY, grounds()).sections[0].charts[0]
    assert (len(radar.labels), radar.series[0].values[0]) == (8, 64.0)


@given(st.lists(st.integers(0, 100), min_size=8, max_size=8))
def test_the_index_lies_between_its_lowest_and_highest_score(scores: list[int]) -> None:
    given_scores = dict(zip(QUALITY["indicators"], map(str, scores), strict=True))
    value = quality.compute_index(QUALITY, quality.parse_scores({"scores": given_scores}, QUALITY, "x")).indicators.value
    assert value is not None
    assert min(scores) <= value <= max(scores)


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ({"scores": {"retention": "101"}}, "101"),
        ({"scores": {"retention": "many"}}, "many"),
        ({"scores": {"mood": "1"}}, "mood"),
        ({"scores": {"patents": {"value": "3", "worst": "1", "best": "1"}}}, "two different"),
        ({"grades": {"good": "80"}}, "excellent"),
        ({"grades": {"excellent": "60", "good": "80", "qualified": "90"}}, "below the one before"),
        ({"marks": {}}, "marks"),
    ],
)
def test_wrong_scores_are_named(scores: dict[str, object], said: str) -> None:
    with pytest.raises(ToolError, match=said):
        quality.parse_scores(scores, QUALITY, "scores.yaml")


def test_a_college_may_set_its_own_weights_without_a_basis(tmp_path: Path) -> None:
    text = (
        "groups: {all: {zh: 全部, en: All, standing: own}}\n"
        "indicators: {one: {group: all, weight: 3, zh: 一, en: One, standing: own}, two: {group: all, weight: 1, zh: 二, en: Two, standing: own}}\n"
        "evaluators: {us: {weight: 1, zh: 我们, en: We, standing: own}}\nnotes: {}\n"
    )
    path = tmp_path / "own.yaml"
    path.write_text(text.replace("notes: {}", "notes: {n: {zh: 注, en: Note, standing: own}}"), encoding="utf-8")
    rules = quality.read_quality_rules(path)
    index = quality.compute_index(rules, quality.parse_scores({"scores": {"one": "100", "two": "0"}}, rules, "x"))
    assert index.indicators.value == Decimal(75)


def test_a_rule_of_law_or_of_a_paper_needs_a_basis(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("a: {x: {zh: 一, en: one, standing: law}}\n", encoding="utf-8")
    with pytest.raises(ProvisionError, match="basis"):
        read_rules(path, {"a": ()})


# -- monitoring -----------------------------------------------------------------------------------------------


def monitored(values: dict[str, list[float | None]], period: str = "", start: int = 1) -> monitoring.Monitoring:
    listed = [
        monitoring.Value(monitoring.Month(2025, start + i), name, Decimal(str(v)), None, monitoring.Origin.OWN)
        for name, series in values.items()
        for i, v in enumerate(series)
        if v is not None
    ]
    return monitoring.monitor(listed, MONITORING, QUALITY["indicators"], period)


@pytest.mark.parametrize(
    ("series", "warned"),
    [
        ([4, 3, 2, 1], True),
        ([4, 3, 2, 2], False),
        ([3, 2, 1], False),
        ([4, 3, None, 2, 1], False),
        ([1, 4, 3, 2, 1, 5], True),
        ([1, 2, 3, 4], False),
    ],
)
def test_three_falls_in_a_row_warn(series: list[float | None], warned: bool) -> None:
    assert bool(monitored({"x": series}).warnings) is warned


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_a_warning_is_always_a_run_of_falls(series: list[int]) -> None:
    for warning in monitored({"x": [float(v) for v in series]}).warnings:
        assert len(warning.values) >= 4
        assert all(a > b for a, b in zip(warning.values, warning.values[1:], strict=False))


def test_the_sample_quarter_reports_warning_share_issues_and_cited_suggestions() -> None:
    values, wrong = monitoring.read_values(SAMPLES / "monthly.csv")
    assert wrong == []
    found = monitoring.monitor(values, MONITORING, QUALITY["indicators"], "2025Q3")
    assert [w.indicator for w in found.warnings] == ["参与课程开发的企业占比"]
    assert found.enterprise_share == Decimal(40)
    completion, issues, suggestions, origin = monitoring_report(found, MONITORING, grounds()).sections
    assert len(completion.charts) == 5
    assert issues.table
    assert suggestions.table
    assert all(row.cited for row in suggestions.table.rows)
    assert origin.cited


def test_a_yearly_report_says_who_evaluates() -> None:
    values, _ = monitoring.read_values(SAMPLES / "monthly.csv")
    report = monitoring_report(monitoring.monitor(values, MONITORING, QUALITY["indicators"], "2025"), MONITORING, grounds())
    assert report.title.endswith("年度报告 2025")
    assert "专家组" in report.sections[-1].paragraphs[0]


def test_bad_cells_are_told_one_by_one_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    rows = ("month,indicator,value,source", "2025-01,x,1,own", "2025-13,x,2,own", "2025-02,x,abc,own", "2025-03,,3,own", "2025-04,x,4,moon", "2025-01,x,5,own")
    path.write_text("\n".join(rows), encoding="utf-8")
    values, wrong = monitoring.read_values(path)
    assert len(values) == 1
    assert [line.split(":")[1].strip()[:5] for line in wrong] == ["row 3", "row 4", "row 5", "row 6", "row 7"]
    assert "'2025-13'" in wrong[0]
    assert "'abc'" in wrong[1]


def test_excel_and_chinese_encodings_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("月份", "指标", "数值"), ("2025-01", "甲", 1.5), ("2025-02", "甲", 2)):
        sheet.append(row)
    book.save(tmp_path / "m.xlsx")
    (tmp_path / "m.csv").write_bytes("月份,指标,数值\n2025年1月,甲,1.5\n2025年2月,甲,2\n".encode("gb18030"))
    for name in ("m.xlsx", "m.csv"):
        values, wrong = monitoring.read_values(tmp_path / name)
        assert (wrong, [v.value for v in values]) == ([], [Decimal("1.5"), Decimal(2)])


def test_a_period_without_values_names_those_that_have_some() -> None:
    with pytest.raises(ToolError, match="2025Q1"):
        monitored({"x": [1.0]}, "2025Q4")
    with pytest.raises(ToolError, match="neither"):
        monitored({"x": [1.0]}, "Q4")


# -- groups and chains ----------------------------------------------------------------------------------------


def test_groups_are_found_from_either_side() -> None:
    assert [group.id for group, _ in chains.find(GROUPS, "工业机器人")] == ["intelligent-equipment"]
    assert [group.id for group, _ in chains.find(GROUPS, "video editing")] == ["digital-content"]
    assert len(chains.find(GROUPS, "")) == 4


@pytest.mark.parametrize(
    ("demand", "best"),
    [
        ("我公司急需会剪辑短视频、做直播运营的人", "digital-content"),
        ("招聘电池检测和高压安全操作人员", "own-2"),
        ("operators for industrial robots in the making of equipment", "intelligent-equipment"),
    ],
)
def test_a_demand_is_matched_with_reasons(demand: str, best: str) -> None:
    matches = chains.match_demand(GROUPS, demand)
    assert (matches[0].group.id, matches[0].score) == (best, 1.0)
    assert all(words for _, _, words in matches[0].reasons)
    assert demand_report(matches, CHAINS, grounds()).sections[0].table


def test_a_demand_of_other_things_matches_nothing() -> None:
    assert chains.match_demand(GROUPS, "护理") == []
    with pytest.raises(ToolError, match="demand"):
        chains.match_demand(GROUPS, " ")


def test_own_groups_are_marked_as_the_colleges() -> None:
    table = chains_report(GROUPS, CHAINS, grounds("en")).sections[0].table
    assert table
    assert [row.cells[-1] for row in table.rows][-1] == "the college's own rule"


# -- majors ---------------------------------------------------------------------------------------------------

LIMITS = majors.read_thresholds(SAMPLES / "thresholds.yaml")


def test_majors_are_suspended_reduced_kept_or_left_open() -> None:
    found, wrong = majors.read_majors(SAMPLES / "majors.csv")
    assert wrong == []
    outcome = {a.major.name: a.action for a in majors.assess_majors(found, LIMITS)}
    assert outcome == {
        "传统汽车维修": majors.Action.SUSPEND, "电子商务": majors.Action.REDUCE, "文秘": majors.Action.OPEN, "新能源汽车技术": majors.Action.KEEP
    }
    assert majors_report(majors.assess_majors(found, LIMITS), LIMITS, MAJORS, grounds()).sections[1].table


values = st.fixed_dictionaries({name: st.integers(0, 100).map(Decimal) for name in ("enrolment", "employment", "cooperation")})


@given(st.dictionaries(st.sampled_from([2023, 2024]), values, min_size=2), st.sampled_from(["enrolment", "employment", "cooperation"]), st.integers(0, 100))
def test_an_open_outcome_is_settled_by_no_value_that_was_there(years: dict[int, dict[str, Decimal]], name: str, value: int) -> None:
    full = majors.assess_majors([majors.Major("x", years)], LIMITS)[0].action
    partial = {year: {k: v for k, v in by.items() if k != name} for year, by in years.items()}
    assert majors.assess_majors([majors.Major("x", partial)], LIMITS)[0].action in (full, majors.Action.OPEN)


def test_every_threshold_is_the_colleges(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("years: 2\nenrolment: {reduce_below: 80, suspend_below: 90}\n", encoding="utf-8")
    with pytest.raises(ToolError, match="no paper does"):
        majors.read_thresholds(path)


# -- costs ----------------------------------------------------------------------------------------------------


def test_the_fund_and_the_shares_are_computed_by_the_catalogue() -> None:
    given_values = {"damaged_part": "12000", "fund_total": "1000000", "industry_college_income": "17000000", "share_held": "40"}
    profile, rows = costs.share_costs(shipped_provisions(), given_values, grounds())
    figures = {f["id"]: f["value"] for row in costs.costs_value(rows, "zh") for f in row["figures"]}  # type: ignore[attr-defined]
    assert figures["fund_a"] == 9600
    assert figures["fund_b"] == 10600
    assert [figures[f"fund_{who}"] for who in ("government", "colleges", "enterprises")] == [400_000, 300_000, 300_000]
    assert figures["share_of_income"] == 6_800_000
    assert len(costs.costs_report(profile, rows, grounds()).sections) == 3
    with pytest.raises(ToolError, match="at least one"):
        costs.share_costs(shipped_provisions(), {}, grounds())
