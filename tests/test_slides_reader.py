"""Presentations: a slide is a page, its title a heading, its table rows."""

import io
from typing import Any

import pytest
from pptx import Presentation
from pptx.util import Inches

from assistant.errors import UnreadableFile
from assistant.reading.slides_reader import read_pptx


def pptx(presentation: Any) -> bytes:
    stream = io.BytesIO()
    presentation.save(stream)
    return stream.getvalue()


def deck() -> Any:
    presentation = Presentation()
    first = presentation.slides.add_slide(presentation.slide_layouts[1])
    first.shapes.title.text = "产业学院"
    first.placeholders[1].text = "企业出资40%\n学院出资60%"
    second = presentation.slides.add_slide(presentation.slide_layouts[5])
    second.shapes.title.text = "权重"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for row, cells in enumerate((("指标", "权重"), ("企业", "40%"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    second.notes_slide.notes_text_frame.text = "讲稿"
    third = presentation.slides.add_slide(presentation.slide_layouts[5])
    third.shapes.title.text = "草稿"
    third._element.set("show", "0")
    return presentation


def test_slides_are_pages_with_exact_spans() -> None:
    reading = read_pptx(pptx(deck()), "a.pptx")
    assert reading.text == "## 产业学院\n\n- 企业出资40%\n- 学院出资60%\n\n## 权重\n\n| 指标 | 权重 |\n| --- | --- |\n| 企业 | 40% |"
    shown = [reading.text[p.span.start : p.span.end].strip().split("\n")[0] for p in reading.pages]
    assert shown == ["## 产业学院", "## 权重", ""]
    assert [p.number for p in reading.pages] == [1, 2, 3]
    assert reading.pages[0].span.end == reading.pages[1].span.start
    assert reading.title == "产业学院"


def test_what_is_left_out_is_said() -> None:
    assert read_pptx(pptx(deck()), "a.pptx").warnings == (
        "slide 3: hidden and left out",
        "slide 2: has speaker notes, which were left out",
    )


def test_damage_has_its_sentence() -> None:
    with pytest.raises(UnreadableFile, match=r"^a\.pptx: not readable as \.pptx, .*Save it anew and ingest it again\.$"):
        read_pptx(b"no zip", "a.pptx")
