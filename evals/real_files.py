"""What becomes of files that people really have: taken, taken with a warning that names what is missing, or refused with the reason.

A folder with ``manifest.jsonl`` says which files there are (``file``, ``category``). Each is read as it would be at ingest, without a library. What became of
each is kept in ``evals/real_files.json``, by the hash of the file, so that a change is seen; nothing of the files themselves is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from assistant.language.text import count_words
from assistant.reading.loading import load
from evals.library import write_json

KEPT = Path(__file__).with_suffix(".json")
OUTCOMES = ("taken", "warned", "refused", "crashed")


class ManifestError(AssistantError):
    """A folder of files is not as it must be."""


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one file."""

    file: str
    category: str
    key: str
    """First digits of the SHA-256 of its bytes, and its suffix."""
    outcome: str
    """One of ``OUTCOMES``."""
    told: str
    """Its warnings, or why it was refused."""
    words: int
    seconds: float


def read_manifest(folder: Path) -> list[tuple[str, str]]:
    """Return file and category of each row, each file once.

    Raises:
        ManifestError: the manifest is not there, or a row is not as it must be.
    """
    path = folder / "manifest.jsonl"
    if not path.is_file():
        raise ManifestError(f"{path}: is not there. Name a folder that has one row for each file in it.")
    out: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            file, category = row["file"], row["category"]
        except (ValueError, TypeError, KeyError) as error:
            raise ManifestError(f"{path}:{number}: lacks file and category ({error!r}). Correct the row.") from error
        if not isinstance(file, str) or not (folder / file).is_file():
            raise ManifestError(f"{path}:{number}: {file!r} is no file below {folder}. Correct the row.")
        out[file] = str(category)
    return sorted(out.items())


def read_file(folder: Path, file: str, category: str) -> Read:
    """Read one file as ingest does; whatever goes wrong is an outcome."""
    path, words = folder / file, 0
    started = time.perf_counter()
    try:
        source = load(path)
        outcome, told, words = "warned" if source.warnings else "taken", "; ".join(source.warnings), count_words(source.text)
    except AssistantError as error:
        outcome, told = "refused", str(error).removeprefix(f"{' '.join(str(path).split())}: ")
    except Exception as error:  # a crash is what is looked for
        outcome, told = "crashed", f"{type(error).__name__}: {error}"
    key = f"{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}{path.suffix.lower()}"
    return Read(file, category, key, outcome, " ".join(told.split()), words, time.perf_counter() - started)


def lines(found: Sequence[Read]) -> Iterator[str]:
    """Yield a row for each category, and one for all: how many files had each outcome, and the slowest."""
    yield f"{'category':24} {'files':>5} " + " ".join(f"{name:>8}" for name in OUTCOMES) + "  slowest"
    for category in [*sorted({r.category for r in found}), ""]:
        mine = [r for r in found if not category or r.category == category]
        counts = Counter(r.outcome for r in mine)
        slowest = max((r.seconds for r in mine), default=0.0)
        yield f"{category or 'all':24} {len(mine):>5} " + " ".join(f"{counts[name]:>8}" for name in OUTCOMES) + f"  {slowest:6.1f} s"


def changes(found: Sequence[Read], kept: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each file that crashed, was read otherwise than is kept, or is not kept at all."""
    for read in found:
        before = kept.get(read.key, "not kept")
        if read.outcome == "crashed" or before != read.outcome:
            yield f"{read.file}: {before} -> {read.outcome} ({read.told or 'no warning'})"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``files``."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the files, with manifest.jsonl")
    parser.add_argument("--write", action="store_true", help="keep what became of each file, as what later runs are compared with")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write what was said of each file as JSON")


def main(args: argparse.Namespace) -> int:
    """Read the files, print a table and what changed, and return 0, or 1 where one crashed or was read otherwise."""
    rows = read_manifest(args.folder)
    found = []
    for number, (file, category) in enumerate(rows, start=1):
        if sys.stderr.isatty():
            print(f"\r\033[K{number} of {len(rows)} {file[:60]}", end="", file=sys.stderr, flush=True)
        found.append(read_file(args.folder, file, category))
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    print("\n".join(lines(found)))
    if args.out:
        write_json(args.out, [{name: getattr(r, name) for name in ("file", "category", "outcome", "told", "words", "seconds")} for r in found])
    if args.write:
        write_json(KEPT, {r.key: r.outcome for r in sorted(found, key=lambda r: r.key)})
        print(f"{KEPT}: {len(found)} files kept")
        return int(any(r.outcome == "crashed" for r in found))
    kept: dict[str, str] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.is_file() else {}
    told = list(changes(found, kept))
    print("\n".join(told or ["each as before"]))
    return int(bool(told))
