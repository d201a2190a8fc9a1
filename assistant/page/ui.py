"""The web page: a Gradio form around ``Assistant.ask``, in Chinese and English. No logic of answering, and no HTML, is written here."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from gradio.utils import get_upload_folder

from assistant.filling import Filling
from assistant.language.places import all_places, place_name
from assistant.page.benefits_tab import BenefitsTab
from assistant.page.page_words import ENTERPRISE_EXAMPLES, STAFF_EXAMPLES, preferred_language, words
from assistant.page.rendering import render, render_empty, render_error, render_filling, render_header, render_looking
from assistant.page.visitors import library_for
from assistant.pipeline import Assistant
from assistant.types import Abstention, Answer, AssistantError, ConfigError, Kind, Scope

LANGUAGES = [("中文", "zh"), ("English", "en")]
MAX_QUESTION = 500
_SANS = ("system-ui", "-apple-system", "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
_MONO = ("ui-monospace", "Consolas", "monospace")
_KEPT = (3600, 3600)
"""Seconds between clearings of the files that were offered for download, and their age from which they go."""
_LANG_JS = "(language) => { document.documentElement.lang = language === 'en' ? 'en' : 'zh-CN'; return [language]; }"

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

    def head(self, request: gr.Request, language: str) -> str:
        """Return the head of the page with the state of the library."""
        w = words(language)
        try:
            head = render_header([row.metadata for row in library_for(self.assistant, request).sources()], language)
        except AssistantError as error:
            return render_header([], language) + render_error(str(error), language)
        return head + (render_error(w.not_filled.format(error=self.filling.error), language) if self.filling.error else "")

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
    head: gr.HTML
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
    timer: gr.Timer

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


def build(assistant: Assistant, filling: Filling | None = None) -> gr.Blocks:
    """Return the page.

    Args:
        assistant: the library that answers.
        filling: the first filling of the library, started or about to be; questions wait for it.
    """
    page = _Page(assistant, filling or Filling(assistant))
    blocks: gr.Blocks
    title = f"{words('zh').name} · {words('en').name}"
    with gr.Blocks(title=title, analytics_enabled=False, delete_cache=_KEPT) as blocks:
        parts = _lay_out(page)
        _wire(blocks, page, parts)
    return blocks


def _lay_out(page: _Page) -> _Parts:
    w = words("zh")
    with gr.Row(elem_id="top"):
        head = gr.HTML(render_header([], "zh"), elem_id="head")
        language = gr.Radio(LANGUAGES, value="zh", show_label=False, container=False, elem_id="language", label="语言 / Language")
    with gr.Tabs(elem_id="tabs"):
        with gr.Tab(w.tab, id="ask", elem_id="ask-tab") as tab:
            parts = _lay_out_asking(page, language, head, tab)
        BenefitsTab(page.assistant, page.filling).build(language)
    return parts


def _lay_out_asking(page: _Page, language: gr.Radio, head: gr.HTML, tab: gr.Tab) -> _Parts:
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
    shown, timer = gr.State(None, time_to_live=3600), gr.Timer(1.0, active=page.filling.running)
    told = (staff, enterprise, tuple(buttons))
    return _Parts(language, head, tab, question, ask, filters, jurisdiction, kind, as_of, clear, examples, *told, result, shown, timer)


def _wire(blocks: gr.Blocks, page: _Page, parts: _Parts) -> None:
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    labelled = [parts.head, parts.result, *parts.labels("zh")]

    def switch(request: gr.Request, language: str, shown: Shown) -> dict[Any, Any]:
        return {parts.head: page.head(request, language), parts.result: page.again(shown, language), **parts.labels(language)}

    def greet(request: gr.Request) -> dict[Any, Any]:
        language = preferred_language(request.headers.get("accept-language", ""))
        return {parts.language: language, parts.timer: gr.Timer(active=page.filling.running), **switch(request, language, None)}

    def tick(request: gr.Request, language: str) -> tuple[str, gr.Timer]:
        return page.head(request, language), gr.Timer(active=page.filling.running)

    blocks.load(greet, None, [parts.language, parts.timer, *labelled], **quiet)
    parts.language.input(switch, [parts.language, parts.shown], labelled, concurrency_limit=None, **quiet)
    parts.language.change(None, [parts.language], None, js=_LANG_JS, **quiet)
    parts.timer.tick(tick, [parts.language], [parts.head, parts.timer], **quiet)
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


def mount(app: FastAPI, assistant: Assistant, filling: Filling | None = None) -> FastAPI:
    """Return ``app`` with the page at ``/``; routes that ``app`` already has come first."""
    theme = gr.themes.Default(primary_hue="blue", neutral_hue="slate", radius_size="sm", font=_SANS, font_mono=_MONO).set(
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_600",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
    )
    blocks = build(assistant, filling)
    blocks.has_launched = True  # until then Gradio takes any file that an event names, and mounting alone does not set it
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=theme,
        css_paths=[Path(__file__).with_name("page.css"), Path(__file__).with_name("worksheet.css")],
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        max_file_size=assistant.settings.max_upload_mb * 1_000_000,
    )
    return mounted


def uploads_folder() -> Path:
    """Return the folder in which Gradio keeps what is sent to the page, until an event takes it."""
    return Path(get_upload_folder())
