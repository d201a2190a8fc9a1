"""Conversations in a terminal, and answers that are watched while they are made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from assistant.chat.budget import Budget
from assistant.commands import terminal
from assistant.errors import AssistantError, ChatError
from assistant.events import Done, Event, Shown
from assistant.exchange import Message
from assistant.results import Abstention, Answer, Scope
from assistant.tools.hints import hint_for

if TYPE_CHECKING:  # conversations bring SQLAlchemy, which a single question does without
    from rich.console import Console

    from assistant.dialogue import Dialogue
    from assistant.pipeline import Assistant

_HELP = "A question and Enter; :good or :bad rates the last answer; :quit ends."
_RATINGS = {":good": 1, ":bad": -1}
_PING = "Reply with the word: ready"


def open_dialogue(library: Assistant, conversation: str) -> Dialogue:
    """Return a conversation of a library, or a new one where no id is given.

    Raises:
        ConversationError: there is none with that id, or the database fails.
    """
    from assistant.dialogue import Dialogue, open_conversations

    return Dialogue(library, open_conversations(library), conversation)


def watched(out: Console, events: Iterable[Event]) -> Answer | Abstention:
    """Return the answer that ``events`` end with; on a terminal, each sentence is shown as soon as it holds."""
    with terminal.preview(out) as show_sentence:
        for event in events:
            if isinstance(event, Shown):
                show_sentence(event.statement)
            if isinstance(event, Done):
                return event.result
    raise AssertionError("the events of an answer end with the whole")


def show(out: Console, result: Answer | Abstention) -> None:
    """Print an answer or a refusal."""
    if isinstance(result, Answer):
        terminal.show_answer(out, result)
    else:
        terminal.show_refusal(out, result)
    hint = hint_for(result.condensed or result.question)
    if hint:
        terminal.show_hint(out, f"{hint.text.in_(result.language)}{'：' if result.language == 'zh' else ': '}{hint.command}")


def check(out: Console, library: Assistant) -> bool:
    """Ask the chat model for a word, print whether it answers, and return that."""
    name = library.settings.chat_model
    budget = Budget(library.settings)
    try:
        model = library.chat_model
        said = "".join(piece.text for piece in model.stream([Message("user", _PING)], budget)) if model else ""
    except ChatError as error:
        out.print(f"Chat model: {error} Answers are quoted from the texts meanwhile.")
        return False
    out.print(f"Chat model: {name} answers ({library.settings.chat_timeout - budget.seconds():.1f} s).")
    return bool(said)


def talk(out: Console, lines: TextIO, dialogue: Dialogue, scope: Scope) -> None:
    """Answer each line of ``lines`` in one conversation; an error ends the answer, not the conversation."""
    prompting = out.is_terminal and lines.isatty()
    out.print(f"Conversation {dialogue.id}. {_HELP}")
    _earlier(out, dialogue)
    while True:
        if prompting:
            out.print("> ", end="")
        line = lines.readline()
        question = line.strip()
        if not line or question == ":quit":
            return
        if not question:
            continue
        try:
            if question in _RATINGS:
                _rate(out, dialogue, _RATINGS[question])
            elif question.startswith(":"):
                out.print(_HELP)
            else:
                show(out, watched(out, dialogue.stream(question, scope)))
        except AssistantError as error:
            out.print(terminal.clean(str(error)))
        out.print()


def _earlier(out: Console, dialogue: Dialogue) -> None:
    """Print the questions before, and of which answers a source has changed since."""
    changed = {turn.number: sources for turn, sources in dialogue.changed()}
    for turn in dialogue.conversations.turns(dialogue.id):
        out.print(terminal.clean(f"{turn.number}. {turn.question}"))
        if turn.number in changed:
            zh = turn.answer["language"] == "zh"
            names = ("、" if zh else ", ").join(changed[turn.number])
            words = f"此后引用的文件有变动：{names}。请重新提问。" if zh else f"What it cites has changed since: {names}. Ask again."
            out.print(" " * terminal.INDENT + terminal.clean(words))


def _rate(out: Console, dialogue: Dialogue, feedback: int) -> None:
    turns = dialogue.conversations.turns(dialogue.id)
    if not turns:
        out.print("Nothing has been answered yet.")
        return
    dialogue.rate(turns[-1].number, feedback)
    out.print(f"Noted for answer {turns[-1].number}.")
