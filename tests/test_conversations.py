"""Conversations, on SQLite and on a real PostgreSQL server: kept, read again, rated, and emptied of what was removed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.chat.conversations import GONE, Conversations
from assistant.errors import ConfigError, ConversationError
from assistant.exchange import Fault, Turn, Withheld
from assistant.wire import answer_to_dict
from tests.libraries import traces
from tests.postgres import PASSWORD
from tests.samples import QUOTE, answer, refusal

NOW = {"vel": "a" * 64, "other": "b" * 64}


@pytest.fixture(params=["sqlite", "postgresql"])
def conversations(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Conversations]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    held = Conversations(tmp_path / "home" / "talk.sqlite", url)
    yield held
    for one in held.ids():  # the server's database is shared by all tests
        held.remove(one)
    held.close()


def wire(**changes: Any) -> dict[str, Any]:
    return answer_to_dict(dataclasses.replace(answer("何时施行？", "zh"), **changes))


def test_turns_come_back_as_they_were(conversations: Conversations) -> None:
    one = conversations.begin()
    first, second = wire(condensed="《职业教育法》何时施行？"), answer_to_dict(refusal())
    assert [conversations.add(one, first, NOW), conversations.add(one, second, NOW)] == [1, 2]
    kept = conversations.turns(one)
    assert [(t.number, t.question, t.condensed, t.answer, t.cited, t.feedback) for t in kept] == [
        (1, "何时施行？", "《职业教育法》何时施行？", first, {"vel": "a" * 64}, 0),
        (2, "On Mars?", "", second, {}, 0),
    ]
    assert kept[0].as_history() == Turn("《职业教育法》何时施行？", "It is in force since 1 May 2022. So it is.", ("vel",))
    assert kept[1].as_history() == Turn("On Mars?", "", ())
    assert one in conversations.ids()


def test_an_old_answer_knows_what_has_changed_since(conversations: Conversations) -> None:
    one = conversations.begin()
    conversations.add(one, wire(), NOW)
    (turn,) = conversations.turns(one)
    assert turn.changed(NOW) == []
    assert turn.changed({**NOW, "other": "c" * 64}) == []
    assert turn.changed({**NOW, "vel": "c" * 64}) == ["vel"]
    assert turn.changed({}) == ["vel"]


def test_feedback(conversations: Conversations) -> None:
    one = conversations.begin()
    conversations.add(one, wire(), NOW)
    conversations.rate(one, 1, -1, "引文不对")
    assert [(t.feedback, t.comment) for t in conversations.turns(one)] == [(-1, "引文不对")]
    for number, feedback in ((2, 1), (1, 5)):
        with pytest.raises(ConversationError, match="has no turn"):
            conversations.rate(one, number, feedback)


def test_conversations_are_apart_and_can_be_removed(conversations: Conversations) -> None:
    one, other = conversations.begin(), conversations.begin()
    conversations.add(one, wire(), NOW)
    assert conversations.turns(other) == []
    conversations.remove(one)
    for call in (lambda: conversations.turns(one), lambda: conversations.add(one, wire(), NOW), lambda: conversations.remove(one)):
        with pytest.raises(ConversationError, match=f"conversation '{one}': there is none with that id"):
            call()


def test_the_words_of_a_removed_source_go(conversations: Conversations) -> None:
    one = conversations.begin()
    conversations.add(one, wire(withheld=(Withheld(f"Wrongly: {QUOTE}", Fault.FIGURE, "x"),)), NOW)
    assert conversations.quoting("vel") == 1
    conversations.forget("another")
    assert conversations.quoting("vel") == 1
    conversations.forget("vel")
    assert conversations.quoting("vel") == 0
    (turn,) = conversations.turns(one)
    assert {c["quote"] for c in turn.answer["citations"]} | {h["text"] for h in turn.answer["hits"]} == {GONE}
    assert [s["text"] for s in turn.answer["statements"]] == [GONE, GONE]
    assert (turn.answer["withheld"][0]["text"], turn.answer["conflicts"][0]["values"]) == (GONE, [GONE, GONE])
    assert turn.question == "何时施行？"


def test_what_a_removal_cut_short_left_is_taken_out(conversations: Conversations) -> None:
    one = conversations.begin()
    conversations.add(one, wire(), NOW)
    assert conversations.forget_all_but({"vel", "other"}) == 0
    assert conversations.forget_all_but({"other"}) == 1
    assert conversations.forget_all_but({"other"}) == 0
    (turn,) = conversations.turns(one)
    assert {c["quote"] for c in turn.answer["citations"]} | {h["text"] for h in turn.answer["hits"]} == {GONE}


def test_nothing_is_left_on_the_disk(tmp_path: Path) -> None:
    held = Conversations(tmp_path / "talk.sqlite")
    held.add(held.begin(), wire(), NOW)
    held.forget("vel")
    held.close()
    assert traces(tmp_path, QUOTE, "It is in force since") == []


def test_they_outlive_the_process(tmp_path: Path) -> None:
    held = Conversations(tmp_path / "talk.sqlite")
    one = held.begin()
    held.add(one, wire(), NOW)
    held.close()
    assert [t.question for t in Conversations(tmp_path / "talk.sqlite").turns(one)] == ["何时施行？"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "ASSISTANT_DATABASE_URL: is not a database that SQLAlchemy knows"),
        (f"mysql+nothing://u:{PASSWORD}@h/d", "ASSISTANT_DATABASE_URL: is not a database that SQLAlchemy knows"),
        (f"postgresql://u:{PASSWORD}@127.0.0.1:9/d", "ASSISTANT_DATABASE_URL: the database of conversations failed (OperationalError). Check that it runs"),
    ],
)
def test_a_database_that_cannot_be_opened(tmp_path: Path, url: str, message: str) -> None:
    with pytest.raises((ConfigError, ConversationError)) as raised:
        Conversations(tmp_path / "talk.sqlite", url)
    assert message in str(raised.value)
    assert PASSWORD not in str(raised.value) + repr(raised.value)


def test_a_wrong_password_is_not_told(postgres_url: str, tmp_path: Path) -> None:
    with pytest.raises(ConversationError) as raised:
        Conversations(tmp_path / "talk.sqlite", postgres_url.replace(PASSWORD, "wrong-canary"))
    assert "wrong-canary" not in str(raised.value)
