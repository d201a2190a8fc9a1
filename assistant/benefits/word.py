"""Writing Word documents: fonts that hold Chinese, tables of facts, notes, and saving."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from assistant.errors import ProfileError

_AMBER = RGBColor(0x71, 0x3F, 0x12)


def set_fonts(document: Document) -> None:
    """Give Chinese text a Chinese font: Word's default would fall back to whatever is there."""
    normal = document.styles["Normal"]
    normal.font.size = Pt(10.5)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "SimSun")


def add_note(document: Document, text: str) -> None:
    """Add a paragraph that cautions the reader."""
    run = document.add_paragraph().add_run(plain(text))
    run.font.color.rgb = _AMBER
    run.italic = True


def add_table(document: Document, rows: Sequence[tuple[str, str]]) -> None:
    """Add a table of labels and texts."""
    table = document.add_table(rows=0, cols=2, style="Light Grid Accent 1")
    for label, text in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = plain(label), plain(text)
    document.add_paragraph()


def plain(text: str) -> str:
    """Return ``text`` without the control characters that XML cannot hold."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def save(document: Document, path: Path) -> None:
    """Write a document to a file.

    Raises:
        ProfileError: the file cannot be written.
    """
    try:
        document.save(str(path))
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> ProfileError:
    """Return the error for a file that cannot be written."""
    return ProfileError(f"{path}: cannot be written ({error.strerror or error}). Choose another file or check the folder.")
