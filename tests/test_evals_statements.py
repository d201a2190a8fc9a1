"""What statements owe to their citations, against values worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics import Ratio
from evals.statements import Cited, carried, citation_precision, citation_recall, figures_kept, kept, modality_kept, terms

LAW = "Enterprises shall pay interns at least 80% of the wage."
OTHER = "Schools publish the list of internship units every spring."
WORDS = st.text(alphabet="ab 企业应当 8%.", max_size=40)


def test_terms_are_words_figures_and_pairs_of_chinese_characters() -> None:
    assert terms("Pay 1,000 yuan 企业应当") == {"pay": 1, "1,000": 1, "yuan": 1, "企业": 1, "业应": 1, "应当": 1}
    assert terms("企") == {"企": 1}


@given(WORDS)
def test_a_copied_statement_is_carried_whole(text: str) -> None:
    assert carried(text, [text])
    assert figures_kept(text, [text])
    assert modality_kept(text, [text])
    assert not carried(text, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LAW, True),
        (f"Proposed in a paper: {LAW}", False),  # 10 of 14 terms
        (f"Proposed: {LAW}", True),  # 10 of 11
        (LAW.replace("80", "90"), False),
    ],
)
def test_carried_needs_four_fifths_of_the_terms_and_every_figure(text: str, expected: bool) -> None:
    assert carried(text, [LAW]) is expected


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("It may pay.", "It shall pay.", False),
        ("It shall pay.", "It may pay.", False),
        ("It shall not pay.", "It shall pay.", False),
        ("It must pay.", "It shall pay.", True),
        ("It must not pay.", "It may not pay.", True),
        ("企业可以支付", "企业应当支付", False),
        ("企业可以支付", "企业不得支付", False),
        ("企业应当支付", "企业不应当支付", False),
        ("It is encouraged.", "It encourages.", True),
        ("Something else.", "It shall pay.", True),
    ],
)
def test_a_modal_verb_may_not_come_from_nowhere(text: str, quote: str, expected: bool) -> None:
    assert modality_kept(text, [quote]) is expected


def test_citation_recall_counts_statements_and_precision_citations() -> None:
    halves = Cited(f"{LAW} {OTHER}", (LAW, OTHER))
    assert (citation_recall([halves]), citation_precision([halves])) == (Ratio(1, 1), Ratio(2, 2))
    padded = Cited(LAW, (LAW, OTHER, "Pears are fruit."))
    assert (citation_recall([padded]), citation_precision([padded])) == (Ratio(1, 1), Ratio(1, 3))
    bare, wrong = Cited(LAW, ()), Cited(LAW, (OTHER,))
    assert (citation_recall([bare, wrong]), citation_precision([bare, wrong])) == (Ratio(0, 2), Ratio(0, 1))
    assert (citation_recall([]), citation_precision([])) == (Ratio(0, 0), Ratio(0, 0))


@given(st.lists(st.tuples(WORDS, st.lists(WORDS, max_size=3)).map(lambda t: Cited(t[0], tuple(t[1]))), max_size=4))
def test_no_ratio_is_beyond_one(statements: list[Cited]) -> None:
    for ratio in (citation_recall(statements), citation_precision(statements), *kept(statements)):
        assert 0 <= ratio.part <= ratio.of
