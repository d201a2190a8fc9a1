"""Files that people really have: what became of each is told, kept and compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals import real_files
from evals.__main__ import main
from evals.real_files import ManifestError, Read, changes, lines, read_file, read_manifest


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "pears.md").write_text("# Pears\n\nPears grow in Adda, which has forty orchards.\n", encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "letter.ofd").write_bytes(b"PK")
    rows = [{"file": "pears.md", "category": "texts"}, {"file": "letter.ofd", "category": "other"}, {"file": "empty.txt", "category": "texts"}]
    (folder / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in [*rows, rows[0]]), encoding="utf-8")
    return folder


def test_each_file_of_the_manifest_is_read_once(folder: Path) -> None:
    assert read_manifest(folder) == [("empty.txt", "texts"), ("letter.ofd", "other"), ("pears.md", "texts")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"file": "pears.md"}', r"manifest\.jsonl:1: lacks file and category"),
        ("[1]", r"manifest\.jsonl:1: lacks file and category"),
        ('{"file": "none.md", "category": "x"}', r"manifest\.jsonl:1: 'none\.md' is no file below"),
    ],
)
def test_a_row_that_is_not_as_it_must_be_is_named(folder: Path, line: str, message: str) -> None:
    (folder / "manifest.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(ManifestError, match=message):
        read_manifest(folder)


def test_a_folder_without_a_manifest_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["files", str(tmp_path)]) == 1
    assert capsys.readouterr().err.splitlines() == [f"evals: {tmp_path}/manifest.jsonl: is not there. Name a folder that has one row for each file in it."]


def test_what_became_of_a_file_is_told(folder: Path) -> None:
    taken, refused = read_file(folder, "pears.md", "texts"), read_file(folder, "letter.ofd", "other")
    assert (taken.outcome in ("taken", "warned"), taken.words, taken.key[12:]) == (True, 9, ".md")
    assert (refused.outcome, refused.words) == ("refused", 0)
    assert "OFD" in refused.told


def test_a_crash_is_an_outcome(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(path: Path) -> None:
        raise ValueError(f"cannot read {path.name}")

    monkeypatch.setattr(real_files, "load", fails)
    found = read_file(folder, "pears.md", "texts")
    assert (found.outcome, found.told) == ("crashed", "ValueError: cannot read pears.md")
    assert list(changes([found], {found.key: "crashed"})) == ["pears.md: crashed -> crashed (ValueError: cannot read pears.md)"]


def test_a_table_has_a_row_for_each_category() -> None:
    scans = [Read("a", "scans", "1", "taken", "", 5, 0.5), Read("b", "scans", "2", "refused", "is empty", 0, 2.0)]
    found = [*scans, Read("c", "forms", "3", "warned", "w", 3, 0.1)]
    assert [line.split() for line in lines(found)][1:] == [
        ["forms", "1", "0", "1", "0", "0", "0.1", "s"],
        ["scans", "2", "1", "0", "1", "0", "2.0", "s"],
        ["all", "3", "1", "1", "1", "0", "2.0", "s"],
    ]


def test_what_is_kept_is_compared(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(real_files, "KEPT", tmp_path / "kept.json")
    assert main(["files", str(folder)]) == 1
    assert "letter.ofd: not kept -> refused" in capsys.readouterr().out
    assert main(["files", str(folder), "--write"]) == 0
    assert main(["files", str(folder)]) == 0
    assert capsys.readouterr().out.endswith("each as before\n")
    kept = json.loads((tmp_path / "kept.json").read_text(encoding="utf-8"))
    (tmp_path / "kept.json").write_text(json.dumps(dict.fromkeys(kept, "taken")), encoding="utf-8")
    assert main(["files", str(folder), "--out", str(tmp_path / "out.json")]) == 1
    assert [row["outcome"] for row in json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))][:2] == ["refused", "refused"]
