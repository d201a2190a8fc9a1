"""``assistant serve``, ``assistant users`` and ``assistant tokens``."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from assistant import pipeline, serving
from assistant.access.accounts import Accounts
from assistant.access.people import Person, Role
from assistant.commands.cli import app
from assistant.config import load_settings
from tests.commands import outcome, run
from tests.fakes import HashEmbedder

PASSWORD = "correct horse battery"


def accounts() -> Accounts:
    return Accounts(load_settings().accounts_file)


def test_an_account_from_its_beginning_to_its_end() -> None:
    added = CliRunner().invoke(app, ["users", "add", "anna", "--role", "librarian", "--password-stdin"], input=PASSWORD + "\n")
    assert outcome(added) == (0, "added anna, librarian\n", "")
    assert run("users", "add", "robot", "--no-password").stdout == "added robot, reader\n"
    lines = [line.split("\t")[:3] for line in run("users", "list").stdout.splitlines()]
    assert lines == [["anna", "librarian", "password"], ["robot", "reader", "no password"]]
    known = accounts()
    assert known.check("anna", PASSWORD) == Person("anna", Role.LIBRARIAN)
    changed = CliRunner().invoke(app, ["users", "passwd", "anna", "--password-stdin"], input="another password\n")
    assert changed.stdout == "changed the password of anna\n"
    assert known.check("anna", "another password")
    assert run("users", "remove", "anna").stdout == "removed anna\n"
    assert known.person("anna") is None
    known.close()


def test_a_token_is_shown_once() -> None:
    run("users", "add", "robot", "--no-password", "--role", "admin")
    code, secret, said = outcome(run("tokens", "add", "robot", "--purpose", "Prometheus", "--days", "30"))
    assert code == 0
    token_id = said.partition(":")[0]
    known = accounts()
    assert known.token(secret.strip()) == Person("robot", Role.ADMIN)
    listed = run("tokens", "list").stdout
    assert re.fullmatch(rf"{token_id}\trobot\tPrometheus\t\d{{4}}-\d\d-\d\d\tuntil \d{{4}}-\d\d-\d\d\n", listed)
    assert run("tokens", "revoke", token_id).stdout == f"revoked {token_id}\n"
    assert known.token(secret.strip()) is None
    known.close()


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("users remove nobody", 1, "'nobody': no account has this name. List accounts with: assistant users list\n"),
        ("users add anna", 1, "There is no terminal to type a password. Give it with --password-stdin, or add the account with --no-password.\n"),
        ("tokens add nobody", 1, "'nobody': no account has this name. List accounts with: assistant users list\n"),
        ("tokens revoke x", 1, "'x': no token has this id. List them with: assistant tokens list\n"),
    ],
)
def test_errors_are_one_line(command: str, code: int, said: str) -> None:
    assert outcome(run(*command.split())) == (code, "", said)


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, str, int]]:
    """Return with what servers are launched: whether their library is still empty, and their address."""
    served: list[tuple[bool, str, int]] = []
    monkeypatch.setattr(pipeline, "open_embedder", lambda name: HashEmbedder())
    monkeypatch.setattr(serving, "launch", lambda library, host, port: served.append((library.curator.is_empty(), host, port)))
    return served


@pytest.mark.parametrize(
    ("args", "expected"),
    [([], ("127.0.0.1", 7860)), (["--host", "0.0.0.0", "--port", "0"], ("0.0.0.0", 0))],
)
def test_the_page_opens_before_the_library_is_filled(launched: list[tuple[bool, str, int]], args: list[str], expected: tuple[str, int]) -> None:
    assert outcome(run("serve", *args)) == (0, "", "")
    assert launched == [(True, *expected)]
