"""The canonical text that every span of a source points into, and the mending of broken lines."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.documents import Box, Page, PrintedLine, Span

CJK = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han characters, for use inside a character class."""

# Nothing a reader can see: controls, format characters (zero width, bidirectional, tags), fillers, variation selectors (an
# emoji keeps its plain form), lone surrogates. They would make two texts that look the same differ, and can hide words from
# the eye that reads a quote.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_PILED = re.compile(r"[^\w\s!-~]{31,}")
_MOST_MARKS = 30
"""Combining marks on one letter (as in Unicode's stream-safe form): the time to sort them grows with the square of their number."""
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{4,}")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_HYPHENS = ("-", "\u2010")
_LOWER_START = re.compile(r"[a-z\u00df-\u00f6\u00f8-\u00ff]+")
_WIDE = re.compile(f"[{CJK}\u3000-\u303f\uff00-\uffef“”‘’—…·]")
_HAN = re.compile(f"[{CJK}]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader took from one file."""

    text: str
    """Canonical text."""
    title: str = ""
    """The title the format itself declares; empty where it declares none."""
    pages: tuple[Page, ...] = ()
    given: Mapping[str, object] = field(default_factory=dict)
    """Front matter, not yet checked."""
    warnings: tuple[str, ...] = ()
    lines: tuple[PrintedLine, ...] = ()
    """Where the text is printed, in the order of the text; only of formats that have pages."""


def clean(text: str) -> str:
    """``text`` in NFC, lines ended by ``\\n`` only, without invisible characters."""
    return unicodedata.normalize("NFC", _PILED.sub(_thinned, _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))))


def _thinned(run: re.Match[str]) -> str:
    """A run of signs without the combining marks that pile up beyond what a letter can bear."""
    kept, marks = [], 0
    for sign in run[0]:
        marks = marks + 1 if unicodedata.combining(unicodedata.normalize("NFD", sign)[0]) else 0
        if marks <= _MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def turned(text: str) -> tuple[str, ...]:
    """A warning where ``text``, not yet cleaned, holds marks that turn the direction of writing and so can show other words than it holds."""
    found = len(_TURNING.findall(text))
    return (f"{found} marks that turn the direction of writing were taken out: check that the words are the ones the file shows",) if found else ()


def canonical(text: str) -> str:
    """``text`` cleaned, without trailing spaces, outer blank lines and more than two blank lines in a row.

    Width is left as it is: a full-width bracket is part of the exact words.
    """
    text = "\n".join(line.rstrip(" \t\u00a0\u3000") for line in clean(text).split("\n"))
    return _BLANK_LINES.sub("\n\n\n", text).strip("\n")


def han_share(text: str) -> float:
    """The share of Han characters among the letters of ``text``; 0.0 where it has no letters."""
    han = len(_HAN.findall(text))
    letters = sum(map(str.isalpha, text))
    return han / letters if letters else 0.0


def vocabulary(lines: Iterable[str]) -> Counter[str]:
    """How often each word, hyphenated ones as a whole, stands within ``lines``; broken last words do not count."""
    words: Counter[str] = Counter()
    for line in lines:
        broken = _broken_word(line)
        whole = line[: -len(broken) - 1] if broken else line
        words.update(word.lower().replace("\u2010", "-") for word in _WORD.findall(whole))
    return words


def _broken_word(line: str) -> str:
    """The letters before a hyphen that ends ``line``. Counted from the end: a search for them would try each letter of a long run."""
    if not line.endswith(_HYPHENS):
        return ""
    start = len(line) - 1
    while start and line[start - 1].isalnum() and not line[start - 1].isdecimal():
        start -= 1
    return line[start:-1]


def join(first: str, second: str, words: Mapping[str, int]) -> str:
    """One line from two that a line or page break had torn apart.

    Args:
        words: The document's ``vocabulary``, which tells a hyphen of the word from one of the line break.
    """
    if not first or not second:
        return first + second
    broken, tail = _broken_word(first), _LOWER_START.match(second)
    if broken:
        hyphenated = tail is None or _keeps_hyphen(broken.lower(), tail[0].lower(), words)
        return first + second if hyphenated else first[:-1] + second
    tight = _WIDE.match(first[-1]) or _WIDE.match(second[0]) or first.endswith(("://", "–", "@"))
    return first + second if tight else f"{first} {second}"


def _keeps_hyphen(head: str, tail: str, words: Mapping[str, int]) -> bool:
    whole, hyphenated = words.get(head + tail, 0), words.get(f"{head}-{tail}", 0)
    if whole or hyphenated:
        return hyphenated > whole
    # Seen in neither form: two words that stand alone elsewhere are more likely a compound than one broken word.
    return min(len(head), len(tail)) > 3 and head in words and tail in words


def lines_to_rows(lines: Iterable[PrintedLine]) -> list[list[float]]:
    """Return lines as rows of JSON: page, start, end, and the box in ten thousandths of the page."""
    return [[line.page, *line.span, *(round(10_000 * share) for share in line.box)] for line in lines]


def lines_from_rows(rows: Iterable[Sequence[float]]) -> Iterator[PrintedLine]:
    """Yield the lines that ``lines_to_rows`` wrote.

    Raises:
        ValueError: a row is of another form.
    """
    for page, start, end, *box in rows:
        left, top, right, bottom = (share / 10_000 for share in box)
        yield PrintedLine(int(page), Span(int(start), int(end)), Box(left, top, right, bottom))
