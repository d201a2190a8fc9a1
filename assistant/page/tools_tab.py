"""The tab of the page that runs the tools: choose one, give what it asks for or try its sample, and read or download the report."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr
import yaml

from assistant.benefits.profile_fields import Said
from assistant.config import shipped
from assistant.errors import AssistantError, ToolError
from assistant.filling import Filling
from assistant.page.events import QUICK
from assistant.page.exporting import Exports, hidden, show_result
from assistant.page.tools_form import EMPTY, FIELDS, KINDS, RUN, SAMPLE, TAB, TOOL, TOOLS, WORD, Field, lay_out_field, read_field, wording
from assistant.page.visitors import library_for
from assistant.pipeline import Assistant
from assistant.reading.loading import load
from assistant.results import Scope
from assistant.tools.agreement_docx import write_commented
from assistant.tools.agreement_rules import AgreementKind
from assistant.tools.desk import BadCells, Desk, Result
from assistant.tools.quality import read_quality_rules, read_scores
from assistant.tools.report_docx import write_report
from assistant.tools.report_html import to_fragment, to_html

_HTML = Said("下载 HTML", "Download HTML")
_NO_AMOUNT = Said("还没有填数额。请至少填一项，或点“用示例数据试一试”。", "No figure is given. Fill in at least one, or try the sample.")
Shown = tuple[str, tuple[Any, ...]] | None
"""The tool and the values that the report on the page was made from, kept so that it can be shown in the other language."""


@dataclass
class ToolsTab:
    """The tab over one library.

    Args:
        assistant: the library whose texts the rules rest on.
        filling: its first filling; the tools wait for it.
    """

    assistant: Assistant
    filling: Filling
    _files: Exports = field(default_factory=lambda: Exports("tools"))

    # -- what the events do -----------------------------------------------------------------------------------

    def run(self, request: gr.Request, language: str, tool: str, *values: Any) -> Iterator[tuple[str, Shown, Any, Any]]:
        """Yield what to show for a tool: the report with its downloads, or what is wrong with what was given."""
        yield from show_result(self.filling, language, lambda: self._report(request, (tool, values), language), _plain)

    def _report(self, request: gr.Request, shown: tuple[str, tuple[Any, ...]], language: str) -> tuple[str, Shown, Any, Any]:
        tool, values = shown
        fields = [(f, read_field(f, value, language)) for (name, f), value in zip(_all_fields(), values, strict=True) if name == tool]
        given = {f.key: value for f, value in fields if value is not None}
        folder = self._files.new_folder()
        word, page = folder / f"{tool}.docx", folder / f"{tool}.html"
        result = self._compute(library_for(self.assistant, request), tool, given, language, word)
        page.write_text(to_html(result.report), encoding="utf-8")
        return to_fragment(result.report), shown, gr.update(value=str(word), visible=True), gr.update(value=str(page), visible=True)

    def _compute(self, library: Assistant, tool: str, given: Mapping[str, Any], language: str, word: Path) -> Result:
        """Run a tool, and write its report as a Word document."""
        desk = Desk(library.grounds(Scope(), language))
        if tool == "agreement":
            kind = AgreementKind(given["kind"]) if given.get("kind") in KINDS else None
            result, check = desk.agreement(load(_file(given, "file", language)), kind)
            write_commented(check, word)
            return result
        match tool:
            case "index":
                parts = {key: {f.name: given[f.key] for f in FIELDS["index"] if f.part == key and f.key in given} for key in ("scores", "evaluators", "grades")}
                result = desk.index(parts)
            case "monitor":
                result = desk.monitor(_file(given, "table", language), str(given.get("period", "")).strip())
            case "map":
                tables = [Path(given["own"])] if "own" in given else []
                result = desk.map(tables, str(given.get("search", "")), "" if given.get("search") else str(given.get("demand", "")))
            case "majors":
                result = desk.majors(_file(given, "majors", language), _thresholds(given))
            case _:
                amounts = {f.name: given[f.key] for f in FIELDS["costs"] if f.key in given}
                if not amounts:
                    raise ToolError(_NO_AMOUNT.in_(language))
                result = desk.costs(library.provisions, amounts)
        write_report(result.report, word)
        return result

    def again(self, request: gr.Request, shown: Shown, language: str) -> tuple[str, Shown, Any, Any]:
        """Return what is shown, in ``language``; nothing where it can no longer be made."""
        if shown is not None:
            return list(self.run(request, language, shown[0], *shown[1]))[-1]
        return _state(EMPTY, language), None, hidden(), hidden()

    def sample(self, tool: str) -> list[Any]:
        """Return the values of all fields with those of a tool's sample filled in."""
        values = _samples(tool)
        return [self._shared(values[f.key]) if name == tool and f.key in values else gr.skip() for name, f in _all_fields()]

    def _shared(self, value: object) -> object:
        """Return a value; of a sample file, a copy that the page may serve."""
        if not isinstance(value, Path):
            return f"{value:.10g}" if isinstance(value, (int, float)) else value
        copy = self._files.folder / value.name
        if not copy.exists():
            shutil.copyfile(value, copy)
        return str(copy)

    # -- laying out and wiring --------------------------------------------------------------------------------

    def lay_out(self, language: gr.Radio) -> None:
        """Add the tab to the page being built; it follows ``language``."""
        with gr.Tab(TAB.zh, id="tools", elem_id="tools-tab") as tab:
            tool = gr.Radio(_choices("zh"), value="agreement", label=TOOL.zh, elem_id="tools-tool")
            about = gr.HTML(_about("agreement", "zh"), elem_id="tools-about")
            groups, inputs = {}, []
            for name, fields in FIELDS.items():
                with gr.Group(visible=name == "agreement", elem_id=f"tools-{name}") as groups[name]:
                    inputs += [lay_out_field(f) for f in fields]
            with gr.Row(elem_id="tools-buttons"):
                run = gr.Button(RUN.zh, variant="primary", min_width=120, elem_id="tools-run")
                sample = gr.Button(SAMPLE.zh, min_width=120, elem_id="tools-sample")
            with gr.Row(elem_id="tools-downloads"):
                word = gr.DownloadButton(WORD.zh, visible=False, size="sm", elem_id="tools-docx")
                page = gr.DownloadButton(_HTML.zh, visible=False, size="sm", elem_id="tools-html")
            report = gr.HTML(_state(EMPTY, "zh"), elem_id="tools-report")
            shown = gr.State(None, time_to_live=3600)
        drawn = [report, shown, word, page]
        run.click(self.run, [language, tool, *inputs], drawn, show_progress="minimal", api_visibility="private", concurrency_limit=2)
        sample.click(self.sample, [tool], inputs, **QUICK)

        def choose(chosen: str, said: str) -> list[Any]:
            return [_about(chosen, said), *(gr.update(visible=name == chosen) for name in groups)]

        tool.change(choose, [tool, language], [about, *groups.values()], **QUICK)

        def switch(request: gr.Request, said: str, chosen: str, last: Shown) -> list[Any]:
            fragment, _, docx, html = self.again(request, last, said)
            labels = [gr.update(**wording(f, said)) for _, f in _all_fields()]
            buttons = [gr.update(value=RUN.in_(said)), gr.update(value=SAMPLE.in_(said))]
            downloads = [{**docx, "label": WORD.in_(said)}, {**html, "label": _HTML.in_(said)}]
            tools = [gr.update(label=TAB.in_(said)), gr.update(choices=_choices(said), label=TOOL.in_(said)), _about(chosen, said)]
            return [*tools, *labels, *buttons, *downloads, fragment]

        language.change(switch, [language, tool, shown], [tab, tool, about, *inputs, run, sample, word, page, report], **QUICK)


def build(assistant: Assistant, filling: Filling, language: gr.Radio) -> None:
    """Add the tab to the page being built; it follows ``language``."""
    ToolsTab(assistant, filling).lay_out(language)


def _all_fields() -> list[tuple[str, Field]]:
    return [(name, f) for name, fields in FIELDS.items() for f in fields]


def _choices(language: str) -> list[tuple[str, str]]:
    return [(said.in_(language), name) for name, (said, _) in TOOLS.items()]


def _about(tool: str, language: str) -> str:
    return f'<p class="intro">{TOOLS[tool][1].in_(language)}</p>'


def _state(words: Said, language: str) -> str:
    return f'<div class="state empty"><p>{words.in_(language)}</p></div>'


def _file(given: Mapping[str, Any], key: str, language: str) -> Path:
    if key not in given:
        raise ToolError(Said("还没有选择文件。请上传文件，或点“用示例数据试一试”。", "No file is chosen. Upload one, or try the sample.").in_(language))
    return Path(given[key])


def _thresholds(given: Mapping[str, Any]) -> dict[str, object]:
    out: dict[str, Any] = {}
    for f in FIELDS["majors"]:
        if f.key not in given or not f.name:
            continue
        value = given[f.key]
        text = str(int(value)) if float(value).is_integer() else str(value)
        if f.part:
            out.setdefault(f.part, {})[f.name] = text
        else:
            out[f.name] = text
    return out


def _samples(tool: str) -> dict[str, object]:
    """Return the sample of a tool by field."""
    folder = shipped("corpus") / "tools" / "samples"
    match tool:
        case "agreement":
            return {"file": folder / "internship-agreement.md"}
        case "monitor":
            return {"table": folder / "monthly.csv", "period": "2025Q3"}
        case "map":
            return {"own": folder / "groups.csv", "demand": "需要会剪辑短视频、能做直播运营的新媒体人才"}
        case "costs":
            return {"damaged_part": 12_000, "fund_total": 1_000_000, "industry_college_income": 17_000_000, "share_held": 40}
    if tool == "index":
        scores = read_scores(folder / "scores.yaml", read_quality_rules(folder.parent / "quality.yaml"))
        parts: dict[str, Mapping[str, Any]] = {"scores": scores.indicators, "evaluators": scores.evaluators, "grades": scores.grades}
        return {f.key: float(parts[f.part][f.name]) for f in FIELDS["index"] if f.name in parts[f.part]}
    given = yaml.safe_load((folder / "thresholds.yaml").read_text(encoding="utf-8"))
    found: dict[str, object] = {"majors": folder / "majors.csv"}
    for f in FIELDS[tool]:
        value = (given.get(f.part, {}) if f.part else given).get(f.name) if f.name else None
        if value is not None:
            found[f.key] = value
    return found


def _plain(error: AssistantError) -> str:
    """Return what is wrong, a line for each cell, without the folder that the page keeps an upload in."""
    lines = error.lines if isinstance(error, BadCells) else (str(error),)
    folder = tempfile.gettempdir()
    return "\n".join(" ".join(word.rpartition("/")[2] if word.startswith(folder) else word for word in line.split(" ")) for line in lines)
