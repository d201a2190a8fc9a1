"""What is summed up of the last weeks, from conversations and the journal, and how it is drawn."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import cast

import pytest

from assistant import journal
from assistant.chat import conversations
from assistant.config import load_settings
from assistant.page.quality_view import render_refusals, render_report, render_review
from assistant.pipeline import Assistant
from assistant.results import Abstention, Answer, Reason
from assistant.review import MOST_REFUSALS, Refusal, Review, Week, review
from assistant.wire import answer_to_dict

TODAY = dt.date(2026, 5, 13)  # a Wednesday
MONDAY = dt.date(2026, 5, 11)
EVIL = "<script>window.taken = 1</script>"


class FakeAssistant:
    def __init__(self, home: Path) -> None:
        self.settings = load_settings(home=home)


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    return cast(Assistant, FakeAssistant(tmp_path))


def entry(number: int, day: str, question: str, reason: Reason | None = None, thumbs: str = "") -> journal.Entry:
    outcome = "abstention" if reason else "answer"
    return journal.Entry(str(number), question, "en", f"{day}T12:00:00+00:00", day, outcome, reason or "", thumbs=thumbs)


def test_nothing_was_asked(library: Assistant) -> None:
    found = review(library, 4, TODAY)
    assert [week.monday for week in found.weeks] == [MONDAY - dt.timedelta(weeks=n) for n in (3, 2, 1, 0)]
    assert (found.asked, found.reasons, found.refusals) == (0, {}, ())
    assert "state empty" in render_review(found, "en")
    assert not library.settings.conversations_file.exists(), "looking makes no database"


def test_what_a_clock_that_was_ahead_has_dated_is_in_no_week(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    made = conversations.Conversations(library.settings.conversations_file)
    held = made.begin()
    for day, question in (("2026-05-17", "now?"), ("2026-05-18", "ahead?"), ("2999-01-01", "far ahead?")):
        monkeypatch.setattr(conversations, "_now", lambda day=day: f"{day}T08:00:00+00:00")
        made.add(held, answer_to_dict(Abstention(question, "en", Reason.OUT_OF_SCOPE, (), "no", (), TODAY, 1, "f")), {})
    made.close()
    for number, day in enumerate(("2026-05-17", "2026-05-18", "2999-01-01")):
        journal.append(library.settings.home, entry(number, day, f"judged on {day}?", Reason.UNSUPPORTED))
    found = review(library, 4, TODAY)
    assert [(week.answered, week.declined) for week in found.weeks] == [(0, 0), (0, 0), (0, 0), (0, 2)]
    assert found.reasons == {Reason.UNSUPPORTED: 1, Reason.OUT_OF_SCOPE: 1}
    assert {refusal.question for refusal in found.refusals} == {"now?", "judged on 2026-05-17?"}


def test_what_was_kept_and_judged_counts_once(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    home = library.settings.home
    monkeypatch.setattr(conversations, "_now", lambda: "2026-05-12T08:00:00+00:00")
    made = conversations.Conversations(library.settings.conversations_file)
    answer = Answer("A?", "en", (), (), (), (), TODAY, 1, "f")
    refusal = Abstention(f"B? {EVIL}", "en", Reason.OUT_OF_SCOPE, (f"2031 {EVIL}",), "no", (), TODAY, 1, "f")
    held = made.begin()
    for result in (answer, refusal):
        made.add(held, answer_to_dict(result), {})
    made.rate(held, 1, 1)
    made.close()
    for one in (
        entry(1, "2026-05-12", "A?", thumbs="up"),
        entry(2, "2026-05-12", f"B? {EVIL}", Reason.OUT_OF_SCOPE, "down"),
        entry(3, "2026-05-13", "C?", Reason.NOTHING_FOUND),
        entry(4, "2026-05-04", "A?", thumbs="down"),
        entry(5, "2026-04-01", "before", Reason.NOTHING_FOUND, "up"),
    ):
        journal.append(home, one)
    found = review(library, 2, TODAY)
    assert found.weeks == (Week(dt.date(2026, 5, 4), 1, 0, 0, 1), Week(MONDAY, 1, 2, 1, 1))
    assert found.reasons == {Reason.NOTHING_FOUND: 1, Reason.OUT_OF_SCOPE: 1}
    assert found.refusals == (
        Refusal(dt.date(2026, 5, 13), "C?", Reason.NOTHING_FOUND),
        Refusal(dt.date(2026, 5, 12), f"B? {EVIL}", Reason.OUT_OF_SCOPE, (f"2031 {EVIL}",)),
    )
    for language in ("zh", "en"):
        html = render_review(found, language) + render_refusals(found, language)
        assert "<script" not in html
        assert "2031 &lt;script&gt;" in html
    assert "4 questions, 2 declined (50%)" in render_review(found, "en")


def test_the_latest_refusals_are_listed(library: Assistant) -> None:
    for n in range(MOST_REFUSALS + 5):
        one = entry(n, "2026-05-12", f"{n}?", Reason.UNSUPPORTED)
        journal.append(library.settings.home, dataclasses.replace(one, at=f"2026-05-12T12:{n:02d}:00+00:00"))
    found = review(library, 1, TODAY)
    assert len(found.refusals) == MOST_REFUSALS
    assert found.refusals[0].question == f"{MOST_REFUSALS + 4}?"
    assert found.reasons == {Reason.UNSUPPORTED: MOST_REFUSALS + 5}


def test_a_plot_says_its_numbers_in_words_and_as_a_table() -> None:
    found = Review((Week(MONDAY, 30, 10, 4, 1),), {Reason.FALSE_PREMISE: 10}, ())
    html = render_review(found, "en")
    assert 'aria-label="Questions a week: 2026-05-11 30 + 10"' in html
    assert '<tr><th scope="row">2026-05-11</th><td>30</td><td>10</td></tr>' in html
    assert '<rect class="first" x="126.6" y="61.0" width="422.8" height="111.0"/>' in html, "three quarters of the height"
    assert '<rect class="second" x="126.6" y="24.0" width="422.8" height="37.0"/>' in html


def test_a_report_stands_in_a_frame_in_which_nothing_runs() -> None:
    html = render_report(f'<p class="x">{EVIL}"</p>', TODAY, "zh")
    assert '<iframe sandbox="" srcdoc="&lt;p class=&quot;x&quot;&gt;&lt;script' in html
    assert "评测报告（2026-05-13）" in html
    assert "python -m evals report" in render_report(None, None, "en")
