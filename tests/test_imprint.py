"""What documents print about themselves: read where it is beyond doubt, left unknown elsewhere."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents import Authority, Kind, Status
from assistant.reading.imprint import language_of, read_imprint, title_of

VEL = """\
# 中华人民共和国职业教育法

1996年5月15日第八届全国人民代表大会常务委员会第十九次会议通过

2022年4月20日第十三届全国人民代表大会常务委员会第三十四次会议修订

第一条　为了推动职业教育高质量发展，制定本法。

第二条　2023年1月1日前通过的规定同时废止。本法自2022年5月1日起施行。
"""

CHILD_LABOUR = """\
# 禁止使用童工规定

2002年9月18日 国务院第63次常务会议通过

2002年10月1日 中华人民共和国国务院令第364号公布

2002年12月1日 施行

第一条 为保护未成年人的身心健康，制定本规定。
"""

NINGBO = """\
# 宁波市职业教育校企合作促进条例

2008年10月22日 宁波市第十三届人民代表大会常务委员会第十二次会议通过

2008年12月19日 浙江省第十一届人民代表大会常务委员会第八次会议批准根据2020年8月28日宁波市人民代表大会常务委员会通过

2020年9月24日 浙江省第十三届人民代表大会常务委员会第二十四次会议批准

第一条 为了促进职业院校与企业的合作，制定本条例。
"""

PAPER = """\
Deep Integration of Industry and Education

Published: 29 May 2025

Abstract: This study cites 中华人民共和国职业教育法.

Keywords: integration
"""


def test_law() -> None:
    assert read_imprint(VEL, "中华人民共和国职业教育法") == {
        "language": "zh",
        "title_zh": "中华人民共和国职业教育法",
        "issued": dt.date(2022, 4, 20),
        "effective": dt.date(2022, 5, 1),
        "authority": Authority.LAW,
        "jurisdiction": "CN",
    }


def test_administrative_regulation() -> None:
    assert read_imprint(CHILD_LABOUR, "禁止使用童工规定") == {
        "language": "zh",
        "title_zh": "禁止使用童工规定",
        "issued": dt.date(2002, 10, 1),
        "effective": dt.date(2002, 12, 1),
        "authority": Authority.ADMINISTRATIVE_REGULATION,
        "jurisdiction": "CN",
    }


def test_local_regulation_of_a_known_city() -> None:
    assert read_imprint(NINGBO, "宁波市职业教育校企合作促进条例") == {
        "language": "zh",
        "title_zh": "宁波市职业教育校企合作促进条例",
        "issued": dt.date(2020, 9, 24),
        "authority": Authority.LOCAL_REGULATION,
        "jurisdiction": "CN-33-ningbo",
    }


@pytest.mark.parametrize(
    ("title", "line", "code"),
    [
        ("重庆市教育督导条例", "2015年4月1日 重庆市第四届人民代表大会常务委员会第十七次会议通过", "CN-50"),
        ("北京市实施《职业教育法》办法", "1997年9月5日 北京市第十届人民代表大会常务委员会通过", "CN-11"),
        ("杭州市职业教育条例", "2020年1月2日 浙江省第十三届人民代表大会常务委员会第八次会议批准", "CN-33"),
        ("内蒙古自治区职业教育条例", "2020年1月2日 内蒙古自治区第十三届人民代表大会常务委员会通过", "CN-15"),
    ],
)
def test_place_of_a_local_regulation(title: str, line: str, code: str) -> None:
    found = read_imprint(f"{title}\n\n{line}\n\n第一条 本条例。", title)
    assert (found["authority"], found["jurisdiction"]) == (Authority.LOCAL_REGULATION, code)


def test_paper() -> None:
    assert read_imprint(PAPER, "") == {
        "language": "en",
        "title_en": "Deep Integration of Industry and Education",
        "issued": dt.date(2025, 5, 29),
        "authority": Authority.RESEARCH_PAPER,
        "kind": Kind.CASE,
    }


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "关于深化产教融合的若干意见",
            "关于深化产教融合的若干意见\n\n国办发〔2017〕95号\n\n各省、自治区、直辖市人民政府：",
        ),
        ("研究", "研究\n\n本文讨论国务院令第364号公布的规定和重庆市人民代表大会通过的条例，" + "并" * 120),
        ("校内管理办法", "校内管理办法\n\n2020年1月1日校务会议通过\n\n第一条 本办法。"),
    ],
)
def test_authority_stays_unknown_unless_the_header_shows_it(title: str, text: str) -> None:
    assert "authority" not in read_imprint(text, title)


@given(st.text(alphabet="中华人民共和国法条例第一条20年1月日通过施行自起国务院令重庆市届大会\n "))
def test_status_is_never_read(text: str) -> None:
    found = read_imprint(text, "")
    assert "status" not in found
    assert Status.IN_FORCE not in found.values()


@pytest.mark.parametrize(
    ("clause", "day"),
    [
        ("本法自2022年5月1日起施行。", dt.date(2022, 5, 1)),
        ("本规定从一九八六年七月一日起施行。", dt.date(1986, 7, 1)),
        ("本通知自二○一九年十二月三十一日起执行。", dt.date(2019, 12, 31)),
        ("本法自2022年13月1日起施行。", None),
        ("本办法自公布之日起施行。", dt.date(1986, 4, 28)),
        ("《某法》第三条自2022年5月1日修改。", None),
    ],
)
def test_commencement_clause(clause: str, day: dt.date | None) -> None:
    text = f"某规定\n\n1986年4月28日 国务院发布\n\n第一条 某。\n\n第二条 {clause}"
    assert read_imprint(text, "某规定").get("effective") == day


def test_name_of_an_instrument_is_no_commencement() -> None:
    text = "甲细则\n\n2010年1月9日 《国务院关于修改〈甲实施细则〉的决定》第二次修订\n\n第一条 某。"
    found = read_imprint(text, "甲细则")
    assert (found["issued"], found.get("effective")) == (dt.date(2010, 1, 9), None)


@pytest.mark.parametrize("line", ["Published: May 29, 2025", "Published online: 2025-05-29", "Published 29 May 2025"])
def test_forms_of_publication_dates(line: str) -> None:
    assert read_imprint(f"A title\n\n{line}\n", "A title")["issued"] == dt.date(2025, 5, 29)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\nA long\ntitle\n\nAuthor", "A long title"),
        ("Article\n\n2025 3rd International Conference on X\n\nA title\n\nAuthor", "A title"),
        ("First sentence of a text. " + "More of it. " * 30, "First sentence of a text."),
        ("x" * 300, "x" * 119 + "…"),
        ("", ""),
    ],
)
def test_title_of_unmarked_text(text: str, title: str) -> None:
    assert title_of(text) == title


@pytest.mark.parametrize(
    ("text", "language"), [("产教融合 integration", "zh"), ("integration of 产", "en"), ("", "en")]
)
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language
