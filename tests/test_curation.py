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


def refused(report: FileReport) -> str:
    """Return why a file was refused because of its id."""
    assert (report.outcome, report.fault) == ("failed", "IdTaken"), report
    return report.error


def test_a_file_of_another_kind_replaces_nothing_unasked(library: Assistant, tmp_path: Path) -> None:
    take(library, tmp_path)
    other = tmp_path / "a.txt"
    other.write_text("An employer pays 500 yuan.\n")
    (report,) = library.curator.ingest([other])
    assert refused(report) == (
        f"{other}: would replace the source 'a', which came from {tmp_path / 'a.md'}. "
        "Give it an id of its own in a.txt.meta.yaml or front matter, or remove that source first."
    )
    assert library.source("a").text == "# A note\n\nAn apprentice has ten days of leave."
    (tmp_path / "a.txt.meta.yaml").write_text("id: pay\n")
    assert [(r.outcome, r.source_id) for r in library.curator.ingest([other])] == [("added", "pay")]
    (tmp_path / "a.txt.meta.yaml").write_text("id: a\n")  # now it says that it is the same document
    assert [(r.outcome, r.source_id) for r in library.curator.ingest([other])] == [("replaced", "a")]


def test_the_same_name_from_another_folder_replaces_only_what_is_gone(library: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = tmp_path / "here" / "a.md", tmp_path / "there" / "a.md"
    for path, pay in ((here, 500), (there, 600)):
        path.parent.mkdir()
        path.write_text(f"A mentor is paid {pay} yuan.\n")
    monkeypatch.chdir(here.parent)
    assert [(r.path, r.outcome) for r in library.curator.ingest([Path("a.md")])] == [(Path("a.md"), "added")]
    monkeypatch.chdir(there.parent)
    (report,) = library.curator.ingest([Path("a.md")])
    assert refused(report).startswith(f"a.md: would replace the source 'a', which came from {here}. Give it an id of its own in a.md.meta.yaml")
    assert library.source("a").text == "A mentor is paid 500 yuan."
    copy = tmp_path / "copy" / "a.md"
    copy.parent.mkdir()
    copy.write_bytes(here.read_bytes())
    here.write_text("A mentor is paid 550 yuan.\n")
    assert [r.outcome for r in library.curator.ingest([copy])] == ["unchanged"]  # what is in the library, whatever lies where it came from
    assert [r.outcome for r in library.curator.ingest([here])] == ["replaced"]  # the same file
    there.unlink()
    here.rename(there)
    there.write_text("A mentor is paid 700 yuan.\n")
    assert [r.outcome for r in library.curator.ingest([there])] == ["replaced"]  # it was moved
    assert library.source("a").text == "A mentor is paid 700 yuan."


def test_one_refused_for_its_id_takes_nothing_from_the_next_version(library: Assistant, tmp_path: Path) -> None:
    take(library, tmp_path)
    (tmp_path / "a.md").write_bytes(NOTE + b"Or eleven.\n")
    (tmp_path / "a.csv").write_text("pay\n500\n")
    assert [(r.path.name, r.outcome) for r in library.curator.ingest([tmp_path / "a.csv", tmp_path / "a.md"])] == [("a.csv", "failed"), ("a.md", "replaced")]


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
