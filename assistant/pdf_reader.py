"""The reader for PDF: its text in paragraphs, with the characters that each page covers."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise

from pypdf import PasswordType, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from assistant.canonical import Reading, join, vocabulary
from assistant.imprint import can_be_title
from assistant.pdf_lines import Line, page_lines, without_running_lines
from assistant.pdf_paragraphs import layout_of, paragraphs_of
from assistant.types import EmptyFile, EncryptedFile, LoadError, NoTextLayer, Page, Span, UnreadableFile

_LEAST_CHARACTERS = 20
"""Fewer printed characters per page than this are stamps and page numbers on a scan, not a text."""

# What programs put in for want of a title: their own name, the file's name, one token.
_DEFAULT_TITLE = re.compile(r"microsoft word|untitled|无标题|\.[a-z]{2,4}$|^[!-~]*$", re.IGNORECASE)


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
        reason = " ".join(str(error).split())[:160].rstrip(".") or type(error).__name__
        advice = "Print it to a new PDF and ingest that"
        raise UnreadableFile(f"{where}: not readable as PDF, {reason}. {advice}.") from error
    _check_text(pages, garbled, where)
    paragraphs = paragraphs_of(without_running_lines(pages))
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
    return whole, tuple(Page(number, Span(*span)) for number, span in enumerate(pairwise(ends), start=1))


def _title(
    declared: str, pages: Sequence[Sequence[Line]], paragraphs: Sequence[Sequence[Line]], words: Mapping[str, int]
) -> str:
    """The declared title if the first pages print it, else their largest lines, else the declared one if it can be."""

    def squeezed(text: str) -> str:
        return re.sub(r"[\W_]+", "", text).casefold()

    printed = squeezed("".join(line.text for lines in pages[:2] for line in lines))
    if len(squeezed(declared)) > 3 and squeezed(declared) in printed:
        return declared
    least = 1.15 * layout_of(pages).body
    for paragraph in sorted((p for p in paragraphs if p[0].page == 1), key=lambda p: -p[0].size):
        title = ""
        for line in paragraph:
            title = join(title, line.text, words)
        if paragraph[0].size < least:
            break
        if sum(map(str.isalpha, title)) >= 4 and len(title) <= 250 and can_be_title(title):
            return title
    return "" if _DEFAULT_TITLE.search(declared) else declared
