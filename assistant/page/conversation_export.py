"""A conversation to keep: Markdown for a chat or a wiki, Word for the file. Both carry each quote with its place and force."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from assistant.answers.footnotes import NEAREST, as_markdown, marks, plain
from assistant.page.answer_html import filters_of
from assistant.page.ask_words import AskWords, ask_words
from assistant.page.turns import Turn
from assistant.results import Abstention, Answer, Citation

_AMBER = RGBColor(0x71, 0x3F, 0x12)


def to_markdown(turns: Sequence[Turn], language: str) -> str:
    """Return the turns that have an outcome, each under its question."""
    w = ask_words(language)
    parts = [f"# {w.export_title}"]
    for turn in turns:
        if turn.outcome is not None:
            parts += [f"## {plain(turn.question)}", *(plain(line) for line in _lines(turn, w, language)), as_markdown(turn.outcome), _footer(turn.outcome, w)]
    return "\n\n".join(parts) + "\n"


def write_word(turns: Sequence[Turn], language: str, path: Path) -> None:
    """Write the turns that have an outcome as a Word document.

    Raises:
        OSError: the file cannot be written.
    """
    w = ask_words(language)
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.size = Pt(10.5)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "SimSun")  # Word's default falls back to whatever is there
    document.add_heading(w.export_title, 0)
    for turn in turns:
        if turn.outcome is not None:
            document.add_heading(_legal(turn.question), 1)
            for line in _lines(turn, w, language):
                document.add_paragraph(_legal(line), style="Caption")
            _outcome(document, turn.outcome, w)
            document.add_paragraph(_footer(turn.outcome, w), style="Caption")
    document.save(str(path))


def _outcome(document: Document, outcome: Answer | Abstention, w: AskWords) -> None:
    if isinstance(outcome, Abstention):
        _caution(document, outcome.message)
        for hit in outcome.hits[:NEAREST]:
            document.add_paragraph(_legal(f"{hit.source.title} · {hit.passage.locator}"), style="List Bullet")
            document.add_paragraph(_legal(hit.passage.text), style="Quote")
        return
    for statement in outcome.statements:
        document.add_paragraph(_legal(statement.text + marks(statement.citations)))
    for conflict in outcome.conflicts:
        sides = " / ".join(f"{value} [{n}]" for value, n in zip(conflict.values, conflict.citations, strict=True))
        _caution(document, f"{w.conflicts}: {sides}. {conflict.rule}")
    for line in (*outcome.notes, *(notice.text for notice in outcome.notices)):
        _caution(document, line)
    document.add_heading(w.sources, 2)
    for citation in outcome.citations:
        _citation(document, citation, w)


def _citation(document: Document, citation: Citation, w: AskWords) -> None:
    page = w.page.format(first=citation.page)
    told = " · ".join(filter(None, (citation.title, citation.document_number, citation.locator, page, citation.label)))
    document.add_paragraph(_legal(f"[{citation.n}] {told}"))
    document.add_paragraph(_legal(f"“{citation.quote}”"), style="Quote")


def _lines(turn: Turn, w: AskWords, language: str) -> list[str]:
    """Return what belongs to a question: the filters it was asked with, and the question that it was taken for."""
    told = filters_of(turn.scope, language)
    lines = [w.asked_within.format(filters=" · ".join(told.values()))] if told else []
    return lines + ([w.condensed.format(question=turn.outcome.condensed)] if turn.outcome and turn.outcome.condensed else [])


def _footer(outcome: Answer | Abstention, w: AskWords) -> str:
    return w.footer.format(as_of=outcome.as_of.isoformat(), revision=outcome.revision, fingerprint=outcome.fingerprint)


def _caution(document: Document, text: str) -> None:
    run = document.add_paragraph().add_run(_legal(text))
    run.font.color.rgb = _AMBER


def _legal(text: str) -> str:
    """Return ``text`` without the control characters that XML cannot hold."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
