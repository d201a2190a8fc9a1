"""The worksheet: worked examples over the shipped catalogue, and what must hold for any profile."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.benefits.assessment import Outcome, Row, Worksheet
from assistant.benefits.basis import Force
from assistant.benefits.predicates import State
from assistant.benefits.profile_fields import FieldKind, fields
from assistant.benefits.provisions import Declared, ProvisionKind, Role
from assistant.documents import Authority, Standing
from tests.catalogue import figure_of, row_of, shipped_provisions, values_of, worksheet

SURCHARGE = {"eligible_investment": "5,000,000", "education_surcharge_due": "600,000", "local_surcharge_due": "400,000"}
TRAINING = {"total_wages": "30,000,000", "training_costs": "2,900,000"}
DONATION = {"profit": "10,000,000", "donations": "1,500,000", "donations_qualified": "yes"}
INTERNS = {"takes_interns": "yes", "staff_on_post": "200", "staff_same_post": "30"}


def claimable(sheet: Worksheet) -> list[Row]:
    return [row for row in (*sheet.benefits, *sheet.obligations, *sheet.proposals, *sheet.apart) if row.outcome is Outcome.CLAIMABLE]


# -- worked examples ----------------------------------------------------------------------------------------------


def test_30_percent_of_the_investment_is_offset_up_to_the_two_surcharges_and_the_rest_carried() -> None:
    row = row_of(worksheet({**SURCHARGE, "nurturing_scope": "yes"}), "surcharge-offset")
    assert row.outcome is Outcome.CLAIMABLE
    assert values_of(row) == {"offset_total": 1_500_000, "offset_cap": 1_000_000, "offset_now": 1_000_000, "offset_carried": 500_000} | {
        "offset_from_earlier": None,
        "offset_payback": None,
    }
    assert figure_of(row, "offset_now").written == "取较小值(1,500,000; 1,000,000)"
    assert figure_of(row, "offset_total").formula == "30% × 当年符合条件的职业教育投资"
    assert {(c.document_number, c.locator) for c in row.basis.citations} == {("财税〔2019〕46号", "第三条")}
    assert "30%" in row.basis.citations[0].quote


@pytest.mark.parametrize(("scope", "outcome"), [("no", Outcome.NOT_MET), ("unknown", Outcome.OPEN)])
def test_the_offset_is_only_for_those_in_the_nurturing_scope(scope: str, outcome: Outcome) -> None:
    sheet = worksheet({**SURCHARGE, "nurturing_scope": scope})
    assert row_of(sheet, "surcharge-offset").outcome is outcome
    assert ("nurturing_scope" in {q.field for q in sheet.questions}) is (scope == "unknown")


def test_amounts_brought_forward_are_offset_after_those_of_the_year_and_withdrawal_is_paid_back() -> None:
    facts = {**SURCHARGE, "eligible_investment": "200万", "nurturing_scope": "yes"}
    row = row_of(worksheet({**facts, "offset_brought_forward": "700,000", "withdraws_investment": "yes", "offset_taken": "900,000"}), "surcharge-offset")
    assert values_of(row) == {
        "offset_total": 600_000,
        "offset_cap": 1_000_000,
        "offset_now": 600_000,
        "offset_carried": 0,
        "offset_from_earlier": 400_000,
        "offset_payback": 900_000,
    }
    assert "offset_payback" not in values_of(row_of(worksheet({**facts, "withdraws_investment": "no"}), "surcharge-offset"))


def test_staff_education_is_deducted_at_8_percent_and_the_base_rule_of_2_5_says_why_not() -> None:
    sheet = worksheet(TRAINING)
    row, base = row_of(sheet, "staff-education-8"), row_of(sheet, "staff-education-base-rule")
    assert row.outcome is Outcome.CLAIMABLE
    assert values_of(row) == {"training_total": 2_900_000, "training_cap": 2_400_000, "training_now": 2_400_000, "training_carried": 500_000} | {
        "training_from_earlier": None
    }
    assert {c.document_number for c in row.basis.citations} == {"财税〔2018〕51号"}
    assert any("为什么是8%而不是2.5%" in note.zh and "第四十二条" in note.zh for note in row.provision.notes)
    assert (base.force, base.outcome) == (Force.DISPLACED, Outcome.APART)


def test_before_2018_the_base_rule_of_2_5_percent_applies() -> None:
    sheet = worksheet(TRAINING, day=dt.date(2017, 12, 31))
    assert row_of(sheet, "staff-education-8").force is Force.NOT_YET
    row = row_of(sheet, "staff-education-base-rule")
    assert row.outcome is Outcome.CLAIMABLE
    assert (values_of(row)["base_now"], values_of(row)["base_carried"]) == (750_000, 2_150_000)


def test_donations_are_deducted_at_12_percent_of_profit_and_the_rest_over_three_years() -> None:
    row = row_of(worksheet(DONATION), "donations")
    assert row.outcome is Outcome.CLAIMABLE
    assert (values_of(row)["donation_now"], values_of(row)["donation_carried"]) == (1_200_000, 300_000)
    assert "3年" in row.provision.carries.zh
    assert {(c.title, c.locator) for c in row.basis.citations} >= {("中华人民共和国企业所得税法", "第九条")}
    assert values_of(row_of(worksheet({**DONATION, "profit": "-100万"}), "donations"))["donation_now"] == 0
    assert row_of(worksheet({**DONATION, "donations_qualified": "no"}), "donations").outcome is Outcome.NOT_MET


def test_interns_are_generally_at_most_a_tenth_and_a_fifth_as_reported() -> None:
    row = row_of(worksheet({**INTERNS, "post_interns": "20", "post_interns_same_post": "7"}), "intern-ceilings")
    assert row.outcome is Outcome.OWED
    assert values_of(row) == {"interns_at_most": 20, "interns_same_post_at_most": 6}
    assert [check.state for check in row.checks] == [State.MET, State.NOT_MET]
    assert row.force is Force.REPORTED
    assert {c.standing for c in row.basis.citations} == {Standing.SECONDARY}
    assert "一般" in row.provision.title.zh
    assert "generally" in row.provision.title.en


@pytest.mark.parametrize(("pay", "state"), [("4,800", "met"), ("4,799", "not_met"), ("4,500", "not_met")])
def test_intern_pay_is_held_against_80_percent_or_the_lowest_grade(pay: str, state: str) -> None:
    facts = {**INTERNS, "interns_independent": "yes", "same_post_wage": "6,000", "lowest_wage_grade": "5,000", "intern_pay": pay}
    row = row_of(worksheet(facts), "intern-pay-floor")
    assert figure_of(row, "pay_floor_80").value == 4_800
    assert row.checks[0].state == state
    assert row_of(worksheet({**facts, "lowest_wage_grade": "4,000"}), "intern-pay-floor").checks[0].state is State.MET


def test_a_damaged_part_is_split_as_the_paper_says_both_ways_and_never_as_an_entitlement() -> None:
    sheet = worksheet({"damaged_part": "8,000"})
    row = row_of(sheet, "risk-compensation-fund")
    assert row in sheet.proposals
    assert row.force is Force.PROPOSAL
    assert values_of(row) == {"fund_a": 6_400, "college_a": 1_120, "student_a": 480, "fund_b": 7_400, "college_b": 420, "student_b": 180}
    assert any("歧义" in note.zh for note in row.provision.notes)
    assert any("有歧义" in c.quote for c in row.basis.citations)
    assert values_of(row_of(worksheet({"damaged_part": "4,999"}), "risk-compensation-fund")) == {"fund_small": 4_999}
    assert values_of(row_of(worksheet({"damaged_part": "5,000"}), "risk-compensation-fund")) == {}, "the paper says nothing of exactly 5,000"


def test_the_half_subsidy_of_a_paper_is_capped_and_claimable_by_nobody() -> None:
    row = row_of(worksheet({"project_cost": "1200万", "cluster_33618": "yes"}), "half-subsidy")
    assert values_of(row) == {"half_subsidy": 5_000_000}
    assert (row.outcome, row.force) == (Outcome.APART, Force.PROPOSAL)


def test_the_shares_of_an_industry_college_are_a_case() -> None:
    row = row_of(worksheet({"industry_college_income": "1700万", "share_held": "40"}), "industry-college-shares")
    assert values_of(row) == {"share_of_income": 6_800_000}
    assert figure_of(row, "share_of_income").written == "17,000,000 × 40%"
    assert row.force is Force.CASE


def test_rewards_for_results_have_floors_where_nothing_is_agreed() -> None:
    facts = {"transfer_net_income": "100万", "own_use_profit": "300万", "invention_patents": "2", "other_patents": "3", "reward_terms": "no"}
    sheet = worksheet(facts)
    assert values_of(row_of(sheet, "transfer-reward")) == {"transfer_reward_least": 500_000}
    assert values_of(row_of(sheet, "own-use-reward")) == {"own_use_reward_least": 150_000}
    assert values_of(row_of(sheet, "patent-reward")) == {"patent_reward_least": 12_500}
    agreed = worksheet({**facts, "reward_terms": "yes"})
    assert "transfer-reward" not in {row.provision.id for row in agreed.obligations}


# -- day and place ------------------------------------------------------------------------------------------------


def test_another_place_changes_what_applies() -> None:
    facts = {**INTERNS, "runs_school": "yes", "deep_involvement": "yes"}
    here, there, nowhere = worksheet(facts), worksheet(facts, place="CN-51"), worksheet(facts, place="")
    assert row_of(here, "cq-intern-insurance").outcome is Outcome.OWED
    assert row_of(there, "cq-intern-insurance").force is Force.ELSEWHERE
    assert row_of(nowhere, "cq-intern-insurance").force is Force.PLACE_UNKNOWN
    assert {row_of(s, "qingdao-school-property").force for s in (here, there)} == {Force.ELSEWHERE}
    assert row_of(worksheet(facts, place="CN-37-qingdao"), "qingdao-school-property").force is Force.UNCONFIRMED


def test_another_day_changes_what_applies() -> None:
    before, after = worksheet(INTERNS, day=dt.date(2026, 4, 30)), worksheet(INTERNS, day=dt.date(2026, 5, 1))
    assert row_of(before, "cq-intern-insurance").force is Force.NOT_YET
    assert row_of(after, "cq-intern-insurance").outcome is Outcome.OWED
    facts = {**SURCHARGE, "nurturing_scope": "yes"}
    assert row_of(worksheet(facts, day=dt.date(2018, 12, 31)), "surcharge-offset").force is Force.NOT_YET
    assert row_of(worksheet(facts, day=dt.date(2019, 1, 1)), "surcharge-offset").outcome is Outcome.CLAIMABLE


@pytest.mark.parametrize("ended", ["intern-ceilings-2016", "combined-incentives-2023", "education-land-2023", "cq-apprenticeship-2020"])
def test_what_has_ended_supports_nothing(ended: str) -> None:
    row = row_of(worksheet({**INTERNS, "apprentices": "10", "runs_school": "yes"}), ended)
    assert (row.force, row.outcome) == (Force.ENDED, Outcome.APART)


# -- what is still to be known --------------------------------------------------------------------------------------


def test_an_empty_profile_claims_nothing_and_asks() -> None:
    sheet = worksheet({})
    assert [row.provision.id for row in claimable(sheet) if row.provision.kind is ProvisionKind.INCENTIVE] == []
    asked = {q.field for q in sheet.questions}
    assert {"nurturing_scope", "training_costs", "takes_interns", "donations"} <= asked
    assert "intern_pay" not in asked, "asked only once it is known that there are interns"
    assert "damaged_part" not in asked, "nothing is asked for the sake of a paper"


def test_questions_say_what_they_are_for() -> None:
    questions = {q.field: q.needed_for for q in worksheet({"takes_interns": "yes"}, language="en").questions}
    assert questions["charges_interns"] == ("No fees, deposits or held documents (as reported)",)
    assert list(questions) == [name for name in fields() if name in questions]


# -- what must hold for any profile ---------------------------------------------------------------------------------

_MONEY = st.integers(0, 10**10).map(Decimal)
_VALUES = {
    FieldKind.FLAG: st.booleans(),
    FieldKind.COUNT: st.integers(0, 10**5).map(Decimal),
    FieldKind.MONEY: _MONEY,
    FieldKind.RESULT: st.integers(-(10**10), 10**10).map(Decimal),
    FieldKind.SHARE: st.integers(0, 100).map(Decimal),
}
_FACTS = [name for name, of in fields().items() if of.kind in _VALUES]
PROFILES = st.lists(st.sampled_from(_FACTS), unique=True).flatmap(lambda names: st.fixed_dictionaries({n: _VALUES[fields()[n].kind] for n in names}))
RULES = [p for p in shipped_provisions() if p.standing in (Declared.LAW, Declared.REPORTED)]


@settings(max_examples=40)
@given(PROFILES, st.sampled_from([dt.date(2017, 6, 1), dt.date(2020, 6, 1), dt.date(2026, 6, 1)]), st.sampled_from(["", "CN-50", "CN-33-ningbo"]))
def test_no_paper_ever_sits_among_what_may_be_claimed_or_is_owed(facts: dict[str, Any], day: dt.date, place: str) -> None:
    sheet = worksheet(facts, day, place)
    for row in (*sheet.benefits, *sheet.obligations):
        assert row.provision in RULES
        assert row.force.binds
        assert all(c.authority is not Authority.RESEARCH_PAPER and c.standing is not Standing.PROPOSAL for c in row.basis.citations)
    assert {row.outcome for row in (*sheet.proposals, *sheet.apart)} == {Outcome.APART}


@settings(max_examples=40)
@given(PROFILES, st.data())
def test_forgetting_facts_never_adds_a_claim(facts: dict[str, Any], data: st.DataObject) -> None:
    fewer = {name: value for name, value in facts.items() if data.draw(st.booleans())}
    known, unknown = worksheet(facts), worksheet(fewer)
    assert {row.provision.id for row in claimable(unknown)} <= {row.provision.id for row in claimable(known)}
    for row in (*unknown.benefits, *unknown.obligations):
        for condition in (*row.conditions, *row.checks):
            if condition.state is State.UNKNOWN:
                assert condition.unknown
                assert not set(condition.unknown) & set(fewer)
        for figure in row.figures:
            assert (figure.value is None) == bool(figure.unknown)


TAXED = st.fixed_dictionaries({n: _VALUES[fields()[n].kind] for n in (*SURCHARGE, *TRAINING, *DONATION)})
"""Profiles with every fact that the capped benefits count on."""


@settings(max_examples=60)
@given(TAXED)
def test_what_is_used_now_and_what_is_carried_make_up_the_entitlement(facts: dict[str, Any]) -> None:
    capped = [row_of(worksheet(facts), name) for name in ("surcharge-offset", "staff-education-8", "donations")]
    for row in capped:
        total, cap, now, carried = (next(f.value for f in row.figures if f.role is role) for role in (Role.ENTITLEMENT, Role.CAP, Role.NOW, Role.CARRIED))
        assert total is not None
        assert cap is not None
        assert now is not None
        assert carried is not None
        assert now + carried == total
        assert now == min(total, cap)
        assert carried >= 0


@settings(max_examples=60)
@given(TAXED, st.sampled_from(["education_surcharge_due", "local_surcharge_due", "total_wages", "profit"]), st.integers(0, 10**9))
def test_raising_a_cap_never_lowers_an_amount(facts: dict[str, Any], raised: str, by: int) -> None:
    low, high = worksheet(facts), worksheet({**facts, raised: facts[raised] + by})
    now = [(row, figure) for row in low.benefits for figure in row.figures if figure.role is Role.NOW and figure.value is not None]
    assert len(now) >= 3
    for row, figure in now:
        after = figure_of(row_of(high, row.provision.id), figure.id).value
        assert after is not None
        assert figure.value is not None
        assert after >= figure.value


def test_citations_are_numbered_as_they_are_read() -> None:
    sheet = worksheet({**SURCHARGE, **TRAINING, **INTERNS, "nurturing_scope": "yes"})
    assert [c.n for c in sheet.citations] == list(range(1, len(sheet.citations) + 1))
    assert sheet.benefits[0].provision.id == "surcharge-offset"
