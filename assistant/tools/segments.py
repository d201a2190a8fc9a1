"""An agreement as segments: each sentence, or part between semicolons, with the headings and lead-in above it, its clause number and its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.documents import Source, Span
from assistant.language.text import sentences
from assistant.library.chunking import page_of

_HAN = "一二三四五六七八九十百〇零"
_MARKS = (
    rf"第\s?[{_HAN}\d]+\s?[章节编]",
    rf"第\s?[{_HAN}\d]+\s?条|§\s?\d+(?:\.(?!\d))?|(?:article|section|clause|art\.)\s+\d+[.:]?(?!\d)",
    rf"[{_HAN}]{{1,3}}[、.．](?!\d)|[ivx]{{1,5}}[.)](?=\s)",
    rf"[（(][{_HAN}]{{1,3}}[)）]",
    r"[a-z][.)](?=\s)",
    r"\d{1,2}(?:[.．、](?!\d)|(?=\s\S))",
    r"\d{1,2}(?:\.\d{1,2})+[.．、]?",
    r"[（(]\d{1,2}[)）]|\d{1,2}\)|[①-⑳]",
    r"[（(][a-z]{1,4}[)）]",
)
"""The marks of clauses, from the widest to the narrowest; a clause stands under those wider than its own."""
_MARK = re.compile(r"\s*(?P<hash>#*)\s*\**\s*(?:" + "|".join(f"(?P<m{i}>{pattern})" for i, pattern in enumerate(_MARKS)) + r")?[-—:：\s]*", re.IGNORECASE)
_CUT = re.compile(r"[；;]\s*")
_RUN_IN = re.compile(r"\**([^。；;:：.,，]{1,60}?)\**\s*(?:[:：。]|\.(?!\d))\**\s*(?=\S)")
_LEAD = re.compile(r"[^:：]{4,160}[:：](?=\s*\S)")
_ROW = re.compile(r"\|\s*([^|\n]{1,40}?)\s*\|")
"""A row of a table; what its first cell says goes for all of it."""
_UNENDED = re.compile(r"(?:不得|禁止|应当?|须|负责|承诺|\b(?:shall|must|may|will|not|to))\W*$", re.IGNORECASE)
"""A line that breaks off where its list begins, with no colon: "Party A shall not"."""
_CONTENTS = re.compile(r"如下|下列(?:条款|协议)|as follows|following terms", re.IGNORECASE)
_ENDS = "。；;.:：!?！？"
LONGEST_HEADING = 42
"""Characters of a line that may be a heading although nothing marks it as one."""
_UNMARKED = 99.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One thing that an agreement says."""

    span: Span
    text: str
    above: str
    """The headings under which it stands; the title of the agreement is not among them."""
    lead: str
    """The lead-in of the list that it belongs to: what that says goes for each item."""
    locator: str
    page: int
    heading: bool = False
    before: str = ""
    """What the same paragraph says right before it."""


@dataclass
class _Open:
    """A clause under which the reader stands: its heading, or the lead-in that it ends with."""

    level: float
    mark: str
    words: str = ""
    lead: str = ""


def read_segments(source: Source) -> list[Segment]:
    """Return the segments of an agreement in reading order, headings among them."""
    out: list[Segment] = []
    above: list[_Open] = []
    for span in _paragraphs(source.text):
        text = source.text[span.start : span.end]
        level, mark, body = _opening(text)
        if level == _UNMARKED:
            if out and out[-1].text.endswith(("。", ".")):
                above = [entry for entry in above if entry.level < _UNMARKED - 1]
        else:
            if above and above[-1].level == _UNMARKED:  # the lead-in of a list stands above its items
                above[-1].level = level - 0.5
            while above and above[-1].level >= level:
                above.pop()
        heading = _is_heading(body, level)
        entry = _Open(level, mark, body if heading else _run_in(body) if level != _UNMARKED else "")
        if level == -9:  # the title of the whole
            out.append(_segment(source, span, [], heading=True))
            continue
        under = [*above, replace(entry, words="" if heading else entry.words)]
        found = [_segment(source, span, under, heading)] if heading else list(_cut(source, span, under))
        out += found
        opens = body.endswith((":", "：")) or (level != _UNMARKED and _UNENDED.search(body))
        if not heading and found and opens and not _CONTENTS.search(found[-1].text):
            entry.lead = found[-1].text
        if entry.mark or entry.words or entry.lead or level != _UNMARKED:
            above.append(entry)
    return out


def _paragraphs(text: str) -> Iterator[Span]:
    """Yield the paragraphs: lines, joined where one is only wrapped."""
    start = end = -1
    place = 0
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        new = not bare or start < 0 or _opening(line)[0] != _UNMARKED or text[start:end].rstrip()[-1:] in _ENDS or end - start < LONGEST_HEADING
        if new and start >= 0:
            yield Span(start, end)
            start = -1
        if bare:
            start = place if start < 0 else start
            end = place + len(line.rstrip())
        place += len(line)
    if start >= 0:
        yield Span(start, end)


def _opening(text: str) -> tuple[float, str, str]:
    """Return the level of a paragraph, the mark that it starts with, and what follows the mark."""
    match = _MARK.match(text)
    assert match is not None  # all its parts may be empty
    body = text[match.end() :].strip().strip("*").strip()
    kind = next((i for i in range(len(_MARKS)) if match[f"m{i}"]), None)
    mark = match[f"m{kind}"].strip() if kind is not None else ""
    if match["hash"]:
        return float(len(match["hash"]) - 10), mark, body
    return (_UNMARKED, "", text.strip()) if kind is None else (float(kind), mark, body)


def _is_heading(body: str, level: float) -> bool:
    short = 0 < len(body) <= (LONGEST_HEADING if body and ord(body[0]) > 255 else 2 * LONGEST_HEADING) and body[-1] not in _ENDS + ",，、"
    return level < -1 or (short and level != _UNMARKED and not re.search(r"[,，。；;]|\d{3}|(?:should|shall|must|应当)", body))


def _run_in(body: str) -> str:
    """Return the heading that a clause begins with on the same line (``Insurance. …``), if it begins with one."""
    match = _RUN_IN.match(body)
    words = match[1].strip() if match else ""
    return words if words and (len(words) <= 12 if ord(words[0]) > 255 else len(words.split()) <= 6) else ""


def _cut(source: Source, span: Span, above: list[_Open]) -> Iterator[Segment]:
    before = ""
    for sentence in sentences(source.text, *span):
        start, lead = sentence.start, ""
        for stop in [*_cuts(source.text, sentence), sentence.end]:
            if source.text[start:stop].strip(" \n;；"):
                found = replace(_segment(source, Span(start, stop), above, False), before=before)
                yield replace(found, lead=lead or found.lead)
                before = found.text
                lead = lead or _lead_in(found.text)
            start = stop


def _cuts(text: str, sentence: Span) -> Iterator[int]:
    """Yield where the semicolons of a sentence part it: those outside brackets."""
    for match in _CUT.finditer(text, *sentence):
        before = text[sentence.start : match.start()]
        if sum(before.count(mark) for mark in "(（") <= sum(before.count(mark) for mark in ")）"):
            yield match.end()


def _lead_in(text: str) -> str:
    """Return what stands before the colon of a list that runs on in the same sentence."""
    match = _LEAD.match(text)
    return match[0] if match else ""


def _segment(source: Source, span: Span, above: list[_Open], heading: bool) -> Segment:
    text = source.text[span.start : span.end].rstrip()
    numbers = [entry.mark.strip(" .．、:") for entry in above if entry.mark]
    marks = [n for i, n in enumerate(numbers) if not any(below.startswith(f"{n}.") for below in numbers[i + 1 :])]
    locator = ("" if source.metadata.language == "zh" else " ").join(marks) or next((entry.words for entry in reversed(above) if entry.words), "")
    row = _ROW.match(source.text[source.text.rfind("\n", 0, span.start) + 1 : span.start])
    words = " › ".join([*(entry.words for entry in above if entry.words), *([row[1]] if row else [])])
    lead = next((entry.lead for entry in reversed(above) if entry.lead), "")
    return Segment(Span(span.start, span.start + len(text)), text, words, lead, locator, page_of(source, span.start), heading)
