"""Conversations as they were held: questions, answers, what they cite and what readers thought of them, in any database of SQLAlchemy.

An answer is kept in its wire form. With it stands the SHA-256 of each source that it cites, as it was then, so that an old
answer can say which of them have changed since. Where a source is removed from the library, its words go from here too.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from assistant.databases import open_database
from assistant.errors import ConversationError
from assistant.exchange import Turn

Json = dict[str, Any]
GONE = "[removed from the library]"
"""What stands in an old answer in place of the words of a source that was removed."""


class _Base(DeclarativeBase):
    pass


class _Conversation(_Base):
    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    begun: Mapped[str] = mapped_column(String(32))
    turns: Mapped[list[_Turn]] = relationship(order_by="_Turn.number", cascade="all, delete-orphan")


class _Turn(_Base):
    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("conversation", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    number: Mapped[int]
    asked: Mapped[str] = mapped_column(String(32))
    question: Mapped[str] = mapped_column(Text)
    condensed: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    feedback: Mapped[int] = mapped_column(default=0)
    comment: Mapped[str] = mapped_column(Text, default="")
    cited: Mapped[list[_Cited]] = relationship(order_by="_Cited.source", cascade="all, delete-orphan")


class _Cited(_Base):
    __tablename__ = "cited"
    turn: Mapped[int] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[str] = mapped_column(String(255), primary_key=True, index=True)
    sha256: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """One turn as it was kept."""

    number: int
    asked: str
    """When, in UTC."""
    question: str
    condensed: str
    answer: Json
    """The answer or refusal in wire form."""
    cited: Mapping[str, str]
    """SHA-256 of each cited source as it was then, by id."""
    feedback: int
    """1 for helpful, -1 for not, 0 where nobody said."""
    comment: str

    def changed(self, now: Mapping[str, str]) -> list[str]:
        """Return the cited sources that have changed or gone since, given the SHA-256 of each source in the library now."""
        return [source for source, sha256 in self.cited.items() if now.get(source) != sha256]

    def as_history(self) -> Turn:
        """Return what a later question may lean on."""
        text = " ".join(s["text"] for s in self.answer["statements"])
        return Turn(self.condensed or self.question, text, tuple(self.cited))


class Conversations:
    """All conversations of one library.

    Args:
        file: where they are kept by default, in SQLite.
        url: another database, as SQLAlchemy names it: ``postgresql+psycopg://user:password@host/name``.

    Raises:
        ConfigError: ``url`` names no database that can be opened.
        ConversationError: the database cannot be reached.
    """

    def __init__(self, file: Path, url: str = "") -> None:
        self._where = "ASSISTANT_DATABASE_URL" if url else str(file)
        self._engine = open_database(file, url)
        with self._guarded():
            _Base.metadata.create_all(self._engine)

    def close(self) -> None:
        """Let go of connections."""
        self._engine.dispose()

    # -- holding ------------------------------------------------------------------------------------------------

    def begin(self) -> str:
        """Begin a conversation and return its id."""
        conversation = _Conversation(id=secrets.token_hex(8), begun=_now())
        with self._session() as session:
            session.add(conversation)
            return conversation.id

    def add(self, conversation: str, answer: Json, sources: Mapping[str, str]) -> int:
        """Add a turn and return its number, from 1.

        Args:
            conversation: its id.
            answer: the answer or refusal in wire form.
            sources: the SHA-256 of each source in the library.

        Raises:
            ConversationError: there is no conversation with that id.
        """
        cited = sorted({c["source_id"] for c in answer["citations"]})
        with self._session() as session:
            self._held(session, conversation)
            last = session.scalar(select(func.max(_Turn.number)).where(_Turn.conversation == conversation)) or 0
            turn = _Turn(
                conversation=conversation,
                number=last + 1,
                asked=_now(),
                question=answer["question"],
                condensed=answer["condensed"],
                answer=json.dumps(answer, ensure_ascii=False),
                revision=answer["revision"],
                cited=[_Cited(source=s, sha256=sources.get(s, "")) for s in cited],
            )
            session.add(turn)
            return turn.number

    def turns(self, conversation: str) -> list[KeptTurn]:
        """Return the turns of a conversation in order.

        Raises:
            ConversationError: there is no conversation with that id.
        """
        with self._session() as session:
            return [_kept(turn) for turn in self._held(session, conversation).turns]

    def since(self, day: dt.date) -> list[KeptTurn]:
        """Return the turns of all conversations that were asked on or after a day (UTC), the latest first."""
        with self._session() as session:
            found = select(_Turn).where(_Turn.asked >= day.isoformat()).order_by(_Turn.asked.desc(), _Turn.id.desc())
            return [_kept(turn) for turn in session.scalars(found)]

    def rate(self, conversation: str, number: int, feedback: int, comment: str = "") -> None:
        """Keep what a reader thinks of a turn: 1 for helpful, -1 for not, 0 to take it back.

        Raises:
            ConversationError: there is no such turn.
        """
        with self._session() as session:
            turn = next((t for t in self._held(session, conversation).turns if t.number == number), None)
            if turn is None or feedback not in (-1, 0, 1):
                raise ConversationError(f"conversation {conversation!r} has no turn {number}, or {feedback!r} is not -1, 0 or 1. Rate a turn that it has.")
            turn.feedback, turn.comment = feedback, comment

    def ids(self) -> list[str]:
        """Return the ids of all conversations, the latest first."""
        with self._session() as session:
            return list(session.scalars(select(_Conversation.id).order_by(_Conversation.begun.desc(), _Conversation.id)))

    def remove(self, conversation: str) -> None:
        """Remove a conversation.

        Raises:
            ConversationError: there is no conversation with that id.
        """
        with self._session() as session:
            session.delete(self._held(session, conversation))

    def forget(self, source_id: str) -> None:
        """Take the words of a source out of all answers, since it was removed from the library."""
        with self._session() as session:
            for turn in self._naming(session, source_id):
                answer = json.loads(turn.answer)
                _blank(answer, source_id)
                turn.answer = json.dumps(answer, ensure_ascii=False)

    def forget_all_but(self, live: Set[str]) -> int:
        """Take the words of all sources but ``live`` out of all answers; return how many answers held some, as a removal cut short leaves them."""
        with self._session() as session:
            found = 0
            for turn in session.scalars(select(_Turn).execution_options(yield_per=100)):
                answer = json.loads(turn.answer)
                gone = {row["source_id"] for row in (*answer["citations"], *answer["hits"])} - live
                held = [_blank(answer, source_id) for source_id in sorted(gone)]
                if any(held):
                    turn.answer = json.dumps(answer, ensure_ascii=False)
                    found += 1
            return found

    def quoting(self, source_id: str) -> int:
        """Return how many answers hold words of a source."""
        with self._session() as session:
            return sum(_blank(json.loads(turn.answer), source_id) for turn in self._naming(session, source_id))

    def _naming(self, session: Session, source_id: str) -> list[_Turn]:
        return list(session.scalars(select(_Turn).where(_Turn.answer.contains(json.dumps(source_id, ensure_ascii=False), autoescape=True))))

    def _held(self, session: Session, conversation: str) -> _Conversation:
        held = session.get(_Conversation, conversation)
        if held is None:
            raise ConversationError(f"conversation {conversation!r}: there is none with that id. Leave the id out to begin a new one.")
        return held

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self._guarded(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turn the database's errors into one line; their own text may quote the address with its password."""
        try:
            yield
        except SQLAlchemyError as error:
            kind = type(error.__cause__ or error).__name__
            raise ConversationError(f"{self._where}: the database of conversations failed ({kind}). Check that it runs and may be written.") from None


def _blank(answer: Json, source_id: str) -> bool:
    """Put ``GONE`` in the place of a source's words in an answer; return whether there were any."""
    before = json.dumps(answer)
    gone = {c["n"] for c in answer["citations"] if c["source_id"] == source_id}
    for citation in answer["citations"]:
        citation["quote"] = GONE if citation["n"] in gone else citation["quote"]
    for statement in answer["statements"]:
        statement["text"] = GONE if gone & set(statement["citations"]) else statement["text"]
    for conflict in answer["conflicts"]:
        conflict["values"] = [GONE if n in gone else value for n, value in zip(conflict["citations"], conflict["values"], strict=True)]
    for hit in answer["hits"]:
        hit["text"] = GONE if hit["source_id"] == source_id else hit["text"]
    if any(hit["source_id"] == source_id for hit in answer["hits"]):
        for withheld in answer["withheld"]:  # it may hold words of any passage that the model was shown
            withheld |= {"text": GONE, "reason": ""}
    return json.dumps(answer) != before


def _kept(turn: _Turn) -> KeptTurn:
    cited = {c.source: c.sha256 for c in turn.cited}
    return KeptTurn(turn.number, turn.asked, turn.question, turn.condensed, json.loads(turn.answer), cited, turn.feedback, turn.comment)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
