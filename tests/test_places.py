"""Places: found in both languages, with the code under which their law is filed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.language.places import all_places, applies_in, find_places, known_places, place_name
from assistant.language.text import fold

ALL = known_places()


def names(text: str) -> list[str]:
    return [place.en for place in find_places(text)]


def test_every_place_has_names_and_every_code_is_one_place() -> None:
    assert all(place.zh and place.en for place in ALL)
    codes = [place.code for place in ALL if place.code]
    assert len(set(codes)) == len(codes)
    assert len([code for code in codes if code.count("-") == 1]) == 34
    assert len([code for code in codes if code.startswith("CN-50-")]) == 39, "38 districts and counties of Chongqing, and a new area"
    assert set(all_places()) < set(ALL)
    assert all(code.rsplit("-", 1)[0] in codes for code in codes if code.count("-") == 2)


@pytest.mark.parametrize("place", ALL, ids=lambda place: place.en)
def test_each_place_is_found_by_each_name(place: object) -> None:
    zh, en = place.zh, place.en  # type: ignore[attr-defined]
    assert find_places(f"在{zh}的学校") == [place._replace(span=(1, 1 + len(zh)))]  # type: ignore[attr-defined]
    assert find_places(f"in {en}, too") == [place._replace(span=(3, 3 + len(en)))]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("重庆市和成都市", ["Chongqing", "Chengdu"]),
        ("HONG KONG and xi’an", ["Hong Kong", "Xi'an"]),
        ("Ｃｈｏｎｇｑｉｎｇ", ["Chongqing"]),
        ("臺灣", ["Taiwan"]),
        ("印度尼西亚", ["Indonesia"]),
        ("Inner Mongolia", ["Inner Mongolia"]),
        ("上海南京路", ["Shanghai", "Nanjing"]),
        ("涪陵一家厂和闵行区的学校", ["Fuling", "Minhang"]),
        ("a plant in Foshan", ["Foshan"]),
    ],
)
def test_places_are_found_in_reading_order(text: str, expected: list[str]) -> None:
    assert names(text) == expected


WITHIN_OTHER_WORDS = "自施行之日本办法 黄河南岸 确保定期足额 新乡村 非常熟悉 指南通知 推广安全 Indiana Germanyx theJapan 学校".split()


@pytest.mark.parametrize("text", [*WITHIN_OTHER_WORDS, ""])
def test_what_only_contains_a_name_names_no_place(text: str) -> None:
    assert names(text) == []


@settings(deadline=None)
@given(st.lists(st.one_of(st.sampled_from([place.zh for place in ALL] + [place.en for place in ALL]), st.text(max_size=4)), max_size=6).map(" ".join))
def test_spans_spell_the_name_found(text: str) -> None:
    for place in find_places(text):
        assert fold(text[place.span.start : place.span.end]) in (place.zh, fold(place.en))


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("CN", "zh", "全国"),
        ("CN", "en", "national"),
        ("CN-50", "zh", "重庆"),
        ("CN-50", "en", "Chongqing"),
        ("CN-33-ningbo", "en", "Ningbo"),
        ("CN-99", "zh", "CN-99"),
        ("", "en", ""),
    ],
)
def test_a_jurisdiction_has_a_name(code: str, language: str, name: str) -> None:
    assert place_name(code, language) == name


@pytest.mark.parametrize(
    ("jurisdiction", "place", "applies"),
    [
        ("CN", "CN-50", True),
        ("CN", "CN-33-ningbo", True),
        ("CN-33", "CN-33-ningbo", True),
        ("CN-33-ningbo", "CN-33-ningbo", True),
        ("CN-33-ningbo", "CN-33", False),
        ("CN-50", "CN-51", False),
        ("CN-5", "CN-50", False),
        ("CN-50", "CN", False),
        ("", "CN-50", True),
    ],
)
def test_law_applies_in_its_own_place_and_the_places_within(jurisdiction: str, place: str, applies: bool) -> None:
    assert applies_in(jurisdiction, place) is applies


@given(st.sampled_from([place.code for place in ALL if place.code]))
def test_national_law_applies_everywhere_at_home(code: str) -> None:
    assert applies_in("CN", code)
