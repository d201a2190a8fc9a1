"""Routes for the library: what is in, one source with its text, taking in files and removing sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, File, Form, Query, UploadFile

from assistant import wire
from assistant.access.people import Right
from assistant.api.errors import ApiError, not_found
from assistant.api.responses import IngestOut, RemovedOut, SourcesOut, SourceTextOut
from assistant.api.service import Serving, Who
from assistant.curation import Curator, FileReport, outcomes
from assistant.documents import Kind, Passage
from assistant.errors import MetadataError, SourceNotFound
from assistant.intake import MOST_FILES, take_in
from assistant.library.listing import matching
from assistant.library.registry import SourceRow
from assistant.pipeline import Assistant

router = APIRouter(prefix="/api/v1", tags=["library"])
PATIENCE = 30.0
"""Taking in files may take so many times as long as a question."""
_HIDDEN = ("path", "revision")  # where a file lies, and how often the whole library has changed, is not the caller's business


@router.get("/sources", response_model=SourcesOut, summary="List what is in the library")
async def sources(
    service: Serving,
    person: Who,
    query: Annotated[str, Query(max_length=200, description="Words of a title, an id or a document number.")] = "",
    kind: Kind | None = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Any:
    """Only what the asker may see is listed and counted."""
    rows = await service.workers.run(service.library_for(person).sources)
    found = matching(rows, query, kind)
    return {"total": len(found), "sources": [_listed(row) for row in found[offset : offset + limit]]}


def _listed(row: SourceRow) -> dict[str, Any]:
    return {key: value for key, value in wire.source_to_dict(row).items() if key not in (*_HIDDEN, "warnings")}


@router.get("/sources/{source_id}", response_model=SourceTextOut, summary="One source with its text and passages")
async def source(source_id: str, service: Serving, person: Who) -> Any:
    """A source that the asker may not see is as unknown as one that does not exist."""
    library = service.library_for(person)
    try:
        return await service.workers.run(lambda: _read(library, source_id))
    except SourceNotFound:
        raise not_found(source_id) from None


def _read(library: Assistant, source_id: str) -> dict[str, Any]:
    found = library.source(source_id)
    row = next(row for row in library.sources() if row.metadata.id == source_id)
    return {
        "source": _listed(row),
        "text": found.text,
        "pages": [{"number": p.number, "start": p.span.start, "end": p.span.end} for p in found.pages],
        "passages": [_passage(p) for p in library.texts.passages_of(source_id)],
        "warnings": list(found.warnings),
    }


def _passage(p: Passage) -> dict[str, Any]:
    return {
        "passage_id": p.id,
        "locator": p.locator,
        "heading": p.heading,
        "kind": p.kind.value,
        "page_from": p.page_from,
        "page_to": p.page_to,
        "start": p.span.start,
        "end": p.span.end,
        "text": p.text,
    }


@router.delete("/sources/{source_id}", response_model=RemovedOut, summary="Remove a source, and prove that nothing of it is left")
async def remove(source_id: str, service: Serving, person: Who) -> Any:
    """For librarians and administrators."""
    service.demand(person, Right.CURATE)
    library = service.library_for(person)
    try:
        left = await service.workers.run(lambda: library.remove(source_id), PATIENCE)
    except SourceNotFound:
        raise not_found(source_id) from None
    if any(left.values()):
        raise ApiError(500, "not_removed", f"Not all of {source_id!r} could be removed. Run on the server: assistant doctor, then remove it again.")
    return {"id": source_id, "left": left}


@router.post("/ingest", response_model=IngestOut, summary="Take in files", openapi_extra={"x-max-files": MOST_FILES})
async def ingest(
    service: Serving,
    person: Who,
    files: Annotated[list[UploadFile], File(description="Documents, and sidecars `NAME.meta.yaml` and `NAME.questions.jsonl` beside them.")],
    metadata: Annotated[str, Form(max_length=100_000, description="YAML with what is known of the files, as for `assistant ingest --metadata`.")] = "",
) -> Any:
    """One report for each file; a bad file never stops the others. For librarians and administrators."""
    service.demand(person, Right.CURATE)
    library = service.library_for(person)
    if len(files) > MOST_FILES:
        raise ApiError(422, "invalid_request", f"files: {len(files)} are more than {MOST_FILES}. Send them in parts.", "files")
    reports = await service.workers.run(lambda: _take_in(library.curator, [(f.filename or "", f.file) for f in files], metadata), PATIENCE)
    for report in reports:
        service.metrics.count_file(report.outcome)
    return {"files": [_reported(report) for report in reports], "summary": outcomes(reports)}


def _take_in(curator: Curator, files: Sequence[tuple[str, BinaryIO]], metadata: str) -> list[FileReport]:
    try:
        return list(take_in(curator, files, metadata))
    except MetadataError as error:
        raise ApiError(422, "invalid_request", f"metadata: {error}", "metadata") from error


def _reported(report: FileReport) -> dict[str, Any]:
    return {
        "name": report.path.name,
        "outcome": report.outcome,
        "source_id": report.source_id,
        "title": report.title,
        "passages": report.passages,
        "warnings": list(report.warnings),
        "error": report.error,
        "fault": report.fault,
    }
