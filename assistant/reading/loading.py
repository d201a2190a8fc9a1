"""One file and its metadata to a ``Source``.

What is known of a file is gathered from four places, the first that says something winning: the ``--metadata`` file,
a sidecar ``NAME.meta.yaml``, front matter (Markdown), and what the text prints about itself.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from assistant.documents import Authority, Kind, KnownQuestion, Metadata, Source
from assistant.errors import EmptyFile, MetadataError, UnknownSuffix, UnreadableFile
from assistant.reading.canonical import Reading, clean
from assistant.reading.formats import KNOWN, READERS
from assistant.reading.imprint import read_imprint
from assistant.reading.known_questions import QUESTIONS_SUFFIX, read_questions
from assistant.reading.legibility import lookalikes
from assistant.reading.metadata import SIDECAR_SUFFIX, named_by, overrides_for, parse_metadata, read_sidecars
from assistant.reading.sandbox import Sandbox

SUFFIXES: tuple[str, ...] = tuple(READERS)
"""The suffixes of files that can be read, in lower case."""

MOST_BYTES = 200 * 1024**2
"""A larger file is no document that somebody reads."""

_sandbox = Sandbox()


def load(path: Path, overrides: Mapping[str, object] | None = None) -> Source:
    """The document in ``path`` with everything known about it.

    Args:
        overrides: What the ``--metadata`` file holds; see ``assistant.reading.metadata`` for its two forms.

    Raises:
        UnknownSuffix: If there is no reader for this kind of file.
        EmptyFile: If the file holds no text.
        NoTextLayer: If it has pages, but hardly any text on them.
        EncryptedFile: If it asks for a password.
        UnreadableFile: If it is not there, may not be read, is damaged, or is not what its suffix says.
        MetadataError: If metadata hold an illegal key or value, or a line of the questions beside it is none.
    """
    where = " ".join(str(path).split())
    suffix = path.suffix.lower()
    if suffix in KNOWN:
        raise UnknownSuffix(f"{where}: is {KNOWN[suffix]} and ingest that.")
    if suffix not in READERS:
        legal = ", ".join(SUFFIXES)
        raise UnknownSuffix(f"{where}: suffix {path.suffix!r} is not one of {legal}. Convert the file to one of these.")
    data = _bytes(path, where)
    reading = _sandbox.read(suffix, data, where)
    if not any(map(str.isalnum, reading.text)):
        raise EmptyFile(f"{where}: holds no text. Check that the file is complete.")
    beside, over = read_sidecars(path), overrides_for(path, overrides)
    if beside.get("id") and "id" not in over:
        _check_one_voice(path)
    beside |= over
    given = parse_metadata(reading.given, f"{where}: front matter") | beside
    metadata = _metadata(reading, given, path, data)
    questions = read_questions(path)
    return Source(
        metadata=metadata,
        text=reading.text,
        pages=reading.pages,
        sha256=_fingerprint(data, beside, questions),
        path=str(path),
        warnings=(*reading.warnings, *_doubts(metadata)),
        original=original_name(data, suffix),
        lines=reading.lines,
        questions=questions,
        named=bool(given.get("id")),
    )


def find_files(paths: Iterable[Path]) -> list[Path]:
    """The files to read: ``paths`` themselves, folders among them replaced by all files below, in sorted order.

    In folders, hidden files and folders and sidecars (metadata, questions) are passed over. All else is returned, also what has no reader,
    so that ``load`` can say so once for each file; so is a path that does not exist.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            below = (file for file in sorted(path.rglob("*")) if file.is_file())
            found.update(dict.fromkeys(file for file in below if not _is_passed_over(file.relative_to(path))))
        else:
            found[path] = None
    return list(found)


def _is_passed_over(relative: Path) -> bool:
    # Word leaves '~$name.docx' beside a file that is open.
    return relative.name.endswith((SIDECAR_SUFFIX, QUESTIONS_SUFFIX)) or any(part.startswith((".", "~$")) for part in relative.parts)


def slug(name: str) -> str:
    """``name`` as an id: letters and digits of any script in lower case, all else one ``-``, 80 characters at most."""
    plain = unicodedata.normalize("NFKC", name).lower()
    return re.sub(r"[\W_]+", "-", plain).strip("-")[:80].rstrip("-")


def _check_one_voice(path: Path) -> None:
    """Check that the sidecar which gives ``path`` its id gives it to no other document: one would silently stand in for the other.

    Raises:
        MetadataError: It does.
    """
    sidecar = named_by(path)
    if sidecar is None:
        return
    name = sidecar.name.removesuffix(SIDECAR_SUFFIX)
    fitting = [sidecar.with_name(name + suffix) for suffix in ("", *SUFFIXES, *map(str.upper, SUFFIXES))]
    fitting = [p for p in (*fitting, path) if p.suffix.lower() in READERS and p.is_file() and named_by(p) == sidecar]
    both = sorted({p.stat().st_ino: p.name for p in fitting}.values())  # where case does not count, one file has two names
    if len(both) > 1:
        raise MetadataError(
            f"{sidecar}: its id would be that of {' and '.join(both)}. Name it after one of them ({path.name}{SIDECAR_SUFFIX}), or take the id out."
        )


def _bytes(path: Path, where: str) -> bytes:
    try:
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise UnreadableFile(f"{where}: is not a file. Name a file, or ingest the folder.")
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UnreadableFile(f"{where}: has {size / 1024**2:.0f} MB, more than {MOST_BYTES // 1024**2}. Split the file.")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableFile(f"{where}: cannot be opened, {reason}. Check the path and its rights.") from error
    if not data:
        raise EmptyFile(f"{where}: holds no bytes. Check that the file is complete.")
    return data


def _metadata(reading: Reading, given: Mapping[str, object], path: Path, data: bytes) -> Metadata:
    read = read_imprint(reading.text, " ".join(clean(reading.title).split()))
    if "authority" in given and given["authority"] is not read.get("authority"):
        # Who speaks was misread, so what follows from it may be as well.
        read.pop("jurisdiction", None)
        read["kind"] = Kind.CASE if given["authority"] is Authority.RESEARCH_PAPER else Kind.POLICY
    values: dict[str, Any] = {**read, **given}
    if not values.get("id"):
        values["id"] = slug(path.stem) or "source-" + hashlib.sha256(data).hexdigest()[:12]
    if not values.get("work"):
        values["work"] = values["id"]
    return Metadata(**values)


def _doubts(metadata: Metadata) -> list[str]:
    """Return what a librarian should look at in a source's names."""
    names = (metadata.title_en, metadata.title_zh, metadata.issuing_body, *metadata.aliases)
    return [f"{word!r} mixes letters of several alphabets that look alike: check who wrote it" for name in names for word in lookalikes(name)]


def original_name(data: bytes, suffix: str) -> str:
    """Return the name under which a library keeps a file with these bytes."""
    return hashlib.sha256(data).hexdigest() + suffix.lower()


def _fingerprint(data: bytes, beside: Mapping[str, object], questions: Iterable[KnownQuestion]) -> str:
    """SHA-256 of the file, and of metadata and questions given beside it, so that a changed sidecar counts as a change."""
    digest = hashlib.sha256(data)
    if beside:
        digest.update(json.dumps(beside, default=str, sort_keys=True, ensure_ascii=False).encode())
    for question in questions:
        digest.update(f"\0{question.text}\0{question.answered}".encode())
    return digest.hexdigest()
