"""Which reader takes which kind of file, by suffix."""

from __future__ import annotations

from collections.abc import Callable

from assistant.reading.canonical import Reading
from assistant.reading.docx_reader import read_docx
from assistant.reading.pdf_reader import read_image, read_pdf
from assistant.reading.readers import read_html, read_markdown, read_plain_text
from assistant.reading.slides_reader import read_pptx
from assistant.reading.table_reader import read_csv, read_xlsx

READERS: dict[str, Callable[[bytes, str], Reading]] = {
    ".md": read_markdown,
    ".txt": read_plain_text,
    ".csv": read_csv,
    ".html": read_html,
    ".htm": read_html,
    ".docx": read_docx,
    ".pptx": read_pptx,
    ".xlsx": read_xlsx,
    ".pdf": read_pdf,
    ".png": read_image,
    ".jpg": read_image,
    ".jpeg": read_image,
    ".tif": read_image,
    ".tiff": read_image,
}
"""A reader turns bytes into a ``Reading`` or raises a ``LoadError``; its second argument is where they came from."""

KNOWN: dict[str, str] = {
    ".doc": "an old Word file. Save it as .docx",
    ".wps": "a WPS file. Save it as .docx",
    ".rtf": "a rich text file. Save it as .docx",
    ".xls": "an old Excel file. Save it as .xlsx",
    ".et": "a WPS table. Save it as .xlsx",
    ".ppt": "an old PowerPoint file. Save it as .pptx",
    ".dps": "a WPS presentation. Save it as .pptx",
    ".ofd": "an OFD file (GB/T 33190), which no library under a permissive licence reads. Export it as PDF from the program that shows it",
    ".caj": "a CAJ file. Export it as PDF from CAJViewer",
    ".zip": "an archive. Unpack it",
    ".rar": "an archive. Unpack it",
    ".7z": "an archive. Unpack it",
    ".eml": "an e-mail. Save its text or attachments",
}
"""Kinds of files that people have and that are not read, with what to do instead."""
