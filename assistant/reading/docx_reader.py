"""The reader for Word files: paragraphs, lists and tables in document order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

from assistant.errors import EncryptedFile, UnreadableFile
from assistant.reading.canonical import Reading, canonical, turned
from assistant.reading.docx_sight import DocumentSight
from assistant.reading.readers import declared_title, join_blocks, pipe_rows, reason_of

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_DEFAULT_TITLES = frozenset({"word document", "untitled", "document", "无标题"})

P, TBL, TR, TC, T = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc"), qn("w:t")
_TC_PR, _VAL = qn("w:tcPr"), qn("w:val")
_TEXT_BOX = qn("w:txbxContent")
MOST_COLUMNS = 63
"""What a table of Word can have; a cell that says it covers more would cost memory for each."""
# A tracked deletion is no longer text; the fallback repeats a text box for old programs.
_SKIPPED = frozenset({qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:delText"), qn("w:pPr"), qn("w:rPr")})
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SPACES = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}


def read_docx(data: bytes, where: str) -> Reading:
    """A Word file. Headers, footers, notes and hidden text (``docx_sight``) are left out; tracked changes are read as accepted.

    Raises:
        EncryptedFile: If the file asks for a password.
        UnreadableFile: If it is not a Word file, or damaged.
    """
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise EncryptedFile(f"{where}: needs a password. Save it without one and ingest it again.")
        raise UnreadableFile(f"{where}: an old Word file under a new suffix. Save it as .docx and ingest it again.")
    try:
        document = docx.Document(io.BytesIO(data))
        unseen = DocumentSight(document).take_out()
        blocks = [block for block in _blocks(document.element.body, _styles(document)) if block]
        declared = declared_title(document)
    except Exception as error:  # python-docx, zipfile and lxml each raise kinds of their own on damage
        raise UnreadableFile(f"{where}: not readable as .docx, {reason_of(error)}. Save it anew and ingest it again.") from error
    headings = [block.lstrip("#").strip() for block in blocks if block.startswith("#")]
    if blocks and blocks[0].startswith("# "):
        title = headings[0]
    elif declared and declared.lower() not in _DEFAULT_TITLES:
        title = declared
    else:
        title = headings[0] if headings else ""
    text = join_blocks(blocks)
    return Reading(canonical(text), title=title, warnings=(*unseen.warnings(), *turned(text)))


def _styles(document: Document) -> dict[str, str]:
    return {style.style_id: style.name or "" for style in document.styles}


def _blocks(container: etree._Element, styles: dict[str, str]) -> Iterator[str]:
    """The blocks in ``container``; what wraps blocks (content controls, insertions) is looked through."""
    for element in container:
        if element.tag == P:
            yield _paragraph(element, styles)
            for box in _text_boxes(element):
                yield from _blocks(box, styles)
        elif element.tag == TBL:
            yield pipe_rows(_rows(element, styles))
        elif isinstance(element.tag, str) and element.tag not in _SKIPPED:
            yield from _blocks(element, styles)


def _rows(table: etree._Element, styles: dict[str, str]) -> list[list[str]]:
    """The cells of each row of ``table`` itself. A cell merged downwards is repeated, so that each row can stand alone;
    one merged sideways is followed by empty cells, so that columns stay below their headers.
    """
    rows: list[list[str]] = []
    for row in table.iter(TR):
        if next(row.iterancestors(TBL), None) is not table:  # of a table in a cell
            continue
        above, cells = rows[-1] if rows else [], list[str]()
        for cell in row.iter(TC):
            if next(cell.iterancestors(TR), None) is not row:
                continue
            merge, span = cell.find(f"{_TC_PR}/{qn('w:vMerge')}"), cell.find(f"{_TC_PR}/{qn('w:gridSpan')}")
            continued = merge is not None and merge.get(_VAL) != "restart" and len(cells) < len(above)
            text = above[len(cells)] if continued else " ".join(filter(None, _blocks(cell, styles)))
            cells += [text] + [""] * (_columns(span.get(_VAL) or "") - 1 if span is not None else 0)
        rows.append(cells)
    return rows


def _columns(given: str) -> int:
    return min(int(given), MOST_COLUMNS) if len(given) < 10 and given.isdecimal() else 1


def _paragraph(paragraph: etree._Element, styles: dict[str, str]) -> str:
    text = _text(paragraph).strip()
    properties = paragraph.find(qn("w:pPr"))
    if not text or properties is None:
        return text
    style = properties.find(qn("w:pStyle"))
    name = styles.get(style.get(_VAL) or "", "") if style is not None else ""
    heading = _HEADING.match(name)
    if heading or name in ("Title", "标题"):
        return f"{'#' * min(int(heading[1]), 6) if heading else '#'} {' '.join(text.split())}"
    if properties.find(qn("w:numPr")) is not None or name.startswith("List"):
        return "- " + " ".join(text.split("\n"))
    return text


def _text(element: etree._Element) -> str:
    parts: list[str] = []
    for child in element:
        if child.tag == T:
            parts.append(child.text or "")
        elif child.tag in _SPACES:
            parts.append(_SPACES[child.tag])
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED and child.tag not in (_TEXT_BOX, _FALLBACK):
            parts.append(_text(child))
    return "".join(parts)


def _text_boxes(paragraph: etree._Element) -> Iterator[etree._Element]:
    for box in paragraph.iter(_TEXT_BOX):
        if next(box.iterancestors(_FALLBACK), None) is None and next(box.iterancestors(P), None) is paragraph:
            yield box
