"""Chat models by name: what is said when one cannot be opened, and that the thread behind a stream never outlives patience."""

from __future__ import annotations

import time

import pytest

from assistant.chat.budget import Budget
from assistant.chat.chat_model import LangChainModel
from assistant.config import load_settings
from assistant.errors import ChatError, ConfigError
from assistant.exchange import Message, Trouble
from tests.chat_server import ChatServer

PING = [Message("system", "Be brief."), Message("user", "Are you ready?")]


def reply(name: str, **settings: float) -> str:
    model = LangChainModel(f"openai:{name}", 5.0)
    return "".join(piece.text for piece in model.stream(PING, Budget(load_settings(chat_model=model.name, **settings))))


def test_a_reply_is_streamed_with_what_it_took(chat: ChatServer) -> None:
    model = LangChainModel("openai:paraphrase", 5.0)
    budget = Budget(load_settings(chat_model=model.name))
    pieces = list(model.stream(PING, budget))
    assert "".join(p.text for p in pieces) == "ready"
    assert (pieces[-1].tokens_in, pieces[-1].tokens_out) == (1000, 1)
    usage = budget.usage(model.name)
    assert usage is not None
    assert (usage.calls, usage.tokens_in, usage.tokens_out, usage.estimated) == (1, 1000, 1, False)
    assert [m["role"] for m in chat.requests[0]["messages"]] == ["system", "user"]


@pytest.mark.parametrize(
    ("name", "trouble"),
    [("wrong-key", Trouble.REFUSED), ("rate-limited", Trouble.RATE_LIMIT), ("fails", Trouble.SERVER_ERROR), ("overflows", Trouble.OVERFLOW)],
)
def test_an_error_never_quotes_the_provider(chat: ChatServer, name: str, trouble: Trouble) -> None:
    with pytest.raises(ChatError) as raised:
        reply(name)
    assert raised.value.trouble is trouble
    assert "sk-canary" not in f"{raised.value!s}{raised.value!r}{raised.value.__cause__}"
    assert raised.value.__suppress_context__
    assert len(chat.requests) == 1  # nothing is tried twice: the texts answer meanwhile


def test_patience_is_bounded_even_where_something_always_comes(chat: ChatServer) -> None:
    started = time.monotonic()
    with pytest.raises(ChatError, match="did not finish in time"):
        LangChainModel("openai:stalls", 60.0).stream(PING, Budget(load_settings(chat_model="openai:stalls", chat_timeout=0.3))).__next__()
    assert time.monotonic() - started < 2.5


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ollama:qwen3", "ASSISTANT_CHAT_MODEL: 'ollama:qwen3' needs a package that is not installed. Run: pip install 'policy-case-assistant[ollama]'"),
        ("anthropic:opus", "ASSISTANT_CHAT_MODEL: 'anthropic:opus' needs a package that is not installed. Run: pip install 'policy-case-assistant[anthropic]'"),
        ("nobody:m", "ASSISTANT_CHAT_MODEL: 'nobody:m' names no provider that LangChain knows. Begin it with openai:, ollama: or anthropic:."),
        ("openai:m", "ASSISTANT_CHAT_MODEL: 'openai:m' cannot be opened. Set the variables of its provider, such as OPENAI_API_KEY; see docs/models.md."),
    ],
)
def test_a_model_that_cannot_be_opened(monkeypatch: pytest.MonkeyPatch, name: str, message: str) -> None:
    for variable in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(variable, raising=False)
    package = {"ollama": "langchain_ollama", "anthropic": "langchain_anthropic"}.get(name.split(":")[0])
    if package:
        monkeypatch.setitem(__import__("sys").modules, package, None)  # as where it is not installed
    with pytest.raises(ConfigError) as raised:
        LangChainModel(name, 5.0)
    assert str(raised.value) == message


def test_a_server_of_ones_own_needs_no_key(chat: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert reply("paraphrase") == "ready"
    assert chat.keys == ["Bearer none"]


@pytest.mark.parametrize("value", ["qwen3", "openai:", ":m"])
def test_the_setting_names_provider_and_model(value: str) -> None:
    with pytest.raises(ConfigError, match=r"ASSISTANT_CHAT_MODEL: .* write it as provider:model"):
        load_settings(chat_model=value)


def test_a_model_that_takes_no_temperature_is_asked_without(chat: ChatServer) -> None:
    model = LangChainModel("openai:own-temperature", 5.0)
    for _ in range(2):
        assert "".join(p.text for p in model.stream(PING, Budget(load_settings(chat_model=model.name)))) == "ready"
    assert ["temperature" in body for body in chat.requests] == [True, False, False]
