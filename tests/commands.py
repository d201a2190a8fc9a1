"""Runs a command as a user would, without a process of its own."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from assistant.commands.cli import app

RULE = "# 实习规定\n\n**第一条** 实习报酬不低于试用期工资的80%。\n\n**第二条** 本规定自2022年1月1日起施行。\n"


def run(*args: str) -> Result:
    """Return what ``assistant ARGS`` prints and its exit code."""
    return CliRunner().invoke(app, args)


def outcome(result: Result) -> tuple[int, str, str]:
    """Return the exit code, standard output and standard error."""
    return result.exit_code, result.stdout, result.stderr


def write_rule(folder: Path) -> Path:
    """Return a file with a short rule."""
    path = folder / "rule.md"
    path.write_text(RULE, encoding="utf-8")
    return path
