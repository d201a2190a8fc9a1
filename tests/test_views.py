"""What people who may not see a source can tell of it: nothing. Two libraries are compared, one that has the hidden sources and one that never had."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.access.views import RegistryView
from assistant.benefits.profile import Profile
from assistant.config import load_settings
from assistant.documents import Audience, Source
from assistant.errors import SourceNotFound
from assistant.library.registry import Registry
from assistant.pipeline import Assistant
from assistant.results import Scope
from assistant.wire import answer_to_dict, hit_to_dict, worksheet_to_dict
from tests.fakes import HashEmbedder
from tests.libraries import make_source

PUBLIC = frozenset({Audience.PUBLIC})
OPEN = [
    make_source("bonus", "## Article 1\n\nA pilot enterprise receives a bonus of 30% of its investment each year.\n\n## Article 2\n\nThe city pays it in May."),
    make_source("leave", "## Article 1\n\nAn apprentice has 10 days of leave a year.", superseded_by="zebra"),
    make_source("jiaqi", "第一条 学徒每年有十天假期。", language="zh", title_zh="学徒假期规定"),
]
HIDDEN = [
    make_source(
        "zebra",
        "## Article 1\n\nA zebra enterprise receives a bonus of 45% of its investment, and the apprentice of a zebra 20 days of leave.",
        title_en="Zebra Bonus Regulation",
        audience=Audience.STAFF,
        document_number="财税〔2031〕77号",
        supersedes=("bonus",),
    ),
    make_source(
        "banma",
        "第一条 斑马企业按投资额的百分之四十五领取奖金，学徒每年有二十天假期。",
        language="zh",
        title_zh="斑马奖金规定",
        audience=Audience.ENTERPRISE,
    ),
]
QUESTIONS = [
    "What share of its investment does a pilot enterprise receive as a bonus?",
    "What does a zebra enterprise receive?",
    "What does the Zebra Bonus Regulation say in Article 1?",
    "财税〔2031〕77号规定了什么？",
    "斑马企业可以领取多少奖金？",
    "学徒每年有几天假期？",
    "How many days of leave has an apprentice?",
    "Does 45% hold for a zebra?",
]


def make(home: Path, sources: list[Source]) -> Assistant:
    library = Assistant(load_settings(home=home, corpus=""), HashEmbedder())
    for source in sources:
        library.index.take(source)
    return library


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Assistant, Assistant]]:
    """One library with hidden sources taken in between the others, seen by the public; and one without them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ASSISTANT_HOME", raising=False)
        whole = make(tmp_path_factory.mktemp("whole"), [HIDDEN[0], OPEN[0], HIDDEN[1], *OPEN[1:]])
        bare = make(tmp_path_factory.mktemp("bare"), [dataclasses.replace(s, metadata=dataclasses.replace(s.metadata, superseded_by="")) for s in OPEN])
    yield whole, bare
    for library in (whole, bare):
        library.index.close()


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_are_those_of_a_library_without_the_hidden_sources(libraries: tuple[Assistant, Assistant], question: str) -> None:
    whole, bare = libraries
    view = whole.seen_by(PUBLIC)
    assert answer_to_dict(view.ask(question)) == answer_to_dict(bare.ask(question))
    assert answer_to_dict(whole.ask(question, Scope(audiences=PUBLIC))) == answer_to_dict(bare.ask(question))
    assert [hit_to_dict(h) for h in view.search(question, 20)] == [hit_to_dict(h) for h in bare.search(question, 20)]


def test_the_whole_library_does_answer_from_them(libraries: tuple[Assistant, Assistant]) -> None:
    answer = json.dumps(answer_to_dict(libraries[0].ask(QUESTIONS[1])))
    assert "45%" in answer
    assert "zebra" in answer


def test_counts_words_and_the_revision_are_those_without_them(libraries: tuple[Assistant, Assistant]) -> None:
    view, bare = libraries[0].seen_by(PUBLIC).index.registry, libraries[1].index.registry
    terms = ["zebra", "bonus", "enterpris", "斑马", "奖金", "假期"]
    assert [row.metadata for row in view.sources()] == [row.metadata for row in bare.sources()]
    assert view.document_frequency(terms) == bare.document_frequency(terms)
    assert view.statistics() == pytest.approx(bare.statistics())
    assert view.vocabulary(64)[0] == bare.vocabulary(64)[0]
    assert view.revision() == bare.revision() == len(OPEN)


def test_a_change_of_a_hidden_source_does_not_show_and_of_a_visible_one_does(tmp_path: Path) -> None:
    library = make(tmp_path, [*OPEN, *HIDDEN])
    view = library.seen_by(PUBLIC)
    before = view.index.registry.revision()
    library.remove("zebra")
    assert view.index.registry.revision() == before
    library.remove("leave")
    assert view.index.registry.revision() == before + 1
    assert [row.metadata.id for row in view.sources()] == ["bonus", "jiaqi"]
    library.index.take(make_source("bonus", OPEN[0].text, audience=Audience.STAFF))
    assert view.index.registry.revision() == before + 2
    assert [row.metadata.id for row in view.sources()] == ["jiaqi"]
    library.index.close()


def test_a_hidden_source_is_as_unknown_as_one_that_is_not_there(libraries: tuple[Assistant, Assistant]) -> None:
    view = libraries[0].seen_by(PUBLIC)
    with pytest.raises(SourceNotFound) as hidden:
        view.source("zebra")
    with pytest.raises(SourceNotFound) as unknown:
        view.source("zebro")
    assert str(hidden.value).replace("zebra", "zebro") == str(unknown.value)
    registry = view.index.registry
    ids = [p.id for p in libraries[0].index.registry.passages_of("zebra")]
    assert ids
    assert registry.sha256("zebra") is None
    assert registry.imprint("zebra") == ""
    assert registry.passages_of("zebra") == []
    assert not registry.passages(ids)
    assert not registry.owners(ids)
    assert not registry.vectors(ids, 64)
    assert view.source("leave").metadata.superseded_by == ""


def test_each_circle_sees_its_own(libraries: tuple[Assistant, Assistant]) -> None:
    whole, _ = libraries

    def seen(*audiences: Audience) -> list[str]:
        return [row.metadata.id for row in whole.seen_by(frozenset(audiences)).sources()]

    assert seen(Audience.PUBLIC, Audience.STAFF) == ["bonus", "jiaqi", "leave", "zebra"]
    assert seen(Audience.ENTERPRISE) == ["banma"]
    assert seen() == []
    assert whole.seen_by(frozenset(Audience)) is whole
    narrowed = whole.seen_by(frozenset({Audience.PUBLIC, Audience.STAFF})).seen_by(frozenset({Audience.PUBLIC, Audience.ENTERPRISE}))
    assert [row.metadata.id for row in narrowed.sources()] == ["bonus", "jiaqi", "leave"], "a view can only be narrowed"


def test_a_provision_that_rests_on_a_hidden_source_is_not_in_the_worksheet(tmp_path: Path) -> None:
    (tmp_path / "provisions").mkdir()
    (tmp_path / "provisions" / "mine.yaml").write_text(
        "zebra-bonus:\n  kind: incentive\n  standing: law\n  title: {en: Zebra bonus, zh: 斑马奖金}\n  summary: {en: 45% for zebras, zh: 斑马百分之四十五}\n"
        "  who: {en: Zebras, zh: 斑马}\n  basis:\n    - work: zebra\n      en: {at: Article 1, quote: A zebra enterprise receives a bonus}\n",
        encoding="utf-8",
    )
    library = make(tmp_path, [*OPEN, *HIDDEN])

    def shown(assistant: Assistant) -> str:
        return json.dumps(worksheet_to_dict(assistant.check_benefits(Profile({}), language="en")))

    assert "zebra-bonus" in shown(library)
    assert "zebra" not in shown(library.seen_by(PUBLIC))
    library.index.close()


def test_every_way_of_reading_says_how_it_hides() -> None:
    """A reading method that is added to the registry must be added to its view, or this fails."""
    writing = {"put", "keep_words", "keep_vectors", "forget_vocabulary", "remove", "store", "compact", "wipe", "close"}
    inner = {"embedded_ids", "new_words", "stray_words", "revision_for", "word_weights", "read_ahead"}  # for keeping the whole library, never for answering
    public = {name for name, _ in inspect.getmembers(Registry, inspect.isfunction) if not name.startswith("_")}
    assert public - writing - inner <= set(vars(RegistryView))


def test_a_view_cannot_be_written(libraries: tuple[Assistant, Assistant]) -> None:
    view = libraries[0].seen_by(PUBLIC)
    with pytest.raises((AttributeError, PermissionError)):
        view.index.take(make_source("new", "New."))
    with pytest.raises((AttributeError, PermissionError)):
        view.index.remove("bonus")
