"""The audit says what it found, and never that all is well when it could not ask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.libraries import free_port

SCRIPT = Path(__file__).parents[1] / ".ci" / "audit"


@contextmanager
def database(answer: Callable[[dict[str, Any]], bytes]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def audit(url: str) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, env={**os.environ, "ADVISORIES": url}, check=False)
    return done.returncode, done.stdout, done.stderr


def test_every_pin_is_asked_and_what_is_known_is_named() -> None:
    asked: list[dict[str, Any]] = []

    def answer(request: dict[str, Any]) -> bytes:
        asked.extend(request["queries"])
        names = [q["package"]["name"] for q in request["queries"]]
        return json.dumps({"results": [{"vulns": [{"id": "PYSEC-1"}, {"id": "GHSA-2"}]} if n == "pypdf" else {} for n in names]}).encode()

    with database(answer) as url:
        code, out, _ = audit(url)
    pinned = [line for line in (SCRIPT.parent.parent / "constraints.txt").read_text().splitlines() if "==" in line and not line.startswith("#")]
    assert len(asked) == len(pinned)
    assert {"package": {"name": "torch", "ecosystem": "PyPI"}, "version": "2.13.0"} in asked
    (version,) = (q["version"] for q in asked if q["package"]["name"] == "pypdf")
    assert (code, out) == (1, f"pypdf=={version}: PYSEC-1, GHSA-2\n{len(pinned)} pinned packages, 1 with known advisories\n")


def test_all_well() -> None:
    with database(lambda request: json.dumps({"results": [{}] * len(request["queries"])}).encode()) as url:
        code, out, err = audit(url)
    assert (code, err) == (0, "")
    assert out.endswith(" pinned packages, 0 with known advisories\n")


@pytest.mark.parametrize("answer", [b"<html>", b"{}", b'{"results": []}', b'{"results": null}'])
def test_an_answer_that_is_none_is_no_clean_bill(answer: bytes) -> None:
    with database(lambda _: answer) as url:
        code, out, err = audit(url)
    assert (code, out) == (3, "")
    assert "so NOTHING WAS CHECKED" in err


def test_without_a_network_nothing_is_claimed() -> None:
    code, out, err = audit(f"http://127.0.0.1:{free_port()}/")
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert err.endswith("so NOTHING WAS CHECKED. Run it again with a network.\n")
