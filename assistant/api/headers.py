"""What every response tells the browser to forbid."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STRICT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
"""For what is no page, or a page without scripts."""
PAGE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""For Gradio's page: its settings come as an inline script, and it makes functions of the scripts that events name. Nothing from elsewhere."""
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers would hide the origin of a form, which the guard asks for
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def protected(app: ASGIApp, is_page: Callable[[str], bool], is_encrypted: Callable[[Scope], bool]) -> ASGIApp:
    """Return ``app`` with the headers of security on every response; those that a response sets itself stay."""

    async def protect(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                page = is_page(scope["path"])
                for name, value in _ALWAYS.items():
                    headers[name] = value
                headers.setdefault("Content-Security-Policy", PAGE if page else STRICT)
                if not page:
                    headers.setdefault("Cache-Control", "no-store")
                if is_encrypted(scope):
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        await app(scope, receive, with_headers)

    return protect
