"""The command line as a whole: usage, settings and processes, whole outputs and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import assistant
from assistant import pipeline
from assistant.config import load_settings
from tests.commands import outcome, run, write_rule
from tests.fakes import HashEmbedder

SEE = "See: assistant {0} --help\n"


@pytest.fixture
def home() -> Path:
    return Path(os.environ["ASSISTANT_HOME"])


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    return write_rule(tmp_path)


# -- usage ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "expected_error"),
    [
        ("", "assistant: Missing command. See: assistant --help\n"),
        ("frob", "assistant: No such command 'frob'. See: assistant --help\n"),
        ("ask", "assistant ask: Invalid value for QUESTION: give either a question or --batch FILE.jsonl. " + SEE.format("ask")),
        ("ask why --batch {rows}", "assistant ask: Invalid value for QUESTION: give either a question or --batch FILE.jsonl. " + SEE.format("ask")),
        ("ask {blank}", "assistant ask: Invalid value for QUESTION: the question is blank. " + SEE.format("ask")),
        ("ask why --as-of 2022", "assistant ask: Invalid value for '--as-of': '2022' is not a day such as 2025-01-31. " + SEE.format("ask")),
        (
            "ask why --jurisdiction Chongqing",
            "assistant ask: Invalid value for '--jurisdiction': 'Chongqing' is not an ISO 3166 code such as CN, CN-50 or CN-33-ningbo. " + SEE.format("ask"),
        ),
        ("ask why --kind law", "assistant ask: Invalid value for '--kind': 'law' is not one of 'policy', 'case'. " + SEE.format("ask")),
        ("ask why --audience me", "assistant ask: Invalid value for '--audience': 'me' is not one of 'public', 'staff', 'enterprise'. " + SEE.format("ask")),
        ("ask --batch nowhere", "assistant ask: Invalid value for '--batch': file 'nowhere' does not exist. " + SEE.format("ask")),
        ("search why -k 0", "assistant search: Invalid value for '-k': Input should be greater than or equal to 1. " + SEE.format("search")),
        ("search", "assistant search: Invalid value for QUESTION: give either a question or --batch FILE.jsonl. " + SEE.format("search")),
        ("verify", "assistant verify: Missing option '--batch'. " + SEE.format("verify")),
        ("remove", "assistant remove: Missing argument 'source_id'. " + SEE.format("remove")),
        ("ingest", "assistant ingest: Missing argument 'paths'. " + SEE.format("ingest")),
        ("sources --yaml", "assistant sources: No such option: --yaml. " + SEE.format("sources")),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(rule: Path, home: Path, args: str, expected_error: str) -> None:
    result = run(*(arg.format(rows=rule, blank=" ") for arg in args.split()))
    assert outcome(result) == (2, "", expected_error)
    assert not home.exists()


def test_version() -> None:
    assert outcome(run("--version")) == (0, f"assistant {assistant.__version__}\n", "")


@pytest.mark.parametrize("command", ["ingest", "sources", "remove", "doctor", "search", "ask", "verify", "serve"])
def test_every_command_has_help(command: str) -> None:
    result = run(command, "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"Usage: assistant {command} ")


@pytest.mark.parametrize(
    ("variable", "value", "args", "expected_error"),
    [
        (
            "ASSISTANT_PORT",
            "high",
            "serve",
            "ASSISTANT_PORT: 'high' is not usable (Input should be a valid integer, unable to parse string as an integer). See docs/settings.md.\n",
        ),
        ("ASSISTANT_CORPUS", "/nowhere", "ask why", "ASSISTANT_CORPUS: '/nowhere' is not a folder. Correct it, or start bare with --no-corpus.\n"),
    ],
)
def test_wrong_setting_is_one_line_and_exit_1(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, args: str, expected_error: str) -> None:
    monkeypatch.setenv(variable, value)
    assert outcome(run(*args.split())) == (1, "", expected_error)


# -- as real processes ----------------------------------------------------------------------------------------

HEAVY = ("torch", "transformers", "chromadb", "gradio", "fastapi", "langchain", "langchain_core", "sqlalchemy", "argon2", "mcp")


@pytest.mark.parametrize("args", [["--help"], ["ask", "--help"], ["sources"], ["sources", "--json"]])
def test_light_commands_import_nothing_heavy(args: list[str]) -> None:
    home = Path(os.environ["ASSISTANT_HOME"])
    pipeline.Assistant(load_settings(corpus="", home=home), HashEmbedder())  # a library that is there, so that it is read
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: sys.stderr.write(' '.join(m for m in {HEAVY!r} if m in sys.modules)))\n"
        f"sys.argv = ['assistant', *{args!r}]\n"
        "from assistant.commands.cli import main\n"
        "main()\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout


@pytest.mark.parametrize(
    ("args", "code", "stdout", "stderr"),
    [
        (["--version"], 0, f"assistant {assistant.__version__}\n", ""),
        (["frob"], 2, "", "assistant: No such command 'frob'. See: assistant --help\n"),
        (["remove", "nothing"], 1, "", "'nothing': no source has this id. List them with: assistant sources\n"),
    ],
)
def test_exit_codes_of_the_process(args: list[str], code: int, stdout: str, stderr: str) -> None:
    result = subprocess.run([sys.executable, "-m", "assistant", *args], capture_output=True, text=True, check=False, timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (code, stdout, stderr)


def test_output_is_utf_8_whatever_the_locale(rule: Path) -> None:
    path = rule.with_suffix(".jsonl")
    path.write_text('{"id": 1, "context": "为何？", "response": "为何？\\ud800"}\n', encoding="utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    result = subprocess.run([sys.executable, "-m", "assistant", "verify", "--batch", str(path)], capture_output=True, check=False, timeout=60, env=environment)
    assert (result.returncode, result.stderr) == (0, b"")
    assert "为何？" in json.loads(result.stdout.decode("utf-8"))["sentences"][0]["text"]
