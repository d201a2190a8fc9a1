"""The API as one application, and everything that stands before it and before the page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

import assistant
from assistant.access.accounts import Accounts
from assistant.api import asking, completions, library, operations, sign_in, tool_routes
from assistant.api.errors import contained, install_handlers
from assistant.api.guard import Guard
from assistant.api.headers import protected
from assistant.api.limits import limited
from assistant.api.metrics import Metrics, measured
from assistant.api.responses import ErrorOut
from assistant.api.screen import screened
from assistant.api.service import Service
from assistant.api.tools import PATH, Tools
from assistant.api.workers import Workers
from assistant.filling import Filling
from assistant.pipeline import Assistant

_PREFIXES = ("/api", "/v1", PATH, "/health", "/sign-in", "/sign-out")
_ERRORS: dict[int | str, dict[str, Any]] = {"4XX": {"model": ErrorOut, "description": "Not served"}, "5XX": {"model": ErrorOut, "description": "Failed"}}


def make_service(library: Assistant, filling: Filling, accounts: Accounts | None) -> Service:
    """Return the parts of a server for ``library``."""
    settings = library.settings
    workers = Workers(timeout=settings.request_timeout)
    return Service(library, filling, Guard(settings, accounts), workers, Metrics(), sign_in.Throttle(), accounts)


def make_app(service: Service) -> FastAPI:
    """Return the application with all routes but the page's."""
    tools = Tools(service)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with tools.app.router.lifespan_context(tools.app):
            yield
        service.workers.close()

    app = FastAPI(
        title="Policy and case assistant",
        version=assistant.__version__,
        description="Answers from documents only, each sentence pinned to exact words, or a refusal. Every error has one shape.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its scripts would come from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.service = service
    install_handlers(app)
    for part in (asking, library, operations, completions, tool_routes):
        app.include_router(part.router, responses=_ERRORS)
    app.include_router(sign_in.router)
    app.add_api_route("/health", lambda: {"status": "ok"}, methods=["GET"], include_in_schema=False)
    app.router.routes.append(next(route for route in tools.app.routes if isinstance(route, Route)))
    return app


def lifespan_of(app: FastAPI) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return a lifespan for an application that serves ``app`` beside its own."""

    @asynccontextmanager
    async def both(outer: FastAPI) -> AsyncIterator[None]:
        async with app.router.lifespan_context(app):
            yield

    return both


def stand_before(service: Service, api: FastAPI, page: ASGIApp, uploaded: Path) -> ASGIApp:
    """Return one server for the API and the page, with everything checked, limited, counted and protected before either.

    Args:
        service: the parts of the server.
        api: all routes but the page's.
        page: the page.
        uploaded: the folder in which the page keeps the files that people send to it.
    """
    api_only, page_only = contained(api), screened(page, uploaded)

    async def divide(scope: Scope, receive: Receive, send: Send) -> None:
        await (api_only if scope["type"] == "http" and is_api(scope["path"]) else page_only)(scope, receive, send)

    guard, settings = service.guard, service.settings
    inner = limited(guard.guarded(divide), settings.max_upload_mb * 1_000_000, settings.request_timeout)
    return protected(measured(inner, service.metrics, route_of), lambda path: not is_api(path), guard.is_encrypted)


def is_api(path: str) -> bool:
    """Whether a path belongs to the API, sign-in included, and not to the page."""
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in _PREFIXES)


def route_of(scope: Scope) -> str:
    """Return the route that has served a request, as it was declared: no id and no word of a caller becomes a label."""
    path = scope["path"]
    if not is_api(path):
        return "page"
    return path if path in _PREFIXES else getattr(scope.get("route"), "path", "other")
