"""The library that a suite is asked of, taken in from nothing but its texts, and the fingerprints of all that made it."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import importlib.metadata
import json
import platform
import resource
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import assistant.config
from assistant.config import Settings, load_settings, shipped
from assistant.documents import Source
from assistant.errors import AssistantError
from assistant.judge.responses import Verifier
from assistant.pipeline import Assistant
from assistant.results import Abstention, Answer, Scope
from evals.cases import Case, CaseError, Evidence, suite_path
from evals.matching import locate
from evals.metrics import Gold

_PACKAGE = Path(assistant.config.__file__).resolve().parent
_EVALS = Path(__file__).resolve().parent
_TEXT_FOLDERS = ("seeds", "laws")
_CORPUS_FOLDERS = ("policies", "cases")
_MADE_BY = "evals-made-by.txt"
_DATA = (".jsonl", ".tsv", ".md", ".txt")


class LibraryNotReady(AssistantError):
    """The texts are not there, or could not be taken in."""


class Asker(Protocol):
    """What the evaluation needs of an assistant; a deliberately bad one may stand in for it."""

    def ask(self, question: str, scope: Scope = ...) -> Answer | Abstention:
        """Answer a question, or decline."""

    def source(self, source_id: str) -> Source:
        """Return one source with its text."""


@dataclass(frozen=True, slots=True)
class Library:
    """An assistant whose library holds a suite's texts and nothing else."""

    asker: Asker
    ids: dict[Path, str]
    """The source made of each file."""
    made: dict[str, Any]
    """Fingerprints."""


def library_name(suite: str) -> str:
    """Return which library a suite is asked of: ``texts`` or ``corpus``.

    Raises:
        CaseError: the suite's name does not say.
    """
    for prefix, name in (("library-", "texts"), ("corpus-", "corpus")):
        if suite.startswith(prefix):
            return name
    raise CaseError(f"suite {suite!r}: does not say what it is asked of. Begin its name with library- or corpus-.")


def library_paths(name: str, texts: Path) -> list[Path]:
    """Return the folders that make a library; none where its texts are not there."""
    root, folders = (texts, _TEXT_FOLDERS) if name == "texts" else (shipped("corpus"), _CORPUS_FOLDERS)
    return [root / folder for folder in folders if (root / folder).is_dir()]


def open_library(paths: Sequence[Path], home: Path, model: str | None = None) -> Library:
    """Take texts into the library in ``home``, bare of the corpus, and return it; ``model`` is the embedding model if not that of the settings.

    Raises:
        LibraryNotReady: a file failed, or ``home`` holds other texts as well.
    """
    library = Assistant(load_settings(home=home, corpus="", embedding_model=model))
    show = sys.stderr.isatty()
    reports = list(library.ingest(paths, progress=lambda done, total, name: _progress(done, total, name) if show else None))
    if failed := [r for r in reports if r.outcome == "failed"]:
        raise LibraryNotReady(f"{len(failed)} of {len(reports)} files could not be taken in; the first: {failed[0].error}")
    if others := {row.metadata.id for row in library.sources()} - {r.source_id for r in reports}:
        raise LibraryNotReady(f"--home {home}: holds {len(others)} other sources ({min(others)}, for one). Name an empty folder.")
    code, marker = code_hash(_PACKAGE), home / _MADE_BY
    if any(r.outcome == "unchanged" for r in reports) and (not marker.is_file() or marker.read_text() != code):
        by = "other code than today's" if marker.is_file() else "somebody else than the evaluation"
        print(f"note: {home} was filled by {by}, so its passages may be stale. Leave out --home to be sure.", file=sys.stderr)
    else:
        marker.write_text(code)
    return Library(library, {r.path.resolve(): r.source_id for r in reports}, _fingerprints(library, marker.read_text() if marker.is_file() else ""))


def _progress(done: int, total: int, name: str) -> None:
    print(f"\r\033[Ktaking in {done} of {total} {name[:60]}" if done < total else "\r\033[K", end="", file=sys.stderr, flush=True)


def gold_of(case: Case, library: Library) -> list[Gold]:
    """Return a case's evidence as pieces of the library's sources.

    Raises:
        LibraryNotReady: the evidence is in a file that the library does not hold.
    """
    return [_piece(evidence, case.id, library) for evidence in case.evidence]


def _piece(evidence: Evidence, case_id: str, library: Library) -> Gold:
    source_id = library.ids.get(evidence.path)
    if source_id is None:
        raise LibraryNotReady(f"{case_id}: {evidence.path} holds evidence, but is not in the library. Correct the case.")
    span = locate(library.asker.source(source_id).text, evidence.text, evidence.occurrence)
    return Gold(source_id, evidence.text, evidence.locator, span, tuple(_piece(e, case_id, library) for e in evidence.also))


# -- fingerprints ---------------------------------------------------------------------------------------------


def _fingerprints(library: Assistant, made_by: str) -> dict[str, Any]:
    rows = library.sources()
    return {
        "assistant": library.fingerprint,
        **fingerprints(library.settings, library.embedder.name),
        "passages_made_by_code": made_by,
        "texts": _hash(f"{row.metadata.id}\0{row.sha256}".encode() for row in rows),
        "sources": len(rows),
        "passages": sum(row.passages for row in rows),
        "index": library.index.fingerprint,
    }


def fingerprints(settings: Settings, model: str) -> dict[str, Any]:
    """Return what ``made`` of all results has: the code of the package and of its evaluation, the fitted weights, the corpus, settings, model and time."""
    corpus = shipped("corpus")
    return {
        "version": _version(),
        "revision": git_revision(_PACKAGE.parent),
        "code": code_hash(_PACKAGE),
        "weights": files_hash((p for p in sorted(_PACKAGE.rglob("*")) if p.suffix in (".json", ".npz")), _PACKAGE),
        "evals": code_hash(_EVALS),
        "corpus": files_hash((p for p in sorted(corpus.rglob("*")) if p.is_file()), corpus),
        "glossary": _hash(p.read_bytes() for p in sorted(corpus.glob("glossary.yaml"))),
        "settings": {"fingerprint": settings.fingerprint(), **settings.model_dump(mode="json", exclude={"home", "host", "port"})},
        "model": model,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "on": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }


def set_fingerprints(folder: Path, split: str, sample: int, *others: Path) -> dict[str, Any]:
    """Return ``made`` of results on a public set: what all results have, and a hash over the set's files and ``others`` that it is read from."""
    settings = load_settings(corpus="")
    places = [place for place in (folder, folder / split, *library_paths("texts", folder)) if place.is_dir()]
    files = [p for place in places for p in sorted(place.iterdir()) if p.suffix in _DATA]
    files += [p for p in others if p.is_file() and p not in files]
    return {**fingerprints(settings, settings.embedding_model), "files": files_hash(files, folder.parent), "split": split, "sample": sample}


def cases_hash(suite: str) -> str:
    """Return a hash over a suite's cases."""
    return hashlib.sha256(suite_path(suite).read_bytes()).hexdigest()[:12]


@contextlib.contextmanager
def shipped_judge() -> Iterator[Verifier]:
    """Give the judge as it ships, with glossary and dictionary, or the one that ``ASSISTANT_VERIFIER`` names."""
    with tempfile.TemporaryDirectory(prefix="evals-judge-", ignore_cleanup_errors=True) as home:
        yield Assistant(load_settings(home=Path(home), corpus="")).judge


def code_hash(folder: Path = _PACKAGE) -> str:
    """Return a hash over the files below a folder, by default the package's modules: what really ran and filled a library, committed or not."""
    return files_hash(sorted(folder.rglob("*.py")), folder)


def files_hash(files: Iterable[Path], root: Path) -> str:
    """Return a hash over files and their places below ``root``."""
    return _hash(p.relative_to(root).as_posix().encode() + b"\0" + p.read_bytes() for p in files)


def git_revision(folder: Path) -> str:
    """Return the commit that a checkout is at, read without git; empty outside a checkout."""
    git = folder / ".git"
    if git.is_file():  # a linked worktree: "gitdir: PATH"
        git = folder / git.read_text(encoding="utf-8").partition(":")[2].strip()
    head = git / "HEAD"
    if not head.is_file():
        return ""
    ref = head.read_text(encoding="utf-8").strip()
    if not ref.startswith("ref: "):
        return ref
    common = git / (git / "commondir").read_text(encoding="utf-8").strip() if (git / "commondir").is_file() else git
    loose, packed = common / ref[5:], common / "packed-refs"
    if loose.is_file():
        return loose.read_text(encoding="utf-8").strip()
    lines = packed.read_text(encoding="utf-8").splitlines() if packed.is_file() else []
    return next((line.split()[0] for line in lines if line.endswith(f" {ref[5:]}")), "")


def _version() -> str:
    try:
        return importlib.metadata.version("policy-case-assistant")
    except importlib.metadata.PackageNotFoundError:
        return "source"


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:12]


def peak_mib() -> float:
    """Return the greatest resident memory that this process has had, in MiB."""
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024  # KiB on Linux, bytes on macOS
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON for people and programs, making the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
