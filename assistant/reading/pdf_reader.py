"""The reader for PDF: its text in paragraphs, with the characters that each page covers."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from pypdf import PasswordType, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from assistant.documents import Page, PrintedLine, Span
from assistant.errors import EmptyFile, EncryptedFile, LoadError, NoTextLayer, UnreadableFile
from assistant.reading import ocr
from assistant.reading.canonical import Reading, join, turned, vocabulary
from assistant.reading.imprint import can_be_title
from assistant.reading.legibility import illegible
from assistant.reading.pdf_boxes import Frame, frame_of
from assistant.reading.pdf_lines import Line, page_lines, without_running_lines
from assistant.reading.pdf_paragraphs import layout_of, paragraphs_of

_LEAST_CHARACTERS = 20
"""Fewer printed characters per page than this are stamps and page numbers on a scan, not a text."""
_LEAST_REPEATED = 100
"""Characters; shorter pages may be alike without being one page twice."""
_SHOWN_OF_HIDDEN = 120
MOST_PAGES = 5_000
"""The longest standards and yearbooks have some 2,000."""

# What programs put in for want of a title: their own name, the file's name, one token.
_DEFAULT_TITLE = re.compile(r"microsoft word|untitled|无标题|\.[a-z]{2,4}$|^[!-~]*$", re.IGNORECASE)


@dataclass(slots=True)
class _Pages:
    """The lines of each page, and by number the pages whose own text is missing or wrong and what became of them."""

    lines: list[list[Line]]
    title: str
    frames: list[Frame | None] = field(default_factory=list)
    wrong: dict[int, str] = field(default_factory=dict)
    """Pages whose text layer says something else than they show, with the reason."""
    recognised: dict[int, float] = field(default_factory=dict)
    """Pages read from their picture, with the certainty."""
    guessed: list[int] = field(default_factory=list)
    """Pages whose picture could not be read with any certainty."""
    short: bool = False
    """Whether a page of few words was seen to have no more of them."""
    hidden: dict[int, str] = field(default_factory=dict)
    """Text of pages that nobody sees on them."""
    turned: str = ""
    """Text with marks that turn the direction of writing."""
    seen: dict[str, int] = field(default_factory=dict)
    repeats: dict[int, int] = field(default_factory=dict)
    """Pages that are the same as an earlier one."""


def read_pdf(data: bytes, where: str, tick: Callable[[], None] = lambda: None) -> Reading:
    """The text of a PDF in paragraphs, and its pages. Pages without a text of their own are read by OCR where it is installed.

    Args:
        tick: Called for each page whose text is taken, and for each that is read from its picture.

    Raises:
        EncryptedFile: If it cannot be opened without a password.
        NoTextLayer: If its pages hold hardly any text, and none can be recognised.
        EmptyFile: If it has no pages.
        UnreadableFile: If it is damaged, has too many pages, or is no PDF.
    """
    try:
        with _quiet_pypdf():
            found = _extract(data, where, tick)
    except LoadError:
        raise
    except (DependencyError, FileNotDecryptedError) as error:
        raise EncryptedFile(f"{where}: needs a password. Save it without one and ingest it again.") from error
    except Exception as error:  # pypdf meets damage with whatever Python raises on it
        reason = " ".join(str(error).split())[:160].rstrip(".") or type(error).__name__
        advice = "Print it to a new PDF and ingest that"
        raise UnreadableFile(f"{where}: not readable as PDF, {reason}. {advice}.") from error
    _recognise(found, data, tick)
    pages = found.lines
    _check_text(found, where)
    paragraphs = paragraphs_of(without_running_lines(pages))
    words = vocabulary(line.text for lines in pages for line in lines)
    text, spans, lines = _assembled(paragraphs, found.frames, words)
    return Reading(text, _title(found.title, pages, paragraphs, words), spans, warnings=_warnings(found), lines=lines)


def read_image(data: bytes, where: str) -> Reading:
    """The text that a picture shows, as one page.

    Raises:
        NoTextLayer: If OCR is not installed, or finds nothing that it is certain of.
        UnreadableFile: If it is damaged or no picture.
    """
    if not ocr.available():
        raise NoTextLayer(f"{where}: a picture, which only OCR can read. {ocr.REMEDY}.")
    try:
        lines, certainty, frame = ocr.read_picture(data)
    except Exception as error:  # Pillow meets damage with many kinds of errors
        reason = " ".join(str(error).split())[:160].rstrip(".") or type(error).__name__
        raise UnreadableFile(f"{where}: not readable as a picture, {reason}. Save it anew and ingest it again.") from error
    found = _Pages([lines], "", [frame])
    if certainty < ocr.LEAST_CERTAINTY:
        found.lines, found.guessed = [[]], [1]
    elif lines:
        found.recognised[1] = certainty
    _check_text(found, where)
    paragraphs = paragraphs_of(found.lines)
    words = vocabulary(line.text for line in lines)
    text, spans, printed = _assembled(paragraphs, found.frames, words)
    return Reading(text, _title("", found.lines, paragraphs, words), spans, warnings=_warnings(found), lines=printed)


def _extract(data: bytes, where: str, tick: Callable[[], None]) -> _Pages:
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise EncryptedFile(f"{where}: needs a password. Save it without one and ingest it again.")
    count = len(reader.pages)
    if not count:
        raise EmptyFile(f"{where}: has no pages. Check that the file is complete.")
    if count > MOST_PAGES:
        raise UnreadableFile(f"{where}: has {count:,} pages, more than {MOST_PAGES:,}. Split the file.")
    found = _Pages([], "")
    for number, page in enumerate(reader.pages, start=1):
        printed = page_lines(page, number)
        words = " ".join(line.text for line in printed.lines)
        reason = "its fonts do not say which characters they show" if printed.undecoded else illegible(words)
        if reason:
            found.wrong[number] = reason
        if printed.hidden:
            found.hidden[number] = printed.hidden
        found.turned += printed.turned
        repeated = found.seen.setdefault(words, number) if len(words) > _LEAST_REPEATED else number
        if repeated != number:
            found.repeats[number] = repeated
        found.frames.append(frame_of(page))
        found.lines.append([] if repeated != number or (reason and not printed.undecoded) else printed.lines)
        tick()
    title = reader.metadata.title if reader.metadata else None
    found.title = " ".join(title.split()) if isinstance(title, str) else ""
    return found


def _recognise(found: _Pages, data: bytes, tick: Callable[[], None]) -> None:
    """Read the pages without a text of their own from their pictures, where OCR is installed."""
    silent = [n for n, lines in enumerate(found.lines, start=1) if n in found.wrong or _characters(lines) < _LEAST_CHARACTERS]
    silent = [n for n in silent if n not in found.repeats]
    if not silent or not ocr.available():
        return
    for number in silent:
        tick()
        try:
            lines, certainty, frame = ocr.read_page(data, number)
        except Exception:  # pdfium cannot draw what pypdf could open: the page stays without text, and is named
            continue
        own = _characters(found.lines[number - 1])
        if own and number not in found.wrong and _characters(lines) <= 1.5 * own + 5:
            found.short = True  # the page has what its picture shows: a half title, a page number
            continue
        if lines and certainty >= ocr.LEAST_CERTAINTY:
            found.lines[number - 1], found.frames[number - 1] = lines, frame
            found.recognised[number] = certainty
        elif lines:
            found.guessed.append(number)


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


def _characters(lines: Sequence[Line]) -> int:
    return sum(len("".join(line.text.split())) for line in lines)


def _check_text(found: _Pages, where: str) -> None:
    pages = found.lines
    characters = sum(map(_characters, pages))
    if characters >= _LEAST_CHARACTERS * len(pages) or (characters and (found.recognised or found.short)):
        return
    if found.guessed:
        raise NoTextLayer(f"{where}: no text layer, and the picture of {_listed(found.guessed)} is too poor to read. Scan it anew, at 300 dots per inch.")
    if 2 * len(found.wrong) > len(pages):
        what = f"{next(iter(found.wrong.values()))} on {_listed(list(found.wrong))}"
    else:
        what = f"{len(pages)} page{'s' * (len(pages) > 1)} with {characters} characters, so probably a scan"
    advice = "OCR found nothing to read there either; check the file" if ocr.available() else ocr.REMEDY
    raise NoTextLayer(f"{where}: no text layer, {what}. {advice}.")


def _warnings(found: _Pages) -> tuple[str, ...]:
    told = {*found.wrong, *found.guessed, *found.repeats}
    empty = [n for n, lines in enumerate(found.lines, start=1) if not lines and n not in told]
    wrong = [n for n in found.wrong if n not in found.recognised and n not in found.guessed]
    has = "has" if len(empty) == 1 else "have"
    certainty = f"{min(found.recognised.values(), default=1.0):.0%}"
    return tuple(
        [f"{_listed(list(found.recognised))} read by OCR, certain to {certainty} or more: check figures against the page"] * bool(found.recognised)
        + [f"{_listed(empty)} {has} no text"] * bool(empty)
        + [f"text on {_listed(wrong)} could not be decoded and was left out"] * bool(wrong)
        + [f"the picture of {_listed(found.guessed)} is too poor to read and was left out"] * bool(found.guessed)
        + [f"page {later} repeats page {first} and was left out" for later, first in found.repeats.items()]
        + [f"page {n} holds hidden text, which was left out: {_shortened(text)}" for n, text in found.hidden.items()]
        + [*turned(found.turned)]
    )


def _shortened(text: str) -> str:
    return repr(text if len(text) <= _SHOWN_OF_HIDDEN else text[:_SHOWN_OF_HIDDEN] + "…")


def _listed(numbers: Sequence[int]) -> str:
    """``page 3`` or ``pages 1-4, 7``."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
    return f"page{'s' * (len(numbers) > 1)} {shown}"


def _assembled(
    paragraphs: Sequence[Sequence[Line]], frames: Sequence[Frame | None], words: Mapping[str, int]
) -> tuple[str, tuple[Page, ...], tuple[PrintedLine, ...]]:
    """The text; each page's span in it, from its first character to the first of the next page; and where its lines are printed."""
    parts: list[str] = []
    starts: dict[int, int] = {}
    printed: list[tuple[int, Line]] = []
    offset = 0
    for paragraph in paragraphs:
        text = ""
        for line in paragraph:
            joined = join(text, line.text, words)
            start = offset + len(joined) - len(line.text)
            starts.setdefault(line.page, start)
            printed.append((start, line))
            text = joined
        parts.append(text)
        offset += len(text) + 2
    whole = "\n\n".join(parts)
    ends = [len(whole)]
    for number in range(len(frames), 0, -1):  # a page without text covers nothing, where the next page starts
        ends.append(starts.get(number, ends[-1]))
    ends[-1] = 0
    ends.reverse()
    pages = tuple(Page(number, Span(*span)) for number, span in enumerate(pairwise(ends), start=1))
    return whole, pages, tuple(_places(printed, frames))


def _places(printed: Sequence[tuple[int, Line]], frames: Sequence[Frame | None]) -> Iterator[PrintedLine]:
    """Yield where each line is printed; a hyphen that joining took away belongs to no line."""
    nexts = [start for start, _ in printed[1:]]
    for number, (start, line) in enumerate(printed):
        frame = frames[line.page - 1]
        end = min(start + len(line.text), *nexts[number : number + 1] or [start + len(line.text)])
        if frame is not None:
            yield PrintedLine(line.page, Span(start, end), frame.box(line))


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
