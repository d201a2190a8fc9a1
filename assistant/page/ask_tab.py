"""The tab where questions are asked. No logic of answering, and no HTML, is written here."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.filling import Filling
from assistant.language.places import all_places, place_name
from assistant.page.page_words import ENTERPRISE_EXAMPLES, STAFF_EXAMPLES, words
from assistant.page.rendering import render, render_empty, render_error, render_filling, render_looking
from assistant.page.visitors import library_for
from assistant.pipeline import Assistant
from assistant.types import Abstention, Answer, AssistantError, ConfigError, Kind, Scope

MAX_QUESTION = 500
Shown = Answer | Abstention | None
"""What the page is showing, kept so that it can be shown again in the other language."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What the events of the page share."""

    assistant: Assistant
    filling: Filling

    def ask(self, request: gr.Request, question: str, jurisdiction: str, kind: str, as_of: str | None, language: str) -> Iterator[tuple[str, Shown]]:
        """Yield what to show while a question is answered, and last the answer, the refusal or the error."""
        w = words(language)
        question = question.strip()
        if not question:
            yield render_error(w.no_question, language), None
            return
        while self.filling.running:
            yield render_filling(self.filling.done, self.filling.total, self.filling.name, language), None
            time.sleep(0.5)
        yield render_looking(question, language), None
        try:
            outcome = library_for(self.assistant, request).ask(question, _scope(jurisdiction, kind, as_of, language))
            yield render(outcome, language, self.assistant.glossary), outcome
        except AssistantError as error:
            yield render_error(str(error), language), None
        except Exception:  # the page must not stay at "searching"; the trace is for the log, not for the asker
            logging.getLogger(__name__).exception("a question from the page failed")
            yield render_error(w.internal, language), None

    def again(self, shown: Shown, language: str) -> str:
        """Return what is shown, in ``language``."""
        return render_empty(language) if shown is None else render(shown, language, self.assistant.glossary)


def _scope(jurisdiction: str, kind: str, as_of: str | None, language: str) -> Scope:
    day = None
    if as_of and as_of.strip():
        try:
            day = dt.date.fromisoformat(as_of.strip()[:10])
        except ValueError as error:
            raise ConfigError(words(language).bad_date.format(value=as_of)) from error
    return Scope(as_of=day, jurisdiction=jurisdiction or "", kind=Kind(kind) if kind else None)


def _jurisdictions(language: str) -> list[tuple[str, str]]:
    codes = ["CN", *(place.code for place in all_places() if place.code)]
    return [(words(language).anywhere, ""), *((place_name(code, language), code) for code in codes)]


def _kinds(language: str) -> list[tuple[str, str]]:
    w = words(language)
    return [(w.both_kinds, ""), (w.policies, Kind.POLICY.value), (w.cases, Kind.CASE.value)]


def _heading(text: str) -> str:
    return f"<h3>{text}</h3>"


@dataclass(frozen=True, slots=True)
class _Parts:
    """The components of the page."""

    language: gr.Radio
    tab: gr.Tab
    question: gr.Textbox
    ask: gr.Button
    filters: gr.Accordion
    jurisdiction: gr.Dropdown
    kind: gr.Radio
    as_of: gr.Textbox
    clear: gr.Button
    examples: gr.Accordion
    staff: gr.HTML
    enterprise: gr.HTML
    buttons: tuple[gr.Button, ...]
    result: gr.HTML
    shown: gr.State

    def labels(self, language: str) -> dict[Any, Any]:
        """Return the updates that put every label into ``language``."""
        w = words(language)
        return {
            self.tab: gr.update(label=w.tab),
            self.question: gr.update(label=w.question, placeholder=w.placeholder),
            self.ask: gr.update(value=w.ask),
            self.filters: gr.update(label=w.filters),
            self.jurisdiction: gr.update(label=w.jurisdiction, choices=_jurisdictions(language)),
            self.kind: gr.update(label=w.kind, choices=_kinds(language)),
            self.as_of: gr.update(label=w.as_of),
            self.clear: gr.update(value=w.clear),
            self.examples: gr.update(label=w.examples),
            self.staff: gr.update(value=_heading(w.staff)),
            self.enterprise: gr.update(value=_heading(w.enterprise)),
        }


def build(assistant: Assistant, filling: Filling, language: gr.Radio) -> None:
    """Add the tab to the page being built; it follows ``language``."""
    page = _Page(assistant, filling)
    with gr.Tab(words("zh").tab, id="ask", elem_id="ask-tab") as tab:
        parts = _lay_out_asking(language, tab)
    _wire(page, parts)


def _lay_out_asking(language: gr.Radio, tab: gr.Tab) -> _Parts:
    w = words("zh")
    with gr.Row(elem_id="ask-row"):
        question = gr.Textbox(
            label=w.question,
            placeholder=w.placeholder,
            lines=1,
            max_lines=5,
            max_length=MAX_QUESTION,
            autofocus=True,
            scale=8,
            min_width=260,
            elem_id="question",
        )
        ask = gr.Button(w.ask, variant="primary", scale=1, min_width=96, elem_id="ask")
    with gr.Accordion(w.filters, open=False, elem_id="filters") as filters:
        with gr.Row():
            jurisdiction = gr.Dropdown(_jurisdictions("zh"), value="", label=w.jurisdiction, elem_id="jurisdiction", min_width=220)
            kind = gr.Radio(_kinds("zh"), value="", label=w.kind, elem_id="kind", min_width=220)
            as_of = gr.Textbox(label=w.as_of, placeholder="2024-05-01", max_lines=1, max_length=10, elem_id="as-of", min_width=220)
        clear = gr.Button(w.clear, size="sm", elem_id="clear")
    with gr.Accordion(w.examples, open=True, elem_id="examples") as examples, gr.Row():
        buttons: list[gr.Button] = []
        with gr.Column(min_width=300):
            staff = gr.HTML(_heading(w.staff))
            buttons += [gr.Button(text, size="sm", elem_classes="example") for text in STAFF_EXAMPLES]
        with gr.Column(min_width=300):
            enterprise = gr.HTML(_heading(w.enterprise))
            buttons += [gr.Button(text, size="sm", elem_classes="example") for text in ENTERPRISE_EXAMPLES]
    result = gr.HTML(render_empty("zh"), elem_id="result")
    shown = gr.State(None, time_to_live=3600)
    told = (staff, enterprise, tuple(buttons))
    return _Parts(language, tab, question, ask, filters, jurisdiction, kind, as_of, clear, examples, *told, result, shown)


def _wire(page: _Page, parts: _Parts) -> None:
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

    def switch(language: str, shown: Shown) -> dict[Any, Any]:
        return {parts.result: page.again(shown, language), **parts.labels(language)}

    parts.language.change(switch, [parts.language, parts.shown], [parts.result, *parts.labels("zh")], concurrency_limit=None, **quiet)
    parts.clear.click(lambda: ("", "", ""), None, [parts.jurisdiction, parts.kind, parts.as_of], **quiet)

    asking: dict[str, Any] = {
        "fn": page.ask,
        "inputs": [parts.question, parts.jurisdiction, parts.kind, parts.as_of, parts.language],
        "outputs": [parts.result, parts.shown],
        "show_progress": "hidden",
        "concurrency_limit": 4,
        "concurrency_id": "ask",
    }
    gr.on([parts.ask.click, parts.question.submit], **asking, api_name="ask", trigger_mode="always_last")
    gr.on([parts.ask.click, parts.question.submit], lambda: gr.update(open=False), None, [parts.examples], **quiet)
    for button in parts.buttons:
        chosen = button.click(lambda text: (text, gr.update(open=False)), [button], [parts.question, parts.examples], **quiet)
        chosen.then(**asking, api_visibility="private")
