"""What was asked in the last weeks and what became of it: answered or declined, found helpful or not, from conversations and the journal."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from assistant.chat.conversations import Conversations, KeptTurn
from assistant.journal import JOURNAL, Entry, read
from assistant.pipeline import Assistant
from assistant.results import Reason

MOST_REFUSALS = 50
"""Refusals that are listed, the latest first."""


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday on (UTC): questions answered and declined, and answers found helpful or not."""

    monday: dt.date
    answered: int
    declined: int
    helpful: int
    unhelpful: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question that was declined; what was missing is known where the conversation was kept."""

    day: dt.date
    question: str
    reason: Reason
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """The weeks in order, how often each reason was given in them, and the latest refusals."""

    weeks: tuple[Week, ...]
    reasons: dict[Reason, int]
    refusals: tuple[Refusal, ...]

    @property
    def asked(self) -> int:
        """How many questions were asked."""
        return sum(week.answered + week.declined for week in self.weeks)


_Asked = tuple[dt.date, str]
"""A day, and what was asked on it."""


def review(assistant: Assistant, weeks: int, today: dt.date) -> Review:
    """Return what was asked in the last ``weeks`` weeks, this one included.

    A question may stand in the conversations and, since somebody judged its answer, in the journal as well: it counts once.

    Raises:
        ConversationError: the conversations cannot be read.
        RowError: a line of the journal is wrong.
    """
    first = today - dt.timedelta(days=today.weekday(), weeks=weeks - 1)
    after = first + dt.timedelta(weeks=weeks)  # what a clock that was ahead has dated beyond is in none of these weeks
    turns = [turn for turn in _turns(assistant, first) if _day(turn.asked) < after]
    entries = [entry for entry in _entries(assistant, first) if _day(entry.at) < after]
    answered = Counter(_key(t.asked, t.question) for t in turns if t.answer["outcome"] == "answer")
    answered |= Counter(_key(e.at, e.question) for e in entries if e.outcome == "answer")
    declined = Counter(_key(t.asked, t.question) for t in turns if t.answer["outcome"] != "answer")
    declined |= Counter(_key(e.at, e.question) for e in entries if e.outcome != "answer")
    liked, disliked = (_judged(turns, entries, sign, thumbs) for sign, thumbs in ((1, "up"), (-1, "down")))
    days = [first + dt.timedelta(weeks=n) for n in range(weeks)]
    table = tuple(Week(day, *(_within(count, day) for count in (answered, declined, liked, disliked))) for day in days)
    refusals = _refusals(turns, entries)
    return Review(table, dict(Counter(r.reason for r in refusals).most_common()), tuple(refusals[:MOST_REFUSALS]))


def _turns(assistant: Assistant, first: dt.date) -> list[KeptTurn]:
    settings = assistant.settings
    url = settings.database_url.get_secret_value()
    if not url and not settings.conversations_file.exists():
        return []
    conversations = Conversations(settings.conversations_file, url)
    try:
        return conversations.since(first)
    finally:
        conversations.close()


def _entries(assistant: Assistant, first: dt.date) -> list[Entry]:
    path = assistant.settings.home / JOURNAL
    return [entry for entry in read(path) if _day(entry.at) >= first] if path.exists() else []


def _judged(turns: list[KeptTurn], entries: list[Entry], sign: int, thumbs: str) -> Counter[_Asked]:
    kept = Counter(_key(t.asked, t.question) for t in turns if t.feedback == sign)
    return kept | Counter(_key(e.at, e.question) for e in entries if e.thumbs == thumbs)


def _refusals(turns: list[KeptTurn], entries: list[Entry]) -> list[Refusal]:
    """Return all refusals, the latest first; one that was kept and judged comes from the conversation, which knows what was missing."""
    found = [(t.asked, Refusal(_day(t.asked), t.question, Reason(t.answer["reason"]), tuple(t.answer["missing"]))) for t in turns if t.answer["reason"]]
    kept = {(refusal.day, refusal.question) for _, refusal in found}
    found += [(e.at, Refusal(_day(e.at), e.question, Reason(e.reason))) for e in entries if e.reason and _key(e.at, e.question) not in kept]
    return [refusal for _, refusal in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _within(count: Counter[_Asked], monday: dt.date) -> int:
    return sum(n for (day, _), n in count.items() if monday <= day < monday + dt.timedelta(weeks=1))


def _key(moment: str, question: str) -> _Asked:
    return _day(moment), question


def _day(moment: str) -> dt.date:
    return dt.date.fromisoformat(moment[:10])
