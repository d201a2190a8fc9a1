"""Answers as Markdown with numbered references, for chat windows and documents.

Words of documents are data: whatever would be a link, an image, code or HTML in them is escaped, so that no text in the
library can make a reader's program load or run anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.results import Abstention, Answer, Citation, Conflict, Hit

NEAREST = 3
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~])")
_BLOCK = re.compile(r"^(\s*)([#+=-]|\d+(?=[.)]\s))")


def plain(text: str) -> str:
    """Return ``text`` as one line of Markdown that shows it as it is."""
    return _BLOCK.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", " ".join(text.split())))


def marks(numbers: Sequence[int]) -> str:
    """Return the marks behind a sentence: `` [1] [2]``."""
    return "".join(f" [{n}]" for n in numbers)


def footnote(citation: Citation, language: str) -> str:
    """Return where a sentence stands, and its exact words."""
    zh = language == "zh"
    number = f"，{plain(citation.document_number)}" if zh else f", {plain(citation.document_number)}"
    where = f"{plain(citation.locator)}，第{citation.page}页" if zh else f"{plain(citation.locator)}, page {citation.page}"
    title = plain(citation.title) + (number if citation.document_number else "")
    quote = f"“{plain(citation.quote)}”"
    label = f"（{plain(citation.label)}）" if zh else f" ({plain(citation.label)})"
    return f"[{citation.n}] {title}{label}{'，' if zh else ', '}{where}{'：' if zh else ': '}{quote}"


def as_markdown(outcome: Answer | Abstention) -> str:
    """Return an answer with its references, or a refusal with the nearest passages."""
    return _answer(outcome) if isinstance(outcome, Answer) else _refusal(outcome)


def references(answer: Answer) -> str:
    """Return all that follows the sentences of an answer: conflicts, cautions and the references."""
    zh = answer.language == "zh"
    parts = [_conflict(c, zh) for c in answer.conflicts] + [plain(note) for note in answer.notes] + [plain(n.text) for n in answer.notices]
    notes = "\n".join(footnote(c, answer.language) + "\n" for c in answer.citations)
    return "\n\n".join([*parts, f"**{'来源' if zh else 'Sources'}**\n\n{notes}"]).rstrip()


def _answer(answer: Answer) -> str:
    said = "\n\n".join(plain(s.text) + marks(s.citations) for s in answer.statements)
    return f"{said}\n\n{references(answer)}"


def _conflict(conflict: Conflict, zh: bool) -> str:
    sides = ("；" if zh else "; ").join(f"{plain(value)} [{n}]" for value, n in zip(conflict.values, conflict.citations, strict=True))
    return f"{'不一致' if zh else 'In conflict'}{'：' if zh else ': '}{sides}{'。' if zh else '. '}{plain(conflict.rule)}"


def _refusal(refusal: Abstention) -> str:
    zh = refusal.language == "zh"
    head = "**最接近的段落**" if zh else "**Nearest passages**"
    near = "\n\n".join(_passage(hit) for hit in refusal.hits[:NEAREST])
    notices = [plain(n.text) for n in refusal.notices]
    return "\n\n".join([plain(refusal.message), *notices, *([f"{head}\n\n{near}"] if near else [])])


def _passage(hit: Hit) -> str:
    return f"{plain(hit.source.title)} · {plain(hit.passage.locator)}{chr(10)}{chr(10)}{plain(hit.passage.text)}"
