"""The API over real HTTP, where nobody signs in: every route, every way to be wrong, and the headers and limits around them."""

from __future__ import annotations

import datetime as dt
import errno
import json
import tempfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.formparsers import MultiPartParser

from assistant import wire
from assistant.journal import JOURNAL, read
from assistant.language.glossary import Dictionary
from assistant.results import Scope
from tests.api_server import QUESTION, Running, document, running

ASK = {"question": QUESTION}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("api"), dictionary, max_upload_mb=1, rate_limit=100_000) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: Running) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


def error_of(response: httpx.Response) -> dict[str, Any]:
    """Return the error of a response, after checking that it has the one shape and tells nothing it should not."""
    body = response.json()
    assert set(body) == {"error"}, body
    error = body["error"]
    assert set(error) == {"code", "message", "type", "param"}
    assert error["message"]
    assert response.headers["content-type"] == "application/json"
    for secret in ("Traceback", "/tmp/", 'File "', "sqlite"):
        assert secret not in response.text
    return dict(error)


# -- asking -------------------------------------------------------------------------------------------------------


def test_an_answer_is_that_of_the_library(server: Running, client: httpx.Client) -> None:
    response = client.post("/api/v1/ask", json={**ASK, "as_of": "2026-01-31"}).raise_for_status().json()
    assert response["outcome"] == "answer"
    assert "45%" in json.dumps(response)
    expected = wire.answer_to_dict(server.assistant.ask(QUESTION, Scope(as_of=dt.date(2026, 1, 31))))
    assert response == expected


def test_a_refusal_is_an_outcome(client: httpx.Client) -> None:
    response = client.post("/api/v1/ask", json={"question": "What does the treaty on Mars say of turnips?"})
    assert response.status_code == 200
    assert response.json()["outcome"] == "abstention"
    assert response.json()["reason"]


def test_an_answer_comes_sentence_by_sentence(client: httpx.Client) -> None:
    with client.stream("POST", "/api/v1/ask/stream", json=ASK) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        text = response.read().decode()
    events = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
    data = [json.loads(event["data"]) for event in events]
    assert [event["event"] for event in events] == [d["event"] for d in data]
    assert events[-1]["event"] == "done"
    sentences = [d["statement"] for d in data if d["event"] == "statement"]
    assert sentences
    assert sentences == data[-1]["result"]["statements"]


def test_passages_are_found(client: httpx.Client) -> None:
    hits = client.post("/api/v1/search", json={"question": "leave of an apprentice", "k": 2}).raise_for_status().json()["hits"]
    assert len(hits) == 2
    assert "10 days" in hits[0]["text"] + hits[1]["text"]


def test_benefits_are_computed(client: httpx.Client) -> None:
    sheet = client.post("/api/v1/benefits", json={"profile": {"takes_interns": "yes"}, "language": "en"}).raise_for_status().json()
    assert sheet["profile"] == {"takes_interns": True}
    assert {"benefits", "obligations", "apart", "proposals", "questions"} <= set(sheet)


# -- the library --------------------------------------------------------------------------------------------------


def test_sources_are_listed_and_shown(client: httpx.Client) -> None:
    listed = client.get("/api/v1/sources").json()
    assert [s["id"] for s in listed["sources"]] == ["bonus", "leave", "quagga", "zebra"]
    assert listed["total"] == 4
    assert "path" not in listed["sources"][0]
    assert client.get("/api/v1/sources", params={"query": "zebra 规定", "limit": 1}).json()["total"] == 1
    assert [s["id"] for s in client.get("/api/v1/sources", params={"offset": 3}).json()["sources"]] == ["zebra"]
    one = client.get("/api/v1/sources/leave").json()
    assert all(one["text"][p["start"] : p["end"]] == p["text"] for p in one["passages"])
    assert one["source"]["title_en"] == "Leave Regulation"


def test_files_are_taken_in_and_removed(server: Running, client: httpx.Client) -> None:
    text = document("upload", "# Upload\n\n## Article 1\n\nA mentor is paid 500 yuan.\n", "Mentor Rule", "导师规定")
    files = [("files", ("../../办法.md", text.encode())), ("files", ("bad.xyz", b"x")), ("files", ("empty.md", b"")), ("files", ("办法.md", b"twice"))]
    response = client.post("/api/v1/ingest", files=files).raise_for_status().json()
    by_outcome = {f["outcome"]: f for f in response["files"] if f["outcome"] != "failed"}
    assert by_outcome["added"]["source_id"] == "upload"
    assert response["summary"] == {"failed": 3, "added": 1}
    assert "/" not in "".join(f["error"] + f["name"] for f in response["files"])
    kept = server.assistant.settings.home / "originals" / server.assistant.source("upload").original
    assert kept.read_bytes() == text.encode()
    assert client.post("/api/v1/ingest", files=[("files", ("again.md", text.encode()))]).json()["summary"] == {"unchanged": 1}
    assert list((server.assistant.settings.home / "uploads").iterdir()) == [], "an upload is only kept in the library"
    removed = client.delete("/api/v1/sources/upload").raise_for_status().json()
    assert removed["id"] == "upload"
    assert set(removed["left"].values()) == {0}
    assert not kept.exists()
    assert client.get("/api/v1/sources/upload").status_code == 404


def test_a_full_disk_while_files_arrive_is_one_sentence(
    server: Running, client: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(file: tempfile.SpooledTemporaryFile[bytes]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1000)
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", full)
    response = client.post("/api/v1/ingest", files=[("files", ("a.md", b"word " * 1000))])
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    error = error_of(response)
    assert error["code"] == "unavailable"
    assert error["message"] == "No space is left on the server's disk. Free some, then try again: nothing was lost."
    log = f"{tempfile.gettempdir()}: no space left on the disk of this folder. Free some, then try again: nothing was lost."
    assert log in [record.getMessage() for record in caplog.records]
    monkeypatch.undo()
    assert client.post("/api/v1/ingest", files=[("files", ("a.md", b""))]).status_code == 200


def test_a_replaced_upload_goes_with_its_source(server: Running, client: httpx.Client) -> None:
    first, second = (document("again", f"# A\n\n## Article 1\n\nA mentor is paid {n} yuan.\n").encode() for n in (500, 600))
    client.post("/api/v1/ingest", files=[("files", ("a.md", first))])
    folder = server.assistant.settings.home / "originals"
    old = folder / server.assistant.source("again").original
    assert old.read_bytes() == first
    assert client.post("/api/v1/ingest", files=[("files", ("a.md", second))]).json()["summary"] == {"replaced": 1}
    assert not old.exists()
    assert (folder / server.assistant.source("again").original).read_bytes() == second
    client.delete("/api/v1/sources/again").raise_for_status()


def test_metadata_may_come_beside_the_files(server: Running, client: httpx.Client) -> None:
    metadata = "audience: staff\nstatus: trial\nid: given\n"
    response = client.post("/api/v1/ingest", files=[("files", ("g.md", b"# G\n\nSome words."))], data={"metadata": metadata}).json()
    assert response["summary"] == {"added": 1}
    assert client.get("/api/v1/sources/given").json()["source"]["audience"] == "staff"
    client.delete("/api/v1/sources/given").raise_for_status()
    sent = [("files", ("g.md", b"# G\n\nSome words."))]
    wrong = client.post("/api/v1/ingest", files=sent, data={"metadata": "audience: everyone\n"}).json()["files"][0]
    assert wrong["outcome"] == "failed"
    assert "'everyone' is not one of public" in wrong["error"]
    assert "/" not in wrong["error"]
    broken = client.post("/api/v1/ingest", files=sent, data={"metadata": "{: no YAML"})
    assert broken.status_code == 422
    assert error_of(broken)["param"] == "metadata"
    assert list((server.assistant.settings.home / "uploads").iterdir()) == []


# -- operations ---------------------------------------------------------------------------------------------------


def test_health_metrics_and_who_asks(client: httpx.Client) -> None:
    assert client.get("/health").json() == client.get("/api/v1/health").json() == {"status": "ok"}
    everything = {"audiences": ["enterprise", "public", "staff"], "rights": ["curate", "review", "observe"]}
    assert client.get("/api/v1/me").json() == {"name": "", "role": "admin", **everything}
    client.get("/api/v1/sources/some-id-that-must-not-be-a-label")
    client.get("/api/v1/" + "x" * 50)
    text = client.get("/api/v1/metrics").text
    assert 'assistant_requests_total{method="GET",route="/api/v1/sources/{source_id}",status="404"}' in text
    assert "assistant_sources 4.0" in text
    assert 'assistant_outcomes_total{outcome="answer",reason=""}' in text
    assert "some-id" not in text
    assert "xxx" not in text


def test_feedback_goes_into_the_journal(server: Running, client: httpx.Client) -> None:
    answer = client.post("/api/v1/ask", json=ASK).json()
    sent = {"question": QUESTION, "outcome": "answer", "thumbs": "down", "citations": answer["citations"], "expected": "out_of_scope"}
    response = client.post("/api/v1/feedback", json={**sent, "evidence": [{"source": "bonus", "quote": "30%"}]})
    assert response.status_code == 201
    entry = read(server.assistant.settings.home / JOURNAL)[-1]
    assert (entry.id, entry.question, entry.thumbs, entry.expected) == (response.json()["id"], QUESTION, "down", "out_of_scope")
    assert [c["quote"] for c in entry.citations] == [c["quote"] for c in answer["citations"]]
    assert dict(entry.evidence[0]) == {"source": "bonus", "quote": "30%"}


# -- being wrong --------------------------------------------------------------------------------------------------

WRONG: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/api/v1/nowhere", {}, 404, "not_found"),
    ("GET", "/v1/nowhere", {}, 404, "not_found"),
    ("GET", "/api", {}, 404, "not_found"),
    ("GET", "/api/v1/ask", {}, 405, "method_not_allowed"),
    ("PUT", "/api/v1/sources/leave", {}, 405, "method_not_allowed"),
    ("POST", "/api/v1/ask", {"json": {}}, 422, "invalid_request"),
    *[
        ("POST", f"/api/v1/tools/{tool}", {"content": b"{nonsense", "headers": {"Content-Type": "application/json"}}, 422, "invalid_request")
        for tool in ("agreement", "index", "monitor", "map", "majors", "costs")
    ],
    ("POST", "/api/v1/ask", {"json": {"question": "  "}}, 422, "invalid_request"),
    ("POST", "/api/v1/ask", {"json": {"question": "x" * 2001}}, 422, "invalid_request"),
    ("POST", "/api/v1/ask", {"json": {**ASK, "as_of": "soon"}}, 422, "invalid_request"),
    ("POST", "/api/v1/ask", {"json": {**ASK, "jurisdiction": "Mars"}}, 422, "invalid_request"),
    ("POST", "/api/v1/ask", {"json": {**ASK, "unknown": 1}}, 422, "invalid_request"),
    ("POST", "/api/v1/ask", {"content": b"{nonsense", "headers": {"Content-Type": "application/json"}}, 422, "invalid_request"),
    ("POST", "/api/v1/ask", {"content": b'{"question": "\\ud800"}', "headers": {"Content-Type": "application/json"}}, 422, "invalid_request"),
    ("POST", "/api/v1/ask", {"content": b"\xff\xfe", "headers": {"Content-Type": "application/json"}}, 422, "invalid_request"),
    ("POST", "/api/v1/ask/stream", {"json": {}}, 422, "invalid_request"),
    ("POST", "/api/v1/search", {"json": {**ASK, "k": 0}}, 422, "invalid_request"),
    ("POST", "/api/v1/benefits", {"json": {"profile": {"no_such_field": 1}}}, 422, "invalid_request"),
    ("GET", "/api/v1/sources", {"params": {"limit": 0}}, 422, "invalid_request"),
    ("GET", "/api/v1/sources", {"params": {"kind": "poem"}}, 422, "invalid_request"),
    ("GET", "/api/v1/sources/none", {}, 404, "not_found"),
    ("DELETE", "/api/v1/sources/none", {}, 404, "not_found"),
    ("POST", "/api/v1/ingest", {}, 422, "invalid_request"),
    ("POST", "/api/v1/feedback", {"json": {}}, 422, "invalid_request"),
    ("POST", "/v1/chat/completions", {"json": {}}, 422, "invalid_request"),
    ("POST", "/v1/chat/completions", {"json": {"model": "gpt", "messages": [{"role": "user", "content": "x"}]}}, 404, "model_not_found"),
    ("GET", "/v1/models/gpt", {}, 404, "model_not_found"),
    ("POST", "/api/v1/ask", {"content": b"x" * 1_048_577}, 413, "too_large"),
    ("POST", "/api/v1/ingest", {"files": [("files", ("big.md", b"x" * 1_000_001))]}, 413, "too_large"),
    ("POST", "/api/v1/ask", {"json": ASK, "headers": {"Host": "evil.example"}}, 400, "bad_host"),
    ("POST", "/api/v1/ask", {"json": ASK, "headers": {"Origin": "https://evil.example"}}, 403, "cross_site"),
    ("DELETE", "/api/v1/sources/leave", {"headers": {"Sec-Fetch-Site": "cross-site"}}, 403, "cross_site"),
    ("POST", "/api/v1/ingest", {"files": [("files", ("a.md", b"x"))], "headers": {"Origin": "null"}}, 403, "cross_site"),
]


@pytest.mark.parametrize(("method", "path", "sent", "status", "code"), WRONG)
def test_every_error_has_one_shape(client: httpx.Client, method: str, path: str, sent: dict[str, Any], status: int, code: str) -> None:
    response = client.request(method, path, **sent)
    assert response.status_code == status, response.text
    assert error_of(response)["code"] == code


def test_every_route_was_made_to_fail(server: Running, client: httpx.Client) -> None:
    routes = {(method.upper(), path) for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items() for method in methods}
    cannot = {("GET", "/api/v1/health"), ("GET", "/api/v1/metrics"), ("GET", "/api/v1/me"), ("GET", "/v1/models")}  # only by who asks: see test_api_rights
    tried = {(method, path) for method, path, *_ in WRONG}
    missing = {(m, p) for m, p in routes - cannot if not any(t[0] == m and len(t[1].split("/")) == len(p.split("/")) and matches(p, t[1]) for t in tried)}
    assert missing == set()


def matches(template: str, path: str) -> bool:
    return all(t.startswith("{") or t == p for t, p in zip(template.split("/"), path.split("/"), strict=True))


def test_a_body_that_says_no_length_is_limited_too(client: httpx.Client) -> None:
    response = client.post("/api/v1/ask", content=(b"x" * 65_536 for _ in range(40)), headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert error_of(response)["code"] == "too_large"


def test_a_failure_inside_is_not_shown(server: Running, client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret-key-123 at /tmp/secret")

    monkeypatch.setattr(type(server.assistant), "ask", fail)
    monkeypatch.setattr(type(server.assistant), "stream", fail)
    for path in ("/api/v1/ask", "/api/v1/ask/stream"):
        response = client.post(path, json=ASK)
        assert response.status_code == 500
        assert error_of(response)["code"] == "internal"
        assert "secret" not in response.text


# -- around the routes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/api/v1/health", "/api/v1/nowhere", "/sign-in", "/theme.css", "/v1/models"])
def test_headers_of_security(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["frame-ancestors"] == "'none'"
    assert policy["default-src"] in ("'self'", "'none'")
    assert not any("http" in value or "*" in value for value in policy.values())
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert "server" not in headers
    assert "strict-transport-security" not in headers
    assert "access-control-allow-origin" not in headers


def test_the_same_page_may_ask(client: httpx.Client, server: Running) -> None:
    for headers in ({"Origin": server.url}, {"Sec-Fetch-Site": "same-origin"}, {}):
        assert client.post("/api/v1/search", json={"question": "leave"}, headers=headers).status_code == 200
