"""The one shape that every error of the API has, whoever raises it. What it says is for the caller; traces and paths go to the log."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import AssistantError, DiskFull, IndexUnavailable, LoadError, MetadataError, ProfileError, SourceNotFound, ToolError
from assistant.library.disk import disk_fault

_CODES = {400: "bad_request", 401: "not_signed_in", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
INTERNAL = "Something failed inside the server. Its log says what."
FULL = "No space is left on the server's disk. Free some, then try again: nothing was lost."


class ApiError(HTTPException):
    """A request that cannot be served.

    Args:
        status: the HTTP status.
        code: names the kind of error for programs.
        message: says what is wrong and what to do, for people.
        param: the field that is wrong, where one is.
    """

    def __init__(self, status: int, code: str, message: str, param: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, message, dict(headers) if headers else None)
        self.code = code
        self.param = param


def not_found(source_id: str) -> ApiError:
    """Return the error for a source that is not there, or that the asker may not know of."""
    return ApiError(404, "not_found", f"No source has the id {source_id!r}. List them with GET /api/v1/sources.")


def error_body(status: int, code: str, message: str, param: str | None = None) -> dict[str, Any]:
    """Return an error as JSON. OpenAI's clients read the same shape."""
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"code": code, "message": message, "type": kind, "param": param}}


def error_response(error: HTTPException) -> JSONResponse:
    """Return an error as a response."""
    code = error.code if isinstance(error, ApiError) else _CODES.get(error.status_code, "error")
    param = error.param if isinstance(error, ApiError) else None
    return JSONResponse(error_body(error.status_code, code, str(error.detail), param), error.status_code, error.headers)


def explain(error: Exception) -> HTTPException:
    """Return the error that a caller sees for one from inside; texts that may name paths or addresses are logged instead."""
    match error:
        case HTTPException(__cause__=OSError() as cause) if told := disk_fault(cause, Path(tempfile.gettempdir())):
            return explain(told)  # what a request sends is kept there until it is whole; FastAPI would call it a fault of the request
        case HTTPException():
            return error
        case RequestValidationError():
            return _invalid(error)
        case SourceNotFound():
            return ApiError(404, "not_found", "No source has this id. List them with GET /api/v1/sources.")
        case ProfileError() | MetadataError() | LoadError() | ToolError():
            return ApiError(422, "invalid_request", str(error))
        case DiskFull():
            logging.getLogger(__name__).warning("%s", error)
            return ApiError(503, "unavailable", FULL, headers={"Retry-After": "5"})
        case IndexUnavailable():
            logging.getLogger(__name__).warning("%s", error)
            return ApiError(503, "unavailable", "The library cannot be used now. Try again, or see the server's log.", headers={"Retry-After": "5"})
        case AssistantError():
            logging.getLogger(__name__).warning("%s", error)
        case _:
            logging.getLogger(__name__).error("a request failed", exc_info=error)
    return ApiError(500, "internal", INTERNAL)


def _invalid(error: RequestValidationError) -> ApiError:
    """Return the first thing that is wrong with a request."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return ApiError(422, "invalid_request", "body: is not JSON in UTF-8.")
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    message = str(first["msg"]).removeprefix("Value error, ")
    return ApiError(422, "invalid_request", f"{where or 'body'}: {message}", where or None)


def install_handlers(app: FastAPI) -> None:
    """Make every error of ``app`` have the one shape."""

    async def handle(request: Request, error: Exception) -> JSONResponse:
        return error_response(explain(error))

    for kind in (HTTPException, RequestValidationError, AssistantError, Exception):
        app.add_exception_handler(kind, handle)


def contained(app: ASGIApp) -> ASGIApp:
    """Return ``app`` without the errors that it has answered and logged already: they would end the connection."""

    async def contain(scope: Scope, receive: Receive, send: Send) -> None:
        complete = False

        async def note(message: Message) -> None:
            nonlocal complete
            await send(message)
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)

        try:
            await app(scope, receive, note)
        except Exception:
            if not complete:
                raise

    return contain
