"""Keeping a library: documents are taken in, amended and removed, and what is made of them is kept in step.

Whatever changes a source passes here, so that nothing that was ever made of it outlives it: neither its words and vectors in the index, nor quotes
in the conversations held.
"""

from __future__ import annotations

import filecmp
import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.config import Settings
from assistant.documents import Source
from assistant.errors import AssistantError, IdTaken, MetadataError
from assistant.library.index import Change, Diagnosis, Index
from assistant.library.uploads import Uploads
from assistant.reading.loading import find_files, load
from assistant.reading.metadata import SIDECAR_SUFFIX, check_file_names, parse_metadata, read_metadata_file

if TYPE_CHECKING:
    from assistant.chat.conversations import Conversations

_FILLING = "filling"
"""Set while an empty library is being filled, so that a filling that was cut short goes on at the next start."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file: ``added``, ``unchanged``, ``replaced`` or ``failed``, and why.

    ``fault`` names the class of the error, for whoever words it in another language.
    """

    path: Path
    outcome: str
    source_id: str = ""
    title: str = ""
    passages: int = 0
    warnings: tuple[str, ...] = ()
    error: str = ""
    fault: str = ""


class Curator:
    """Keeps one library.

    Args:
        settings: where its conversations are, and the corpus that fills it.
        index: what it takes sources into.
        learn_words: teaches the segmenter the domain's words, which it must know before texts are indexed.
    """

    def __init__(self, settings: Settings, index: Index, learn_words: Callable[[], object]) -> None:
        self.uploads = Uploads(settings.home)
        self._settings = settings
        self._index = index
        self._learn_words = learn_words

    def is_empty(self) -> bool:
        """Whether nothing has been taken in yet, or the first filling was cut short."""
        return self._index.registry.revision() == 0 or self._index.registry.get(_FILLING) == "yes"

    def fill(self, progress: Callable[[int, int, str], None] = lambda done, total, name: None) -> list[FileReport]:
        """Fill an empty library from the corpus that ships; do nothing otherwise."""
        folder = self._settings.corpus_folder
        if folder is None or not self.is_empty():
            return []
        paths = [p for name in ("policies", "cases") if (folder / name).is_dir() for p in find_files([folder / name])]
        self._index.registry.store(_FILLING, "yes")
        reports = list(self.ingest(paths, progress=progress))
        self._index.registry.store(_FILLING, "no")
        return reports

    def ingest(
        self,
        paths: Sequence[Path],
        metadata: Path | None = None,
        progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    ) -> Iterator[FileReport]:
        """Take in files and folders, one report each; one bad file never stops the others.

        A file replaces a source only as its next version: its metadata give the same id, or it has the name of the file that the source came from,
        and no other file of that name still lies where that one was.

        Raises:
            MetadataError: the metadata file is wrong.
        """
        self._learn_words()
        files = find_files(paths)
        overrides = read_metadata_file(metadata) if metadata else None
        if overrides is not None:
            check_file_names(overrides, files)
        seen: dict[str, Path] = {}
        for done, path in enumerate(files):
            progress(done, len(files), path.name)
            yield self._take(path, overrides, seen)
        progress(len(files), len(files), "")

    def _take(self, path: Path, overrides: Mapping[str, object] | None, seen: dict[str, Path]) -> FileReport:
        try:
            source = replace(load(path, overrides), path=str(path.absolute()))  # the next command may be run in another folder
            if source.id in seen:
                raise IdTaken(f"{path}: has the same id {source.id!r} as {seen[source.id]}. Give one of them another id in its metadata.")
            self._check_place(source, path)
            seen[source.id] = path
            if twin := self._twin(source):
                count = len(self._index.registry.passages_of(twin.id))
                told = f"has the text of {twin.id!r}, so it was not taken in a second time"
                return FileReport(path, Change.UNCHANGED.value, twin.id, twin.title, count, (*source.warnings, told))
            change = self._index.take(source, file=path)
        except AssistantError as error:
            return FileReport(path, "failed", error=str(error), fault=type(error).__name__)
        report = self._report(source, change)
        return replace(report, path=path, warnings=(*report.warnings, *self._namesakes(source)))

    def _check_place(self, source: Source, path: Path) -> None:
        """Check that a file does not take the place of another document, only because an id made of its name is that document's.

        Raises:
            IdTaken: it would.
        """
        known = self._index.registry.sha256(source.id)
        if known is None or source.named:
            return
        before, uploads = Path(self._index.registry.source(source.id).path), self.uploads.folder.absolute()
        handed_in = uploads in Path(source.path).parents  # from a folder that nobody knows, so that only the name can tell
        if _same_name(before, path) and (handed_in or known == source.sha256 or not _differs(before, path)):
            return
        origin = before.name if handed_in or uploads in before.parents else before
        raise IdTaken(
            f"{path}: would replace the source {source.id!r}, which came from {origin}. "
            f"Give it an id of its own in {path.name}{SIDECAR_SUFFIX} or front matter, or remove that source first."
        )

    def _twin(self, source: Source) -> Source | None:
        """Return the live source of which a new one is a copy: the same text, and nothing else known of it."""
        if self._index.registry.sha256(source.id) is not None:
            return None
        for other in map(self._index.registry.source, self._index.registry.same_text(source.text)):
            if replace(source.metadata, id=other.id, work=other.metadata.work) == other.metadata:
                return other
        return None

    def _namesakes(self, source: Source) -> list[str]:
        others = [i for i in self._index.registry.same_text(source.text) if i != source.id]
        return [f"has the text of {i!r}, but other metadata: remove one of them, or say which is which" for i in others]

    def amend(self, source_id: str, changes: Mapping[str, object]) -> FileReport:
        """Change what is known of a source, and index it anew with that; its file stays as it is.

        Raises:
            SourceNotFound: there is none with that id.
            MetadataError: a key or a value is not legal, or ``changes`` would give it another id.
        """
        source = self._index.registry.source(source_id)
        values = parse_metadata(changes, source_id)
        if values.get("id", source_id) != source_id:
            raise MetadataError(f"{source_id}: id {values['id']!r} would make another source of it. Take the file in again under that id.")
        metadata = replace(source.metadata, **values)  # type: ignore[arg-type]  # parsed above
        if metadata == source.metadata:
            return self._report(source, Change.UNCHANGED)
        digest = hashlib.sha256(f"{source.sha256}\0{metadata}".encode()).hexdigest()  # what the file says of itself then counts as a change
        amended = replace(source, metadata=metadata, sha256=digest)
        return self._renew(amended)

    def reindex(self, source_id: str) -> FileReport:
        """Read a source again from the file that was kept of it, if one was, and cut and embed it anew; what is known of it stays.

        Raises:
            SourceNotFound: there is none with that id.
            LoadError: its file cannot be read any more.
        """
        source = self._index.registry.source(source_id)
        if source.original:
            fresh = load(self._index.originals.folder / source.original)
            source = replace(source, text=fresh.text, pages=fresh.pages, warnings=fresh.warnings, lines=fresh.lines)
        return self._renew(source)

    def _renew(self, source: Source) -> FileReport:
        self._learn_words()
        return self._report(source, self._index.renew(source))

    def _report(self, source: Source, change: Change) -> FileReport:
        count = len(self._index.registry.passages_of(source.id))
        return FileReport(Path(source.path), change.value, source.id, source.title, count, source.warnings)

    def remove(self, source_id: str) -> dict[str, int]:
        """Remove a source and return what probes of the index, and of the conversations held, still find of it: zeros."""
        left = self._index.remove(source_id)
        with self._conversations() as kept:
            if kept:
                kept.forget(source_id)
                left["answers"] = kept.quoting(source_id)
        return left

    @contextmanager
    def _conversations(self) -> Iterator[Conversations | None]:
        """Give the conversations held, or ``None`` where there were none yet."""
        file, url = self._settings.conversations_file, self._settings.database_url.get_secret_value()
        if not url and not file.exists():
            yield None
            return
        from assistant.chat.conversations import Conversations  # a moment to import, and most removals need none

        with closing(Conversations(file, url)) as kept:
            yield kept

    def doctor(self, rebuild: bool = False) -> Diagnosis:
        """Find and clear what is out of step, and return what had been wrong."""
        self.uploads.clear()
        found = self._index.rebuild() if rebuild else self._index.repair()
        with self._conversations() as kept:
            quoting = kept.forget_all_but({row.metadata.id for row in self._index.registry.sources()}) if kept else 0
        return replace(found, quoting=quoting)


def _same_name(one: Path, other: Path) -> bool:
    """Whether two files have the same name, however their systems write an accent."""
    return unicodedata.normalize("NFC", one.name) == unicodedata.normalize("NFC", other.name)


def _differs(before: Path, now: Path) -> bool:
    """Whether the file that a source came from is still there, and is not ``now`` nor a copy of it."""
    try:
        return before.is_file() and not before.samefile(now) and not filecmp.cmp(before, now, shallow=False)
    except OSError:
        return True  # whoever may not look cannot say that it is gone


def outcomes(reports: Iterable[FileReport]) -> dict[str, int]:
    """Return how many files had each outcome."""
    out: dict[str, int] = {}
    for report in reports:
        out[report.outcome] = out.get(report.outcome, 0) + 1
    return out
