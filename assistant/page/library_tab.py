"""The tab that shows what is in the library, and in which librarians take in, correct, replace and remove documents.

Everybody sees what they may see. The controls of librarians are not drawn for others, and each of their events asks again who sends it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import yaml

from assistant.access.people import Right
from assistant.benefits.profile_fields import Said
from assistant.documents import Kind, Status
from assistant.errors import AssistantError, SourceNotFound
from assistant.filling import Filling
from assistant.intake import MOST_FILES, take_in, written
from assistant.library.listing import matching
from assistant.library.registry import Coverage
from assistant.page.events import QUICK, QUIET
from assistant.page.library_parts import STEP, Parts, lay_out
from assistant.page.library_view import FileState, render_done, render_files, render_gone, render_list, render_nothing_open, render_removed, render_source
from assistant.page.metadata_form import form_values, given_only, no_values, read_form
from assistant.page.page_words import words
from assistant.page.rendering import render_error, render_filling
from assistant.page.troubles import readable
from assistant.page.visitors import library_for, visitor
from assistant.pipeline import Assistant

_PROBES, _PROBE_LENGTH = 3, 200
"""Passages of a removed document that are searched for afterwards, and how many characters of each."""
_FORBIDDEN = Said("您的角色不能修改资料库，请联系资料管理员或系统管理员。", "Your role may not change the library. Ask a librarian or an administrator.")
_NO_FILES = Said("请先选择文件。", "Choose files first.")
_TOO_MANY = Said("一次最多上传 {most} 个文件，请分批上传。", "Up to {most} files can be taken in at once. Send them in parts.")
_NO_DOCUMENT = Said("请先在左侧打开一份文件。", "Open a document first.")
_SAVED, _SAME = Said("已保存，索引已更新。", "Saved, and the index follows it."), Said("没有需要保存的修改。", "There was nothing to save.")
_RENEWED = Said("已重新读取并建立索引：{n} 个段落。", "Read and indexed anew: {n} passages.")
_IN_STEP = Said("资料库完好：每个段落都有向量，没有多余的向量。", "All is well: each passage has its vector, and no vector is left over.")
_MENDED = Said("已修复：清除多余向量 {orphans} 个，补齐缺失向量 {missing} 个。", "Mended: {orphans} left-over vectors cleared, {missing} missing ones made.")
_REBUILT = Said("向量索引已重建，共 {n} 个向量。", "The vector index is filled again: {n} vectors.")


@dataclass(frozen=True, slots=True)
class LibraryTab:
    """The events of the tab over one library."""

    assistant: Assistant
    filling: Filling

    # -- looking ----------------------------------------------------------------------------------------------

    def look(self, request: gr.Request, language: str, query: str | None, kind: str, status: str, most: int, chosen: str) -> tuple[str, Any]:
        """Return the list of what the visitor may see and looks for, and whether there is more of it."""
        try:
            library = library_for(self.assistant, request)
            found = matching(library.sources(), query or "", Kind(kind) if kind else None, Status(status) if status else None)
            html = render_list(found[:most], library.texts.coverage(), len(found), chosen, language)
        except (AssistantError, ValueError) as error:
            return render_error(readable(error, language), language), gr.update(visible=False)
        return html, gr.update(visible=len(found) > most)

    def show(self, request: gr.Request, language: str, chosen: str, find: str | None) -> str:
        """Return the document that is open, as the visitor may see it."""
        if not chosen:
            return render_nothing_open(language)
        library = library_for(self.assistant, request)
        try:
            source = library.source(chosen)
            row = next(row for row in library.sources() if row.metadata.id == chosen)
        except (SourceNotFound, StopIteration, UnicodeError):  # an event may name anything
            return render_gone(language)
        except AssistantError as error:
            return render_error(readable(error, language), language)
        coverage = library.texts.coverage().get(chosen, Coverage(0, ()))
        return render_source(row, source, coverage, library.texts.passages_of(chosen), find or "", language)

    def values(self, request: gr.Request, chosen: str) -> Sequence[str | None]:
        """Return the entries of the form for the document that is open, in order of ``FIELDS``."""
        try:
            return form_values(library_for(self.assistant, request).source(chosen).metadata)
        except (AssistantError, UnicodeError):
            return no_values()

    # -- changing ---------------------------------------------------------------------------------------------

    def take(self, request: gr.Request, language: str, sent: Sequence[str] | None, *said: Any) -> Iterator[tuple[str, Any]]:
        """Yield the report on the files that were sent while they are taken in one by one; last the field for files is emptied."""
        problem = self._refusal(request, language)
        if not problem and not sent:
            problem = render_error(_NO_FILES.in_(language), language)
        if not problem and len(sent or ()) > MOST_FILES:
            problem = render_error(_TOO_MANY.in_(language).format(most=MOST_FILES), language)
        try:
            given = given_only(read_form(said, language))
        except AssistantError as error:
            problem = problem or render_error(readable(error, language), language)
        if problem:
            yield problem, gr.update()
            return
        try:
            for states in self._taking([Path(path) for path in sent or ()], yaml.safe_dump(given, allow_unicode=True) if given else ""):
                yield render_files(states, language), gr.update(value=None)
        except AssistantError as error:
            yield render_error(readable(error, language), language), gr.update(value=None)
        except Exception:
            yield self._failed(language), gr.update(value=None)

    def _taking(self, paths: Sequence[Path], metadata: str) -> Iterator[list[FileState]]:
        """Yield how far each file is. What was sent is deleted from where the page keeps it: from then on it is the library's."""
        states = {path.name: FileState(path.name, "waiting") for path in paths}
        try:
            with ExitStack() as stack:
                files = [(path.name, stack.enter_context(path.open("rb"))) for path in paths]
                _mark_next(states)
                yield list(states.values())
                for report in take_in(self.assistant.curator, files, metadata):
                    states[report.path.name] = FileState(report.path.name, report.outcome, report)
                    _mark_next(states)
                    yield list(states.values())
        finally:
            for path in paths:
                path.unlink(missing_ok=True)

    def amend(self, request: gr.Request, language: str, chosen: str, *said: Any) -> str:
        """Change what is known of the document that is open; return what came of it."""

        def work() -> str:
            report = self.assistant.curator.amend(chosen, read_form(said, language))
            return render_done((_SAME if report.outcome == "unchanged" else _SAVED).in_(language))

        return self._changed(request, language, chosen, work)

    def replace(self, request: gr.Request, language: str, chosen: str, sent: str | None) -> tuple[str, Any]:
        """Put a new version in the place of the document that is open; return what came of it, and empty the field."""

        def work() -> str:
            if not sent:
                return render_error(_NO_FILES.in_(language), language)
            *_, states = self._taking([Path(sent)], written(self.assistant.source(chosen).metadata))
            return render_files(states, language)

        return self._changed(request, language, chosen, work), gr.update(value=None)

    def reindex(self, request: gr.Request, language: str, chosen: str) -> str:
        """Read the document that is open again; return what came of it."""

        def work() -> str:
            report = self.assistant.curator.reindex(chosen)
            return render_done(_RENEWED.in_(language).format(n=report.passages))

        return self._changed(request, language, chosen, work)

    def remove(self, request: gr.Request, language: str, chosen: str) -> tuple[str, str]:
        """Remove the document that is open; return the proof, and what is open now."""
        gone = False

        def work() -> str:
            nonlocal gone
            source = self.assistant.source(chosen)
            words_of_it = [p.text[:_PROBE_LENGTH] for p in self.assistant.texts.passages_of(chosen)[:_PROBES]]
            left = self.assistant.remove(chosen)
            gone = True
            left["search"] = sum(hit.source.id == chosen for said in words_of_it for hit in self.assistant.search(said, 100))
            return render_removed(source.title or chosen, left, language)

        return self._changed(request, language, chosen, work), "" if gone else chosen

    def check(self, request: gr.Request, language: str) -> str:
        """Compare vectors with passages and mend what is out of step; return what had been wrong."""

        def work() -> str:
            found = self.assistant.doctor()
            said = _IN_STEP if found.clean else _MENDED
            return render_done(said.in_(language).format(orphans=len(found.orphans), missing=len(found.missing)))

        return self._changed(request, language, "-", work)

    def rebuild(self, request: gr.Request, language: str) -> str:
        """Fill the vector index again."""

        def work() -> str:
            return render_done(_REBUILT.in_(language).format(n=len(self.assistant.doctor(rebuild=True).missing)))

        return self._changed(request, language, "-", work)

    def _changed(self, request: gr.Request, language: str, chosen: str, work: Callable[[], str]) -> str:
        """Return what ``work`` says, or why it was not done."""
        if problem := self._refusal(request, language):
            return problem
        if not chosen:
            return render_error(_NO_DOCUMENT.in_(language), language)
        try:
            return work()
        except AssistantError as error:
            return render_error(readable(error, language), language)
        except Exception:
            return self._failed(language)

    def _refusal(self, request: gr.Request, language: str) -> str:
        """Return why the library cannot be changed now by who asks, or nothing."""
        if not visitor(request).may(Right.CURATE):
            return render_error(_FORBIDDEN.in_(language), language)
        if self.filling.running:
            return render_filling(self.filling.done, self.filling.total, self.filling.name, language)
        return ""

    @staticmethod
    def _failed(language: str) -> str:
        logging.getLogger(__name__).exception("an event of the library tab failed")  # the trace is for the log, not for the page
        return render_error(words(language).internal, language)


def build(assistant: Assistant, filling: Filling, language: gr.Radio) -> None:
    """Add the tab to the page being built; it follows ``language``."""
    tab = LibraryTab(assistant, filling)
    parts = lay_out()
    _wire_looking(tab, parts, language)
    _wire_changing(tab, parts, language)




def _redrawing(tab: LibraryTab, parts: Parts, language: gr.Radio) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the events that draw the list and the document that is open."""
    looked_for = [language, parts.query, parts.kind, parts.status, parts.most, parts.chosen]
    listing = {"fn": tab.look, "inputs": looked_for, "outputs": [parts.listed, parts.more], **QUICK}
    showing = {"fn": tab.show, "inputs": [language, parts.chosen, parts.find], "outputs": [parts.document], **QUICK}
    return listing, showing


def _wire_looking(tab: LibraryTab, parts: Parts, language: gr.Radio) -> None:
    listing, showing = _redrawing(tab, parts, language)

    def greet(request: gr.Request) -> list[Any]:
        return [gr.update(visible=visitor(request).may(Right.CURATE)) for _ in parts.curating]

    def choose(event: gr.EventData) -> tuple[str, str]:
        return str(event.source), ""

    def open_(request: gr.Request, chosen: str) -> list[Any]:
        curates = visitor(request).may(Right.CURATE)
        return [gr.update(visible=True), gr.update(visible=curates), "", *_asked(False), *tab.values(request, chosen)]

    opened = [parts.find, parts.managing, parts.done, *parts.confirming, *parts.known]
    parts.tab.select(greet, None, parts.curating, **QUICK).then(**listing)
    searched = [parts.query.change, parts.kind.input, parts.status.input]
    gr.on(searched, lambda: STEP, None, [parts.most], trigger_mode="always_last", **QUICK).then(**listing)
    parts.more.click(lambda most: most + STEP, [parts.most], [parts.most], **QUICK).then(**listing)
    chosen = parts.listed.select(choose, None, [parts.chosen, parts.find], **QUICK)
    chosen.then(open_, [parts.chosen], opened, **QUICK)
    chosen.then(**showing).then(None, None, None, js="() => { document.getElementById('document-title')?.focus(); }", **QUICK)
    chosen.then(**listing)
    parts.find.change(**showing, trigger_mode="always_last")
    language.change(parts.labels, [language], parts.labelled, **QUICK).then(**listing)
    language.change(**showing)


def _wire_changing(tab: LibraryTab, parts: Parts, language: gr.Radio) -> None:
    listing, showing = _redrawing(tab, parts, language)
    writing: dict[str, Any] = {**QUIET, "show_progress": "minimal", "concurrency_limit": 1, "concurrency_id": "library"}
    open_one = [language, parts.chosen]

    parts.take.click(tab.take, [language, parts.files, *parts.given], [parts.report, parts.files], **writing).then(**listing)
    parts.save.click(tab.amend, [*open_one, *parts.known], [parts.done], **writing).then(**showing).then(**listing)
    replaced = parts.replace.click(tab.replace, [*open_one, parts.version], [parts.done, parts.version], **writing)
    replaced.then(**showing).then(**listing)
    parts.reindex.click(tab.reindex, open_one, [parts.done], **writing).then(**showing).then(**listing)
    parts.remove.click(lambda: _asked(True), None, parts.confirming, **QUICK)
    parts.keep.click(lambda: _asked(False), None, parts.confirming, **QUICK)
    removed = parts.confirm.click(tab.remove, open_one, [parts.done, parts.chosen], **writing)
    closed = removed.then(_closed, [parts.chosen], [parts.find, parts.managing, *parts.confirming], **QUICK)
    closed.then(**showing).then(**listing)
    parts.check.click(tab.check, [language], [parts.health], **writing)
    parts.rebuild.click(tab.rebuild, [language], [parts.health], **writing)


def _closed(chosen: str) -> list[Any]:
    """Return the updates of what belongs to an open document, after one was to be removed."""
    is_open = bool(chosen)
    return [gr.update(visible=is_open), gr.update(visible=is_open), *_asked(False)]


def _asked(asking: bool) -> list[Any]:
    """Return the updates of the buttons that remove a document: one that asks, then two that answer."""
    return [gr.update(visible=not asking), gr.update(visible=asking), gr.update(visible=asking)]


def _mark_next(states: dict[str, FileState]) -> None:
    """Mark the file that is read next: they are read in order of their names."""
    waiting = sorted(name for name, state in states.items() if state.state == "waiting")
    if waiting:
        states[waiting[0]] = FileState(waiting[0], "reading")
