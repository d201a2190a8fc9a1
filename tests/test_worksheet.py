"""A worksheet as read: parts in order, and the same facts in the terminal, in CSV, in DOCX, in JSON and on the page."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import docx
import pytest
from rich.console import Console

from assistant import wire
from assistant.benefits.worksheet import lay_out
from assistant.benefits.worksheet_export import to_csv, write_csv, write_docx
from assistant.benefits.worksheet_html import render_worksheet
from assistant.commands.worksheet_terminal import show_worksheet
from assistant.errors import ProfileError
from tests.catalogue import worksheet

EVIL = "<script>window.taken = 1</script>"
FACTS = {
    "name": f"=甲公司 {EVIL}",
    "nurturing_scope": "yes",
    "eligible_investment": "5,000,000",
    "education_surcharge_due": "600,000",
    "local_surcharge_due": "400,000",
    "takes_interns": "yes",
    "staff_on_post": "200",
    "post_interns": "25",
    "recognised": "no",
    "damaged_part": "8,000",
}


_LATER = {"What we still need to know": "还需要了解的信息", "Only in papers: no entitlement, nothing to claim": "仅见于论文：不是权益，不能主张"}


def terminal_text(language: str, width: int = 100) -> str:
    out = io.StringIO()
    show_worksheet(Console(file=out, markup=False, highlight=False, emoji=False, width=width), worksheet(FACTS, language=language))
    return out.getvalue()


def test_what_counts_comes_first_and_papers_stand_apart() -> None:
    parts = {part.key: part for part in lay_out(worksheet(FACTS))}
    assert list(parts) == ["claimable", "reported", "open", "owed", "owed_open", "pathways", "not_met", "proposals", "apart"]
    assert parts["claimable"].entries[0].id == "surcharge-offset"
    assert {entry.standing for entry in parts["claimable"].entries} == {"现行规定"}
    assert [entry.id for entry in parts["reported"].entries] == ["intern-costs"]
    assert [entry.id for entry in parts["not_met"].entries] == ["recognised-support"]
    assert {entry.standing for entry in parts["proposals"].entries} == {"论文建议，不是权益", "论文所述案例，不是权益"}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", ["可以主张的权益", "当年可抵免：1,000,000 元", "取较小值(1,500,000; 1,000,000)", "财税〔2019〕46号", *_LATER.values()]),
        ("en", ["What may be claimed", "Offset now: 1,000,000 yuan", "the smaller of (1,500,000; 1,000,000)", "Item 3", *_LATER]),
    ],
)
def test_the_terminal_shows_amount_formula_and_clause(language: str, said: list[str]) -> None:
    text = terminal_text(language, 400)
    for words in said:
        assert words in text
    assert text.index(said[0]) < text.index(said[4]) < text.index(said[5])


def test_no_line_is_wider_than_the_terminal() -> None:
    from rich.cells import cell_len

    assert max(cell_len(line) for line in terminal_text("zh", 80).splitlines()) <= 80


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_csv_has_a_line_for_each_provision_with_day_and_revision() -> None:
    sheet = worksheet(FACTS, language="en")
    text = to_csv(sheet)
    assert text.startswith("\ufeffpart,id,title")
    rows = {row["id"]: row for row in rows_of(text)}
    offset = rows["surcharge-offset"]
    assert (offset["part"], offset["as of"], offset["library revision"]) == ("What may be claimed", "2026-06-01", "1")
    assert offset["now"] == "Offset now 1,000,000 yuan"
    assert "the smaller of (1,500,000; 1,000,000)" in offset["computation"]
    assert "财税〔2019〕46号 Item 3" in offset["basis"]
    assert offset["quote"].startswith("[1] From 1 January 2019")
    assert "in force" in offset["status of the text"]
    assert rows["risk-compensation-fund"]["part"] == "Only in papers: no entitlement, nothing to claim"
    assert rows["post_interns_same_post"]["part"] == "What we still need to know"
    assert rows["post_interns_same_post"]["as of"] == "2026-06-01"


def test_no_cell_is_a_formula_to_a_spreadsheet() -> None:
    for row in rows_of(to_csv(worksheet(FACTS))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
        assert row["企业"].startswith("'=甲公司")


def test_docx_is_an_audit_sheet(tmp_path: Path) -> None:
    path = tmp_path / "sheet.docx"
    write_docx(worksheet({**FACTS, "name": "甲\x00公司"}), path)
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*(p.text for p in document.paragraphs), *cells])
    for words in ("权益测算表", "甲公司", "2026-06-01", "资料库版本", "取较小值(1,500,000; 1,000,000)", "财税〔2019〕46号", *_LATER.values()):
        assert words in text
    assert "当年符合条件的职业教育投资" in cells
    assert "5,000,000" in cells


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    for write in (write_csv, write_docx):
        with pytest.raises(ProfileError, match=r"cannot be written .*Choose another file"):
            write(worksheet({}), tmp_path / "none" / "sheet")


def test_html_escapes_what_comes_from_outside_and_pins_each_row() -> None:
    html = render_worksheet(worksheet(FACTS))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert 'data-provision="surcharge-offset" open>' in html
    assert 'data-provision="risk-compensation-fund" open>' in html
    assert html.index('data-provision="surcharge-offset"') < html.index("part-questions") < html.index("part-proposals")
    assert 'data-provision="intern-ceilings" open>' in html, "a broken ceiling is shown open"
    assert 'data-field="post_interns_same_post"' in html


def test_json_has_plain_numbers_states_and_citations() -> None:
    sheet = json.loads(json.dumps(wire.worksheet_to_dict(worksheet(FACTS, language="en"))))
    offset = next(row for row in sheet["benefits"] if row["id"] == "surcharge-offset")
    amounts = {a["id"]: a for a in offset["amounts"]}
    assert (offset["outcome"], offset["force"], offset["kind"]) == ("claimable", "binding", "incentive")
    assert (amounts["offset_now"]["value"], amounts["offset_carried"]["value"], amounts["offset_payback"]["value"]) == (1_000_000, 500_000, None)
    assert amounts["offset_payback"]["unknown"] == ["withdraws_investment", "offset_taken"]
    cited = {c["n"]: c for c in sheet["citations"]}
    assert {cited[n]["document_number"] for n in offset["citations"]} == {"财税〔2019〕46号"}
    assert offset["conditions"][0] == {"text": "In the building-and-nurturing scope", "state": "met", "fields": ["nurturing_scope"], "unknown": []}
    assert sheet["profile"]["eligible_investment"] == 5_000_000
    ceilings = next(row for row in sheet["obligations"] if row["id"] == "intern-ceilings")
    assert {"field": "post_interns_same_post", "needed_for": [ceilings["title"]]} in sheet["questions"]
