"""What a question may take of a model: limits on time, tokens and cost, counted over all its calls."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.chat.budget import Budget, estimate_tokens
from assistant.config import load_settings
from assistant.errors import ChatError
from assistant.exchange import Usage


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def budget(**settings: Any) -> tuple[Budget, Clock]:
    clock = Clock()
    return Budget(load_settings(chat_model="openai:m", **settings), clock), clock


def test_only_the_time_of_calls_counts() -> None:
    it, clock = budget(chat_timeout=10)
    clock.now = 100
    assert it.seconds() == 10
    it.reply_tokens("x")
    clock.now = 104
    assert it.seconds() == 6
    it.spend("x", "y", 5, 5)
    clock.now = 200
    assert it.seconds() == 6
    it.reply_tokens("x")
    clock.now = 207
    assert it.seconds() == -1
    it.spend("x", "y", 5, 5)
    with pytest.raises(ChatError, match=r"the time that a question may take is spent. Raise ASSISTANT_CHAT_TIMEOUT"):
        it.reply_tokens("x")


def test_tokens_are_counted_over_all_calls() -> None:
    it, _ = budget(chat_tokens=1000, chat_reply_tokens=600)
    assert it.reply_tokens("x" * 400) == 600
    it.spend("", "", 300, 400)
    assert it.reply_tokens("x" * 400) == 200
    it.spend("", "", 100, 150)
    with pytest.raises(ChatError, match=r"the tokens that a question may take is spent. Raise ASSISTANT_CHAT_TOKENS"):
        it.reply_tokens("x" * 400)


def test_cost_bounds_the_reply() -> None:
    it, _ = budget(chat_cost=0.001, chat_price_in=1.0, chat_price_out=4.0)
    assert it.reply_tokens("x" * 400) == 225  # (0.001 - 100 tokens at 1 a million) at 4 a million
    it.spend("", "", 600, 90)
    with pytest.raises(ChatError, match=r"the cost that a question may take is spent. Raise ASSISTANT_CHAT_COST"):
        it.reply_tokens("x" * 400)


def test_usage() -> None:
    it, clock = budget(chat_price_in=1.0, chat_price_out=4.0)
    assert it.usage("m") is None
    it.reply_tokens("x")
    clock.now = 1.5
    it.spend("四个汉字", "four", 0, 0)
    assert it.usage("m") == Usage("m", 1, 4, 1, 1.5, 0.000008, True)
    it.spend("a call that failed", "", 0, 0)
    assert it.usage("m") == Usage("m", 2, 4, 1, 1.5, 0.000008, True)


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("abcd", 1), ("abcde", 2), ("企业", 2), ("企业pays", 3)])
def test_estimate(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens
