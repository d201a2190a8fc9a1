"""The routes that OpenAI's chat clients call, so that they can use the assistant as if it were a model.

The last message of the user is the question, the messages before it are the conversation that it may lean on. The content is
Markdown with numbered references; the whole answer, with its pins, stands in the field ``policy_case_assistant``.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from assistant import wire
from assistant.answers.footnotes import as_markdown, marks, plain, references
from assistant.api.asking import STREAM_HEADERS
from assistant.api.errors import ApiError, error_body, explain
from assistant.api.requests import MAX_QUESTION, ChatMessage, CompletionRequest
from assistant.api.service import Serving, Who
from assistant.events import Done, Event, Shown
from assistant.exchange import Turn
from assistant.results import Abstention, Answer, Scope, Statement

MODEL = "policy-case-assistant"
EXTENSION = "policy_case_assistant"
MOST_TURNS = 20
_CHUNK_SCHEMA: dict[str, Any] = {"type": "object", "required": ["data"], "properties": {"data": {"type": "string"}}}
router = APIRouter(prefix="/v1", tags=["chat clients"])


@router.get("/models", summary="The one model there is")
def models() -> dict[str, Any]:
    """As OpenAI lists models."""
    return {"object": "list", "data": [_model()]}


@router.get("/models/{model}", summary="The model by its name")
def model(model: str) -> dict[str, Any]:
    """As OpenAI shows a model."""
    _check_model(model)
    return _model()


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}


def _check_model(name: str) -> None:
    if name != MODEL:
        raise ApiError(404, "model_not_found", f"There is no model {name!r}. The only one is {MODEL!r}.", "model")


@router.post(
    "/chat/completions",
    summary="Answer the last message of a conversation",
    response_model=None,
    responses={200: {"content": {"application/json": {}, "text/event-stream": {"schema": _CHUNK_SCHEMA}}}},
)
async def complete(request: CompletionRequest, service: Serving, person: Who) -> dict[str, Any] | StreamingResponse:
    """As OpenAI's chat completions; `as_of`, `jurisdiction` and `kind` may be sent besides (`extra_body` of their client)."""
    _check_model(request.model)
    question, history = read_conversation(request.messages)
    library = service.library_for(person)
    scope = Scope(as_of=request.as_of, jurisdiction=request.jurisdiction, audiences=person.audiences, kind=request.kind)
    head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": MODEL}
    if not request.stream:
        result = await service.workers.run(lambda: library.ask(question, scope, history))
        service.metrics.count_outcome(result)
        message = {"role": "assistant", "content": as_markdown(result), "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {**head, "object": "chat.completion", "choices": [choice], EXTENSION: wire.answer_to_dict(result)}
    events = service.workers.iterate(lambda: library.stream(question, scope, history))
    first = await anext(events)

    async def all_events() -> AsyncIterator[Event]:
        yield first
        async for event in events:
            yield event

    async def written() -> AsyncIterator[str]:
        try:
            async for delta, result in _deltas(all_events()):
                yield _chunk(head, delta, result)
                if result is not None:
                    service.metrics.count_outcome(result)
        except Exception as error:
            shown = explain(error)
            yield f"data: {json.dumps(error_body(shown.status_code, getattr(shown, 'code', 'error'), str(shown.detail)), ensure_ascii=False)}\n\n"
        yield "data: [DONE]\n\n"

    return StreamingResponse(written(), media_type="text/event-stream", headers=STREAM_HEADERS)


async def _deltas(events: AsyncIterator[Event]) -> AsyncIterator[tuple[dict[str, str], Answer | Abstention | None]]:
    """Yield what to add to the content, and with the last of it the whole answer.

    Sentences cannot be taken back. Where the whole answer is not what was streamed (a model failed half-way, or mended a
    sentence), it follows as a whole, under a line.
    """
    yield {"role": "assistant", "content": ""}, None
    shown: list[Statement] = []
    async for event in events:
        if isinstance(event, Shown):
            yield {"content": ("\n\n" if shown else "") + plain(event.statement.text) + marks(event.statement.citations)}, None
            shown.append(event.statement)
        elif isinstance(event, Done):
            result = event.result
            if isinstance(result, Answer) and shown and list(result.statements) == shown:
                yield {"content": f"\n\n{references(result)}"}, result
            else:
                yield {"content": ("\n\n---\n\n" if shown else "") + as_markdown(result)}, result


def _chunk(head: dict[str, Any], delta: dict[str, str], result: Answer | Abstention | None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": None if result is None else "stop", "logprobs": None}
    extension = {} if result is None else {EXTENSION: wire.answer_to_dict(result)}
    data = {**head, "object": "chat.completion.chunk", "choices": [choice], **extension}
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


def read_conversation(messages: Sequence[ChatMessage]) -> tuple[str, list[Turn]]:
    """Return the question that the conversation ends with, and the turns before it.

    Instructions of the system are not taken: what the assistant says is decided by documents alone.

    Raises:
        ApiError: the last message is not a question of the user.
    """
    last = messages[-1]
    if last.role != "user":
        raise ApiError(422, "invalid_request", f"messages: the last one is from {last.role!r}. It must be the user's question.", "messages")
    question = _text(last)
    if not question or len(question) > MAX_QUESTION:
        raise ApiError(422, "invalid_request", f"messages: the question has {len(question)} characters. Ask in 1 to {MAX_QUESTION}.", "messages")
    turns: list[Turn] = []
    for message in messages[:-1]:
        if message.role == "user" and (text := _text(message)):
            turns.append(Turn(text[:MAX_QUESTION]))
        elif message.role == "assistant" and turns and not turns[-1].answer:
            turns[-1] = Turn(turns[-1].question, _text(message))
    return question, turns[-MOST_TURNS:]


def _text(message: ChatMessage) -> str:
    if isinstance(message.content, list):
        other = next((part.type for part in message.content if part.type != "text"), None)
        if other:
            raise ApiError(422, "invalid_request", f"messages: a part of type {other!r} cannot be read. Send text.", "messages")
        text = "\n".join(part.text for part in message.content)
    else:
        text = message.content or ""
    return "".join(" " if ord(c) < 32 and c not in "\n\t" else c for c in text.encode("utf-8", "replace").decode()).strip()
