"""A document is replaced over HTTP while many people ask over HTTP: nobody gets an error, and each answer is of one whole version."""

from __future__ import annotations

import threading
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from assistant.language.glossary import Dictionary
from tests.api_server import Running, running

CLIENTS, QUESTIONS, SECTIONS = 8, 100, 30


def version(word: str, step: int) -> str:
    sections = (f"## Part {i}\n\nClause {i} of alpha counts {i * step} {word} oranges." for i in range(SECTIONS))
    return "# Alpha\n\n" + "\n\n".join(sections)


VERSIONS = {"mouldering": version("mouldering", 7919), "ripe": version("ripe", 6101)}


def replace_until(stop: threading.Event, server: Running, said: list[tuple[int, Any]]) -> None:
    with server.client() as client:
        for text in cycle((VERSIONS["ripe"], VERSIONS["mouldering"])):
            if stop.is_set():
                return
            sent = client.post("/api/v1/ingest", files=[("files", ("alpha.md", text.encode()))], data={"metadata": "id: alpha\n"})
            said.append((sent.status_code, sent.json().get("summary")))


def ask_some(server: Running, first: int, said: list[tuple[int, Any]]) -> None:
    with server.client() as client:
        for n in range(first, QUESTIONS, CLIENTS):
            asked = f"How many oranges do clause {n % SECTIONS} and clause {(n + 11) % SECTIONS} of alpha count?"
            answered = client.post("/api/v1/ask", json={"question": asked})
            said.append((answered.status_code, answered.json()))


def of_one_version(answer: Any) -> bool:
    """Whether all words that an answer cites of the document that changes are those of the same version, at their places."""
    cited = [c for c in answer["citations"] if c["source_id"] == "alpha"]
    return any(all(text[c["start"] : c["end"]] == c["quote"] for c in cited) for text in VERSIONS.values())


def test_a_hundred_questions_of_eight_clients_while_a_document_is_replaced(tmp_path: Path, dictionary: Dictionary) -> None:
    alpha = tmp_path / "alpha.md"
    alpha.write_text(VERSIONS["mouldering"], encoding="utf-8")
    (tmp_path / "alpha.meta.yaml").write_text("id: alpha\n")
    with running(tmp_path, dictionary, extra=[alpha], rate_limit=100_000) as server:
        stop, written, answers = threading.Event(), list[tuple[int, Any]](), list[tuple[int, Any]]()
        writer = threading.Thread(target=replace_until, args=(stop, server, written))
        askers = [threading.Thread(target=ask_some, args=(server, first, answers)) for first in range(CLIENTS)]
        for thread in (writer, *askers):
            thread.start()
        for thread in askers:
            thread.join()
        stop.set()
        writer.join()
        clean = server.assistant.doctor().clean
    assert [status for status, _ in answers] == [200] * QUESTIONS
    assert written == [(200, {"replaced": 1})] * len(written)
    assert len(written) >= 3, "it was replaced while they asked"
    answered = [answer for _, answer in answers if answer["outcome"] == "answer"]
    assert len(answered) >= QUESTIONS // 2
    assert [answer["citations"] for answer in answered if not of_one_version(answer)] == []
    assert {word for word in VERSIONS for answer in answered if any(word in c["quote"] for c in answer["citations"])} == set(VERSIONS)
    assert sum(len(answer["citations"]) >= 2 for answer in answered) >= 10, "a mixture could be seen"
    assert clean


@pytest.mark.parametrize("other", ["ripe", "mouldering"])
def test_a_mixture_would_be_seen(other: str) -> None:
    texts = (VERSIONS["mouldering"], VERSIONS[other])
    cited = []
    for text, i in zip(texts, (3, 7), strict=True):
        start = text.index(f"Clause {i} of")
        end = text.index(".", start) + 1
        cited.append({"source_id": "alpha", "start": start, "end": end, "quote": text[start:end]})
    assert of_one_version({"citations": cited}) == (other == "mouldering")
