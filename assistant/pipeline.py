"""The assistant: the only place that knows the order of the steps, from files to answers."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from assistant.answering import Draft, ExtractiveAnswerer, Piece
from assistant.chunking import page_of
from assistant.config import Settings, load_settings
from assistant.conflicts import find_conflicts
from assistant.embedding import Embedder, SentenceTransformerEmbedder
from assistant.glossary import Dictionary, Glossary, read_terms
from assistant.index import Change, Diagnosis, Index
from assistant.labels import abstention_message, binding_label, notes_for, standing_frame
from assistant.loading import find_files, load
from assistant.metadata import check_file_names, read_metadata_file
from assistant.parts import Answerer, Finder, Verifier
from assistant.places import Place
from assistant.query import Query, QueryReader
from assistant.registry import SourceRow
from assistant.retrieval import Retriever
from assistant.sufficiency import Sufficiency, judge
from assistant.types import (
    Abstention,
    Answer,
    AssistantError,
    Citation,
    Hit,
    Reason,
    Scope,
    Source,
    Span,
    Statement,
    Verdict,
)
from assistant.verification import verify

_FILLING = "filling"
"""Set while an empty library is being filled, so that a filling that was cut short goes on at the next start."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file: ``added``, ``unchanged``, ``replaced`` or ``failed``, and why."""

    path: Path
    outcome: str
    source_id: str = ""
    title: str = ""
    passages: int = 0
    warnings: tuple[str, ...] = ()
    error: str = ""


class Assistant:
    """One library with everything that can be asked of it.

    Args:
        settings: where the library is and how it answers.
        embedder: turns texts into vectors; the packaged model by default.
        retriever: finds passages; the one over this library's index by default.
        answerer: drafts answers from passages; the extractive one by default.
        verifier: judges each sentence against the words it cites; ``verification.verify`` by default.

    Raises:
        LibraryError: the library cannot be opened.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        embedder: Embedder | None = None,
        *,
        retriever: Finder | None = None,
        answerer: Answerer | None = None,
        verifier: Verifier = verify,
    ) -> None:
        self.settings = settings or load_settings()
        self.embedder = embedder or SentenceTransformerEmbedder(self.settings.embedding_model)
        self.index = Index(self.settings.home, self.embedder, self.settings.chroma_url)
        self.retriever: Finder = retriever or Retriever(self.index)
        self.answerer: Answerer = answerer or ExtractiveAnswerer(self.settings.answer_words)
        self.verifier = verifier

    @cached_property
    def glossary(self) -> Glossary:
        """The domain's terms: those that ship, and the user's own in ``glossary.yaml`` of the home folder."""
        folder = self.settings.corpus_folder or load_settings().corpus_folder
        shipped = read_terms(folder / "glossary.yaml") if folder else []
        return Glossary([*shipped, *read_terms(self.settings.home / "glossary.yaml")])

    @cached_property
    def reader(self) -> QueryReader:
        """Reads questions."""
        return QueryReader(self.glossary, Dictionary(self.settings.home / "dictionary.sqlite"))

    # -- library ----------------------------------------------------------------------------------------------

    def is_empty(self) -> bool:
        """Whether nothing has been taken in yet, or the first filling was cut short."""
        return self.index.registry.revision() == 0 or self.index.registry.get(_FILLING) == "yes"

    def fill(self, progress: Callable[[int, int, str], None] = lambda done, total, name: None) -> list[FileReport]:
        """Fill an empty library from the corpus that ships; do nothing otherwise."""
        folder = self.settings.corpus_folder
        if folder is None or not self.is_empty():
            return []
        paths = [p for name in ("policies", "cases") if (folder / name).is_dir() for p in find_files([folder / name])]
        self.index.registry.store(_FILLING, "yes")
        reports = list(self.ingest(paths, progress=progress))
        self.index.registry.store(_FILLING, "no")
        return reports

    def ingest(
        self,
        paths: Sequence[Path],
        metadata: Path | None = None,
        progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    ) -> Iterator[FileReport]:
        """Take in files and folders, one report each; one bad file never stops the others.

        Raises:
            MetadataError: the metadata file is wrong.
        """
        self.glossary  # noqa: B018  the segmenter must know the domain's words before texts are indexed
        files = find_files(paths)
        overrides = read_metadata_file(metadata) if metadata else None
        if overrides is not None:
            check_file_names(overrides, files)
        seen: dict[str, Path] = {}
        for done, path in enumerate(files):
            progress(done, len(files), path.name)
            yield self._take(path, overrides, seen)
        progress(len(files), len(files), "")

    def _take(self, path: Path, overrides: Mapping[str, object] | None, seen: dict[str, Path]) -> FileReport:
        try:
            source = load(path, overrides)
            if source.id in seen:
                other = f"{path}: has the same id {source.id!r} as {seen[source.id]}. Give one of them another id in its metadata."
                return FileReport(path, "failed", source.id, error=other)
            seen[source.id] = path
            change = self.index.take(source)
        except AssistantError as error:
            return FileReport(path, "failed", error=str(error))
        count = len(self.index.registry.passages_of(source.id))
        return FileReport(path, change.value, source.id, source.title, count, source.warnings)

    def sources(self) -> list[SourceRow]:
        """Return what is in the library, by id."""
        return self.index.registry.sources()

    def source(self, source_id: str) -> Source:
        """Return one source with its text."""
        return self.index.registry.source(source_id)

    def remove(self, source_id: str) -> dict[str, int]:
        """Remove a source and return what probes of the index still find of it: zeros."""
        return self.index.remove(source_id)

    def doctor(self, rebuild: bool = False) -> Diagnosis:
        """Find and clear what is out of step, and return what had been wrong."""
        return self.index.rebuild() if rebuild else self.index.repair()

    # -- questions --------------------------------------------------------------------------------------------

    def search(self, question: str, k: int = 10, scope: Scope = Scope()) -> list[Hit]:  # noqa: B008  frozen
        """Return the passages found for a question, best first."""
        scope = self._scope(scope)
        return self.retriever.search(_located(self.read(question), scope), scope, k)

    def read(self, question: str) -> Query:
        """Return a question as the library's words understand it."""
        return self.retriever.thesaurus.widen(self.reader.read(question))

    def ask(self, question: str, scope: Scope = Scope()) -> Answer | Abstention:  # noqa: B008  frozen
        """Answer a question from the library, or decline."""
        scope = self._scope(scope)
        query = _located(self.read(question), scope)
        hits = self.retriever.search(query, scope, self.settings.top_k)
        draft = self._draft(query, self._answering(query, hits))
        sufficiency = judge(query, draft)
        if sufficiency.reason is not None:
            return self._decline(query, hits, sufficiency.reason, sufficiency, scope)
        return self._show(query, draft, hits, sufficiency, scope)

    def _scope(self, scope: Scope) -> Scope:
        return replace(scope, jurisdiction=scope.jurisdiction or self.settings.jurisdiction)

    def _answering(self, query: Query, hits: Sequence[Hit]) -> list[Hit]:
        """Return the hits that may answer: where the question names an instrument, only that instrument."""
        named = {m.id for m in self.retriever.named(query)}
        inside = [h for h in hits if h.source.id in named]
        return inside or list(hits)

    def _draft(self, query: Query, hits: Sequence[Hit]) -> Draft:
        weighed = {language: self.retriever.weigh(query, language) for language in {h.source.language for h in hits}}
        vectors = self.index.registry.unit_vectors((h.passage.id for h in hits), self.embedder.dimension)
        question = self.retriever.question_vector(query) if vectors else None
        return self.answerer.answer(query, hits, self.index.registry, weighed, vectors, question)

    def _show(self, query: Query, draft: Draft, hits: Sequence[Hit], sufficiency: Sufficiency, scope: Scope) -> Answer | Abstention:
        citations: list[Citation] = []
        statements: list[Statement] = []
        for piece in draft.pieces:
            source = self.index.registry.source(piece.candidate.hit.source.id)
            quotes = [source.text[s.start : s.end] for s in piece.spans]
            judgement = self.verifier(piece.text, [" ".join(quotes), *quotes])
            if judgement.verdict is not Verdict.SUPPORTED:
                continue
            numbers = tuple(self._cite(citations, piece, span, source, query.language) for span in piece.spans)
            text = standing_frame(query, piece.candidate.hit) + piece.text
            statements.append(Statement(text, judgement.verdict, judgement.reason, numbers))
        if not statements:
            return self._decline(query, hits, Reason.UNSUPPORTED, sufficiency, scope)
        return Answer(
            question=query.text,
            language=query.language,
            statements=tuple(statements),
            citations=tuple(citations),
            conflicts=tuple(find_conflicts(query, draft, citations)),
            hits=tuple(hits),
            as_of=scope.as_of or dt.date.today(),
            revision=self.index.registry.revision(),
            fingerprint=self.fingerprint,
            notes=tuple(notes_for(query, citations)),
        )

    def _cite(self, citations: list[Citation], piece: Piece, span: Span, source: Source, language: str) -> int:
        """Return the number of the citation of ``span``, adding it if it is new."""
        for known in citations:
            if known.source_id == source.id and known.span == span:
                return known.n
        hit = piece.candidate.hit
        m = hit.source
        page = page_of(source, span.start)
        citations.append(
            Citation(
                n=len(citations) + 1,
                passage_id=hit.passage.id,
                source_id=source.id,
                title=source.title,
                document_number=m.document_number,
                authority=m.authority,
                status=m.status,
                jurisdiction=m.jurisdiction,
                standing=hit.passage.standing,
                label=binding_label(hit, language),
                note=m.note,
                locator=hit.passage.locator,
                page=page,
                quote=source.text[span.start : span.end],
                span=span,
            )
        )
        return len(citations)

    def _decline(self, query: Query, hits: Sequence[Hit], reason: Reason, sufficiency: Sufficiency, scope: Scope) -> Abstention:
        return Abstention(
            question=query.text,
            language=query.language,
            reason=reason,
            missing=sufficiency.missing,
            message=abstention_message(reason, sufficiency.missing, query.language),
            hits=tuple(hits),
            as_of=scope.as_of or dt.date.today(),
            revision=self.index.registry.revision(),
            fingerprint=self.fingerprint,
        )

    @cached_property
    def fingerprint(self) -> str:
        """Names the code, settings, prompts, embedder and chunker that answered."""
        parts = (importlib.metadata.version("policy-case-assistant") if _installed() else "source", self.settings.fingerprint(), self.index.fingerprint)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _located(query: Query, scope: Scope) -> Query:
    """Return the question as asked in the asker's place, unless it names a place itself."""
    if not scope.jurisdiction or any(p.code for p in query.places):
        return query
    return replace(query, places=(*query.places, Place(scope.jurisdiction, "", "")))


def _installed() -> bool:
    try:
        importlib.metadata.version("policy-case-assistant")
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def outcomes(reports: Iterable[FileReport]) -> dict[str, int]:
    """Return how many files had each outcome."""
    out: dict[str, int] = {}
    for report in reports:
        out[report.outcome] = out.get(report.outcome, 0) + 1
    return out


__all__ = ["Assistant", "Change", "FileReport", "outcomes"]
