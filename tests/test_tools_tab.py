"""The tab of tools without a browser: each sample runs, in both languages, and errors are said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import docx
import pytest

from assistant.access.people import Person, Role
from assistant.benefits.basis import Grounds
from assistant.config import load_settings
from assistant.documents import Audience
from assistant.filling import Filling
from assistant.page.tools_form import FIELDS
from assistant.page.tools_tab import ToolsTab
from assistant.pipeline import Assistant
from assistant.results import Scope
from tests.catalogue import HERE, TODAY, shipped_provisions, texts_of
from tests.visits import visit


class FakeAssistant:
    """Looks clauses up in no library at all: what a tool computes does not depend on it."""

    def __init__(self, home: Path) -> None:
        self.settings = load_settings(home=home)
        self.provisions = shipped_provisions()

    def seen_by(self, audiences: frozenset[Audience]) -> FakeAssistant:
        return self

    def grounds(self, scope: Scope, language: str) -> Grounds:
        return Grounds(texts_of(()), TODAY, HERE, language)


@pytest.fixture
def tab(tmp_path: Path) -> ToolsTab:
    assistant = cast(Assistant, FakeAssistant(tmp_path / "home"))
    return ToolsTab(assistant, Filling(assistant))


ALL = [(tool, f) for tool, fields in FIELDS.items() for f in fields]


def values(tab: ToolsTab, tool: str) -> list[Any]:
    return [None if isinstance(value, dict) else value for value in tab.sample(tool)]


def shown(steps: Iterator[Any]) -> Any:
    return list(steps)[-1]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("tool", list(FIELDS))
def test_the_sample_of_each_tool_runs_and_can_be_downloaded(tab: ToolsTab, tool: str, language: str) -> None:
    fragment, kept, word, page = shown(tab.run(visit(Person("x", Role.READER)), language, tool, *values(tab, tool)))
    assert '<article class="report">' in fragment, fragment
    assert kept[0] == tool
    assert docx.Document(word["value"]).paragraphs
    assert Path(page["value"]).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert tab.again(visit(Person("x", Role.READER)), kept, language)[0].startswith("<article")


def test_nothing_given_is_said_in_the_readers_words(tab: ToolsTab) -> None:
    for tool, said in (("agreement", "还没有选择文件"), ("costs", "还没有填数额")):
        fragment, kept, *_ = shown(tab.run(visit(Person("x", Role.READER)), "zh", tool, *[None] * len(ALL)))
        assert said in fragment
        assert kept is None


def test_a_figure_is_read_as_people_write_it_and_a_wrong_one_is_named(tab: ToolsTab) -> None:
    def costs(said: str) -> str:
        given = [said if f.key == "damaged_part" else "" for _, f in ALL]
        return cast(str, shown(tab.run(visit(Person("x", Role.READER)), "zh", "costs", *given))[0])

    assert "12,000" in costs(" 12，000 ")
    for wrong in ("很多", "-5", "nan", "inf"):
        assert f"“学生损坏零部件的金额（元）”不能填 &#x27;{wrong}&#x27;" in costs(wrong)


def test_a_wrong_table_is_an_error_without_folders(tab: ToolsTab, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("月份,指标,数值\n2025-01,a,x\n", encoding="utf-8")
    given = [str(path) if f.key == "table" else None for _, f in ALL]
    fragment, *_ = shown(tab.run(visit(Person("x", Role.READER)), "zh", "monitor", *given))
    assert "m.csv: row 2" in fragment
    assert "/tmp" not in fragment


