"""What may answer: which texts are in force on a day, and which a later one has replaced."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest

from assistant.documents import Authority, Kind, Metadata, Status
from assistant.search.eligibility import in_force_on, superseded_on

DAY = dt.date(2020, 6, 1)
BEFORE, AFTER = DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"status": Status.IN_FORCE}, True),
        ({"status": Status.IN_FORCE, "effective": BEFORE}, True),
        ({"status": Status.IN_FORCE, "effective": DAY}, True),
        ({"status": Status.IN_FORCE, "effective": AFTER}, False),
        ({"status": Status.TRIAL, "expires": AFTER}, True),
        ({"status": Status.TRIAL, "expires": DAY}, True),
        ({"status": Status.TRIAL, "expires": BEFORE}, False),
        ({"status": Status.AMENDED}, True),
        ({"status": Status.REPEALED}, False),
        ({"status": Status.EXPIRED}, False),
        ({"status": Status.REPEALED, "expires": AFTER}, True),
        ({"status": Status.EXPIRED, "expires": BEFORE}, False),
        ({"status": Status.REPEALED, "effective": AFTER, "expires": AFTER}, False),
        ({"status": Status.UNKNOWN}, True),
    ],
)
def test_in_force_on_a_day(known: dict[str, Any], expected: bool) -> None:
    assert in_force_on(Metadata(**known), DAY) is expected


def edition(source_id: str, year: int, **known: Any) -> Metadata:
    given_facts = {"title_zh": "职业教育法", "authority": Authority.LAW, "jurisdiction": "CN", "language": "zh", "work": source_id}
    return Metadata(id=source_id, issued=dt.date(year, 4, 20), effective=dt.date(year, 5, 1), **{**given_facts, **known})


def superseded_in(year: int, *sources: Metadata) -> set[str]:
    results = {frozenset(superseded_on(order, dt.date(year, 12, 31))) for order in itertools.permutations(sources)}
    assert len(results) == 1, "the order of the sources decides"
    return set(results.pop())


def test_a_later_edition_supersedes_from_the_day_it_takes_effect() -> None:
    old, new = edition("law-1996", 1996), edition("law-2022", 2022)
    assert superseded_in(2022, old, new) == {"law-1996"}
    assert superseded_in(2021, old, new) == set()
    assert superseded_on([old, new], dt.date(2022, 4, 30)) == set()
    assert superseded_on([old, new], dt.date(2022, 5, 1)) == {"law-1996"}


def test_of_three_editions_the_last_stands() -> None:
    editions = [edition(f"law-{year}", year) for year in (1996, 2010, 2022)]
    assert superseded_in(2023, *editions) == {"law-1996", "law-2010"}
    assert superseded_in(2015, *editions) == {"law-1996"}


@pytest.mark.parametrize(
    "other",
    [
        {"title_zh": "教育法"},
        {"jurisdiction": "CN-50"},
        {"authority": Authority.RESEARCH_PAPER},
        {"kind": Kind.CASE},
        {"language": "en", "title_en": "Vocational Education Law"},
    ],
)
def test_another_title_place_or_sort_of_text_supersedes_nothing(other: dict[str, Any]) -> None:
    assert superseded_in(2023, edition("law-1996", 1996), edition("other", 2022, **other)) == set()


def test_two_versions_of_one_work_do_not_supersede_each_other() -> None:
    assert superseded_in(2023, edition("law-a", 2022, work="law"), edition("law-b", 2022, work="law")) == set()


def test_metadata_may_name_the_successor_or_the_predecessor() -> None:
    old = edition("old", 1996, title_zh="旧办法", superseded_by="new")
    new = edition("new", 2022, title_zh="新办法")
    assert superseded_in(2023, old, new) == {"old"}
    assert superseded_in(2021, old, new) == set()
    old, new = edition("old", 1996, title_zh="旧办法"), edition("new", 2022, title_zh="新办法", supersedes=("old",))
    assert superseded_in(2023, old, new) == {"old"}
    assert superseded_in(2021, old, new) == set()


def test_a_successor_that_is_not_in_the_library_hides_nothing() -> None:
    assert superseded_in(2023, edition("old", 1996, superseded_by="elsewhere")) == set()


def test_works_may_be_named_for_all_their_versions() -> None:
    zh, en = edition("old-zh", 1996, title_zh="旧办法", work="old"), edition("old-en", 1996, title_zh="", title_en="Old", language="en", work="old")
    new = edition("new-zh", 2022, title_zh="新办法", work="new", supersedes=("old",))
    assert superseded_in(2023, zh, en, new) == {"old-zh", "old-en"}
    by_successor = [edition(m.id, 1996, title_zh=m.title_zh, language=m.language, work="old", superseded_by="new") for m in (zh, en)]
    assert superseded_in(2023, *by_successor, edition("new-zh", 2022, title_zh="新办法", work="new")) == {"old-zh", "old-en"}
