"""What was asked and what came of it, as people judged it: one JSON object a line in ``journal.jsonl`` of the home folder.

A line is an ``Entry``. Whoever judges an answer appends a line with the same id; the last line of an id counts. With
``evidence`` corrected by a person, an entry can become a case of the evaluation: ``python -m evals adopt``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import RowError
from assistant.results import Abstention, Answer, Citation, Reason

JOURNAL = "journal.jsonl"
THUMBS = ("", "up", "down")
_CITED = ("source_id", "locator", "quote")
_LISTS = ("citations", "wrong", "evidence", "facts")


@dataclass(frozen=True, slots=True)
class Entry:
    """One question with its outcome and what people said of it."""

    id: str
    question: str
    language: str
    at: str
    """When it was asked: ISO 8601, in UTC."""
    as_of: str
    """The day as of which it was answered: ISO 8601."""
    outcome: str
    """``answer`` or ``abstention``: what the assistant did."""
    reason: str = ""
    """Why it declined."""
    citations: tuple[Mapping[str, str], ...] = ()
    """``source_id``, ``locator`` and ``quote`` of each citation."""
    fingerprint: str = ""
    thumbs: str = ""
    """``up``, ``down``, or nothing."""
    wrong: tuple[Mapping[str, str], ...] = ()
    """Those of the citations that a reader took for wrong."""
    expected: str = ""
    """What it should have done: ``answer``, or the reason for which it should have declined; empty if nobody said."""
    evidence: tuple[Mapping[str, str], ...] = ()
    """The words that do answer: ``source`` (a file of the corpus) or ``file`` (one beside it), and ``quote``."""
    facts: tuple[str, ...] = ()
    """Regular expressions that a right answer matches."""


def entry_of(result: Answer | Abstention, thumbs: str = "", now: dt.datetime | None = None) -> Entry:
    """Return the entry of a result; the same question, answered by the same library at the same moment, has the same id."""
    at = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).isoformat(timespec="milliseconds")
    digest = hashlib.sha256("\0".join((result.question, at, result.fingerprint, str(result.revision))).encode()).hexdigest()[:12]
    cited = result.citations if isinstance(result, Answer) else ()
    return Entry(
        id=digest,
        question=result.question,
        language=result.language,
        at=at,
        as_of=result.as_of.isoformat(),
        outcome="answer" if isinstance(result, Answer) else "abstention",
        reason=result.reason.value if isinstance(result, Abstention) else "",
        citations=tuple(cited_words(c) for c in cited),
        fingerprint=result.fingerprint,
        thumbs=thumbs,
    )


def cited_words(citation: Citation) -> Mapping[str, str]:
    """Return what an entry says of a citation."""
    return {"source_id": citation.source_id, "locator": citation.locator, "quote": citation.quote}


def append(home: Path, entry: Entry) -> Path:
    """Add an entry to the journal of a home folder and return the file. A line is written at once, so writers do not mix.

    Raises:
        RowError: the entry is not as it must be.
    """
    checked = _entry(dataclasses.asdict(entry) | {name: list(getattr(entry, name)) for name in _LISTS}, "entry")
    home.mkdir(parents=True, exist_ok=True)
    path = home / JOURNAL
    line = json.dumps(dataclasses.asdict(checked), ensure_ascii=False) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)  # what people ask is their own affair
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)
    return path


def read(path: Path) -> list[Entry]:
    """Return the entries of a journal in the order in which their ids first came, each as its last line has it.

    Raises:
        RowError: a line is not an entry.
    """
    entries: dict[str, Entry] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):  # splitlines() would split at U+2028
        if line.strip():
            where = f"{path}:{number}"
            try:
                row = json.loads(line)
            except ValueError as error:
                raise RowError(f"{where}: is not JSON ({error}). Correct or remove the line.") from error
            entry = _entry(row, where)
            entries[entry.id] = entry
    return list(entries.values())


def _entry(row: Any, where: str) -> Entry:
    names = {field.name: field for field in dataclasses.fields(Entry)}
    if not isinstance(row, dict):
        raise RowError(f"{where}: is not an object. Correct or remove the line.")
    needed = {name for name, field in names.items() if field.default is dataclasses.MISSING}
    missing, unknown = sorted(needed - set(row)), sorted(set(row) - set(names))
    if missing or unknown:
        raise RowError(f"{where}: lacks {missing} and has unknown {unknown}. The keys are {', '.join(names)}.")
    for name, value in row.items():
        if name in ("citations", "wrong", "evidence"):
            _check_pieces(where, name, value)
        elif name == "facts":
            if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(f, str) for f in value):
                raise RowError(f"{where}: facts {value!r} is not a list of texts. Correct it there.")
        elif not isinstance(value, str):
            raise RowError(f"{where}: {name} {value!r} is not a text. Correct it there.")
    for name, legal in (("outcome", ("answer", "abstention")), ("thumbs", THUMBS), ("expected", ("", "answer", *Reason))):
        if row.get(name, "") not in legal:
            raise RowError(f"{where}: {name} {row[name]!r} is not one of {', '.join(filter(None, legal))}. Correct it there.")
    lists = {name: tuple(row[name]) for name in _LISTS if name in row}
    return Entry(**{**row, **lists})


def _check_pieces(where: str, name: str, value: Any) -> None:
    texts = isinstance(value, Sequence) and not isinstance(value, str)
    if not texts or not all(isinstance(v, Mapping) and all(isinstance(t, str) for t in v.values()) for v in value):
        raise RowError(f"{where}: {name} is not a list of objects of texts. Correct it there.")
    legal = {frozenset(_CITED)} if name != "evidence" else {frozenset(k) for k in (("source", "quote"), ("file", "quote"))}
    for piece in value:
        if frozenset(set(piece) - ({"locator"} if name == "evidence" else set())) not in legal:
            raise RowError(f"{where}: {name} has the keys {sorted(piece)}. Give {' or '.join(' and '.join(sorted(k)) for k in sorted(legal, key=sorted))}.")
