"""The frame of the page: its head, its language, and the tabs, each a module with a function ``build``.

A tab's ``build(assistant, filling, language)`` adds the tab to the page being built. It starts in Chinese and follows
``language``; who is there, and what the library is to them, an event asks of ``visitors``.
"""

from __future__ import annotations

import contextlib
import os
import traceback
from pathlib import Path

import gradio as gr
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from gradio.routes import App
from gradio.utils import get_upload_folder

from assistant.errors import AssistantError
from assistant.filling import Filling
from assistant.library.disk import disk_fault
from assistant.page import ask_tab, benefits_tab, library_tab, quality_tab, tools_tab
from assistant.page.events import QUICK
from assistant.page.page_words import LANGUAGE_COOKIE, chosen_language, words
from assistant.page.rendering import render_error, render_header
from assistant.page.troubles import readable, reworded
from assistant.page.visitors import library_for, visitor
from assistant.pipeline import Assistant
from assistant.tools.report_html import STYLE

TABS = (ask_tab, benefits_tab, tools_tab, library_tab, quality_tab)
"""In the order in which they stand."""
LANGUAGES = [("中文", "zh"), ("English", "en")]
_HERE = Path(__file__).parent
_SANS = ("system-ui", "-apple-system", "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
_MONO = ("ui-monospace", "Consolas", "monospace")
_KEPT = (3600, 3600)
"""Seconds between clearings of the files that were offered for download, and their age from which they go."""


def build(assistant: Assistant, filling: Filling | None = None) -> gr.Blocks:
    """Return the page.

    Args:
        assistant: the library that answers.
        filling: the first filling of the library, started or about to be; questions wait for it.
    """
    filling = filling or Filling(assistant)
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000000")  # else Gradio sums up all events with pandas after each, for nobody
    blocks: gr.Blocks
    title = f"{words('zh').name} · {words('en').name}"
    with gr.Blocks(title=title, analytics_enabled=False, delete_cache=_KEPT) as blocks:
        with gr.Row(elem_id="top"):
            head = gr.HTML(render_header([], "zh", ""), elem_id="head")
            language = gr.Radio(LANGUAGES, value="zh", show_label=False, container=False, elem_id="language", label="语言 / Language")
        with gr.Tabs(elem_id="tabs") as tabs:
            for tab in TABS:
                tab.build(assistant, filling, language)
        _wire(blocks, assistant, filling, head, language, tabs)
    return blocks


def _wire(blocks: gr.Blocks, assistant: Assistant, filling: Filling, head: gr.HTML, language: gr.Radio, tabs: gr.Tabs) -> None:
    timer = gr.Timer(1.0, active=filling.running)

    def draw_head(request: gr.Request, chosen: str) -> str:
        name = visitor(request).name
        try:
            drawn = render_header([row.metadata for row in library_for(assistant, request).sources()], chosen, name)
        except AssistantError as error:
            return render_header([], chosen, name) + render_error(readable(error, chosen), chosen)
        told = reworded(filling.trouble, chosen) if filling.trouble else filling.error  # the log has it already
        return drawn + (render_error(words(chosen).not_filled.format(error=told), chosen) if told else "")

    def greet(request: gr.Request) -> tuple[str, str, gr.Timer]:
        chosen = chosen_language(request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", ""))
        return chosen, draw_head(request, chosen), gr.Timer(active=filling.running)

    def tick(request: gr.Request, chosen: str) -> tuple[str, gr.Timer]:
        return draw_head(request, chosen), gr.Timer(active=filling.running)

    blocks.load(greet, None, [language, head, timer], **QUICK)
    language.change(None, [language], None, js="(language) => { window.assistantPage.speak(language); return [language]; }", **QUICK)
    language.input(None, [language], None, js="(language) => { window.assistantPage.remember(language); return [language]; }", **QUICK)
    language.input(draw_head, [language], [head], **QUICK)
    tabs.change(draw_head, [language], [head], **QUICK)  # the library may have changed in the tab that is left
    timer.tick(tick, [language], [head, timer], **QUICK)


def mount(app: FastAPI, assistant: Assistant, filling: Filling | None = None) -> FastAPI:
    """Return ``app`` with the page at ``/``; routes that ``app`` already has come first."""
    theme = gr.themes.Default(primary_hue="blue", neutral_hue="slate", radius_size="sm", font=_SANS, font_mono=_MONO).set(
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_600",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
    )
    blocks = build(assistant, filling)
    blocks.queue(api_open=False)  # what is queued runs only from the queue, which limits how many run at once
    blocks.has_launched = True  # until then Gradio takes any file that an event names, and mounting alone does not set it
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=theme,
        css_paths=[_HERE / "page.css", *sorted(set(_HERE.glob("*.css")) - {_HERE / "page.css"}), STYLE],  # the tokens first
        head=f"<script>{(_HERE / 'page.js').read_text(encoding='utf-8')}</script>",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        max_file_size=assistant.settings.max_upload_mb * 1_000_000,
    )
    page = next(below for route in mounted.routes if isinstance(below := getattr(route, "app", None), App))
    page.add_exception_handler(OSError, _not_kept)
    return mounted


async def _not_kept(request: Request, error: Exception) -> Response:
    """Return what the page shows where the disk does not take what is sent to it, and delete the part that it took, which Gradio leaves behind."""
    fault = disk_fault(error, uploads_folder())
    if fault is None:
        raise error
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for file in getattr(frame.f_locals.get("self"), "_files_to_close_on_error", ()):
            with contextlib.suppress(OSError):  # to close it writes what is left
                file.close()
            Path(file.name).unlink(missing_ok=True)
    language = chosen_language(request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", ""))
    return PlainTextResponse(readable(fault, language), 503, {"Retry-After": "5"})


def uploads_folder() -> Path:
    """Return the folder in which Gradio keeps what is sent to the page, until an event takes it."""
    return Path(get_upload_folder())
