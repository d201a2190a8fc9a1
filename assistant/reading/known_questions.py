"""Questions that are known of a document: which of them it answers, and which it only looks as if it answered.

They stand beside it in ``NAME.questions.jsonl``, one JSON object a line: ``{"question": "…", "answered": true, "at": "Article 3"}``, where ``at`` is
the heading that it was put to, if need be with those above it (``Pay › Article 3``), and may be left out. No answer ever quotes them; they say of a new
question that is like them whether to answer it, and from which section.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from assistant.documents import KnownQuestion
from assistant.errors import MetadataError

QUESTIONS_SUFFIX = ".questions.jsonl"
MOST_BYTES = 8 << 20
"""Of a sidecar: three times the questions of the whole corpus."""
LONGEST = 500
"""Characters of a question."""

_KEYS = ("question", "answered", "at")


def read_questions(path: Path) -> tuple[KnownQuestion, ...]:
    """Return what stands in the sidecar of ``path``: for ``a.pdf`` in ``a.questions.jsonl`` and ``a.pdf.questions.jsonl``.

    Raises:
        MetadataError: a sidecar cannot be read, or a line of it is no question.
    """
    sidecars = [path.with_name(name + QUESTIONS_SUFFIX) for name in (path.stem, path.name)]
    return tuple(question for sidecar in sidecars if sidecar.is_file() for question in _questions(sidecar))


def _questions(sidecar: Path) -> list[KnownQuestion]:
    try:
        with sidecar.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise MetadataError(f"{sidecar}: has more than {MOST_BYTES:,} bytes. Keep the questions that people are likely to ask.")
        lines = data.decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise MetadataError(f"{sidecar}: cannot be read, {reason}. Give a file in UTF-8 with one JSON object a line.") from error
    found: dict[str, KnownQuestion] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        question = _question(line, f"{sidecar}, line {number}")
        if question.text in found:
            raise MetadataError(f"{sidecar}, line {number}: this question stands above already. Remove one of them.")
        found[question.text] = question
    return list(found.values())


def _question(line: str, where: str) -> KnownQuestion:
    try:
        given: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise MetadataError(f"{where}: not valid JSON. Write one object a line.") from error
    if not isinstance(given, Mapping):
        raise MetadataError(f"{where}: is no object. Write {{\"question\": \"…\", \"answered\": true}}.")
    if wrong := [key for key in given if key not in _KEYS]:
        raise MetadataError(f"{where}: key {wrong[0]!r} is not one of {', '.join(_KEYS)}. Remove or rename it there.")
    text, answered, at = given.get("question"), given.get("answered"), given.get("at", "")
    if not isinstance(text, str) or not 0 < len(" ".join(text.split())) <= LONGEST:
        raise MetadataError(f"{where}: question is not a text of 1 to {LONGEST} characters. Correct it there.")
    if not isinstance(answered, bool):
        raise MetadataError(f"{where}: answered is not true or false. Correct it there.")
    if not isinstance(at, str):
        raise MetadataError(f"{where}: at is not a heading. Correct it there.")
    return KnownQuestion(" ".join(text.split()), answered, " ".join(at.split()))
