"""The tab of the page that computes benefits: a form over the fields of a profile, saved profiles, the worksheet and its exports.

Nothing is filled in for the asker: every question starts at "unknown", and what is not known is asked for by the worksheet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from assistant.benefits.profile import Profile, written
from assistant.benefits.profile_fields import Said, fields, sections
from assistant.benefits.profile_store import ProfileStore
from assistant.benefits.worksheet_export import write_csv, write_docx
from assistant.benefits.worksheet_html import render_worksheet
from assistant.errors import ProfileError
from assistant.filling import Filling
from assistant.page.benefits_form import blank, lay_out_form, read_form, wording
from assistant.page.events import QUICK
from assistant.page.exporting import Exports, hidden, show_result
from assistant.page.visitors import library_for, visitor
from assistant.pipeline import Assistant
from assistant.results import Scope

_TAB = Said("权益测算", "Benefits")
_INTRO = Said(
    "填写企业的情况，未知的留空或选“未知”，然后点“测算”。每一项都列出条件、算式和所依据的原文；所填内容只在本机处理。",
    "Say what is known of the enterprise, leave the rest unknown, and compute. Each row has its conditions, its formula and the words "
    "it rests on; nothing leaves this machine.",
)
_DAY = Said("按哪一天的效力测算（年-月-日）", "As of (year-month-day)")
_COMPUTE, _CLEAR = Said("测算", "Compute"), Said("清空表单", "Clear the form")
_SAVED = Said("已保存的企业（只存在本机）", "Saved profiles (on this machine only)")
_NAME, _SAVE = Said("保存为", "Save as"), Said("保存", "Save")
_LOAD, _DELETE = Said("载入", "Load"), Said("删除", "Delete")
_STORE = Said("已保存的企业", "Saved profiles")
_CSV, _DOCX = Said("下载 CSV", "Download CSV"), Said("下载 Word", "Download Word")
_EMPTY = Said("填写表单后点“测算”，测算表会显示在这里。", "Fill in the form and compute: the worksheet appears here.")
_BAD_DAY = Said(
    "日期 {value!r} 不是“年-月-日”的形式，请改成例如 2026-05-01，或留空表示今天。",
    "{value!r} is not a day: write 2026-05-01, say, or nothing for today.",
)

Shown = tuple[Profile, dt.date | None] | None
"""What the worksheet on the page was computed from, kept so that it can be shown in the other language."""


@dataclass(slots=True)
class _Parts:
    """The components of the tab."""

    tab: gr.Tab
    intro: gr.HTML
    store: gr.Accordion
    saved: gr.Dropdown
    load: gr.Button
    delete: gr.Button
    name: gr.Textbox
    save: gr.Button
    groups: dict[str, gr.Accordion]
    inputs: dict[str, Any]
    as_of: gr.Textbox
    compute: gr.Button
    clear: gr.Button
    csv: gr.DownloadButton
    docx: gr.DownloadButton
    sheet: gr.HTML
    shown: gr.State

    def labels(self, language: str) -> dict[Any, Any]:
        """Return the updates that put every label into ``language``."""
        out: dict[Any, Any] = {
            self.tab: gr.update(label=_TAB.in_(language)),
            self.intro: gr.update(value=_paragraph(_INTRO, language)),
            self.store: gr.update(label=_STORE.in_(language)),
            self.saved: gr.update(label=_SAVED.in_(language)),
            self.load: gr.update(value=_LOAD.in_(language)),
            self.delete: gr.update(value=_DELETE.in_(language)),
            self.name: gr.update(label=_NAME.in_(language)),
            self.save: gr.update(value=_SAVE.in_(language)),
            self.as_of: gr.update(label=_DAY.in_(language)),
            self.compute: gr.update(value=_COMPUTE.in_(language)),
            self.clear: gr.update(value=_CLEAR.in_(language)),
            self.csv: gr.update(label=_CSV.in_(language)),
            self.docx: gr.update(label=_DOCX.in_(language)),
        }
        out |= {group: gr.update(label=sections()[name].in_(language)) for name, group in self.groups.items()}
        out |= {part: gr.update(**wording(fields()[name], language)) for name, part in self.inputs.items()}
        return out


@dataclass
class BenefitsTab:
    """The tab over one library.

    Args:
        assistant: the library whose texts the worksheet rests on.
        filling: its first filling; the worksheet waits for it.
    """

    assistant: Assistant
    filling: Filling
    _files: Exports = field(default_factory=lambda: Exports("worksheets"))

    def store(self, request: gr.Request) -> ProfileStore:
        """Return the profiles that whoever is at the page has saved in this library's home."""
        return ProfileStore(self.assistant.settings.home, visitor(request).name)

    # -- what the events do -----------------------------------------------------------------------------------

    def compute(self, request: gr.Request, language: str, as_of: str | None, *said: str | None) -> Iterator[tuple[str, Shown, Any, Any]]:
        """Yield what to show for the form, in order of ``fields()``: the worksheet with its exports, or what is wrong with an entry."""

        def computed() -> tuple[str, Shown, Any, Any]:
            shown = (read_form(dict(zip(fields(), said, strict=True)), language), _day(as_of, language))
            return self._worksheet(request, shown, language)

        yield from show_result(self.filling, language, computed)

    def _worksheet(self, request: gr.Request, shown: tuple[Profile, dt.date | None], language: str) -> tuple[str, Shown, Any, Any]:
        profile, day = shown
        sheet = library_for(self.assistant, request).check_benefits(profile, Scope(as_of=day), language)
        stem = self._files.new_folder()
        name = f"worksheet-{sheet.as_of.isoformat()}"
        csv, docx = stem / f"{name}.csv", stem / f"{name}.docx"
        write_csv(sheet, csv)
        write_docx(sheet, docx)
        return render_worksheet(sheet), shown, gr.update(value=str(csv), visible=True), gr.update(value=str(docx), visible=True)

    def again(self, request: gr.Request, shown: Shown, language: str) -> tuple[str, Shown, Any, Any]:
        """Return what is shown, in ``language``."""
        if shown is None:
            return _state(_EMPTY, language), None, hidden(), hidden()
        return self._worksheet(request, shown, language)

    def save(self, request: gr.Request, language: str, name: str, *said: str | None) -> Any:
        """Save the form as a profile, and offer it among the saved ones."""
        try:
            self.store(request).save(name.strip(), read_form(dict(zip(fields(), said, strict=True)), language))
        except ProfileError as error:
            raise gr.Error(str(error), duration=8) from error
        return gr.update(choices=self.store(request).names(), value=name.strip())

    def load(self, request: gr.Request, name: str | None) -> list[str]:
        """Return the values of the form for a saved profile, in order of ``fields()``."""
        if not name:
            return blank_form()
        try:
            known = written(self.store(request).load(name))
        except ProfileError as error:
            raise gr.Error(str(error), duration=8) from error
        return [known.get(of.name, blank(of)) for of in fields().values()]

    def delete(self, request: gr.Request, name: str | None) -> Any:
        """Forget a saved profile."""
        if name:
            self.store(request).delete(name)
        return gr.update(choices=self.store(request).names(), value=None)

    def offer(self, request: gr.Request) -> Any:
        """Offer the saved profiles."""
        return gr.update(choices=self.store(request).names())

    # -- laying out and wiring --------------------------------------------------------------------------------

    def lay_out(self, language: gr.Radio) -> None:
        """Lay the tab out and wire it; it follows ``language``."""
        parts = self._lay_out()
        inputs = list(parts.inputs.values())
        drawn = [parts.sheet, parts.shown, parts.csv, parts.docx]
        asked = [language, parts.as_of, *inputs]
        parts.compute.click(self.compute, asked, drawn, show_progress="minimal", api_name="benefits", concurrency_limit=2)
        parts.clear.click(blank_form, None, inputs, **QUICK)
        parts.save.click(self.save, [language, parts.name, *inputs], [parts.saved], **QUICK)
        parts.load.click(self.load, [parts.saved], inputs, **QUICK)
        parts.delete.click(self.delete, [parts.saved], [parts.saved], **QUICK)
        parts.tab.select(self.offer, None, [parts.saved], **QUICK)

        def switch(request: gr.Request, chosen: str, shown: Shown) -> dict[Any, Any]:
            return {**parts.labels(chosen), **self._redrawn(request, parts, shown, chosen)}

        language.change(switch, [language, parts.shown], [*parts.labels("zh"), parts.sheet], **QUICK)

    def _redrawn(self, request: gr.Request, parts: _Parts, shown: Shown, language: str) -> dict[Any, Any]:
        """Return the updates of the worksheet and its downloads, each with its label in ``language``."""
        sheet, _, csv, docx = self.again(request, shown, language)
        return {parts.sheet: sheet, parts.csv: {**csv, "label": _CSV.in_(language)}, parts.docx: {**docx, "label": _DOCX.in_(language)}}

    def _lay_out(self) -> _Parts:
        with gr.Tab(_TAB.zh, id="benefits", elem_id="benefits-tab") as tab:
            intro = gr.HTML(_paragraph(_INTRO, "zh"), elem_id="benefits-intro")
            with gr.Accordion(_STORE.zh, open=False, elem_id="benefits-store") as store, gr.Row(elem_id="benefits-saved"):
                saved = gr.Dropdown([], value=None, label=_SAVED.zh, elem_id="benefits-profiles", min_width=200)
                load = gr.Button(_LOAD.zh, size="sm", min_width=80, elem_id="benefits-load")
                delete = gr.Button(_DELETE.zh, size="sm", min_width=80, elem_id="benefits-delete")
                name = gr.Textbox(label=_NAME.zh, max_lines=1, max_length=60, elem_id="benefits-name", min_width=200)
                save = gr.Button(_SAVE.zh, size="sm", min_width=80, elem_id="benefits-save")
            groups, inputs = lay_out_form()
            with gr.Row(elem_id="benefits-buttons"):
                as_of = gr.Textbox(label=_DAY.zh, placeholder="2026-05-01", max_lines=1, max_length=10, elem_id="benefits-as-of", min_width=220)
                compute = gr.Button(_COMPUTE.zh, variant="primary", min_width=120, elem_id="benefits-compute")
                clear = gr.Button(_CLEAR.zh, min_width=120, elem_id="benefits-clear")
            with gr.Row(elem_id="benefits-downloads"):
                csv = gr.DownloadButton(_CSV.zh, visible=False, size="sm", elem_id="benefits-csv")
                docx = gr.DownloadButton(_DOCX.zh, visible=False, size="sm", elem_id="benefits-docx")
            sheet = gr.HTML(_state(_EMPTY, "zh"), elem_id="benefits-sheet")
            shown = gr.State(None, time_to_live=3600)
        return _Parts(tab, intro, store, saved, load, delete, name, save, groups, inputs, as_of, compute, clear, csv, docx, sheet, shown)


def build(assistant: Assistant, filling: Filling, language: gr.Radio) -> None:
    """Add the tab to the page being built; it follows ``language``."""
    BenefitsTab(assistant, filling).lay_out(language)


def blank_form() -> list[str]:
    """Return the values of a form in which nothing is known, in order of ``fields()``."""
    return [blank(of) for of in fields().values()]


def _day(said: str | None, language: str) -> dt.date | None:
    if not said or not said.strip():
        return None
    try:
        return dt.date.fromisoformat(said.strip())
    except ValueError as error:
        raise ProfileError(_BAD_DAY.in_(language).format(value=said)) from error


def _paragraph(words: Said, language: str) -> str:
    return f'<p class="intro">{words.in_(language)}</p>'


def _state(words: Said, language: str) -> str:
    return f'<div class="state empty"><p>{words.in_(language)}</p></div>'
