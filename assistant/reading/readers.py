"""Readers for marked-up and plain text: Markdown, plain text and HTML. Each turns bytes into a ``Reading``.

Whatever the format, headings come out as ``#`` lines, list items as ``- `` lines, tables as Markdown pipe rows, and
blocks are set apart by a blank line, so that chunking knows one notation only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import lxml.html
from lxml import etree

from assistant.errors import UnreadableFile
from assistant.reading.canonical import Reading, canonical, join, turned, vocabulary
from assistant.reading.decoding import read_text
from assistant.reading.html_sight import PageSight, is_dropped
from assistant.reading.metadata import split_front_matter

_LINE_REST = re.compile(r"[ \t]*\n?")
_YAML_LINE = r"(?:\w[\w.-]*[ \t]*:.*|[ \t]+\S.*|- .*|[ \t]*)\n"
_FOREIGN_BLOCK = re.compile(rf"\s*---[ \t]*\n(?:{_YAML_LINE})*?---[ \t]*(?:\n|\Z)")
_BOLD_START = re.compile(r"\*\*(?=\S)")
_BOLD_END = re.compile(r"(?<=\S)(?=\*\*(?!\*))")
_ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]*[^*\s])\*(?![\w*])")
_GLUED_BOLD = re.compile(r"(?<=\S)\*\*(?=\S)([^*\n]+)\*\*(?=\S)")
_MD_TITLE = re.compile(r"^# +([^ \n].*)$", re.MULTILINE)
_UNFINISHED = re.compile(r"[^.!?:;。！？：；…\"”'’)\]）】|]$")
_INTERRUPTION = re.compile(r"(?:Received|Revised|Accepted|Published|Citation|Copyright|Academic Editors?)\s*:|©")
_MOST_INTERRUPTIONS = 20
_LONGEST_LOOK_BACK = 500
"""Characters before a break that say how to mend it: more than any word has."""
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_IN_MEMORY = re.compile(r"file '<_io\.BytesIO[^']*'")
_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure form h1 h2 "
    "h3 h4 h5 h6 header hr html legend li main ol p pre section summary table tbody td tfoot th thead tr ul".split()
)


def read_markdown(data: bytes, where: str) -> Reading:
    """A Markdown file: as it stands, but without front matter, comments and the stars of emphasis.

    Raises:
        UnreadableFile: If the bytes are no text.
        MetadataError: If the front matter is not a YAML mapping.
    """
    whole, warnings = read_text(data, where)
    given, body = split_front_matter(whole, where)
    body = _without_comments(body)
    # Files gathered elsewhere carry a comment above a front matter of their own, which is neither ours nor text.
    foreign = _FOREIGN_BLOCK.match(body)
    text = canonical(_plain_emphasis(body[foreign.end() :] if foreign else body))
    heading = _MD_TITLE.search(text)
    return Reading(text, title=_bare_title(heading[1]) if heading else "", given=given, warnings=warnings)


def _without_comments(text: str) -> str:
    parts, place = [], 0
    while (start := text.find("<!--", place)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts.append(text[place:start])
        place = _LINE_REST.match(text, end + 3).end()  # type: ignore[union-attr]  # it may match nothing
    return "".join(parts) + text[place:]


def _bare_title(heading: str) -> str:
    """A heading without closing ``#`` and without attributes in braces."""
    bare = heading.rstrip(" #")
    start = bare.rfind("{") if bare.endswith("}") else -1
    if start > 0 and "}" not in bare[start:-1]:
        bare = bare[:start].rstrip()
    return bare or heading[0]


def _plain_emphasis(text: str) -> str:
    return _ITALIC.sub(r"\1", "\n".join(_without_bold(line) if "**" in line else line for line in text.split("\n")))


def _without_bold(line: str) -> str:
    """``line`` without the stars around bold runs. Where they end is looked up first: a search from each start would go to the end of the line."""
    ends = [end.start() for end in _BOLD_END.finditer(line)]
    parts, place = [], 0
    while start := _BOLD_START.search(line, place):
        nearest = bisect_left(ends, start.end() + 1)
        if nearest == len(ends):
            break
        parts += [line[place : start.start()], line[start.end() : ends[nearest]]]
        place = ends[nearest] + 2
    return "".join(parts) + line[place:]


def read_plain_text(data: bytes, where: str) -> Reading:
    """A plain text file: as it stands, with sentences mended that a page break had torn into two blocks.

    Raises:
        UnreadableFile: If the bytes are no text.
    """
    whole, warnings = read_text(data, where)
    text = _plain_emphasis(_GLUED_BOLD.sub(_own_line, canonical(whole)))
    return Reading(canonical("\n\n".join(_mended(re.split(r"\n\s*\n", text)))), warnings=warnings)


def _own_line(bold: re.Match[str]) -> str:
    """A bold run of several words glued to its neighbours was a line of its own before a converter lost the breaks."""
    return f"\n\n{bold[1]}\n\n" if len(bold[1].split()) > 4 else bold[0]


def _mended(blocks: Sequence[str]) -> list[str]:
    """``blocks`` with each unfinished one joined to its continuation; what stood between the two comes after."""
    words = vocabulary(line for block in blocks for line in block.split("\n"))
    mended: list[str] = []
    position = 0
    while position < len(blocks):
        parts = ["", blocks[position]]  # only the end of what is joined so far is looked at and copied again
        position += 1
        skipped: list[str] = []
        while (end := _continuation(parts[-1], blocks, position)) is not None:
            skipped += blocks[position:end]
            joined = join(parts.pop(), blocks[end], words)
            cut = max(len(joined) - _LONGEST_LOOK_BACK, 0)
            parts += [joined[:cut], joined[cut:]]
            position = end + 1
        mended += ["".join(parts), *skipped]
    return mended


def _continuation(block: str, blocks: Sequence[str], position: int) -> int | None:
    """Where the rest of ``block`` stands: next, or behind the dates and rights a first page sets into its text."""
    last = block.rsplit("\n", 1)[-1]
    if len(last) < 40 or not _UNFINISHED.search(last):
        return None
    end = position
    while end < min(len(blocks), position + _MOST_INTERRUPTIONS) and _INTERRUPTION.match(blocks[end]):
        end += 1
    return end if end < len(blocks) and blocks[end][:1].islower() else None


def read_html(data: bytes, where: str) -> Reading:
    """The visible text of a web page; navigation, scripts and what is styled away (``html_sight``) are left out.

    Raises:
        UnreadableFile: If the bytes are no text, or no HTML can be made of them.
    """
    charset = _CHARSET.search(data[:4096])
    whole, warnings = read_text(data, where, charset[1].decode("ascii") if charset else "")
    text = _XML_DECLARATION.sub("", whole)
    if not text.strip():
        return Reading("")
    try:
        root = lxml.html.document_fromstring(text)
        unseen = PageSight(root).take_out()
        blocks = list(_html_blocks(root))
    except etree.ParserError:  # said of a page without any element or text
        return Reading("")
    except (etree.LxmlError, ValueError, RecursionError) as error:
        raise UnreadableFile(f"{where}: not readable as HTML, {error}. Save the page anew and ingest it.") from error
    headings = [block[2:] for block in blocks if block.startswith("# ")]
    title = _SPACE.sub(" ", root.findtext(".//title") or "").strip() or (headings[0] if headings else "")
    shown = join_blocks(blocks)  # where characters written as numbers are themselves
    return Reading(canonical(shown), title=title, warnings=(*unseen.warnings(), *dict.fromkeys((*warnings, *turned(shown)))))


def join_blocks(blocks: Iterable[str]) -> str:
    """``blocks`` one after the other: items of one list and rows of one table in lines, all else blank-separated."""
    text, last = "", ""
    for block in blocks:
        tight = any(last.startswith(mark) and block.startswith(mark) for mark in ("- ", "| "))
        text += ("\n" if tight else "\n\n" if text else "") + block
        last = block.rsplit("\n", 1)[-1]
    return text


def pipe_rows(rows: Sequence[Sequence[str]]) -> str:
    """``rows`` of cells as a Markdown table whose first row is the header; empty where all cells are."""
    kept = [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows if any(map(str.strip, row))]
    if not kept:
        return ""
    lines = ["| " + " | ".join(row) + " |" for row in kept]
    return "\n".join([lines[0], "|" + " --- |" * len(kept[0]), *lines[1:]])


def declared_title(document: Any) -> str:
    """The title among the properties of an Office file; none where they are damaged, for they are no part of the text."""
    try:
        return (document.core_properties.title or "").strip()
    except Exception:  # python-docx and python-pptx meet damage with whatever Python raises on it
        return ""


def reason_of(error: Exception) -> str:
    """What a library says of a damaged file, in one short line, without the place in memory that it takes for the file's name."""
    return _IN_MEMORY.sub("it", " ".join(str(error).split()))[:160] or type(error).__name__


def _html_blocks(element: lxml.html.HtmlElement) -> Iterator[str]:
    """The blocks under ``element`` in document order; inline text between two block elements is a block as well."""
    inline: list[str] = [element.text or ""]
    for child in element:
        if is_dropped(child):
            pass
        elif _holds_blocks(child):
            yield from _flushed(inline)
            yield from _html_block(child)
        else:
            inline.append(_inline_text(child))
        inline.append(child.tail or "")
    yield from _flushed(inline)


def _flushed(inline: list[str]) -> Iterator[str]:
    lines = [_SPACE.sub(" ", line).strip(" \u3000") for line in "".join(inline).split("\v")]
    text = "\n".join(line for line in lines if line)
    inline.clear()
    if text:
        yield text


def _html_block(element: lxml.html.HtmlElement) -> Iterator[str]:
    tag = element.tag
    if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
        heading = " ".join(" ".join(_html_blocks(element)).split())
        yield from [f"{'#' * int(tag[1])} {heading}"] if heading else []
    elif tag == "table" and not _is_layout(element):
        yield from filter(None, ["\n".join(_html_blocks(caption)) for caption in element.iter("caption")])
        yield from filter(None, [pipe_rows(_html_rows(element))])
    elif tag == "li":
        for number, block in enumerate(_html_blocks(element)):
            marked = block.startswith(("- ", "| ", "#"))
            yield block if number or marked else "- " + block.replace("\n", " ")
    elif tag == "pre":
        yield from filter(None, [str(element.text_content()).strip("\n")])
    else:
        yield from _html_blocks(element)


def _html_rows(table: lxml.html.HtmlElement) -> list[list[str]]:
    """The cells of each row: one over several rows is repeated in each, one over several columns padded."""
    rows: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}  # column: rows still covered, text
    for row in table.iter("tr"):
        cells: list[str] = []
        for cell in [child for child in row if child.tag in ("td", "th") and not is_dropped(child)]:
            _hang(cells, hanging)
            text, width = " ".join(_html_blocks(cell)), _span(cell, "colspan")
            if _span(cell, "rowspan") > 1:
                hanging[len(cells)] = (_span(cell, "rowspan") - 1, text)
            cells += [text] + [""] * (width - 1)
        _hang(cells, hanging)
        rows.append(cells)
    return rows


def _hang(cells: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    while (column := len(cells)) in hanging:
        left, text = hanging.pop(column)
        cells.append(text)
        if left > 1:
            hanging[column] = (left - 1, text)


def _span(cell: lxml.html.HtmlElement, name: str) -> int:
    value = cell.get(name) or "1"
    return min(int(value), 50) if value.isdecimal() else 1


def _holds_blocks(element: lxml.html.HtmlElement) -> bool:
    return element.tag in _BLOCKS or any(inner.tag in _BLOCKS for inner in element.iterdescendants())


def _inline_text(element: lxml.html.HtmlElement) -> str:
    if element.tag == "br":
        return "\v"  # kept apart from the line ends of the source, which mean nothing in HTML
    parts = [element.text or ""]
    for child in element:
        parts += ["" if is_dropped(child) else _inline_text(child), child.tail or ""]
    return "".join(parts)


def _is_layout(table: lxml.html.HtmlElement) -> bool:
    """Whether a table only places text on the page: it holds tables, or has one cell per row."""
    return next(table.iterdescendants("table"), None) is not None or all(
        sum(cell.tag in ("td", "th") for cell in row) < 2 for row in table.iter("tr")
    )
