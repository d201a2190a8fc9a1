"""Every test has a home folder of its own, default settings, and no network but loopback."""

from __future__ import annotations

import ipaddress
import itertools
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

# Read when the libraries are imported, which is before any fixture runs.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["ANONYMIZED_TELEMETRY"] = "False"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from assistant.language.glossary import Dictionary
from assistant.library.embedding import Embedder, SentenceTransformerEmbedder
from assistant.pipeline import Assistant
from tests.chat_library import library
from tests.chat_server import ChatServer, chat_server
from tests.fakes import HashEmbedder
from tests.libraries import chroma_server
from tests.postgres import postgres_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

hypothesis.settings.register_profile("tests", deadline=None)  # the first example loads dictionaries, and machines may be busy
hypothesis.settings.load_profile("tests")

SHARED = Path(__file__).resolve().parents[2] / "shared"
_homes = itertools.count()


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Let sockets connect to loopback and to local files only; subprocesses are not held."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def checked_connect(self: socket.socket, address: Any) -> None:
        _check(self, address)
        connect(self, address)

    def checked_connect_ex(self: socket.socket, address: Any) -> int:
        _check(self, address)
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", checked_connect)
        patch.setattr(socket.socket, "connect_ex", checked_connect_ex)
        yield


def _check(sock: socket.socket, address: Any) -> None:
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = str(address[0])
    try:
        loopback = ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        sock.close()
        pytest.fail(f"A test tried to reach {host}:{address[1]}. Tests run without a network: use a fake from tests/fakes.py.")


@pytest.fixture(autouse=True)
def _default_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Unset every ``ASSISTANT_`` variable, and point ``ASSISTANT_HOME`` at a folder of the test's own, not made yet."""
    with pytest.MonkeyPatch.context() as patch:  # not the fixture: hypothesis objects to it
        for name in [name for name in os.environ if name.startswith("ASSISTANT_")]:
            patch.delenv(name)
        patch.setenv("ASSISTANT_HOME", str(tmp_path_factory.getbasetemp() / f"home-{next(_homes)}"))
        yield


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """Return the packaged model, loaded once; where any vectors will do, take ``hash_embedder``."""
    return SentenceTransformerEmbedder()


@pytest.fixture
def hash_embedder() -> Embedder:
    """Return an embedder that needs no model."""
    return HashEmbedder()


@pytest.fixture(scope="session")
def dictionary(tmp_path_factory: pytest.TempPathFactory) -> Dictionary:
    """Return the packaged dictionary, built once."""
    return Dictionary(tmp_path_factory.mktemp("dictionary") / "dictionary.sqlite")


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a real Chroma server, started once; every library has a collection of its own on it."""
    with chroma_server(tmp_path_factory.mktemp("chroma-server")) as url:
        if url is None:
            pytest.skip("no `chroma` executable beside this Python: the tests of server mode cannot start one")
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a Chromium. Of a module and not of the session: while it runs, no other test can run an event loop of its own."""
    from tests.chromium import launched  # it skips where there is none

    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def talker(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """Return an assistant over the small library of ``tests.chat_library``."""
    return library(tmp_path_factory.mktemp("chat") / "home")


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """Start a chat server of the test's own, and set the variables of the provider to it."""
    with chat_server() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-1234567890")
        yield server


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the address of a database on a real PostgreSQL server, started once and shared by all tests."""
    with postgres_server() as url:
        if url is None:
            pytest.skip("PostgreSQL is not installed (apt-get install postgresql): what is kept in databases is tested on SQLite only")
        yield url


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared documents beside the checkout, or skip the test where there is none."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared: this test reads real documents that are kept beside the repository, not in it")
    return SHARED
