"""What of Gradio's own routes there is, and for whom.

Gradio serves more than the page uses: it copies any file of the machine that an event names into its cache, fetches addresses for
a visitor, and shows a session to whoever names it. Here a route that the page does not use does not exist; only who may take
files in can send them, or an event that names one; and a session belongs to whoever named it first.
"""

from __future__ import annotations

import json
import posixpath
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.access.people import Person, Right, person_of
from assistant.api.errors import ApiError, error_response

_READ = frozenset(
    "/ /config /theme.css /manifest.json /favicon.ico /robots.txt /gradio_api/info /gradio_api/theme.css /gradio_api/startup-events "
    "/gradio_api/queue/data /gradio_api/upload_progress".split()
)
_READ_BELOW = ("/assets/", "/static/", "/svelte/", "/gradio_api/heartbeat/", "/gradio_api/file=", "/gradio_api/call/")
_SENT = frozenset("/gradio_api/queue/join /gradio_api/cancel /gradio_api/reset".split())
_SENT_BELOW = ("/gradio_api/call/", "/gradio_api/run/")
_UPLOAD = "/gradio_api/upload"
_FILE = "/gradio_api/file="
_HEARTBEAT = "/gradio_api/heartbeat/"
_LONGEST_SESSION = 64
_KEPT = 500
"""Sessions remembered of a person; beyond, the one that was used longest ago is forgotten."""


class Sessions:
    """Whose each session of the page is."""

    def __init__(self) -> None:
        self._owner: dict[str, str] = {}
        self._of: dict[str, OrderedDict[str, None]] = {}

    def admit(self, session: str, person: Person) -> bool:
        """Return whether a session is ``person``'s; one that nobody has named before becomes theirs."""
        if self._owner.setdefault(session, person.name) != person.name:
            return False
        mine = self._of.setdefault(person.name, OrderedDict())
        mine[session] = None
        mine.move_to_end(session)
        if len(mine) > _KEPT:
            del self._owner[mine.popitem(last=False)[0]]
        return True


def screened(page: ASGIApp, cache: Path) -> ASGIApp:
    """Return ``page`` without what it does not need of Gradio, and with its files and sessions kept apart.

    Args:
        page: the page, behind the guard.
        cache: where Gradio keeps what is uploaded.
    """
    sessions = Sessions()

    async def screen(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await page(scope, receive, send)
            return
        try:
            replay = await _check(scope, receive, sessions, cache)
        except ApiError as error:
            await error_response(error)(scope, receive, send)
            return
        await page(scope, replay, send)

    return screen


async def _check(scope: Scope, receive: Receive, sessions: Sessions, cache: Path) -> Receive:
    """Return what to read the request from.

    Raises:
        ApiError: there is no such route for who asks.
    """
    path, person = scope["path"].rstrip("/") or "/", person_of(scope)
    if scope["method"] in ("GET", "HEAD"):
        _check_read(path, scope["query_string"], person, sessions)
        return receive
    if scope["method"] != "POST":
        raise _no_route()
    if path == _UPLOAD:
        if not person.may(Right.CURATE):
            raise ApiError(403, "forbidden", f"The role {person.role.value} may not do this. Ask a librarian or an administrator.")
        return receive
    if path not in _SENT and not path.startswith(_SENT_BELOW):
        raise _no_route()
    body = await _read(receive)
    _check_event(body, person, sessions, cache)
    return _again(body, receive)


def _check_read(path: str, query: bytes, person: Person, sessions: Sessions) -> None:
    if path not in _READ and not path.startswith(_READ_BELOW):
        raise _no_route()
    if path.startswith(_FILE) and not posixpath.isabs(path.removeprefix(_FILE)):
        raise _no_route()  # Gradio would fetch an address
    named = parse_qs(query.decode("latin-1")).get("session_hash", [])
    if path.startswith(_HEARTBEAT):
        named.append(path.removeprefix(_HEARTBEAT))
    for session in named:
        _check_session(session, person, sessions)


def _check_event(body: bytes, person: Person, sessions: Sessions, cache: Path) -> None:
    try:
        event = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise ApiError(422, "invalid_request", "body: is not JSON in UTF-8.") from None
    if isinstance(event, dict) and event.get("session_hash") is not None:
        _check_session(event["session_hash"], person, sessions)
    for named in _files(event):
        if not person.may(Right.CURATE) or not _is_below(named, cache):
            raise ApiError(403, "forbidden", "An event of the page names a file that was not uploaded. Reload the page and try again.")


def _check_session(session: Any, person: Person, sessions: Sessions) -> None:
    if not isinstance(session, str) or not 0 < len(session) <= _LONGEST_SESSION or not sessions.admit(session, person):
        raise ApiError(404, "not_found", "There is no such session. Reload the page.")


def _files(value: Any) -> Iterator[Any]:
    """Yield what the files within an event are named."""
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, dict):
            if "path" in item:
                yield item["path"]
            left.extend(item.values())
        elif isinstance(item, list):
            left.extend(item)


def _is_below(named: Any, cache: Path) -> bool:
    if not isinstance(named, str) or "\0" in named or not posixpath.isabs(named):
        return False
    return cache.resolve() in Path(named).resolve().parents


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a source of messages that says the body once more, and then what comes after it."""
    said = False

    async def replay() -> Message:
        nonlocal said
        if said:
            return await receive()
        said = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _no_route() -> ApiError:
    return ApiError(404, "not_found", "There is no such page.")
