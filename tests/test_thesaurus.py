"""Which words of a library a question's word is also searched under."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.language.glossary import Dictionary, Glossary
from assistant.library.embedding import Embedder
from assistant.library.index import Index
from assistant.library.thesaurus import Lexicon, Thesaurus
from assistant.questions.query import QueryReader
from tests.fakes import HashEmbedder
from tests.libraries import make_source

PAID = "# 规定\n\n企业应当按月足额向劳动者支付工资。不得解聘孕期的职工。订立协议后应当签章。\n"
FIRM = "# Rules\n\nEvery company pays wages by the month. Machines are repaired by the owner.\n"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Index]:
    with closing(Index(tmp_path_factory.mktemp("thesaurus"), embedder)) as index:
        index.take(make_source("zh", PAID))
        index.take(make_source("en", FIRM))
        yield index


@pytest.fixture(scope="module")
def thesaurus(index: Index) -> Thesaurus:
    return Thesaurus(index.registry, index.lexicon)


def forms(thesaurus: Thesaurus, dictionary: Dictionary, question: str) -> dict[str, set[str]]:
    """Return what the concepts of a question are searched under, of one word each."""
    query = thesaurus.seek(thesaurus.widen(QueryReader(Glossary(), dictionary).read(question)))
    return {c.surface: {f.terms[0] for f in c.forms if len(f.terms) == 1} for c in query.concepts}


@pytest.mark.parametrize(
    ("question", "word", "neighbour"),
    [("薪水怎么发？", "薪水", "工资"), ("可以辞退她吗？", "辞退", "解聘"), ("要签字吗？", "签字", "签章"), ("What does a firm pay?", "firm", "compani")],
)
def test_a_word_is_also_searched_under_what_the_library_calls_it(
    thesaurus: Thesaurus, dictionary: Dictionary, question: str, word: str, neighbour: str
) -> None:
    assert neighbour in forms(thesaurus, dictionary, question)[word]


def test_a_neighbour_is_less_sure_than_the_word(thesaurus: Thesaurus, dictionary: Dictionary) -> None:
    (concept,) = thesaurus.seek(QueryReader(Glossary(), dictionary).read("薪水？")).concepts
    assert [f.weight for f in concept.forms if f.terms == ("薪水",)] == [1.0]
    assert all(f.weight < 0.85 for f in concept.forms if f.terms == ("工资",))


def test_words_of_other_meaning_and_of_no_passage_are_no_neighbours(thesaurus: Thesaurus, dictionary: Dictionary) -> None:
    assert not {"解聘", "签章", "劳动者", "薪金", "薪酬"} & forms(thesaurus, dictionary, "薪水怎么发？")["薪水"]


def test_the_words_of_a_question_that_are_known_stay_as_they_are(thesaurus: Thesaurus, dictionary: Dictionary) -> None:
    read = QueryReader(Glossary(), dictionary).read("重庆的薪水怎么发？")
    assert thesaurus.widen(read) == read, "a Chinese neighbour says where to look, not that the word is there"
    wide = thesaurus.seek(read)
    assert [c.surface for c in wide.concepts] == [c.surface for c in read.concepts]
    for before, after in zip(read.concepts, wide.concepts, strict=True):
        assert after.forms[: len(before.forms)] == before.forms
    assert [c for c in wide.concepts if c.surface == "Chongqing"] == [c for c in read.concepts if c.surface == "Chongqing"], "a place has no neighbours"


def test_a_model_that_reads_chinese_is_given_the_words_themselves(dictionary: Dictionary, embedder: Embedder) -> None:
    assert Lexicon(dictionary, HashEmbedder()).meaning("薪水") == "薪水"
    assert Lexicon(dictionary, embedder).meaning("薪水") == "salary; wage"
    assert Lexicon(dictionary, embedder).meaning("龘龘龘") == ""


def test_the_words_of_texts_are_listed_once_each_with_what_is_embedded(dictionary: Dictionary, embedder: Embedder) -> None:
    found = Lexicon(dictionary, embedder).words_of(["Companies and a company of the 2024 kind.", "薪水和薪水", "龘龘龘"])
    assert found == {"compani": "companies", "kind": "kind", "薪水": "salary; wage"}


def test_a_library_made_by_an_older_version_learns_its_words_when_it_is_rebuilt(tmp_path: Path, dictionary: Dictionary, embedder: Embedder) -> None:
    with closing(Index(tmp_path, embedder)) as index:
        index.take(make_source("zh", PAID))
        words, _ = index.registry.vocabulary(embedder.dimension)
        with index.registry._change() as (db, _revision):
            db.execute("DELETE FROM vocabulary")
        thesaurus = Thesaurus(index.registry, index.lexicon)
        assert "工资" not in forms(thesaurus, dictionary, "薪水怎么发？")["薪水"]
        index.rebuild()
        assert index.registry.vocabulary(embedder.dimension)[0] == words
        assert "工资" in forms(thesaurus, dictionary, "薪水怎么发？")["薪水"]
