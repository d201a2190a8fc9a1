"""The wire form: exact fields and values, and rows of a batch file or what is wrong with them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.curation import FileReport
from assistant.documents import Audience, Kind, Span
from assistant.errors import RowError
from assistant.events import Done, Event, Shown
from assistant.exchange import Fault, Notice, Trouble, Usage, Withheld
from assistant.judge.responses import Response, SentenceVerdict
from assistant.library.registry import SourceRow
from assistant.results import Judgement, Scope, Verdict
from assistant.wire import answer_to_dict, event_to_dict, hit_to_dict, read_rows, report_to_dict, response_to_dict, scope_of, source_to_dict
from tests.samples import DAY, LAW, QUOTE, answer, hit, refusal

HIT = {"source_id": "vel", "passage_id": "p1", "locator": "第六十九条", "page": 7, "score": 0.25, "text": QUOTE}
CITATION = {
    "n": 1,
    "source_id": "vel",
    "title": "中华人民共和国职业教育法",
    "document_number": "主席令第一一二号",
    "authority": "law",
    "status": "in_force",
    "jurisdiction": "CN",
    "locator": "第六十九条",
    "page": 7,
    "quote": QUOTE,
    "start": 10,
    "end": 26,
    "standing": "text",
    "label": "law; in force; national",
    "note": "",
}


def test_answer() -> None:
    assert answer_to_dict(answer()) == {
        "question": "Since when?",
        "language": "en",
        "outcome": "answer",
        "reason": None,
        "statements": [
            {"text": "It is in force since 1 May 2022.", "verdict": "supported", "citations": [1], "reason": "copied"},
            {"text": "So it is.", "verdict": "supported", "citations": [1, 2], "reason": "copied"},
        ],
        "citations": [CITATION, CITATION | {"n": 2, "quote": "施行。", "end": 13}],
        "conflicts": [{"subject": "Since when?", "citations": [1, 2], "values": ["2022", "2021"], "rule": "the higher level prevails"}],
        "hits": [HIT],
        "as_of": "2026-01-31",
        "revision": 3,
        "fingerprint": "0123456789ab",
        "missing": [],
        "message": "",
        "notes": ["Check it."],
        "confidence": 0.75,
        "condensed": "",
        "answered_by": "extractive",
        "withheld": [],
        "notices": [],
        "usage": None,
        "tool": None,
    }


def test_refusal() -> None:
    assert answer_to_dict(refusal()) == {
        "question": "On Mars?",
        "language": "en",
        "outcome": "abstention",
        "reason": "evidence_too_weak",
        "statements": [],
        "citations": [],
        "conflicts": [],
        "hits": [HIT | {"text": f"passage {n}"} for n in range(1, 5)],
        "as_of": "2026-01-31",
        "revision": 3,
        "fingerprint": "0123456789ab",
        "missing": ["Mars"],
        "message": "The library does not answer this.",
        "notes": [],
        "confidence": 0.25,
        "condensed": "",
        "answered_by": None,
        "withheld": [],
        "notices": [],
        "usage": None,
        "tool": None,
    }


def test_answer_and_refusal_have_the_same_keys() -> None:
    assert list(answer_to_dict(answer())) == list(answer_to_dict(refusal()))


def test_hit() -> None:
    assert hit_to_dict(hit()) == HIT


def test_source() -> None:
    row = SourceRow(LAW, passages=69, characters=9000, taken_at="2026-01-31T10:00:00", revision=2, sha256="ab", path="vel.md", warnings=("w",))
    assert source_to_dict(row) == {
        **dict.fromkeys(LAW.__dataclass_fields__, ""),
        "id": "vel",
        "work": "vel",
        "title_en": "Vocational Education Law",
        "title_zh": "中华人民共和国职业教育法",
        "language": "zh",
        "kind": "policy",
        "authority": "law",
        "status": "in_force",
        "jurisdiction": "CN",
        "issuing_body": "全国人民代表大会常务委员会",
        "document_number": "主席令第一一二号",
        "issued": "2022-04-20",
        "effective": "2022-05-01",
        "expires": None,
        "supersedes": ["vel-1996"],
        "aliases": [],
        "audience": "public",
        "standing": "text",
        "note": "Read from the gazette.",
        "passages": 69,
        "characters": 9000,
        "taken_at": "2026-01-31T10:00:00",
        "revision": 2,
        "sha256": "ab",
        "path": "vel.md",
        "warnings": ["w"],
    }


def test_report() -> None:
    assert report_to_dict(FileReport(Path("a.md"), "added", "a", "A", 3, ("w",))) == {
        "path": "a.md",
        "outcome": "added",
        "source_id": "a",
        "title": "A",
        "passages": 3,
        "warnings": ["w"],
        "error": "",
        "fault": "",
    }


@pytest.mark.parametrize(
    ("verdicts", "label"),
    [
        ([], "grounded"),
        ([Verdict.SUPPORTED], "grounded"),
        ([Verdict.SUPPORTED, Verdict.UNSUPPORTED], "ungrounded"),
    ],
)
def test_verdicts(verdicts: list[Verdict], label: str) -> None:
    given = tuple(SentenceVerdict("Yes.", Span(0, 4), Judgement(verdict, "why", 0.5)) for verdict in verdicts)
    assert response_to_dict("r1", Response(given, 0.5, label == "grounded")) == {
        "id": "r1",
        "label": label,
        "score": 0.5,
        "sentences": [{"text": "Yes.", "start": 0, "end": 4, "verdict": verdict.value, "reason": "why"} for verdict in verdicts],
    }


def test_all_of_it_is_json() -> None:
    row = SourceRow(LAW, 69, 9000, "2026-01-31T10:00:00", 2, "ab", "vel.md", ())
    for value in (answer_to_dict(answer()), answer_to_dict(refusal()), source_to_dict(row), report_to_dict(FileReport(Path("a"), "failed"))):
        assert json.loads(json.dumps(value)) == value


def test_scope_without_wishes_filters_nothing() -> None:
    assert scope_of() == Scope()


def test_audience_sees_what_is_public_and_its_own() -> None:
    assert scope_of(DAY, "CN-50", Audience.STAFF, Kind.CASE) == Scope(dt.date(2026, 1, 31), "CN-50", frozenset({Audience.PUBLIC, Audience.STAFF}), Kind.CASE)


FIELDS = "Write one object with id, question on each line."


@pytest.mark.parametrize(
    ("line", "expected", "error"),
    [
        ('{"id": "a", "question": "Why?"}', {"id": "a", "question": "Why?"}, None),
        ('{"id": 7, "question": "为何？", "label": "x"}', {"id": 7, "question": "为何？", "label": "x"}, None),
        ('\ufeff{"id": "a", "question": "Why?"}', {"id": "a", "question": "Why?"}, None),
        ("Why?", None, f"is not JSON in UTF-8 (Expecting value: line 1 column 1 (char 0)). {FIELDS}"),
        ("[1]", None, f"is not an object. {FIELDS}"),
        ('{"id": "a", "text": "Why?"}', None, "has no 'question', but 'id', 'text'. Name the fields id, question."),
        ("{}", None, "has no 'id', but nothing. Name the fields id, question."),
        ('{"id": "a", "question": null}', None, "'question' None is not a text. Correct it there."),
        ('{"id": "a", "question": " "}', None, "'question' is blank. Write the question there."),
        ('{"id": true, "question": "Why?"}', None, "'id' True is neither text nor a whole number. Correct it there."),
    ],
)
def test_row(tmp_path: Path, line: str, expected: object, error: str | None) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(line, encoding="utf-8")
    (row,) = read_rows(path, ("question",))
    if error is None:
        assert row == expected
    else:
        assert isinstance(row, RowError)
        assert str(row) == f"{path}:1: {error}"


def test_rows_after_a_bad_one_are_read_and_blank_lines_counted(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"id": 1, "question": "a"}\r\n\r\n\xff\n{"id": 2, "question": "b\xe2\x80\xa8"}\n')
    first, bad, last = read_rows(path, ("question",))
    assert first == {"id": 1, "question": "a"}
    assert str(bad).startswith(f"{path}:3: is not JSON in UTF-8 (")
    assert last == {"id": 2, "question": "b\u2028"}  # a line ends at a line feed and nowhere else


def test_a_response_may_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": 1, "context": "", "response": ""}', encoding="utf-8")
    assert list(read_rows(path, ("context", "response"))) == [{"id": 1, "context": "", "response": ""}]


def test_the_models_part() -> None:
    usage = Usage("openai:m", 2, 1000, 50, 1.5, 0.002, False)
    notices = (Notice(Trouble.WITHHELD, "1 sentence withheld."),)
    row = answer_to_dict(replace(answer(), answered_by="openai:m", withheld=(Withheld("No.", Fault.FIGURE, "why"),), notices=notices, usage=usage))
    assert {key: row[key] for key in ("answered_by", "withheld", "notices", "usage")} == {
        "answered_by": "openai:m",
        "withheld": [{"text": "No.", "fault": "figure", "reason": "why"}],
        "notices": [{"trouble": "withheld", "text": "1 sentence withheld."}],
        "usage": {"model": "openai:m", "calls": 2, "tokens_in": 1000, "tokens_out": 50, "seconds": 1.5, "cost": 0.002, "estimated": False},
    }


def test_events() -> None:
    whole = answer()
    shown = Shown(0, whole.statements[0], (whole.citations[0],))
    events: list[Event] = [shown, Withheld("No.", Fault.NO_KEY, "why"), Notice(Trouble.BROKEN, "It broke."), Done(whole)]
    assert [event_to_dict(e) for e in events] == [
        {"event": "statement", "place": 0, "statement": answer_to_dict(whole)["statements"][0], "citations": [CITATION], "mended": False},
        {"event": "withheld", "text": "No.", "fault": "no_key", "reason": "why"},
        {"event": "notice", "trouble": "broken_stream", "text": "It broke."},
        {"event": "done", "result": answer_to_dict(whole)},
    ]
