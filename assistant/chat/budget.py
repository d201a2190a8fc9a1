"""What one question may still take of a chat model: time, tokens and cost."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from assistant.config import Settings
from assistant.errors import ChatError
from assistant.exchange import Trouble, Usage
from assistant.language.text import HAN

_HAN = re.compile(f"[{HAN}]")
LEAST_REPLY = 50
"""Tokens below which a reply is not worth asking for."""
_SETTING = {"time": "ASSISTANT_CHAT_TIMEOUT", "tokens": "ASSISTANT_CHAT_TOKENS", "cost": "ASSISTANT_CHAT_COST"}


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text has: one for a Chinese character, one for four other characters (a usual rule of thumb)."""
    han = len(_HAN.findall(text))
    return han + (len(text) - han + 3) // 4


class Budget:
    """Counts what the calls for one question take, and says how much is left.

    Args:
        settings: the limits and prices.
        clock: the time in seconds.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._taken = 0.0
        self._begun: float | None = None
        self._calls = self._tokens_in = self._tokens_out = 0
        self._estimated = False

    def seconds(self) -> float:
        """Return the time left for the model; not above zero when it is spent. What the library takes does not count."""
        return self._settings.chat_timeout - self._time()

    def _time(self) -> float:
        return self._taken + (0.0 if self._begun is None else self._clock() - self._begun)

    def reply_tokens(self, prompt: str) -> int:
        """Begin a call, and return how many tokens the reply to ``prompt`` may have.

        Raises:
            ChatError: time, tokens or cost are spent.
        """
        s = self._settings
        if self.seconds() <= 0:
            raise self._spent("time")
        reading = estimate_tokens(prompt)
        left = min(s.chat_reply_tokens, s.chat_tokens - self._tokens_in - self._tokens_out - reading)
        if left < LEAST_REPLY:
            raise self._spent("tokens")
        if s.chat_cost and s.chat_price_out:
            money = s.chat_cost - self._cost(self._tokens_in + reading, self._tokens_out)
            left = min(left, int(money / s.chat_price_out * 1_000_000))
        elif s.chat_cost and self._cost(self._tokens_in + reading, 0) > s.chat_cost:
            left = 0
        if left < LEAST_REPLY:
            raise self._spent("cost")
        self._begun = self._clock()
        return left

    def _spent(self, what: str) -> ChatError:
        return ChatError(Trouble.BUDGET, f"{self._settings.chat_model}: the {what} that a question may take is spent. Raise {_SETTING[what]}.")

    def spend(self, prompt: str, reply: str, tokens_in: int, tokens_out: int) -> None:
        """End a call. Where the provider reports no tokens (zeros), they are estimated; a call that brought nothing took none."""
        self._taken, self._begun = self._time(), None
        self._calls += 1
        if not reply and not tokens_in:
            return
        self._estimated |= not tokens_in
        self._tokens_in += tokens_in or estimate_tokens(prompt)
        self._tokens_out += tokens_out or estimate_tokens(reply)

    def usage(self, model: str) -> Usage | None:
        """Return what was spent; ``None`` if the model was never asked."""
        if not self._calls:
            return None
        s = self._settings
        cost = round(self._cost(self._tokens_in, self._tokens_out), 6) if s.chat_price_in or s.chat_price_out else None
        return Usage(model, self._calls, self._tokens_in, self._tokens_out, round(self._time(), 2), cost, self._estimated)

    def _cost(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self._settings.chat_price_in + tokens_out * self._settings.chat_price_out) / 1_000_000
