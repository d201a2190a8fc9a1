"""Writing with a chat model, as LangChain runnables: complete a question, split it, answer it, and mend what does not hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda

from assistant.chat.chat_model import ChatModel
from assistant.chat.citations import Keyed, parse, split
from assistant.chat.evidence import Dossier, plain
from assistant.chat.notices import fault_words
from assistant.chat.prompts import load_prompt
from assistant.chat.proof import Judge, Proved, prove
from assistant.errors import ChatError
from assistant.exchange import Message, Spending, Turn, Withheld
from assistant.judge.verification import verify
from assistant.language.facts import FactKind, read_facts
from assistant.language.places import find_places
from assistant.language.text import language_of

MOST_PARTS = 4
"""Questions that one question may be split into."""
LONGEST_QUESTION = 500
TURNS = 3
"""Earlier turns that a follow-up is completed from."""
_ANSWER_SHOWN = 300
_NUMBERED = re.compile(r"^\s*S\s*(\d{1,2})\s*[:：.、]\s*(.+)$", re.IGNORECASE)
_NOTHING = re.compile(r"^\W*NONE\W*$")
_ENUMERATED = re.compile(r"^\s*(?:\d{1,2}\s*[.、)）]|[-*•])\s*")


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence of the model after judgement, and its place in the answer."""

    place: int
    outcome: Proved | Withheld
    mended: bool = False


class Writer:
    """Asks one model for one question, within one budget.

    Args:
        model: what is asked.
        spending: what it may take.
        language: of the question and the answer.
        judge: says whether cited words carry a sentence.
    """

    def __init__(self, model: ChatModel, spending: Spending, language: str, judge: Judge = verify) -> None:
        self.language = language
        self.judge = judge

        def reply(requests: Iterator[list[Message]]) -> Iterator[str]:
            for messages in requests:
                for piece in model.stream(messages, spending):
                    yield piece.text

        self._reply: Runnable[list[Message], str] = RunnableGenerator(reply)

    def _asking(self, prompt: str) -> Runnable[dict[str, str], str]:
        fill: Callable[[dict[str, str]], list[Message]] = lambda variables: load_prompt(prompt, self.language).fill(**variables)  # noqa: E731
        return RunnableLambda(fill) | self._reply

    # -- the question -------------------------------------------------------------------------------------------

    def condense(self, question: str, history: Sequence[Turn]) -> str:
        """Return a follow-up as a full question; empty where the model wrote none that can be trusted.

        Raises:
            ChatError: the model failed.
        """
        turns = [f"- {plain(t.question)}\n  {plain(t.answer)[:_ANSWER_SHOWN]}" for t in history[-TURNS:]]
        full = self._asking("condense").invoke({"history": "\n".join(turns), "question": question})
        full = " ".join(full.split()).strip("\"“”")
        return full if _keeps(question, full) and language_of(full) == self.language else ""

    def plan(self, question: str) -> list[str]:
        """Return the questions that a question of several parts comes to; itself alone where the model's split cannot be trusted.

        Raises:
            ChatError: the model failed.
        """
        lines = self._asking("plan").invoke({"most": str(MOST_PARTS), "question": question}).splitlines()
        parts = [part for line in lines if (part := _ENUMERATED.sub("", line).strip())][:MOST_PARTS]
        whole = " ".join(parts)
        sound = _keeps(question, whole, len(parts)) and all(_grounds(part) <= _grounds(question) for part in parts)
        return list(dict.fromkeys(parts)) if len(parts) > 1 and sound else [question]

    # -- the answer ---------------------------------------------------------------------------------------------

    def write(self, question: str, today: str, dossier: Dossier) -> Iterator[Written]:
        """Yield each sentence with what became of it: those that hold as soon as they do, then the mended, then the withheld.

        Nothing is yielded where the model says that the passages hold no answer.

        Raises:
            ChatError: the model failed before it was through.
        """
        variables = {"fence": dossier.fence, "passages": dossier.text, "question": question}
        sentences: Runnable[Any, Keyed] = self._asking("answer") | RunnableGenerator(split)
        failed: dict[int, Withheld] = {}
        seen: set[Keyed] = set()
        for place, sentence in enumerate(sentences.stream({**variables, "today": today})):
            if sentence in seen or _NOTHING.match(sentence.text):
                continue
            seen.add(sentence)
            outcome = prove(sentence, dossier.evidence, self.language, self.judge)
            if isinstance(outcome, Proved):
                yield Written(place, outcome)
            else:
                failed[place] = outcome
        if failed:
            mended = self._mend(failed, variables, dossier)
            yield from (Written(place, proved, True) for place, several in mended.items() for proved in several)
            yield from (Written(place, withheld) for place, withheld in failed.items() if place not in mended)

    def _mend(self, failed: Mapping[int, Withheld], variables: dict[str, str], dossier: Dossier) -> dict[int, list[Proved]]:
        """Return what holds of one attempt to repair the failed sentences, by place."""
        places = list(failed)
        rejected = [f"S{n}: {plain(w.text)}  ({fault_words(w.fault, self.language)}; {w.reason})" for n, w in enumerate(failed.values(), start=1)]
        try:
            lines = self._asking("repair").invoke({**variables, "rejected": "\n".join(rejected)}).splitlines()
        except ChatError:
            return {}  # what held is shown; what did not is withheld, as it would be without the attempt
        mended: dict[int, list[Proved]] = {}
        for line in lines:
            match = _NUMBERED.match(line)
            if not match or not 1 <= int(match[1]) <= len(places):
                continue
            outcomes = [prove(sentence, dossier.evidence, self.language, self.judge) for sentence in parse(match[2])]
            proved = [o for o in outcomes if isinstance(o, Proved)]
            if proved and len(proved) == len(outcomes):
                mended.setdefault(places[int(match[1]) - 1], proved)
        return mended


def _grounds(text: str) -> set[tuple[str, str]]:
    """Return the figures, clauses and places of a question: what no rewriting may lose or add."""
    figures = {(f.kind.value, f.value) for f in read_facts(text) if f.kind not in (FactKind.MODAL, FactKind.NEGATION)}
    return figures | {("place", place.en) for place in find_places(text)}


def _keeps(question: str, rewritten: str, times: int = 1) -> bool:
    """Whether a rewritten question is one line of sensible length that keeps every figure, clause and place of the original."""
    return 0 < len(rewritten) <= LONGEST_QUESTION * times and _grounds(question) <= _grounds(rewritten)
