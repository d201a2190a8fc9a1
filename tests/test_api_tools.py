"""The routes of the tools over real HTTP: files in, results as JSON, HTML and Word out, and errors in the one shape."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from assistant.language.glossary import Dictionary
from tests.api_server import Running, running

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "corpus" / "tools" / "samples"
AGREEMENT = (ROOT / "evals" / "agreements" / "dev" / "intern-zh-2.md").read_bytes()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> Iterator[Running]:
    shipped = sorted((ROOT / "corpus" / "policies").glob("moe-2021-4.*.md"))
    with running(tmp_path_factory.mktemp("tools"), dictionary, "accounts", extra=shipped, rate_limit=100_000) as server:
        yield server


def test_an_agreement_is_checked_and_cited(server: Running) -> None:
    with server.client("reader") as client:
        found = client.post("/api/v1/tools/agreement", files={"file": ("协议.md", AGREEMENT)}).raise_for_status().json()
    floor = next(f for f in found["law"] if f["id"] == "pay-floor")
    assert (found["kind"], floor["status"], floor["quotes"][0]["page"]) == ("internship", "contradicting", 1)
    assert "80%" in floor["citations"][0]["quote"]


def test_reports_come_as_html_and_word(server: Running) -> None:
    with server.client("reader") as client:
        commented = client.post("/api/v1/tools/agreement", files={"file": ("a.md", AGREEMENT)}, data={"format": "docx"}).raise_for_status()
        page = client.post("/api/v1/tools/index", json={"evaluators": {"enterprise": 1}, "format": "html"}).raise_for_status()
        monthly = {"file": ("m.csv", (SAMPLES / "monthly.csv").read_bytes())}
        report = client.post("/api/v1/tools/monitor", files=monthly, data={"format": "docx", "period": "2025Q3"}).raise_for_status()
    assert len(list(docx.Document(io.BytesIO(commented.content)).comments)) > 10
    assert page.text.startswith("<!doctype html>")
    assert len(docx.Document(io.BytesIO(report.content)).inline_shapes) == 5


def test_majors_take_two_files(server: Running) -> None:
    files = {"file": ("m.csv", (SAMPLES / "majors.csv").read_bytes()), "thresholds": ("t.yaml", (SAMPLES / "thresholds.yaml").read_bytes())}
    with server.client("reader") as client:
        found = client.post("/api/v1/tools/majors", files=files).raise_for_status().json()
    assert [m["action"] for m in found["results"]] == ["suspend", "reduce", "open", "keep"]


@pytest.mark.parametrize(
    ("path", "files", "said"),
    [
        ("agreement", {"file": ("a.xyz", b"x")}, "'.xyz'"),
        ("monitor", {"file": ("m.csv", b"month,indicator,value\n2025-01,a,many\n2025-02,a,few\n")}, "m.csv: row 2, column 'value'"),
        ("monitor", {"file": ("m.csv", b"x\n1\n")}, "no column is called"),
    ],
)
def test_errors_have_the_one_shape_and_no_folder(server: Running, path: str, files: dict[str, tuple[str, bytes]], said: str) -> None:
    with server.client("reader") as client:
        response = client.post(f"/api/v1/tools/{path}", files=files)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (422, "invalid_request")
    assert said in error["message"]
    assert "/tmp" not in error["message"]
