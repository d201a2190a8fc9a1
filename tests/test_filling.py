"""What a server does beside answering."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from assistant.config import load_settings
from assistant.errors import IndexUnavailable
from assistant.filling import Filling
from assistant.library.registry import Registry
from assistant.pipeline import Assistant
from tests.fakes import HashEmbedder


def assistant_over(tmp_path: Path, *texts: str) -> Assistant:
    folder = tmp_path / "corpus" / "policies"
    folder.mkdir(parents=True)
    for number, text in enumerate(texts):
        (folder / f"rules-{number}.md").write_text(f"---\nid: rules-{number}\ntitle_en: Rules {number}\nlanguage: en\n---\n\n{text}\n", encoding="utf-8")
    return Assistant(load_settings(home=tmp_path / "home", corpus=str(tmp_path / "corpus")), HashEmbedder())


def wait_for(filling: Filling) -> None:
    filling.start()
    until = time.monotonic() + 60
    while filling.running and time.monotonic() < until:
        time.sleep(0.01)
    filling._thread.join(60)


def test_an_empty_library_is_filled_and_its_words_are_read_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = assistant_over(tmp_path, "Interns are paid monthly.", "Mentors are paid too.")
    seen: list[tuple[bool, int]] = []
    filling = Filling(assistant)
    monkeypatch.setattr(Registry, "read_ahead", lambda self: seen.append((filling.running, len(self.sources()))))
    wait_for(filling)
    assert (filling.done, filling.total, filling.error, filling.running) == (2, 2, "", False)
    assert seen == [(False, 2)], "nobody waits for what is read ahead"


def test_a_library_that_cannot_be_read_ahead_is_filled_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = assistant_over(tmp_path, "Interns are paid monthly.")
    tried: list[Registry] = []

    def fails(registry: Registry) -> None:
        tried.append(registry)
        raise IndexUnavailable("away")

    monkeypatch.setattr(Registry, "read_ahead", fails)
    filling = Filling(assistant)
    wait_for(filling)
    assert len(tried) == 1
    assert (filling.running, filling.error) == (False, "")
    assert [row.metadata.id for row in assistant.sources()] == ["rules-0"]
