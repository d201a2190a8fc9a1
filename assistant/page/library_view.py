"""The library as HTML: the list, one document and how it was cut, what became of files, and the proof of a removal. Pure functions; all text is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from assistant.benefits.profile_fields import Said
from assistant.curation import FileReport
from assistant.documents import SILENT, Audience, Metadata, Passage, Source
from assistant.language.text import fold
from assistant.library.registry import Coverage, SourceRow
from assistant.page.library_words import AUDIENCES, FAULTS, LANGUAGES, LEFT, OUTCOMES, PASSAGE_KINDS, WITH_WARNING, told
from assistant.page.rendering import badges

MOST_PASSAGES = 100
"""Passages shown of a document at once."""
_COUNT = Said("{shown} / {total} 份文件", "{shown} of {total} documents")
_NONE_IN = Said("资料库中还没有文件。", "There is nothing in the library yet.")
_NONE_FOUND = Said("没有符合条件的文件。请减少查找的词，或把筛选改回“不限”。", "No document matches. Use fewer words, or set the filters back to all.")
_CHOOSE = Said("点文件标题，可查看它的信息、读取情况和切分结果。", "Choose a title to see what is known of a document, how far it was read and how it was cut.")
_GONE = Said("这份文件不在资料库中，可能已被移除。", "This document is not in the library; it may have been removed.")
_PAGES, _ONE_PAGE = Said("{n} 页", "{n} pages"), Said("{n} 页", "{n} page")
_BLANK = Said("其中 {n} 页没有文字", "{n} without text")
_PASSAGES, _ONE_PASSAGE = Said("{n} 个段落", "{n} passages"), Said("{n} 个段落", "{n} passage")
_CHARACTERS = Said("{n} 字", "{n} characters")
_ISSUED, _FROM, _UNTIL = Said("{day} 公布", "issued {day}"), Said("{day} 起施行", "in force from {day}"), Said("{day} 失效", "expires {day}")
_TAKEN = Said("{day} 收入", "taken in {day}")
_ID, _WHAT_IS_MISSING = Said("编号", "id"), Said("未能读取的内容", "What could not be read")
_BLANK_PAGES = Said("没有文字的页：{pages}", "Pages without text: {pages}")
_ALL_READ = Said("全文均已读取。", "All of it was read.")
_CUT = Said("切分结果", "How it was cut")
_ASKED, _BETWEEN = Said("下列问法也能找到本段：", "Also found by: "), Said("；", "; ")
_SHOWN = Said("显示 {shown} / {total} 个段落；用上面的查找框缩小范围", "{shown} of {total} passages shown; narrow them down with the field above")
_NO_MATCH = Said("本文件中没有含这些词的段落。", "No passage of this document holds these words.")
_PAGE, _PAGE_RANGE = Said("第 {first} 页", "p. {first}"), Said("第 {first}–{last} 页", "pp. {first}–{last}")
_SUMMARY = Said(
    "共 {files} 个文件：收入 {taken}，未变 {unchanged}，未收入 {failed}",
    "{files} files: {taken} taken in, {unchanged} unchanged, {failed} refused",
)
_DETAIL = Said("原始信息", "details")
_REMOVED = Said("已移除《{title}》。逐处复查的结果：", "“{title}” was removed. What was looked for afterwards, and found:")
_WHERE, _FOUND = Said("查找的地方", "looked for"), Said("剩余", "found")
_LEFT_OVER = Said("仍有残留，请在“资料库维护”中检查并修复后再次移除。", "Something is left. Check and mend under Maintenance, then remove it again.")


@dataclass(frozen=True, slots=True)
class FileState:
    """A file that was handed in: ``waiting``, ``reading``, or what became of it."""

    name: str
    state: str
    report: FileReport | None = None


# -- the list --------------------------------------------------------------------------------------------------------


def render_list(rows: Sequence[SourceRow], coverage: Mapping[str, Coverage], total: int, chosen: str, language: str) -> str:
    """Return documents as a list of buttons, each with its badges, dates and coverage.

    Args:
        rows: those shown.
        coverage: how far each source of the library could be read, by id.
        total: how many match.
        chosen: the id of the one that is open.
        language: of the page.
    """
    if not rows:
        return _state(_NONE_FOUND if coverage else _NONE_IN, language)
    entries = "".join(_entry(row, coverage.get(row.metadata.id, Coverage(0, ())), row.metadata.id == chosen, language) for row in rows)
    count = _COUNT.in_(language).format(shown=len(rows), total=total)
    return f'<p class="count" role="status">{count}</p><ul class="documents">{entries}</ul>'


def _entry(row: SourceRow, coverage: Coverage, is_open: bool, language: str) -> str:
    m = row.metadata
    current = ' aria-current="true"' if is_open else ""
    return (
        f'<li><button type="button" data-source="{escape(m.id)}"{current} lang="{_tag(m.language or language)}">{escape(m.title or m.id)}</button>'
        f"{_known(m, language)}{_badges(m, language)}<p class=\"coverage\">{_covered(row, coverage, language)}</p></li>"
    )


def _known(m: Metadata, language: str) -> str:
    days = [said.in_(language).format(day=day.isoformat()) for said, day in ((_ISSUED, m.issued), (_FROM, m.effective), (_UNTIL, m.expires)) if day]
    parts = [escape(part) for part in (m.issuing_body, m.document_number, *days) if part]
    return f'<p class="where">{" · ".join(parts)}</p>' if parts else ""


def _badges(m: Metadata, language: str) -> str:
    shown = badges(m.authority, m.status, m.jurisdiction, m.standing, m.reported_by, language)
    if m.audience is Audience.PUBLIC:
        return shown
    return shown.removesuffix("</p>") + f'<span class="badge audience">{AUDIENCES[m.audience].in_(language)}</span></p>'


def _covered(row: SourceRow, coverage: Coverage, language: str) -> str:
    pages = _counted(coverage.pages, _ONE_PAGE, _PAGES, language) if coverage.pages else ""
    if coverage.blank:
        pages += f' (<b class="blank">{_BLANK.in_(language).format(n=len(coverage.blank))}</b>)'
    spoken = LANGUAGES[row.metadata.language].in_(language) if row.metadata.language in LANGUAGES else ""
    parts = (pages, _counted(row.passages, _ONE_PASSAGE, _PASSAGES, language), _CHARACTERS.in_(language).format(n=f"{row.characters:,}"), spoken)
    return " · ".join(part for part in (*parts, _TAKEN.in_(language).format(day=row.taken_at[:10])) if part)


def _counted(n: int, one: Said, many: Said, language: str) -> str:
    return (one if n == 1 else many).in_(language).format(n=n)


# -- one document ----------------------------------------------------------------------------------------------------


def render_source(row: SourceRow, source: Source, coverage: Coverage, passages: Sequence[Passage], find: str, language: str) -> str:
    """Return one document: what is known of it, what could not be read, and the passages that hold the words of ``find``."""
    m = row.metadata
    wanted = fold(find).split()
    found = [p for p in passages if all(word in fold(p.text) or word in fold(p.locator) for word in wanted)]
    count = ""
    if len(found) < len(passages) or len(found) > MOST_PASSAGES:
        count = f'<p class="count" role="status">{_SHOWN.in_(language).format(shown=min(len(found), MOST_PASSAGES), total=len(passages))}</p>'
    cut = "".join(_passage(p, language) for p in found[:MOST_PASSAGES])
    cut = f'{count}<ol class="passages">{cut}</ol>' if found else f'<p role="status">{_NO_MATCH.in_(language)}</p>'
    note = f'<p class="note">{escape(m.note)}</p>' if m.note else ""
    return (
        f'<article class="document"><h2 id="document-title" tabindex="-1" lang="{_tag(m.language or language)}">{escape(m.title or m.id)}</h2>'
        f'{_known(m, language)}{_badges(m, language)}<p class="coverage">{_covered(row, coverage, language)} · {_ID.in_(language)} '
        f"<code>{escape(m.id)}</code></p>{note}{_missing(source, coverage, language)}"
        f"<h3>{_CUT.in_(language)}</h3>{cut}</article>"
    )


def _missing(source: Source, coverage: Coverage, language: str) -> str:
    items = [escape(told(warning, language)) for warning in source.warnings]
    if coverage.blank:
        items.append(_BLANK_PAGES.in_(language).format(pages=", ".join(map(str, coverage.blank))))
    if not items:
        return f'<p class="all-read">✓ {_ALL_READ.in_(language)}</p>'
    return f'<aside class="notes"><h3>⚠ {_WHAT_IS_MISSING.in_(language)}</h3><ul>{"".join(f"<li>{item}</li>" for item in items)}</ul></aside>'


def _passage(p: Passage, language: str) -> str:
    page = (_PAGE if p.page_from == p.page_to else _PAGE_RANGE).in_(language).format(first=p.page_from, last=p.page_to)
    parts = [escape(p.locator), page, PASSAGE_KINDS[p.kind].in_(language), escape(p.heading)]
    silent = " silent" if p.kind in SILENT else ""
    asked = f'<p class="where">{_ASKED.in_(language)}{escape(_BETWEEN.in_(language).join(p.asked))}</p>' if p.asked else ""
    where = " · ".join(part for part in parts if part)
    return f'<li class="passage{silent}"><p class="where">{where}</p><p class="quote">{escape(p.text)}</p>{asked}</li>'


def render_nothing_open(language: str) -> str:
    """Return what stands in the place of a document before one is chosen."""
    return _state(_CHOOSE, language)


def render_gone(language: str) -> str:
    """Return what is said of a document that is not there, or that the asker may not know of."""
    return _state(_GONE, language)


# -- what was done ---------------------------------------------------------------------------------------------------


def render_files(states: Sequence[FileState], language: str) -> str:
    """Return a line with a bar for each file handed in, and a summary once all are done."""
    reports = [state.report for state in states if state.report]
    items = "".join(_file(state, language) for state in states)
    summary = ""
    if len(reports) == len(states):
        taken = sum(r.outcome in ("added", "replaced") for r in reports)
        unchanged = sum(r.outcome == "unchanged" for r in reports)
        numbers = {"files": len(states), "taken": taken, "unchanged": unchanged, "failed": len(states) - taken - unchanged}
        summary = f'<p class="count">{_SUMMARY.in_(language).format(**numbers)}</p>'
    return f'<div class="intake" role="status">{summary}<ul class="files">{items}</ul></div>'


def _file(file: FileState, language: str) -> str:
    report = file.report
    kind = "bad" if file.state == "failed" else "warned" if report and report.warnings else "good" if report else "open"
    word = OUTCOMES[file.state].in_(language)
    if report and report.warnings:
        word += f" · {WITH_WARNING.in_(language)}"
    value = "" if file.state == "reading" else ' value="0"'
    bar = "" if report else f'<progress max="1"{value} aria-label="{escape(file.name)}"></progress>'
    return f'<li class="file {kind}"><p><b>{escape(file.name)}</b> <span class="outcome">{_SIGNS[kind]} {word}</span></p>{bar}{_outcome(report, language)}</li>'


_SIGNS = {"bad": "✕", "warned": "⚠", "good": "✓", "open": "…"}


def _outcome(report: FileReport | None, language: str) -> str:
    if report is None:
        return ""
    if report.outcome == "failed":
        known = FAULTS[report.fault].zh if language == "zh" and report.fault in FAULTS else ""
        if not known:
            return f"<p>{escape(report.error)}</p>"
        return f'<p>{known}</p><details><summary>{_DETAIL.in_(language)}</summary><p lang="en">{escape(report.error)}</p></details>'
    count = _counted(report.passages, _ONE_PASSAGE, _PASSAGES, language)
    title = f"{escape(report.title)} · {count} · {_ID.in_(language)} <code>{escape(report.source_id)}</code>"
    warnings = "".join(f"<li>{escape(told(warning, language))}</li>" for warning in report.warnings)
    return f"<p>{title}</p>" + (f"<ul>{warnings}</ul>" if warnings else "")


def render_removed(title: str, left: Mapping[str, int], language: str) -> str:
    """Return the proof of a removal: where the document was looked for afterwards, and how much was found."""
    named = {(LEFT[place].in_(language) if place in LEFT else escape(place)): n for place, n in left.items()}
    rows = "".join(f'<tr><th scope="row">{place}</th><td>{"✕" if n else "✓"} {n}</td></tr>' for place, n in named.items())
    warning = f'<p class="doubt">{_LEFT_OVER.in_(language)}</p>' if any(left.values()) else ""
    return (
        f'<div class="proof" role="status"><p>{_REMOVED.in_(language).format(title=escape(title))}</p><table><thead><tr><th scope="col">{_WHERE.in_(language)}'
        f'</th><th scope="col">{_FOUND.in_(language)}</th></tr></thead><tbody>{rows}</tbody></table>{warning}</div>'
    )


def render_done(message: str) -> str:
    """Return one line on what was done; ``message`` is escaped here."""
    return f'<div class="state done" role="status"><p>✓ {escape(message)}</p></div>'


def _state(said: Said, language: str) -> str:
    return f'<div class="state empty"><p>{said.in_(language)}</p></div>'


def _tag(language: str) -> str:
    return "en" if language == "en" else "zh-CN"
