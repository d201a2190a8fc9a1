"""The order of the steps where a chat model or a conversation has a part in the answer.

complete the question → split it → find each part → decline what the library does not answer → write → prove → show. The
extractive answer is made first, and stands whenever the model fails, says nothing, or writes nothing that holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from assistant.answers.citing import Citations, citation_of
from assistant.answers.composing import Finding
from assistant.answers.labels import notes_for, paper_frame, standing_frame
from assistant.chat.budget import Budget
from assistant.chat.evidence import Sources, lay_out
from assistant.chat.instructions import gives_orders
from assistant.chat.notices import failure, part_notice, withheld_notice
from assistant.chat.parts import asks_several, in_turn, joined
from assistant.config import Settings
from assistant.documents import Authority, Metadata
from assistant.errors import ChatError
from assistant.events import Done, Event, Shown
from assistant.exchange import Fault, Message, Notice, Reply, Spending, Trouble, Turn, Withheld
from assistant.language.facts import FactKind, figures, read_facts
from assistant.questions.asking import Asked
from assistant.questions.follow_ups import Condenser
from assistant.results import Abstention, Answer, Scope, Statement

if TYPE_CHECKING:  # LangChain takes seconds to import: only a question that is put to a model waits for it
    from assistant.chat.chat_model import ChatModel
    from assistant.chat.proof import Judge, Proved
    from assistant.chat.writing import Writer

_PROMPT = 800
"""Tokens of a prompt besides the passages."""
FIRST = -1
"""The place before all sentences of a model."""


class Library(Protocol):
    """What the steps need of the assistant."""

    @property
    def settings(self) -> Settings: ...

    @property
    def texts(self) -> Sources: ...

    @property
    def condenser(self) -> Condenser: ...

    def find(self, question: str, scope: Scope) -> Finding: ...

    def show(self, finding: Finding) -> Answer | Abstention: ...

    def known(self, source_ids: Sequence[str]) -> list[Metadata]: ...

    @property
    def verifier(self) -> Judge: ...


def converse(library: Library, model: ChatModel | None, question: str, scope: Scope, history: Sequence[Turn]) -> Iterator[Event]:
    """Yield each sentence that holds, what was withheld, notices, and last the whole answer or refusal.

    Args:
        model: writes the answer; without one it is extractive.
        history: the turns before, the last one last.
    """
    budget = Budget(library.settings)
    full, finding = _complete(library, model, budget, question, scope, history)
    plain = library.show(finding)
    if full != question:
        plain = replace(plain, question=question, condensed=full)
    if model is None:
        yield from _told(plain)
    else:
        yield from _Written(library, model, budget, finding, plain).events()


class Unopened:
    """Stands for a chat model that cannot be opened: asking it fails, so the texts answer and the reader is told."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self._reason = reason

    def stream(self, messages: Sequence[Message], spending: Spending) -> Iterator[Reply]:
        """Fail.

        Raises:
            ChatError: always, with the reason.
        """
        raise ChatError(Trouble.NOT_OPENED, self._reason)


def _told(result: Answer | Abstention) -> Iterator[Event]:
    if isinstance(result, Answer):
        for place, statement in enumerate(result.statements):
            yield Shown(place, statement, tuple(c for c in result.citations if c.n in statement.citations))
    yield Done(result)


def _complete(
    library: Library, model: ChatModel | None, budget: Budget, question: str, scope: Scope, history: Sequence[Turn]
) -> tuple[str, Finding]:
    """Return a question made complete from the turns before it, and what the library has for it."""
    alone = library.find(question, scope)
    if not history or not library.condenser.leans(question):
        return question, alone
    full = _condensed(model, budget, question, alone.query.language, history)
    full = full or library.condenser.condense(question, history, library.known(history[-1].sources))
    finding = library.find(full, scope)
    if alone.answers and not finding.answers:
        return question, alone  # it did not need the turns before
    return full, finding


def _condensed(model: ChatModel | None, budget: Budget, question: str, language: str, history: Sequence[Turn]) -> str:
    if model is None:
        return ""
    from assistant.chat.writing import Writer

    try:
        return Writer(model, budget, language).condense(question, history)
    except ChatError:
        return ""  # a model that is away for good is told of when it is asked to answer


class _Written:
    """One answer of a model in the making.

    Args:
        finding: what the library has for the whole question.
        plain: the extractive answer, or the refusal.
    """

    def __init__(self, library: Library, model: ChatModel, budget: Budget, finding: Finding, plain: Answer | Abstention) -> None:
        self.library = library
        self.model = model
        self.budget = budget
        self.finding = finding
        self.plain = plain
        self.language = finding.query.language
        self.citations = Citations()
        self.notices: list[Notice] = []
        self.withheld: list[Withheld] = []
        self.shown: list[tuple[int, Statement]] = []

    def events(self) -> Iterator[Event]:
        """Yield what happens, and the whole last."""
        from assistant.chat.writing import Writer

        writer = Writer(self.model, self.budget, self.language, self.library.verifier)
        try:
            parts = self._parts(writer)
            answered = [part for part in parts if part.answers]
            if not answered:
                yield Done(self._stamped(self.plain))
                return
            if len(parts) > 1:
                self.plain = joined(self.plain, [self.library.show(part) for part in answered])
                self.notices += [part_notice(part.query.text, self.language) for part in parts if not part.answers]
                yield from self.notices
            yield from self._sentences(writer, answered)
        except ChatError as error:
            yield from self._failed(error.trouble)
            return
        if not self.shown:
            yield from self._failed(self._why_nothing())
            return
        if self.withheld:
            self.notices.append(withheld_notice(self.withheld, self.language))
            yield self.notices[-1]
        if self.withheld or self._lacks_figure():
            yield from self._quoted()
        yield Done(self._whole())

    def _parts(self, writer: Writer) -> list[Finding]:
        question = self.finding.query.text
        planned = writer.plan(question) if asks_several(question) else [question]
        return [self.library.find(part, self.finding.scope) for part in planned] if len(planned) > 1 else [self.finding]

    def _sentences(self, writer: Writer, answered: Sequence[Finding]) -> Iterator[Event]:
        s = self.library.settings
        most = max((s.chat_tokens - 2 * s.chat_reply_tokens) // 2 - _PROMPT, 200)  # they are read twice, should there be a repair
        dossier = lay_out(in_turn([part.answering for part in answered]), self.library.texts, self.language, most)
        today = (self.finding.scope.as_of or dt.date.today()).isoformat()
        for written in writer.write(self.finding.query.text, today, dossier):
            if isinstance(written.outcome, Withheld):
                self.withheld.append(written.outcome)
                yield written.outcome
            else:
                statement = self._statement(written.outcome)
                self.shown.append((written.place, statement))
                yield replace(self._event(written.place, statement), mended=written.mended)

    def _statement(self, proved: Proved) -> Statement:
        frame = next((f for e in proved.evidence if (f := standing_frame(self.finding.query, e.hit))), "") or self._paper(proved)
        cited = [citation_of(e.hit, span, self.library.texts.source(e.hit.source.id), self.language) for e in proved.evidence for span in e.spans]
        return Statement(frame + proved.text, proved.judgement.verdict, proved.judgement.reason, self.citations.numbers(cited))

    def _paper(self, proved: Proved) -> str:
        """Return the frame of a sentence that says what may or must be done and rests on papers alone: the model wrote it out of their context."""
        papers = all(e.hit.source.authority is Authority.RESEARCH_PAPER for e in proved.evidence)
        return paper_frame(self.language) if papers and any(f.kind is FactKind.MODAL for f in read_facts(proved.text)) else ""

    def _event(self, place: int, statement: Statement) -> Shown:
        return Shown(place, statement, tuple(c for c in self.citations.all if c.n in statement.citations))

    def _why_nothing(self) -> Trouble:
        if not self.withheld:
            return Trouble.NO_ANSWER
        return Trouble.LANGUAGE if all(w.fault is Fault.LANGUAGE for w in self.withheld) else Trouble.UNPROVEN

    def _lacks_figure(self) -> bool:
        """Whether a figure or date is asked for, and none of those that the extractive answer puts first is among what is shown."""
        query = self.finding.query
        if query.asked not in (Asked.FIGURE, Asked.DATE) or not isinstance(self.plain, Answer):
            return False

        def values(text: str) -> dict[str, str]:
            return {f.value: f.unit for f in figures(text) if (f.kind is FactKind.DATE) == (query.asked is Asked.DATE)}

        first = values(self.plain.statements[0].text)
        wanted = {value for value, unit in first.items() if unit == query.unit} or set(first)
        return bool(wanted) and not any(wanted & values(statement.text).keys() for _, statement in self.shown)

    def _quoted(self) -> Iterator[Event]:
        """Quote the words that the extractive answer puts first, unless they are cited already."""
        if isinstance(self.plain, Answer):
            first = self.plain.statements[0]
            cited = {c.passage_id for c in self.plain.citations if c.n in first.citations}
            if any(gives_orders(h.passage.text) for h in self.plain.hits if h.passage.id in cited):
                return  # the model was not offered it either
            theirs = [c for c in self.plain.citations if c.n in first.citations]
            if not {(c.source_id, c.span) for c in theirs} & {(c.source_id, c.span) for c in self.citations.all}:
                quoted = replace(first, citations=self.citations.numbers(theirs))
                self.shown.append((FIRST, quoted))
                yield self._event(FIRST, quoted)

    def _failed(self, trouble: Trouble) -> Iterator[Event]:
        """Let the extractive answer or the refusal stand, and say why."""
        if isinstance(self.plain, Answer):
            told = [failure(trouble, self.model.name, self.language)]
            if self.withheld:
                told.append(withheld_notice(self.withheld, self.language))
            self.notices += told
            yield from told
        yield Done(self._stamped(self.plain))

    def _stamped(self, result: Answer | Abstention) -> Answer | Abstention:
        result = replace(result, notices=tuple(self.notices), usage=self.budget.usage(self.model.name))
        return replace(result, withheld=tuple(self.withheld)) if isinstance(result, Answer) else result

    def _whole(self) -> Answer | Abstention:
        """Return the answer in the order in which it was written, with the conflicts that the extractive answer shows."""
        plain = self.plain
        ours, theirs = {c.n: c for c in self.citations.all}, {c.n: c for c in plain.citations} if isinstance(plain, Answer) else {}
        citations = Citations()  # numbered anew: a mended sentence may stand before what was shown first
        ordered = [statement for _, statement in sorted(self.shown, key=lambda pair: pair[0])]
        statements = tuple(replace(s, citations=citations.numbers(ours[n] for n in s.citations)) for s in ordered)
        conflicts = plain.conflicts if isinstance(plain, Answer) else ()
        answer = Answer(
            question=plain.question,
            language=plain.language,
            statements=statements,
            citations=(),
            conflicts=tuple(replace(c, citations=tuple(citations.number(theirs[n]) for n in c.citations)) for c in conflicts),
            hits=plain.hits,
            as_of=plain.as_of,
            revision=plain.revision,
            fingerprint=plain.fingerprint,
            condensed=plain.condensed,
            notes=tuple(notes_for(self.finding.query, citations.all)),
            answered_by=self.model.name,
        )
        return self._stamped(replace(answer, citations=tuple(citations.all)))
