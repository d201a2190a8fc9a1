"""A checked agreement as a Word document with comments: its text paragraph by paragraph, each finding where its words stand, then the whole table.

The document is written anew from the text as read, whatever format the agreement came in: files of others are only ever
opened by the readers, which run apart (``reading.sandbox``). What is missing is a comment on the title.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import docx
from docx.document import Document
from docx.text.paragraph import Paragraph

from assistant.benefits.word import add_note, add_table, plain, save, set_fonts
from assistant.documents import Span
from assistant.tools.agreement import AgreementCheck, Finding, Status
from assistant.tools.agreement_report import STATUSES, TITLE, WARNING, head_lines, verdict
from assistant.tools.report import CITED, Cited, standing_text
from assistant.tools.report_docx import add_citation


def write_commented(check: AgreementCheck, path: Path) -> None:
    """Write a checked agreement as a Word document with comments.

    Raises:
        ProfileError: the file cannot be written.
    """
    save(_document(check), path)


def commented_bytes(check: AgreementCheck) -> bytes:
    """Return a checked agreement as the bytes of a Word document with comments."""
    out = io.BytesIO()
    _document(check).save(out)
    return out.getvalue()


def _document(check: AgreementCheck) -> Document:
    document, cited = docx.Document(), Cited()
    set_fonts(document)
    paragraphs = [(span, _paragraph(document, check.source.text[span.start : span.end])) for span in _lines(check.source.text)]
    for finding in check.findings:
        _comment(document, check, finding, paragraphs, cited)
    document.add_page_break()  # type: ignore[no-untyped-call]
    document.add_heading(plain(TITLE.in_(check.language)), 1)
    add_table(document, head_lines(check))
    add_note(document, WARNING.in_(check.language))
    add_table(document, [(f.requirement.title.in_(check.language), _table_text(f, check.language, cited)) for f in check.findings])
    document.add_heading(CITED.in_(check.language), 1)
    for citation in cited.all:
        add_citation(document, citation)
    return document


def _lines(text: str) -> Iterator[Span]:
    place = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield Span(place, place + len(line.rstrip()))
        place += len(line)


def _paragraph(document: Document, text: str) -> Paragraph:
    marks = len(text) - len(text.lstrip("#"))
    paragraph: Paragraph = document.add_heading(plain(text.lstrip("# ")), min(marks - 1, 3)) if marks else document.add_paragraph(plain(text))
    return paragraph


def _comment(document: Document, check: AgreementCheck, finding: Finding, paragraphs: list[tuple[Span, Paragraph]], cited: Cited) -> None:
    where = list(_where(finding, paragraphs)) or [paragraph for _, paragraph in paragraphs[:1]]
    for paragraph in where[:2]:
        if paragraph.runs:
            document.add_comment(paragraph.runs, text=_comment_text(finding, check.language, cited), author=TITLE.in_(check.language), initials="AC")


def _where(finding: Finding, paragraphs: Iterable[tuple[Span, Paragraph]]) -> Iterator[Paragraph]:
    for span, paragraph in paragraphs:
        if any(quote.span.start < span.end and span.start < quote.span.end for quote in finding.quotes):
            yield paragraph


def _comment_text(finding: Finding, language: str, cited: Cited) -> str:
    zh, requirement = language == "zh", finding.requirement
    colon = "：" if zh else ": "
    lines = [f"[{STATUSES[finding.status].in_(language)}] {requirement.title.in_(language)}"]
    if finding.status is not Status.FOUND:
        lines += [finding.reason.in_(language), f"{'建议写法' if zh else 'What to write'}{colon}{requirement.remedy.in_(language)}"]
    cited.numbers(finding.basis.citations)
    sources = "; ".join(dict.fromkeys(f"{c.title} {c.locator}" for c in finding.basis.citations))
    lines.append(f"{'依据' if zh else 'Basis'}{colon}{sources} ({standing_text(finding.basis.force, language)})")
    return plain("\n".join(lines))


def _table_text(finding: Finding, language: str, cited: Cited) -> str:
    numbers = "".join(f" [{n}]" for n in cited.numbers(finding.basis.citations))
    return f"{verdict(finding, language)}\n{standing_text(finding.basis.force, language)}{numbers}"
