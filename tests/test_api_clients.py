"""The clients that people really use, over real HTTP: OpenAI's, MCP's, and the example of the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import openai
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from assistant.api.completions import MODEL
from assistant.language.glossary import Dictionary
from tests.api_server import HIDDEN_QUESTION, QUESTION, Running, running

DOCS = Path(__file__).resolve().parents[1] / "docs" / "api.md"
FOLLOW_UP = [
    {"role": "system", "content": "Answer in verse."},
    {"role": "user", "content": "What does the Leave Regulation say of an apprentice?"},
    {"role": "assistant", "content": "An apprentice has 10 days of leave a year. [1]"},
    {"role": "user", "content": [{"type": "text", "text": "And what share of its investment does a pilot enterprise receive as a bonus?"}]},
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("clients"), dictionary, "accounts", rate_limit=100_000) as server:
        yield server


def chat(server: Running, role: str = "reader") -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.tokens[role], max_retries=0, timeout=60)


# -- OpenAI's client --------------------------------------------------------------------------------------------------


def test_the_model_is_listed(server: Running) -> None:
    with chat(server) as client:
        assert [m.id for m in client.models.list()] == [MODEL]
        assert client.models.retrieve(MODEL).id == MODEL
        with pytest.raises(openai.NotFoundError, match="There is no model 'gpt-4'"):
            client.models.retrieve("gpt-4")


def test_a_completion_has_footnotes_and_the_whole_answer(server: Running) -> None:
    with chat(server) as client:
        completion = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": QUESTION}], temperature=0.2)
    content = completion.choices[0].message.content or ""
    assert completion.choices[0].finish_reason == "stop"
    assert "A pilot enterprise receives a bonus of 30% of its investment each year. [1]" in content
    assert re.search(r"^\[1\] Bonus Regulation \(.*\), .*page 1: “A pilot enterprise receives", content, re.MULTILINE)
    whole = (completion.model_extra or {})["policy_case_assistant"]
    assert whole["outcome"] == "answer"
    assert whole["citations"][0]["source_id"] == "bonus"


def test_what_is_streamed_is_what_is_completed(server: Running) -> None:
    with chat(server) as client:
        whole = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": QUESTION}])
        chunks = list(client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": QUESTION}], stream=True))
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == whole.choices[0].message.content
    assert [c.choices[0].finish_reason for c in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert len(chunks) >= 3, "role, sentences, references"
    assert (chunks[-1].model_extra or {})["policy_case_assistant"] == (whole.model_extra or {})["policy_case_assistant"]


def test_a_refusal_is_said_as_content(server: Running) -> None:
    with chat(server) as client:
        completion = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Who won the regatta on Mars in 2031?"}])
    assert (completion.model_extra or {})["policy_case_assistant"]["outcome"] == "abstention"
    assert completion.choices[0].message.content


def test_a_conversation_goes_on_and_its_scope_is_sent_besides(server: Running) -> None:
    messages: Any = FOLLOW_UP
    with chat(server) as client:
        completion = client.chat.completions.create(model=MODEL, messages=messages, extra_body={"as_of": "2026-01-31", "jurisdiction": "CN-50"})
    assert "30%" in (completion.choices[0].message.content or "")
    assert (completion.model_extra or {})["policy_case_assistant"]["as_of"] == "2026-01-31"


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([{"role": "assistant", "content": "x"}], "the last one is from 'assistant'"),
        ([{"role": "user", "content": " "}], "the question has 0 characters"),
        ([{"role": "user", "content": "x" * 2001}], "the question has 2001 characters"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}], "a part of type 'image_url' cannot be read"),
        ([], "messages"),
    ],
)
def test_what_cannot_be_asked_is_an_error_of_the_client(server: Running, messages: Any, said: str) -> None:
    with chat(server) as client, pytest.raises(openai.UnprocessableEntityError, match=re.escape(said)):
        client.chat.completions.create(model=MODEL, messages=messages)


def test_the_key_is_a_token_and_its_role_counts(server: Running) -> None:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="wrong", max_retries=0) as client, pytest.raises(openai.AuthenticationError):
        client.models.list()
    ask: Any = [{"role": "user", "content": HIDDEN_QUESTION}]
    with chat(server, "staff") as staff, chat(server) as reader:
        assert "45%" in (staff.chat.completions.create(model=MODEL, messages=ask).choices[0].message.content or "")
        assert "45%" not in (reader.chat.completions.create(model=MODEL, messages=ask).choices[0].message.content or "")


# -- MCP's client -----------------------------------------------------------------------------------------------------


def use_tools(server: Running, role: str, *calls: tuple[str, dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    """Return the tools that a model sees, and the results of its calls."""

    async def session() -> tuple[list[Any], list[Any]]:
        headers = {"Authorization": f"Bearer {server.tokens[role]}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(f"{server.url}/mcp", http_client=http)) as client,
        ):
            tools = (await client.list_tools()).tools
            return tools, [await client.call_tool(name, arguments) for name, arguments in calls]

    return anyio.run(session)


def test_a_model_asks_searches_and_computes(server: Running) -> None:
    tools, (answer, found, sheet) = use_tools(
        server,
        "staff",
        ("ask", {"question": HIDDEN_QUESTION}),
        ("search", {"question": "leave", "k": 1}),
        ("benefits", {"profile": {"takes_interns": "yes"}, "language": "en"}),
    )
    assert sorted(tool.name for tool in tools) == ["ask", "benefits", "search"]
    assert all(tool.annotations.read_only_hint and "context" not in tool.input_schema["properties"] for tool in tools)
    assert answer.structured_content["outcome"] == "answer"
    assert "45%" in answer.structured_content["statements"][0]["text"]
    assert len(found.structured_content["hits"]) == 1
    assert sheet.structured_content["profile"] == {"takes_interns": True}


def test_a_model_sees_what_its_user_may_see(server: Running) -> None:
    _, (answer, found) = use_tools(server, "reader", ("ask", {"question": HIDDEN_QUESTION}), ("search", {"question": "zebra", "k": 50}))
    assert "45%" not in str(answer)
    assert {hit["source_id"] for hit in found.structured_content["hits"]} <= {"bonus", "leave"}


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {"question": "x", "jurisdiction": "Mars"}, "is not an ISO 3166 code"),
        ("ask", {}, "question"),
        ("search", {"question": "x", "k": 0}, "k"),
        ("benefits", {"profile": {"no_such_field": 1}}, "no_such_field"),
    ],
)
def test_a_model_that_is_wrong_is_told_so(server: Running, tool: str, arguments: dict[str, Any], said: str) -> None:
    _, (result,) = use_tools(server, "reader", (tool, arguments))
    assert result.is_error
    assert said in str(result.content)
    assert "Traceback" not in str(result)
