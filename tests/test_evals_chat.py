"""The evaluation of chat models: counted from events, recorded word for word, and the same when replayed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from assistant.chat.budget import Budget
from assistant.chat.chat_model import LangChainModel
from assistant.config import load_settings
from assistant.errors import ChatError
from assistant.exchange import Message
from assistant.pipeline import Assistant
from assistant.results import Reason, Scope
from evals.cases import Case
from evals.chat import ChatRecord, Recorder, RecordingError, Replay, ask_case, grounded_after, lines, summary
from tests.chat_library import QUESTION, UNANSWERABLE
from tests.chat_server import ChatServer
from tests.samples import DAY

ASKING = [Message("user", "Are you ready?")]


def case(question: str, answerable: bool = True) -> Case:
    return Case("a", question, "en", "en-en", None if answerable else Reason.OUT_OF_SCOPE, (), (re.compile("30%"),) if answerable else (), ())


@pytest.mark.parametrize(
    ("name", "held", "mended", "withheld", "by_model"),
    [
        ("paraphrase", 2, 0, (), True),
        ("mixed", 1, 1, (), True),
        ("half-mended", 1, 0, ("figure",), True),
        ("invents-figures", 0, 0, ("figure",), False),
        ("fails", 0, 0, (), False),
    ],
)
def test_a_case_is_counted(talker: Assistant, chat: ChatServer, name: str, held: int, mended: int, withheld: tuple[str, ...], by_model: bool) -> None:
    talker.settings = load_settings(home=talker.settings.home, corpus="", chat_model=f"openai:{name}")
    talker.chat_model = LangChainModel(f"openai:{name}", 5.0)
    record = ask_case(case(QUESTION), talker, Scope(as_of=DAY), held_out=False)
    assert (record.held, record.mended, record.withheld, record.by_model, record.answered, record.crash) == (held, mended, withheld, by_model, True, "")
    assert grounded_after([record]) == 1.0
    assert ask_case(case(QUESTION), talker, Scope(as_of=DAY), held_out=True).detail is None


def test_a_recording_says_the_same_again(talker: Assistant, chat: ChatServer, tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl"
    talker.settings = load_settings(home=talker.settings.home, corpus="", chat_model="openai:mixed")
    recorder = Recorder(LangChainModel("openai:mixed", 5.0), path, DAY)
    talker.chat_model = recorder
    first = [ask_case(case(q, a), talker, Scope(as_of=DAY), False) for q, a in ((QUESTION, True), (UNANSWERABLE, False))]
    recorder.close()
    asked = len(chat.requests)
    replay = Replay(path)
    talker.chat_model = replay
    again = [ask_case(case(q, a), talker, Scope(as_of=replay.as_of), False) for q, a in ((QUESTION, True), (UNANSWERABLE, False))]
    assert (replay.name, replay.as_of, len(chat.requests)) == ("openai:mixed", DAY, asked)
    assert [(r.held, r.mended, r.withheld, r.tokens) for r in again] == [(r.held, r.mended, r.withheld, r.tokens) for r in first]
    assert "sk-canary" not in path.read_text(encoding="utf-8")
    with pytest.raises(RecordingError, match="holds no reply to this request"):
        ask_case(case("What may a pilot enterprise carry forward?"), talker, Scope(as_of=DAY), False)


def test_a_failure_is_recorded_too(chat: ChatServer, tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl"
    recorder = Recorder(LangChainModel("openai:rate-limited", 5.0), path, DAY)
    settings = load_settings(chat_model="openai:rate-limited")
    with pytest.raises(ChatError) as then:
        list(recorder.stream(ASKING, Budget(settings)))
    recorder.close()
    with pytest.raises(ChatError) as now:
        list(Replay(path).stream(ASKING, Budget(settings)))
    assert (now.value.trouble, str(now.value)) == (then.value.trouble, str(then.value))


@pytest.mark.parametrize("text", ["", "{}", "no json", json.dumps({"model": "m"})])
def test_what_is_no_recording(tmp_path: Path, text: str) -> None:
    path = tmp_path / "recording.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError, match="is no recording"):
        Replay(path)


def test_summary() -> None:
    records = [
        ChatRecord("a", True, 1.0, answered=True, by_model=True, held=3, mended=1, withheld=("figure",), facts=(True,), calls=2, tokens=100),
        ChatRecord("b", True, 1.0, answered=True, held=1, withheld=("figure", "no_key"), troubles=("unproven",), facts=(False,), calls=2, tokens=50),
        ChatRecord("c", False, 1.0, answered=False),
        ChatRecord("d", True, 1.0, crash="ValueError: x"),
    ]
    assert summary(records) == {
        "cases": 4,
        "crashed": 1,
        "sentences": 8,
        "grounded_before": 0.5,
        "withheld_share": 0.375,
        "repair_success": 0.25,
        "answered_by_model": 0.5,
        "facts": 0.5,
        "false_refusals": 0.0,
        "false_answers": 0.0,
        "calls": 4,
        "tokens": 150,
    }
    assert summary([])["grounded_before"] is None
    printed = lines("suite", "openai:m", records)
    assert printed[0] == "suite: openai:m"
    assert "  grounded before     0.5" in printed
    assert "  withheld, figure    2" in printed
    assert "  crashed: d ValueError: x" in printed
