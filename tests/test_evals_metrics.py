"""Every measure against values worked out by hand, and against what must hold of all values."""

import math
import random
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents import Span
from evals import metrics
from evals.matching import article, containment, locate, shingles, squeeze
from evals.metrics import Found, Gold, Place, Ratio, interval

TEXTS = st.text(alphabet="abc 学校*\n", max_size=60)
WORDS = st.text(alphabet="abc 学校\n", max_size=60)
RANKS = st.lists(st.none() | st.integers(1, 20), min_size=1, max_size=6)
RATIOS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda t: Ratio(min(t), max(t))), max_size=12)


def hit(name: str, score: float, text: str, source: str = "s", start: int = 0) -> Found:
    return Found(name, score, source, start, text)


# -- matching -------------------------------------------------------------------------------------------------


def test_shingles_are_the_runs_of_eight_characters_without_blanks_and_bold() -> None:
    assert shingles("**ab** cde\nfghij") == {"abcdefgh", "bcdefghi", "cdefghij"}
    assert shingles("第 五") == {"第五"}
    assert shingles(" ** \n") == frozenset()


def test_containment_is_the_share_of_shingles() -> None:
    assert containment("abcdefghij", "xx abc def ghi xx") == pytest.approx(2 / 3)
    assert containment("第五", "见第 五条") == 1.0
    assert containment("第五", "见第六条") == 0.0
    with pytest.raises(ValueError, match="blank"):
        containment(" ** ", "anything")


@given(TEXTS)
def test_squeezing_twice_is_squeezing_once(text: str) -> None:
    assert squeeze(squeeze(text)) == squeeze(text)


@given(WORDS, WORDS, WORDS)
def test_a_text_contains_each_of_its_stretches(before: str, piece: str, after: str) -> None:
    if squeeze(piece):
        assert containment(piece, before + piece + after) == containment(squeeze(piece), before + piece + after) == 1.0


def test_words_are_located_across_blanks_and_bold() -> None:
    text = "One **big** pear.\nOne\nbig pear."
    first, second = locate(text, "big pear"), locate(text, "big pear", 1)
    assert first is not None
    assert text[slice(*first)] == "big** pear"
    assert second is not None
    assert text[slice(*second)] == "big pear"
    assert locate(text, "big pear", 2) is None
    assert locate(text, "plum") is None
    assert locate(text, "  ") is None


@given(TEXTS, st.integers(0, 60), st.integers(0, 60))
def test_what_is_located_is_the_same_words(text: str, one: int, other: int) -> None:
    words = text[min(one, other) : max(one, other)]
    span = locate(text, squeeze(words))
    if span is not None:
        assert squeeze(text[slice(*span)]) == squeeze(words)
    elif squeeze(words):
        assert squeeze(words) not in squeeze(text)


@pytest.mark.parametrize(
    ("locator", "expected"),
    [
        ("Art. 27", "art27"),
        ("Article 27 (2)", "art27"),
        ("Art. 2", "art2"),
        ("第二十七条", "第二十七条"),
        ("第二十七条第二款", "第二十七条"),
        ("第二十七条之一", "第二十七条之一"),
        ("§3.2.3", "§3.2.3"),
        ("Table 1, row 4", "table1,row4"),
        ("Abstract", "abstract"),
        ("", ""),
    ],
)
def test_an_article_is_named_without_its_paragraph(locator: str, expected: str) -> None:
    assert article(locator) == expected


# -- retrieval ------------------------------------------------------------------------------------------------


def test_ties_are_broken_by_id() -> None:
    hits = [hit("b", 1, ""), hit("c", 2, ""), hit("a", 1, "")]
    assert [h.id for h in metrics.rank(hits)] == ["c", "a", "b"]


def test_a_retriever_that_scores_all_alike_gains_nothing_from_the_order_of_its_list() -> None:
    wanted = Gold("s", "the wanted words")
    hits = [hit("z", 0.5, "the wanted words"), *(hit(f"a{i}", 0.5, "other words entirely") for i in range(3))]
    assert metrics.found_at([wanted], hits) == [4]


def test_a_piece_is_found_from_80_per_cent_of_its_shingles_on() -> None:
    piece = Gold("s", "abcdefghijkl")  # five shingles
    assert metrics.found_at([piece], [hit("1", 1, "abcdefghijk")]) == [1]  # four
    assert metrics.found_at([piece], [hit("1", 1, "abcdefghij")]) == [None]  # three


def test_a_piece_cut_in_two_is_found_when_both_halves_are_whatever_their_order() -> None:
    text = "The employer pays the intern no less than eighty per cent of the wage."
    halves = [hit("2", 0.9, text[35:], start=35), hit("x", 0.8, text, source="other"), hit("1", 0.7, text[:35], start=0)]
    assert metrics.found_at([Gold("s", text)], halves) == [3]


def test_the_same_words_in_another_source_do_not_count() -> None:
    assert metrics.found_at([Gold("s", "the wanted words")], [hit("1", 1, "the wanted words", source="other")]) == [None]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2), TEXTS), max_size=6), TEXTS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(given_hits: list[tuple[str, int, str]], piece: str, shuffle: random.Random) -> None:
    hits = [hit(str(i), score, text, source, i) for i, (source, score, text) in enumerate(given_hits)]
    pieces = [Gold("a", piece or "学")] if squeeze(piece) else []
    shuffled = list(hits)
    shuffle.shuffle(shuffled)
    assert metrics.found_at(pieces, hits) == metrics.found_at(pieces, shuffled)


@pytest.mark.parametrize(
    ("ranks", "evidence_5", "recall_5", "ndcg", "mrr"),
    [
        ([1], 1, 1, 1, 1),
        ([2], 1, 1, 0.6309, 0.5),
        ([1, 3], 1, 1, 1.5 / 1.63093, 1),
        ([1, 1], 1, 1, 1, 1),
        ([3, 3], 1, 1, (0.5 + 0.5) / 1.63093, 1 / 3),
        ([6, 1], 0, 0.5, (1 + 0.35621) / 1.63093, 1),
        ([None, 4], 0, 0.5, 0.43068 / 1.63093, 0.25),
        ([10], 0, 0, 0.28906, 0.1),
        ([11], 0, 0, 0, 0),
        ([None], 0, 0, 0, 0),
    ],
)
def test_retrieval_measures(ranks: list[int | None], evidence_5: float, recall_5: float, ndcg: float, mrr: float) -> None:
    assert metrics.evidence_at(ranks, 5) == Ratio(evidence_5, 1)
    assert metrics.recall_at(ranks, 5) == Ratio(recall_5, 1)
    assert metrics.ndcg_at(ranks).part == pytest.approx(ndcg, abs=1e-4)
    assert metrics.mrr_at(ranks).part == pytest.approx(mrr)


def test_a_case_without_gold_takes_no_part() -> None:
    assert [m.of for m in (metrics.evidence_at([], 5), metrics.recall_at([], 5), metrics.ndcg_at([]), metrics.mrr_at([]))] == [0, 0, 0, 0]


@given(st.sets(st.integers(1, 10), min_size=1, max_size=5))
def test_with_one_piece_a_passage_ndcg_is_the_binary_one(places: set[int]) -> None:
    gains = [1.0 if i in places else 0.0 for i in range(1, 11)]
    ideal = sorted(gains, reverse=True)
    dcg, best = (sum(g / math.log2(i + 1) for i, g in enumerate(row, start=1)) for row in (gains, ideal))
    assert metrics.ndcg_at(list(places)).part == pytest.approx(dcg / best)


@given(RANKS, st.integers(1, 12))
def test_retrieval_measures_are_bounded_and_grow_with_k(ranks: list[int | None], k: int) -> None:
    for measure in (metrics.evidence_at, metrics.recall_at, metrics.mrr_at):
        assert 0 <= measure(ranks, k).part <= measure(ranks, k + 1).part <= 1
    assert 0 <= metrics.ndcg_at(ranks, k).part <= 1 + 1e-12
    assert metrics.evidence_at(ranks, k).part <= metrics.recall_at(ranks, k).part
    assert (metrics.evidence_at(ranks, k).part == 1) == (metrics.recall_at(ranks, k).part == 1)


def test_a_reader_of_few_words_sees_the_best_hits_only_so_far() -> None:
    hits = [hit("b", 1, "four five six"), hit("a", 2, "one two three")]
    assert [h.text for h in metrics.within_words(hits, 4)] == ["one two three", "four"]
    assert [h.text for h in metrics.within_words(hits, 3)] == ["one two three"]
    assert [h.text for h in metrics.within_words(hits, 99)] == ["one two three", "four five six"]
    assert [h.text for h in metrics.within_words([hit("a", 1, "企业应当支付")], 3)] == ["企业应当支"]  # five characters of 0.6


@given(st.lists(st.text(alphabet="ab 企业.", max_size=30), max_size=5), st.integers(1, 40))
def test_more_words_never_hold_less_evidence(texts: list[str], budget: int) -> None:
    hits = [hit(str(i), -i, text) for i, text in enumerate(texts)]
    gold = [Gold("s", "ab ab ab ab 企业")]
    one, two = (metrics.evidence_within(gold, hits, b) for b in (budget, budget + 5))
    assert one.part <= two.part
    assert metrics.evidence_within(gold, hits, 10_000).part == float(metrics.found_at(gold, hits) != [None])
    assert "".join(h.text for h in metrics.within_words(hits, 10_000)) == "".join(texts)


# -- answers --------------------------------------------------------------------------------------------------


def test_facts_are_found_over_all_statements() -> None:
    facts = [re.compile(p, re.IGNORECASE) for p in (r"\b12 ?%", "huawei", r"\b30\b")]
    assert metrics.facts_found(facts, ["A rebate of 12 %.", "Huawei took part."]) == [True, True, False]
    assert metrics.facts_found(facts, []) == [False, False, False]


def test_quotes_are_exact_or_not() -> None:
    text = "A rebate of 12 % is paid."
    quotes = [("rebate of 12 %", Span(2, 16), text), ("rebate of 13 %", Span(2, 16), text), ("rebate  of 12 %", Span(2, 16), text), ("", Span(3, 3), text)]
    assert metrics.exact_quotes(quotes) == Ratio(1, 4)
    assert metrics.exact_quotes([]) == Ratio(0, 0)


def test_a_citation_is_on_gold_by_overlap_or_article_in_the_same_source() -> None:
    gold = [Gold("law", "words", "Art. 2", Span(100, 120)), Gold("paper", "row", "Table 1, row 4", Span(10, 20)), Gold("paper", "line", "", Span(50, 60))]
    on = {
        Place("law", "Art. 2", Span(130, 140)): True,  # another sentence of the article
        Place("law", "Article 2 (1)", Span(130, 140)): True,
        Place("law", "Art. 3", Span(119, 140)): True,  # overlaps
        Place("law", "Art. 3", Span(120, 140)): False,
        Place("law", "Art. 22", Span(400, 440)): False,
        Place("decree", "Art. 2", Span(100, 120)): False,
        Place("paper", "Table 1, row 5", Span(20, 30)): False,
        Place("paper", "", Span(70, 80)): False,  # no locator is not a place
        Place("paper", "", Span(55, 80)): True,
    }
    assert {place: metrics.on_gold(place, gold) for place in on} == on
    assert metrics.cited_any(list(on), gold) == Ratio(1, 1)
    assert metrics.cited_share(list(on), gold) == Ratio(4, 9)
    assert metrics.cited_any([], gold) == Ratio(0, 1)
    assert metrics.cited_any(list(on), []).of == metrics.cited_share(list(on), []).of == 0


def test_gold_that_was_not_located_is_cited_by_its_article_only() -> None:
    assert metrics.on_gold(Place("law", "第二条", Span(0, 9)), [Gold("law", "words", "第二条第一款")])
    assert not metrics.on_gold(Place("law", "第三条", Span(0, 9)), [Gold("law", "words", "第二条")])


def test_both_refusal_rates_count_only_their_own_questions() -> None:
    outcomes = [(True, True), (True, True), (True, False), (False, True), (False, False)]  # answerable, answered
    refusals = metrics.estimate([metrics.false_refusal(*o) for o in outcomes])
    answers = metrics.estimate([metrics.false_answer(*o) for o in outcomes])
    assert refusals is not None
    assert (refusals.value, refusals.cases) == (1 / 3, 3)
    assert answers is not None
    assert (answers.value, answers.cases) == (0.5, 2)


def test_the_risk_coverage_curve_takes_equal_confidence_together() -> None:
    curve = metrics.risk_coverage([(0.8, True), (0.9, False), (0.5, True), (0.8, False)], asked=8)
    assert curve == [(1 / 8, 0.0), (3 / 8, 1 / 3), (4 / 8, 2 / 4)]
    assert metrics.mean_risk(curve) == pytest.approx((2 / 8 * 1 / 3 + 1 / 8 * 1 / 2) / (4 / 8))
    assert metrics.risk_coverage([], asked=3) == []
    assert metrics.mean_risk([]) is None
    with pytest.raises(ValueError, match="2 answered of 1 asked"):
        metrics.risk_coverage([(0.1, True), (0.2, True)], asked=1)


@given(st.lists(st.tuples(st.integers(0, 3).map(float), st.booleans()), min_size=1, max_size=12), st.integers(0, 5))
def test_the_risk_coverage_curve_ignores_order_and_ends_at_the_overall_risk(confident: list[tuple[float, bool]], refused: int) -> None:
    asked = len(confident) + refused
    curve = metrics.risk_coverage(confident, asked)
    assert curve == metrics.risk_coverage(confident[::-1], asked)
    assert [c for c, _ in curve] == sorted({c for c, _ in curve})
    assert curve[-1] == (len(confident) / asked, sum(w for _, w in confident) / len(confident))
    mean = metrics.mean_risk(curve)
    assert mean is not None
    assert -1e-12 <= mean <= 1 + 1e-12


# -- over cases -----------------------------------------------------------------------------------------------


def test_an_estimate_is_the_sum_of_parts_over_the_sum_of_ofs() -> None:
    pooled = metrics.estimate([Ratio(1, 1), Ratio(1, 4), Ratio(0, 0)])
    assert pooled is not None
    assert (pooled.value, pooled.cases) == (2 / 5, 2)
    assert metrics.estimate([]) is None
    assert metrics.estimate([Ratio(0, 0)]) is None


def test_the_interval_is_that_of_a_coin() -> None:
    coin = metrics.estimate([Ratio(1)] * 50 + [Ratio(0)] * 50)
    assert coin is not None
    assert coin.low == pytest.approx(0.5 - 1.96 * 0.05, abs=0.02)
    assert coin.high == pytest.approx(0.5 + 1.96 * 0.05, abs=0.02)
    assert metrics.estimate([Ratio(1)] * 9) == metrics.Estimate(1.0, 1.0, 1.0, 9)


@given(RATIOS, st.randoms(use_true_random=False))
def test_an_estimate_is_repeatable_and_ignores_the_order_of_cases(ratios: list[Ratio], shuffle: random.Random) -> None:
    shuffled = list(ratios)
    shuffle.shuffle(shuffled)
    one, other = metrics.estimate(ratios, draws=50), metrics.estimate(shuffled, draws=50)
    assert one == other
    if one is not None:
        assert 0 <= one.low <= one.high <= 1
        assert 0 <= one.value <= 1


def test_percentiles_are_values_that_occurred() -> None:
    values = [4.0, 1.0, 3.0, 2.0]
    assert [metrics.percentile(values, q) for q in (1, 25, 50, 51, 75, 95, 100)] == [1, 1, 2, 3, 3, 4, 4]
    for bad in (0.0, 101.0):
        with pytest.raises(ValueError, match="percentile"):
            metrics.percentile(values, bad)
    with pytest.raises(ValueError, match="of 0 values"):
        metrics.percentile([], 50)


# -- measures that are no rate ------------------------------------------------------------------------------------------


def test_an_interval_holds_the_value_and_narrows_with_the_items() -> None:
    def share(numbers: Any) -> float:
        return float((numbers % 2).mean())

    few, many = interval(share, range(20)), interval(share, range(2000))
    assert few is not None
    assert many is not None
    assert few.value == many.value == 0.5
    assert few.low < 0.5 < few.high
    assert many.high - many.low < (few.high - few.low) / 5
    assert (few.cases, interval(share, range(20))) == (20, few)


def test_what_cannot_be_measured_has_no_interval_and_such_draws_are_left_out() -> None:
    assert interval(lambda i: None, range(5)) is None
    assert interval(lambda i: 1.0, []) is None
    sometimes = interval(lambda i: 1.0 if 0 in i else None, range(3))
    assert sometimes == (1.0, 1.0, 1.0, 3)


def test_each_fact_counts_alike_over_all_cases() -> None:
    assert metrics.fact_recall([True, False, True]) == (2.0, 3.0)
    assert metrics.fact_recall([]) == (0.0, 0.0)
