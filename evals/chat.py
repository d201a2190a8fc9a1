"""Ask the cases of a suite of a chat model: how much of what it writes holds, before and after verification.

What the model says is recorded word for word, so that a run can be replayed, and scored again by other code, without it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from assistant import wire
from assistant.config import load_settings, shipped
from assistant.errors import AssistantError, ChatError
from assistant.events import Done, Shown
from assistant.exchange import Message, Reply, Spending, Trouble, Withheld
from assistant.pipeline import Assistant
from assistant.results import Answer, Scope
from evals.cases import Case, is_held_out, load_cases, suite_path
from evals.library import library_name, library_paths, open_library, write_json
from evals.metrics import facts_found
from evals.options import library_options
from evals.run import RESULTS


class RecordingError(AssistantError):
    """A recording is not there, or does not hold what is asked."""


class Speaker(Protocol):
    """A chat model, or a recording of one."""

    @property
    def name(self) -> str: ...

    def stream(self, messages: Sequence[Message], spending: Spending) -> Iterator[Reply]: ...


def digest(messages: Sequence[Message]) -> str:
    """Return what names a request: a hash over its messages."""
    return hashlib.sha256(json.dumps([[m.role, m.text] for m in messages], ensure_ascii=False).encode()).hexdigest()[:24]


class Recorder:
    """Passes a model's replies on and writes each down: request, pieces and how it ended.

    Args:
        model: what answers.
        path: a JSONL file, written anew. It holds the prompts, and so the passages, in full, but no key.
        as_of: the day on which is asked; it stands in the prompts.
    """

    def __init__(self, model: Speaker, path: Path, as_of: dt.date) -> None:
        self.name = model.name
        self._model = model
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8")
        self._write({"model": model.name, "as_of": as_of.isoformat()})

    def stream(self, messages: Sequence[Message], spending: Spending) -> Iterator[Reply]:
        """Yield the model's reply."""
        pieces: list[list[Any]] = []
        row: dict[str, Any] = {"request": digest(messages), "messages": [[m.role, m.text] for m in messages], "pieces": pieces, "trouble": "", "error": ""}
        try:
            for piece in self._model.stream(messages, spending):
                pieces.append([piece.text, piece.tokens_in, piece.tokens_out])
                yield piece
        except ChatError as error:
            row |= {"trouble": error.trouble.value, "error": str(error)}
            raise
        finally:
            if row["trouble"] != Trouble.BUDGET:  # a call that was not made
                self._write(row)

    def _write(self, row: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class Replay:
    """Says what a model said when it was recorded.

    Raises:
        RecordingError: the file is no recording.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            first, *rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
            self.name: str = first["model"]
            self.as_of = dt.date.fromisoformat(first["as_of"])
            self._replies = {row["request"]: row for row in rows}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RecordingError(f"{path}: is no recording ({type(error).__name__}). Make one with --record.") from error

    def stream(self, messages: Sequence[Message], spending: Spending) -> Iterator[Reply]:
        """Yield the reply that was recorded for these messages.

        Raises:
            RecordingError: these were not asked then: prompts, passages or cases have changed.
            ChatError: the model failed then.
        """
        row = self._replies.get(digest(messages))
        if row is None:
            raise RecordingError(f"{self._path}: holds no reply to this request; prompts, passages or cases have changed since. Record again.")
        prompt = "\n".join(m.text for m in messages)
        spending.reply_tokens(prompt)
        pieces = [Reply(*piece) for piece in row["pieces"]]
        spending.spend(prompt, "".join(p.text for p in pieces), sum(p.tokens_in for p in pieces), sum(p.tokens_out for p in pieces))
        yield from pieces
        if row["trouble"]:
            raise ChatError(Trouble(row["trouble"]), row["error"])


# -- one case -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChatRecord:
    """One case as it went. Sentences are the model's own; what the texts are quoted for beside them is not counted."""

    id: str
    answerable: bool
    seconds: float
    crash: str = ""
    answered: bool = False
    by_model: bool = False
    held: int = 0
    """Sentences that held as they were first written."""
    mended: int = 0
    """Sentences that held after one repair."""
    withheld: tuple[str, ...] = ()
    """The fault of each sentence that never held."""
    troubles: tuple[str, ...] = ()
    facts: tuple[bool, ...] = ()
    calls: int = 0
    tokens: int = 0
    detail: Mapping[str, Any] | None = None
    """The answer in wire form; never for a held-out suite."""


def ask_case(case: Case, assistant: Assistant, scope: Scope, held_out: bool) -> ChatRecord:
    """Ask one question and return what came of it; a crash is recorded as one, but a recording that does not fit is an error.

    Raises:
        RecordingError: the case was not recorded.
    """
    started = time.perf_counter()
    shown: list[Shown] = []
    withheld: list[Withheld] = []
    try:
        for event in assistant.stream(case.question, scope):
            if isinstance(event, Shown):
                shown.append(event)
            elif isinstance(event, Withheld):
                withheld.append(event)
            elif isinstance(event, Done):
                result = event.result
    except RecordingError:
        raise
    except Exception as error:
        crash = type(error).__name__ if held_out else f"{type(error).__name__}: {error}"
        return ChatRecord(case.id, case.answerable, time.perf_counter() - started, crash)
    answer = result if isinstance(result, Answer) else None
    written = {e.place: e.mended for e in shown if e.place >= 0}  # below zero stand the texts' own words
    return ChatRecord(
        id=case.id,
        answerable=case.answerable,
        seconds=time.perf_counter() - started,
        answered=answer is not None,
        by_model=answer is not None and answer.answered_by != "extractive",
        held=sum(not mended for mended in written.values()),
        mended=sum(written.values()),
        withheld=tuple(w.fault.value for w in withheld),
        troubles=tuple(n.trouble.value for n in result.notices),
        facts=tuple(facts_found(case.facts, [s.text for s in answer.statements])) if answer else (False,) * len(case.facts),
        calls=result.usage.calls if result.usage else 0,
        tokens=result.usage.tokens_in + result.usage.tokens_out if result.usage else 0,
        detail=None if held_out else wire.answer_to_dict(result),
    )


# -- all cases ------------------------------------------------------------------------------------------------


def summary(records: Sequence[ChatRecord]) -> dict[str, float | None]:
    """Return the measures of a run; ``None`` where there is nothing to measure.

    *Grounded before* is the share of the model's sentences that held as first written; *after*, the share of the sentences shown
    that the judge holds to be carried, which is 1 unless there is a fault in the chain; *repair success* is the share of those
    that did not hold at first and held after one repair.
    """
    ran = [r for r in records if not r.crash]
    held, mended, withheld = sum(r.held for r in ran), sum(r.mended for r in ran), sum(len(r.withheld) for r in ran)
    answerable = [r for r in ran if r.answerable]
    return {
        "cases": len(records),
        "crashed": len(records) - len(ran),
        "sentences": held + mended + withheld,
        "grounded_before": _share(held, held + mended + withheld),
        "withheld_share": _share(withheld, held + mended + withheld),
        "repair_success": _share(mended, mended + withheld),
        "answered_by_model": _share(sum(r.by_model for r in ran), sum(r.answered for r in ran)),
        "facts": _share(sum(bool(r.facts) and all(r.facts) for r in answerable), len(answerable)),
        "false_refusals": _share(sum(not r.answered for r in answerable), len(answerable)),
        "false_answers": _share(sum(r.answered for r in ran if not r.answerable), sum(not r.answerable for r in ran)),
        "calls": sum(r.calls for r in ran),
        "tokens": sum(r.tokens for r in ran),
    }


def _share(part: int, of: int) -> float | None:
    return round(part / of, 4) if of else None


def grounded_after(records: Sequence[ChatRecord]) -> float | None:
    """Return the share of statements shown whose verdict is that the cited words carry them."""
    verdicts = [s["verdict"] for r in records if r.detail for s in r.detail["statements"]]
    return _share(sum(v == "supported" for v in verdicts), len(verdicts))


def run_suite(suite: str, assistant: Assistant, texts: Path, scope: Scope) -> list[ChatRecord]:
    """Ask all cases of a suite."""
    cases = load_cases(suite_path(suite), texts, shipped("corpus"))
    return [ask_case(case, assistant, scope, is_held_out(suite)) for case in cases]


def lines(suite: str, model: str, records: Sequence[ChatRecord]) -> list[str]:
    """Return what is printed of a suite."""
    rows = [f"  {name.replace('_', ' '):<20}{value if value is not None else '-'}" for name, value in summary(records).items()]
    faults = Counter(f for r in records for f in r.withheld)
    troubles = Counter(t for r in records for t in r.troubles)
    rows.append(f"  {'grounded after':<20}{grounded_after(records)}")
    rows += [f"  withheld, {fault:<10}{number}" for fault, number in faults.most_common()]
    rows += [f"  notice, {trouble:<12}{number}" for trouble, number in troubles.most_common()]
    rows += [f"  crashed: {r.id} {r.crash}" for r in records if r.crash]
    return [f"{suite}: {model}", *rows]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``chat``."""
    parser.add_argument("--model", metavar="PROVIDER:MODEL", help="the model; its provider's variables must be set")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="a recording, instead of a model")
    parser.add_argument("--record", type=Path, metavar="FILE", help="where to write down what the model says")
    parser.add_argument("--suite", default="corpus-precedence-dev", metavar="NAME", help="a file of evals/cases without its suffix")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, metavar="DATE", help="the day on which is asked; today, or that of the recording")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the results; evals/results/chat-SUITE.json if not given")
    library_options(parser)


def main(args: argparse.Namespace) -> int:
    """Ask suites of a model or of a recording, and return the exit code: 1 if a case crashed."""
    if bool(args.model) == bool(args.replay):
        raise RecordingError("chat: give either --model PROVIDER:MODEL or --replay FILE.")
    replay = Replay(args.replay) if args.replay else None
    as_of = args.as_of or (replay.as_of if replay else dt.date.today())
    with TemporaryDirectory(prefix="evals-", ignore_cleanup_errors=True) as folder:
        home = (args.home or Path(folder)) / library_name(args.suite)
        opened = open_library(library_paths(library_name(args.suite), args.texts), home)
        speaker: Speaker | None = replay or Assistant(load_settings(home=home, corpus="", chat_model=args.model)).chat_model
        assert speaker is not None  # a model is set, or the recording holds its name
        recorder = Recorder(speaker, args.record, as_of) if args.record else None
        assistant = Assistant(load_settings(home=home, corpus="", chat_model=speaker.name), chat_model=recorder or speaker)
        records = run_suite(args.suite, assistant, args.texts, Scope(as_of=as_of))
    if recorder:
        recorder.close()
        print(f"recorded: {args.record}")
    print("\n".join(lines(args.suite, speaker.name, records)))
    out: Path = args.out or RESULTS / f"chat-{args.suite}.json"
    made = {**opened.made, "as_of": as_of.isoformat(), "chat_model": speaker.name, "replayed": bool(args.replay)}
    rows = [{field: getattr(r, field) for field in ChatRecord.__dataclass_fields__} for r in records]
    write_json(out, {"suite": args.suite, "made": made, "summary": summary(records), "records": rows})
    print(f"written: {out}")
    return int(any(r.crash for r in records))
