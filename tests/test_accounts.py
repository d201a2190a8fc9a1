"""Accounts, sessions and tokens, on SQLite and on a real PostgreSQL server: what holds, what does not, and what is stored."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.access.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, TOKEN_PREFIX, Accounts
from assistant.access.people import Person, Role
from assistant.errors import AccountError, ConfigError
from tests.libraries import traces

PASSWORD = "correct horse battery"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def accounts(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Accounts]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    accounts = Accounts(tmp_path / "home" / "accounts.sqlite", url, clock)
    accounts.add("anna", Role.READER, PASSWORD)
    yield accounts
    for account in accounts.accounts():  # the server's database is shared by all tests
        accounts.remove(account.name)
    accounts.close()


@pytest.fixture
def in_a_file(tmp_path: Path) -> Iterator[Accounts]:
    accounts = Accounts(tmp_path / "home" / "accounts.sqlite")
    accounts.add("anna", Role.READER, PASSWORD)
    yield accounts
    accounts.close()


def test_a_password_holds_and_another_does_not(accounts: Accounts) -> None:
    assert accounts.check("anna", PASSWORD) == Person("anna", Role.READER)
    for name, password in (("anna", PASSWORD + " "), ("anna", ""), ("Anna", PASSWORD), ("nobody", PASSWORD), ("anna", "x" * 5000)):
        assert accounts.check(name, password) is None


def test_an_account_without_a_password_lets_nobody_in(accounts: Accounts) -> None:
    accounts.add("proxy", Role.STAFF)
    assert accounts.check("proxy", "") is None
    assert accounts.check("proxy", "nobody's password") is None
    assert accounts.person("proxy") == Person("proxy", Role.STAFF)


def test_accounts_are_listed_and_removed(accounts: Accounts, clock: Clock) -> None:
    accounts.add("王芳@example", Role.ADMIN)
    assert [(a.name, a.role, a.has_password, a.created) for a in accounts.accounts()] == [
        ("anna", Role.READER, True, 1_000_000),
        ("王芳@example", Role.ADMIN, False, 1_000_000),
    ]
    session, (_, token) = accounts.open_session("anna", 60), accounts.add_token("anna")
    accounts.remove("anna")
    assert accounts.person("anna") is accounts.session(session, 60) is accounts.token(token) is None
    assert accounts.tokens() == []


def test_another_password_ends_the_sessions(accounts: Accounts) -> None:
    session = accounts.open_session("anna", 60)
    accounts.set_password("anna", "another password")
    assert accounts.session(session, 60) is None
    assert accounts.check("anna", PASSWORD) is None
    assert accounts.check("anna", "another password")


def test_a_session_lasts_its_seconds(accounts: Accounts, clock: Clock) -> None:
    session = accounts.open_session("anna", 60)
    clock.now += 59.9
    assert accounts.session(session, 60) == Person("anna", Role.READER)
    clock.now += 0.1
    assert accounts.session(session, 60) is None
    assert accounts.session("", 60) is None


def test_a_session_begun_while_the_clock_was_ahead_ends_when_it_is_set_right(accounts: Accounts, clock: Clock) -> None:
    session = accounts.open_session("anna", 60)
    clock.now -= 3600
    assert accounts.session(session, 60) == Person("anna", Role.READER), "a clock is corrected by a little all the time"
    clock.now -= 1
    assert accounts.session(session, 60) is None, "otherwise it would last until the clock is there again, a year perhaps"
    assert accounts.session(accounts.open_session("anna", 60), 60)


def test_a_clock_that_runs_ahead_for_a_while_makes_no_token_useless(accounts: Accounts, clock: Clock) -> None:
    (_, forever), (_, short) = accounts.add_token("anna"), accounts.add_token("anna", days=2)
    clock.now += 400 * 86_400
    assert (accounts.token(forever), accounts.token(short)) == (Person("anna", Role.READER), None)
    _, late = accounts.add_token("anna", days=2)
    clock.now -= 400 * 86_400
    assert accounts.token(short) == Person("anna", Role.READER)
    assert accounts.token(late) is None, "its two days were reckoned from a day that is to come"


def test_a_closed_session_is_over_and_others_go_on(accounts: Accounts) -> None:
    one, other = accounts.open_session("anna", 60), accounts.open_session("anna", 60)
    accounts.close_session(one)
    accounts.close_session("unknown")
    assert accounts.session(one, 60) is None
    assert accounts.session(other, 60)


def test_a_token_lasts_its_days(accounts: Accounts, clock: Clock) -> None:
    (one, forever), (two, short) = accounts.add_token("anna", "scraper"), accounts.add_token("anna", days=2)
    assert forever.startswith(TOKEN_PREFIX)
    assert {(t.id, t.purpose, t.expires) for t in accounts.tokens()} == {(one, "scraper", None), (two, "", 1_000_000 + 2 * 86_400)}
    clock.now += 2 * 86_400
    assert accounts.token(forever) == Person("anna", Role.READER)
    assert accounts.token(short) is None
    accounts.revoke(one)
    assert accounts.token(forever) is None


def test_what_is_stored_lets_nobody_in(in_a_file: Accounts, tmp_path: Path) -> None:
    session, (_, token) = in_a_file.open_session("anna", 60), in_a_file.add_token("anna")
    assert traces(tmp_path, PASSWORD, session, token, token.removeprefix(TOKEN_PREFIX)) == []
    assert traces(tmp_path, "$argon2id$") != []


def test_only_the_owner_can_read_the_file(in_a_file: Accounts, tmp_path: Path) -> None:
    assert in_a_file.accounts()
    assert stat.S_IMODE((tmp_path / "home" / "accounts.sqlite").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda a: a.add("anna", Role.ADMIN), "'anna' has an account already. List accounts with: assistant users list"),
        (lambda a: a.add("a b", Role.ADMIN), "'a b' is not usable as a name. Use up to 64 letters, digits and . @ + - _"),
        (lambda a: a.add("x" * 65, Role.ADMIN), "is not usable as a name"),
        (lambda a: a.add("bob", Role.READER, "short"), f"The password has 5 characters. Choose one of {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}."),
        (lambda a: a.set_password("anna", "x" * (LONGEST_PASSWORD + 1)), "The password has 1025 characters."),
        (lambda a: a.set_password("bob", "long enough password"), "'bob': no account has this name. List accounts with: assistant users list"),
        (lambda a: a.remove("bob"), "'bob': no account has this name."),
        (lambda a: a.add_token("bob"), "'bob': no account has this name."),
        (lambda a: a.revoke("0123"), "'0123': no token has this id. List them with: assistant tokens list"),
    ],
)
def test_errors_say_what_and_what_to_do(accounts: Accounts, act: Callable[[Accounts], object], said: str) -> None:
    with pytest.raises(AccountError) as error:
        act(accounts)
    assert said in str(error.value)
    assert [a.name for a in accounts.accounts()] == ["anna"]


def test_an_address_with_a_password_is_never_quoted(tmp_path: Path) -> None:
    with pytest.raises((AccountError, ConfigError)) as error:
        Accounts(tmp_path / "x", "postgresql://anna:s3cret@127.0.0.1:1/none")
    assert "s3cret" not in str(error.value)
    with pytest.raises(ConfigError, match="is not a database that SQLAlchemy knows"):
        Accounts(tmp_path / "x", "nonsense")


def test_a_damaged_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "accounts.sqlite").write_bytes(b"no database at all, but long enough to be read as one" * 20)
    with pytest.raises(AccountError, match=r"accounts\.sqlite: the database of accounts failed \(\w+\)"):
        Accounts(tmp_path / "accounts.sqlite")
