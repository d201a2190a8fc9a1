"""Opening the database that a setting names, or a SQLite file of the home folder that only its owner can read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from assistant.errors import ConfigError


def open_database(file: Path, url: str = "") -> Engine:
    """Return an engine; nothing is connected yet, except that the SQLite file is made.

    Args:
        file: where to keep things by default, in SQLite.
        url: another database, as SQLAlchemy names it: ``postgresql+psycopg://user:password@host/name``.

    Raises:
        ConfigError: ``url`` names no database that can be opened. The text never quotes it, for it may hold a password.
    """
    if not url:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    try:
        engine = create_engine(_with_driver(url) or f"sqlite:///{file}", pool_pre_ping=True, hide_parameters=True)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"ASSISTANT_DATABASE_URL: its driver {error.name!r} is not installed. For PostgreSQL run: pip install 'policy-case-assistant[postgres]'"
        ) from None
    except (ArgumentError, NoSuchModuleError):
        raise ConfigError(
            "ASSISTANT_DATABASE_URL: is not a database that SQLAlchemy knows. Write it like postgresql+psycopg://user:password@host/name."
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _with_driver(url: str) -> str:
    """Return a PostgreSQL address as most people write it with the driver that this package brings."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _prepare_sqlite(connection: Any, _: object) -> None:
    for pragma in ("foreign_keys = ON", "secure_delete = ON", "busy_timeout = 10000"):
        connection.execute(f"PRAGMA {pragma}")
