"""Questions on the command line: whole outputs and exit codes, answered by a scripted library."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant import pipeline
from assistant.config import Settings
from assistant.documents import Audience, Kind
from assistant.errors import IndexUnavailable
from assistant.results import Abstention, Answer, Hit, Scope
from assistant.wire import answer_to_dict, hit_to_dict
from tests.commands import outcome, run
from tests.samples import DAY, answer, hit, refusal


class ScriptedLibrary:
    """Stands for the assistant: says what it is told to, and noise besides, and remembers what it was asked."""

    results: dict[str, Answer | Abstention]
    asked: list[tuple[str, Scope]]

    def __init__(self, settings: Settings, remake: bool = False) -> None:
        self.settings = settings

    @property
    def curator(self) -> ScriptedLibrary:
        return self

    def is_empty(self) -> bool:
        return False

    def ask(self, question: str, scope: Scope) -> Answer | Abstention:
        print("noise of a library")
        self.asked.append((question, scope))
        if question == "broken?":
            raise IndexUnavailable("home: the library is locked.\nWait.")
        return self.results.get(question) or answer(question)

    def search(self, question: str, k: int, scope: Scope) -> list[Hit]:
        print("noise of a library")
        self.asked.append((question, scope))
        return [] if question == "nothing" else [hit(f"passage {n}") for n in range(1, 4)][:k]


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[ScriptedLibrary]:
    """Put the scripted library in the place of the real one."""
    ScriptedLibrary.results, ScriptedLibrary.asked = {}, []
    monkeypatch.setattr(pipeline, "Assistant", ScriptedLibrary)
    return ScriptedLibrary


ENGLISH = """\
It is in force since 1 May 2022. [1]
So it is. [1][2]

Sources
中华人民共和国职业教育法, 主席令第一一二号
    law; in force; national
    Read from the gazette.
    [1] 第六十九条, p. 7: “本法自2022年5月1日起施行。”
    [2] 第六十九条, p. 7: “施行。”

Conflicts
    2022 [1] against 2021 [2]: the higher level prevails

Note
    Check it.

As of 2026-01-31 · library revision 3 · 0123456789ab
"""
CHINESE = """\
It is in force since 1 May 2022. [1]
So it is. [1][2]

来源
中华人民共和国职业教育法，主席令第一一二号
    law; in force; national
    Read from the gazette.
    [1] 第六十九条，第7页：“本法自2022年5月1日起施行。”
    [2] 第六十九条，第7页：“施行。”

冲突
    2022 [1] ↔ 2021 [2]：the higher level prevails

注意
    Check it.

截至2026-01-31 · 资料库修订号 3 · 0123456789ab
"""
REFUSAL = """\
The library does not answer this.
Missing: Mars

Nearest passages
1. 中华人民共和国职业教育法, 主席令第一一二号, 第六十九条, p. 7  (vel)
    passage 1
2. 中华人民共和国职业教育法, 主席令第一一二号, 第六十九条, p. 7  (vel)
    passage 2
3. 中华人民共和国职业教育法, 主席令第一一二号, 第六十九条, p. 7  (vel)
    passage 3

As of 2026-01-31 · library revision 3 · 0123456789ab
"""
NOISE = "noise of a library\n"


@pytest.mark.parametrize(
    ("result", "expected"),
    [(answer(), ENGLISH), (answer(language="zh"), CHINESE), (refusal(), REFUSAL), (refusal(missing=("library",)), REFUSAL.replace("Missing: Mars\n", ""))],
)
def test_ask_for_people(scripted: type[ScriptedLibrary], result: Answer | Abstention, expected: str) -> None:
    scripted.results = {"Since when?": result}
    assert outcome(run("ask", "Since when?")) == (0, expected, NOISE)


@pytest.mark.parametrize("result", [answer("为何？", "zh"), refusal("为何？", "zh")])
def test_ask_for_programs(scripted: type[ScriptedLibrary], result: Answer | Abstention) -> None:
    scripted.results = {"为何？": result}
    expected = json.dumps(answer_to_dict(result), ensure_ascii=False, indent=2) + "\n"
    assert outcome(run("ask", "为何？", "--json")) == (0, expected, NOISE)


@pytest.mark.parametrize("command", ["ask", "search"])
def test_scope_of_a_question(scripted: type[ScriptedLibrary], command: str) -> None:
    run(command, "why", "--as-of", "2026-01-31", "--jurisdiction", "CN-50", "--audience", "enterprise", "--kind", "case")
    assert scripted.asked == [("why", Scope(DAY, "CN-50", frozenset({Audience.PUBLIC, Audience.ENTERPRISE}), Kind.CASE))]
    run(command, "--", "--why")
    assert scripted.asked[1:] == [("--why", Scope())]


def test_error_of_the_library_is_one_line_and_exit_1(scripted: type[ScriptedLibrary]) -> None:
    assert outcome(run("ask", "broken?")) == (1, "", NOISE + "home: the library is locked. Wait.\n")


@pytest.mark.usefixtures("scripted")
@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["why", "-k", "1"], "1. 中华人民共和国职业教育法, 主席令第一一二号, 第六十九条, p. 7  (vel)\n    passage 1\n"),
        (["为何", "-k", "1"], "1. 中华人民共和国职业教育法，主席令第一一二号，第六十九条，第7页  (vel)\n    passage 1\n"),
        (["nothing"], "No passage found.\n"),
        (["nothing", "--json"], '{\n  "question": "nothing",\n  "hits": []\n}\n'),
        (
            ["why", "-k", "1", "--json"],
            json.dumps({"question": "why", "hits": [hit_to_dict(hit("passage 1"))]}, ensure_ascii=False, indent=2) + "\n",
        ),
    ],
)
def test_search(args: list[str], expected: str) -> None:
    assert outcome(run("search", *args)) == (0, expected, NOISE)


@pytest.mark.parametrize(
    ("command", "row"),
    [
        ("ask", lambda row_id, question: {"id": row_id, **answer_to_dict(answer(question))}),
        ("search", lambda row_id, question: {"id": row_id, "question": question, "hits": [hit_to_dict(hit(f"passage {n}")) for n in range(1, 4)]}),
    ],
)
def test_batch_goes_on_after_a_bad_row(scripted: type[ScriptedLibrary], tmp_path: Path, command: str, row: Callable[[str | int, str], dict[str, Any]]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": 1, "question": "为何？"}\n\n{"id": 2}\n{"id": "c", "question": "how", "more": 1}\n', encoding="utf-8")
    result = run(command, "--batch", str(path))
    assert result.exit_code == 1
    assert result.stdout == "".join(json.dumps(row(*of), ensure_ascii=False) + "\n" for of in ((1, "为何？"), ("c", "how")))
    assert result.stderr == f"{NOISE}{path}:3: has no 'question', but 'id'. Name the fields id, question.\n{NOISE}"


def test_batch_names_the_row_that_the_library_refused(scripted: type[ScriptedLibrary], tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": "a", "question": "broken?"}\n{"id": "b", "question": "on Mars?"}\n', encoding="utf-8")
    scripted.results = {"on Mars?": refusal("on Mars?")}
    result = run("ask", "--batch", str(path))
    assert (result.exit_code, result.stderr) == (1, f"{NOISE}{path}: row 'a': home: the library is locked. Wait.\n{NOISE}")
    assert json.loads(result.stdout) == {"id": "b", **answer_to_dict(refusal("on Mars?"))}
    path.write_text('{"id": "b", "question": "on Mars?"}\n', encoding="utf-8")
    assert run("ask", "--batch", str(path)).exit_code == 0  # a refusal is no failure


def test_verify(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        {"id": "a", "context": "The rate is 30 percent.", "response": "The rate is 30 percent.", "label": "x"},
        {"id": "b", "context": "The rate is 30 percent.", "response": "The rate is 40 percent."},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = run("verify", "--batch", str(path))
    assert (result.exit_code, result.stderr) == (0, "")
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    sentence = {"text": "The rate is 30 percent.", "start": 0, "end": 23, "verdict": "supported", "reason": "copied"}
    assert first == {"id": "a", "label": "grounded", "score": 1.0, "sentences": [sentence]}
    assert (second["id"], second["label"], second["score"], second["sentences"][0]["verdict"]) == ("b", "ungrounded", 0.0, "unsupported")
