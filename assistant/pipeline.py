"""The assistant: the only place that knows the order of the steps, from files to answers."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import importlib.metadata
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.access.views import IndexView
from assistant.answers.answering import Draft, ExtractiveAnswerer
from assistant.answers.candidates import Likeness
from assistant.answers.composing import Finding, compose
from assistant.answers.cross_encoder import open_cross_encoder
from assistant.answers.expectation import expect
from assistant.answers.rereading import Read
from assistant.answers.roles import Answerer, Finder, Verifier
from assistant.answers.sufficiency import judge
from assistant.benefits.assessment import Worksheet, assess, make_worksheet
from assistant.benefits.basis import Grounds, LiveTexts
from assistant.benefits.profile import Profile
from assistant.benefits.provisions import Provision, read_catalogue
from assistant.chat.conversing import Unopened, converse
from assistant.config import Settings, load_settings
from assistant.curation import Curator, FileReport
from assistant.documents import Audience, Metadata, Source
from assistant.errors import ConfigError
from assistant.events import Done, Event
from assistant.exchange import Turn
from assistant.judge.responses import Verifier as Judge
from assistant.judge.translation import LexiconTranslator
from assistant.judge.verification import LexicalVerifier
from assistant.language.glossary import Glossary, read_terms
from assistant.language.places import Place
from assistant.library.embedding import Embedder
from assistant.library.index import Diagnosis, Index
from assistant.library.joining import open_embedder
from assistant.library.registry import Registry, SourceRow
from assistant.questions.follow_ups import Condenser
from assistant.questions.query import Query, QueryReader
from assistant.results import Abstention, Answer, Hit, Scope
from assistant.search.retrieval import Retriever

if TYPE_CHECKING:
    from assistant.chat.chat_model import ChatModel


class Assistant:
    """One library with everything that can be asked of it.

    Args:
        settings: where the library is and how it answers.
        embedder: turns texts into vectors; the packaged models by default.
        chat_model: writes the answers; by default the one that the settings name, if they do.
        retriever: finds passages; the one over this library's index by default.
        answerer: drafts answers from passages; the extractive one by default.
        verifier: judges each sentence against the words it cites; by default hard facts and wording, with the other
            names of words that glossary and dictionary know.
        remake: open a library that another model or version made, to be rebuilt before anything is asked.

    Raises:
        LibraryError: the library cannot be opened.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        embedder: Embedder | None = None,
        chat_model: ChatModel | None = None,
        *,
        retriever: Finder | None = None,
        answerer: Answerer | None = None,
        verifier: Verifier | None = None,
        remake: bool = False,
    ) -> None:
        self.settings = settings or load_settings()
        self.embedder = embedder or open_embedder(self.settings.embedding_model)
        self.index = Index(self.settings.home, self.embedder, self.settings.chroma_url, remake)
        self.retriever: Finder = retriever or Retriever(self.index)
        self.answerer: Answerer = answerer or ExtractiveAnswerer(self.settings.answer_words)
        if verifier is not None:
            self.verifier = verifier
        if chat_model is not None:
            self.chat_model = chat_model
        self.audiences = frozenset(Audience)
        self._views: dict[frozenset[Audience], Assistant] = {}

    @cached_property
    def glossary(self) -> Glossary:
        """The domain's terms: those that ship, and the user's own in ``glossary.yaml`` of the home folder."""
        folder = self.settings.corpus_folder or load_settings().corpus_folder
        shipped = read_terms(folder / "glossary.yaml") if folder else []
        return Glossary([*shipped, *read_terms(self.settings.home / "glossary.yaml")])

    @cached_property
    def reader(self) -> QueryReader:
        """Reads questions."""
        return QueryReader(self.glossary, self.index.dictionary)

    @cached_property
    def verifier(self) -> Verifier:
        """Judges each sentence against the words it cites."""
        return self.judge.verify

    @cached_property
    def judge(self) -> Judge:
        """Judges sentences and whole responses: by hard facts and wording, or by the model that the settings name for it."""
        lexical = LexicalVerifier(LexiconTranslator(self.glossary, self.reader.dictionary))
        if not self.settings.verifier:
            return lexical
        from assistant.judge.model_verifier import open_verifier  # only where a model is named for it

        return open_verifier(self.settings.verifier, lexical)

    def seen_by(self, audiences: Set[Audience]) -> Assistant:
        """Return the assistant of people who may see only sources for ``audiences``: to them no other source exists.

        It answers questions and shows sources; it cannot take in or remove any.
        """
        shown = frozenset(audiences)
        if shown >= self.audiences:
            return self
        if shown not in self._views:
            view = copy.copy(self)
            view.audiences = shown & self.audiences
            view.index = IndexView(self.index, view.audiences)
            view.retriever = Retriever(view.index)
            vars(view).pop("condenser", None)  # made from the retriever
            view._views = {}
            self._views[shown] = view
        return self._views[shown]

    # -- library ----------------------------------------------------------------------------------------------

    @property
    def curator(self) -> Curator:
        """Takes documents into the library, amends and removes them."""
        return Curator(self.settings, self.index, lambda: self.glossary)

    def ingest(
        self,
        paths: Sequence[Path],
        metadata: Path | None = None,
        progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    ) -> Iterator[FileReport]:
        """Take in files and folders, one report each; see ``Curator.ingest``."""
        return self.curator.ingest(paths, metadata, progress)

    def sources(self) -> list[SourceRow]:
        """Return what is in the library, by id."""
        return self.index.registry.sources()

    def source(self, source_id: str) -> Source:
        """Return one source with its text."""
        return self.index.registry.source(source_id)

    def remove(self, source_id: str) -> dict[str, int]:
        """Remove a source and return what is still found of it: zeros; see ``Curator.remove``."""
        return self.curator.remove(source_id)

    def doctor(self, rebuild: bool = False) -> Diagnosis:
        """Find and clear what is out of step, and return what had been wrong."""
        return self.curator.doctor(rebuild)

    # -- questions --------------------------------------------------------------------------------------------

    def search(self, question: str, k: int = 10, scope: Scope = Scope()) -> list[Hit]:  # noqa: B008  frozen
        """Return the passages found for a question, best first."""
        if not scope.audiences >= self.audiences:
            return self.seen_by(scope.audiences).search(question, k, scope)
        scope = self._scope(scope)
        return self.retriever.search(_located(self.read(question), scope), scope, k)

    def read(self, question: str) -> Query:
        """Return a question as the library's words understand it."""
        return self.retriever.thesaurus.widen(self.reader.read(question))

    def ask(self, question: str, scope: Scope = Scope(), history: Sequence[Turn] = ()) -> Answer | Abstention:  # noqa: B008  frozen
        """Answer a question from the library, or decline.

        Args:
            question: what is asked; with a history, it may lean on the turns before it.
            history: the turns before, the last one last.
        """
        return next(event.result for event in self.stream(question, scope, history) if isinstance(event, Done))

    def stream(self, question: str, scope: Scope = Scope(), history: Sequence[Turn] = ()) -> Iterator[Event]:  # noqa: B008  frozen
        """Yield each sentence as soon as it holds, what was withheld, notices, and last the whole answer or refusal."""
        if not scope.audiences >= self.audiences:
            return self.seen_by(scope.audiences).stream(question, scope, history)
        try:
            model = self.chat_model
        except ConfigError as error:
            model = Unopened(self.settings.chat_model, str(error))
        return converse(self, model, question, scope, history)

    @property
    def texts(self) -> Registry:
        """Where the words of the sources are."""
        return self.index.registry

    @cached_property
    def condenser(self) -> Condenser:
        """Completes follow-ups without a model."""
        return Condenser(self.read, self.retriever.named, lambda query: [w.idf for w in self.retriever.weigh(query, query.language)])

    @cached_property
    def chat_model(self) -> ChatModel | None:
        """The model that writes the answers, where one is set; opened when first needed.

        Raises:
            ConfigError: it cannot be opened.
        """
        if not self.settings.chat_model:
            return None
        from assistant.chat.chat_model import LangChainModel  # seconds to import

        return LangChainModel(self.settings.chat_model, self.settings.chat_timeout)

    def known(self, source_ids: Sequence[str]) -> list[Metadata]:
        """Return the metadata of those sources that are in the library."""
        sources = self.retriever.sources()
        return [sources[i] for i in source_ids if i in sources]

    def find(self, question: str, scope: Scope) -> Finding:
        """Return what the library has for a question, and whether it is enough."""
        scope = self._scope(scope)
        query = _located(self.read(question), scope)
        hits = self.retriever.search(query, scope, self.settings.top_k)
        answering = self._answering(query, hits)
        read = open_cross_encoder().reader(query.text)
        draft = self._draft(query, answering, read)
        sufficiency = judge(query, draft, self.index.registry.statistics()[0], expect(query, draft, self.retriever), read)
        return Finding(query, scope, tuple(hits), tuple(answering), draft, sufficiency)

    def show(self, finding: Finding) -> Answer | Abstention:
        """Return the extractive answer of what was found, or the refusal."""
        composed = compose(finding, self.index.registry, self.verifier, self.fingerprint)
        return self.show(self.find(finding.query.text, finding.scope)) if composed is None else composed

    def _scope(self, scope: Scope) -> Scope:
        return replace(scope, jurisdiction=scope.jurisdiction or self.settings.jurisdiction)

    def _answering(self, query: Query, hits: Sequence[Hit]) -> list[Hit]:
        """Return the hits that may answer: where the question names an instrument, only that instrument."""
        named = {m.id for m in self.retriever.named(query)}
        inside = [h for h in hits if h.source.id in named]
        return inside or list(hits)

    def _draft(self, query: Query, hits: Sequence[Hit], read: Read) -> Draft:
        finder, passages = self.retriever, [h.passage for h in hits]
        likeness = Likeness(
            weighed={language: finder.weigh(query, language) for language in {h.source.language for h in hits}},
            nearness=finder.nearness(query, [p.id for p in passages]),
            known=finder.asked_before(query, passages),
        )
        return self.answerer.answer(query, hits, self.index.registry, likeness, read)

    # -- benefits ---------------------------------------------------------------------------------------------

    @cached_property
    def provisions(self) -> tuple[Provision, ...]:
        """The catalogue: the provisions that ship, and the user's own in ``provisions/`` of the home folder."""
        folder = self.settings.corpus_folder or load_settings().corpus_folder
        return read_catalogue([*([folder / "provisions"] if folder else []), self.settings.home / "provisions"])

    def check_benefits(self, profile: Profile, scope: Scope = Scope(), language: str = "zh") -> Worksheet:  # noqa: B008  frozen
        """Return what an enterprise may claim and what it owes, on the day and in the place of ``scope``.

        Where ``scope`` names no place, the profile's counts, then the setting's.

        Raises:
            ProvisionError: an entry of the catalogue is wrong.
        """
        if not scope.audiences >= self.audiences:
            return self.seen_by(scope.audiences).check_benefits(profile, scope, language)
        grounds = self.grounds(scope, language, profile.place)
        hidden = self.index.hidden_works
        provisions = tuple(p for p in self.provisions if hidden.isdisjoint(clause.work for clause in p.basis))
        rows = assess(provisions, profile, grounds.of, language)
        fingerprint = hashlib.sha256(f"{self.fingerprint}\0{provisions}".encode()).hexdigest()[:12]
        return make_worksheet(rows, profile, language, grounds.day, grounds.place, self.index.registry.revision(), fingerprint)

    def grounds(self, scope: Scope = Scope(), language: str = "zh", place: str = "") -> Grounds:  # noqa: B008  frozen
        """Return where the clauses of rules are looked up, as of the day of ``scope`` and in its place, else in ``place``, else in the setting's."""
        if not scope.audiences >= self.audiences:
            return self.seen_by(scope.audiences).grounds(scope, language, place)
        day = scope.as_of or dt.date.today()
        return Grounds(LiveTexts(self.index.registry), day, scope.jurisdiction or place or self.settings.jurisdiction, language)

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
