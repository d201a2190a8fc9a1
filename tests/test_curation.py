"""Keeping a library: what is taken in once and told twice, what is corrected and indexed anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.config import load_settings
from assistant.curation import Curator, FileReport, outcomes
from assistant.documents import Audience, Status
from assistant.errors import MetadataError, SourceNotFound
from assistant.pipeline import Assistant
from tests.fakes import HashEmbedder

NOTE = b"# A note\n\nAn apprentice has ten days of leave.\n"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Assistant]:
    assistant = Assistant(load_settings(home=tmp_path / "home", corpus=""), HashEmbedder())
    yield assistant
    assistant.index.close()


def take(library: Assistant, folder: Path) -> None:
    (folder / "a.md").write_bytes(NOTE)
    assert outcomes(library.curator.ingest([folder / "a.md"])) == {"added": 1}


def originals(library: Assistant) -> list[str]:
    """Return the suffixes of the originals that are kept."""
    return sorted(Path(name).suffix for name in library.index.originals.names())


def test_a_copy_is_told_and_not_taken_twice(library: Assistant, tmp_path: Path) -> None:
    for name in ("first", "copy"):
        (tmp_path / f"{name}.md").write_text("# Leave Rule\n\n## Article 1\n\nAn intern has two days of leave.\n")
    (tmp_path / "staff.md").write_text("# Leave Rule\n\n## Article 1\n\nAn intern has two days of leave.\n")
    (tmp_path / "staff.md.meta.yaml").write_text("audience: staff\n")
    first, copy, staff = library.curator.ingest([tmp_path / f"{name}.md" for name in ("first", "copy", "staff")])
    assert (first.outcome, first.warnings) == ("added", ())
    assert (copy.outcome, copy.source_id) == ("unchanged", "first")
    assert copy.warnings == ("has the text of 'first', so it was not taken in a second time",)
    assert (staff.outcome, staff.source_id) == ("added", "staff")
    assert staff.warnings == ("has the text of 'first', but other metadata: remove one of them, or say which is which",)
    library.curator.remove("first")
    (again,) = library.curator.ingest([tmp_path / "copy.md"])
    assert (again.outcome, again.source_id) == ("added", "copy")


def test_what_is_known_is_corrected_without_the_file(library: Assistant, tmp_path: Path) -> None:
    take(library, tmp_path)
    before = library.source("a")
    assert library.curator.amend("a", {"status": "trial", "audience": "staff", "supersedes": ["b"]}).outcome == "replaced"
    after = library.source("a")
    assert (after.metadata.status, after.metadata.audience, after.metadata.supersedes) == (Status.TRIAL, Audience.STAFF, ("b",))
    assert after.text == before.text
    assert library.seen_by(frozenset({Audience.PUBLIC})).sources() == []
    assert library.curator.amend("a", {"status": "trial"}).outcome == "unchanged"
    assert originals(library) == [".md"]
    for wrong in ({"status": "gone"}, {"colour": "red"}, {"id": "b"}):
        with pytest.raises(MetadataError):
            library.curator.amend("a", wrong)
    with pytest.raises(SourceNotFound):
        library.curator.amend("nothing", {})


def test_a_source_is_read_and_indexed_anew_and_what_is_known_of_it_stays(library: Assistant, tmp_path: Path) -> None:
    take(library, tmp_path)
    library.curator.amend("a", {"status": "trial"})
    revision = library.index.registry.revision()
    assert library.curator.reindex("a").outcome == "replaced"
    assert library.index.registry.revision() == revision + 1
    assert library.source("a").metadata.status is Status.TRIAL
    assert library.curator.doctor().clean
    assert originals(library) == [".md"]
    assert (library.source("a").path.endswith("/a.md"), library.source("a").text) == (True, "# A note\n\nAn apprentice has ten days of leave.")
    assert [hit.source.id for hit in library.search("leave of an apprentice")] != []


def test_the_domains_words_are_known_before_any_text_is_indexed(library: Assistant, tmp_path: Path) -> None:
    take(library, tmp_path)
    learned: list[int] = []
    curator = Curator(library.settings, library.index, lambda: learned.append(library.index.registry.revision()))
    curator.amend("a", {"status": "trial"})
    curator.reindex("a")
    (tmp_path / "b.md").write_bytes(NOTE + b"More.\n")
    list(curator.ingest([tmp_path / "b.md"]))
    assert learned == [1, 2, 3]


def test_outcomes_are_counted() -> None:
    reports = [FileReport(Path(f"{n}.md"), outcome) for n, outcome in enumerate(("added", "failed", "added"))]
    assert outcomes(reports) == {"added": 2, "failed": 1}
