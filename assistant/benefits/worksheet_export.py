"""A worksheet as an audit sheet: CSV for a spreadsheet, DOCX for the file. Both say as of when and from which state of the library."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import docx
from docx.document import Document

from assistant.answers.labels import STATUS
from assistant.benefits.assessment import Worksheet
from assistant.benefits.predicates import State
from assistant.benefits.profile_fields import fields
from assistant.benefits.provisions import Role
from assistant.benefits.word import add_note, add_table, cannot_write, plain, save, set_fonts
from assistant.benefits.worksheet import (
    MARKS,
    NEEDED_FOR,
    QUESTIONS,
    STATES,
    TITLE,
    WARNING,
    Amount,
    Condition,
    Entry,
    Part,
    head_lines,
    lay_out,
    question_lines,
    role_name,
    value_text,
)

_COLUMNS = {
    "zh": (
        "部分,编号,名称,效力,说明,条件,履行情况,应得总额,上限,现在,结转,补缴,其他数值,计算过程,规则,办理与期间,"
        "依据,原文,原文状态,备注,企业,所在地区,按此日效力,资料库版本,指纹"
    ).split(","),
    "en": (
        "part,id,title,standing,summary,conditions,how it is kept,entitlement,cap,now,carried,pay back,other figures,computation,rules,handling and period,"
        "basis,quote,status of the text,notes,enterprise,place,as of,library revision,fingerprint"
    ).split(","),
}
_RULES = ("结转规则", "补缴规则", "Carry-forward", "Pay-back")


def to_csv(sheet: Worksheet) -> str:
    """Return the worksheet as CSV with one line for each provision and each open question; a byte order mark tells Excel that it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS["zh" if sheet.language == "zh" else "en"])
    head = [text for _, text in head_lines(sheet)]
    for part in lay_out(sheet):
        for entry in part.entries:
            writer.writerow(_safe(cell) for cell in (part.heading, *_cells(entry, sheet.language), *head))
    blank = [""] * (len(_COLUMNS["en"]) - len(head) - 5)
    for name, label, needed in question_lines(sheet):
        writer.writerow(_safe(cell) for cell in (QUESTIONS.in_(sheet.language), name, label, STATES[State.UNKNOWN].in_(sheet.language), needed, *blank, *head))
    return "\ufeff" + out.getvalue()


def _cells(entry: Entry, language: str) -> list[str]:
    by_role = {role: "; ".join(f"{a.label} {a.value or a.missing}" for a in entry.amounts if a.role is role) for role in Role}
    status = 0 if language == "en" else 1
    return [
        entry.id,
        entry.title,
        entry.standing,
        entry.summary,
        _joined(entry.conditions, language),
        _joined(entry.checks, language),
        *(by_role[role] for role in (Role.ENTITLEMENT, Role.CAP, Role.NOW, Role.CARRIED, Role.PAYBACK)),
        "; ".join(filter(None, (by_role[Role.LIMIT], by_role[Role.FIGURE]))),
        "\n".join(_computation(a) for a in entry.amounts),
        "; ".join(text for label, text in entry.facts if label in _RULES),
        "; ".join(f"{label} {text}" for label, text in entry.facts if label not in _RULES),
        "\n".join(f"[{c.n}] {' '.join(filter(None, (c.title, c.document_number, c.locator)))}" for c in entry.basis),
        "\n".join(f"[{c.n}] {c.quote}" for c in entry.basis),
        "\n".join(f"[{c.n}] {STATUS[c.status][status]}; {c.label}" for c in entry.basis),
        "\n".join(entry.notes),
    ]


def _computation(amount: Amount) -> str:
    return " = ".join(filter(None, (amount.label, amount.formula, amount.written, amount.value or amount.missing)))


def _joined(conditions: Sequence[Condition], language: str) -> str:
    return "\n".join(f"{MARKS[c.state]} {STATES[c.state].in_(language)}: {c.text} ({c.facts})" for c in conditions)


def _safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def write_csv(sheet: Worksheet, path: Path) -> None:
    """Write the worksheet as CSV.

    Raises:
        ProfileError: the file cannot be written.
    """
    try:
        path.write_text(to_csv(sheet), encoding="utf-8", newline="")
    except OSError as error:
        raise cannot_write(path, error) from error


def write_docx(sheet: Worksheet, path: Path) -> None:
    """Write the worksheet as a Word document.

    Raises:
        ProfileError: the file cannot be written.
    """
    document = docx.Document()
    set_fonts(document)
    document.add_heading(TITLE.in_(sheet.language), 0)
    add_table(document, head_lines(sheet))
    add_note(document, WARNING.in_(sheet.language))
    for part in lay_out(sheet):
        _part(document, part, sheet.language)
    _questions(document, sheet)
    document.add_heading("所填数据" if sheet.language == "zh" else "Facts given", 1)
    facts = [(fields()[name].label.in_(sheet.language), value_text(name, value, sheet.language)) for name, value in sheet.profile.facts.items()]
    add_table(document, facts)
    save(document, path)



def _part(document: Document, part: Part, language: str) -> None:
    document.add_heading(f"{part.heading} ({len(part.entries)})", 1)
    if part.note:
        add_note(document, part.note)
    for entry in part.entries:
        _entry(document, entry, language)


def _entry(document: Document, entry: Entry, language: str) -> None:
    colon = "：" if language == "zh" else ": "
    document.add_heading(plain(entry.title), 2)
    document.add_paragraph(plain(f"〔{entry.standing}〕{entry.summary}" if language == "zh" else f"[{entry.standing}] {entry.summary}"))
    for condition in (*entry.conditions, *entry.checks):
        state = STATES[condition.state].in_(language)
        document.add_paragraph(plain(f"{MARKS[condition.state]} {state}{colon}{condition.text} ({condition.facts})"), style="List Bullet")
    if entry.amounts:
        add_table(document, [(f"{role_name(a.role, language)} · {a.label}", _steps(a)) for a in entry.amounts])
    for label, text in entry.facts:
        document.add_paragraph(plain(f"{label}{colon}{text}"))
    for c in entry.basis:
        paragraph = document.add_paragraph(plain(f"[{c.n}] {' '.join(filter(None, (c.title, c.document_number, c.locator)))} ({c.label}){colon}"))
        paragraph.add_run(plain(f"“{c.quote}”")).italic = True
    for note in entry.notes:
        add_note(document, note)


def _steps(amount: Amount) -> str:
    return "\n= ".join(filter(None, (amount.formula, amount.written, amount.value or amount.missing)))


def _questions(document: Document, sheet: Worksheet) -> None:
    asked = question_lines(sheet)
    if asked:
        document.add_heading(f"{QUESTIONS.in_(sheet.language)} ({len(asked)})", 1)
        add_table(document, [(label, NEEDED_FOR.in_(sheet.language) + needed) for _, label, needed in asked])


