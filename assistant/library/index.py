"""The index: SQLite registry and vectors kept in step. The only module that writes either.

Order of a write: new vectors, then one SQLite transaction that makes the new passages live and the old ones dead, then
the dead vectors. Whatever is killed in between, SQLite holds one whole version, and ``repair`` removes orphaned vectors.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import filelock

from assistant.documents import SILENT, Passage, Source
from assistant.errors import IndexMismatch, IndexUnavailable
from assistant.language.glossary import Dictionary
from assistant.library.chunking import CHUNKER_VERSION, chunk
from assistant.library.embedding import Embedder
from assistant.library.encoding import encode, encode_passages, encode_words
from assistant.library.originals import Originals
from assistant.library.registry import Registry
from assistant.library.thesaurus import Lexicon
from assistant.library.vectors import COLLECTION, VectorStore

LOCK_TIMEOUT = 120.0
"""Seconds that a second writer waits for the first."""


class Change(StrEnum):
    """What taking in a file did."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is out of step: vectors without a live passage, passages without a vector; originals without a source, sources without theirs."""

    orphans: tuple[str, ...]
    missing: tuple[str, ...]
    strays: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    quoting: int = 0
    """Answers in conversations that held words of removed sources."""

    @property
    def in_step(self) -> bool:
        """Whether words, vectors and originals belonged together."""
        return not (self.orphans or self.missing or self.strays)

    @property
    def clean(self) -> bool:
        """Whether nothing at all was wrong."""
        return self.in_step and not (self.lost or self.quoting)


class Index:
    """One library on disk.

    Raises:
        IndexMismatch: it was built with another embedder or chunker.
        IndexUnavailable: it cannot be opened.
    """

    def __init__(self, home: Path, embedder: Embedder, chroma_url: str = "") -> None:
        self.home = home
        self.registry = Registry(home)
        self.originals = Originals(home)
        self.embedder = embedder
        self.dictionary = Dictionary(home / "dictionary.sqlite")
        self.lexicon = Lexicon(self.dictionary, embedder)
        self._chroma_url = chroma_url
        self._vectors: VectorStore | None = None
        self._seen = 0
        self._opening = threading.Lock()
        self._lock = filelock.FileLock(home / "write.lock", timeout=LOCK_TIMEOUT)
        self._check_same_maker()

    @property
    def vectors(self) -> VectorStore:
        """The vector store, opened when first needed, and an embedded one again when another process has written to it.

        Listing sources need not wait for it. ``_writes`` counts the beginnings and ends of writes by all processes.
        """
        with self._opening:
            writes = self._writes()
            if self._vectors is None or (writes != self._seen and not self._chroma_url):
                self._vectors = VectorStore(self.home, self._chroma_url, self.registry.get("collection") or COLLECTION)
                self._seen = writes
            return self._vectors

    def _writes(self) -> int:
        return int(self.registry.get("vector_writes") or 0)

    @property
    def fingerprint(self) -> str:
        """Names the embedder and chunker that made this index."""
        return f"{self.embedder.name}/chunker-{CHUNKER_VERSION}"

    @property
    def hidden_works(self) -> frozenset[str]:
        """The works that whoever asks may not know of; the whole library hides none."""
        return frozenset()

    def _check_same_maker(self) -> None:
        made_by = self.registry.get("fingerprint")
        if made_by is not None and made_by != self.fingerprint:
            raise IndexMismatch(
                f"{self.home}: built with {made_by}, but the settings say {self.fingerprint}. Set ASSISTANT_EMBEDDING_MODEL back, "
                f"or choose a new ASSISTANT_HOME and ingest again."
            )

    def close(self) -> None:
        """Let go of files and connections."""
        with self._opening:
            if self._vectors is not None:
                self._vectors.close()
                self._vectors = None
        self.registry.close()

    # -- writing ----------------------------------------------------------------------------------------------

    def take(
        self,
        source: Source,
        before_commit: Callable[[], None] = lambda: None,
        cut: Callable[[Source], Sequence[Passage]] = chunk,
        file: Path | None = None,
    ) -> Change:
        """Make ``source`` the live version under its id; do nothing when content and metadata are unchanged.

        Args:
            source: the document.
            before_commit: called when the new vectors are written and the transaction is next; tests kill here.
            cut: turns it into passages; benchmarks bring texts that are already cut.
            file: what it was made of, to be kept beside it; where none is given, none is.

        Raises:
            UnreadableFile: ``file`` was changed meanwhile.
            IndexUnavailable: another writer does not finish, or the disk fails.
        """
        source = source if file else replace(source, original="")
        if self._holds(source):
            return Change.UNCHANGED
        return self._put(source, before_commit, cut, file)

    def renew(self, source: Source) -> Change:
        """Cut and embed ``source`` again, whether anything in it has changed or not; the original that it names is kept already.

        Raises:
            IndexUnavailable: another writer does not finish, or the disk fails.
        """
        return self._put(source, lambda: None, chunk, None, anew=True)

    def _put(
        self, source: Source, before_commit: Callable[[], None], cut: Callable[[Source], Sequence[Passage]], file: Path | None, anew: bool = False
    ) -> Change:
        passages = list(cut(source))
        encoded = encode(source, passages, self.embedder, self.lexicon, self.registry.new_words)
        with self._writing():
            self._check_same_maker()
            if not anew and self._holds(source):  # another writer was faster
                return Change.UNCHANGED
            known = self.registry.sha256(source.id)
            if file:
                self.originals.keep(file, source.original)
            self.registry.store("fingerprint", self.fingerprint)
            self.registry.store("dimension", str(self.embedder.dimension))
            if encoded.passages:
                self.vectors.upsert(encoded.passages, source.id, encoded.vectors)
            before_commit()
            dead = self.registry.put(source, passages, encoded.units, encoded.words)
            self.vectors.delete(dead)
            if known is not None:
                self._drop_strays()
                self.registry.compact()
        return Change.ADDED if known is None else Change.REPLACED

    def _holds(self, source: Source) -> bool:
        """Whether this very version is live, with its original if it has one."""
        if self.registry.sha256(source.id) != source.sha256:
            return False
        return source.original in ("", self.registry.source(source.id).original)

    def _drop_strays(self) -> tuple[str, ...]:
        """Delete the originals that no source names, and return their names."""
        strays = sorted(self.originals.names() - self.registry.originals())
        for name in strays:
            self.originals.delete(name)
        return tuple(strays)

    def remove(self, source_id: str) -> dict[str, int]:
        """Remove a source with its text, words and vectors; return what a probe of each still finds (all zero).

        Raises:
            SourceNotFound: there is none with that id.
        """
        with self._writing():
            vectors = self.vectors
            vectors.count_source(source_id)  # fails here, before anything is gone, where the server is away
            dead = self.registry.remove(source_id)
            vectors.delete(dead)
            self._drop_strays()
            self.registry.wipe()
            return {
                "sources": int(self.registry.sha256(source_id) is not None),
                "passages": len(self.registry.passages_of(source_id)) + len(self.registry.passages(dead)),
                "words": self.registry.stray_words(),
                "vectors": vectors.count_source(source_id),
                "originals": len(self.originals.names() - self.registry.originals()),
            }

    @contextmanager
    def still(self) -> Iterator[None]:
        """Let no process write meanwhile.

        Raises:
            IndexUnavailable: a writer does not finish, or the lock cannot be made.
        """
        try:
            with self._lock:
                yield
        except filelock.Timeout as error:
            raise IndexUnavailable(
                f"{self.home}: another process has been writing for over {LOCK_TIMEOUT:.0f} s. Wait for it to finish, then run the command again."
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self.still():
                self._begin_write()
                try:
                    yield
                finally:
                    self._end_write()
        except OSError as error:
            raise IndexUnavailable(f"{self.home}: cannot be written ({error.strerror or error}). Check its rights and the free space.") from error

    def _begin_write(self) -> None:
        with self._opening:
            writes = self._writes()
            if (writes != self._seen or writes % 2) and not self._chroma_url:  # odd: a writer was killed, its last vectors may be newer than this view
                self._vectors = None
            self._seen = writes + 1 + writes % 2
            self.registry.store("vector_writes", str(self._seen))

    def _end_write(self) -> None:
        with self._opening:
            self._seen += 1
            self.registry.store("vector_writes", str(self._seen))

    # -- health -----------------------------------------------------------------------------------------------

    def diagnose(self) -> Diagnosis:
        """Compare vectors with live passages."""
        live, stored = self.registry.embedded_ids(), self.vectors.ids()
        lost = self.vectors.lost(sorted(live & stored))
        kept, named = self.originals.names(), self.registry.originals()
        return Diagnosis(tuple(sorted(stored - live)), tuple(sorted(live - stored | lost)), tuple(sorted(kept - named)), tuple(sorted(named - kept)))

    def repair(self) -> Diagnosis:
        """Delete orphaned vectors, embed passages that lack one, wipe what a killed removal left, and return what had been wrong."""
        with self._writing():
            self.registry.wipe()
            return self._repair()

    def _repair(self) -> Diagnosis:
        found = self.diagnose()
        self.vectors.delete(found.orphans)
        self._drop_strays()
        missing = self.registry.passages(found.missing)
        for source_id in sorted({p.source_id for p in missing.values()}):
            source = self.registry.source(source_id)
            mine = [p for p in missing.values() if p.source_id == source_id]
            self.vectors.upsert([p.id for p in mine], source_id, encode_passages(source, mine, self.embedder))
        return found

    def rebuild(self) -> Diagnosis:
        """Make all vectors again from SQLite, and those that words still lack, whatever state the vector store is in; what is returned are the vectors made."""
        with self._writing():
            if self._chroma_url:
                self.vectors.delete(self.vectors.ids())
            else:
                self._vectors = None
                folder = self.home / "chroma"
                if folder.is_dir():
                    shutil.rmtree(folder)
                else:
                    folder.unlink(missing_ok=True)
            self._learn_words()
            return self._repair()

    def _learn_words(self) -> None:
        """Give a vector to each word that has none: those of a library that an older version made."""
        mine = (self.registry.passages_of(row.metadata.id) for row in self.registry.sources())
        texts = (p.text for passages in mine for p in passages if p.kind not in SILENT)
        if words := encode_words(texts, self.embedder, self.lexicon, self.registry.new_words):
            self.registry.keep_words(words)
