"""Finding passages: fusion, what may answer, named instruments, two languages, one order."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.config import shipped
from assistant.documents import Audience, Authority, Kind, Source, Span, Status
from assistant.language.glossary import Dictionary, Glossary, read_terms
from assistant.library.chunking import chunk
from assistant.library.embedding import Embedder
from assistant.library.index import Index
from assistant.library.joining import JoinedEmbedder
from assistant.library.rows import index_terms
from assistant.questions.asking import Asked
from assistant.questions.query import Concept, ConceptKind, Form, Query, QueryReader
from assistant.results import Scope
from assistant.search import retrieval
from assistant.search.matching import CONTEXT_WEIGHT, K1, B
from assistant.search.retrieval import Retriever
from tests.fakes import EnglishReader, HashEmbedder
from tests.libraries import make_source

# -- libraries ----------------------------------------------------------------------------------------------------------


class Library:
    """An index with the reader and retriever over it."""

    def __init__(self, index: Index, dictionary: Dictionary) -> None:
        self.index = index
        self.retriever = Retriever(index)
        self.reader = QueryReader(Glossary(read_terms(shipped("corpus") / "glossary.yaml")), dictionary)

    def search(self, question: str, k: int = 10, **scope: Any) -> list[str]:
        """Return the source ids of the hits."""
        return [hit.source.id for hit in self.retriever.search(self.reader.read(question), Scope(**scope), k)]

    def locators(self, question: str, **scope: Any) -> list[tuple[str, str]]:
        return [(hit.source.id, hit.passage.locator) for hit in self.retriever.search(self.reader.read(question), Scope(**scope), 10)]


Maker = Callable[..., Library]


@pytest.fixture
def make_library(tmp_path: Path, dictionary: Dictionary) -> Iterator[Maker]:
    with ExitStack() as indexes:
        numbers = itertools.count()

        def make(sources: Sequence[Source], embedder: Embedder | None = None) -> Library:
            index = indexes.enter_context(closing(Index(tmp_path / str(next(numbers)), embedder or HashEmbedder())))
            library = Library(index, dictionary)
            for source in sources:
                index.take(source)
            return library

        yield make


def bonus(source_id: str, amount: int, **metadata: Any) -> Source:
    text = f"# {source_id}\n\nCompanies that train apprentices receive a training bonus of {amount} yuan for each apprentice."
    return make_source(source_id, text, **metadata)


QUESTION = "How much training bonus do companies receive for each apprentice?"
PLACES = [
    bonus("national", 1000),
    bonus("sichuan", 2000, jurisdiction="CN-51", authority=Authority.LOCAL_REGULATION),
    bonus("chongqing", 3000, jurisdiction="CN-50", authority=Authority.LOCAL_REGULATION),
    bonus("chengdu", 4000, jurisdiction="CN-51-chengdu", authority=Authority.LOCAL_REGULATION),
    bonus("somewhere", 5000, jurisdiction=""),
]


@pytest.mark.parametrize(
    ("place", "answering"),
    [
        ("Chongqing", {"national", "chongqing", "somewhere"}),
        ("Sichuan", {"national", "sichuan", "somewhere"}),
        ("Chengdu", {"national", "sichuan", "chengdu", "somewhere"}),
        ("重庆", {"national", "chongqing", "somewhere"}),
    ],
)
def test_no_other_place_answers_for_the_one_asked_about(make_library: Maker, place: str, answering: set[str]) -> None:
    library = make_library(PLACES)
    question = f"企业在{place}培养学徒可以得到多少补贴？" if place == "重庆" else f"{QUESTION[:-1]} in {place}?"
    assert set(library.search(question)) == answering


def test_a_paper_about_another_place_is_a_case_not_a_rule(make_library: Maker) -> None:
    library = make_library([*PLACES, bonus("paper", 9, jurisdiction="CN-51", kind=Kind.CASE, authority=Authority.RESEARCH_PAPER)])
    assert "paper" in library.search(f"{QUESTION[:-1]} in Chongqing?")


def test_only_the_audience_allowed(make_library: Maker) -> None:
    library = make_library([bonus("open", 1), bonus("inside", 2, audience=Audience.STAFF), bonus("firms", 3, audience=Audience.ENTERPRISE)])
    assert set(library.search(QUESTION)) == {"open", "inside", "firms"}
    assert set(library.search(QUESTION, audiences=frozenset({Audience.PUBLIC}))) == {"open"}
    assert set(library.search(QUESTION, audiences=frozenset({Audience.PUBLIC, Audience.ENTERPRISE}))) == {"open", "firms"}
    assert library.search(QUESTION, audiences=frozenset()) == []


def test_what_others_may_not_see_is_not_found_by_its_name_either(make_library: Maker) -> None:
    inside = bonus("inside", 2, audience=Audience.STAFF, title_en="Secret Bonus Regulation", document_number="财税〔2019〕46号")
    library = make_library([bonus("open", 1), inside])
    for question in ("What does the Secret Bonus Regulation say?", "What does Cai Shui [2019] No. 46 say?"):
        assert "inside" not in library.search(question, audiences=frozenset({Audience.PUBLIC}))


def test_only_the_kind_and_status_asked_for(make_library: Maker) -> None:
    draft, gone = bonus("draft", 3, status=Status.PROPOSED), bonus("gone", 4, status=Status.REPEALED)
    library = make_library([bonus("rule", 1), bonus("case", 2, kind=Kind.CASE), draft, gone])
    assert set(library.search(QUESTION, kind=Kind.CASE)) == {"case"}
    assert set(library.search(QUESTION, status=Status.PROPOSED)) == {"draft"}
    assert set(library.search(QUESTION, status=Status.REPEALED)) == {"gone"}
    assert "gone" not in library.search(QUESTION)


def test_a_small_part_of_a_large_library_is_still_found(make_library: Maker) -> None:
    sections = "\n\n".join(f"## Part {i}\n\nCompanies that train apprentices receive a training bonus of {i} yuan for each apprentice." for i in range(400))
    library = make_library([make_source("crowd", sections, kind=Kind.CASE), bonus("rule", 1000)])
    assert library.search(QUESTION, kind=Kind.POLICY) == ["rule"]
    found = library.retriever.words(library.reader.read(QUESTION), library.retriever.eligible(library.reader.read(QUESTION), Scope(kind=Kind.POLICY)), "en")
    assert [r.source_id for r in found] == ["rule"]


OLD_LAW = bonus("law-1996", 100, title_en="Apprentice Law", title_zh="学徒法", issued=dt.date(1996, 4, 20), effective=dt.date(1996, 5, 1))
NEW_LAW = bonus("law-2022", 900, title_en="Apprentice Law", title_zh="学徒法", issued=dt.date(2022, 4, 20), effective=dt.date(2022, 5, 1))


def test_the_law_in_force_answers_unless_the_old_one_is_asked_for(make_library: Maker) -> None:
    library = make_library([OLD_LAW, NEW_LAW])
    assert set(library.search(QUESTION)) == {"law-2022"}
    assert set(library.search("How much training bonus does the Apprentice Law give?")) == {"law-2022"}
    assert set(library.search(QUESTION, as_of=dt.date(2010, 1, 1))) == {"law-1996"}
    assert set(library.search(QUESTION, as_of=dt.date(2022, 5, 1))) == {"law-2022"}
    assert "law-1996" in library.search("How much training bonus did the Apprentice Law of 1996 give?")
    assert "law-1996" in library.search("How much training bonus did the former Apprentice Law give?")


# -- instruments, articles and numbers ----------------------------------------------------------------------------------


def law(source_id: str, topic: str, **metadata: Any) -> Source:
    articles = "\n\n".join(f"Article {n}\n\nThe {topic} office keeps {n * 11} {topic} records for {n} years in every {topic} district." for n in range(1, 9))
    return make_source(source_id, f"# {source_id}\n\n{articles}", **metadata)


def law_zh(source_id: str, topic: str, **metadata: Any) -> Source:
    numerals = "一二三四五六七八"
    articles = "\n\n".join(f"第{numeral}条　{topic}管理机关应当保存{topic}档案{n}年，并每年检查{topic}情况。" for n, numeral in enumerate(numerals, 1))
    return make_source(source_id, f"# {metadata['title_zh']}\n\n{articles}", language="zh", **{"title_en": "", **metadata})


def test_an_instrument_and_its_article_lead_straight_there(make_library: Maker) -> None:
    library = make_library([law("orchards", "orchard", title_en="Orchard Law"), law("harbours", "harbour", title_en="Harbour Law")])
    for n in (1, 5, 8):
        assert library.locators(f"What does Article {n} of the Harbour Law say?")[0] == ("harbours", f"Art. {n}")
        assert library.locators(f"What does Article {n} of the Orchard Law say?")[0] == ("orchards", f"Art. {n}")


@pytest.mark.parametrize("question", ["港口法第五条规定了什么？", "《港口法》第5条规定了什么？", "中华人民共和国港口法第五条的内容是什么？"])
def test_an_article_in_chinese(make_library: Maker, question: str) -> None:
    library = make_library([law_zh("orchards", "果园", title_zh="中华人民共和国果园法"), law_zh("harbours", "港口", title_zh="中华人民共和国港口法")])
    assert library.locators(question)[0] == ("harbours", "第五条")


def test_the_article_of_the_edition_in_force(make_library: Maker) -> None:
    old = law("old", "harbour", title_en="Harbour Law", title_zh="港口法", issued=dt.date(1996, 1, 1), effective=dt.date(1996, 1, 1))
    new = law("new", "harbour", title_en="Harbour Law", title_zh="港口法", issued=dt.date(2022, 1, 1), effective=dt.date(2022, 1, 1))
    library = make_library([old, new])
    question = "What does Article 5 of the Harbour Law say?"
    assert library.locators(question)[0] == ("new", "Art. 5")
    assert library.locators(question, as_of=dt.date(2000, 1, 1))[0] == ("old", "Art. 5")


@pytest.mark.parametrize("question", ["What bonus does Cai Shui [2019] No. 46 give?", "财税〔2019〕46号规定的奖励是多少？"])
def test_a_document_number_leads_to_its_document(make_library: Maker, question: str) -> None:
    numbers = ("财税〔2018〕46号", "财税〔2019〕46号", "财税〔2019〕47号")
    library = make_library([bonus(name, n, document_number=number) for n, (name, number) in enumerate(zip(("one", "two", "three"), numbers, strict=True), 1)])
    assert [m.id for m in library.retriever.named(library.reader.read(question))] == ["two"]
    assert library.search(question)[0] == "two"


# -- two languages ------------------------------------------------------------------------------------------------------

ENGLISH = [
    make_source("pay-en", "# Wages\n\nEnterprises shall pay interns a wage that is no less than eighty percent of the wage of trial employees."),
    make_source("safety-en", "# Safety\n\nThe school shall buy liability insurance for all interns before the internship begins."),
    make_source("tax-en", "# Taxes\n\nInvestment in training equipment may be credited against the education surcharge."),
    make_source("garden-en", "# Gardens\n\nVisitors to the botanical garden must keep dogs on a lead."),
]
CHINESE = [
    make_source("pay-zh", "# 报酬\n\n企业应当向实习学生支付报酬，不低于试用期员工工资标准的百分之八十。", language="zh", title_zh="报酬", title_en=""),
    make_source("safety-zh", "# 安全\n\n学校应当在实习开始之前为全体实习学生投保责任保险。", language="zh", title_zh="安全", title_en=""),
    make_source("tax-zh", "# 税收\n\n企业投资实训设备的，可以抵免教育费附加。", language="zh", title_zh="税收", title_en=""),
    make_source("garden-zh", "# 花园\n\n游客进入植物园，应当牵好自己的狗。", language="zh", title_zh="花园", title_en=""),
]


ASKED = [
    ("企业应当付给实习生多少工资？", "pay"),
    ("谁为实习学生购买责任保险？", "safety"),
    ("投资实训设备可以抵免什么？", "tax"),
    ("参观植物园可以带狗吗？", "garden"),
    ("How much must enterprises pay interns?", "pay"),
    ("Who buys liability insurance for interns?", "safety"),
    ("Against what may investment in training equipment be credited?", "tax"),
    ("May visitors bring dogs to the botanical garden?", "garden"),
]


@pytest.fixture(scope="module")
def bilingual(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary, embedder: Embedder) -> Iterator[dict[str, Library]]:
    """Return libraries of the same rules: in English, in Chinese, in both."""
    with ExitStack() as indexes:
        libraries = {}
        for name, sources in (("en", ENGLISH), ("zh", CHINESE), ("both", [*ENGLISH, *CHINESE])):
            index = indexes.enter_context(closing(Index(tmp_path_factory.mktemp(name), embedder)))
            for source in sources:
                index.take(source)
            libraries[name] = Library(index, dictionary)
        yield libraries


@pytest.mark.parametrize(("question", "topic"), ASKED)
def test_a_question_in_either_language_finds_english_text(bilingual: dict[str, Library], question: str, topic: str) -> None:
    assert bilingual["en"].search(question)[0] == f"{topic}-en"


@pytest.mark.parametrize(("question", "topic"), ASKED)
def test_a_question_in_either_language_finds_chinese_text(bilingual: dict[str, Library], question: str, topic: str) -> None:
    assert bilingual["zh"].search(question)[0] == f"{topic}-zh"


@pytest.mark.parametrize(("question", "topic"), [asked for asked in ASKED if not asked[0].endswith("interns?")])
def test_in_a_library_of_both_each_language_leads_with_its_own_answer(bilingual: dict[str, Library], question: str, topic: str) -> None:
    found = bilingual["both"].search(question)
    for language in ("en", "zh"):
        assert next(i for i in found if i.endswith(language)) == f"{topic}-{language}"


def test_of_two_versions_of_a_work_the_one_in_the_questions_language_is_shown(make_library: Maker) -> None:
    library = make_library([replace(source, metadata=replace(source.metadata, work="pay")) for source in (ENGLISH[0], CHINESE[0])])
    assert set(library.search("How much must enterprises pay interns?")) == {"pay-en"}
    assert set(library.search("企业应当付给实习生多少工资？")) == {"pay-zh"}


# -- one order ----------------------------------------------------------------------------------------------------------


def test_the_order_is_total_and_always_the_same(make_library: Maker) -> None:
    twins = [bonus(f"twin-{n}", 500) for n in range(6)]
    sources = [*twins, *PLACES, law("harbours", "harbour")]
    library, reverse = make_library(sources), make_library(sources[::-1])
    read = library.reader.read(QUESTION)
    first = library.retriever.search(read, Scope(), 20)
    assert [(-h.score, h.passage.id) for h in first] == sorted((-h.score, h.passage.id) for h in first)
    for other in (library.retriever, Retriever(library.index), reverse.retriever):
        assert [(h.passage.id, h.score) for h in other.search(read, Scope(), 20)] == [(h.passage.id, h.score) for h in first]


def test_fewer_hits_are_the_first_of_more(make_library: Maker) -> None:
    library = make_library([*PLACES, law("harbours", "harbour"), *ENGLISH])
    read = library.reader.read(QUESTION)
    many = [h.passage.id for h in library.retriever.search(read, Scope(), 12)]
    for k in range(1, 12):
        assert [h.passage.id for h in library.retriever.search(read, Scope(), k)] == many[:k]


def test_an_empty_library_finds_nothing(make_library: Maker) -> None:
    assert make_library([]).search(QUESTION) == []


@pytest.mark.parametrize("question", ["?", "the of and", "。。。", '"', "NEAR AND OR NOT (", "* ^ : -", "a" * 3000, "第", "\x00", "'; DROP TABLE words; --"])
def test_no_question_breaks_the_search(make_library: Maker, question: str) -> None:
    library = make_library(PLACES)
    assert set(library.search(question)) <= {source.id for source in PLACES}
    assert library.search(QUESTION) != [], "the library is still there"


# -- words --------------------------------------------------------------------------------------------------------------

FRUITS = make_source(
    "fruits",
    "\n\n".join(
        f"## Section {n}\n\n{words}."
        for n, words in enumerate(
            [
                "Opening words that say little of note",
                "Apple apple pear grows beside the wall",
                "Pear plum plum plum and many more words that make this passage a good deal longer than its neighbours are",
                "Apple stands here",
                "Cherry follows cherry",
                "Nothing grows beside this wall",
                "Plum pear apple cherry",
            ]
        )
    ),
    title_en="Untitled",
)


def single_form_query(*words: str) -> Query:
    concepts = tuple(Concept(w, ConceptKind.TERM, Span(i, i + 1), (Form((w,), 1.0),)) for i, w in enumerate(words))
    return Query(text=" ".join(words), language="en", concepts=concepts, asked=Asked.OTHER)


def reference_bm25(passages: dict[str, list[str]], query: Sequence[str]) -> dict[str, float]:
    """BM25 as in Robertson and Zaragoza (2009), with the inverse document frequency that is never negative."""
    mean = sum(map(len, passages.values())) / len(passages)
    scores = dict.fromkeys(passages, 0.0)
    for word in query:
        df = sum(word in terms for terms in passages.values())
        for passage_id, terms in passages.items():
            tf = Counter(terms)[word]
            scores[passage_id] += math.log(1 + (len(passages) - df + 0.5) / (df + 0.5)) * tf * (K1 + 1) / (tf + K1 * (1 - B + B * len(terms) / mean))
    return {passage_id: score for passage_id, score in scores.items() if score}


@pytest.mark.parametrize("query", [["appl"], ["plum"], ["cherri"], ["appl", "plum"], ["pear", "cherri", "wall", "absent"]])
def test_concepts_of_one_form_score_as_bm25(make_library: Maker, query: list[str]) -> None:
    library = make_library([FRUITS])
    passages = {p.id: list(index_terms(p.text)) for p in chunk(FRUITS)}
    assert len(passages) == 7
    found = library.retriever.words(single_form_query(*query), library.retriever.sources(), "en")
    expected = reference_bm25(passages, query)
    assert {r.passage_id: r.score for r in found} == pytest.approx(expected)
    assert [r.passage_id for r in found] == sorted(expected, key=lambda i: (-expected[i], i))


def test_another_form_never_lowers_a_score(make_library: Maker) -> None:
    library = make_library([FRUITS])
    sources = library.retriever.sources()
    query = single_form_query("appl")
    wider = Query(query.text, "en", (Concept("appl", ConceptKind.TERM, Span(0, 1), (Form(("appl",), 1.0), Form(("cherri",), 0.8))),), Asked.OTHER)
    narrow = {r.passage_id: r.score for r in library.retriever.words(query, sources, "en")}
    wide = {r.passage_id: r.score for r in library.retriever.words(wider, sources, "en")}
    assert narrow.keys() < wide.keys()
    assert all(wide[i] >= score for i, score in narrow.items())


def test_a_word_in_the_title_counts_less_than_one_in_the_text(make_library: Maker) -> None:
    inside = make_source("inside", "# One\n\nOpening words of note.\n\n## Two\n\nAn apple grows beside this wall.", title_en="Untitled")
    titled = make_source("titled", "# One\n\nOpening words of note.\n\n## Two\n\nA fruit grows beside this wall.", title_en="Apple")
    library = make_library([inside, titled])
    found = {r.source_id: r.score for r in library.retriever.words(single_form_query("appl"), library.retriever.sources(), "en")}
    assert 0 < found["titled"] <= CONTEXT_WEIGHT * 2 * found["inside"]
    assert found["titled"] < found["inside"]


# -- two models side by side --------------------------------------------------------------------------------------------


def test_units_are_near_by_each_model_that_reads_both(make_library: Maker) -> None:
    first, second = EnglishReader(16, "first"), HashEmbedder(32, "second")
    english, chinese = make_source("en", "# Pay\n\nInterns are paid monthly. A cat sleeps."), make_source("zh", "# 报酬\n\n实习报酬按月支付。")
    library = make_library([english, chinese], JoinedEmbedder(first, second))
    query = library.reader.read("When are interns paid?")
    ids = {p.source_id: p.id for s in ("en", "zh") for p in library.index.registry.passages_of(s) if "Interns" in p.text or "按月" in p.text}
    near = library.retriever.nearness(query, ids.values())
    asked = [m.embed([query.text])[0] for m in (first, second)]
    said = [m.embed(["Interns are paid monthly."])[0] for m in (first, second)]
    assert near[ids["en"]].shape == (2, 2)
    assert near[ids["en"]][0] == pytest.approx([float(a @ b) for a, b in zip(asked, said, strict=True)], abs=2e-3)  # kept in half precision
    assert np.isnan(near[ids["zh"]][:, 0]).all()
    assert near[ids["zh"]][0, 1] == pytest.approx(float(asked[1] @ second.embed(["实习报酬按月支付。"])[0]), abs=2e-3)
    assert library.retriever.nearness(query, ["no-such-passage"]) == {}


def test_a_passage_is_found_by_what_is_asked_of_it_in_other_words(make_library: Maker) -> None:
    pay, stay = "The unit gives each student suitable remuneration.", "A trainee has a bed. Wages are no matter of this part."
    text = f"# Rules\n\n## Remuneration {{{{{{}}}}}}\n\n{pay}\n\n## Stay\n\n{stay}"
    with_phrases, without = (make_library([make_source(name, text.format(said))]) for name, said in (("a", 'asked="what wage does a trainee get"'), ("b", "")))
    first = [library.retriever.search(library.reader.read("What wage does a trainee get?"), Scope())[0] for library in (with_phrases, without)]
    assert [hit.passage.heading for hit in first] == ["Rules › Remuneration", "Rules › Stay"]
    assert "wage" not in first[0].passage.text + first[0].passage.heading


def test_passages_are_as_near_where_only_the_vector_store_has_their_vectors(make_library: Maker) -> None:
    library = make_library([make_source("a", "# Pay\n\nInterns are paid monthly."), make_source("b", "# Cats\n\nA cat sleeps on pay day.")], HashEmbedder())
    query = library.reader.read("When are interns paid?")
    hits = library.retriever.search(query, Scope())
    with sqlite3.connect(library.index.registry.path) as db:
        db.execute("UPDATE passages SET vector = NULL")  # as older versions left it
    again = library.retriever.search(query, Scope())
    assert [h.passage.id for h in again] == [h.passage.id for h in hits]
    assert [h.score for h in again] == pytest.approx([h.score for h in hits], abs=1e-6)


def test_the_dense_leg_is_as_deep_in_each_language(make_library: Maker) -> None:
    words = {"en": "apples", "zh": "苹果"}
    sources = [make_source(f"{language}{n}", f"# {n}\n\n{words[language]} {n}", language=language) for language in words for n in range(3)]
    library = make_library(sources)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retrieval, "DENSE_CANDIDATES", 2)
        query, known = library.reader.read("apples"), library.retriever.sources()
        assert len(library.retriever.meaning(query, known)) == 4
        assert len(library.retriever.meaning(query, {i: m for i, m in known.items() if m.language == "en"})) == 2
