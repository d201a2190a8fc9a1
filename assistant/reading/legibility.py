"""Telling text from what only looks like it: a text layer whose characters are not the ones the page shows, and words in look-alike letters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

LEAST_LETTERS = 30
"""On fewer letters nothing can be said."""
_ODD = 0.15
_FOREIGN = 0.25
_WESTERN = frozenset({"LATIN", "GREEK", "CYRILLIC"})
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_EASTERN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "HANGUL", "FULLWIDTH", "HALFWIDTH", "KANGXI", "IDEOGRAPHIC"})


def illegible(text: str) -> str:
    """Return why ``text`` cannot be what a page shows, or nothing.

    Three signs, each on at least 30 letters: characters without a meaning (private use, replacement, unassigned);
    letters of many scripts mixed, as a font with its own numbering yields; accented Latin letters for Chinese
    bytes read in the wrong encoding.
    """
    shown = [c for c in text if not c.isspace()]
    letters = [c for c in shown if c.isalpha()]
    odd = sum(unicodedata.category(c) in ("Co", "Cn", "Cs") or c == "\ufffd" for c in shown)
    if len(shown) >= LEAST_LETTERS and odd > _ODD * len(shown):
        return "its characters have no meaning"
    if len(letters) < LEAST_LETTERS:
        return ""
    accented = sum("\u00a1" <= c <= "\u00ff" for c in shown)
    if accented > 0.4 * len(shown):
        return "its characters are in the wrong encoding"
    scripts = Counter(_script(c) for c in letters)
    main = scripts.most_common(1)[0][0]
    kin = _EASTERN | {"LATIN"} if main in _EASTERN else _WESTERN if main in _WESTERN else {main, "LATIN"}
    foreign = {name: count for name, count in scripts.items() if name not in kin}
    if len(foreign) >= 3 and sum(foreign.values()) > _FOREIGN * len(letters):
        return "its letters are of many scripts at once"
    return ""


def lookalikes(text: str) -> list[str]:
    """Return the words of ``text`` in which letters of Latin, Greek and Cyrillic are mixed, as no language does.

    ``Vос`` with Cyrillic ``о`` and ``с`` looks like a word that it is not. Greek and Cyrillic words as such are none of these.
    """
    return [word for word in _LETTERS.findall(text) if len({_script(c) for c in word} & _WESTERN) > 1]


def _script(letter: str) -> str:
    """The first word of a character's Unicode name, which for letters is the script."""
    if "\u4e00" <= letter <= "\u9fff":
        return "CJK"
    return unicodedata.name(letter, "UNNAMED").split()[0].split("-")[0]
