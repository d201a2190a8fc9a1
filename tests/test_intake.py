"""Files that are handed in: what is kept, what is not, and that a bad one stops no other."""

from __future__ import annotations

import datetime as dt
import errno
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest
import yaml

from assistant.config import load_settings
from assistant.curation import Curator, FileReport
from assistant.documents import Audience, Authority, Metadata, Standing, Status
from assistant.errors import DiskFull, IndexUnavailable, MetadataError
from assistant.intake import take_in, written
from assistant.library.index import Change, Index
from assistant.pipeline import Assistant
from assistant.reading.metadata import parse_metadata
from tests.fakes import HashEmbedder

NOTE = b"# A note\n\nAn apprentice has ten days of leave.\n"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Assistant]:
    assistant = Assistant(load_settings(home=tmp_path / "home", corpus=""), HashEmbedder())
    yield assistant
    assistant.index.close()


def kept(library: Assistant) -> list[str]:
    """Return the files of uploads that lie anywhere, and the suffixes of the originals that are kept."""
    uploads = library.curator.uploads.folder
    return [*(path.name for path in uploads.rglob("*")), *sorted(Path(name).suffix for name in library.index.originals.names())]


def test_a_bad_file_stops_no_other_and_is_not_kept(library: Assistant) -> None:
    files = [("bad.pdf", NOTE), ("good.md", NOTE), ("x.exe", b"MZ"), ("", NOTE), ("good.md", b"# Another"), ("empty.md", b"")]
    reports = {(report.path.name, report.outcome, report.fault) for report in take_in(library.curator, [(name, io.BytesIO(data)) for name, data in files])}
    assert reports == {
        ("?", "failed", "UnreadableFile"),
        ("good.md", "failed", "SentTwice"),
        ("bad.pdf", "failed", "UnreadableFile"),
        ("good.md", "added", ""),
        ("x.exe", "failed", "UnknownSuffix"),
        ("empty.md", "failed", "EmptyFile"),
    }
    assert [row.metadata.id for row in library.sources()] == ["good"]
    assert kept(library) == [".md"]


class Failing(io.BytesIO):
    """A file whose second half finds no room on the disk."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().read(len(self.getvalue()) // 2)


def test_a_full_disk_costs_the_file_that_found_no_room(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[str] = []
    ingest = Curator.ingest

    def look(self: Curator, paths: Sequence[Path], metadata: Path | None = None) -> Iterator[FileReport]:
        left.extend(path.name for path in paths[0].iterdir())
        return ingest(self, paths, metadata)

    monkeypatch.setattr(Curator, "ingest", look)
    files: list[tuple[str, BinaryIO]] = [("a.md", Failing(NOTE)), ("b.md", io.BytesIO(NOTE)), ("c.md", io.BytesIO(NOTE + b"More.\n"))]
    beside: list[tuple[str, BinaryIO]] = [("c.md.meta.yaml", Failing(b"audience: staff\n"))]
    told = [(r.path.name, r.outcome, r.fault, r.error) for r in take_in(library.curator, [*files, *beside])]
    remedy = "could not be kept (No space left on device). Free space on the server's disk, then send it again."
    assert told == [
        ("a.md", "failed", "NotKept", f"a.md: {remedy}"),
        ("c.md.meta.yaml", "failed", "NotKept", f"c.md.meta.yaml: {remedy}"),
        ("c.md", "failed", "NotKept", "c.md: what was sent beside it could not be kept. Send both again."),
        ("b.md", "added", "", ""),
    ]
    assert left == ["b.md"]
    assert [row.metadata.id for row in library.sources()] == ["b"]
    assert kept(library) == [".md"]


@pytest.mark.parametrize(("name", "metadata"), [("mkdir", ""), ("write_text", "status: trial")])
def test_without_room_for_a_folder_or_what_is_known_nothing_is_taken_in(library: Assistant, monkeypatch: pytest.MonkeyPatch, name: str, metadata: str) -> None:
    def fail(path: Path, *args: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, name, fail)
    with pytest.raises(IndexUnavailable) as caught:
        list(take_in(library.curator, [("a.md", io.BytesIO(NOTE))], metadata))
    monkeypatch.undo()
    assert str(caught.value) == f"{library.settings.home}: no space left on the disk of this folder. Free some, then try again: nothing was lost."
    assert (library.sources(), kept(library)) == ([], [])


def test_no_report_says_where_a_file_lies(library: Assistant) -> None:
    reports = list(take_in(library.curator, [("../../bad.pdf", io.BytesIO(NOTE)), ("a.md", io.BytesIO(b"---\nstatus: gone\n---\n\nText."))]))
    assert [report.outcome for report in reports] == ["failed", "failed"]
    assert all(str(library.settings.home) not in report.error for report in reports)
    assert kept(library) == []


def test_nor_does_one_on_a_disk_that_fails_while_files_are_taken_in(
    library: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    home = library.settings.home

    def fail(*arguments: object, **options: object) -> Change:
        raise DiskFull(f"{home}: no space left on the disk of this folder. Free some, then try again: nothing was lost.")

    monkeypatch.setattr(Index, "take", fail)
    (report,) = take_in(library.curator, [("a.md", io.BytesIO(NOTE))])
    told = "no space left on the disk of this folder. Free some, then try again: nothing was lost."
    assert (report.fault, report.error) == ("DiskFull", f"the library's folder: {told}")
    assert [record.getMessage() for record in caplog.records if record.name == "assistant.intake"] == [f"a.md: {home}: {told}"]


def test_metadata_hold_for_all_files_and_a_wrong_one_takes_nothing_in(library: Assistant) -> None:
    files = [("a.md", NOTE), ("b.md", NOTE + b"More.")]
    assert len(list(take_in(library.curator, [(n, io.BytesIO(d)) for n, d in files], "status: trial\naudience: staff\n"))) == 2
    assert {(row.metadata.status, row.metadata.audience) for row in library.sources()} == {(Status.TRIAL, Audience.STAFF)}
    with pytest.raises(MetadataError, match=r"other\.md") as error:
        list(take_in(library.curator, [("c.md", io.BytesIO(NOTE))], "other.md: {status: trial}"))
    assert str(library.settings.home) not in str(error.value)
    assert kept(library) == [".md", ".md"]


def test_a_newer_upload_of_the_same_name_is_the_next_version_and_one_of_another_kind_is_not(library: Assistant, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(NOTE)
    assert [r.outcome for r in library.ingest([tmp_path / "a.md"])] == ["added"]  # from a folder of the server, where it stays

    def sent(name: str, data: bytes, metadata: str = "") -> tuple[str, str]:
        (report,) = take_in(library.curator, [(name, io.BytesIO(data))], metadata)
        return report.outcome, report.error

    assert sent("a.md", NOTE + b"Or eleven.\n") == ("replaced", "")
    assert sent("a.md", NOTE + b"Or twelve.\n") == ("replaced", "")
    remedy = "Give it an id of its own in a.txt.meta.yaml or front matter, or remove that source first."
    assert sent("a.txt", b"Pay is 500 yuan.") == ("failed", f"a.txt: would replace the source 'a', which came from a.md. {remedy}")
    assert library.source("a").text.endswith("Or twelve.")
    assert sent("b.txt", b"Pay is 500 yuan.", written(library.source("a").metadata)) == ("replaced", "")  # as the page replaces a document
    assert library.source("a").text == "Pay is 500 yuan."


def test_what_is_given_up_half_way_leaves_nothing_behind(library: Assistant) -> None:
    reports = take_in(library.curator, [(f"{n}.md", io.BytesIO(NOTE + str(n).encode())) for n in range(3)])
    assert next(reports).outcome == "added"
    reports.close()  # type: ignore[attr-defined]  # it is a generator
    assert [row.metadata.id for row in library.sources()] == ["0"]
    assert kept(library) == [".md"]


def test_metadata_read_back_as_they_were() -> None:
    metadata = Metadata(
        id="办法",
        work="w",
        title_zh="管理办法：试行",
        language="zh",
        authority=Authority.DEPARTMENT_RULE,
        status=Status.TRIAL,
        jurisdiction="CN-50",
        issued=dt.date(2022, 5, 1),
        supersedes=("a", "b"),
        aliases=("no", "007"),
        audience=Audience.STAFF,
        standing=Standing.SECONDARY,
        reported_by="他处",
    )
    for known in (metadata, Metadata(id="x")):
        read = parse_metadata(yaml.load(written(known), Loader=yaml.BaseLoader), "test")
        assert Metadata(**read) == known  # type: ignore[arg-type]  # parsed


def test_nothing_is_kept_of_what_is_removed(library: Assistant) -> None:
    list(take_in(library.curator, [("a.md", io.BytesIO(NOTE))]))
    assert set(library.remove("a").values()) == {0}
    assert kept(library) == []
