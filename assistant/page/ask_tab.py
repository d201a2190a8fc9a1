"""The tab where questions are asked: its components, and which of them each event changes. What happens is in ``asking``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.answers.labels import STATUS
from assistant.documents import Kind, Status
from assistant.errors import AssistantError
from assistant.filling import Filling
from assistant.language.places import all_places, place_name
from assistant.page.answer_html import render_filters, render_welcome
from assistant.page.ask_words import ask_words
from assistant.page.asking import Asking, Opened, scope_of
from assistant.page.events import QUICK, QUIET
from assistant.page.rendering import render_error
from assistant.page.source_html import render_viewer_empty
from assistant.page.troubles import readable
from assistant.page.turns import Talk
from assistant.pipeline import Assistant
from assistant.results import Answer, Scope

MAX_QUESTION = 500
_HAND_ON = "assistantPage.handOn(element, trigger, ['show_source', 'pose', 'again', 'judge', 'wrong', 'holds', 'drop'], watch);"
"""Makes events of the buttons in HTML; Gradio takes the names of the events from this text."""
_FILTERS = ("jurisdiction", "kind", "status", "as_of")


def build(assistant: Assistant, filling: Filling, language: gr.Radio) -> None:
    """Add the tab to the page being built; it follows ``language``."""
    parts = _lay_out()
    _wire(_Tab(Asking(assistant, filling), parts, language))


@dataclass(frozen=True, slots=True)
class _Parts:
    """The components of the tab."""

    tab: gr.Tab
    earlier: gr.HTML
    last: gr.HTML
    chosen: gr.HTML
    """The filters that are set."""
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    filters: gr.Accordion
    jurisdiction: gr.Dropdown
    kind: gr.Radio
    status: gr.Dropdown
    as_of: gr.Textbox
    clear: gr.Button
    new: gr.Button
    markdown: gr.DownloadButton
    word: gr.DownloadButton
    viewer: gr.HTML
    talk: gr.State
    opened: gr.State

    @property
    def inputs(self) -> list[Any]:
        """The filters, in the order of their names."""
        return [self.jurisdiction, self.kind, self.status, self.as_of]

    def labels(self, language: str) -> dict[Any, Any]:
        """Return the updates that put every label into ``language``."""
        w = ask_words(language)
        return {
            self.tab: gr.update(label=w.tab),
            self.question: gr.update(label=w.question, placeholder=w.placeholder),
            self.ask: gr.update(value=w.ask),
            self.stop: gr.update(value=w.stop),
            self.filters: gr.update(label=w.filters),
            self.jurisdiction: gr.update(label=w.jurisdiction, choices=_places(language)),
            self.kind: gr.update(label=w.kind, choices=_kinds(language)),
            self.status: gr.update(label=w.status, choices=_statuses(language)),
            self.as_of: gr.update(label=w.as_of),
            self.clear: gr.update(value=w.clear),
            self.new: gr.update(value=w.new),
            self.markdown: gr.update(label=w.markdown),
            self.word: gr.update(label=w.word),
        }


def _places(language: str) -> list[tuple[str, str]]:
    codes = ["CN", *(place.code for place in all_places() if place.code)]
    return [(ask_words(language).anywhere, ""), *((place_name(code, language), code) for code in codes)]


def _kinds(language: str) -> list[tuple[str, str]]:
    w = ask_words(language)
    return [(w.both_kinds, ""), (w.policies, Kind.POLICY.value), (w.cases, Kind.CASE.value)]


def _statuses(language: str) -> list[tuple[str, str]]:
    side = 1 if language == "zh" else 0
    return [(ask_words(language).any_status, ""), *((STATUS[status][side], status.value) for status in Status)]


def _lay_out() -> _Parts:
    w = ask_words("zh")
    with gr.Tab(w.tab, id="ask", elem_id="ask-tab") as tab, gr.Row(elem_id="ask-columns"):
        with gr.Column(scale=3, min_width=320, elem_id="conversation"):
            earlier = gr.HTML("", elem_id="earlier", js_on_load=_HAND_ON)
            last = gr.HTML(render_welcome("zh"), elem_id="result", js_on_load=_HAND_ON)
            with gr.Column(elem_id="composer"):
                chosen = gr.HTML("", elem_id="chosen-filters", js_on_load=_HAND_ON)
                with gr.Row(elem_id="ask-row"):
                    question = gr.Textbox(
                        label=w.question,
                        placeholder=w.placeholder,
                        lines=1,
                        max_lines=5,
                        max_length=MAX_QUESTION,
                        autofocus=True,
                        scale=8,
                        min_width=200,
                        elem_id="question",
                    )
                    ask = gr.Button(w.ask, variant="primary", scale=1, min_width=88, elem_id="ask")
                    stop = gr.Button(w.stop, variant="stop", scale=1, min_width=88, visible=False, elem_id="stop")
                with gr.Accordion(w.filters, open=False, elem_id="filters") as filters:
                    with gr.Row():
                        jurisdiction = gr.Dropdown(_places("zh"), value="", label=w.jurisdiction, elem_id="jurisdiction", min_width=240)
                        status = gr.Dropdown(_statuses("zh"), value="", label=w.status, elem_id="status", min_width=240)
                        kind = gr.Radio(_kinds("zh"), value="", label=w.kind, elem_id="kind", min_width=240)
                        as_of = gr.Textbox(label=w.as_of, placeholder="2024-05-01", max_lines=1, max_length=10, elem_id="as-of", min_width=240)
                    clear = gr.Button(w.clear, size="sm", elem_id="clear")
                with gr.Row(elem_id="keeping"):
                    new = gr.Button(w.new, size="sm", min_width=96, elem_id="new")
                    markdown = gr.DownloadButton(w.markdown, size="sm", min_width=96, visible=False, elem_id="export-markdown")
                    word = gr.DownloadButton(w.word, size="sm", min_width=96, visible=False, elem_id="export-word")
        with gr.Column(scale=2, min_width=320, elem_id="viewer-column"):
            viewer = gr.HTML(
                render_viewer_empty("zh"),
                elem_id="viewer",
                js_on_load=_HAND_ON + "watch('value', () => { assistantPage.showMarks(); assistantPage.enterViewer(); });",
            )
        talk, opened = gr.State(Talk()), gr.State(None)
    return _Parts(tab, earlier, last, chosen, question, ask, stop, filters, jurisdiction, kind, status, as_of, clear, new, markdown, word, viewer, talk, opened)


@dataclass(frozen=True, slots=True)
class _Tab:
    """The events: each turns what components hold into what ``asking`` is asked, and what comes of it into what they show."""

    asking: Asking
    parts: _Parts
    language: gr.Radio

    def ask(self, request: gr.Request, talk: Talk, question: str, *filters: str | None) -> Iterator[dict[Any, Any]]:
        """Yield what changes while a question is answered."""
        p, question = self.parts, question.strip()
        try:
            if not question:
                raise AssistantError(ask_words(talk.language).no_question)
            scope = scope_of(dict(zip(_FILTERS, filters, strict=True)), talk.language)
        except AssistantError as error:
            yield {p.last: render_error(readable(error, talk.language), talk.language) + self.asking.last(talk)}
            return
        busy = {p.ask: gr.update(visible=False), p.stop: gr.update(visible=True), p.question: ""}
        yield {p.earlier: self.asking.all(talk), **busy}
        for drawn in self.asking.ask(request, talk, question, scope):
            yield {p.last: drawn}
        opened: Opened = (len(talk.turns) - 1, "n", 1) if talk.turns and isinstance(talk.turns[-1].outcome, Answer) else None
        yield {**self._idle(), p.opened: opened, p.viewer: self.asking.view(request, talk, opened)}

    def _idle(self) -> dict[Any, Any]:
        return {self.parts.ask: gr.update(visible=True), self.parts.stop: gr.update(visible=False)}

    def offer(self, request: gr.Request, talk: Talk) -> Any:
        """Show what might be asked next; what else ended asking, such as a wrong filter, stays in sight."""
        drawn = self.asking.offer(request, talk)
        return gr.skip() if drawn is None else drawn

    def stop(self, talk: Talk) -> dict[Any, Any]:
        """Keep what has been said so far."""
        return {self.parts.last: self.asking.stop(talk), **self._idle()}

    def export(self, talk: Talk) -> tuple[Any, Any]:
        """Offer the conversation for download."""
        files = self.asking.export(talk)
        if files is None:
            return gr.update(visible=False), gr.update(visible=False)
        markdown, word = (gr.update(value=str(file), visible=True) for file in files)
        return markdown, word

    def pose(self, data: gr.EventData, *filters: str | None) -> tuple[Any, ...]:
        """Put a question that was offered into the form, with the filters that are set or without."""
        return (_said(data, "question")[:MAX_QUESTION], *(("", "", "", "") if _said(data, "plain") else filters))

    def again(self, data: gr.EventData, talk: Talk) -> tuple[Any, ...]:
        """Put a question that was asked into the form, with the filters of then; the last turn gives way to the new one."""
        place = _number(data, "turn")
        if not 0 <= place < len(talk.turns):
            return "", "", "", "", ""
        turn = talk.turns[place]
        if place == len(talk.turns) - 1:
            talk.turns.pop()
        return (turn.question, *_filters(turn.scope))

    def show_source(self, request: gr.Request, data: gr.EventData, talk: Talk) -> tuple[Opened, str]:
        """Open a source at a citation or at a passage that was found."""
        kind = "hit" if _said(data, "hit") else "n"
        opened = (_number(data, "turn"), kind, _number(data, kind))
        return opened, self.asking.view(request, talk, opened)

    def judge(self, data: gr.EventData, talk: Talk) -> dict[Any, Any]:
        """Note what a reader says of an answer."""
        return self._noted(data, talk, lambda place: self.asking.judge(talk, place, _said(data, "thumbs"), _said(data, "expected")))

    def wrong(self, data: gr.EventData, talk: Talk) -> dict[Any, Any]:
        """Note a wrong source."""
        return self._noted(data, talk, lambda place: self.asking.wrong(talk, place, _number(data, "n")))

    def holds(self, data: gr.EventData, talk: Talk) -> dict[Any, Any]:
        """Note that a passage near a refusal holds the answer."""
        return self._noted(data, talk, lambda place: self.asking.holds(talk, place, _number(data, "hit")))

    def _noted(self, data: gr.EventData, talk: Talk, note: Callable[[int], None]) -> dict[Any, Any]:
        place = _number(data, "turn")
        if not 0 <= place < len(talk.turns):
            return {self.parts.last: self.asking.last(talk)}
        try:
            note(place)
        except AssistantError as error:
            raise gr.Error(readable(error, talk.language), duration=8) from error
        if place < len(talk.turns) - 1:
            return {self.parts.earlier: self.asking.earlier(talk)}
        return {self.parts.last: self.asking.last(talk)}

    def begin(self, talk: Talk) -> dict[Any, Any]:
        """Begin a new conversation."""
        p = self.parts
        talk.clear()
        blank = {p.earlier: "", p.last: self.asking.last(talk), p.viewer: render_viewer_empty(talk.language), p.opened: None, p.question: ""}
        return {**blank, p.markdown: gr.update(visible=False), p.word: gr.update(visible=False), **self._idle()}

    def switch(self, request: gr.Request, language: str, talk: Talk, opened: Opened, *filters: str | None) -> dict[Any, Any]:
        """Show everything in ``language``."""
        p = self.parts
        talk.language = language
        shown = {p.earlier: self.asking.earlier(talk), p.last: self.asking.last(talk)}
        viewed = self.asking.view(request, talk, opened)
        return {**p.labels(language), **shown, p.viewer: viewed, p.chosen: self.chosen(language, *filters)}

    def chosen(self, language: str, *filters: str | None) -> str:
        """Return the filters that are set; a day that is none is told of when a question is asked."""
        try:
            return render_filters(scope_of(dict(zip(_FILTERS, filters, strict=True)), language), language)
        except AssistantError:
            return ""

    @staticmethod
    def drop(data: gr.EventData, *filters: str | None) -> tuple[Any, ...]:
        """Unset one filter."""
        return tuple("" if name == _said(data, "filter") else value for name, value in zip(_FILTERS, filters, strict=True))


def _filters(scope: Scope) -> tuple[str, str, str, str]:
    """Return what the filters of a scope hold, in the order of their names."""
    return (
        scope.jurisdiction,
        scope.kind.value if scope.kind else "",
        scope.status.value if scope.status else "",
        scope.as_of.isoformat() if scope.as_of else "",
    )


def _said(data: gr.EventData, key: str) -> str:
    return str((data._data or {}).get(key, ""))


def _number(data: gr.EventData, key: str) -> int:
    said = _said(data, key)
    return int(said) if said.isdecimal() else -1


def _wire(tab: _Tab) -> None:
    p, language = tab.parts, tab.language
    changed = [p.earlier, p.last, p.question, p.ask, p.stop, p.viewer, p.opened]
    asking: dict[str, Any] = {
        "fn": tab.ask,
        "inputs": [p.talk, p.question, *p.inputs],
        "outputs": changed,
        "concurrency_limit": 4,
        "concurrency_id": "ask",
        **QUIET,
    }
    begun: list[Any] = [p.ask.click(**asking), p.question.submit(**asking)]
    for html in (p.earlier, p.last, p.viewer):
        html.show_source(tab.show_source, [p.talk], [p.opened, p.viewer], **QUICK)
    for html in (p.earlier, p.last):
        begun += [
            html.pose(tab.pose, p.inputs, [p.question, *p.inputs], **QUICK).then(**asking),
            html.again(tab.again, [p.talk], [p.question, *p.inputs], **QUICK).then(**asking),
        ]
        for event, note in ((html.judge, tab.judge), (html.wrong, tab.wrong), (html.holds, tab.holds)):
            event(note, [p.talk], [p.earlier, p.last], **QUICK)
    for asked in begun:
        asked.then(tab.offer, [p.talk], [p.last], **QUICK).then(tab.export, [p.talk], [p.markdown, p.word], **QUICK)
    p.stop.click(tab.stop, [p.talk], [p.last, p.ask, p.stop], cancels=begun, **QUICK)
    p.new.click(tab.begin, [p.talk], [*changed, p.markdown, p.word], cancels=begun, **QUICK)
    for part in p.inputs:
        part.change(tab.chosen, [language, *p.inputs], [p.chosen], **QUICK)
    p.chosen.drop(tab.drop, p.inputs, p.inputs, **QUICK)
    p.clear.click(lambda: ("", "", "", ""), None, p.inputs, **QUICK)
    followed = [*p.labels("zh"), p.earlier, p.last, p.viewer, p.chosen]
    language.change(tab.switch, [language, p.talk, p.opened, *p.inputs], followed, **QUICK)
