"""Which sources a question names: by number, or by all that matters of a title."""

from __future__ import annotations

import datetime as dt

import pytest

from assistant.config import shipped
from assistant.documents import Metadata
from assistant.language.glossary import Dictionary, Glossary, read_terms
from assistant.questions.query import QueryReader
from assistant.search.naming import Names, document_key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("财税〔2019〕46号", "2019/46"),
        ("财税[2019]46号", "2019/46"),
        ("教职成〔2018〕1号", "2018/1"),
        ("Cai Shui [2019] No. 46", "2019/46"),
        ("", ""),
        ("no number", ""),
    ],
)
def test_document_numbers_are_read_alike(written: str, key: str) -> None:
    assert document_key(written) == key


KNOWN = [
    Metadata(id="law", language="zh", title_zh="中华人民共和国职业教育法", title_en="Vocational Education Law of the People's Republic of China"),
    Metadata(id="rules", language="zh", title_zh="职业教育法实施办法", title_en="Measures for Implementing the Vocational Education Law"),
    Metadata(id="notice", language="zh", title_zh="关于试点企业的通知", document_number="财税〔2019〕46号"),
    Metadata(id="plan", language="en", title_en="Action Plan for Empowering Colleges (2023-2025)", title_zh="职业院校赋能提升行动实施方案（2023—2025年）"),
    Metadata(id="trade-en", language="en", title_en="Company Law", issued=dt.date(2018, 10, 26)),
    Metadata(id="pilot-1", work="pilot-1", language="zh", title_zh="试点管理办法", issued=dt.date(2016, 4, 11), superseded_by="pilot-2"),
    Metadata(id="pilot-2", work="pilot-2", language="zh", title_zh="试点工作管理规定", aliases=("试点规定",), document_number="教职成〔2021〕4号"),
    Metadata(id="again-a", language="zh", title_zh="港口法"),
    Metadata(id="again-b", language="zh", title_zh="港口法"),
]


@pytest.fixture(scope="module")
def reader(dictionary: Dictionary) -> QueryReader:
    return QueryReader(Glossary(read_terms(shipped("corpus") / "glossary.yaml")), dictionary)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("职业教育法对企业有什么要求？", ["law"]),
        ("《职业教育法实施办法》何时施行？", ["rules"]),
        ("What does the Vocational Education Law say about interns?", ["law"]),
        ("What is vocational education?", []),
        ("财税[2019]46号规定了什么？", ["notice"]),
        ("港口法第五条规定了什么？", ["again-a", "again-b"]),
        ("企业要做什么？", []),
        ("How much money was there under the 2023-2025 plan?", ["plan"]),
        ("2023年至2025年的行动计划给多少钱？", ["plan"]),
        ("How many interns were there in 2023-2025?", []),
        ("What does the 2024-2026 plan require?", []),
        ("What does the Company Law require?", ["trade-en"]),
        ("What does the law on companies require?", ["trade-en"]),
        ("What does the Port Law require?", ["again-a", "again-b"]),
        ("Which port must ships use under the law?", []),
        ("What measures must a company take under the law?", []),
        ("试点规定有什么要求？", ["pilot-2"]),
        ("2021年的试点规定有什么要求？", ["pilot-2"]),
        ("2016年的试点规定有什么要求？", ["pilot-1"]),
        ("按试点规定，2019年要做什么？", ["pilot-2"]),
    ],
)
def test_a_question_names_the_longest_title_it_has(reader: QueryReader, question: str, named: list[str]) -> None:
    assert [m.id for m in Names(KNOWN).named(reader.read(question))] == named


def test_a_title_that_two_texts_bear_does_not_single_one_out(reader: QueryReader) -> None:
    names = Names(KNOWN)
    assert names.named_alone(reader.read("港口法第五条规定了什么？")) == frozenset()
    assert names.named_alone(reader.read("职业教育法对企业有什么要求？")) == {"law"}
    old = Metadata(id="old-law", work="old-law", language="zh", title_zh="中华人民共和国职业教育法（1996年）")
    assert names.named_alone(reader.read("按照现行职业教育法，企业必须接纳实习吗？")) == {"law"}
    assert Names([*KNOWN, old]).named_alone(reader.read("按照现行职业教育法，企业必须接纳实习吗？")) == frozenset()
