"""What a real server writes down: no password, no cookie and no token, whatever goes wrong."""

from __future__ import annotations

import base64
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from assistant.api.guard import COOKIE
from assistant.errors import ConfigError, IndexUnavailable
from assistant.journal import JOURNAL
from assistant.language.glossary import Dictionary
from assistant.pipeline import Assistant
from tests.api_server import PASSWORD, QUESTION, Running, running
from tests.libraries import traces

WRONG = "an entirely wrong password"
FORGED = "pca_" + "Forged0123456789" * 3
STALE = "a-session-that-never-was"
CAUSE = "/srv/home: no space left on the disk of this folder. Free some, then try again: nothing was lost."


@pytest.fixture
def server(tmp_path: Path, dictionary: Dictionary) -> Iterator[Running]:
    with running(tmp_path, dictionary, "accounts") as server:
        yield server


def sign_in(server: Running, client: httpx.Client, password: str, **form: str) -> int:
    """Send the form as a browser does; return the status."""
    data = {"name": "reader", "password": password, "next": f"/?token={FORGED}", **form}
    return client.post("/sign-in", data=data, headers={"Origin": server.url}).status_code


def send_raw(url: str, request: str) -> None:
    """Send what is no HTTP."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
        connection.sendall(request.encode())
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass


def go_wrong(server: Running, client: httpx.Client) -> list[int]:
    """Ask in every way that is refused, with real and with forged secrets; return the statuses."""
    token, basic = server.tokens["staff"], base64.b64encode(f"reader:{PASSWORD}".encode()).decode()
    mine, ask = {"Authorization": f"Bearer {token}"}, "/api/v1/ask"
    with httpx.Client(base_url=server.url, timeout=60) as bare:
        tries = [
            bare.get("/api/v1/me", headers={"Authorization": f"Bearer {FORGED}"}),
            bare.get("/api/v1/me", headers={"Authorization": f"Basic {basic}"}),
            bare.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={STALE}"}),
            bare.get(f"/api/v1/nothing?token={token}&password={PASSWORD}", headers=mine),
            bare.post(ask, content=f'{{"question": "{token}', headers=mine),
            bare.post(ask, json={"question": 7, "password": PASSWORD}, headers=mine),
            bare.post("/api/v1/ingest", files=[("files", ("a.md", b"text"))], headers=mine),
            bare.request("PATCH", ask, headers=mine),
            client.post(ask, json={"question": QUESTION}, headers={"Origin": "https://elsewhere.example"}),
            client.post("/gradio_api/queue/join", content=b"\xff{", headers={"Origin": server.url}),
        ]
    send_raw(server.url, f"GET /api/v1/me HTTP/9.9 {token}\r\nAuthorization Bearer {token}\r\nCookie: {COOKIE}={client.cookies[COOKIE]}\r\n\r\n")
    return [response.status_code for response in tries]


def fail_inside(server: Running, client: httpx.Client, patch: pytest.MonkeyPatch) -> list[int]:
    """Ask while the server fails: with a fault of ours, with one that is told, and where the library cannot be used."""
    statuses = []
    for error in (RuntimeError("a fault of ours"), ConfigError("a fault that is told"), IndexUnavailable(CAUSE)):

        def fail(*args: object, error: Exception = error, **options: object) -> None:
            raise error

        patch.setattr(Assistant, "ask", fail)
        patch.setattr(Assistant, "sources", fail)
        with server.client("staff") as bearer:
            statuses += [bearer.get("/api/v1/sources").status_code, client.get("/api/v1/sources").status_code]
    patch.undo()
    return statuses


def test_no_secret_reaches_the_log_or_the_journal(
    server: Running, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)
    caplog.set_level(logging.DEBUG)
    with httpx.Client(base_url=server.url, timeout=60) as client:
        assert [sign_in(server, client, WRONG), sign_in(server, client, WRONG * 1000), sign_in(server, client, PASSWORD)] == [401, 422, 303]
        session = client.cookies[COOKIE]
        assert client.get("/api/v1/me").json()["name"] == "reader"
        with server.client("staff") as bearer:
            assert bearer.post("/api/v1/ask", json={"question": QUESTION}).status_code == 200
            assert bearer.post("/api/v1/feedback", json={"question": QUESTION, "outcome": "answer", "thumbs": "down"}).status_code == 201
        assert go_wrong(server, client) == [401, 401, 401, 404, 422, 422, 403, 405, 403, 422]
        assert fail_inside(server, client, monkeypatch) == [500, 500, 500, 500, 503, 503]
        client.post("/sign-out", headers={"Origin": server.url})
    printed = capfd.readouterr()
    records = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]  # the client's own
    logged = "\n".join(logging.Formatter().format(record) for record in records) + printed.out + printed.err
    for expected in ("a fault of ours", "a fault that is told", CAUSE, "Invalid HTTP request received."):
        assert expected in logged, "what is looked through is the log"
    secrets = {PASSWORD, WRONG, FORGED, STALE, session, base64.b64encode(f"reader:{PASSWORD}".encode()).decode(), *server.tokens.values()}
    assert [secret for secret in secrets if secret in logged] == []
    home = server.assistant.settings.home
    assert QUESTION in (home / JOURNAL).read_text(encoding="utf-8")
    assert traces(home, *secrets) == [], "nor any other file of the library's folder"
