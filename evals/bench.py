"""Times and memory, measured in processes of their own. Not a test: it prints and writes what it finds.

``python -m evals.bench ingest|ask HOME PATH…`` is the child that ``python -m evals bench`` starts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError
from evals.library import code_hash, library_paths, peak_mib, write_json
from evals.metrics import percentile
from evals.options import library_options
from evals.run import RESULTS

_ROOT = Path(__file__).resolve().parent.parent
_REPEATS = 3
QUESTIONS = (
    "企业接收学生实习可以享受哪些税收优惠？",
    "What must an internship agreement contain?",
    "职业学校教师到企业实践每年至少多长时间？",
    "Which enterprises can be recognised as integration enterprises?",
    "企业职工教育经费税前扣除的比例是多少？",
    "What is a municipal industry-education consortium?",
    "产教融合型企业投资职业教育可以抵免哪些附加？",
    "Who may run a vocational school?",
    "学生实习期间受伤由谁负责？",
    "How are double-qualified teachers defined?",
    "重庆市对校企合作有哪些支持措施？",
    "What share of practice hours does the curriculum need?",
)
_WARM_UP = ("What does the law say about vocational schools?", "职业教育法对企业有什么要求？")


class BenchError(AssistantError):
    """A measurement could not be made."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``bench``."""
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the measurements; evals/results/bench.json if not given")
    library_options(parser)


def main(args: argparse.Namespace) -> int:
    """Measure, print a table and write JSON; the exit code is 0 whatever the numbers."""
    name = "texts" if library_paths("texts", args.texts) else "corpus"
    paths = library_paths(name, args.texts)
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        home = Path(args.home or folder) / f"bench-{name}"
        if home.exists():
            raise BenchError(f"--home {args.home}: holds {home.name} already, so ingestion would take in nothing. Remove it, or leave out --home.")
        ingest, ask = _child("ingest", home, paths), _child("ask", home, [])
        env = _env(home)
        commands = {
            "python, nothing imported": [sys.executable, "-c", "pass"],
            "assistant --help": [sys.executable, "-m", "assistant", "--help"],
            "assistant sources": [sys.executable, "-m", "assistant", "sources"],
            "assistant ask, cold": [sys.executable, "-m", "assistant", "ask", QUESTIONS[0]],
        }
        started = {label: statistics.median(_timed(partial(_run, command, env)) for _ in range(_REPEATS)) for label, command in commands.items()}
    limit, limit_as_asked = (3 * ask[f"{what}_p50_s"] + 0.05 for what in ("embedding", "embedding_as_asked"))
    rows = {
        **{f"{label} (median of {_REPEATS})": f"{seconds:.2f} s" for label, seconds in started.items()},
        "warm ask, p50 / p90 / longest": " / ".join(f"{1000 * ask[f'ask_{p}_s']:.0f}" for p in ("p50", "p90", "p100")) + " ms",
        "embedding of a question's text, p50": f"{1000 * ask['embedding_p50_s']:.1f} ms",
        "the same with its translation, as each question is asked": f"{1000 * ask['embedding_as_asked_p50_s']:.1f} ms",
        "warm ask at most 3 embeddings + 50 ms": _within(ask["ask_p50_s"], limit),
        "the same with its translation": _within(ask["ask_p50_s"], limit_as_asked),
        "first ask of a new home (makes its dictionary)": f"{ask['first_ask_s']:.2f} s",
        "ingest": f"{ingest['passages'] / ingest['seconds']:.0f} passages/s, {ingest['characters'] / ingest['seconds']:.0f} characters/s",
        "ingest, all": f"{ingest['sources']} sources, {ingest['passages']} passages in {ingest['seconds']:.1f} s",
        "peak memory, ingest / ask": f"{ingest['peak_mib']:.0f} / {ask['peak_mib']:.0f} MiB",
    }
    width = max(map(len, rows))
    print(f"library {name}, {os.cpu_count()} CPUs, {platform.machine()}, Python {platform.python_version()}, code {code_hash()}")
    print("\n".join(f"{label.ljust(width)}  {value}" for label, value in rows.items()))
    machine = {"cpus": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version(), "load": os.getloadavg()}
    out: Path = args.out or RESULTS / "bench.json"
    limits = {"ratio_limit_s": limit, "ratio_limit_as_asked_s": limit_as_asked}
    write_json(out, {"library": name, "code": code_hash(), **machine, "commands_s": started, "ask": ask, **limits, "ingest": ingest})
    print(f"written: {out}")
    return 0


def _within(seconds: float, limit: float) -> str:
    return f"{'yes' if seconds <= limit else 'NO'}, {1000 * seconds:.0f} of {1000 * limit:.0f} ms"


def _timed(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def _env(home: Path) -> dict[str, str]:
    return {**os.environ, "ASSISTANT_HOME": str(home), "ASSISTANT_CORPUS": "", "PYTHONPATH": str(_ROOT)}


def _run(command: Sequence[str], env: dict[str, str]) -> str:
    done = subprocess.run(command, env=env, cwd=_ROOT, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BenchError(f"{' '.join(map(str, command))}: ended with {done.returncode} ({last}). Run it by hand.")
    return done.stdout


def _child(task: str, home: Path, paths: Sequence[Path]) -> dict[str, Any]:
    out = _run([sys.executable, "-m", "evals.bench", task, str(home.resolve()), *map(str, (p.resolve() for p in paths))], _env(home.resolve()))
    measured: dict[str, Any] = json.loads(out.splitlines()[-1])
    return measured


# -- in the child ---------------------------------------------------------------------------------------------


def _measure(task: str, home: Path, paths: Sequence[Path]) -> dict[str, Any]:
    from assistant.config import load_settings
    from assistant.pipeline import Assistant

    library = Assistant(load_settings(home=home, corpus=""))
    measured = _ingest(library, paths) if task == "ingest" else _ask(library)
    return {**measured, "peak_mib": peak_mib()}


def _ingest(library: Any, paths: Sequence[Path]) -> dict[str, Any]:
    library.embedder.embed(["so that loading the model is not counted"])
    seconds = _timed(lambda: list(library.ingest(paths)))
    rows = library.sources()
    return {"seconds": seconds, "sources": len(rows), "passages": sum(r.passages for r in rows), "characters": sum(r.characters for r in rows)}


def _ask(library: Any) -> dict[str, Any]:
    first = _timed(lambda: library.ask(_WARM_UP[0]))
    library.ask(_WARM_UP[1])
    asks = [_timed(partial(library.ask, q)) for q in QUESTIONS]  # each once: a cache must not answer for the engine
    embeddings = [_timed(partial(library.embedder.embed, [q])) for q in QUESTIONS]
    read = [(q, library.read(q).translation) for q in QUESTIONS]
    as_asked = [_timed(partial(library.embedder.embed_question, *texts)) for texts in read]  # a Chinese one by one model, its translation by the other
    measured = {"first_ask_s": first, "embedding_p50_s": percentile(embeddings, 50), "embedding_as_asked_p50_s": percentile(as_asked, 50)}
    return measured | {f"ask_p{q}_s": percentile(asks, q) for q in (50, 90, 100)}


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]), [Path(p) for p in sys.argv[3:]])))
