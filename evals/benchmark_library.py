"""A benchmark's documents as a library: each document is one passage, and each group of them one source."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.config import load_settings
from assistant.documents import Metadata, Passage, PassageKind, Source, Span
from assistant.library.embedding import Embedder
from assistant.pipeline import Assistant
from evals.benchmarks import Document, Task

_GAP = "\n\n"


def fill(task: Task, home: Path, embedder: Embedder, progress: Callable[[int, int], None] = lambda done, total: None) -> Assistant:
    """Return the assistant over a task's documents, taking in what is not there yet; ``progress`` counts sources."""
    assistant = Assistant(load_settings(home=home, corpus=""), embedder)
    assistant.glossary  # noqa: B018  the segmenter must know the domain's words before texts are indexed
    groups: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for document in task.documents:
        groups[document.group, document.language].append(document)
    for done, ((group, language), documents) in enumerate(sorted(groups.items())):
        progress(done, len(groups))
        source, passages = _source(group, language, documents)
        assistant.index.take(source, cut=lambda _, passages=passages: passages)  # type: ignore[misc]
    progress(len(groups), len(groups))
    return assistant


def source_id(group: str) -> str:
    """Return the id of the source that holds a group's documents."""
    return hashlib.sha256(group.encode()).hexdigest()[:16]


def _source(group: str, language: str, documents: Sequence[Document]) -> tuple[Source, list[Passage]]:
    title = documents[0].title
    metadata = Metadata(id=source_id(group), language=language, **{f"title_{language}": title})  # type: ignore[arg-type]
    text = _GAP.join(d.text for d in documents)
    passages, start = [], 0
    for document in documents:
        passages.append(_passage(document, metadata.id, start))
        start += len(document.text) + len(_GAP)
    return Source(metadata, text, (), hashlib.sha256(f"{title}\0{text}".encode()).hexdigest(), group), passages


def _passage(document: Document, source: str, start: int) -> Passage:
    """Return a document as a passage without sentences: nothing is answered here, and their vectors would take longer than all else."""
    span = Span(start, start + len(document.text))
    return Passage(document.id, source, span, document.text, "", "", PassageKind.PARAGRAPH, 1, 1, ())
