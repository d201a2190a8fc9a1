"""The commands that keep the library: whole outputs and exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from assistant import pipeline
from assistant.config import load_settings
from assistant.reading.loading import SUFFIXES
from tests.commands import RULE, outcome, run, write_rule
from tests.fakes import HashEmbedder
from tests.samples import refusal


@pytest.fixture
def home() -> Path:
    return Path(os.environ["ASSISTANT_HOME"])


@pytest.fixture
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start bare, with an embedder that needs no model."""
    monkeypatch.setenv("ASSISTANT_CORPUS", "")
    monkeypatch.setattr(pipeline, "open_embedder", lambda name: HashEmbedder())


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    return write_rule(tmp_path)


def test_empty_library_is_not_made_by_listing_it(home: Path) -> None:
    hint = f"{home}: the library is empty. Ask a question to fill it from the corpus that ships, or run: assistant ingest PATH\n"
    assert outcome(run("sources")) == (0, hint, "")
    assert outcome(run("sources", "--json")) == (0, "[]\n", "")
    assert not home.exists()


@pytest.mark.usefixtures("_bare")
def test_life_of_a_file(rule: Path) -> None:
    added = f"added     {rule} → rule (2 passages)\n1 file: 1 added\n"
    assert outcome(run("ingest", str(rule))) == (0, added, "")
    assert outcome(run("ingest", str(rule))) == (0, f"unchanged {rule} → rule (2 passages)\n1 file: 1 unchanged\n", "")
    rule.write_text(RULE.replace("80%", "90%"), encoding="utf-8")
    assert outcome(run("ingest", str(rule.parent))) == (0, f"replaced  {rule} → rule (2 passages)\n1 file: 1 replaced\n", "")
    result = run("remove", "rule")
    assert (result.exit_code, result.stderr) == (0, "")
    name, _, proof = result.stdout.partition(": ")
    assert name == "removed rule"
    assert {what.split()[1]: what.split()[0] for what in proof.split(", ")}.items() >= {"passages": "0", "vectors": "0"}.items()
    assert proof.endswith(" left\n")
    assert outcome(run("remove", "rule")) == (1, "", "'rule': no source has this id. List them with: assistant sources\n")
    assert run("sources").stdout.endswith("run: assistant ingest PATH\n")


@pytest.mark.usefixtures("_bare")
def test_one_bad_file_fails_the_command_but_stops_no_other(rule: Path, tmp_path: Path) -> None:
    bad = tmp_path / "a.xyz"
    bad.write_text("?", encoding="utf-8")
    reason = f"{bad}: suffix '.xyz' is not one of {', '.join(SUFFIXES)}. Convert the file to one of these."
    expected = f"failed    {reason}\nadded     {rule} → rule (2 passages)\n2 files: 1 failed, 1 added\n"
    assert outcome(run("ingest", str(tmp_path))) == (1, expected, "")
    result = run("ingest", str(tmp_path), "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    assert json.loads(result.stdout) == {
        "files": [
            {"path": str(bad), "outcome": "failed", "source_id": "", "title": "", "passages": 0, "warnings": [], "error": reason, "fault": "UnknownSuffix"},
            {"path": str(rule), "outcome": "unchanged", "source_id": "rule", "title": "实习规定", "passages": 2, "warnings": [], "error": "", "fault": ""},
        ],
        "summary": {"failed": 1, "unchanged": 1},
    }


@pytest.mark.usefixtures("_bare")
def test_metadata_file_is_used_and_its_mistakes_named(rule: Path, tmp_path: Path) -> None:
    file = tmp_path / "known.yaml"
    file.write_text("id: internship\nstatus: in_force\njurisdiction: CN-50\n", encoding="utf-8")
    result = run("ingest", str(rule), "--metadata", str(file))
    assert outcome(result) == (0, f"added     {rule} → internship (2 passages)\n1 file: 1 added\n", "")
    (row,) = json.loads(run("sources", "--json").stdout)
    assert (row["id"], row["status"], row["jurisdiction"], row["passages"]) == ("internship", "in_force", "CN-50", 2)
    missing = tmp_path / "missing.yaml"
    expected = f"{missing}: cannot be read, No such file or directory. Give a YAML file in UTF-8.\n"
    assert outcome(run("ingest", str(rule), "--metadata", str(missing))) == (1, "", expected)


@pytest.mark.usefixtures("_bare")
def test_sources_as_a_table(rule: Path) -> None:
    run("ingest", str(rule))
    result = run("sources")
    assert [line.rstrip() for line in result.stdout.splitlines()] == [
        "id    kind    authority  status   place  issued  passages  title",
        "rule  policy  unknown    unknown                        2  实习规定",
    ]


@pytest.mark.usefixtures("_bare")
def test_doctor_puts_right_what_is_out_of_step(rule: Path, home: Path) -> None:
    run("ingest", str(rule))
    first = run("doctor")
    line, verdict = first.stdout.splitlines()
    assert line.startswith(f"{home}: 1 source, revision 1, made with hash")
    assert (first.exit_code, verdict, first.stderr) == (0, "Words, vectors and originals are in step.", "")
    pipeline.Assistant(load_settings(), HashEmbedder()).index.vectors.upsert(["ghost"], "gone", HashEmbedder().embed(["ghost"]))
    assert run("doctor").stdout.splitlines()[1] == (
        "Put right: 1 vector without a passage deleted, 0 passages without a vector given one, 0 originals without a source deleted."
    )
    assert run("doctor").stdout.splitlines()[1] == "Words, vectors and originals are in step."
    assert run("doctor", "--rebuild").stdout.splitlines()[1] == "Indexed again: 2 vectors."


@pytest.mark.usefixtures("_bare")
def test_a_library_of_another_model_is_refused_with_the_remedy_that_works(rule: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("ingest", str(rule))
    monkeypatch.setattr(pipeline, "open_embedder", lambda name: HashEmbedder(32, "other"))
    refused = run("doctor")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Make it again with: assistant doctor --rebuild." in refused.stderr
    again = run("doctor", "--rebuild")
    assert (again.exit_code, again.stderr) == (0, "")
    first, verdict = again.stdout.splitlines()
    assert first.startswith(f"{home}: 1 source, revision ")
    assert "made with other/" in first
    assert verdict == "Indexed again: 2 vectors."
    assert run("doctor").stdout.splitlines()[1] == "Words, vectors and originals are in step."
    assert run("sources", "--json").stdout.count('"id": "rule"') == 1


@pytest.mark.usefixtures("_bare")
def test_backup_and_restore(rule: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("ingest", str(rule))
    file = tmp_path / "library.zip"
    made = run("backup", str(file))
    assert (made.exit_code, made.stderr) == (0, "")
    assert made.stdout.startswith(f"{file}: 1 source, revision 1, ")
    assert outcome(run("restore", str(file))) == (1, "", f"{home}: is not empty. Set ASSISTANT_HOME to a new folder, and restore there.\n")
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "elsewhere"))
    restored = run("restore", str(file))
    assert (restored.exit_code, restored.stderr) == (0, "")
    assert restored.stdout.startswith(f"{tmp_path / 'elsewhere'}: 1 source, revision 1, as of 20")
    assert run("sources", "--json").stdout.count('"id": "rule"') == 1
    assert run("doctor").stdout.splitlines()[1] == "Words, vectors and originals are in step."


@pytest.fixture
def small_corpus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    (folder / "policies").mkdir(parents=True)
    (folder / "policies" / "rule.md").write_text(RULE, encoding="utf-8")
    (folder / "policies" / "bad.xyz").write_text("?", encoding="utf-8")
    monkeypatch.setenv("ASSISTANT_CORPUS", str(folder))
    monkeypatch.setattr(pipeline, "open_embedder", lambda name: HashEmbedder())
    monkeypatch.setattr(pipeline.Assistant, "ask", lambda self, question, scope: refusal(question))  # questions are read with a
    monkeypatch.setattr(pipeline.Assistant, "search", lambda self, question, k, scope: [])  # dictionary that takes seconds to make
    return folder


@pytest.mark.parametrize("args", [["ask", "why"], ["search", "why"], ["ingest", "{file}"]])
def test_empty_library_is_filled_on_first_use(small_corpus: Path, home: Path, tmp_path: Path, args: list[str]) -> None:
    file = tmp_path / "other.md"
    file.write_text(RULE, encoding="utf-8")
    command = [arg.format(file=file) for arg in args]
    first, failed, last = run(*command).stderr.splitlines()
    assert first == f"{home} is empty and is filled from {small_corpus}. This is done once and takes some minutes."
    assert failed.startswith(f"failed    {small_corpus}/policies/bad.xyz: suffix '.xyz'")
    assert last.startswith("1 of 2 documents taken in, ")
    assert [row["id"] for row in json.loads(run("sources", "--json").stdout)][-1] == "rule"
    assert run(*command).stderr == ""


@pytest.mark.usefixtures("small_corpus")
@pytest.mark.parametrize("args", [["ask", "x", "--no-corpus"], ["--no-corpus", "search", "x"], ["doctor"], ["remove", "x"], ["sources"]])
def test_library_stays_bare(args: list[str]) -> None:
    run(*args)
    assert run("sources", "--json").stdout == "[]\n"
