"""The reader for PowerPoint files: each slide is a page, its title a heading, its tables rows."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from assistant.documents import Page, Span
from assistant.errors import UnreadableFile
from assistant.reading.canonical import Reading, canonical, turned
from assistant.reading.readers import declared_title, join_blocks, pipe_rows, reason_of
from assistant.reading.slides_sight import SlideSight


def read_pptx(data: bytes, where: str) -> Reading:
    """The slides of a presentation in order, shapes from top to bottom; hidden slides, speaker notes and hidden text (``slides_sight``) are left out.

    Raises:
        UnreadableFile: it is no .pptx file, or damaged.
    """
    try:
        presentation = Presentation(io.BytesIO(data))
        slides = list(presentation.slides)
        width, height = presentation.slide_width or math.inf, presentation.slide_height or math.inf
        unseen = {n: SlideSight(slide, width, height).take_out() for n, slide in enumerate(slides, start=1) if not _is_hidden(slide)}
        raw = ["" if _is_hidden(slide) else _slide(slide) for slide in slides]
        declared = declared_title(presentation)
    except Exception as error:  # python-pptx, zipfile and lxml each raise kinds of their own on damage
        raise UnreadableFile(f"{where}: not readable as .pptx, {reason_of(error)}. Save it anew and ingest it again.") from error
    texts, text, pages = list(map(canonical, raw)), "", []
    for number, slide in enumerate(texts, start=1):
        start = len(text) + 2 if text and slide else len(text)
        text += ("\n\n" if text and slide else "") + slide
        pages.append(Page(number, Span(start, len(text))))
    first = next((line[3:] for line in text.split("\n") if line.startswith("## ")), "")
    title = first if not declared or declared.lower() in {"powerpoint presentation", "powerpoint 演示文稿"} else declared
    told = tuple(warning for number, found in unseen.items() for warning in found.warnings(f"slide {number}"))
    return Reading(text, title=title, pages=_touching(pages), warnings=(*_warnings(slides, texts), *told, *turned("".join(raw))))


def _touching(pages: list[Page]) -> tuple[Page, ...]:
    """Pages without gaps: each ends where the next starts."""
    ends = [p.span.start for p in pages[1:]] + [pages[-1].span.end] if pages else []
    return tuple(Page(p.number, Span(p.span.start, end)) for p, end in zip(pages, ends, strict=True))


def _is_hidden(slide: Any) -> bool:
    return bool(slide._element.get("show") == "0")


def _slide(slide: Any) -> str:
    title = slide.shapes.title
    heading = " ".join(title.text_frame.text.split()) if title is not None and title.has_text_frame else ""
    shapes = sorted((s for s in slide.shapes if title is None or s.shape_id != title.shape_id), key=lambda s: (s.top or 0, s.left or 0))
    blocks = [f"## {heading}"] if heading else []
    blocks += [block for shape in shapes for block in _shape(shape) if block]
    return join_blocks(blocks)


def _shape(shape: Any) -> Iterator[str]:
    if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
        for inner in sorted(shape.shapes, key=lambda s: (s.top or 0, s.left or 0)):
            yield from _shape(inner)
    elif getattr(shape, "has_table", False):
        yield pipe_rows([[cell.text for cell in row.cells] for row in shape.table.rows])
    elif shape.has_text_frame:
        paragraphs = [" ".join(p.text.split()) for p in shape.text_frame.paragraphs]
        kept = [p for p in paragraphs if p]
        yield from kept if len(kept) < 2 else [f"- {p}" for p in kept]  # the lines of one box are its points


def _warnings(slides: list[Any], texts: list[str]) -> tuple[str, ...]:
    hidden = [n for n, slide in enumerate(slides, start=1) if _is_hidden(slide)]
    noted = [n for n, slide in enumerate(slides, start=1) if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None]
    noted = [n for n in noted if slides[n - 1].notes_slide.notes_text_frame.text.strip()]
    empty = [n for n, text in enumerate(texts, start=1) if not text and n not in hidden]
    parts = ((hidden, "hidden and left out"), (noted, "has speaker notes, which were left out"), (empty, "without text: pictures are not read"))
    return tuple(f"slide {', '.join(map(str, numbers))}: {what}" for numbers, what in parts if numbers)
