"""Files that people hand in, over the API or on the page: taken in and reported one by one."""

from __future__ import annotations

import dataclasses
import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import yaml

from assistant.curation import Curator, FileReport
from assistant.documents import Metadata
from assistant.errors import LoadError, MetadataError
from assistant.library.uploads import safe_name
from assistant.reading.known_questions import QUESTIONS_SUFFIX
from assistant.reading.metadata import SIDECAR_SUFFIX

MOST_FILES = 100
"""Files that may be handed in at once."""


def take_in(curator: Curator, files: Sequence[tuple[str, BinaryIO]], metadata: str = "") -> Iterator[FileReport]:
    """Take files in; yield what became of each. A bad file never stops the others, and what makes no source is not kept.

    Args:
        curator: of the library where they go.
        files: the name of each as its sender wrote it, and its content.
        metadata: YAML with what is known of them, as for ``assistant ingest --metadata``.

    Raises:
        MetadataError: ``metadata`` is wrong; nothing has been taken in.
        IndexUnavailable: the disk does not serve; nothing has been taken in.
    """
    with curator.uploads.batch() as batch:
        saved: set[Path] = set()
        yield from [report for name, file in files if (report := _save(batch, name, file, saved))]
        yield from [_give_up(path) for path in sorted(saved) if path.exists() and not all(beside.exists() for beside in _sidecars(path) & saved)]
        given = batch / ".metadata.yaml" if metadata.strip() else None
        if given:
            curator.uploads.write(given, metadata)
        try:
            for report in curator.ingest([batch], given):
                yield _without_folders(report, batch, curator.uploads.folder.parent)
        except MetadataError as error:
            raise MetadataError(_without_folder(str(error), batch)) from error


def _save(batch: Path, name: str, file: BinaryIO, saved: set[Path]) -> FileReport | None:
    """Write a file into its batch; return a report only if that cannot be done."""
    try:
        path = batch / safe_name(name)
    except LoadError as error:
        return FileReport(Path(name[:120] or "?"), "failed", error=str(error), fault=type(error).__name__)
    if path in saved:
        return FileReport(path, "failed", error=f"{path.name}: was sent twice. Give one of them another name.", fault="SentTwice")
    saved.add(path)
    try:
        with path.open("xb") as out:
            shutil.copyfileobj(file, out)
    except OSError as error:
        path.unlink(missing_ok=True)
        told = f"{path.name}: could not be kept ({error.strerror or error}). Free space on the server's disk, then send it again."
        return FileReport(path, "failed", error=told, fault="NotKept")
    return None


def _sidecars(path: Path) -> set[Path]:
    """Return where metadata and questions beside a document may be."""
    return {path.with_name(name + suffix) for name in (path.stem, path.name) for suffix in (SIDECAR_SUFFIX, QUESTIONS_SUFFIX)}


def _give_up(path: Path) -> FileReport:
    """Give up a document whose sidecar could not be kept: it may say that not everybody may see it."""
    path.unlink(missing_ok=True)
    return FileReport(path, "failed", error=f"{path.name}: what was sent beside it could not be kept. Send both again.", fault="NotKept")


def written(metadata: Metadata) -> str:
    """Return metadata as YAML that reads back as the same, so that it can be given to another version of a text."""
    values = {name: value for name, value in dataclasses.asdict(metadata).items() if not (name == "language" and not value)}
    plain = {name: list(value) if isinstance(value, tuple) else str(value) if value else "" for name, value in values.items()}
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)


def _without_folders(report: FileReport, batch: Path, home: Path) -> FileReport:
    error = _without_folder(report.error, batch)
    if str(home) in error:
        logging.getLogger(__name__).warning("%s: %s", report.path.name, error)
        error = error.replace(str(home), "the library's folder")
    return replace(report, warnings=tuple(_without_folder(w, batch) for w in report.warnings), error=error)


def _without_folder(text: str, batch: Path) -> str:
    return text.replace(f"{batch}/", "").replace(f"{batch.resolve()}/", "")
