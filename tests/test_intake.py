"""Files that are handed in: what is kept, what is not, and that a bad one stops no other."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from assistant.config import load_settings
from assistant.documents import Audience, Authority, Metadata, Standing, Status
from assistant.errors import MetadataError
from assistant.intake import take_in, written
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


def test_no_report_says_where_a_file_lies(library: Assistant) -> None:
    reports = list(take_in(library.curator, [("../../bad.pdf", io.BytesIO(NOTE)), ("a.md", io.BytesIO(b"---\nstatus: gone\n---\n\nText."))]))
    assert [report.outcome for report in reports] == ["failed", "failed"]
    assert all(str(library.settings.home) not in report.error for report in reports)
    assert kept(library) == []


def test_metadata_hold_for_all_files_and_a_wrong_one_takes_nothing_in(library: Assistant) -> None:
    files = [("a.md", NOTE), ("b.md", NOTE + b"More.")]
    assert len(list(take_in(library.curator, [(n, io.BytesIO(d)) for n, d in files], "status: trial\naudience: staff\n"))) == 2
    assert {(row.metadata.status, row.metadata.audience) for row in library.sources()} == {(Status.TRIAL, Audience.STAFF)}
    with pytest.raises(MetadataError, match=r"other\.md") as error:
        list(take_in(library.curator, [("c.md", io.BytesIO(NOTE))], "other.md: {status: trial}"))
    assert str(library.settings.home) not in str(error.value)
    assert kept(library) == [".md", ".md"]


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
