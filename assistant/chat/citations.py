"""Keys and the sentences that cite them: a model may write ``[K3]`` and nothing else; what a key stands for is looked up.

``parse`` and ``format_sentence`` are inverses. Parsing takes what models really write: ``[K1][K2]``, ``[K1, K2]``,
``[K1-K3]``, ``【K1】``, ``［Ｋ1］``, keys before or behind the full stop, and any of it cut in pieces by the stream.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.documents import Span
from assistant.language.text import fold, sentences

_KEY = re.compile(r"\[\s*k\s*\d{1,4}(?:\s*(?:[,，、;；/&和与-]|and)?\s*k?\s*\d{1,4})*\s*\]")
_RUN = re.compile(r"(\d+)(?:\s*-\s*k?\s*(\d+))?")
LONGEST_RUN = 10
"""Keys that ``[K1-K10]`` may stand for; a longer run is taken for its two ends."""
_FIRST, _LAST = "\ue000", "\uf8ff"
"""Keys are masked by characters for private use while sentences are split, so that no bracket or digit misleads the splitter."""
_MARK = f"[{_FIRST}-{_LAST}]"
_BEHIND_STOP = re.compile(rf"((?:[。！？!?；;]|\.)+[”’\"'」』）)》]*)\s*({_MARK}(?:[\s,，、]*{_MARK})*)")
_FORMATTING = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*•·]\s+|\d{1,2}[.)]\s+)|\*\*|__|`+")
_LOOSE = re.compile(r"\s+(?=[。，、；：！？.,;:!?)）])")
SURE = 12
"""Characters behind a stop from which it is sure that the stop ends a sentence: ``sentences`` looks no further."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A sentence without its keys, and the keys that it cites, in order, each once."""

    text: str
    keys: tuple[int, ...]


def format_keys(keys: Iterable[int]) -> str:
    """Return keys as a model is told to write them: ``[K1][K2]``."""
    return "".join(f"[K{key}]" for key in keys)


def format_sentence(sentence: Keyed) -> str:
    """Return a sentence with its keys behind it."""
    return f"{sentence.text} {format_keys(sentence.keys)}" if sentence.keys else sentence.text


def without_keys(text: str) -> str:
    """Return ``text`` without anything that could be read as a key."""
    while (shorter := "".join(c for c in _mask(text)[0] if not _is_mark(c))) != text:
        text = shorter  # what is left may close up to a key: [K[K1]2]
    return text


def parse(text: str) -> list[Keyed]:
    """Return the sentences of ``text`` with the keys that each cites."""
    return list(split([text]))


def split(chunks: Iterable[str]) -> Iterator[Keyed]:
    """Yield each sentence of a stream as soon as its end, with the keys behind it, has come.

    The cuts between chunks make no difference to what is yielded. A line break ends a sentence.
    """
    line = ""
    for chunk in chunks:
        *whole, line = (line + chunk).split("\n")
        for text in whole:
            yield from _sentences(text)
        done, line = _begun(line)
        yield from done
    yield from _sentences(line)


def _begun(line: str) -> tuple[list[Keyed], str]:
    """Return the sentences of an unfinished line that nothing still to come can change, and the rest of it."""
    masked, keys = _mask(line)
    spans = sentences(masked)
    if len(spans) < 2 or spans[-1].end - spans[-1].start < SURE or masked[spans[-2].end : spans[-1].start + 1].lstrip()[0] in "[【［":
        return [], line
    end = spans[-2].end
    return list(_keyed(masked[:end], spans[:-1], keys)), _unmask(masked[end:], keys)


def _sentences(line: str) -> Iterator[Keyed]:
    masked, keys = _mask(line)
    return _keyed(masked, sentences(masked), keys)


def _keyed(masked: str, spans: Iterable[Span], keys: list[tuple[int, ...]]) -> Iterator[Keyed]:
    for span in spans:
        words = masked[span.start : span.end]
        cited = dict.fromkeys(key for c in words if _is_mark(c) for key in keys[ord(c) - ord(_FIRST)])
        text = "".join(" " if _is_mark(c) else c for c in words)
        text = _LOOSE.sub("", " ".join(_FORMATTING.sub("", text).split()))
        if any(c.isalnum() for c in text):
            yield Keyed(text, tuple(cited))


def _mask(text: str) -> tuple[str, list[tuple[int, ...]]]:
    """Return ``text`` with one mark for each bracket of keys, drawn before the stop that it stands behind; and their keys."""
    text = "".join(c for c in text if not _is_mark(c))
    keys: list[tuple[int, ...]] = []
    out, start = [], 0
    for match in _KEY.finditer(fold(text)):
        if len(keys) > ord(_LAST) - ord(_FIRST):
            break
        out += [text[start : match.start()], chr(ord(_FIRST) + len(keys))]
        keys.append(tuple(_numbers(match.group())))
        start = match.end()
    return _BEHIND_STOP.sub(r"\2\1", "".join([*out, text[start:]])), keys


def _unmask(masked: str, keys: list[tuple[int, ...]]) -> str:
    return "".join(format_keys(keys[ord(c) - ord(_FIRST)]) if _is_mark(c) else c for c in masked)


def _numbers(bracket: str) -> Iterator[int]:
    for match in _RUN.finditer(bracket):
        first, last = int(match[1]), int(match[2] or match[1])
        yield from range(first, last + 1) if first <= last < first + LONGEST_RUN else (first, last)


def _is_mark(character: str) -> bool:
    return _FIRST <= character <= _LAST
