"""Who may see and do what, over real HTTP: tokens, sessions, roles, proxies, and that hidden sources cannot be told from ones that do not exist."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from assistant.api.sign_in import FAILURES_OF_NAME
from assistant.language.glossary import Dictionary
from tests.api_server import HIDDEN_QUESTION, PASSWORD, QUESTION, SECRETS, Running, running

ROLES = ("reader", "enterprise", "staff", "librarian", "admin")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("rights"), dictionary, "accounts", rate_limit=100_000) as server:
        yield server


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> Iterator[Running]:
    """The same library as if the hidden sources had never been."""
    with running(tmp_path_factory.mktemp("bare"), dictionary, "accounts", hidden=False, rate_limit=100_000) as server:
        yield server


_browsers: list[httpx.Client] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _browsers:
        _browsers.pop().close()


def get_in(server: Running, name: str, password: str = PASSWORD, **form: str) -> tuple[httpx.Client, httpx.Response]:
    """Return a browser-like client after it has sent the form, and the response."""
    client = httpx.Client(base_url=server.url, timeout=60)
    _browsers.append(client)
    return client, client.post("/sign-in", data={"name": name, "password": password, **form}, headers={"Origin": server.url})


# -- nobody gets in unasked -----------------------------------------------------------------------------------------

PATHS = [
    "/api/v1/sources",
    "/api/v1/sources/bonus",
    "/api/v1/metrics",
    "/api/v1/me",
    "/api/v1/openapi.json",
    "/v1/models",
    "/v1/models/policy-case-assistant",
    "/mcp",
    "/gradio_api/info",
    "/gradio_api/queue/data?session_hash=x",
]


@pytest.mark.parametrize("path", PATHS)
def test_without_signing_in_everything_is_closed(server: Running, path: str) -> None:
    with server.client() as client:
        response = client.get(path)
        assert (response.status_code, response.json()["error"]["code"]) == (401, "not_signed_in")
        assert response.headers["www-authenticate"] == "Bearer"
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            assert client.request(method, path).status_code == 401
        assert client.post("/v1/chat/completions", json={}).status_code == 401
        assert client.get("/api/v1/health").json() == {"status": "ok"}


def test_every_declared_route_is_closed(server: Running) -> None:
    with server.client("admin") as admin, server.client() as nobody:
        paths = admin.get("/api/v1/openapi.json").json()["paths"]
        closed = {(m, p): nobody.request(m.upper(), p).status_code for p, methods in paths.items() for m in methods}
    assert closed.pop(("get", "/api/v1/health")) == 200
    assert set(closed.values()) == {401}


@pytest.mark.parametrize("token", ["x", "pca_" + "x" * 43, "Bearer"])
def test_a_token_that_does_not_hold(server: Running, token: str) -> None:
    with server.client() as client:
        response = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (response.status_code, response.json()["error"]["code"]) == (401, "not_signed_in")


def test_a_revoked_token_does_not_hold(server: Running) -> None:
    assert server.accounts
    token_id, secret = server.accounts.add_token("reader")
    headers = {"Authorization": f"Bearer {secret}"}
    assert httpx.get(f"{server.url}/api/v1/me", headers=headers).json()["name"] == "reader"
    server.accounts.revoke(token_id)
    assert httpx.get(f"{server.url}/api/v1/me", headers=headers).status_code == 401


# -- roles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("reader", ["bonus", "leave"]),
        ("enterprise", ["bonus", "leave", "quagga"]),
        ("staff", ["bonus", "leave", "zebra"]),
        ("librarian", ["bonus", "leave", "quagga", "zebra"]),
        ("admin", ["bonus", "leave", "quagga", "zebra"]),
    ],
)
def test_what_a_role_sees(server: Running, role: str, seen: list[str]) -> None:
    with server.client(role) as client:
        listed = client.get("/api/v1/sources").json()
        assert ([s["id"] for s in listed["sources"]], listed["total"]) == (seen, len(seen))
        hits = client.post("/api/v1/search", json={"question": "bonus leave regulation", "k": 50}).json()["hits"]
        assert {h["source_id"] for h in hits} <= set(seen)
        for source_id in ("zebra", "quagga", "bonus"):
            assert client.get(f"/api/v1/sources/{source_id}").status_code == (200 if source_id in seen else 404)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_change_the_library_and_read_metrics(server: Running, role: str) -> None:
    with server.client(role) as client:
        curates, observes = role in ("librarian", "admin"), role == "admin"
        file = [("files", (f"{role}.md", b"# T\n\nA note of some words."))]
        response = client.post("/api/v1/ingest", files=file, data={"metadata": "audience: staff\n"})
        assert response.status_code == (200 if curates else 403)
        if curates:
            source_id = response.json()["files"][0]["source_id"]
            assert client.delete(f"/api/v1/sources/{source_id}").status_code == 200
        else:
            assert response.json()["error"]["code"] == "forbidden"
            for source_id in ("bonus", "zebra", "nothing"):  # says the same of what is there, hidden, and not there
                refused = client.delete(f"/api/v1/sources/{source_id}")
                assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
        assert client.get("/api/v1/metrics").status_code == (200 if observes else 403)


# -- nothing of a hidden source leaks ---------------------------------------------------------------------------------


def asked_of(server: Running) -> dict[str, Any]:
    """Return what a reader gets from every route that can tell of the library."""
    out: dict[str, Any] = {}
    questions = (QUESTION, HIDDEN_QUESTION, "Zebra Bonus Regulation Article 1", "财税〔2031〕77号", "斑马奖金", "Does 45% apply to a quagga?", "bonus")
    with server.client("reader") as client:
        for question in questions:
            body = {"question": question, "as_of": "2026-01-31"}
            out[f"ask {question}"] = client.post("/api/v1/ask", json=body).json()
            out[f"stream {question}"] = client.post("/api/v1/ask/stream", json=body).text
            out[f"audience {question}"] = client.post("/api/v1/ask", json={**body, "audience": "staff"}).json()
            out[f"search {question}"] = client.post("/api/v1/search", json={**body, "k": 100}).json()
            chat = {"model": "policy-case-assistant", "messages": [{"role": "user", "content": question}], "as_of": "2026-01-31"}
            answer = client.post("/v1/chat/completions", json=chat).json()
            out[f"chat {question}"] = answer["choices"], answer["policy_case_assistant"]
        for path in ("/api/v1/sources", "/api/v1/sources?query=zebra", "/api/v1/sources?query=bonus", "/api/v1/sources/bonus", "/api/v1/me"):
            out[path] = client.get(path).json()
        for source_id in ("zebra", "quagga", "nothing"):
            response = client.get(f"/api/v1/sources/{source_id}")
            out[f"source {source_id}"] = response.status_code, response.text.replace(source_id, "ID"), sorted(set(response.headers) - {"date"})
        out["benefits"] = client.post("/api/v1/benefits", json={"profile": {}, "as_of": "2026-01-31"}).json()
    return out


def test_a_reader_cannot_tell_the_library_from_one_without_the_hidden_sources(server: Running, bare: Running) -> None:
    with_hidden, without = asked_of(server), asked_of(bare)
    for one in (with_hidden, without):
        for path in ("/api/v1/sources", "/api/v1/sources?query=bonus", "/api/v1/sources/bonus"):
            for source in one[path].get("sources", [one[path].get("source")]):
                source.pop("taken_at")
    for key in with_hidden:
        assert with_hidden[key] == without[key], key
    assert with_hidden["source zebra"] == with_hidden["source nothing"]


def test_no_word_of_a_hidden_source_reaches_a_reader_who_does_not_say_it(server: Running) -> None:
    for key, said in asked_of(server).items():
        text = json.dumps(said, ensure_ascii=False)
        for question in (HIDDEN_QUESTION, "Zebra Bonus Regulation Article 1", "财税〔2031〕77号", "斑马奖金", "Does 45% apply to a quagga?"):
            text = text.replace(question, "")
        if not any(secret in key for secret in SECRETS):
            assert [secret for secret in SECRETS if secret in text] == [], key


def test_metrics_name_no_source_and_no_question(server: Running) -> None:
    asked_of(server)
    with server.client("admin") as client:
        text = client.get("/api/v1/metrics").text
    assert [secret for secret in (*SECRETS, "bonus", "leave") if secret in text] == []


# -- sessions -------------------------------------------------------------------------------------------------------


def test_signing_in_and_out(server: Running) -> None:
    client, response = get_in(server, "reader", next="/?a=1")
    assert (response.status_code, response.headers["location"]) == (303, "/?a=1")
    cookie = response.headers["set-cookie"]
    assert all(flag in cookie for flag in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"))
    assert "Secure" not in cookie
    assert client.get("/api/v1/me").json()["name"] == "reader"
    assert "reader" in client.get("/sign-in").text
    secret = client.cookies["assistant_session"]
    assert client.post("/sign-out", headers={"Origin": server.url}).status_code == 303
    assert httpx.get(f"{server.url}/api/v1/me", headers={"Cookie": f"assistant_session={secret}"}).status_code == 401, "the session is closed on the server"


def test_each_session_has_a_secret_of_its_own(server: Running) -> None:
    client, _ = get_in(server, "reader")
    first = client.cookies["assistant_session"]
    client.post("/sign-in", data={"name": "reader", "password": PASSWORD}, headers={"Origin": server.url})
    assert client.cookies["assistant_session"] != first
    assert httpx.get(f"{server.url}/api/v1/me", headers={"Cookie": f"assistant_session={first}"}).status_code == 401


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "/sign-in", "/\r\nX: y"])
def test_signing_in_leads_nowhere_else(server: Running, target: str) -> None:
    _, response = get_in(server, "reader", next=target)
    assert response.headers["location"] == "/"


def test_the_page_leads_to_the_form_in_both_languages(server: Running) -> None:
    with server.client() as client:
        response = client.get("/?x=1", headers={"Accept": "text/html"})
        assert (response.status_code, response.headers["location"]) == (303, "/sign-in?next=%2F%3Fx%3D1")
        english = client.get("/sign-in?next=/a%22%3E%3Cb%3E", headers={"Accept-Language": "en-GB"}).text
        chinese = client.get("/sign-in?language=zh").text
    assert '<html lang="en">' in english
    assert "Password" in english
    assert "<b>" not in english
    assert '<html lang="zh-CN">' in chinese
    assert "密码" in chinese
    assert "http" not in english + chinese
    assert "<script" not in english + chinese


def test_wrong_names_and_wrong_passwords_look_the_same(server: Running) -> None:
    (_, unknown), (_, wrong), (_, without) = get_in(server, "nobody"), get_in(server, "librarian", "not the password"), get_in(server, "admin", "x" * 12)
    assert unknown.status_code == wrong.status_code == without.status_code == 401
    assert unknown.text == wrong.text == without.text
    assert "set-cookie" not in unknown.headers


def test_guessing_is_held_up(server: Running) -> None:
    for _ in range(FAILURES_OF_NAME):
        _, response = get_in(server, "victim", "a wrong password")
        assert response.status_code == 401
    _, response = get_in(server, "Victim", "a wrong password")
    assert response.status_code == 429
    assert 0 < int(response.headers["retry-after"]) <= 900
    assert get_in(server, "reader")[1].status_code == 303, "others are not locked out"


def test_a_form_from_elsewhere_signs_nobody_in(server: Running) -> None:
    form = {"name": "reader", "password": PASSWORD}
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site", "Origin": server.url}):
        response = httpx.post(f"{server.url}/sign-in", data=form, headers=headers)
        assert (response.status_code, response.json()["error"]["code"]) == (403, "cross_site")


def test_a_page_elsewhere_cannot_use_a_session(server: Running) -> None:
    client, _ = get_in(server, "librarian")
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": server.url + ".evil.example"}):
        for method, path in (("DELETE", "/api/v1/sources/bonus"), ("POST", "/api/v1/ingest"), ("POST", "/sign-out"), ("POST", "/gradio_api/queue/join")):
            response = client.request(method, path, headers=headers)
            assert (response.status_code, response.json()["error"]["code"]) == (403, "cross_site")
    assert client.post("/api/v1/search", json={"question": "leave"}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_a_session_ends_with_its_hours_and_with_the_password(server: Running) -> None:
    assert server.accounts
    short = server.accounts.open_session("librarian", 0)
    assert httpx.get(f"{server.url}/api/v1/me", headers={"Cookie": f"assistant_session={short}"}).status_code == 401
    client, _ = get_in(server, "librarian")
    server.accounts.set_password("librarian", PASSWORD)
    assert client.get("/api/v1/me").status_code == 401


# -- limits and proxies -----------------------------------------------------------------------------------------------


def test_who_asks_too_often_waits(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> None:
    with running(tmp_path_factory.mktemp("limits"), dictionary, "accounts", rate_limit=5) as server, server.client("reader") as client:
        statuses = [client.get("/api/v1/me").status_code for _ in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        response = client.get("/v1/models")
        assert response.json()["error"]["code"] == "too_many_requests"
        assert 1 <= int(response.headers["retry-after"]) <= 60
        with server.client("staff") as other:
            assert other.get("/api/v1/me").status_code == 200, "each person has their own"
        assert client.get("/health").status_code == 200


def test_short_events_of_the_page_are_counted_apart(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> None:
    with running(tmp_path_factory.mktemp("events"), dictionary, "accounts", rate_limit=3) as server, server.client("reader") as client:
        event = {"event_id": "none", "session_hash": "a-visit", "fn_index": 0}
        assert [client.post("/gradio_api/cancel", json=event).status_code for _ in range(31)] == [200] * 30 + [429]
        assert [client.get("/api/v1/me").status_code for _ in range(4)] == [200] * 3 + [429]


def test_what_is_queued_is_not_asked_past_the_queue(server: Running) -> None:
    with server.client("reader") as client:
        functions = client.get("/config").json()["dependencies"]
        queued = [f["id"] for f in functions if f["queue"] and f["backend_fn"]]
        assert len(queued) >= 10
        events = [{"data": [], "fn_index": number, "session_hash": "past-the-queue", "event_data": None} for number in queued]
        assert {client.post("/gradio_api/run/predict", json=event).status_code for event in events} == {404}


def test_a_proxy_that_is_believed_says_who_asks(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> None:
    with running(tmp_path_factory.mktemp("proxy"), dictionary, "proxy", proxy_addresses="127.0.0.0/8", rate_limit=100_000) as server, server.client() as client:
        def me(*users: str) -> dict[str, Any]:
            return dict(client.get("/api/v1/me", headers=[("X-Forwarded-User", user) for user in users]).json())

        assert (me("staff")["name"], me("staff")["role"]) == ("staff", "staff")
        assert (me("somebody")["name"], me("somebody")["role"]) == ("somebody", "reader"), "who has no account reads"
        assert me()["error"]["code"] == me("")["error"]["code"] == me("admin", "admin")["error"]["code"] == "not_signed_in"
        assert client.get("/", headers={"Accept": "text/html"}).status_code == 401, "there is no form to lead to"
        response = client.get("/api/v1/me", headers={"X-Forwarded-User": "staff", "X-Forwarded-Proto": "https"})
        assert response.headers["strict-transport-security"] == "max-age=31536000"
        headers = {"X-Forwarded-User": "admin", "Origin": "https://evil.example"}
        assert client.delete("/api/v1/sources/bonus", headers=headers).json()["error"]["code"] == "cross_site"


def test_a_proxy_that_is_not_believed_says_nothing(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> None:
    with running(tmp_path_factory.mktemp("stranger"), dictionary, "proxy", proxy_addresses="203.0.113.7") as server, server.client() as client:
        response = client.get("/api/v1/me", headers={"X-Forwarded-User": "admin", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"})
        assert response.status_code == 401
        assert "strict-transport-security" not in response.headers


def test_a_cookie_over_tls_is_secure(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> None:
    with running(tmp_path_factory.mktemp("tls"), dictionary, "accounts", proxy_addresses="127.0.0.1", allowed_hosts="assistant.example") as server:
        headers = {"Origin": "https://assistant.example", "Host": "assistant.example", "X-Forwarded-Proto": "https"}
        response = httpx.post(f"{server.url}/sign-in", data={"name": "reader", "password": PASSWORD}, headers=headers)
        assert "Secure" in response.headers["set-cookie"]
        assert httpx.get(f"{server.url}/health", headers={"Host": "other.example"}).json()["error"]["code"] == "bad_host"
