"""The systems that ``load`` measures beside the server: each in a process of its own behind a tiny HTTP server, asked by the same clients.

The assistant stands among them once more, over the few files that LangChain takes in, so that the same work is compared. Without a chat model the
usual pipeline ends where the model would be asked: its ``ask`` finds, fills in the prompt and gives it back. ``ask`` of BM25 gives the best stretch.
``python -m evals.load_peers`` is the child: it reads which files to take in from standard input, and prints what that took and where it listens.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel

from assistant.errors import AssistantError
from assistant.wire import answer_to_dict
from evals.options import ROOT
from evals.retrievers import SYSTEMS, Document, Retriever

FOUND = 10
"""Stretches that a search returns, as many as the assistant's own."""
SHOWN = 4
"""Stretches that LangChain's retriever puts into a prompt if nobody says how many."""
_PROMPT = "Answer the question with the context alone.\n\nContext:\n{context}\n\nQuestion: {question}"


class LoadPeerError(AssistantError):
    """A system could not be put under load."""


class Asked(BaseModel):
    """What a client sends."""

    question: str


Group = tuple[str, str, Sequence[Path]]
"""A system, what its files are called, and the files."""


def groups(files: Sequence[Path], number: int) -> list[Group]:
    """Return what is compared: the assistant and LangChain over the smallest English rulebook and over the first Chinese statutes, BM25 over all files."""
    rules = [f for f in files if f.name.startswith("rules")]
    statutes = [f for f in files if f not in rules]
    some = {"rules": sorted(rules, key=lambda f: f.stat().st_size)[:1], "statutes": statutes[: number - 1]}
    return [*((name, texts, group) for texts, group in some.items() if group for name in ("ours", "langchain")), ("bm25", "all files", files)]


@contextmanager
def serving_peer(name: str, files: Sequence[Path]) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield what a system took to take in files with the address at which it listens, and its process id; it ends with this.

    Raises:
        LoadPeerError: it does not start.
    """
    env = {**os.environ, "ANONYMIZED_TELEMETRY": "False", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "evals.load_peers", name]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            json.dump([str(f.resolve()) for f in files], process.stdin)
            process.stdin.close()
            row = _last_object(process.stdout)
            if row is None:
                log.seek(0)
                raise LoadPeerError(f"{name}: did not start ({(log.read().strip().splitlines() or ['it said nothing'])[-1]}). See evals/load_peers.py.")
            yield row, process.pid
        finally:
            _end(process)


def _last_object(stream: IO[str]) -> dict[str, Any] | None:
    """Return the first line that is an object: a library may print its own lines before."""
    for line in stream:
        if line.startswith("{"):
            row: dict[str, Any] = json.loads(line)
            return row
    return None


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


# -- in the child ---------------------------------------------------------------------------------------------


def _main(name: str) -> None:
    documents = [Document(path, path.read_text(encoding="utf-8")) for path in map(Path, json.load(sys.stdin))]
    with tempfile.TemporaryDirectory(prefix="load-", ignore_cleanup_errors=True) as folder:
        cpu, started = time.process_time(), time.perf_counter()
        system = SYSTEMS[name](documents, Path(folder), dt.date.today())
        spent = {"cpu_s": time.process_time() - cpu, "seconds": time.perf_counter() - started}
        size = {"files": len(documents), "characters": sum(len(d.text) for d in documents), "passages": system.chunks}
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        print(json.dumps({"system": name, "url": f"http://127.0.0.1:{listener.getsockname()[1]}", **size, **spent}), flush=True)
        _serve(system, asking(name, system), listener)


def _serve(system: Retriever, ask: Callable[[str], Any], listener: socket.socket) -> None:
    import uvicorn
    from fastapi import FastAPI

    app = FastAPI()

    @app.post("/api/v1/search")
    def _search(asked: Asked) -> Any:
        return [found._asdict() for found in system.search(asked.question, FOUND)]

    @app.post("/api/v1/ask")
    def _ask(asked: Asked) -> Any:
        return ask(asked.question)

    uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])


def asking(name: str, system: Any) -> Callable[[str], Any]:
    """Return what ``ask`` is for a system."""
    if name == "ours":
        return lambda question: answer_to_dict(system.ask(question))
    if name == "langchain":
        return _chain(system)
    return lambda question: {"text": "".join(found.text for found in system.search(question, 1))}


def _chain(system: Retriever) -> Callable[[str], Any]:
    """Return LangChain's usual chain, from the question to the filled prompt."""
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_core.runnables import RunnableLambda, RunnablePassthrough

    def context(question: str) -> str:
        return "\n\n".join(found.text for found in system.search(question, SHOWN))

    chain = {"context": RunnableLambda(context), "question": RunnablePassthrough()} | ChatPromptTemplate.from_template(_PROMPT)
    return lambda question: {"text": chain.invoke(question).to_string()}


if __name__ == "__main__":
    _main(sys.argv[1])
