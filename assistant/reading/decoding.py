"""Bytes to clean text: the encoding that a file is in, and what about that its librarian should know."""

from __future__ import annotations

import codecs
import re

from assistant.errors import UnreadableFile
from assistant.reading.canonical import clean, turned

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SPACE_OF_GBK = "\ue5e5"
"""What the full-width space of old Chinese editors (A3 A0) decodes to."""
_MEANINGLESS = re.compile("[\x80-\x84\x86-\x9f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_TRACE = 0.005
"""The share of characters without a meaning that a guessed encoding may give: names in characters of their own making."""
_MOST_MEANINGLESS = 0.15
"""The share that text in UTF-8 may hold: bullets of symbol fonts, but not a text in a font of its own."""
_USUAL = re.compile("[\t\n\r -~\u00a0-\u00ff\u2010-\u2026\u3000-\u301f\u4e00-\u9fff\uff00-\uffef]")
_LATIN_OR_MARK = re.compile("[\n\r -~\u3000-\u3002\uff0c]")


def read_text(data: bytes, where: str, declared: str = "") -> tuple[str, tuple[str, ...]]:
    """The text of ``data``, cleaned, with the warnings that go with it.

    The encoding is told by a byte order mark, else it is UTF-8, else ``declared``, else UTF-16, GB 18030 or Big5, whichever makes
    sense. UTF-8 comes before what a page declares because bytes are hardly ever valid UTF-8 by accident, while pages that
    were saved anew often still declare their old encoding.

    Raises:
        UnreadableFile: If the bytes are no text, or in none of these encodings.
    """
    text, guessed = _decoded_text(data, where, declared)
    told = (f"read as {guessed}, which the file itself does not say: look whether its characters are right",) if guessed else ()
    return clean(text), (*told, *turned(text))


def _decoded_text(data: bytes, where: str, declared: str) -> tuple[str, str]:
    """The text and, where it had to be guessed and is not the usual one, the encoding."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _readable(_decoded(data, encoding), where, "marked as Unicode but damaged"), ""
    if data.count(0) * 100 > len(data):
        text, guessed = _without_mark(data)
        return _readable(text, where, "binary, or UTF-16 without a byte order mark"), guessed
    for encoding in ("utf-8", declared):
        text = _decoded(data, encoding) if encoding else None
        if text is not None:
            return _readable(text, where, ""), ""
    text, guessed = _without_mark(data)
    return (text, guessed) if text is not None else _chinese(data, where)


def _without_mark(data: bytes) -> tuple[str | None, str]:
    """UTF-16 without a byte order mark, where nearly all of it is Latin or Chinese. Other bytes give letters of many scripts."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = _decoded(data, encoding)
        if text and len(_USUAL.findall(text)) >= 0.95 * len(text) and _LATIN_OR_MARK.search(text):
            return text, encoding.upper()
    return None, ""


def _chinese(data: bytes, where: str) -> tuple[str, str]:
    gb = _decoded(data, "gb18030") if _plausible_gb(data) else None
    if gb is not None:
        gb = gb.replace(_SPACE_OF_GBK, "\u3000")
        if _meaningless(gb) <= _TRACE:
            return gb, ""
    for encoding in ("big5", "big5hkscs") if _plausible_big5(data) else ():
        big5 = _decoded(data, encoding)
        if big5 is not None and _meaningless(big5) <= _TRACE:
            return big5, "Big5"
    return _refuse(where, "in none of UTF-8, UTF-16 and GB 18030" if gb is None else "not readable in UTF-8, GB 18030 or Big5"), ""


def _meaningless(text: str) -> float:
    return len(_MEANINGLESS.findall(text)) / max(len(text), 1)


def _readable(text: str | None, where: str, damage: str) -> str:
    if text is None:
        return _refuse(where, damage)
    return _refuse(where, "not readable: its characters have no meaning") if _meaningless(text) > _MOST_MEANINGLESS else text


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _plausible_gb(data: bytes) -> bool:
    """Whether high bytes come in pairs. In Latin-1 prose they stand alone, and would decode to wrong Chinese."""
    pairs = re.findall(rb"[\x81-\xfe]([\x30-\xff])", data)
    return 2 * len([trail for trail in pairs if trail >= b"\x80"]) > len(pairs)


def _plausible_big5(data: bytes) -> bool:
    """Whether nearly all pairs are of Big5's signs and frequent characters, as in every text that somebody wrote."""
    leads: list[bytes] = re.findall(rb"([\x81-\xfe])[\x40-\x7e\xa1-\xfe]", data)
    return len([lead for lead in leads if b"\xa1" <= lead <= b"\xc6"]) > 0.9 * len(leads)


def _refuse(where: str, what: str) -> str:
    raise UnreadableFile(f"{where}: the text is {what}. Save it as UTF-8 and ingest it again.")
