"""The index: SQLite registry and vectors kept in step. The only module that writes either.

Order of a write: new vectors, then one SQLite transaction that makes the new passages live and the old ones dead, then
the dead vectors. Whatever is killed in between, SQLite holds one whole version, and ``repair`` removes orphaned vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from assistant.documents import SILENT, Passage, Source
from assistant.errors import AssistantError, IndexMismatch, StoreDamaged
from assistant.language.glossary import Dictionary
from assistant.library.chunking import CHUNKER_VERSION, chunk
from assistant.library.embedding import Embedder, PassageVectors
from assistant.library.encoding import encode, encode_passages, encode_words
from assistant.library.originals import Originals
from assistant.library.registry import Registry
from assistant.library.shared_store import SharedStore
from assistant.library.thesaurus import Lexicon
from assistant.library.vectors import VectorStore

REMAKING = "another version, and not yet made again to the end"
"""Stands for the fingerprint of a library whose sources are being cut anew."""


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

    Args:
        home: its folder.
        embedder: turns texts into vectors.
        chroma_url: address of a Chroma server that keeps the vectors instead of the folder.
        remake: open it even if another embedder or chunker made it, to be rebuilt before anything is asked.

    Raises:
        IndexMismatch: it was built with another embedder or chunker.
        IndexUnavailable: it cannot be opened.
    """

    def __init__(self, home: Path, embedder: Embedder, chroma_url: str = "", remake: bool = False) -> None:
        self.home = home
        self.registry = Registry(home)
        self.originals = Originals(home)
        self.embedder = embedder
        self.dictionary = Dictionary(home / "dictionary.sqlite")
        self.lexicon = Lexicon(self.dictionary, embedder.of_words)
        self._shared = SharedStore(home, chroma_url, self.registry)
        self._remake = remake
        self._check_same_maker()

    @property
    def vectors(self) -> VectorStore:
        """The vector store as it is now; listing sources need not wait for it.

        Raises:
            IndexMismatch: another process has made the library anew with another embedder meanwhile.
        """
        self._check_same_maker()
        return self._shared.open()

    @property
    def fingerprint(self) -> str:
        """Names the embedder and chunker that made this index."""
        return f"{self.embedder.name}/chunker-{CHUNKER_VERSION}"

    @property
    def hidden_works(self) -> frozenset[str]:
        """The works that whoever asks may not know of; the whole library hides none."""
        return frozenset()

    def _check_same_maker(self) -> None:
        if not (self._same_maker or self._remake):
            made_by = self.registry.get("fingerprint")
            back = "" if made_by == REMAKING else "set ASSISTANT_EMBEDDING_MODEL back, or "
            raise IndexMismatch(
                f"{self.home}: built with {made_by}, but this version and the settings say {self.fingerprint}. "
                f"Make it again with: assistant doctor --rebuild. Or {back}choose a new ASSISTANT_HOME."
            )

    @property
    def _same_maker(self) -> bool:
        return self.registry.get("fingerprint") in (None, self.fingerprint)

    def close(self) -> None:
        """Let go of files and connections."""
        self._shared.close()
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
        with self._shared.writing():
            self._check_same_maker()
            if not anew and self._holds(source):  # another writer was faster
                return Change.UNCHANGED
            known = self.registry.sha256(source.id)
            if file:
                self.originals.keep(file, source.original)
            self.registry.store("fingerprint", self.fingerprint)
            self.registry.store("dimension", str(self.embedder.dimension))
            try:
                self._send(source.id, encoded.passages)
                before_commit()
                dead = self.registry.put(source, passages, encoded.passages, encoded.words, encoded.questions)
            except AssistantError:
                self._drop_strays()  # the file was kept for nothing
                raise
            self.vectors.delete(dead)
            if known is not None:
                self._drop_strays()
                self.registry.compact()
        return Change.ADDED if known is None else Change.REPLACED

    def _send(self, source_id: str, vectors: Mapping[str, PassageVectors]) -> None:
        """Bring the vectors of passages to the vector store."""
        if own := [v.own for v in vectors.values() if v.own is not None]:
            self.vectors.upsert(list(vectors), source_id, np.stack(own))

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
        with self._shared.writing():
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

    def still(self) -> AbstractContextManager[None]:
        """Let no process write meanwhile.

        Raises:
            IndexUnavailable: a writer does not finish, or the lock cannot be made.
        """
        return self._shared.still()

    # -- health -----------------------------------------------------------------------------------------------

    def diagnose(self) -> Diagnosis:
        """Compare vectors with live passages."""
        live, stored = self.registry.embedded_ids(), self.vectors.ids()
        lost = self.vectors.lost(sorted(live & stored))
        kept, named = self.originals.names(), self.registry.originals()
        return Diagnosis(tuple(sorted(stored - live)), tuple(sorted(live - stored | lost)), tuple(sorted(kept - named)), tuple(sorted(named - kept)))

    def repair(self) -> Diagnosis:
        """Delete orphaned vectors, bring those that the store lacks, wipe what a killed removal left, and return what had been wrong.

        A store that cannot be read, for Chroma was killed while it wrote its files, is filled again.
        """
        with self._shared.writing():
            self.registry.wipe()
            try:
                return self._repair()
            except StoreDamaged:
                self._shared.close()
                self._shared.empty(anew=False)
                return self._repair()

    def _repair(self) -> Diagnosis:
        found = self.diagnose()
        self.vectors.delete(found.orphans)
        self._drop_strays()
        missing = self.registry.passages(found.missing)
        for source_id in sorted({p.source_id for p in missing.values()}):
            mine = [p for p in missing.values() if p.source_id == source_id]
            kept = self.registry.vectors((p.id for p in mine), self.embedder.dimension)
            kept = {i: v for i, v in kept.items() if v.own is not None}
            if never := [p for p in mine if p.id not in kept]:  # in a library made before they were kept
                kept |= encode_passages(self.registry.source(source_id), never, self.embedder)
                self.registry.keep_vectors(kept)
            self._send(source_id, kept)
        self.vectors.blank()
        return found

    def rebuild(self) -> Diagnosis:
        """Fill the vector store again from SQLite, whatever state it is in; what is returned was brought back. Words that lack a vector get one.

        A library of another embedder or chunker is also cut anew.
        """
        with self._shared.writing():
            self._shared.empty(anew=not self._same_maker)
            made = () if self._same_maker else self._cut_anew()
            self._learn_words()
            found = self._repair()
            return replace(found, missing=tuple(sorted({*made, *found.missing})))

    def _cut_anew(self) -> tuple[str, ...]:
        """Cut and embed each source as this version does, and return the ids of the passages embedded; a library left halfway fits no settings."""
        self.registry.store("fingerprint", REMAKING)
        self.registry.forget_vocabulary()
        made: list[str] = []
        for row in self.registry.sources():
            source = self.registry.source(row.metadata.id)
            passages = chunk(source)
            encoded = encode(source, passages, self.embedder, self.lexicon, self.registry.new_words)
            self._send(source.id, encoded.passages)
            self.registry.put(source, passages, encoded.passages, encoded.words, encoded.questions)
            made += encoded.passages
        self.registry.compact()
        self.registry.store("dimension", str(self.embedder.dimension))
        self.registry.store("fingerprint", self.fingerprint)
        return tuple(made)

    def _learn_words(self) -> None:
        """Give a vector to each word that has none: those of a library that an older version made."""
        mine = (self.registry.passages_of(row.metadata.id) for row in self.registry.sources())
        texts = (p.text for passages in mine for p in passages if p.kind not in SILENT)
        if words := encode_words(texts, self.lexicon, self.registry.new_words):
            self.registry.keep_words(words)
