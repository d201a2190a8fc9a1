"""Runs a command as a user would, without a process of its own."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from assistant.commands.cli import app


def run(*args: str) -> Result:
    """Return what ``assistant ARGS`` prints and its exit code."""
    return CliRunner().invoke(app, args)


def outcome(result: Result) -> tuple[int, str, str]:
    """Return the exit code, standard output and standard error."""
    return result.exit_code, result.stdout, result.stderr
