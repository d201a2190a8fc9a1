"""What somebody who has signed in can get out of Gradio's own routes, over real HTTP: no file of the machine, no session of another, no way to the network."""

from __future__ import annotations

import errno
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio import route_utils

from assistant.access.people import Person, Role
from assistant.api.screen import _KEPT, Sessions
from assistant.language.glossary import Dictionary
from tests.api_server import QUESTION, Running, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> Iterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
        with running(tmp_path_factory.mktemp("screen"), dictionary, "accounts", rate_limit=100_000) as server:
            yield server


def named(path: str) -> dict[str, Any]:
    """Return a file as an event of Gradio names it."""
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def copies(cache: Path, of: Path) -> list[Path]:
    return list(cache.rglob(of.name)) if cache.is_dir() else []


@pytest.mark.parametrize("role", ["reader", "librarian"])
@pytest.mark.parametrize("route", ["call/ask", "run/ask", "queue/join"])
def test_an_event_cannot_fetch_a_file_of_the_machine(server: Running, role: str, route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.page.ui import uploads_folder

    secret = server.assistant.settings.home / "library.sqlite"
    assert secret.is_file()
    with server.client(role) as client:
        for path in (str(secret), f"{uploads_folder()}/../{secret}", "https://example.com/x.md", "x.md", "a\0b", 7):
            for data in ([named(path), "", "", "", "en"], [{"inner": [{"path": path}]}]):  # type: ignore[arg-type]
                response = client.post(f"/gradio_api/{route}", json={"data": data, "fn_index": 0, "session_hash": "s" + role})
                assert (response.status_code, response.json()["error"]["code"]) == (403, "forbidden")
    assert copies(uploads_folder(), secret) == []


@pytest.mark.parametrize("role", ["reader", "enterprise", "staff", "librarian"])
def test_only_who_may_take_files_in_can_send_them(server: Running, role: str) -> None:
    with server.client(role) as client:
        response = client.post("/gradio_api/upload", files={"files": ("x.md", b"hello")})
        assert response.status_code == (200 if role == "librarian" else 403)
        if role == "librarian":
            (sent,) = response.json()
            event = client.post("/gradio_api/queue/join", json={"data": [named(sent)], "fn_index": 10_000, "session_hash": "of a librarian"})
            assert event.status_code != 403, "a file that was sent may be named, here in an event that Gradio does not know"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "No space is left on the server's disk. Let whoever runs this free some, then try again: nothing was lost."),
        ("zh", "服务器磁盘空间不足。请维护人员清理空间后再试：没有丢失任何内容。"),
    ],
)
def test_a_full_disk_is_told_to_who_sends_a_file_and_keeps_no_half_of_it(
    server: Running, language: str, sentence: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from assistant.page.ui import uploads_folder

    def full(**options: Any) -> Any:
        file: Any = tempfile.NamedTemporaryFile(**options)  # noqa: SIM115  Gradio closes it
        file.write(b"half of it")

        def write(data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        file.write = write
        return file

    before = set(uploads_folder().rglob("*"))
    monkeypatch.setattr(route_utils, "NamedTemporaryFile", full)
    with server.client("librarian") as client:
        response = client.post("/gradio_api/upload", files={"files": ("x.md", b"hello")}, headers={"Cookie": f"language={language}"})
    assert (response.status_code, response.text) == (503, sentence)
    assert set(uploads_folder().rglob("*")) == before
    log = f"{uploads_folder()}: no space left on the disk of this folder. Free some, then try again: nothing was lost."
    assert [record.getMessage() for record in caplog.records if record.name == "assistant.page.troubles"] == [log]


def test_another_failure_to_keep_a_file_is_no_full_disk(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**options: Any) -> Any:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(route_utils, "NamedTemporaryFile", broken)
    with server.client("librarian") as client:
        assert client.post("/gradio_api/upload", files={"files": ("x.md", b"hello")}).status_code == 500


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/deep_link?session_hash=x",
        "/gradio_api/proxy=https://example.com/",
        "/gradio_api/file=https://example.com/",
        "/gradio_api/file=etc/passwd",
        "/gradio_api/openapi.json",
        "/gradio_api/runs",
        "/gradio_api/stream/x/y/z/playlist.m3u8",
        "/gradio_api/custom_component/x/client/component/../../../../etc/passwd",
        "/gradio_api/vibe-code",
        "/gradio_api/queue/status",
        "/gradio_api/app_id",
        "/gradio_api/token",
        "/monitoring",
        "/monitoring/summary",
        "/pwa_icon",
        "/docs",
        "/.env",
    ],
)
def test_what_the_page_does_not_need_does_not_exist(server: Running, path: str) -> None:
    with server.client("admin") as client:
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            assert client.request(method, path).status_code == 404, method


def test_files_are_read_from_the_cache_only(server: Running) -> None:
    with server.client("admin") as client:
        for path in ("/etc/passwd", str(server.assistant.settings.home / "library.sqlite"), f"{Path(__file__)}"):
            assert client.get(f"/gradio_api/file={path}").status_code == 403


def test_a_session_is_shown_to_nobody_else(server: Running) -> None:
    session = uuid.uuid4().hex
    body = {"data": [QUESTION, "", "", "", "en"], "fn_index": 10_000, "session_hash": session}
    with server.client("reader") as mine, server.client("staff") as other:
        mine.post("/gradio_api/queue/join", json=body)  # there is no such event, but from now on the session is theirs
        for request in (
            other.build_request("GET", f"/gradio_api/queue/data?session_hash={session}"),
            other.build_request("GET", f"/gradio_api/queue/data?session_hash=x&session_hash={session}"),
            other.build_request("GET", f"/gradio_api/heartbeat/{session}"),
            other.build_request("POST", "/gradio_api/queue/join", json=body),
            other.build_request("POST", "/gradio_api/call/ask", json=body),
            other.build_request("POST", "/gradio_api/run/ask", json=body),
            other.build_request("POST", "/gradio_api/cancel", json={"session_hash": session, "fn_index": 0, "event_id": "x"}),
        ):
            response = other.send(request)
            assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found"), request.url
        assert mine.post("/gradio_api/cancel", json={"session_hash": session, "fn_index": 0, "event_id": "x"}).status_code == 200


@pytest.mark.parametrize("session", ["", "x" * 65, 7, ["a"], {"a": 1}])
def test_a_session_has_a_name(server: Running, session: Any) -> None:
    with server.client("reader") as client:
        assert client.post("/gradio_api/queue/join", json={"data": [], "session_hash": session}).status_code == 404


def test_an_event_that_is_no_json(server: Running) -> None:
    with server.client("reader") as client:
        for body in (b"{", b"\xff", b"[" * 100_000):
            response = client.post("/gradio_api/queue/join", content=body, headers={"Content-Type": "application/json"})
            assert (response.status_code, response.json()["error"]["code"]) == (422, "invalid_request")


def test_nobody_can_make_the_server_forget_whose_a_session_is() -> None:
    sessions, one, other = Sessions(), Person("one", Role.READER), Person("other", Role.READER)
    assert sessions.admit("first", one)
    for n in range(_KEPT + 1):
        assert sessions.admit(f"of-other-{n}", other)
    assert not sessions.admit("first", other)
    assert sessions.admit("first", one)
    assert sessions.admit("of-other-0", one), "the oldest of their own are forgotten"
