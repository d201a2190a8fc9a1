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


SAMPLE = {
    "en_official_and_layout/jsvine__2023-06-20-PV.pdf": ("taken", ""),
    "en_official_and_layout/jsvine__federal-register-2020-17221.pdf": ("warned", "page 1 holds hidden text, which was left out: 'VerDate Sep<11>2014"),
    "en_official_and_layout/jsvine__la-precinct-bulletin-2014-p1.pdf": ("taken", ""),
    "en_official_and_layout/unstructured-io__fake-memo-with-duplicate-page.pdf": ("warned", "page 2 repeats page 1 and was left out"),
    "encrypted/pdfminer__aes-256-r6.pdf": ("refused", "needs a password. Save it without one and ingest it again."),
    "encrypted/py-pdf__r2-empty-password.pdf": ("taken", ""),
    "hidden_and_tricky/corkami__js-unescape.pdf": ("refused", "not readable as PDF, "),
    "hidden_and_tricky/pdf-association__CompactedPDFSyntaxMatrix.pdf": ("warned", "page 1 holds hidden text, which was left out: "),
    "malformed/jsvine__empty.pdf": ("refused", "holds no bytes. Check that the file is complete."),
    "malformed/ocrmypdf__invalid.pdf": ("refused", "not readable as PDF, startxref not found."),
    "malformed/pdfminer__zen_of_python_corrupted.pdf": ("taken", ""),
    "malformed/qpdf__broken-lzw.pdf": ("refused", "not readable as PDF, "),
    "malformed/qpdf__pages-loop.pdf": ("refused", "not readable as PDF, Detected cyclic page references."),
    "other_formats/rapidai__section.docx": ("taken", ""),
    "other_formats/rapidai__textbox.docx": ("taken", ""),
    "other_formats/unstructured-io__fake-power-point-malformed.pptx": ("taken", ""),
    "other_formats/unstructured-io__password_protected.xlsx": ("refused", "needs a password. Save it without one and ingest it again."),
    "scanned/unstructured-io__pdf-with-ocr-text.pdf": ("taken", ""),
    "zh_ofd/ofdrw__999.ofd": ("refused", "is an OFD file (GB/T 33190), which no library under a permissive licence reads."),
    "zh_pdf/dothinking__demo-table-lattice.pdf": ("taken", ""),
    "zh_pdf/jsvine__issue-71-duplicate-chars.pdf": ("taken", ""),
    "zh_pdf/rapidai__示例1-论文模板.pdf": ("taken", ""),
}
"""Files that are read without OCR, in some ten seconds together; what the report says of each, or how it begins. All 194: ``python -m evals files``."""


def test_a_sample_of_real_files_is_read_as_is_kept(shared: Path) -> None:
    folder = shared / "documents"
    known, kept = dict(read_manifest(folder)), json.loads(real_files.KEPT.read_text(encoding="utf-8"))
    assert {known[file] for file in SAMPLE} == set(known.values()) - {"scanned_image"}, "pictures need OCR, all other kinds are in it"
    found = [read_file(folder, file, known[file]) for file in SAMPLE]
    assert list(changes(found, kept)) == []
    for read, (outcome, told) in zip(found, SAMPLE.values(), strict=True):
        assert (read.outcome, read.told[: len(told)]) == (outcome, told), read.file
        assert (read.words > 0, bool(read.told)) == (outcome != "refused", outcome != "taken"), read.file
