"""Routes that answer: questions (at once, or sentence by sentence), passages, and what an enterprise may claim."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from assistant import wire
from assistant.api.errors import error_body, explain
from assistant.api.requests import AskRequest, BenefitsRequest, SearchRequest
from assistant.api.responses import AnswerOut, SearchOut, WorksheetOut
from assistant.api.service import Serving, Who
from assistant.benefits.profile import parse_profile
from assistant.events import Done
from assistant.results import Scope

router = APIRouter(prefix="/api/v1", tags=["asking"])
EVENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"enum": ["statement", "withheld", "notice", "done", "error"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.post("/ask", response_model=AnswerOut, summary="Answer a question, or decline")
async def ask(request: AskRequest, service: Serving, person: Who) -> Any:
    """Each sentence is pinned to the exact words that carry it. A refusal is an outcome, not an error."""
    library = service.library_for(person)
    result = await service.workers.run(lambda: library.ask(request.question, request.scope(person.audiences)))
    service.metrics.count_outcome(result)
    return wire.answer_to_dict(result)


@router.post(
    "/ask/stream",
    summary="Answer a question sentence by sentence",
    response_class=StreamingResponse,
    responses={200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": EVENT_SCHEMA}}}},
)
async def stream(request: AskRequest, service: Serving, person: Who) -> StreamingResponse:
    """Server-sent events, each a JSON object: `statement` (a verified sentence with its citations), `withheld`, `notice`, and last
    `done` with the whole answer, which replaces what came before. `error` ends a stream that fails.
    """
    library = service.library_for(person)
    events = service.workers.iterate(lambda: library.stream(request.question, request.scope(person.audiences)))
    first = await anext(events)  # what fails before there is anything to send is an error as usual

    async def written() -> AsyncIterator[str]:
        yield _event(wire.event_to_dict(first))
        try:
            if isinstance(first, Done):
                service.metrics.count_outcome(first.result)
            async for event in events:
                if isinstance(event, Done):
                    service.metrics.count_outcome(event.result)
                yield _event(wire.event_to_dict(event))
        except Exception as error:
            shown = explain(error)
            yield _event({"event": "error", **error_body(shown.status_code, getattr(shown, "code", "error"), str(shown.detail))})

    return StreamingResponse(written(), media_type="text/event-stream", headers=STREAM_HEADERS)


def _event(data: dict[str, Any]) -> str:
    return f"event: {data['event']}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


@router.post("/search", response_model=SearchOut, summary="Find passages")
async def search(request: SearchRequest, service: Serving, person: Who) -> Any:
    """The passages nearest to a question, best first."""
    library = service.library_for(person)
    hits = await service.workers.run(lambda: library.search(request.question, request.k, request.scope(person.audiences)))
    return {"question": request.question, "hits": [wire.hit_to_dict(hit) for hit in hits]}


@router.post("/benefits", response_model=WorksheetOut, summary="What an enterprise may claim and what it owes")
async def benefits(request: BenefitsRequest, service: Serving, person: Who) -> Any:
    """Computed from what is known of the enterprise; what is not known is asked for in `questions`."""
    library = service.library_for(person)
    profile = parse_profile(request.profile, "profile")
    scope = Scope(as_of=request.as_of, jurisdiction=request.jurisdiction, audiences=person.audiences)
    return wire.worksheet_to_dict(await service.workers.run(lambda: library.check_benefits(profile, scope, request.language)))


