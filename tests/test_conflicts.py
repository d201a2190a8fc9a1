"""Two live sources that differ, and the rule that decides."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from assistant.answers.conflicts import find_conflicts
from assistant.documents import Authority, Metadata, Standing
from assistant.language.glossary import Dictionary
from assistant.results import Citation
from tests.drafts import LAW, PAPER, Shelf

QUESTION = "How much is the daily pay of an intern?"
NOTICE = replace(LAW, id="notice", title_en="Notice", authority=Authority.NORMATIVE_DOCUMENT)
LATER = replace(LAW, id="later", title_en="Later Law", issuing_body="Congress", issued=dt.date(2024, 1, 1))
EARLIER = replace(LAW, issuing_body="Congress", issued=dt.date(2020, 1, 1))


def text(sentence: str) -> str:
    return f"# Text\n\n## 1 Pay\n\n{sentence}\n"


def rule(dictionary: Dictionary, one: tuple[Metadata, str], other: tuple[Metadata, str]) -> list[tuple[tuple[str, ...], str]]:
    shelf = Shelf(dictionary, *((m, text(sentence)) for m, sentence in (one, other)))
    query, draft = shelf.draft(QUESTION)
    return [(c.values, c.rule) for c in find_conflicts(query, draft, [_cited(n, p.candidate.hit.source, p.spans[-1]) for n, p in enumerate(draft.pieces, 1)])]


def _cited(n: int, m: Metadata, span: object) -> Citation:
    return Citation(n, "p", m.id, m.title, "", m.authority, m.status, "", Standing.TEXT, "", "", "", 1, "", span)  # type: ignore[arg-type]


PAID_80 = "The daily pay of an intern is 80 yuan."
PAID_50 = "The daily pay of an intern is 50 yuan."


@pytest.mark.parametrize(
    ("one", "other", "values", "decides"),
    [
        ((PAPER, PAID_50), (LAW, PAID_80), ("80 yuan", "50 yuan"), "a rule prevails over a paper"),
        ((NOTICE, PAID_50), (LAW, PAID_80), ("80 yuan", "50 yuan"), "the higher level prevails"),
        ((LATER, PAID_50), (EARLIER, PAID_80), ("80 yuan", "50 yuan"), "of the same issuer, the later text prevails"),
        ((replace(LATER, issuing_body=""), PAID_50), (EARLIER, PAID_80), ("80 yuan", "50 yuan"), "no rule decides; both are shown"),
    ],
)
def test_the_rule_that_decides(
    dictionary: Dictionary, one: tuple[Metadata, str], other: tuple[Metadata, str], values: tuple[str, ...], decides: str
) -> None:
    [(shown, said)] = rule(dictionary, one, other)
    assert set(shown) == set(values)
    assert said == decides


def test_a_reserved_figure_is_left_to_the_special_rule(dictionary: Dictionary) -> None:
    general = (LAW, "Unless otherwise provided, the daily pay of an intern is 80 yuan.")
    [(shown, said)] = rule(dictionary, general, (NOTICE, PAID_50))
    assert shown == ("50 yuan", "80 yuan")
    assert said.endswith("so the special rule applies")


def test_sources_that_agree_are_no_conflict(dictionary: Dictionary) -> None:
    assert rule(dictionary, (NOTICE, PAID_80), (LAW, PAID_80)) == []
