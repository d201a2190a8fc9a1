"""Records of what passes between the assistant and a chat model: messages, replies, what was withheld and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Trouble(StrEnum):
    """Why a chat model's answer is not shown, or not all of it."""

    TIMEOUT = "timeout"
    RATE_LIMIT = "rate_limit"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    NOT_OPENED = "not_opened"
    """A setting of it is wrong, or its package is not installed."""
    REFUSED = "refused"
    """The key is missing, wrong, or lacks a right."""
    NO_MODEL = "no_model"
    REJECTED = "rejected"
    """The provider takes the request for malformed."""
    BROKEN = "broken_stream"
    OVERFLOW = "context_overflow"
    EMPTY = "empty"
    LANGUAGE = "wrong_language"
    BUDGET = "budget"
    NO_ANSWER = "no_answer"
    """It found no answer in the passages."""
    UNPROVEN = "unproven"
    """It answered, but no sentence held."""
    WITHHELD = "withheld"
    """Some sentences did not hold."""
    PART = "part_unanswered"
    """The library does not answer one of the parts of the question."""


class Fault(StrEnum):
    """What is wrong with a sentence that a model wrote."""

    NO_KEY = "no_key"
    UNKNOWN_KEY = "unknown_key"
    FIGURE = "figure"
    MODALITY = "modality"
    NEGATION = "negation"
    BOUND = "bound"
    """It makes a maximum of a minimum, or the reverse."""
    ACTOR = "actor"
    CONDITION = "condition"
    SCOPE = "scope"
    STANDING = "standing"
    """It states as a rule what is only proposed or reported."""
    INSTRUMENT = "instrument"
    """It names another instrument than the one it cites."""
    LANGUAGE = "language"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A sentence that is not shown as fact, what is wrong with it, and the judge's words for that."""

    text: str
    fault: Fault
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for the reader on what went wrong, in the answer's language."""

    trouble: Trouble
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What the model's part of an answer took."""

    model: str
    calls: int
    tokens_in: int
    tokens_out: int
    seconds: float
    cost: float | None
    """In the currency of the prices that were set; ``None`` where none were."""
    estimated: bool
    """Whether tokens are counted here because the provider did not report them."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a chat model; ``role`` is ``system`` or ``user``."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A piece of a model's reply, or the count of tokens that comes with its end."""

    text: str
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation, made complete, with the answer's text and the sources that it cites."""

    question: str
    answer: str = ""
    sources: tuple[str, ...] = ()


class Spending(Protocol):
    """What a call may take, and where what it took is entered."""

    def seconds(self) -> float: ...

    def reply_tokens(self, prompt: str) -> int: ...

    def spend(self, prompt: str, reply: str, tokens_in: int, tokens_out: int) -> None: ...
