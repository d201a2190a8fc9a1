"""Routes of the tools: a college's own records in, what they come to out, as JSON, or as a report in HTML or Word."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Response, UploadFile

from assistant.access.people import Person
from assistant.api.errors import ApiError
from assistant.api.requests import CostsRequest, IndexRequest, MapRequest
from assistant.api.responses import ToolOut
from assistant.api.service import Service, Serving, Who
from assistant.errors import AssistantError, LoadError, MetadataError, ProvisionError, ToolError
from assistant.library.uploads import safe_name
from assistant.pipeline import Assistant
from assistant.reading.loading import load
from assistant.results import Scope
from assistant.tools.agreement_docx import commented_bytes
from assistant.tools.agreement_rules import AgreementKind
from assistant.tools.desk import Desk, Result
from assistant.tools.report_docx import report_bytes
from assistant.tools.report_html import to_html

router = APIRouter(prefix="/api/v1/tools", tags=["tools"])
Language = Literal["zh", "en"]
Wanted = Literal["json", "html", "docx"]
Format = Annotated[Wanted, Form(description="`json`, or the report as `html` or `docx`.")]
Said = Annotated[Language, Form(description="Language of the report.")]
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FORMS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}, WORD: {}}, "description": "The result, or the report"}}


@router.post("/agreement", response_model=ToolOut, responses=_FORMS, summary="Hold an agreement against law and advice")
async def agreement(
    service: Serving,
    person: Who,
    file: Annotated[UploadFile, File(description="A cooperation, apprenticeship or internship agreement: docx, pdf, md and others.")],
    kind: Annotated[Literal["", "cooperation", "apprenticeship", "internship"], Form(description="Found out where not given.")] = "",
    language: Annotated[Literal["", "zh", "en"], Form(description="The agreement's own where not given.")] = "",
    format: Format = "json",
) -> Any:
    """Clause by clause: found with quote and page, missing, unclear or contradicting; law apart from what papers advise. Word has comments."""

    def checked(library: Assistant, paths: Sequence[Path]) -> Response:
        source = load(paths[0])
        said = language or source.metadata.language or "zh"
        result, check = _desk(library, said).agreement(source, AgreementKind(kind) if kind else None)
        return Response(commented_bytes(check), media_type=WORD) if format == "docx" else _shown(result, format)

    return await _with_files(service, person, [file], checked)


@router.post("/index", response_model=ToolOut, responses=_FORMS, summary="Compute the quality index")
async def index(request: IndexRequest, service: Serving, person: Who) -> Any:
    """Indicators and evaluators by weight; what has no score is named in `missing`."""
    scores = request.model_dump(include={"name", "scores", "evaluators", "grades"})
    library = service.library_for(person)
    return await service.workers.run(lambda: _shown(_desk(library, request.language).index(scores), request.format))


@router.post("/monitor", response_model=ToolOut, responses=_FORMS, summary="Report on monthly values")
async def monitor(
    service: Serving,
    person: Who,
    file: Annotated[UploadFile, File(description="CSV or Excel with month, indicator, value, target, source.")],
    period: Annotated[str, Form(max_length=6, description="`2025Q3` or `2025`; all months where not given.")] = "",
    language: Said = "zh",
    format: Format = "json",
) -> Any:
    """How far indicators are met, which keep falling, what is suggested, and who the data come from."""
    return await _with_files(service, person, [file], lambda library, paths: _shown(_desk(library, language).monitor(paths[0], period), format))


@router.post("/map", response_model=ToolOut, responses=_FORMS, summary="Search groups and chains, or match a demand")
async def map_(request: MapRequest, service: Serving, person: Who) -> Any:
    """Groups that have the words of `search`, or that fit `demand`, with reasons."""
    library = service.library_for(person)
    return await service.workers.run(lambda: _shown(_desk(library, request.language).map((), request.search, request.demand), request.format))


@router.post("/majors", response_model=ToolOut, responses=_FORMS, summary="Majors to suspend, reduce or keep")
async def majors(
    service: Serving,
    person: Who,
    file: Annotated[UploadFile, File(description="CSV or Excel with major, year, enrolment, employment, cooperation.")],
    thresholds: Annotated[UploadFile, File(description="YAML with the college's thresholds.")],
    language: Said = "zh",
    format: Format = "json",
) -> Any:
    """By the college's own thresholds and by nothing else."""
    return await _with_files(service, person, [file, thresholds], lambda library, paths: _shown(_desk(library, language).majors(*paths), format))


@router.post("/costs", response_model=ToolOut, responses=_FORMS, summary="Share costs as a paper describes it")
async def costs(request: CostsRequest, service: Serving, person: Who) -> Any:
    """The risk compensation fund in both readings, contributions, and the income by shares."""
    given = request.model_dump(include={"damaged_part", "fund_total", "industry_college_income", "share_held"}, exclude_none=True)
    library = service.library_for(person)
    return await service.workers.run(lambda: _shown(_desk(library, request.language).costs(library.provisions, given), request.format))


def _desk(library: Assistant, language: str) -> Desk:
    return Desk(library.grounds(Scope(), language))


def _shown(result: Result, wanted: Wanted) -> Response | Any:
    if wanted == "html":
        return Response(to_html(result.report), media_type="text/html; charset=utf-8")
    if wanted == "docx":
        return Response(report_bytes(result.report), media_type=WORD)
    return result.as_json()


async def _with_files(service: Service, person: Person, files: Sequence[UploadFile], compute: Callable[[Assistant, Sequence[Path]], Any]) -> Any:
    """Keep uploaded files for as long as they are computed on, and no longer."""
    library = service.library_for(person)

    def work() -> Any:
        folder = Path(tempfile.mkdtemp(prefix="tools-"))
        try:
            return compute(library, [_saved(folder / str(n), file) for n, file in enumerate(files)])
        except (LoadError, MetadataError, ToolError, ProvisionError) as error:
            raise ApiError(422, "invalid_request", _without(folder, error)) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    return await service.workers.run(work)


def _saved(folder: Path, file: UploadFile) -> Path:
    folder.mkdir()
    path = folder / safe_name(file.filename or "")
    with path.open("xb") as out:
        shutil.copyfileobj(file.file, out)
    return path


def _without(folder: Path, error: AssistantError) -> str:
    text = str(error)
    for n in range(2):
        text = text.replace(f"{folder / str(n)}/", "")
    return text
