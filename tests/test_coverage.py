"""How far sources could be read, as the whole library and as a reader sees it."""

from __future__ import annotations

from pathlib import Path

from assistant.config import load_settings
from assistant.documents import Audience, Metadata, Page, Source, Span
from assistant.pipeline import Assistant
from tests.fakes import HashEmbedder


def test_pages_without_text_are_named(tmp_path: Path) -> None:
    library = Assistant(load_settings(home=tmp_path / "home", corpus=""), HashEmbedder())
    text = "First page.\n\nThird page, which goes on\n\non the fourth."
    pages = (Page(1, Span(0, 13)), Page(2, Span(13, 13)), Page(3, Span(13, 40)), Page(4, Span(40, len(text))), Page(5, Span(len(text), len(text))))
    library.index.take(Source(Metadata(id="scan", language="en", audience=Audience.STAFF), text, pages, "1", "scan.pdf"))
    library.index.take(Source(Metadata(id="note", language="en"), "A note.", (), "2", "note.md"))
    found = library.texts.coverage()
    assert (found["scan"].pages, found["scan"].blank) == (5, (2, 5))
    assert (found["note"].pages, found["note"].blank) == (0, ())
    assert set(library.seen_by(frozenset({Audience.PUBLIC})).texts.coverage()) == {"note"}
    library.index.close()
