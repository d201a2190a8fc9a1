"""Routes for those who run the server, and for what people think of answers."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from assistant.access.people import Right
from assistant.api.requests import FeedbackRequest
from assistant.api.responses import FeedbackOut, HealthOut, MeOut
from assistant.api.service import Serving, Who
from assistant.journal import Entry, append
from assistant.language.text import language_of

router = APIRouter(prefix="/api/v1", tags=["operations"])


@router.get("/health", response_model=HealthOut, summary="Whether the server answers")
def health(service: Serving) -> Any:
    """Open to everybody; says nothing about the library but whether it is being filled."""
    return {"status": "filling" if service.filling.running else "ok"}


@router.get(
    "/metrics",
    summary="What the server counts, as Prometheus reads it",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(service: Serving, person: Who) -> PlainTextResponse:
    """For administrators: the numbers count the whole library. Give Prometheus an API token."""
    service.demand(person, Right.OBSERVE)
    count = len(await service.workers.run(service.assistant.sources))
    return PlainTextResponse(service.metrics.text(count), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/me", response_model=MeOut, summary="Who asks")
def me(person: Who) -> Any:
    """The name, the role, and what comes with it."""
    rights = [right.value for right in Right if person.may(right)]
    return {"name": person.name, "role": person.role.value, "audiences": sorted(person.audiences), "rights": rights}


@router.post("/feedback", response_model=FeedbackOut, status_code=201, summary="Say what is wrong, or right, with an answer")
async def feedback(request: FeedbackRequest, service: Serving, person: Who) -> Any:
    """It is kept in the journal of the library, from where people can make it a case of the evaluation."""
    entry = Entry(
        id=secrets.token_hex(6),
        question=request.question,
        language=language_of(request.question),
        at=dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
        as_of=(request.as_of or dt.date.today()).isoformat(),
        outcome=request.outcome,
        reason=request.reason or "",
        citations=tuple(c.model_dump() for c in request.citations),
        fingerprint=request.fingerprint,
        thumbs=request.thumbs,
        expected=request.expected,
        evidence=tuple(e.model_dump() for e in request.evidence),
    )
    await service.workers.run(lambda: append(service.settings.home, entry))
    return {"id": entry.id}
