"""The tab that shows how well the assistant answers: the last weeks, the latest refusals and the evaluation. For who may read what others asked."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.access.people import Right
from assistant.benefits.profile_fields import Said
from assistant.errors import AssistantError
from assistant.filling import Filling
from assistant.page.events import QUICK
from assistant.page.page_words import words
from assistant.page.quality_view import render_refusals, render_report, render_review
from assistant.page.rendering import render_error
from assistant.page.troubles import readable
from assistant.page.visitors import visitor
from assistant.pipeline import Assistant
from assistant.reports import latest_report
from assistant.review import review

_TAB = Said("质量", "Quality")
_WEEKS, _SPAN = Said("最近 {n} 周", "last {n} weeks"), Said("时间范围", "Time")
_CHOICES = (4, 12, 26)
_FORBIDDEN = Said("您的角色不能查看他人的提问。", "Your role may not read what others have asked.")


@dataclass(frozen=True, slots=True)
class QualityTab:
    """The events of the tab over one library."""

    assistant: Assistant

    def show(self, request: gr.Request, language: str, weeks: int) -> tuple[str, str, str]:
        """Return the plots, the refusals and the report."""
        if not visitor(request).may(Right.REVIEW):
            return render_error(_FORBIDDEN.in_(language), language), "", ""
        try:
            found = review(self.assistant, weeks if weeks in _CHOICES else _CHOICES[0], dt.datetime.now(dt.UTC).date())
            plots, refusals = render_review(found, language), render_refusals(found, language)
        except AssistantError as error:
            plots, refusals = render_error(readable(error, language), language), ""
        except Exception:  # the trace is for the log, not for the page
            logging.getLogger(__name__).exception("the review of the last weeks failed")
            plots, refusals = render_error(words(language).internal, language), ""
        return plots, refusals, self._report(language)

    def _report(self, language: str) -> str:
        path = latest_report(self.assistant.settings.home)
        try:
            html = path.read_text(encoding="utf-8") if path else None
            day = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date() if path else None
        except (OSError, UnicodeDecodeError):  # it was removed or is being written
            html = day = None
        return render_report(html, day, language)


def build(assistant: Assistant, filling: Filling, language: gr.Radio) -> None:
    """Add the tab to the page being built; it follows ``language``, and is not there for who may not read what others asked."""
    page = QualityTab(assistant)
    with gr.Tab(_TAB.zh, id="quality", elem_id="quality-tab") as tab:
        weeks = gr.Radio(_choices("zh"), value=_CHOICES[1], label=_SPAN.zh, elem_id="quality-weeks")
        plots = gr.HTML("", elem_id="quality-plots")
        refusals = gr.HTML("", elem_id="quality-refusals")
        report = gr.HTML("", elem_id="quality-report")

    def greet(request: gr.Request, chosen: str) -> tuple[Any, Any]:
        allowed = visitor(request).may(Right.REVIEW)
        return gr.update(label=_TAB.in_(chosen), visible=allowed), gr.update(choices=_choices(chosen), label=_SPAN.in_(chosen))

    showing: dict[str, Any] = {"fn": page.show, "inputs": [language, weeks], "outputs": [plots, refusals, report], **QUICK}
    gr.on(None, greet, [language], [tab, weeks], **QUICK)  # when the page is opened, and when its language changes
    tab.select(**showing)
    weeks.input(**showing)
    language.input(**showing)


def _choices(language: str) -> list[tuple[str, int]]:
    return [(_WEEKS.in_(language).format(n=n), n) for n in _CHOICES]
