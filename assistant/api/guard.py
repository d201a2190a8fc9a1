"""Who asks, checked before anything else runs: sign-in, tokens, proxies, and whether a page elsewhere makes a browser ask.

Cross-site requests are told by ``Sec-Fetch-Site`` or ``Origin``, which browsers send and pages cannot forge (as OWASP's
cheat sheet on CSRF and Go's ``CrossOriginProtection`` do). That holds without tokens in forms, so it also guards the page's
own requests; a request with a cookie must prove that it comes from here, and a bearer token proves it by itself.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.access.accounts import Accounts
from assistant.access.people import LOCAL, Person, Role, remember
from assistant.api.errors import ApiError, error_response
from assistant.api.limits import Window, too_many
from assistant.config import Settings, SignIn, split_list

COOKIE = "assistant_session"
OPEN_PATHS = frozenset({"/health", "/api/v1/health", "/sign-in"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", ""})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_API = ("/api/", "/v1/", "/mcp", "/gradio_api/")
_SHORT = ("/gradio_api/run/", "/gradio_api/cancel", "/gradio_api/reset")
"""Where the page sends its short events: one click is several, and a question one of the others."""
EVENTS = 10
"""Short events that somebody may send for each other request."""


class Guard:
    """Says who makes a request.

    Args:
        settings: how people sign in, and whom to believe.
        accounts: who they are; ``None`` where nobody signs in.
    """

    def __init__(self, settings: Settings, accounts: Accounts | None) -> None:
        self.settings = settings
        self.accounts = accounts
        self._proxies = [ipaddress.ip_network(part, strict=False) for part in split_list(settings.proxy_addresses)]
        self._hosts = frozenset(host.lower() for host in split_list(settings.allowed_hosts))
        self._rate = Window(settings.rate_limit, 60.0)
        self._events = Window(EVENTS * settings.rate_limit, 60.0)

    # -- the connection ---------------------------------------------------------------------------------------

    def from_proxy(self, scope: Scope) -> bool:
        """Whether the other end of the connection is a proxy that may speak for others."""
        return self._trusted((scope.get("client") or ("",))[0])

    def _trusted(self, address: str) -> bool:
        try:
            known = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(known in network for network in self._proxies)

    def address_of(self, scope: Scope) -> str:
        """Return the address that a request comes from: the last one that no trusted proxy has."""
        address = (scope.get("client") or ("unknown",))[0]
        hops = split_list(",".join(Headers(scope=scope).getlist("x-forwarded-for")))
        while hops and self._trusted(address):
            address = hops.pop()
        return str(address)

    def is_encrypted(self, scope: Scope) -> bool:
        """Whether the browser speaks TLS, with this server or with a trusted proxy."""
        said = Headers(scope=scope).get("x-forwarded-proto", "") if self.from_proxy(scope) else ""
        return (said or scope.get("scheme", "http")) == "https"

    def _check_host(self, scope: Scope) -> None:
        """Refuse names that another site may have made point here (DNS rebinding), where being here is all that is asked."""
        host = _host_name(Headers(scope=scope).get("host", ""))
        if host in self._hosts or host in _LOOPBACK or (self.settings.sign_in is not SignIn.OFF and not self._hosts):
            return
        raise ApiError(400, "bad_host", f"This server does not answer to the name {host!r}. Add it to ASSISTANT_ALLOWED_HOSTS.")

    def _check_origin(self, scope: Scope, must_prove: bool) -> None:
        """Refuse a change that a page elsewhere asks for.

        Args:
            must_prove: whether the request must show that it comes from here, not only not show the contrary.
        """
        if scope["method"] in _SAFE:
            return
        headers = Headers(scope=scope)
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        forwarded = headers.get("x-forwarded-host", "") if self.from_proxy(scope) else ""
        if site is not None:
            same = site in ("same-origin", "none")
        elif origin is not None:
            same = urlsplit(origin).netloc.lower() in {headers.get("host", "").lower(), forwarded.lower()} - {""}
        else:
            same = not must_prove
        if not same:
            raise ApiError(403, "cross_site", "This change was asked for by another site. Open the page itself, or use an API token.")

    def check_form(self, scope: Scope) -> None:
        """Refuse a form that was not sent from here, although nobody has signed in yet.

        Raises:
            ApiError: it was not, or does not show it.
        """
        self._check_origin(scope, must_prove=True)

    # -- the person -------------------------------------------------------------------------------------------

    async def person(self, scope: Scope) -> Person | None:
        """Return who makes a request, or ``None`` where nobody is known.

        Raises:
            ApiError: the request is made from elsewhere, or with a token that does not hold.
        """
        if self.settings.sign_in is SignIn.OFF or self.accounts is None:
            self._check_origin(scope, must_prove=False)
            return LOCAL
        headers = Headers(scope=scope)
        kind, _, secret = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            found = await run_in_threadpool(self.accounts.token, secret.strip())
            if found is None:
                raise _unknown("This token is not valid, or not any more. Ask for another: assistant tokens add")
            return found
        if self.settings.sign_in is SignIn.PROXY:
            self._check_origin(scope, must_prove=False)
            names = headers.getlist(self.settings.proxy_user_header)
            if not self.from_proxy(scope) or len(names) != 1 or not names[0].strip():
                return None
            name = names[0].strip()[:64]
            return await run_in_threadpool(self.accounts.person, name) or Person(name, Role.READER)
        cookie = session_of(scope)
        self._check_origin(scope, must_prove=bool(cookie))
        return await run_in_threadpool(self.accounts.session, cookie, self.settings.session_hours * 3600) if cookie else None

    def guarded(self, app: ASGIApp) -> ASGIApp:
        """Return ``app`` with each request checked: its name for this server, who makes it, and how often."""

        async def check(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "websocket":  # nothing here speaks it
                await send({"type": "websocket.close", "code": 1008})
                return
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            try:
                response = await self._admit(scope)
            except ApiError as error:
                response = error_response(error)
            await (response or app)(scope, receive, send)

        return check

    async def _admit(self, scope: Scope) -> Callable[[Scope, Receive, Send], Awaitable[None]] | None:
        """Write into ``scope`` who asks and return nothing, or return the response for somebody who is not known."""
        self._check_host(scope)
        path = scope["path"]
        person = await self.person(scope)
        if person is None and path not in OPEN_PATHS:
            if scope["method"] == "GET" and not path.startswith(_API) and self.settings.sign_in is SignIn.ACCOUNTS:
                target = path + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
                return RedirectResponse(f"/sign-in?next={quote(target, safe='')}", 303, {"Cache-Control": "no-store"})
            raise _unknown("Sign in, or send an API token in the header Authorization: Bearer.")
        if person is not None:
            remember(scope, person)
        if (path.startswith(_API) and not path.startswith("/gradio_api/")) or scope["method"] not in _SAFE:
            window = self._events if path.startswith(_SHORT) else self._rate
            wait = window.take(f"person {person.name}" if person and person.name else f"address {self.address_of(scope)}")
            if wait:
                raise too_many(wait)
        return None


def session_of(scope: Scope) -> str:
    """Return the secret of the session that a browser sends, or nothing."""
    return cookie_parser(Headers(scope=scope).get("cookie", "")).get(COOKIE, "")


def _host_name(host: str) -> str:
    """Return a host without its port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _unknown(message: str) -> ApiError:
    return ApiError(401, "not_signed_in", message, headers={"WWW-Authenticate": "Bearer"})
