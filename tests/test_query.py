"""Questions: what they are about and what they ask for, in either language."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.language.glossary import Dictionary, Glossary, Term
from assistant.language.text import know_words
from assistant.questions.asking import Asked
from assistant.questions.query import Concept, ConceptKind, Query, QueryReader

TERMS = (
    Term("产教融合", "industry-education integration", (), ("integration of industry and education",)),
    Term("产教融合型企业", "industry-education integration enterprise"),
    Term("职业教育", "vocational education"),
)


@pytest.fixture(scope="module")
def reader(dictionary: Dictionary) -> Iterator[QueryReader]:
    yield QueryReader(Glossary(TERMS), dictionary)
    know_words([])


def concept(query: Query, surface: str) -> Concept:
    return next(c for c in query.concepts if c.surface == surface)


def said(of: Concept) -> set[tuple[str, ...]]:
    return {form.terms for form in of.forms}


# -- what it asks for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How many hours a week may an intern work?", Asked.FIGURE),
        ("What percentage may be credited?", Asked.FIGURE),
        ("What is the weight of the indicator?", Asked.FIGURE),
        ("实习生每周工作时间不得超过多少小时？", Asked.FIGURE),
        ("抵免比例是多少？", Asked.FIGURE),
        ("When does the law take effect?", Asked.DATE),
        ("In what year was it issued?", Asked.DATE),
        ("职业教育法何时施行？", Asked.DATE),
        ("哪一年发布的？", Asked.DATE),
        ("Which measures does Chongqing take?", Asked.LIST),
        ("有哪些措施？", Asked.LIST),
        ("Is it allowed to employ children?", Asked.YES_NO),
        ("学校能否收费？", Asked.YES_NO),
        ("可以招用童工吗？", Asked.YES_NO),
        ("Who approves it?", Asked.WHO),
        ("Which department approves it?", Asked.WHO),
        ("由哪个部门批准？", Asked.WHO),
        ("What is a modern apprenticeship?", Asked.DEFINITION),
        ("什么是产教融合？", Asked.DEFINITION),
        ("Why did the college fail?", Asked.REASON),
        ("How is the plan carried out?", Asked.REASON),
        ("为什么要产教融合？", Asked.REASON),
        ("产教融合", Asked.OTHER),
        ("", Asked.OTHER),
    ],
)
def test_the_kind_of_answer_is_seen(reader: QueryReader, question: str, asked: Asked) -> None:
    assert reader.read(question).asked is asked


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("What percentage of the cost is it?", "percent"),
        ("抵免比例是多少？", "percent"),
        ("How much is the subsidy?", "yuan"),
        ("罚款金额是多少？", "yuan"),
        ("How many months does it last?", "month"),
        ("最长几个月？", "month"),
        ("How many working days does it take?", "day"),
        ("多少小时？", "hour"),
        ("年满多少周岁？", "year"),
        ("How many people came?", ""),
        ("Which subsidies are there?", ""),
    ],
)
def test_the_unit_of_a_figure_is_seen(reader: QueryReader, question: str, unit: str) -> None:
    assert reader.read(question).unit == unit


@pytest.mark.parametrize(
    ("question", "standing"),
    [
        ("Can my company claim the credit today?", True),
        ("Is it still valid?", True),
        ("企业现在能申请补贴吗？", True),
        ("该办法是否现行有效？", True),
        ("What did the paper propose?", False),
        ("第五条规定了什么？", False),
    ],
)
def test_a_question_about_todays_law_is_seen(reader: QueryReader, question: str, standing: bool) -> None:
    assert reader.read(question).standing is standing


# -- what it names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("What does Article 27 say?", 27),
        ("第二十七条规定了什么？", 27),
        ("第27条？", 27),
        ("What does paragraph 2 say?", 0),
        ("Articles 5 and 6?", 5),
        ("27?", 0),
    ],
)
def test_the_article_named_is_read(reader: QueryReader, question: str, article: int) -> None:
    assert reader.read(question).article == article


@pytest.mark.parametrize("question", ["财税〔2019〕46号规定了什么？", "财税[2019]46号规定了什么？", "What does Cai Shui [2019] No. 46 say?"])
def test_the_document_named_is_canonical(reader: QueryReader, question: str) -> None:
    query = reader.read(question)
    assert query.documents == ("2019/46",)
    assert query.years == ()


def test_places_and_years_are_concepts_of_their_own(reader: QueryReader) -> None:
    for question in ("重庆市2022年有哪些措施？", "Which measures did Chongqing take in 2022?"):
        query = reader.read(question)
        assert [(p.code, p.zh) for p in query.places] == [("CN-50", "重庆")]
        assert query.years == ("2022",)
        kinds = {c.kind: c for c in query.concepts}
        assert said(kinds[ConceptKind.PLACE]) == {("chongq",), ("重庆",)}
        assert said(kinds[ConceptKind.YEAR]) == {("2022",)}


def test_a_number_is_a_concept_by_its_value(reader: QueryReader) -> None:
    assert {c.kind: said(c) for c in reader.read("三十％").concepts} == {ConceptKind.NUMBER: {("30",)}}
    assert said(concept(reader.read("ratio 4:3:3"), "4:3:3")) == {("4", "3", "3")}


@pytest.mark.parametrize(
    ("question", "surface", "names"),
    [
        ("厂里用了一个15岁的孩子，罚多少钱？", "15岁", {("童工",), ("child", "labour"), ("未成年人",), ("未成年工",), ("minor",), ("15",)}),
        ("May a 17-year-old work at night?", "17-year", {("未成年人",), ("未成年工",), ("minor",), ("17",)}),
        ("May a worker of 18 years old work at night?", "18 years old", {("18",)}),
        ("合作期限不少于15年吗？", "15年", {("15",)}),
    ],
)
def test_an_age_is_also_what_the_law_calls_people_of_it(reader: QueryReader, question: str, surface: str, names: set[tuple[str, ...]]) -> None:
    assert said(concept(reader.read(question), surface)) == names


# -- both languages -----------------------------------------------------------------------------------------


def test_a_glossary_term_is_one_concept_with_its_forms_in_both_languages(reader: QueryReader) -> None:
    chinese = concept(reader.read("什么是产教融合？"), "产教融合")
    english = concept(reader.read("What is industry-education integration?"), "industry-education integration")
    for forms in (said(chinese), said(english)):
        assert {("产教融合",), ("industri", "educ", "integr")} <= forms
    assert chinese.forms[0].terms == ("产教融合",)
    assert english.forms[0].terms == ("industri", "educ", "integr")


def test_the_longest_term_is_the_concept(reader: QueryReader) -> None:
    assert [c.surface for c in reader.read("什么是产教融合型企业？").concepts] == ["产教融合型企业"]


def test_other_words_are_translated_by_the_dictionary(reader: QueryReader) -> None:
    assert ("school",) in said(concept(reader.read("学校收费吗？"), "学校"))
    assert ("学校",) in said(concept(reader.read("Do schools charge fees?"), "schools"))


def test_words_that_frame_a_question_are_no_concepts(reader: QueryReader) -> None:
    assert reader.read("What does the author say?").concepts == ()
    assert reader.read("作者提到了什么？").concepts == ()


def test_a_chinese_question_is_translated_in_reading_order(reader: QueryReader) -> None:
    query = reader.read("重庆的职业教育2022年")
    assert (query.language, query.translation) == ("zh", "chongq vocat educ 2022")


def test_an_english_question_is_its_own_translation(reader: QueryReader) -> None:
    query = reader.read("  What   is it? ")
    assert (query.language, query.text, query.translation) == ("en", "What is it?", "What is it?")


def test_a_name_is_told_from_a_word(reader: QueryReader) -> None:
    query = reader.read("What did Siemens build in the college?")
    assert concept(query, "Siemens").kind is ConceptKind.NAME
    assert concept(query, "college").kind is ConceptKind.TERM


def test_who_asks_is_no_name(reader: QueryReader) -> None:
    query = reader.read("If I’m a licensed teacher, may I teach? Now I'd like to teach at Siemens.")
    assert [c.surface for c in query.concepts if c.kind is ConceptKind.NAME] == ["Siemens"]


# -- invariants ---------------------------------------------------------------------------------------------

QUESTIONS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "产教融合",
                "型企业",
                "职业教育法",
                "重庆",
                "Chongqing",
                " in ",
                "2022",
                "第五条",
                "Article 5 ",
                "30%",
                "4:3:3",
                "多少",
                "how many ",
                "“quoted words”",
                "Siemens ",
                "？",
            ]
        ),
        st.text(max_size=6),
    ),
    max_size=8,
).map("".join)


@settings(deadline=None)
@given(QUESTIONS)
def test_concepts_point_into_the_question_in_order_and_say_something(reader: QueryReader, question: str) -> None:
    query = reader.read(question)
    assert query.text == " ".join(question.split())
    assert [c.span for c in query.concepts] == sorted({c.span for c in query.concepts})
    for one in query.concepts:
        assert 0 <= one.span.start < one.span.end <= len(query.text)
        assert one.forms[0].weight == 1.0
        assert all(form.terms and 0 < form.weight <= 1 for form in one.forms)


@settings(deadline=None, max_examples=30)
@given(QUESTIONS)
def test_reading_twice_gives_the_same(reader: QueryReader, question: str) -> None:
    assert reader.read(question) == reader.read(question)


def test_two_terms_of_one_form_are_one_concept_with_the_forms_of_both(reader: QueryReader) -> None:
    both = QueryReader(Glossary([Term("学徒", "apprentice"), Term("学徒", "trainee")]), reader.dictionary)
    (one,) = both.read("什么是学徒？").concepts
    assert {("学徒",), ("apprentic",), ("traine",)} <= said(one)
