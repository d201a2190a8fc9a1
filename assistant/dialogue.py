"""One conversation with the assistant: each question is asked with what was said before, and kept with its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assistant.chat.conversations import Conversations, KeptTurn
from assistant.events import Done, Event
from assistant.pipeline import Assistant
from assistant.results import Abstention, Answer, Scope
from assistant.wire import answer_to_dict


class Dialogue:
    """A conversation that goes on.

    Args:
        assistant: answers.
        conversations: where it is kept.
        conversation: its id; empty begins a new one.

    Raises:
        ConversationError: there is no conversation with that id, or the database fails.
    """

    def __init__(self, assistant: Assistant, conversations: Conversations, conversation: str = "") -> None:
        self.assistant = assistant
        self.conversations = conversations
        if conversation:
            conversations.turns(conversation)
        self.id = conversation or conversations.begin()

    def stream(self, question: str, scope: Scope = Scope()) -> Iterator[Event]:  # noqa: B008  frozen
        """Yield the events of an answer; the turn is kept before the last one."""
        history = [turn.as_history() for turn in self.conversations.turns(self.id)]
        for event in self.assistant.stream(question, scope, history):
            if isinstance(event, Done):
                self.conversations.add(self.id, answer_to_dict(event.result), self._shas())
            yield event

    def ask(self, question: str, scope: Scope = Scope()) -> Answer | Abstention:  # noqa: B008  frozen
        """Return the answer to a question that may lean on the turns before."""
        return next(event.result for event in self.stream(question, scope) if isinstance(event, Done))

    def changed(self) -> list[tuple[KeptTurn, list[str]]]:
        """Return the earlier turns that cite sources which have changed or gone since, with those sources."""
        now = self._shas()
        return [(turn, changed) for turn in self.conversations.turns(self.id) if (changed := turn.changed(now))]

    def rate(self, number: int, feedback: int, comment: str = "") -> None:
        """Keep what a reader thinks of a turn: 1 for helpful, -1 for not."""
        self.conversations.rate(self.id, number, feedback, comment)

    def _shas(self) -> Mapping[str, str]:
        return {row.metadata.id: row.sha256 for row in self.assistant.sources()}


def open_conversations(assistant: Assistant) -> Conversations:
    """Return the conversations of a library."""
    return Conversations(assistant.settings.conversations_file, assistant.settings.database_url.get_secret_value())
