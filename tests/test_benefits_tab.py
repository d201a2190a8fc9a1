"""The benefits tab without a browser: what the form becomes, what is shown, and what is said where an entry is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, cast

import gradio as gr
import pytest

from assistant.access.people import Person, Role
from assistant.benefits.profile_fields import FieldKind, fields
from assistant.config import load_settings
from assistant.documents import Audience
from assistant.errors import IndexUnavailable, ProfileError
from assistant.filling import Filling
from assistant.page.benefits_form import read_form
from assistant.page.benefits_tab import BenefitsTab
from assistant.pipeline import Assistant
from assistant.results import Scope
from tests.catalogue import worksheet
from tests.visits import visit


class FakeAssistant:
    """Computes over the shipped catalogue, or fails."""

    def __init__(self, home: Path, error: Exception | None = None) -> None:
        self.settings = load_settings(home=home)
        self.error = error
        self.asked: list[tuple[Any, Scope, str]] = []
        self.seen: frozenset[Audience] = frozenset()

    def seen_by(self, audiences: frozenset[Audience]) -> FakeAssistant:
        self.seen = audiences
        return self

    def check_benefits(self, profile: Any, scope: Scope, language: str) -> Any:
        self.asked.append((profile, scope, language))
        if self.error:
            raise self.error
        return worksheet({name: str(value) if not isinstance(value, bool) else value for name, value in profile.facts.items()}, language=language)


def tab_over(tmp_path: Path, error: Exception | None = None) -> tuple[BenefitsTab, FakeAssistant]:
    fake = FakeAssistant(tmp_path / "home", error)
    assistant = cast(Assistant, fake)
    return BenefitsTab(assistant, Filling(assistant)), fake


def form(**said: str) -> list[str]:
    return [said.get(of.name, "unknown" if of.kind in (FieldKind.FLAG, FieldKind.PLACE) else "") for of in fields().values()]


def last(shown: Iterator[Any]) -> Any:
    return list(shown)[-1]


def test_an_untouched_form_says_nothing_of_the_enterprise() -> None:
    assert read_form(dict(zip(fields(), form(), strict=True)), "zh").facts == {}


def test_computing_shows_the_worksheet_and_offers_both_files(tmp_path: Path) -> None:
    tab, fake = tab_over(tmp_path)
    html, shown, csv, docx = last(tab.compute(visit(), "en", " 2026-06-01 ", *form(nurturing_scope="yes", total_wages="3000万", training_costs="290万")))
    assert 'data-provision="staff-education-8" open>' in html
    assert shown[1] == fake.asked[0][1].as_of == dt.date(2026, 6, 1)
    assert [Path(update["value"]).name for update in (csv, docx)] == ["worksheet-2026-06-01.csv", "worksheet-2026-06-01.docx"]
    assert all(Path(update["value"]).stat().st_size > 0 and update["visible"] for update in (csv, docx))
    again = tab.again(visit(), shown, "zh")
    assert "职工教育经费税前扣除" in again[0]


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", "“工资薪金总额”不能填 '很多'。请填不小于0的金额"), ("en", "\"Total wages and salaries\" cannot be '很多'. Write yuan of 0 or more")],
)
def test_a_wrong_entry_is_named_as_the_form_names_it(tmp_path: Path, language: str, said: str) -> None:
    tab, fake = tab_over(tmp_path)
    html, shown, csv, _ = last(tab.compute(visit(), language, "", *form(total_wages="很多")))
    assert escape(said) in html
    assert (shown, csv["visible"], fake.asked) == (None, False, [])


def test_a_wrong_day_and_a_library_that_fails_are_one_line(tmp_path: Path) -> None:
    tab, _ = tab_over(tmp_path)
    assert "is not a day" in last(tab.compute(visit(), "en", "soon", *form()))[0]
    locked, _ = tab_over(tmp_path, IndexUnavailable("home: locked <b>."))
    assert "The library cannot be used now" in last(locked.compute(visit(), "en", "", *form()))[0]
    assert "资料库暂时无法使用" in last(locked.compute(visit(), "zh", "", *form()))[0]
    broken, _ = tab_over(tmp_path, RuntimeError("secret"))
    assert "secret" not in last(broken.compute(visit(), "en", "", *form()))[0]


def test_profiles_are_saved_loaded_and_deleted_on_this_machine(tmp_path: Path) -> None:
    tab, _ = tab_over(tmp_path)
    values = form(name="甲公司", takes_interns="yes", total_wages="300万", place="CN-50")
    saved = tab.save(visit(), "zh", " 甲公司 ", *values)
    assert (saved["choices"], saved["value"]) == (["甲公司"], "甲公司")
    assert list((tmp_path / "home" / "profiles").iterdir()) == [tmp_path / "home" / "profiles" / "甲公司.yaml"]
    assert tab.load(visit(), "甲公司") == form(name="甲公司", takes_interns="yes", total_wages="3000000", place="CN-50")
    assert tab.load(visit(), None) == form()
    assert tab.delete(visit(), "甲公司")["choices"] == []


def test_a_name_that_is_none_and_an_entry_that_is_wrong_are_not_saved(tmp_path: Path) -> None:
    tab, _ = tab_over(tmp_path)
    with pytest.raises(gr.Error, match="profile name"):
        tab.save(visit(), "zh", "../x", *form())
    with pytest.raises(gr.Error, match="cannot be"):
        tab.save(visit(), "en", "x", *form(total_wages="lots"))
    with pytest.raises(ProfileError):
        read_form({"total_wages": "lots"}, "en")
    assert tab.store(visit()).names() == []


def test_each_person_has_saved_profiles_of_their_own(tmp_path: Path) -> None:
    tab, fake = tab_over(tmp_path)
    one, other = Person("anna", Role.ENTERPRISE), Person("../anna", Role.READER)
    tab.save(visit(one), "zh", "甲公司", *form(name="甲公司"))
    assert tab.offer(visit(one))["choices"] == ["甲公司"]
    assert tab.offer(visit(other))["choices"] == tab.offer(visit())["choices"] == []
    with pytest.raises(gr.Error):
        tab.load(visit(other), "甲公司")
    last(tab.compute(visit(one), "en", "", *form()))
    assert fake.seen == {Audience.PUBLIC, Audience.ENTERPRISE}
