"""Reading question and text together: a text that answers is told from one that is about the same thing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from assistant.answers.cross_encoder import PIECES, QUESTION_PIECES, TEXT_PIECES, CrossEncoder, Excerpt, excerpt_of, joined, open_cross_encoder
from assistant.errors import ConfigError
from assistant.language.glossary import Dictionary
from assistant.library.multilingual_e5 import BEGIN, END, MultilingualE5
from tests.drafts import PAPER, Shelf

COMMITTEE = (
    "The degree committee has an odd number of at least nine members. Two thirds of all members must attend, and it decides by a majority of all."
)
COMMITTEE_ZH = "学位评定委员会由不少于九人的单数组成。会议应当有全体组成人员的三分之二以上出席，决议由全体组成人员过半数通过。"


@pytest.fixture(scope="module", name="model")
def _model() -> MultilingualE5:
    return MultilingualE5()


def excerpt(passage: str, start: int = 0) -> Excerpt:
    return Excerpt("Degrees", "Degrees › Committee", passage, start)


@pytest.mark.parametrize(
    ("passage", "answered", "asked"),
    [
        (COMMITTEE, "How many people must sit on the committee at the very least?", "On which day of the month does the committee publish its minutes?"),
        (COMMITTEE, "How many members have to be present?", "What fine does a member pay who stays away?"),
        (COMMITTEE_ZH, "委员会至少要有几个人？", "委员会委员每月补贴多少元？"),
        (COMMITTEE_ZH, "How many members have to be present?", "What fine does a member pay who stays away?"),
        (COMMITTEE, "委员会至少要有几个人？", "委员会委员每月补贴多少元？"),
    ],
)
def test_a_question_that_is_answered_has_better_odds_than_one_for_what_is_not_said(passage: str, answered: str, asked: str) -> None:
    reader = open_cross_encoder()
    assert reader.odds(answered, excerpt(passage)) > reader.odds(asked, excerpt(passage)) + 1.0


def test_odds_do_not_depend_on_what_was_read_before() -> None:
    reader = open_cross_encoder()
    first = reader.odds("How many members have to be present?", excerpt(COMMITTEE))
    reader.odds("x", excerpt("y" * 5000))
    assert reader.odds("How many members have to be present?", excerpt(COMMITTEE)) == first


def test_a_short_passage_is_read_whole_below_what_stands_above_it(model: MultilingualE5) -> None:
    read = excerpt("One.\n\nTwo.").pieces(model.encode)
    assert read == [*model.encode("Degrees"), *model.encode("Committee"), 4, *model.encode("One. Two.")]  # 4 is a comma


def test_only_the_last_two_headings_are_read(model: MultilingualE5) -> None:
    read = Excerpt("T", "A › B › C › D", "x").pieces(model.encode)
    assert read == [*model.encode("T"), *model.encode("C · D"), 4, *model.encode("x")]


@pytest.mark.parametrize("behind", [60, 0])
def test_a_long_passage_is_read_around_its_unit(model: MultilingualE5, behind: int) -> None:
    unit = "The fund pays 80 % of the wage."
    passage = "Nothing is said here. " * 60 + unit + " Nor is it there." * behind
    read = excerpt(passage, passage.index(unit)).pieces(model.encode)
    assert len(read) == TEXT_PIECES + 1
    words = model.encode(unit)
    assert any(read[i : i + len(words)] == words for i in range(len(read)))
    assert read[: len(model.encode("Degrees"))] == model.encode("Degrees")


def test_question_and_text_are_framed_as_e5_was_taught(model: MultilingualE5) -> None:
    pieces = joined("Who pays?", Excerpt("Fund", "", "The state."), model.encode)
    question = [BEGIN, *model.encode("query:"), *model.encode("Who pays?"), END]
    assert pieces == [*question, *model.encode("passage:"), *model.encode("Fund"), 4, *model.encode("The state."), END]
    long = joined("word " * 300, excerpt("text " * 900), model.encode)
    assert len(long) <= PIECES
    assert long[len(model.encode("query:")) + 1 + QUESTION_PIECES] == END


def test_a_candidate_is_read_from_its_unit_on(dictionary: Dictionary) -> None:
    text = "# Fund\n\n## 2 Costs\n\nThe fund pays for tools. It pays for the insurance of apprentices.\n"
    _, draft = Shelf(dictionary, (PAPER, text)).draft("Does the fund pay for the insurance of apprentices?")
    best = draft.candidates[0]
    read = excerpt_of(best)
    assert (read.title, read.heading) == (best.hit.source.title, best.hit.passage.heading)
    assert read.passage[read.start :].startswith(best.text)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", None])
def test_weights_that_are_not_there_or_spoilt_are_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "network.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=rf"{path.name}.*Reinstall"):
        CrossEncoder(path).odds("What?", excerpt(COMMITTEE))


def test_importing_it_does_not_load_torch() -> None:
    code = "import sys, assistant.answers.cross_encoder; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"
