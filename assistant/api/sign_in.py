"""The page where people sign in and out, in Chinese and English, with nothing from elsewhere and no script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.access.accounts import LONGEST_PASSWORD
from assistant.access.people import Person
from assistant.api.guard import COOKIE, session_of
from assistant.api.limits import Window, too_many
from assistant.api.service import Service, service_of
from assistant.page.page_words import preferred_language

_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "tag": "zh-CN",
        "title": "政策与案例助手",
        "sign_in": "登录",
        "name": "用户名",
        "password": "密码",
        "wrong": "用户名或密码不正确。",
        "throttled": "尝试次数过多，请在 {seconds} 秒后再试。",
        "signed_in": "已登录：{name}（{role}）",
        "sign_out": "退出登录",
        "open": "打开助手",
        "roles": {"reader": "读者", "enterprise": "企业用户", "staff": "教职员工", "librarian": "资料管理员", "admin": "系统管理员"},
        "forgotten": "忘记密码时，请联系管理员重设。",
    },
    "en": {
        "tag": "en",
        "title": "Policy and case assistant",
        "sign_in": "Sign in",
        "name": "Name",
        "password": "Password",
        "wrong": "The name or the password is not right.",
        "throttled": "Too many attempts. Try again in {seconds} seconds.",
        "signed_in": "Signed in as {name} ({role})",
        "sign_out": "Sign out",
        "open": "Open the assistant",
        "roles": {"reader": "reader", "enterprise": "enterprise", "staff": "staff", "librarian": "librarian", "admin": "administrator"},
        "forgotten": "If you have forgotten your password, an administrator can set another.",
    },
}
_STYLE = (
    "body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f1f5f9;color:#0f172a;"
    'font:16px/1.6 system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}'
    "main{background:#fff;border:1px solid #cbd5e1;border-radius:8px;padding:2rem;width:min(22rem,calc(100vw - 5rem))}"
    "h1{font-size:1.25rem;margin:0 0 1rem}label{display:block;margin:1rem 0 .25rem}"
    "input{box-sizing:border-box;width:100%;padding:.6rem;font:inherit;border:1px solid #64748b;border-radius:4px}"
    "button{margin-top:1.25rem;width:100%;padding:.7rem;font:inherit;color:#fff;background:#1d4ed8;border:0;border-radius:4px;cursor:pointer}"
    ":focus-visible{outline:3px solid #1d4ed8;outline-offset:2px}"
    ".wrong{color:#b91c1c}.foot{margin:1.25rem 0 0;font-size:.875rem;color:#475569}a{color:#1d4ed8}"
)
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FAILURES_OF_NAME, FAILURES_OF_ADDRESS, WITHIN = 10, 30, 900.0
"""Failed attempts for one name and from one address in ``WITHIN`` seconds, after which neither is tried any more."""

router = APIRouter(include_in_schema=False)


class Throttle:
    """Holds up whoever guesses passwords."""

    def __init__(self) -> None:
        self._names, self._addresses = Window(FAILURES_OF_NAME, WITHIN), Window(FAILURES_OF_ADDRESS, WITHIN)

    def wait(self, name: str, address: str) -> float:
        """Return the seconds to wait before this name may be tried from this address."""
        return max(self._names.wait(name.lower()), self._addresses.wait(address))

    def fail(self, name: str, address: str) -> None:
        """Count a failed attempt."""
        self._names.note(name.lower())
        self._addresses.note(address)

    def succeed(self, name: str) -> None:
        """Forget what was tried for a name before."""
        self._names.clear(name.lower())


@router.get("/sign-in")
def show(request: Request, next: str = "/", language: str = "") -> HTMLResponse:
    """Return the form, or who has signed in."""
    person = request.scope.get("state", {}).get("person")
    return _page(request, language, _local(next), person if isinstance(person, Person) else None)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=LONGEST_PASSWORD)],
    next: Annotated[str, Form()] = "/",
    language: Annotated[str, Form()] = "",
) -> Response:
    """Open a session and go on to where somebody wanted to go."""
    service = service_of(request)
    service.guard.check_form(request.scope)
    accounts = service.accounts
    address, target = service.guard.address_of(request.scope), _local(next)
    wait = service.throttle.wait(name, address)
    if wait:
        service.metrics.count_sign_in("throttled")
        return _page(request, language, target, None, _say(request, language, "throttled").format(seconds=round(wait) + 1), 429, too_many(wait).headers)
    person = await service.workers.run(lambda: accounts.check(name, password)) if accounts else None
    if accounts is None or person is None:
        service.throttle.fail(name, address)
        service.metrics.count_sign_in("wrong")
        return _page(request, language, target, None, _say(request, language, "wrong"), 401)
    service.throttle.succeed(name)
    service.metrics.count_sign_in("ok")
    seconds = service.settings.session_hours * 3600
    old = session_of(request.scope)
    if old:
        accounts.close_session(old)
    response = RedirectResponse(target, 303)
    _set_cookie(service, request, response, accounts.open_session(person.name, seconds), seconds)
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session."""
    service = service_of(request)
    if service.accounts is not None and (secret := session_of(request.scope)):
        service.accounts.close_session(secret)
    response = RedirectResponse("/sign-in", 303)
    _set_cookie(service, request, response, "", 0)
    return response


def _set_cookie(service: Service, request: Request, response: Response, secret: str, seconds: int) -> None:
    encrypted = service.guard.is_encrypted(request.scope)
    response.set_cookie(COOKIE, secret, max_age=seconds, path="/", secure=encrypted, httponly=True, samesite="lax")


def _local(target: str) -> str:
    """Return ``target`` if it is a place on this server, else the start."""
    parts = urlsplit(target)
    fine = target.startswith("/") and not target.startswith("//") and "\\" not in target and not parts.netloc and target.isprintable()
    return target if fine and parts.path != "/sign-in" else "/"


def _language(request: Request, asked: str) -> str:
    return asked if asked in _WORDS else preferred_language(request.headers.get("accept-language", ""))


def _say(request: Request, asked: str, key: str) -> str:
    return str(_WORDS[_language(request, asked)][key])


def _page(
    request: Request, asked: str, target: str, person: Person | None, problem: str = "", status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    language = _language(request, asked)
    w = _WORDS[language]
    body = _signed_in(w, person, target) if person else _form(w, language, target, problem)
    other, name = ("en", "English") if language == "zh" else ("zh", "中文")
    switch = f'<p class="foot"><a href="/sign-in?next={quote(target, safe="")}&amp;language={other}" lang="{other}">{name}</a></p>'
    html = (
        f'<!doctype html><html lang="{w["tag"]}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{w["sign_in"]} · {w["title"]}</title><style>{_STYLE}</style></head><body><main><h1>{w["title"]}</h1>{body}{switch}</main></body></html>'
    )
    return HTMLResponse(html, status, {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", **(headers or {})})


def _form(w: dict[str, Any], language: str, target: str, problem: str) -> str:
    alert = f'<p class="wrong" role="alert">{escape(problem)}</p>' if problem else ""
    return (
        f'{alert}<form method="post" action="/sign-in"><input type="hidden" name="next" value="{escape(target)}">'
        f'<input type="hidden" name="language" value="{language}"><label for="name">{w["name"]}</label>'
        f'<input id="name" name="name" autocomplete="username" maxlength="64" required autofocus><label for="password">{w["password"]}</label>'
        f'<input id="password" name="password" type="password" autocomplete="current-password" maxlength="{LONGEST_PASSWORD}" required>'
        f'<button type="submit">{w["sign_in"]}</button></form><p class="foot">{w["forgotten"]}</p>'
    )


def _signed_in(w: dict[str, Any], person: Person, target: str) -> str:
    said = w["signed_in"].format(name=escape(person.name), role=w["roles"][person.role.value])
    return f'<p>{said}</p><p><a href="{escape(target)}">{w["open"]}</a></p><form method="post" action="/sign-out"><button>{w["sign_out"]}</button></form>'
