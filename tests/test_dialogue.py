"""Conversations with the assistant, in Python and in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import pipeline
from assistant.config import Settings, load_settings
from assistant.dialogue import Dialogue, open_conversations
from assistant.pipeline import Assistant
from tests.chat_library import FRAGE, LAW, QUESTION, answered, law
from tests.chat_server import ChatServer
from tests.commands import run


@pytest.fixture
def dialogue(talker: Assistant) -> Iterator[Dialogue]:
    talker.settings, talker.chat_model = load_settings(home=talker.settings.home, corpus=""), None
    held = Dialogue(talker, open_conversations(talker))
    yield held
    held.conversations.close()


@pytest.fixture
def cli(talker: Assistant, monkeypatch: pytest.MonkeyPatch) -> Assistant:
    """Let the commands use the small library."""

    def opened(settings: Settings, remake: bool = False) -> Assistant:
        talker.settings = settings
        talker.__dict__.pop("chat_model", None)
        return talker

    monkeypatch.setattr(pipeline, "Assistant", opened)
    monkeypatch.setenv("ASSISTANT_HOME", str(talker.settings.home))
    monkeypatch.setenv("ASSISTANT_CORPUS", "")
    return talker


def test_a_follow_up_leans_on_the_turn_before(dialogue: Dialogue) -> None:
    dialogue.ask(QUESTION)
    result = answered(dialogue.ask("Can what is not used be carried forward?"))
    assert any("may be carried forward" in s.text for s in result.statements)
    turns = dialogue.conversations.turns(dialogue.id)
    assert [(t.question, bool(t.condensed)) for t in turns] == [(QUESTION, False), ("Can what is not used be carried forward?", True)]
    assert Dialogue(dialogue.assistant, dialogue.conversations, dialogue.id).id == dialogue.id


def test_a_question_that_needs_no_context_is_asked_as_it_is(dialogue: Dialogue) -> None:
    dialogue.ask(QUESTION)
    assert answered(dialogue.ask(FRAGE)).condensed == ""


def test_an_old_answer_says_that_its_source_has_changed(dialogue: Dialogue) -> None:
    dialogue.ask(QUESTION)
    assert dialogue.changed() == []
    dialogue.assistant.index.take(law(LAW.replace("30%", "35%")))
    try:
        ((turn, changed),) = dialogue.changed()
        assert (turn.number, changed) == (1, ["act.en"])
    finally:
        dialogue.assistant.index.take(law())
    assert dialogue.changed() == []


def test_removing_a_source_empties_what_was_said_of_it(dialogue: Dialogue) -> None:
    dialogue.ask(QUESTION)
    left = dialogue.assistant.remove("act.en")
    try:
        assert left["answers"] == 0
        (turn,) = dialogue.conversations.turns(dialogue.id)
        assert "offset 30%" not in json.dumps(turn.answer)
    finally:
        dialogue.assistant.index.take(law())


def test_chat_in_a_terminal(cli: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    lines = f"{QUESTION}\n:good\n:help\n\nCan what is not used be carried forward?\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    from typer.testing import CliRunner

    from assistant.commands.cli import app

    result = CliRunner().invoke(app, ["chat"], input=lines)
    assert result.exit_code == 0
    assert "30%: A pilot enterprise may offset 30% of its investment" in result.stdout
    assert "Noted for answer 1." in result.stdout
    assert "Taken as: Can what is not used be carried forward? (" in result.stdout
    conversation = result.stdout.split()[1].rstrip(".")
    again = CliRunner().invoke(app, ["chat", "--conversation", conversation], input=":quit\n")
    assert f"1. {QUESTION}\n" in again.stdout
    assert open_conversations(cli).turns(conversation)[0].feedback == 1


def test_ask_goes_on_with_a_conversation(cli: Assistant) -> None:
    held = open_conversations(cli)
    conversation = held.begin()
    run("ask", QUESTION, "--conversation", conversation)
    shown = json.loads(run("ask", "Can what is not used be carried forward?", "--conversation", conversation, "--json").stdout)
    assert shown["condensed"].startswith("Can what is not used be carried forward? (")
    assert len(held.turns(conversation)) == 2
    missing = run("ask", QUESTION, "--conversation", "nope")
    assert (missing.exit_code, missing.stderr) == (1, "conversation 'nope': there is none with that id. Leave the id out to begin a new one.\n")


def test_ask_with_and_without_the_model(cli: Assistant, chat: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CHAT_MODEL", "openai:half-mended")
    told = run("ask", QUESTION).stdout
    assert "\nModel\n    1 sentence withheld: figure not in the cited text.\n    openai:half-mended: 2 calls, 2000 tokens read and " in told
    row = json.loads(run("ask", QUESTION, "--json").stdout)
    assert (row["answered_by"], len(row["withheld"]), row["notices"][0]["trouble"]) == ("openai:half-mended", 1, "withheld")
    row = json.loads(run("ask", QUESTION, "--json", "--no-model").stdout)
    assert (row["answered_by"], row["withheld"], row["notices"], row["usage"]) == ("extractive", [], [], None)


@pytest.mark.parametrize(
    ("name", "code", "line"),
    [
        ("paraphrase", 0, "Chat model: openai:paraphrase answers ("),
        ("wrong-key", 1, "Chat model: openai:wrong-key refused the key. Check the provider's key variable. Answers are quoted from the texts meanwhile."),
        ("fails", 1, "Chat model: openai:fails failed on its server."),
    ],
)
def test_doctor_says_whether_the_model_answers(
    cli: Assistant, chat: ChatServer, monkeypatch: pytest.MonkeyPatch, name: str, code: int, line: str
) -> None:
    monkeypatch.setenv("ASSISTANT_CHAT_MODEL", f"openai:{name}")
    result = run("doctor")
    assert (result.exit_code, line in result.stdout) == (code, True)
    assert "sk-canary" not in result.output


def test_the_home_holds_conversations(dialogue: Dialogue) -> None:
    assert (Path(dialogue.assistant.settings.home) / "conversations.sqlite").is_file()
