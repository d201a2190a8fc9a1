"""A PostgreSQL server of the tests' own: a fresh cluster in a temporary folder, on loopback, run by a user who is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.libraries import free_port

PASSWORD = "canary-9f3c"


def _program(name: str) -> str | None:
    """Return a program of the server; Debian keeps them by version, off the path."""
    by_version = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[4]) if p.parts[4].isdigit() else 0)
    return str(by_version[-1]) if by_version else shutil.which(name)


@contextmanager
def postgres_server() -> Iterator[str | None]:
    """Yield the address of a database, as SQLAlchemy names it; ``None`` where no server is installed."""
    initdb, control = _program("initdb"), _program("pg_ctl")
    if initdb is None or control is None:
        yield None
        return
    root = os.geteuid() == 0
    user = next((u for u in ("postgres", "nobody") if _exists(u)), None) if root else None
    folder = Path(tempfile.mkdtemp(prefix="assistant-postgres-"))
    port = free_port()

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, cwd=folder, env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, capture_output=True, timeout=120)

    try:
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        if user:
            shutil.chown(folder, user)
            shutil.chown(folder / "password", user)
        run(initdb, "-D", "data", "-U", "tester", "--pwfile=password", "--auth=scram-sha-256", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        run(control, "-D", "data", "-l", "log", "-w", "-o", options, "start")
        try:
            yield f"postgresql://tester:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            run(control, "-D", "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
