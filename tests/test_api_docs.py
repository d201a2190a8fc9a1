"""The documentation of the API is true: its routes, its example, its codes; and so are the examples of the OpenAPI file."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from assistant import wire
from assistant.access.people import Person, Right, Role
from assistant.api import errors, examples, requests, responses
from assistant.language.glossary import Dictionary
from tests.api_server import Running, running
from tests.samples import answer, hit, refusal

ROOT = Path(__file__).resolve().parents[1]
DOCS = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> Iterator[Running]:
    shipped = sorted((ROOT / "corpus" / "policies").glob("mof-2019-46.*.md"))
    with running(tmp_path_factory.mktemp("docs"), dictionary, "accounts", extra=shipped, rate_limit=100_000) as server:
        yield server


def run_block(server: Running, block: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a block of the documentation prints."""
    monkeypatch.setenv("ASSISTANT_URL", server.url)
    monkeypatch.setenv("ASSISTANT_TOKEN", server.tokens["reader"])
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(block, "docs/api.md", "exec"), {"__name__": "example"})
    return out.getvalue()


def test_the_client_of_the_documentation_works(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = run_block(server, BLOCKS[0], monkeypatch)
    assert "30%" in printed
    assert "[1] 关于调整部分政府性基金有关政策的通知 第三条" in printed
    assert "statement\n" in printed
    assert "done\ninvalid_request question: Field required" in printed


def test_the_chat_client_of_the_documentation_works(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = run_block(server, BLOCKS[1], monkeypatch)
    assert "30%" in printed
    assert "**来源**" in printed
    assert len(BLOCKS) == 2


def test_the_table_has_every_route(server: Running) -> None:
    with server.client("admin") as client:
        paths = client.get("/api/v1/openapi.json").json()["paths"]
    declared = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert set(re.findall(r"^\| `((?:GET|POST|DELETE) [^`]+)` \|", DOCS, re.MULTILINE)) == declared | {"POST /mcp"}


def test_the_table_of_roles_is_true() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", DOCS, re.MULTILINE))
    assert set(rows) == set(Role)
    for name, sees in rows.items():
        audiences = {a.value for a in Person("x", Role(name)).audiences}
        assert audiences == ({"public", "staff", "enterprise"} if sees.strip() == "all" else {part.strip() for part in sees.split(",")})
    assert {name for name in rows if Person("x", Role(name)).may(Right.CURATE)} == {"librarian", "admin"}


def test_every_code_of_an_error_is_documented() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "assistant" / "api").glob("*.py"))
    raised = {*re.findall(r"ApiError\(\s*\d{3}, \"(\w+)\"", source), *errors._CODES.values()}
    assert len(raised) > 10
    assert [code for code in sorted(raised) if f"`{code}`" not in DOCS] == []


@pytest.mark.parametrize(
    ("path", "example"),
    [
        ("/api/v1/ask", examples.ASK),
        ("/api/v1/search", examples.SEARCH),
        ("/api/v1/benefits", examples.BENEFITS),
        ("/api/v1/feedback", examples.FEEDBACK),
        ("/api/v1/tools/index", examples.INDEX),
        ("/api/v1/tools/map", examples.MAP),
        ("/v1/chat/completions", examples.COMPLETION),
    ],
)
def test_examples_of_requests_can_be_sent(server: Running, path: str, example: dict[str, Any]) -> None:
    with server.client("reader") as client:
        response = client.post(path, json=example).raise_for_status().json()
    if path == "/api/v1/ask":
        assert response["statements"][0]["text"] == examples.ANSWER["statements"][0]["text"]
        assert set(response) == set(examples.ANSWER)


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (responses.AnswerOut, examples.ANSWER),
        (responses.SearchOut, examples.HITS),
        (responses.SourceOut, examples.SOURCE),
        (responses.IngestOut, examples.INGESTED),
        (responses.RemovedOut, examples.REMOVED),
    ],
)
def test_examples_of_responses_are_as_described(model: type[BaseModel], example: dict[str, Any]) -> None:
    assert model.model_validate(example).model_dump(mode="json") == example


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        (responses.AnswerOut, wire.answer_to_dict(answer())),
        (responses.AnswerOut, wire.answer_to_dict(refusal())),
        (responses.HitOut, wire.hit_to_dict(hit())),
        (responses.CitationOut, wire.answer_to_dict(answer())["citations"][0]),
    ],
)
def test_every_field_that_is_sent_is_described(model: type[BaseModel], sent: dict[str, Any]) -> None:
    assert set(sent) == set(model.model_fields)


@pytest.mark.parametrize(("given", "read"), [(" a\x00b ", "a b"), ("多少\n？", "多少\n？")])
def test_what_is_asked_is_what_can_be_read(given: str, read: str) -> None:
    assert requests.AskRequest.model_validate({"question": given}).question == read
