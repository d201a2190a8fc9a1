"""What happens at the tab of questions: one conversation for each visit, whose state is a ``Talk``. Nothing here knows components."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import gradio as gr

from assistant import journal
from assistant.chat.conversations import Conversations
from assistant.dialogue import Dialogue, open_conversations
from assistant.documents import Kind, Status
from assistant.errors import AssistantError, ConfigError
from assistant.filling import Filling
from assistant.page.answer_html import render_turn, render_welcome
from assistant.page.ask_words import ask_words
from assistant.page.conversation_export import to_markdown, write_word
from assistant.page.exporting import POLL, Exports
from assistant.page.page_words import words
from assistant.page.rendering import render_error, render_filling
from assistant.page.source_html import render_citation, render_hit, render_viewer_empty
from assistant.page.suggestions import suggested
from assistant.page.troubles import readable
from assistant.page.turns import Talk, Turn
from assistant.page.visitors import library_for
from assistant.pipeline import Assistant
from assistant.results import Abstention, Answer, Scope

Opened = tuple[int, str, int] | None
"""What the viewer shows: the place of a turn, ``n`` or ``hit``, and the number of the citation or the rank of the passage."""

@dataclass
class Asking:
    """Conversations at the page over one library.

    Args:
        assistant: answers.
        filling: its first filling; questions wait for it.
    """

    assistant: Assistant
    filling: Filling
    _files: Exports = field(default_factory=lambda: Exports("conversations"))

    @cached_property
    def conversations(self) -> Conversations:
        """Where conversations are kept."""
        return open_conversations(self.assistant)

    # -- asking -----------------------------------------------------------------------------------------------

    def ask(self, request: gr.Request, talk: Talk, question: str, scope: Scope) -> Iterator[str]:
        """Yield the last turn of the conversation while a question is answered, and last with the answer, the refusal or the error."""
        while self.filling.running:
            yield render_filling(self.filling.done, self.filling.total, self.filling.name, talk.language)
            time.sleep(POLL)
        place = len(talk.turns)
        talk.turns.append(Turn(question, scope))
        yield self.last(talk)
        for turn in self._answered(request, talk, talk.turns[place]):
            if not talk.turns[place:] or talk.turns[place].stopped:
                return  # somebody stopped it, or began anew
            talk.turns[place] = turn
            yield self.last(talk)

    def _answered(self, request: gr.Request, talk: Talk, turn: Turn) -> Iterator[Turn]:
        try:
            dialogue = Dialogue(library_for(self.assistant, request), self.conversations, talk.id)
            talk.id = dialogue.id
            for event in dialogue.stream(turn.question, turn.scope):
                turn = turn.after(event)
                if turn.outcome is None:
                    yield turn
            yield replace(turn, number=len(self.conversations.turns(talk.id)))
        except AssistantError as error:
            yield replace(turn, error=readable(error, talk.language))
        except Exception:  # the page must not stay at "searching"; the trace is for the log, not for the asker
            logging.getLogger(__name__).exception("a question from the page failed")
            yield replace(turn, error=words(talk.language).internal)

    def offer(self, request: gr.Request, talk: Talk) -> str | None:
        """Return the last turn with what might be asked next, or instead; nothing where it has no outcome, or that was looked for."""
        place = len(talk.turns) - 1
        turn = talk.turns[place] if talk.turns else None
        if turn is None or turn.outcome is None or turn.offered is not None:
            return None
        try:
            offered, unfiltered = suggested(library_for(self.assistant, request), turn.outcome, turn.scope)
        except AssistantError:  # the answer stands without them
            offered, unfiltered = (), False
        if talk.turns[place:] and talk.turns[place].outcome is turn.outcome:
            talk.turns[place] = replace(talk.turns[place], offered=offered, unfiltered=unfiltered)
        return self.last(talk)

    def stop(self, talk: Talk) -> str:
        """Return the last turn as it stands, where it was being answered."""
        if talk.turns and talk.turns[-1].outcome is None and not talk.turns[-1].error:
            talk.turns[-1] = replace(talk.turns[-1], stopped=True)
        return self.last(talk)

    # -- drawing ----------------------------------------------------------------------------------------------

    def all(self, talk: Talk) -> str:
        """Return all turns, which stand before one that is to come."""
        return self._drawn(talk, talk.turns, 0)

    def earlier(self, talk: Talk) -> str:
        """Return the turns before the last."""
        return self._drawn(talk, talk.turns[:-1], 0)

    def last(self, talk: Talk) -> str:
        """Return the last turn, or a welcome where there is none."""
        return self._drawn(talk, talk.turns[-1:], len(talk.turns) - 1) or render_welcome(talk.language)

    def _drawn(self, talk: Talk, turns: Sequence[Turn], first: int) -> str:
        return "".join(render_turn(turn, place, talk.language, self.assistant.glossary) for place, turn in enumerate(turns, start=first))

    def view(self, request: gr.Request, talk: Talk, opened: Opened) -> str:
        """Return the viewer at a citation, or at a passage that was found."""
        if opened is None or not 0 <= opened[0] < len(talk.turns):
            return render_viewer_empty(talk.language)
        place, kind, number = opened
        turn, library, language = talk.turns[place], library_for(self.assistant, request), talk.language
        try:
            if kind == "n":
                return render_citation(library, turn, number, place, language)
            if turn.outcome is not None and 0 <= number < len(turn.outcome.hits):
                return render_hit(library, turn.outcome.hits[number], language)
        except AssistantError as error:
            return render_error(readable(error, language), language)
        return render_viewer_empty(language)

    # -- what readers say -------------------------------------------------------------------------------------

    def judge(self, talk: Talk, place: int, thumbs: str, expected: str) -> None:
        """Note that an answer helped or did not, and what it should have been."""
        turn = talk.turns[place]
        self._note(talk, place, replace(_entry(turn), thumbs=thumbs, expected=expected), turn)

    def wrong(self, talk: Talk, place: int, n: int) -> None:
        """Note that a citation does not carry what it is cited for."""
        turn = talk.turns[place]
        cited = {c.n: c for c in turn.outcome.citations} if isinstance(turn.outcome, Answer) else {}
        if n in cited:
            turn = replace(turn, wrong=turn.wrong | {n})
            wrong = tuple(journal.cited_words(cited[i]) for i in sorted(turn.wrong))
            self._note(talk, place, replace(_entry(turn), thumbs="down", wrong=wrong), turn)

    def holds(self, talk: Talk, place: int, rank: int) -> None:
        """Note that one of the nearest passages of a refusal does answer the question."""
        turn = talk.turns[place]
        hits = turn.outcome.hits if isinstance(turn.outcome, Abstention) else ()
        if 0 <= rank < len(hits):
            turn = replace(turn, holds=turn.holds | {rank})
            passages = [hits[i].passage for i in sorted(turn.holds)]
            evidence = tuple({"source": p.source_id, "locator": p.locator, "quote": p.text} for p in passages)
            self._note(talk, place, replace(_entry(turn), thumbs="down", evidence=evidence), turn)

    def _note(self, talk: Talk, place: int, entry: journal.Entry, turn: Turn) -> None:
        journal.append(self.assistant.settings.home, entry)
        self.conversations.rate(talk.id, turn.number, 1 if entry.thumbs == "up" else -1)
        talk.turns[place] = replace(turn, entry=entry)

    # -- taking it along --------------------------------------------------------------------------------------

    def export(self, talk: Talk) -> tuple[Path, Path] | None:
        """Return the conversation as Markdown and as a Word document, or nothing where there is none."""
        if not any(turn.outcome for turn in talk.turns):
            return None
        folder = self._files.new_folder()
        name = f"answers-{dt.date.today().isoformat()}"
        markdown, word = folder / f"{name}.md", folder / f"{name}.docx"
        markdown.write_text(to_markdown(talk.turns, talk.language), encoding="utf-8")
        write_word(talk.turns, talk.language, word)
        return markdown, word


def _entry(turn: Turn) -> journal.Entry:
    """Return what the journal holds of a turn, or will.

    Raises:
        ConfigError: it has no outcome to judge.
    """
    if turn.outcome is None:
        raise ConfigError(f"{turn.question!r}: has no answer yet. Judge it when it has.")
    return turn.entry or journal.entry_of(turn.outcome)


def scope_of(filters: Mapping[str, Any], language: str) -> Scope:
    """Return the scope that the filters name; blank ones do not filter.

    Raises:
        ConfigError: the day is none.
    """
    said = (filters.get("as_of") or "").strip()
    try:
        day = dt.date.fromisoformat(said) if said else None
    except ValueError as error:
        raise ConfigError(ask_words(language).bad_date.format(value=said)) from error
    kind, status = filters.get("kind"), filters.get("status")
    return Scope(as_of=day, jurisdiction=filters.get("jurisdiction") or "", kind=Kind(kind) if kind else None, status=Status(status) if status else None)
