"""Reading question and text together: a text that answers is told from one that is about the same thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.answers.cross_encoder import EXCERPT_PIECES, CrossEncoder, Excerpt, excerpt_of, open_cross_encoder
from assistant.documents import Span
from assistant.errors import ConfigError
from assistant.language.glossary import Dictionary
from assistant.library.bilingual import open_bilingual
from tests.drafts import PAPER, Shelf

COMMITTEE = (
    "The degree committee has an odd number of at least nine members. Two thirds of all members must attend, and it decides by a majority of all."
)
COMMITTEE_ZH = "学位评定委员会由不少于九人的单数组成。会议应当有全体组成人员的三分之二以上出席，决议由全体组成人员过半数通过。"


def excerpt(passage: str, start: int = 0, end: int = 20) -> Excerpt:
    return Excerpt("Degrees", "Committee", passage, Span(start, end))


@pytest.mark.parametrize(
    ("passage", "answered", "asked"),
    [
        (COMMITTEE, "How many people must sit on the committee at the very least?", "On which day of the month does the committee publish its minutes?"),
        (COMMITTEE, "How many members have to be present?", "What fine does a member pay who stays away?"),
        (COMMITTEE_ZH, "委员会至少要有几个人？", "委员会委员每月补贴多少元？"),
        (COMMITTEE_ZH, "How many members have to be present?", "What fine does a member pay who stays away?"),
    ],
)
def test_a_question_that_is_answered_has_better_odds_than_one_for_what_is_not_said(passage: str, answered: str, asked: str) -> None:
    reader = open_cross_encoder()
    assert reader.odds(answered, excerpt(passage)) > reader.odds(asked, excerpt(passage)) + 0.3


def test_a_long_passage_is_read_around_its_unit() -> None:
    unit = "The fund pays 80 % of the wage."
    passage = "Nothing is said here. " * 60 + unit + " Nor is it there." * 60
    start = passage.index(unit)
    pieces = excerpt(passage, start, start + len(unit)).pieces(open_bilingual().encode)
    assert len(pieces) == EXCERPT_PIECES
    text = "".join(open_bilingual().spelling(p) for p in pieces).replace("▁", " ")
    assert unit in text
    assert "Degrees" in text


def test_a_short_passage_is_read_whole() -> None:
    encode = open_bilingual().encode
    assert excerpt("One.\n\nTwo.").pieces(encode) == encode("Degrees › Committee: One. Two.")


def test_a_candidate_is_read_with_what_stands_around_it(dictionary: Dictionary) -> None:
    text = "# Fund\n\n## 2 Costs\n\nThe fund pays for:\n\n- tools of the workshop;\n- the insurance of apprentices.\n"
    _, draft = Shelf(dictionary, (PAPER, text)).draft("Does the fund pay for the insurance of apprentices?")
    best = draft.candidates[0]
    read = excerpt_of(best, text)
    assert read.heading == best.hit.passage.heading
    assert read.passage[read.unit.start : read.unit.end] == text[best.unit.span.start : best.unit.span.end]
    assert read.lead == "The fund pays for:"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", None])
def test_weights_that_are_not_there_or_spoilt_are_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "network.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=rf"{path.name}.*Reinstall"):
        CrossEncoder(path).odds("What?", excerpt(COMMITTEE))
