"""The JSON wire form of every record, written once: what the commands print and what the HTTP API returns."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.documents import Audience, Kind
from assistant.errors import RowError
from assistant.events import Done, Event, Shown
from assistant.exchange import Notice, Withheld
from assistant.results import Abstention, Answer, Citation, Conflict, Hit, Scope, Statement
from assistant.tools.hints import hint_for

if TYPE_CHECKING:  # what only moves records about must not wait for the libraries that make them
    from assistant.benefits.assessment import Checked, Figure, Row, Worksheet
    from assistant.curation import FileReport
    from assistant.judge.responses import Response
    from assistant.library.registry import SourceRow

Json = dict[str, Any]


def answer_to_dict(result: Answer | Abstention) -> Json:
    """Return an answer or a refusal; both have the same keys, empty where the other kind alone has something to say."""
    answer = result if isinstance(result, Answer) else None
    refusal = result if isinstance(result, Abstention) else None
    return {
        "question": result.question,
        "language": result.language,
        "outcome": "answer" if answer else "abstention",
        "reason": refusal.reason.value if refusal else None,
        "statements": [_statement(s) for s in answer.statements] if answer else [],
        "citations": [_citation(c) for c in answer.citations] if answer else [],
        "conflicts": [_conflict(c) for c in answer.conflicts] if answer else [],
        "hits": [hit_to_dict(hit) for hit in result.hits],
        "as_of": result.as_of.isoformat(),
        "revision": result.revision,
        "fingerprint": result.fingerprint,
        "missing": list(refusal.missing) if refusal else [],
        "message": refusal.message if refusal else "",
        "notes": list(answer.notes) if answer else [],
        "confidence": result.confidence,
        "condensed": result.condensed,
        "answered_by": answer.answered_by if answer else None,
        "withheld": [withheld_to_dict(w) for w in answer.withheld] if answer else [],
        "notices": [notice_to_dict(notice) for notice in result.notices],
        "usage": dataclasses.asdict(result.usage) if result.usage else None,
        "tool": _hint(result),
    }


def _hint(result: Answer | Abstention) -> Json | None:
    hint = hint_for(result.condensed or result.question)
    return {"tool": hint.tool, "command": hint.command, "text": hint.text.in_(result.language)} if hint else None


def withheld_to_dict(withheld: Withheld) -> Json:
    """Return a sentence that is not shown as fact."""
    return {"text": withheld.text, "fault": withheld.fault.value, "reason": withheld.reason}


def notice_to_dict(notice: Notice) -> Json:
    """Return what went wrong while a model was asked."""
    return {"trouble": notice.trouble.value, "text": notice.text}


def event_to_dict(event: Event) -> Json:
    """Return an event of an answer that is being made; ``event`` names it: statement, withheld, notice or done."""
    match event:
        case Shown(place, statement, citations, mended):
            cited = [_citation(c) for c in citations]
            return {"event": "statement", "place": place, "statement": _statement(statement), "citations": cited, "mended": mended}
        case Withheld():
            return {"event": "withheld", **withheld_to_dict(event)}
        case Notice():
            return {"event": "notice", **notice_to_dict(event)}
        case Done(result):
            return {"event": "done", "result": answer_to_dict(result)}


def _statement(statement: Statement) -> Json:
    return {"text": statement.text, "verdict": statement.verdict.value, "citations": list(statement.citations), "reason": statement.reason}


def _citation(citation: Citation) -> Json:
    return {
        "n": citation.n,
        "source_id": citation.source_id,
        "title": citation.title,
        "document_number": citation.document_number,
        "authority": citation.authority.value,
        "status": citation.status.value,
        "jurisdiction": citation.jurisdiction,
        "locator": citation.locator,
        "page": citation.page,
        "quote": citation.quote,
        "start": citation.span.start,
        "end": citation.span.end,
        "standing": citation.standing.value,
        "label": citation.label,
        "note": citation.note,
    }


def _conflict(conflict: Conflict) -> Json:
    return {"subject": conflict.subject, "citations": list(conflict.citations), "values": list(conflict.values), "rule": conflict.rule}


def hit_to_dict(hit: Hit) -> Json:
    """Return a passage found."""
    passage = hit.passage
    return {
        "source_id": passage.source_id,
        "passage_id": passage.id,
        "locator": passage.locator,
        "page": passage.page_from,
        "score": hit.score,
        "text": passage.text,
    }


def source_to_dict(row: SourceRow) -> Json:
    """Return a source as listed: every field of its metadata, then what the library knows of it."""
    return {key: _plain(value) for key, value in {**dataclasses.asdict(row.metadata), **row._asdict()}.items() if key != "metadata"}


def report_to_dict(report: FileReport) -> Json:
    """Return what became of one file."""
    return {field.name: _plain(getattr(report, field.name)) for field in dataclasses.fields(report)}


def response_to_dict(row_id: str | int, response: Response) -> Json:
    """Return the verdict on a response; label and ``score`` are those of the whole, each sentence has its own verdict."""
    return {
        "id": row_id,
        "label": "grounded" if response.grounded else "ungrounded",
        "score": response.score,
        "sentences": [
            {"text": s.text, "start": s.span.start, "end": s.span.end, "verdict": s.judgement.verdict.value, "reason": s.judgement.reason}
            for s in response.sentences
        ],
    }


def worksheet_to_dict(sheet: Worksheet) -> Json:
    """Return a worksheet: its rows by part, what is still to be known, and the citations that the rows number."""
    parts = {name: [_row_of(row, sheet.language) for row in getattr(sheet, name)] for name in ("benefits", "obligations", "proposals", "apart")}
    return {
        "profile": {name: _number(value) for name, value in sheet.profile.facts.items()},
        "language": sheet.language,
        "as_of": sheet.as_of.isoformat(),
        "jurisdiction": sheet.place,
        "revision": sheet.revision,
        "fingerprint": sheet.fingerprint,
        **parts,
        "questions": [{"field": q.field, "needed_for": list(q.needed_for)} for q in sheet.questions],
        "citations": [_citation(c) for c in sheet.citations],
    }


def _row_of(row: Row, language: str) -> Json:
    p = row.provision
    words = {key: getattr(p, key).in_(language) for key in ("title", "summary", "who", "period", "carries", "pays_back", "handled_by")}
    return {
        "id": p.id,
        "kind": p.kind.value,
        "standing": p.standing.value,
        "outcome": row.outcome.value,
        "force": row.force.value,
        **words,
        "conditions": [_checked(c) for c in row.conditions],
        "checks": [_checked(c) for c in row.checks],
        "amounts": [_figure(f) for f in row.figures],
        "notes": [note.in_(language) for note in p.notes],
        "citations": [c.n for c in row.basis.citations],
    }


def _checked(checked: Checked) -> Json:
    return {"text": checked.text, "state": checked.state.value, "fields": list(checked.fields), "unknown": list(checked.unknown)}


def _figure(figure: Figure) -> Json:
    return {
        "id": figure.id,
        "label": figure.label,
        "role": figure.role.value,
        "unit": figure.unit.value,
        "value": _number(figure.value),
        "formula": figure.formula,
        "written": figure.written,
        "unknown": list(figure.unknown),
    }


def _number(value: object) -> object:
    """Return an exact decimal as the JSON number it is; anything else as it stands."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def _plain(value: object) -> object:
    """Return a field's value as JSON has it: dates in ISO form, paths as text, tuples as lists."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def scope_of(as_of: dt.date | None = None, jurisdiction: str = "", audience: Audience | None = None, kind: Kind | None = None) -> Scope:
    """Return the scope that a request asks for. Whoever is named as the audience sees what is public besides their own."""
    audiences = frozenset(Audience) if audience is None else frozenset({Audience.PUBLIC, audience})
    return Scope(as_of=as_of, jurisdiction=jurisdiction, audiences=audiences, kind=kind)


# -- rows that come in ----------------------------------------------------------------------------------------


def read_rows(path: Path, keys: Sequence[str]) -> Iterator[Json | RowError]:
    """Return each row of a JSONL file, or what is wrong with it; blank lines are passed over.

    Args:
        path: the file.
        keys: the fields that a row must have, ``id`` aside. Others are let be, so that a file of labelled data will do.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    yield _row(line, f"{path}:{number}", keys)
                except RowError as error:
                    yield error


def _row(line: bytes, where: str, keys: Sequence[str]) -> Json:
    legal = ", ".join(("id", *keys))
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise RowError(f"{where}: is not JSON in UTF-8 ({error}). Write one object with {legal} on each line.") from error
    if not isinstance(row, Mapping):
        raise RowError(f"{where}: is not an object. Write one object with {legal} on each line.")
    for key in ("id", *keys):
        if key not in row:
            raise RowError(f"{where}: has no {key!r}, but {', '.join(map(repr, row)) or 'nothing'}. Name the fields {legal}.")
    if isinstance(row["id"], bool) or not isinstance(row["id"], str | int):
        raise RowError(f"{where}: 'id' {row['id']!r} is neither text nor a whole number. Correct it there.")
    for key in keys:
        if not isinstance(row[key], str):
            raise RowError(f"{where}: {key!r} {row[key]!r} is not a text. Correct it there.")
        if key == "question" and not row[key].strip():
            raise RowError(f"{where}: 'question' is blank. Write the question there.")
    return dict(row)
