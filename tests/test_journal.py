"""The journal keeps what was asked and what people said of it."""

import datetime as dt
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import RowError
from assistant.journal import JOURNAL, Entry, append, entry_of, read
from assistant.results import Abstention, Reason

NOW = dt.datetime(2026, 1, 31, 9, 30, tzinfo=dt.UTC)
REFUSAL = Abstention("谁付钱？", "zh", Reason.NOTHING_FOUND, (), "", (), dt.date(2026, 1, 31), 3, "abc")
ENTRY = entry_of(REFUSAL, now=NOW)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


def test_an_entry_says_what_came_of_a_question() -> None:
    assert (ENTRY.question, ENTRY.outcome, ENTRY.reason, ENTRY.at) == ("谁付钱？", "abstention", "nothing_found", "2026-01-31T09:30:00.000+00:00")
    assert entry_of(REFUSAL, now=NOW).id == ENTRY.id != entry_of(REFUSAL, now=NOW + dt.timedelta(milliseconds=1)).id


@given(TEXTS, TEXTS, st.sampled_from(["", "up", "down"]), st.lists(TEXTS, max_size=3))
def test_what_is_appended_is_read(question: str, quote: str, thumbs: str, facts: list[str]) -> None:
    entry = replace(ENTRY, question=question, thumbs=thumbs, evidence=({"source": "vel-2022.zh", "quote": quote},), facts=tuple(facts))
    with tempfile.TemporaryDirectory() as home:
        assert read(append(Path(home), entry)) == [entry]


def test_the_last_line_of_an_id_counts(tmp_path: Path) -> None:
    other = replace(ENTRY, id="other")
    for entry in (ENTRY, other, replace(ENTRY, thumbs="down", expected="answer")):
        path = append(tmp_path / "home", entry)
    assert path.name == JOURNAL
    assert read(path) == [replace(ENTRY, thumbs="down", expected="answer"), other]
    assert path.stat().st_mode & 0o077 == 0


def test_writers_at_once_do_not_mix_their_lines(tmp_path: Path) -> None:
    threads = [Thread(target=append, args=(tmp_path, replace(ENTRY, id=str(n), question="长" * 3000))) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {entry.id for entry in read(tmp_path / JOURNAL)} == {str(n) for n in range(20)}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"thumbs": "sideways"}, "thumbs 'sideways' is not one of up, down"),
        ({"outcome": "shrug"}, "outcome 'shrug' is not one of answer, abstention"),
        ({"expected": "maybe"}, "expected 'maybe' is not one of answer, nothing_found"),
        ({"question": 1}, "question 1 is not a text"),
        ({"facts": "8%"}, "facts '8%' is not a list"),
        ({"mood": "good"}, r"has unknown \['mood'\]"),
        ({"evidence": [{"quote": "8%"}]}, r"evidence has the keys \['quote'\]"),
        ({"evidence": ["8%"]}, "evidence is not a list of objects"),
        ({"citations": [{"source": "a", "quote": "b"}]}, "citations has the keys"),
    ],
)
def test_a_wrong_line_is_refused(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    path = append(tmp_path, ENTRY)
    row = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(RowError, match=message) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:1: ")


def test_a_wrong_entry_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(RowError, match="thumbs 'sideways'"):
        append(tmp_path, replace(ENTRY, thumbs="sideways"))
    assert not (tmp_path / JOURNAL).exists()


@pytest.mark.parametrize("line", ["{", "[]"])
def test_a_line_that_is_no_object_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / JOURNAL).write_text(line, encoding="utf-8")
    with pytest.raises(RowError, match=r"journal\.jsonl:1: is not"):
        read(tmp_path / JOURNAL)


def test_an_entry_needs_its_question() -> None:
    with pytest.raises(TypeError, match="question"):
        Entry(id="x")  # type: ignore[call-arg]
