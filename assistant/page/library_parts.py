"""The components of the library tab, and how they are laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.benefits.profile_fields import Said
from assistant.page import library_words as w
from assistant.page.library_view import render_nothing_open
from assistant.page.metadata_form import form_labels, lay_out_form

STEP = 20
"""Documents listed at once, and added by each "show more"."""
_CHOOSE_JS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-source]');
  if (button) trigger('select', {source: button.dataset.source});
});
"""


@dataclass(slots=True)
class Parts:
    """The components of the tab."""

    tab: gr.Tab
    query: gr.Textbox
    kind: gr.Dropdown
    status: gr.Dropdown
    listed: gr.HTML
    more: gr.Button
    most: gr.State
    chosen: gr.State
    find: gr.Textbox
    document: gr.HTML
    uploading: gr.Accordion
    files: gr.File
    adding: gr.Accordion
    given: list[Any]
    take: gr.Button
    report: gr.HTML
    managing: gr.Column
    amending: gr.Accordion
    known: list[Any]
    save: gr.Button
    replacing: gr.Accordion
    version: gr.File
    replace: gr.Button
    reindex: gr.Button
    remove: gr.Button
    confirm: gr.Button
    keep: gr.Button
    done: gr.HTML
    maintaining: gr.Accordion
    check: gr.Button
    rebuild: gr.Button
    health: gr.HTML

    @property
    def curating(self) -> list[Any]:
        """What only librarians see, whatever is open."""
        return [self.uploading, self.maintaining]

    @property
    def confirming(self) -> list[Any]:
        """The buttons that remove a document."""
        return [self.remove, self.confirm, self.keep]

    @property
    def labelled(self) -> list[Any]:
        """What has words of its own."""
        return list(self.labels("zh"))

    def labels(self, language: str) -> dict[Any, Any]:
        """Return the updates that put every label into ``language``."""
        named: list[tuple[Any, Said]] = [
            (self.tab, w.TAB),
            (self.query, w.SEARCH),
            (self.kind, w.KIND),
            (self.status, w.STATUS_LABEL),
            (self.find, w.FIND),
            (self.uploading, w.UPLOAD),
            (self.files, w.DROP),
            (self.adding, w.KNOWN),
            (self.amending, w.AMEND),
            (self.replacing, w.REPLACE),
            (self.version, w.REPLACE_DROP),
            (self.maintaining, w.MAINTENANCE),
        ]
        pressed: list[tuple[Any, Said]] = [
            (self.more, w.MORE),
            (self.take, w.TAKE),
            (self.save, w.SAVE),
            (self.replace, w.NEW_VERSION),
            (self.reindex, w.REINDEX),
            (self.remove, w.REMOVE),
            (self.confirm, w.CONFIRM),
            (self.keep, w.CANCEL),
            (self.check, w.CHECK),
            (self.rebuild, w.REBUILD),
        ]
        out: dict[Any, Any] = {part: {"label": said.in_(language)} for part, said in named}
        out[self.kind]["choices"] = _filter("kind", language)
        out[self.status]["choices"] = _filter("status", language)
        out |= {part: {"value": said.in_(language)} for part, said in pressed}
        forms = form_labels(self.given, language, fresh=True) | form_labels(self.known, language, fresh=False)
        return {part: gr.update(**changes) for part, changes in out.items()} | forms


def _filter(name: str, language: str) -> list[tuple[str, str]]:
    return [(w.ALL.in_(language), ""), *((said.in_(language), value) for value, said in w.vocabulary(name).items())]


def lay_out() -> Parts:
    """Lay the tab out in the page being built."""
    with gr.Tab(w.TAB.zh, id="library", elem_id="library-tab") as tab:
        with gr.Accordion(w.UPLOAD.zh, open=False, visible=False, elem_id="library-upload") as uploading:
            files = gr.File(label=w.DROP.zh, file_count="multiple", elem_id="library-files", height=160)
            with gr.Accordion(w.KNOWN.zh, open=False, elem_id="library-given") as adding:
                given = lay_out_form("given", fresh=True)
            take = gr.Button(w.TAKE.zh, variant="primary", elem_id="library-take", min_width=120)
            report = gr.HTML("", elem_id="library-report")
        with gr.Row(elem_id="library-columns"):
            with gr.Column(scale=5, min_width=320):
                query = gr.Textbox(label=w.SEARCH.zh, max_lines=1, max_length=200, elem_id="library-query")
                with gr.Row():
                    kind = gr.Dropdown(_filter("kind", "zh"), value="", label=w.KIND.zh, elem_id="library-kind", min_width=140)
                    status = gr.Dropdown(_filter("status", "zh"), value="", label=w.STATUS_LABEL.zh, elem_id="library-status", min_width=140)
                listed = gr.HTML("", elem_id="library-list", js_on_load=_CHOOSE_JS)
                more = gr.Button(w.MORE.zh, size="sm", visible=False, elem_id="library-more")
                with gr.Accordion(w.MAINTENANCE.zh, open=False, visible=False, elem_id="library-maintenance") as maintaining:
                    with gr.Row():
                        check = gr.Button(w.CHECK.zh, size="sm", elem_id="library-check", min_width=120)
                        rebuild = gr.Button(w.REBUILD.zh, size="sm", elem_id="library-rebuild", min_width=120)
                    health = gr.HTML("", elem_id="library-health")
            with gr.Column(scale=7, min_width=320):
                done = gr.HTML("", elem_id="library-done")
                find = gr.Textbox(label=w.FIND.zh, max_lines=1, max_length=200, visible=False, elem_id="library-find")
                document = gr.HTML(render_nothing_open("zh"), elem_id="library-document")
                managed = _lay_out_managing()
        most, chosen = gr.State(STEP), gr.State("")
    looking = {"query": query, "kind": kind, "status": status, "listed": listed, "more": more, "most": most, "chosen": chosen, "find": find}
    taking = {"uploading": uploading, "files": files, "adding": adding, "given": given, "take": take, "report": report}
    keeping = {"maintaining": maintaining, "check": check, "rebuild": rebuild, "health": health}
    parts: dict[str, Any] = {**looking, **taking, **keeping, **managed, "document": document, "done": done}
    return Parts(tab=tab, **parts)


def _lay_out_managing() -> dict[str, Any]:
    """Lay out what librarians do with the document that is open."""
    with gr.Column(visible=False, elem_id="library-manage") as managing:
        with gr.Accordion(w.AMEND.zh, open=False, elem_id="library-amend") as amending:
            known = lay_out_form("known", fresh=False)
            save = gr.Button(w.SAVE.zh, variant="primary", size="sm", elem_id="library-save")
        with gr.Accordion(w.REPLACE.zh, open=False, elem_id="library-replace") as replacing:
            version = gr.File(label=w.REPLACE_DROP.zh, file_count="single", elem_id="library-version", height=120)
            replace = gr.Button(w.NEW_VERSION.zh, size="sm", elem_id="library-replace-now")
        with gr.Row():
            reindex = gr.Button(w.REINDEX.zh, size="sm", elem_id="library-reindex", min_width=140)
            remove = gr.Button(w.REMOVE.zh, size="sm", elem_id="library-remove", min_width=140)
            confirm = gr.Button(w.CONFIRM.zh, size="sm", variant="stop", visible=False, elem_id="library-confirm", min_width=140)
            keep = gr.Button(w.CANCEL.zh, size="sm", visible=False, elem_id="library-keep", min_width=140)
    changing = {"managing": managing, "amending": amending, "known": known, "save": save, "replacing": replacing, "version": version, "replace": replace}
    return {**changing, "reindex": reindex, "remove": remove, "confirm": confirm, "keep": keep}
