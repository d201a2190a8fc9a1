"""The server: the page and the API in one process, and what must be so before it starts."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI

from assistant.access.accounts import Accounts
from assistant.api.app import lifespan_of, make_app, make_service, stand_before
from assistant.config import Settings, SignIn
from assistant.errors import ConfigError
from assistant.filling import Filling
from assistant.page import ui
from assistant.pipeline import Assistant


def launch(assistant: Assistant, host: str, port: int) -> None:
    """Serve the page and the API until interrupted, filling an empty library meanwhile.

    Raises:
        ConfigError: the address cannot be listened on, or people elsewhere could reach it without signing in.
        AccountError: accounts cannot be read.
    """
    accounts = open_accounts(assistant.settings, host)
    os.umask(0o077)  # what people send and ask is for nobody else on this machine
    listener = _listen(host, port)
    server = make_server(assistant, accounts)
    name = f"[{host}]" if ":" in host else host
    print(f"http://{name}:{listener.getsockname()[1]}", flush=True)
    signal.signal(signal.SIGTERM, _end)  # uvicorn raises it anew once all is answered; by default the process would die before its folders are cleared
    server.run(sockets=[listener])


def _end(signum: int, frame: FrameType | None) -> None:
    sys.exit(0)


def make_server(assistant: Assistant, accounts: Accounts | None) -> uvicorn.Server:
    """Return a server for the page and the API, ready to run; the first filling of an empty library has begun."""
    filling = Filling(assistant)
    filling.start()
    service = make_service(assistant, filling, accounts)
    api = make_app(service)
    page = ui.mount(FastAPI(lifespan=lifespan_of(api), docs_url=None, redoc_url=None, openapi_url=None), assistant, filling)
    config = uvicorn.Config(
        stand_before(service, api, page, ui.uploads_folder()),
        log_level="warning",
        timeout_graceful_shutdown=2,
        proxy_headers=False,  # the guard decides which proxies to believe
        server_header=False,
        limit_concurrency=500,
    )
    return uvicorn.Server(config)


def open_accounts(settings: Settings, host: str) -> Accounts | None:
    """Return the accounts where people sign in, or ``None`` where whoever is at the machine may do everything.

    Raises:
        ConfigError: ``host`` can be reached from elsewhere without signing in, nobody could sign in, or no proxy is named.
        AccountError: accounts cannot be read.
    """
    if settings.sign_in is SignIn.OFF:
        if _is_loopback(host):
            return None
        raise ConfigError(
            f"{host}: others can reach this address, but nobody would have to sign in. Set ASSISTANT_SIGN_IN=accounts and add an account with "
            "assistant users add NAME --role admin, or set ASSISTANT_SIGN_IN=proxy with ASSISTANT_PROXY_ADDRESSES, or listen on 127.0.0.1."
        )
    if settings.sign_in is SignIn.PROXY and not settings.proxy_addresses:
        raise ConfigError("ASSISTANT_PROXY_ADDRESSES: is empty, so no proxy would be believed. Name the addresses of your proxy.")
    accounts = Accounts(settings.accounts_file, settings.database_url.get_secret_value())
    if settings.sign_in is SignIn.ACCOUNTS and not any(a.has_password for a in accounts.accounts()):
        accounts.close()
        raise ConfigError("ASSISTANT_SIGN_IN: nobody has an account yet. Add one with: assistant users add NAME --role admin")
    if not _is_loopback(host) and not settings.proxy_addresses:
        print(f"{host}: passwords travel unencrypted unless a proxy with TLS stands before this server; see docs/api.md.", file=sys.stderr)
    return accounts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ConfigError(f"{host}:{port}: cannot listen there ({error.strerror or error}). Choose another port: assistant serve --port {port + 1}.") from error
