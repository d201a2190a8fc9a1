"""The questions with their gold evidence, one JSON object a line in ``evals/cases/SUITE.jsonl``.

A suite named ``library-…`` is asked of the texts under ``--texts``, one named ``corpus-…`` of the corpus that ships. No text
is kept here: gold evidence is offsets into a file of the texts with a hash of the words there, or a quote from a file of the corpus, read at run time.
Held-out suites end in ``-test``; nothing of what they ask is ever printed or written to results.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError
from assistant.results import Reason
from evals.matching import squeeze

CASES = Path(__file__).resolve().parent / "cases"
OUT_OF_SCOPE = "oos"
PAIRS = ("en-en", "zh-en", "zh-zh", "en-zh", OUT_OF_SCOPE)
"""Language of the question, then of the texts that hold the answer; ``oos`` for what no text is about."""

_KEYS = {"id", "question", "language", "outcome", "evidence", "facts", "tags"}
_BY_OFFSETS = {"file", "start", "end", "locator", "sha256"}
_HASH = 12
"""Digits of a hash that are kept."""
_BY_QUOTE = {"source", "quote"}
_OPTIONAL = {"locator", "also"}


_QUESTION = re.compile(r'"question": ("(?:[^"\\]|\\.)*")')


class CaseError(AssistantError):
    """A suite is wrong; the text says which line and how to put it right."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words without which the question cannot be answered."""

    path: Path
    """The file that holds them."""
    text: str
    locator: str
    """The article, section or table; empty where not given."""
    occurrence: int
    """How many times the same words stand in the file before these."""
    also: tuple[Evidence, ...] = ()
    """Other places that carry the same rule: a local rule that restates the law, a note that sums it up. One of them will do."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question and what is expected of the answer."""

    id: str
    question: str
    language: str
    pair: str
    reason: Reason | None
    """Why the assistant should decline; ``None`` if it should answer."""
    evidence: tuple[Evidence, ...]
    facts: tuple[re.Pattern[str], ...]
    """An answer must match all of them; letter case is ignored."""
    tags: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        """Whether an answer is expected."""
        return self.reason is None


def is_held_out(suite: str) -> bool:
    """Return whether what a suite asks must not be shown."""
    return suite.endswith("-test")


def suite_path(suite: str) -> Path:
    """Return the file of a suite.

    Raises:
        CaseError: there is no such suite.
    """
    path = CASES / f"{suite}.jsonl"
    if not path.is_file():
        raise CaseError(f"--suite {suite}: is not one of {', '.join(sorted(p.stem for p in CASES.glob('*.jsonl')))}. Name one of these.")
    return path


def suite_lines(path: Path) -> list[str]:
    """Return the lines of a suite. Only a line feed ends one: a question may hold U+2028, at which ``splitlines`` splits."""
    text = path.read_text(encoding="utf-8")
    return text.removesuffix("\n").split("\n") if text else []


def hash_of(words: str) -> str:
    """Return by what the words of gold evidence are known again: the first digits of their SHA-256, white space left out."""
    return hashlib.sha256(squeeze(words).encode()).hexdigest()[:_HASH]


def load_cases(path: Path, texts: Path, corpus: Path) -> list[Case]:
    """Return the cases of a suite, in the order of the file.

    Args:
        path: the suite.
        texts: the folder that ``file`` of evidence is relative to.
        corpus: the folder in which ``source`` of evidence is a Markdown file's name.

    Raises:
        CaseError: a line is not as it must be, its evidence is not where it says, or a suite beside it asks the same of the same texts, or asks
            the same and only one of the two is held out.
    """
    cases: list[Case] = []
    seen = _asked_beside(path)
    for number, line in enumerate(suite_lines(path), start=1):
        where = f"{path.name}:{number}"
        case = _Row(where, _object(line, where), texts, corpus).case()
        for key in (case.id, key_of(case.question)):
            if key in seen:
                raise CaseError(f"{where}: has the same id or question as {seen[key]}. Remove one of them.")
            seen[key] = where
        cases.append(case)
    if not cases:
        raise CaseError(f"{path.name}: holds no case. Write one JSON object on each line.")
    return cases


def _asked_beside(path: Path) -> dict[str, str]:
    """Return where other suites of the folder ask what this one must not ask as well."""
    seen = {}
    for other in sorted(path.parent.glob("*.jsonl")):
        shares = other.stem.split("-")[0] == path.stem.split("-")[0] or is_held_out(other.stem) != is_held_out(path.stem)
        if other != path and shares:
            for number, line in enumerate(suite_lines(other), start=1):
                if found := _QUESTION.search(line):
                    seen[key_of(json.loads(found[1]))] = f"{other.name}:{number}"
    return seen


def key_of(question: str) -> str:
    """Return by what a question is the same as another: white space and letter case left out."""
    return squeeze(question).casefold()


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line, object_pairs_hook=_unique)
    except ValueError as error:
        raise CaseError(f"{where}: is not JSON ({error}). Write one object on each line.") from error
    if not isinstance(row, dict):
        raise CaseError(f"{where}: is not an object. Write one object on each line.")
    return row


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError("a key is given twice")
    return row


@dataclass(frozen=True, slots=True)
class _Row:
    """One line while it is checked. Messages name keys and values other than the question, which may be held out."""

    where: str
    row: Mapping[str, Any]
    texts: Path
    corpus: Path

    def case(self) -> Case:
        outcome = self._one_of("outcome", ("answer", "abstention"))
        self._keys(self.row, _KEYS | ({"reason"} if outcome == "abstention" else set()), set())
        language = self._one_of("language", ("en", "zh"))
        reason = Reason(self._one_of("reason", tuple(Reason))) if outcome == "abstention" else None
        tags = self._texts("tags")
        evidence = tuple(self._evidence(e) for e in self._list("evidence"))
        facts = tuple(self._fact(f) for f in self._texts("facts"))
        for key, given in (("evidence", evidence), ("facts", facts)):
            if bool(given) != (reason is None):
                raise self._error(f"has {len(given)} {key} for outcome {outcome!r}", "An answer needs at least one; an abstention has none")
        return Case(self._text("id"), self._text("question"), language, self._pair(tags, language), reason, evidence, facts, tags)

    def _pair(self, tags: tuple[str, ...], language: str) -> str:
        pairs = [t for t in tags if t in PAIRS] or ([OUT_OF_SCOPE] if "out-of-scope" in tags else [])
        if len(pairs) != 1 or (pairs[0] != OUT_OF_SCOPE and not pairs[0].startswith(language)):
            raise self._error(f"tags name the language pairs {pairs} for a question in {language!r}", f"Tag it with one of {', '.join(PAIRS)}")
        return pairs[0]

    def _evidence(self, given: Any) -> Evidence:
        if not isinstance(given, dict):
            raise self._error(f"evidence {given!r} is not an object", "Give file, start, end and locator, or source and quote")
        if "source" in given:
            self._keys(given, _BY_QUOTE, _OPTIONAL)
            others = given.get("also", [])
            if not isinstance(others, list) or any(not isinstance(o, dict) or "source" not in o or "also" in o for o in others):
                raise self._error(f"evidence has also {others!r}", "List objects with source and quote there")
            return replace(self._quoted(given), also=tuple(self._evidence(o) for o in others))
        self._keys(given, _BY_OFFSETS, set())
        start, end = given["start"], given["end"]
        path, text = self._file(self.texts, str(given["file"]))
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
            raise self._error(f"evidence {start!r} to {end!r} is outside {path.name}, which has {len(text)} characters", "Correct the offsets")
        words = text[start:end]
        if not squeeze(words):
            raise self._error(f"evidence {start} to {end} of {path.name} is blank", "Correct the offsets")
        if (now := hash_of(words)) != given["sha256"]:
            raise self._error(f"evidence {start} to {end} of {path.name} is not what it was (sha256 {now})", "Correct the offsets, or take the right text")
        return Evidence(path, words, str(given["locator"]), squeeze(text[:start]).count(squeeze(words)))

    def _quoted(self, given: Mapping[str, Any]) -> Evidence:
        name, quote = str(given["source"]), squeeze(str(given["quote"]))
        found = [f for folder in ("policies", "cases") if (f := self.corpus / folder / f"{name}.md").is_file()]
        if len(found) != 1:
            raise self._error(f"evidence source {name!r} is no file of {self.corpus}", "Name a file there, without its suffix")
        path, text = self._file(self.corpus, str(found[0].relative_to(self.corpus)))
        count = squeeze(_body(text)).count(quote) if quote else 0
        if count != 1:
            raise self._error(f"evidence quote {given['quote']!r} stands {count} times in {path.name}", "Quote words that stand there once")
        return Evidence(path, str(given["quote"]), str(given.get("locator", "")), 0)

    def _file(self, root: Path, name: str) -> tuple[Path, str]:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()) or not path.is_file():
            raise self._error(f"evidence file {name!r} is not in {root}", "Correct it, or say where the texts are with --texts")
        return path, _read(path)

    def _fact(self, pattern: str) -> re.Pattern[str]:
        try:
            compiled = re.compile(pattern, re.IGNORECASE)
        except re.error as error:
            raise self._error(f"fact {pattern!r} is not a regular expression ({error})", "Correct it") from error
        if compiled.search(""):
            raise self._error(f"fact {pattern!r} matches the empty text", "Make it name what an answer must say")
        return compiled

    def _keys(self, given: Mapping[str, Any], needed: set[str], optional: set[str]) -> None:
        missing, unknown = sorted(needed - set(given)), sorted(set(given) - needed - optional)
        if missing or unknown:
            raise self._error(f"lacks {missing} and has unknown {unknown}", f"The keys are {', '.join(sorted(needed | optional))}")

    def _one_of(self, key: str, legal: tuple[str, ...]) -> str:
        value = self.row.get(key)
        if value not in legal:
            raise self._error(f"{key} {value!r} is not one of {', '.join(legal)}", "Correct it")
        return str(value)

    def _text(self, key: str) -> str:
        value = self.row[key]
        if not isinstance(value, str) or not value.strip():
            raise self._error(f"{key} is blank or not a text", "Write it there")
        return value

    def _list(self, key: str) -> list[Any]:
        value = self.row.get(key)
        if not isinstance(value, list):
            raise self._error(f"{key} is not a list", "Write a list, empty if there is nothing to say")
        return value

    def _texts(self, key: str) -> tuple[str, ...]:
        values = self._list(key)
        if not all(isinstance(v, str) and v for v in values):
            raise self._error(f"{key} {values!r} is not a list of texts", "Correct it")
        return tuple(values)

    def _error(self, what: str, remedy: str) -> CaseError:
        return CaseError(f"{self.where}: {what}. {remedy}.")


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _body(text: str) -> str:
    """Return a Markdown file's text without its front matter."""
    return text[text.index("\n---\n", 3) + 5 :] if text.startswith("---\n") and "\n---\n" in text[3:] else text
