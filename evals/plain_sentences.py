"""Sentences of real texts, and how one is changed: what the plants and the faithful rewrites are made of."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.language.text import language_of, sentences

_COMMENT = re.compile(r"<!--.*?-->|^---\n.*?\n---\n", re.DOTALL | re.MULTILINE)
_MARKS = re.compile(r"^#+ .*$|\*\*|\{standing=\w+\}|^sidebar:.*$", re.MULTILINE)
_ARTICLE_HEAD = re.compile(r"^第[一二三四五六七八九十百]+条[　\s]*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a real text with the paragraph around it."""

    text: str
    context: str
    source: str


Change = Callable[[Sentence, random.Random], str | None]
"""Returns the sentence changed, or nothing where it does not lend itself to that."""


def read_sentences(paths: Sequence[Path]) -> list[Sentence]:
    """Return the sentences of some texts that are of usual length, each with its paragraph."""
    out = []
    for path in paths:
        text = _MARKS.sub("", _COMMENT.sub("", path.read_text(encoding="utf-8")))
        for paragraph in re.split(r"\n\s*\n", text):
            body = _ARTICLE_HEAD.sub("", re.sub(r"\s*\n\s*", " ", paragraph).strip())
            spans = sentences(body)
            for i, s in enumerate(spans):
                line = body[s.start : s.end]
                if _usual(line):
                    around = body[spans[max(0, i - 1)].start : spans[min(len(spans) - 1, i + 1)].end]
                    out.append(Sentence(line, around, path.stem))
    return out


def _usual(line: str) -> bool:
    if language_of(line) == "zh":
        return 16 <= len(line) <= 140 and line[-1] in "。；" and "下列" not in line
    return 8 <= len(line.split()) <= 45 and line[-1] == "." and line[0].isupper() and "@" not in line and not re.search(r"[;|]|et al|\bpp\.|\d{4}\)", line)


def replaced(pairs: Sequence[tuple[str, str]]) -> Callable[[Sentence, random.Random], str | None]:
    """Return a change that replaces one of some words by its partner."""

    def change(sentence: Sentence, rng: random.Random) -> str | None:
        fitting = [(m.span(), new) for old, new in pairs for m in re.finditer(old, sentence.text)]
        if not fitting:
            return None
        (start, end), new = rng.choice(fitting)
        return sentence.text[:start] + new + sentence.text[end:]

    return change


