"""Small documents and libraries for tests, and a Chroma server to keep one on."""

from __future__ import annotations

import hashlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.documents import Authority, Metadata, Page, Source, Span, Status
from assistant.library.chunking import chunk
from assistant.library.registry import Registry

APPLES = "# Orchards\n\nApples are picked in autumn. The zyzzogeton hides below the leaves.\n\n## Fees\n\nThe fee is 5 million yuan."
PEARS = "# Orchards\n\nPears are picked in autumn. The fee is 7 million yuan, and the quokka watches."


def make_source(source_id: str, text: str, **metadata: Any) -> Source:
    """Return a one-page source: national, in force and English unless ``metadata`` says otherwise."""
    given = {"work": source_id, "title_en": source_id, "language": "en", "jurisdiction": "CN", "status": Status.IN_FORCE, "authority": Authority.LAW}
    known = Metadata(id=source_id, **{**given, **metadata})
    digest = hashlib.sha256(f"{known}\0{text}".encode()).hexdigest()
    return Source(known, text, (Page(1, Span(0, len(text))),), digest, f"{source_id}.md")


def put(registry: Registry, source: Source) -> set[str]:
    """Make a source live without vectors."""
    return registry.put(source, chunk(source), {})


def many_passages(source_id: str, count: int) -> Source:
    """Return a source whose every short section becomes a passage of its own."""
    return make_source(source_id, "\n\n".join(f"## Part {i}\n\nClause {source_id} {i} counts {i * 7919} oranges and {i * 104729} pears." for i in range(count)))


def traces(folder: Path, *secrets: str) -> list[str]:
    """Return the files below ``folder`` that hold one of ``secrets`` as UTF-8, whatever the file is."""
    wanted = [secret.encode() for secret in secrets]
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and any(w in p.read_bytes() for w in wanted))


@contextmanager
def chroma_server(folder: Path, port: int = 0) -> Iterator[str | None]:
    """Yield the address of a real Chroma server, on a free port or the one given, as long as the context; ``None`` where there is no executable."""
    beside = Path(sys.executable).with_name("chroma")
    executable = str(beside) if beside.is_file() else shutil.which("chroma")
    if executable is None:
        yield None
        return
    port = port or free_port()
    log = folder / "server.log"
    with log.open("wb") as out:
        command = [executable, "run", "--path", str(folder / "data"), "--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_up(url, process, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the Chroma server did not start: {log.read_text(errors='replace')[-500:]}")
