"""What of a slide is not seen: shapes beside it, letters of two points or less, and letters in the colour of its ground.

White letters are seen on a filled shape or table, on a coloured ground, and on a picture or filled shape below them. Where one only
touches them, or a shape beside the slide moves, the text is taken in and told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pptx.oxml.ns import qn

from assistant.reading.sight import LEAST_POINTS, Rgb, Sight, Unseen, alike, rgb

_FILLS = frozenset(qn(f"a:{kind}") for kind in ("solidFill", "gradFill", "blipFill", "pattFill", "grpFill"))
_SHAPES = frozenset({qn("p:sp"), qn("p:pic"), qn("p:graphicFrame"), qn("p:grpSp"), qn("p:cxnSp")})
_NO_STYLES = frozenset({"{2D5ABB26-0587-4C30-8999-92F81FD0307C}", "{5940675A-B579-460E-94D1-54222C63F5DA}"})
"""Table styles without any fill."""
_POINT = 100


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def share_within(self, other: _Box) -> float:
        """How much of this box lies within ``other``."""
        width, height = min(self.right, other.right) - max(self.left, other.left), min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0.0) * max(height, 0.0) / ((self.right - self.left) * (self.bottom - self.top))


@dataclass(frozen=True, slots=True)
class _Placed:
    """A shape as an element, where it lies on the slide, and what it is drawn on."""

    element: etree._Element
    box: _Box | None


class SlideSight:
    """Takes the text that is not seen out of a slide."""

    def __init__(self, slide: Any, width: float, height: float) -> None:
        self.slide, self.tree = slide, slide.shapes._spTree
        self.page = _Box(0, 0, width, height)
        self.placed = list(_placed(slide))
        self.below = [
            p for master in (slide.slide_layout.slide_master, slide.slide_layout) for p in _placed(master) if p.element.find(f".//{qn('p:ph')}") is None
        ]
        self.colors = _theme_colors(slide)
        self.ground = self._background()
        self._placeholders = {s._element: s for s in slide.placeholders}
        self._grounds: dict[etree._Element, bool] = {}
        self.moved = {node.get("spid") for motion in slide._element.iter(qn("p:animMotion")) for node in motion.iter(qn("p:spTgt"))}

    def take_out(self) -> Unseen:
        """Empty the runs that are hidden; return their text, and that of those that may be."""
        unseen = Unseen()
        for position, placed in enumerate(self.placed):
            beside = self._beside(placed)
            for text in placed.element.iter(qn("a:t")):
                run = text.getparent()
                if run is None or not (text.text or "").strip() or next(text.iterancestors(qn("a:p")), None) is None:
                    continue
                sight = max(beside, self._sight(run, placed, position))
                unseen.note(sight, f"{text.text} ")
                text.text = "" if sight is Sight.HIDDEN else text.text
        return unseen

    def _beside(self, placed: _Placed) -> Sight:
        box = placed.box
        if box is None or not (box.right <= 0 or box.bottom <= 0 or box.left >= self.page.right or box.top >= self.page.bottom):
            return Sight.SEEN
        names = {node.get("id") for shape in (placed.element, *placed.element.iterancestors(qn("p:grpSp"))) for node in shape.iter(qn("p:cNvPr"))}
        return Sight.DOUBTFUL if names & self.moved else Sight.HIDDEN

    def _sight(self, run: etree._Element, placed: _Placed, position: int) -> Sight:
        size, color = self._letters(run, placed.element)
        if size <= LEAST_POINTS * _POINT:
            return Sight.HIDDEN
        ground = self._own_ground(run, placed.element)
        if color is None or ground is None or not alike(color, ground):
            return Sight.SEEN
        if placed.box is None:
            return Sight.HIDDEN
        below = [p for p in [*self.below, *self.placed[:position]] if p.box and self._may_be_ground(p.element)]
        shares = [placed.box.share_within(p.box) for p in below if p.box]
        return Sight.SEEN if max(shares, default=0.0) >= 0.5 else Sight.DOUBTFUL if any(shares) else Sight.HIDDEN

    def _letters(self, run: etree._Element, shape: etree._Element) -> tuple[float, Rgb | None]:
        """The size of letters in hundredths of a point, and their colour where it is set on the slide."""
        paragraph = next(run.iterancestors(qn("a:p")))
        outline = paragraph.find(qn("a:pPr"))
        level = 1 if outline is None else int(outline.get("lvl") or 0) + 1
        listed = [
            node
            for body in run.iterancestors(qn("p:txBody"), qn("a:txBody"))
            for node in body.iterfind(f"{qn('a:lstStyle')}/{qn(f'a:lvl{level}pPr')}/{qn('a:defRPr')}")
        ]
        properties = [node for node in (run.find(qn("a:rPr")), *listed) if node is not None]
        size = next((int(given) for node in properties if (given := node.get("sz") or "").isdecimal()), 18 * _POINT)
        shrunk = shape.find(f"{qn('p:txBody')}/{qn('a:bodyPr')}/{qn('a:normAutofit')}")
        scale = (shrunk.get("fontScale") or "") if shrunk is not None else ""
        fill = next((node.find(qn("a:solidFill")) for node in properties if any(child.tag in _FILLS for child in node)), None)
        return size * (int(scale) / 100_000 if scale.isdecimal() else 1.0), self._color(fill)

    def _own_ground(self, run: etree._Element, shape: etree._Element) -> Rgb | None:
        """What lies right behind letters: the fill of their cell or shape, else the slide; nothing where it is not one known colour."""
        run_properties = run.find(qn("a:rPr"))
        if run_properties is not None and run_properties.find(qn("a:highlight")) is not None:
            return None
        cell = next(run.iterancestors(qn("a:tc")), None)
        if cell is not None:
            return self._cell_ground(cell)
        fill = _fill(shape)
        if fill is not None:
            return self.ground if fill.tag == qn("a:noFill") else self._color(fill) if fill.tag == qn("a:solidFill") else None
        reference = shape.find(f"{qn('p:style')}/{qn('a:fillRef')}")
        return None if (reference is not None and reference.get("idx") != "0") or self._inherits_fill(shape) else self.ground

    def _cell_ground(self, cell: etree._Element) -> Rgb | None:
        fill = next((node for node in cell.iterfind(f"{qn('a:tcPr')}/*") if node.tag in _FILLS or node.tag == qn("a:noFill")), None)
        if fill is not None and fill.tag != qn("a:noFill"):
            return self._color(fill) if fill.tag == qn("a:solidFill") else None
        style = next((node.text for table in cell.iterancestors(qn("a:tbl")) for node in table.iter(qn("a:tableStyleId"))), "")
        return self.ground if fill is not None or not style or style in _NO_STYLES else None

    def _inherits_fill(self, shape: etree._Element) -> bool:
        """Whether the placeholder that a shape stands in is filled."""
        base = getattr(self._placeholders.get(shape), "_base_placeholder", None)
        while base is not None:
            fill = _fill(base._element)
            if fill is not None:
                return bool(fill.tag != qn("a:noFill"))
            base = getattr(base, "_base_placeholder", None)
        return False

    def _may_be_ground(self, shape: etree._Element) -> bool:
        """Whether letters may lie on a shape; asked of each shape below each text, so looked up once."""
        if shape not in self._grounds:
            self._grounds[shape] = self._is_ground(shape)
        return self._grounds[shape]

    def _is_ground(self, shape: etree._Element) -> bool:
        if shape.tag != qn("p:sp"):
            return shape.tag in (qn("p:pic"), qn("p:graphicFrame"))
        fill = _fill(shape)
        if fill is None:
            reference = shape.find(f"{qn('p:style')}/{qn('a:fillRef')}")
            return reference is not None and reference.get("idx") != "0"
        color = self._color(fill)
        return bool(fill.tag != qn("a:noFill") and (color is None or self.ground is None or not alike(color, self.ground)))

    def _background(self) -> Rgb | None:
        """The one colour of the slide's ground; nothing where it is a picture, a gradient or not known."""
        for part in (self.slide, self.slide.slide_layout, self.slide.slide_layout.slide_master):
            given = part._element.find(f"{qn('p:cSld')}/{qn('p:bg')}")
            if given is not None:
                reference = given.find(qn("p:bgRef"))
                plain = reference is not None and reference.get("idx") == "1001"
                return self._color(reference if plain else given.find(f"{qn('p:bgPr')}/{qn('a:solidFill')}"))
        return self.colors.get("bg1")

    def _color(self, fill: etree._Element | None) -> Rgb | None:
        """The colour in a fill; nothing where it is shaded, clear or not known."""
        color = None if fill is None else next((child for child in fill if isinstance(child.tag, str)), None)
        if color is None or len(color):
            return None
        if color.tag == qn("a:schemeClr"):
            return self.colors.get(color.get("val") or "")
        return rgb(color.get("lastClr") if color.tag == qn("a:sysClr") else color.get("val"))


def _theme_colors(slide: Any) -> dict[str, Rgb]:
    """The theme's colours by the names that a slide calls them; none where it maps them anew."""
    master = slide.slide_layout.slide_master
    override = [node for part in (slide, slide.slide_layout) for node in part._element.iter(qn("a:overrideClrMapping"))]
    theme = next((rel.target_part for rel in master.part.rels.values() if rel.reltype.endswith("/theme")), None)
    if theme is None or override:
        return {}
    scheme = etree.fromstring(theme.blob, etree.XMLParser(resolve_entities=False)).find(f".//{qn('a:clrScheme')}")
    given = {etree.QName(node).localname: rgb(node[0].get("lastClr") or node[0].get("val")) for node in (() if scheme is None else scheme) if len(node)}
    mapping = master._element.find(qn("p:clrMap"))
    names = {**{name: name for name in given}, **({} if mapping is None else {str(k): str(v) for k, v in mapping.attrib.items()})}
    return {name: color for name, of in names.items() if (color := given.get(of)) is not None}


def _placed(part: Any) -> Iterator[_Placed]:
    """The shapes of a slide, layout or master from the lowest to the highest, those of groups where the group puts them."""
    inherited = {s._element: s for s in part.placeholders}

    def walk(tree: etree._Element, scale: tuple[float, float], shift: tuple[float, float]) -> Iterator[_Placed]:
        for element in tree:
            if element.tag not in _SHAPES:
                continue
            frame = next((node for node in element.iterfind("*/" + qn("a:xfrm"))), element.find(qn("p:xfrm")))
            box = _box(frame, scale, shift)
            if box is None and (placeholder := inherited.get(element)) is not None:
                edges = placeholder.left, placeholder.top, placeholder.width, placeholder.height
                box = None if None in edges else _Box(edges[0], edges[1], edges[0] + max(edges[2], 1), edges[1] + max(edges[3], 1))
            if element.tag == qn("p:grpSp"):
                yield from walk(element, *_inner(frame, scale, shift))
            else:
                yield _Placed(element, box)

    yield from walk(part.shapes._spTree, (1.0, 1.0), (0.0, 0.0))


def _pair(frame: etree._Element, name: str, keys: tuple[str, str]) -> tuple[float, float] | None:
    node = frame.find(qn(name))
    return None if node is None else (float(node.get(keys[0]) or 0), float(node.get(keys[1]) or 0))


def _box(frame: etree._Element | None, scale: tuple[float, float], shift: tuple[float, float]) -> _Box | None:
    """Where a frame lies on the slide; a turned one takes as much room as it may."""
    offset, extent = (None, None) if frame is None else (_pair(frame, "a:off", ("x", "y")), _pair(frame, "a:ext", ("cx", "cy")))
    if frame is None or offset is None or extent is None:
        return None
    spare = (extent[0] + extent[1]) / 2 if frame.get("rot") not in (None, "0") else 0.0
    left, top = offset[0] * scale[0] + shift[0], offset[1] * scale[1] + shift[1]
    width, height = max(extent[0] * scale[0], 1.0), max(extent[1] * scale[1], 1.0)  # a box that grows with its text may be saved flat
    return _Box(left - spare, top - spare, left + width + spare, top + height + spare)


def _inner(frame: etree._Element | None, scale: tuple[float, float], shift: tuple[float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
    """How the shapes in a group are scaled and shifted onto the slide."""
    if frame is None:
        return scale, shift
    offset, extent = _pair(frame, "a:off", ("x", "y")), _pair(frame, "a:ext", ("cx", "cy"))
    first, room = _pair(frame, "a:chOff", ("x", "y")), _pair(frame, "a:chExt", ("cx", "cy"))
    if offset is None or extent is None or first is None or room is None or not all(room):
        return scale, shift
    inner = extent[0] / room[0], extent[1] / room[1]
    moved = offset[0] - first[0] * inner[0], offset[1] - first[1] * inner[1]
    return (scale[0] * inner[0], scale[1] * inner[1]), (shift[0] + moved[0] * scale[0], shift[1] + moved[1] * scale[1])


def _fill(shape: etree._Element) -> etree._Element | None:
    return next((node for node in shape.iterfind(f"{qn('p:spPr')}/*") if node.tag in _FILLS or node.tag == qn("a:noFill")), None)
