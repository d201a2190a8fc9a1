"""Accounts, sessions and API tokens, kept in a database. Passwords are hashed with Argon2id, secrets with SHA-256.

A secret is shown once, when it is made: what is stored cannot be used to sign in. Tables are this module's own, so that
the database may be shared with others.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import argon2
import sqlalchemy as sa

from assistant.access.people import Person, Role
from assistant.databases import open_database
from assistant.errors import AccountError

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 1024
TOKEN_PREFIX = "pca_"
"""Lets scanners for leaked secrets find a token."""
SET_BACK = 3600
"""Seconds by which the clock may be set back without ending sessions and tokens: it is corrected by less all the time."""
_NAME = re.compile(r"[\w.@+-]{1,64}")
_schema = sa.MetaData()
_users = sa.Table(
    "users",
    _schema,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("password", sa.String(255), nullable=False),  # empty: signs in through a proxy or a token only
    sa.Column("created", sa.BigInteger, nullable=False),
)
_sessions = sa.Table(
    "sessions",
    _schema,
    sa.Column("secret", sa.String(64), primary_key=True),
    sa.Column("user", sa.ForeignKey("users.name", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("expires", sa.BigInteger, nullable=False),
)
_tokens = sa.Table(
    "tokens",
    _schema,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("secret", sa.String(64), nullable=False, unique=True),
    sa.Column("user", sa.ForeignKey("users.name", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("purpose", sa.String(200), nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("expires", sa.BigInteger),
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as listed. Times are seconds since 1970, in UTC."""

    name: str
    role: Role
    has_password: bool
    created: int


@dataclass(frozen=True, slots=True)
class Token:
    """An API token as listed; its secret is not known any more."""

    id: str
    user: str
    purpose: str
    created: int
    expires: int | None


class Accounts:
    """The accounts of one installation. Safe to use from several threads.

    Args:
        file: where they are kept by default, in SQLite.
        url: another database, as SQLAlchemy names it.
        clock: returns the seconds since 1970.

    Raises:
        ConfigError: ``url`` names no database that can be opened.
        AccountError: the database cannot be used.
    """

    def __init__(self, file: Path, url: str = "", clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._hasher = argon2.PasswordHasher()
        self._where = "ASSISTANT_DATABASE_URL" if url else str(file)
        self._engine = open_database(file, url)
        with self._guarded():
            _schema.create_all(self._engine)

    def close(self) -> None:
        """Let go of connections."""
        self._engine.dispose()

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        with self._guarded(), self._engine.begin() as db:
            yield db

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turn the database's errors into one line; their own text may quote the address with its password."""
        try:
            yield
        except sa.exc.IntegrityError:
            raise
        except sa.exc.SQLAlchemyError as error:
            kind = type(error.__cause__ or error).__name__
            raise AccountError(f"{self._where}: the database of accounts failed ({kind}). Check that it runs and may be written.") from None

    # -- accounts ---------------------------------------------------------------------------------------------

    def add(self, name: str, role: Role, password: str | None = None) -> None:
        """Add an account; without a password it is for a proxy or for tokens only.

        Raises:
            AccountError: the name is taken or not usable, or the password is too short or too long.
        """
        if not _NAME.fullmatch(name):
            raise AccountError(f"{name!r} is not usable as a name. Use up to 64 letters, digits and . @ + - _")
        row = {"name": name, "role": role.value, "password": self._hash(password) if password is not None else "", "created": self._now()}
        try:
            with self._begin() as db:
                db.execute(_users.insert(), row)
        except sa.exc.IntegrityError as error:
            raise AccountError(f"{name!r} has an account already. List accounts with: assistant users list") from error

    def accounts(self) -> list[Account]:
        """Return all accounts, by name."""
        with self._begin() as db:
            rows = db.execute(sa.select(_users).order_by(_users.c.name)).all()
        return [Account(row.name, Role(row.role), bool(row.password), row.created) for row in rows]

    def remove(self, name: str) -> None:
        """Remove an account with its sessions and tokens.

        Raises:
            AccountError: there is none with that name.
        """
        with self._begin() as db:
            for table in (_sessions, _tokens):
                db.execute(table.delete().where(table.c.user == name))
            self._one(db.execute(_users.delete().where(_users.c.name == name)), name)

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password, and end its sessions.

        Raises:
            AccountError: there is none with that name, or the password is too short or too long.
        """
        hashed = self._hash(password)
        with self._begin() as db:
            self._one(db.execute(_users.update().where(_users.c.name == name).values(password=hashed)), name)
            db.execute(_sessions.delete().where(_sessions.c.user == name))

    def person(self, name: str) -> Person | None:
        """Return the person with an account of this name."""
        return self._person(sa.select(_users).where(_users.c.name == name))

    def check(self, name: str, password: str) -> Person | None:
        """Return the person with this name and password; it takes as long for a name that is not known."""
        with self._begin() as db:
            row = db.execute(sa.select(_users).where(_users.c.name == name)).one_or_none()
        stored = row.password if row and row.password else self._nobody
        try:
            self._hasher.verify(stored, password[: LONGEST_PASSWORD + 1])
        except argon2.exceptions.VerificationError:
            return None
        return Person(row.name, Role(row.role)) if row and row.password else None

    # -- sessions ---------------------------------------------------------------------------------------------

    @cached_property
    def _nobody(self) -> str:
        """The hash that a password is checked against where there is none."""
        return self._hasher.hash(secrets.token_urlsafe(32))

    def open_session(self, name: str, seconds: int) -> str:
        """Return the secret of a new session, to be kept by the browser; sessions that have expired are deleted."""
        secret = secrets.token_urlsafe(32)
        with self._begin() as db:
            db.execute(_sessions.delete().where(_sessions.c.expires <= self._now()))
            db.execute(_sessions.insert(), {"secret": _digest(secret), "user": name, "expires": self._now() + seconds})
        return secret

    def session(self, secret: str, longest: int) -> Person | None:
        """Return whose session this is, unless it has expired, or ends later than one of ``longest`` seconds can: the clock was ahead when it began."""
        now = self._now()
        valid = sa.and_(_sessions.c.secret == _digest(secret), _sessions.c.expires > now, _sessions.c.expires <= now + longest + SET_BACK)
        return self._person(sa.select(_users).join(_sessions, _sessions.c.user == _users.c.name).where(valid))

    def close_session(self, secret: str) -> None:
        """End a session; it is no error if there is none."""
        with self._begin() as db:
            db.execute(_sessions.delete().where(_sessions.c.secret == _digest(secret)))

    # -- tokens -----------------------------------------------------------------------------------------------

    def add_token(self, name: str, purpose: str = "", days: int | None = None) -> tuple[str, str]:
        """Return the id and the secret of a new token, which acts with the role of its account.

        Raises:
            AccountError: there is no account with that name.
        """
        token_id, secret = secrets.token_hex(4), TOKEN_PREFIX + secrets.token_urlsafe(32)
        if self.person(name) is None:
            raise _no_account(name)
        expires = None if days is None else self._now() + days * 86_400
        with self._begin() as db:
            row = {"id": token_id, "secret": _digest(secret), "user": name, "purpose": purpose[:200], "created": self._now(), "expires": expires}
            db.execute(_tokens.insert(), row)
        return token_id, secret

    def tokens(self) -> list[Token]:
        """Return all tokens, by account and age."""
        with self._begin() as db:
            rows = db.execute(sa.select(_tokens).order_by(_tokens.c.user, _tokens.c.created, _tokens.c.id)).all()
        return [Token(row.id, row.user, row.purpose, row.created, row.expires) for row in rows]

    def revoke(self, token_id: str) -> None:
        """Make a token useless.

        Raises:
            AccountError: there is none with that id.
        """
        with self._begin() as db:
            if not db.execute(_tokens.delete().where(_tokens.c.id == token_id)).rowcount:
                raise AccountError(f"{token_id!r}: no token has this id. List them with: assistant tokens list")

    def token(self, secret: str) -> Person | None:
        """Return whose token this is, unless it has expired, or has an end date that was reckoned from a day that is still to come."""
        now = self._now()
        lasting = sa.or_(_tokens.c.expires.is_(None), sa.and_(_tokens.c.expires > now, _tokens.c.created <= now + SET_BACK))
        valid = sa.and_(_tokens.c.secret == _digest(secret), lasting)
        return self._person(sa.select(_users).join(_tokens, _tokens.c.user == _users.c.name).where(valid))

    # -- shared -----------------------------------------------------------------------------------------------

    def _now(self) -> int:
        return int(self._clock())

    def _person(self, statement: sa.Select[tuple[str, ...]]) -> Person | None:
        with self._begin() as db:
            row = db.execute(statement).one_or_none()
        return Person(row.name, Role(row.role)) if row else None

    def _hash(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise AccountError(f"The password has {len(password)} characters. Choose one of {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}.")
        return self._hasher.hash(password)

    @staticmethod
    def _one(result: sa.CursorResult[tuple[str, ...]], name: str) -> None:
        if not result.rowcount:
            raise _no_account(name)


def _no_account(name: str) -> AccountError:
    return AccountError(f"{name!r}: no account has this name. List accounts with: assistant users list")


def _digest(secret: str) -> str:
    """SHA-256 is enough for secrets of 256 random bits: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
