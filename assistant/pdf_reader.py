"""The reader for PDF: printed lines to paragraphs, with the characters that each page covers.

A PDF holds lines in places, not paragraphs. Two lines belong together unless something on the page says otherwise: a
gap, an indent, another size, the number of an article or item, or a line that ends although the next word had room.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median

from pypdf import PasswordType, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from assistant.canonical import Reading, join, vocabulary
from assistant.pdf_lines import Line, estimated_width, page_lines, without_running_lines
from assistant.types import EmptyFile, EncryptedFile, LoadError, NoTextLayer, Page, Span, UnreadableFile

_LEAST_CHARACTERS = 20
"""Fewer printed characters per page than this are stamps and page numbers on a scan, not a text."""

_END = re.compile(r"[.!?:;。！？：；…][\"”’'）)\]】]*$")
_NUMBERED = re.compile(
    r"第\s?[一二三四五六七八九十百千零〇\d]+\s?[编章节条](?:之[一二三四五六七八九十])?(?:[\s\u3000]|$)|[•◦●▪■·]\s*\S"
)
_ITEM = re.compile(
    r"[（(](?:[一二三四五六七八九十]{1,3}|\d{1,2}|[a-z])[）)]|[一二三四五六七八九十]{1,3}、|\d{1,2}[、.．)]\s*\D"
    r"|\d{1,2}(?:\.\d{1,2})+\.?\s+\S|\[\d{1,3}\]\s|[-–—*]\s|(?:Article|Section|Chapter|Appendix|Annex)\s+\d+\b"
)
_LEADER = re.compile(r"(?:\.\s?|…|·){4,}\s*\d+$")
_OPEN_END = re.compile(r"[-\u2010,，、–]$")
_DEFAULT_TITLE = re.compile(r"microsoft word|untitled|无标题|\.(?:docx?|pdf|tex|indd|wps)\b|^\W*\w*\W*$", re.IGNORECASE)


def read_pdf(data: bytes, where: str) -> Reading:
    """The text of a PDF in paragraphs, and its pages.

    Raises:
        EncryptedFile: If it cannot be opened without a password.
        NoTextLayer: If its pages hold hardly any text.
        EmptyFile: If it has no pages.
        UnreadableFile: If it is damaged or no PDF.
    """
    try:
        with _quiet_pypdf():
            pages, garbled, declared = _extract(data, where)
    except LoadError:
        raise
    except (DependencyError, FileNotDecryptedError) as error:
        raise EncryptedFile(f"{where}: needs a password. Save it without one and ingest it again.") from error
    except Exception as error:  # pypdf meets damage with whatever Python raises on it
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise UnreadableFile(f"{where}: not readable as PDF, {reason}. Print it to a new PDF and ingest that.") from error
    _check_text(pages, garbled, where)
    paragraphs = _paragraphs(without_running_lines(pages))
    words = vocabulary(line.text for lines in pages for line in lines)
    text, spans = _assembled(paragraphs, len(pages), words)
    return Reading(text, _title(declared, pages, paragraphs, words), spans, warnings=_warnings(pages, garbled))


def _extract(data: bytes, where: str) -> tuple[list[list[Line]], list[int], str]:
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise EncryptedFile(f"{where}: needs a password. Save it without one and ingest it again.")
    if not reader.pages:
        raise EmptyFile(f"{where}: has no pages. Check that the file is complete.")
    pages, garbled = [], []
    for number, page in enumerate(reader.pages, start=1):
        lines, is_garbled = page_lines(page, number)
        pages.append(lines)
        if is_garbled:
            garbled.append(number)
    title = reader.metadata.title if reader.metadata else None
    return pages, garbled, " ".join(title.split()) if isinstance(title, str) else ""


@contextmanager
def _quiet_pypdf() -> Iterator[None]:
    """Keep pypdf's remarks on sloppy files off the user's terminal; what matters becomes an error or a warning."""
    logger = logging.getLogger("pypdf")
    handler, propagate = logging.NullHandler(), logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


def _check_text(pages: Sequence[Sequence[Line]], garbled: Sequence[int], where: str) -> None:
    characters = sum(len("".join(line.text.split())) for lines in pages for line in lines)
    if characters >= _LEAST_CHARACTERS * len(pages):
        return
    if len(garbled) * 2 > len(pages):
        what = f"its fonts do not say which characters they show on {_listed(garbled)}"
    else:
        what = f"{len(pages)} page{'s' * (len(pages) > 1)} with {characters} characters, so probably a scan"
    raise NoTextLayer(f"{where}: no text layer, {what}. Run OCR on it (ocrmypdf IN.pdf OUT.pdf) and ingest the result.")


def _warnings(pages: Sequence[Sequence[Line]], garbled: Sequence[int]) -> tuple[str, ...]:
    empty = [number for number, lines in enumerate(pages, start=1) if not lines and number not in garbled]
    has = "has" if len(empty) == 1 else "have"
    return tuple(
        [f"{_listed(empty)} {has} no text"] * bool(empty)
        + [f"text on {_listed(garbled)} could not be decoded and was left out"] * bool(garbled)
    )


def _listed(numbers: Sequence[int]) -> str:
    return f"page{'s' * (len(numbers) > 1)} " + ", ".join(map(str, numbers))


def _paragraphs(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Lines grouped into paragraphs, also over page ends, in reading order."""
    edge = _right_edges(pages)
    leading = _leading(pages, edge)
    body = _body_size(pages)
    paragraphs: list[list[Line]] = []
    for lines in pages:
        for number, line in enumerate(lines):
            if number == 0:
                _start_page(paragraphs, line, body, edge)
            elif _continues(paragraphs[-1], line, leading, edge):
                paragraphs[-1].append(line)
            else:
                paragraphs.append([line])
    return paragraphs


def _start_page(paragraphs: list[list[Line]], line: Line, body: float, edge: Mapping[int, float]) -> None:
    """Add the first line of a page to the paragraph it continues, or as a new one.

    Footnotes may stand between the two halves. They then go before the paragraph they interrupt, because behind it
    they would count to the wrong page.
    """
    last = len(paragraphs) - 1
    place = last
    while place > 0 and paragraphs[place][0].page == line.page - 1 and paragraphs[place][0].size < 0.95 * body:
        place -= 1
    for candidate in dict.fromkeys((last, place)):
        if candidate < 0 or abs(line.size - body) > 0.1 * body or paragraphs[candidate][-1].page != line.page - 1:
            continue
        movable = candidate == last or paragraphs[candidate][0].page == line.page - 1
        if movable and _unfinished(paragraphs[candidate][-1], line, edge):
            paragraphs.append([*paragraphs.pop(candidate), line])
            return
    paragraphs.append([line])


def _continues(paragraph: Sequence[Line], line: Line, leading: Mapping[float, float], edge: Mapping[int, float]) -> bool:
    """Whether ``line`` belongs to ``paragraph``, whose last line stands just before it on the page."""
    last, first = paragraph[-1], paragraph[0]
    if abs(last.size - line.size) > 0.1 * last.size or _NUMBERED.match(line.text) or _LEADER.search(last.text):
        return False
    if last.is_row or line.is_row:
        return False
    drop = last.y - line.y
    if drop <= 0:  # the next column
        return _unfinished(last, line, edge)
    ended = _END.search(last.text) is not None
    usual = leading.get(round(line.size), 1.6 * line.size)
    if drop > (1.25 if ended or _has_room(last, line, edge) else 1.7) * usual:
        return False
    if _ITEM.match(line.text) and (ended or line.x < last.x + 0.5 * line.size):
        return not ended and not _has_room(last, line, edge) and not _ITEM.match(first.text)
    indent = (line.x - last.x) / line.size
    if indent > 0.8:
        return len(paragraph) == 1 and indent < 4 and (_ITEM.match(first.text) or _NUMBERED.match(first.text)) is not None
    if indent < -0.8 and len(paragraph) > 1 and abs(paragraph[-2].x - last.x) < 0.5 * line.size:
        return False
    return bool(_OPEN_END.search(last.text)) or line.text[0].islower() or not _has_room(last, line, edge)


def _unfinished(last: Line, line: Line, edge: Mapping[int, float]) -> bool:
    """Whether a sentence runs on from ``last`` to ``line``, which stand on two pages or in two columns."""
    if abs(last.size - line.size) > 0.1 * last.size or _END.search(last.text) or last.is_row or line.is_row:
        return False
    if _NUMBERED.match(line.text) or _ITEM.match(line.text):
        return False
    return bool(_OPEN_END.search(last.text)) or line.text[0].islower() or not _has_room(last, line, edge)


def _has_room(last: Line, line: Line, edge: Mapping[int, float]) -> bool:
    """Whether the next word would have fitted on ``last``, so that its end is meant."""
    word = re.match(r"[!-~]+|.", line.text)
    wanted = estimated_width(word[0] if word else "", line.size)
    limit = edge.get(_column(last), 0.0)
    # Widths are estimates, so the room must be plain: an em and a half, or a tenth of the column.
    return last.right + wanted + max(1.5 * last.size, 0.1 * (limit - last.x)) < limit


def _column(line: Line) -> int:
    """Lines that start within some 3 ems of each other share a column; 36 points are that for common sizes."""
    return round(line.x / 36)


def _right_edges(pages: Sequence[Sequence[Line]]) -> dict[int, float]:
    """Per column, the right edge of full lines: the 85th percentile, as odd long lines (tables) must not set it."""
    ends: dict[int, list[float]] = {}
    for lines in pages:
        for line in lines:
            for column in {_column(line) - 1, _column(line), _column(line) + 1}:
                ends.setdefault(column, []).append(line.right)
    return {column: sorted(values)[int(0.85 * (len(values) - 1))] for column, values in ends.items()}


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    """The size most characters have."""
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _leading(pages: Sequence[Sequence[Line]], edge: Mapping[int, float]) -> dict[float, float]:
    """Per size, the usual distance between lines of one paragraph, judged by lines that break off in full width."""
    drops: dict[float, list[float]] = {}
    for lines in pages:
        for last, line in zip(lines, lines[1:], strict=False):
            drop = last.y - line.y
            if round(last.size) == round(line.size) and 0.8 * line.size < drop < 3 * line.size:
                if not _END.search(last.text) and not last.is_row and not _has_room(last, line, edge):
                    drops.setdefault(round(line.size), []).append(drop)
    return {size: median(values) for size, values in drops.items()}


def _assembled(
    paragraphs: Sequence[Sequence[Line]], count: int, words: Mapping[str, int]
) -> tuple[str, tuple[Page, ...]]:
    """The text, and each page's span in it: from its first character to the first of the next page."""
    parts: list[str] = []
    starts: dict[int, int] = {}
    offset = 0
    for paragraph in paragraphs:
        text = ""
        for line in paragraph:
            joined = join(text, line.text, words)
            starts.setdefault(line.page, offset + len(joined) - len(line.text))
            text = joined
        parts.append(text)
        offset += len(text) + 2
    whole = "\n\n".join(parts)
    ends = [len(whole)]
    for number in range(count, 0, -1):  # a page without text covers nothing, where the next page starts
        ends.append(starts.get(number, ends[-1]))
    ends[-1] = 0
    ends.reverse()
    return whole, tuple(Page(number + 1, Span(*span)) for number, span in enumerate(zip(ends, ends[1:], strict=False)))


def _title(
    declared: str, pages: Sequence[Sequence[Line]], paragraphs: Sequence[Sequence[Line]], words: Mapping[str, int]
) -> str:
    """The declared title if the first pages print it, else their largest lines, else a declared one that looks right."""

    def squeezed(text: str) -> str:
        return re.sub(r"[\W_]+", "", text).casefold()

    printed = squeezed("".join(line.text for lines in pages[:2] for line in lines))
    if len(squeezed(declared)) > 3 and squeezed(declared) in printed:
        return declared
    least = 1.15 * _body_size(pages)
    for paragraph in sorted((p for p in paragraphs if p[0].page == 1), key=lambda p: -p[0].size):
        title = ""
        for line in paragraph:
            title = join(title, line.text, words)
        if paragraph[0].size < least:
            break
        if sum(map(str.isalpha, title)) >= 4 and len(title) <= 250:
            return title
    return "" if _DEFAULT_TITLE.search(declared) else declared
