"""What of a Word file is not seen: hidden runs, white letters on white, and letters of two points or less.

White letters on a shaded cell, paragraph or box are seen. Where a drawing may lie behind them they are taken in and told.
"""

from __future__ import annotations

from collections.abc import Iterator

from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

from assistant.reading.sight import LEAST_POINTS, WHITE, Sight, Unseen, alike, rgb

_VAL, _RUN, _PARAGRAPH, _TABLE, _CELL = qn("w:val"), qn("w:r"), qn("w:p"), qn("w:tbl"), qn("w:tc")
_IN_LINE, _BREAKS = frozenset({qn("w:t"), qn("w:tab"), qn("w:noBreakHyphen")}), frozenset({qn("w:br"), qn("w:cr")})
_TEXT_BOX, _SHADING = qn("w:txbxContent"), qn("w:shd")
_NOT_READ = frozenset({qn("w:del"), qn("w:moveFrom"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"})
_SHAPE = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}wsp"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_ANCHOR = qn("wp:anchor")


class DocumentSight:
    """Takes the text that is not seen out of a document."""

    def __init__(self, document: Document) -> None:
        self.body = document.element.body
        self.styles: dict[str, etree._Element] = {style.style_id: style.element for style in document.styles}
        self.defaults = {style.get(qn("w:type")): key for key, style in self.styles.items() if style.get(qn("w:default")) in ("1", "true")}
        self.default = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
        self.colored_page = document.element.find(qn("w:background")) is not None
        self.behind = any(anchor.get("behindDoc") in ("1", "true") for anchor in self.body.iter(_ANCHOR))

    def take_out(self) -> Unseen:
        """Empty the runs that are hidden; return their text, and that of those that may be."""
        unseen = Unseen()
        for run in self.body.iter(_RUN):
            texts = [node for node in run if node.tag == qn("w:t") and node.text]
            if texts and not any(ancestor.tag in _NOT_READ for ancestor in run.iterancestors()):
                sight = self._sight(run)
                unseen.note(sight, "".join(node.text or "" for node in texts))
                for node in list(run) if sight is Sight.HIDDEN else ():
                    if node.tag in _IN_LINE or (node.tag in _BREAKS and _vanishes(list(self._run_properties(run)))):
                        run.remove(node)
        return unseen

    def _sight(self, run: etree._Element) -> Sight:
        properties = list(self._run_properties(run))
        size, color = _value(properties, "w:sz"), _value(properties, "w:color")
        if _vanishes(properties):
            return Sight.HIDDEN
        if size is not None and _number(size) <= 2 * LEAST_POINTS:
            return Sight.HIDDEN
        letters = rgb(color)
        if letters is None or not alike(letters, WHITE) or self.colored_page or self._has_ground(run):
            return Sight.SEEN
        boxed = next(run.iterancestors(_TEXT_BOX), None) is not None
        return Sight.DOUBTFUL if boxed or self.behind else Sight.HIDDEN

    def _run_properties(self, run: etree._Element) -> Iterator[etree._Element]:
        own = run.find(qn("w:rPr"))
        named = [] if own is None else [own]
        if own is not None and (style := own.find(qn("w:rStyle"))) is not None:
            named += self._of_styles(style.get(_VAL), "w:rPr")
        named += self._of_styles(self._paragraph_style(run), "w:rPr")
        yield from named if self.default is None else [*named, self.default]

    def _paragraph_style(self, run: etree._Element) -> str | None:
        paragraph = next(run.iterancestors(_PARAGRAPH), None)
        style = None if paragraph is None else paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return self.defaults.get("paragraph") if style is None else style.get(_VAL)

    def _of_styles(self, name: str | None, tag: str) -> list[etree._Element]:
        """That part of the style ``name`` and of those it is based on."""
        return [part for style in self._chain(name) for part in self.styles[style].findall(qn(tag))]

    def _has_ground(self, run: etree._Element) -> bool:
        """Whether a colour lies behind ``run``: of its own, or of its paragraph, cell, table or box."""
        own = list(self._run_properties(run)) + self._of_styles(self._paragraph_style(run), "w:pPr")
        if any(_shades(p) or p.findall(qn("w:highlight")) for p in own):
            return True
        for ancestor in run.iterancestors():
            if ancestor.tag in (_PARAGRAPH, _CELL) and _shades(ancestor.find(qn("w:pPr") if ancestor.tag == _PARAGRAPH else qn("w:tcPr"))):
                return True
            if ancestor.tag == _TABLE and self._table_shades(ancestor):
                return True
            if (ancestor.tag == _SHAPE or etree.QName(ancestor).namespace == "urn:schemas-microsoft-com:vml") and _fills(ancestor):
                return True
        return False

    def _table_shades(self, table: etree._Element) -> bool:
        properties = table.find(qn("w:tblPr"))
        style = None if properties is None else properties.find(qn("w:tblStyle"))
        if _shades(properties) or style is None:
            return _shades(properties)
        parts = [self.styles[name] for name in self._chain(style.get(_VAL))]
        return any(_is_colored(shading) for part in parts for shading in part.iter(_SHADING))

    def _chain(self, name: str | None) -> list[str]:
        chain: list[str] = []
        while name in self.styles and name not in chain:
            chain.append(name)
            based = self.styles[name].find(qn("w:basedOn"))
            name = None if based is None else based.get(_VAL)
        return chain


def _value(properties: list[etree._Element], tag: str) -> str | None:
    """A property of a run: its own, or that of the nearest style that has one."""
    found = next((node for part in properties for node in part.findall(qn(tag))), None)
    return None if found is None else found.get(_VAL) or ""


def _vanishes(properties: list[etree._Element]) -> bool:
    vanish = _value(properties, "w:vanish")
    return vanish is not None and vanish not in ("0", "false", "off")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 2 * LEAST_POINTS + 1


def _shades(properties: etree._Element | None) -> bool:
    return properties is not None and any(_is_colored(shading) for shading in properties.findall(_SHADING))


def _is_colored(shading: etree._Element) -> bool:
    """Whether a shading is of another colour than white: ``clear`` shows its fill only, another pattern its own colour as well."""
    if shading.get(_VAL) not in ("clear", "nil"):
        return True
    fill = rgb(shading.get(qn("w:fill")))
    return not alike(fill, WHITE) if fill else shading.get(qn("w:themeFill")) is not None


def _fills(shape: etree._Element) -> bool:
    """Whether the shape around a text box is filled with anything but white."""
    if shape.tag != _SHAPE:
        fill = (shape.get("fillcolor") or "").lower().split(" ")[0]
        return shape.get("filled") not in ("f", "false") and fill not in ("", "white", "#fff", "#ffffff", "window")
    for properties in shape:
        if etree.QName(properties).localname == "spPr":
            plain = properties.find(f"{_DRAWING}solidFill/{_DRAWING}srgbClr")
            if plain is not None:
                color = rgb(plain.get("val"))
                return color is None or not alike(color, WHITE)
            if properties.find(f"{_DRAWING}noFill") is not None:
                return False
            if any(properties.find(f"{_DRAWING}{kind}") is not None for kind in ("solidFill", "gradFill", "blipFill", "pattFill")):
                return True
    reference = next((node for style in shape if etree.QName(style).localname == "style" for node in style.findall(f"{_DRAWING}fillRef")), None)
    return reference is not None and reference.get("idx") != "0"
