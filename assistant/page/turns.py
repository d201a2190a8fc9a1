"""What the tab of questions holds of a conversation: its turns, each with all that happened to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from assistant.events import Done, Event, Shown
from assistant.exchange import Notice, Withheld
from assistant.journal import Entry
from assistant.results import Abstention, Answer, Scope


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with what has come of it so far."""

    question: str
    scope: Scope
    number: int = 0
    """In the conversation as it is kept, from 1; 0 until it is."""
    shown: tuple[Shown, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    notices: tuple[Notice, ...] = ()
    outcome: Answer | Abstention | None = None
    error: str = ""
    stopped: bool = False
    offered: tuple[str, ...] | None = None
    """Questions that the library answers: to ask next, or instead; ``None`` until they are looked for."""
    unfiltered: bool = False
    """Whether the library answers the question where no filter is set."""
    entry: Entry | None = None
    """What the journal holds of it."""
    wrong: frozenset[int] = frozenset()
    """The numbers of the citations that a reader took for wrong."""
    holds: frozenset[int] = frozenset()
    """The places of the nearest passages that a reader took for the answer."""

    def after(self, event: Event) -> Turn:
        """Return the turn with what an event of the assistant brought."""
        if isinstance(event, Shown):
            return replace(self, shown=tuple(sorted((*self.shown, event), key=lambda shown: shown.place)))
        if isinstance(event, Withheld):
            return replace(self, withheld=(*self.withheld, event))
        if isinstance(event, Done):
            return replace(self, outcome=event.result)
        return replace(self, notices=(*self.notices, event))


@dataclass(slots=True)
class Talk:
    """A conversation as the page shows it. It lives on the server, one for each visit, and events change it where it is."""

    language: str = "zh"
    """In which the page shows it. It is not an input of the events: one that began before the reader changed it ends after."""
    id: str = ""
    """Of the conversation as it is kept; empty before the first question."""
    turns: list[Turn] = field(default_factory=list)

    def clear(self) -> None:
        """Begin a new one."""
        self.id, self.turns = "", []
