"""What of a web page is not seen: by the attributes of its elements and by the style sheets that it carries itself.

Left out is text without display, visibility or opacity, of two pixels or less, clipped away, far beside the page, or in the colour
of its ground. Taken in and told is text that the page shows only once something is clicked or run, and text whose ground may be set
by a style sheet that is not in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import lxml.html
from lxml import etree
from PIL import ImageColor

from assistant.reading.sight import LEAST_POINTS, WHITE, Rgb, Sight, Unseen, alike
from assistant.reading.stylesheets import Stylesheet, style_of

_DROPPED = frozenset("head script style nav footer noscript template svg math canvas iframe object select button textarea".split())
_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|pt|pc|em|rem|ex|ch|in|cm|mm|vw|vh|%|)(?![\w.])")
_PIXELS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "rem": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "vw": 10.0, "vh": 10.0, "": 1.0}
_FONT_SIZE = re.compile(r"(?<![\w.#-])(?:(\d*\.?\d+(?:px|pt|pc|r?em|in|cm|mm|%))|0(?![\w.%]))(?=\s*[/\s])")
_FUNCTION = re.compile(r"rgba?\(([^()]*)\)")
_PICTURES = frozenset({"img", "picture", "video", "canvas", "svg", "object", "iframe"})
_BESIDE = ("left", "right", "top", "text-indent", "margin-left", "margin-top")
_FAR = -999.0
_SHOWS = {"display": ("none",), "visibility": ("hidden", "collapse"), "opacity": ("0", "0.0", "0%", ".0")}


@dataclass(frozen=True, slots=True)
class _Look:
    """How text of an element is drawn, as far as it decides whether it is seen; all of it is inherited or lies behind."""

    visible: bool = True
    pixels: float = 16.0
    color: Rgb | None = None
    """As declared; nothing where no colour is declared or it is not known."""
    clear: bool = False
    ground: Rgb | None = WHITE
    """Nothing where it is a picture or not known."""
    unsure: bool = False
    """Whether something else than a declared background may lie behind the text."""
    sight: Sight = Sight.SEEN
    """That of the element as a whole."""


class PageSight:
    """Takes the text that is not seen out of a page."""

    def __init__(self, root: lxml.html.HtmlElement) -> None:
        self.root = root
        self.sheet = Stylesheet(root)
        self.elsewhere = any("stylesheet" in (link.get("rel") or "").lower() for link in root.iter("link")) or any(
            "@import" in str(style.text or "").lower() for style in root.iter("style")
        )
        self.unseen = Unseen()

    def take_out(self) -> Unseen:
        """Remove what is hidden from the tree; return it, and what may be."""
        self._walk(self.root, _Look())
        return self.unseen

    def _walk(self, element: lxml.html.HtmlElement, above: _Look) -> Sight:
        look = self._look(element, above)
        own = max(look.sight, self._own(look))
        if (element.text or "").strip():
            self.unseen.note(own, str(element.text))
            element.text = None if own is Sight.HIDDEN else element.text
        for child in list(element):
            gone = not is_dropped(child) and self._walk(child, look) is Sight.HIDDEN
            if (child.tail or "").strip():
                self.unseen.note(own, str(child.tail))
                child.tail = " " if own is Sight.HIDDEN else child.tail
            if gone:
                child.drop_tree()
        return look.sight

    def _look(self, element: etree._Element, above: _Look) -> _Look:
        style = self._style(element)
        color, clear = _ink(style, above, link=element.tag == "a" and element.get("href") is not None)
        ground = _ground(element, style, above.ground)
        unsure = above.unsure or style.get("text-shadow", "none") != "none" or self._may_have_ground(element, style)
        pixels = _font_pixels(style, above.pixels)
        visibility = style.get("visibility", "")
        visible = visibility not in _SHOWS["visibility"] if visibility in ("visible", *_SHOWS["visibility"]) else above.visible
        sight = max(above.sight, self._whole(element, style, pixels))
        if visibility in _SHOWS["visibility"] and self._revealed(element, "visibility"):
            visible, sight = True, max(sight, Sight.DOUBTFUL)
        return _Look(visible=visible, pixels=pixels, color=color, clear=clear, ground=None if element.tag == "mark" else ground, unsure=unsure, sight=sight)

    def _own(self, look: _Look) -> Sight:
        if not look.visible or look.pixels <= LEAST_POINTS:
            return Sight.HIDDEN
        if look.ground is not None and (look.clear or (look.color is not None and alike(look.color, look.ground))):
            return Sight.DOUBTFUL if self.elsewhere or look.unsure else Sight.HIDDEN
        return Sight.SEEN

    def _whole(self, element: etree._Element, style: Mapping[str, str], pixels: float) -> Sight:
        """The sight of an element with all that is in it."""
        if "hidden" in element.attrib:
            return Sight.HIDDEN
        if style.get("display") == "none":
            return Sight.DOUBTFUL if self._revealed(element, "display") else Sight.HIDDEN
        if _is_clear(style.get("opacity", "")) and not self._animated(style):
            return Sight.DOUBTFUL if self._revealed(element, "opacity") else Sight.HIDDEN
        for name in _BESIDE:
            length = _pixels(style.get(name, ""), pixels) or 0.0
            if length <= _FAR and -length > (_pixels(style.get("padding-left", ""), pixels) or 0.0) * name.startswith("margin"):
                return Sight.DOUBTFUL if self._revealed(element, name) else Sight.HIDDEN
        return Sight.HIDDEN if _is_clipped(style.get("clip", ""), style.get("clip-path", "")) else Sight.SEEN

    def _animated(self, style: Mapping[str, str]) -> bool:
        names = set(re.findall(r"[\w-]+", f"{style.get('animation', '')} {style.get('animation-name', '')}"))
        return bool(names & {name.lower() for name in self.sheet.shown_by})

    def _style(self, element: etree._Element) -> dict[str, str]:
        """The declarations that hold for ``element``, by weight."""
        held: dict[str, tuple[tuple[bool, bool, tuple[int, int, int, int]], str]] = {}
        if legacy := element.get({"font": "color", "body": "text"}.get(str(element.tag), "-")):
            held["color"] = (False, False, (0, 0, 0, 0)), legacy.strip().lower()
        for rule in self.sheet.near(element):
            if rule.certain and rule.fits(element):
                for name, (value, important) in rule.declarations.items():
                    weight = (important, False, rule.weight)
                    if name not in held or held[name][0] < weight:
                        held[name] = weight, value
        for name, (value, important) in style_of(element).items():
            if name not in held or held[name][0] < (important, True, (0, 0, 0, 0)):
                held[name] = (important, True, (0, 0, 0, 0)), value
        return {name: value for name, (_, value) in held.items()}

    def _revealed(self, element: etree._Element, name: str) -> bool:
        """Whether a rule hides ``element`` and another would show it in another state: a tab, a menu, what moves in on scrolling."""
        if name in style_of(element):
            return False
        for rule in self.sheet.near(element):
            value = rule.declarations.get(name, ("", False))[0]
            if value and value not in _SHOWS.get(name, ()) and not (_pixels(value, 16.0) or 0.0) <= _FAR:
                holds = rule.certain and rule.fits(element)
                if not holds and rule.path[0][0].could_fit(element):
                    return True
        return False

    def _may_have_ground(self, element: etree._Element, style: Mapping[str, str]) -> bool:
        """Whether a picture may lie behind ``element``, or a background that a rule sets in some places only."""
        if style.get("position", "static") != "static":
            parent = element.getparent()
            if parent is not None and any(e.tag in _PICTURES for e in parent.iter()):
                return True
        return any(
            not rule.certain and rule.fits(element) and any(name.startswith("background") for name in rule.declarations) for rule in self.sheet.near(element)
        )


def is_dropped(element: etree._Element) -> bool:
    """Whether ``element`` is no part of the text: what is not drawn as text, and what repeats on each page of a site."""
    if not isinstance(element.tag, str) or element.tag in _DROPPED:  # comments have a function for a tag
        return True
    # A page's banner goes, the head of an article holds its title.
    return element.tag == "header" and not any(ancestor.tag in ("article", "main") for ancestor in element.iterancestors())


def _ink(style: Mapping[str, str], above: _Look, *, link: bool) -> tuple[Rgb | None, bool]:
    """The colour of text, and whether it has none at all."""
    given = style.get("-webkit-text-fill-color") or style.get("color", "")
    if not given or given in ("inherit", "currentcolor", "unset"):
        return (None, False) if link and not given else (above.color, above.clear)
    if "text" in (style.get("background-clip"), style.get("-webkit-background-clip")) or "text" in style.get("background", "").split():
        return None, False
    color, alpha = _color(given)
    return (None, True) if alpha == 0 else (color, False)


def _ground(element: etree._Element, style: Mapping[str, str], behind: Rgb | None) -> Rgb | None:
    given = style.get("background-color") or style.get("background", "") or (element.get("bgcolor") or "").strip().lower()
    picture = style.get("background-image") or style.get("background", "")
    if "url(" in picture or "gradient(" in picture or "image-set(" in picture or element.get("background"):
        return None
    if not given or given in ("none", "initial", "unset", "inherit", "0"):
        return behind
    color, alpha = _color(given)
    return behind if alpha == 0 else color if alpha == 1 else None


def _color(given: str) -> tuple[Rgb | None, float]:
    """A colour and how much it covers; no colour where it is not understood."""
    if given == "transparent":
        return None, 0.0
    try:
        if function := _FUNCTION.fullmatch(given):
            parts = [float(p[:-1]) / 100 if p.endswith("%") else float(p) for p in re.split(r"[\s,/]+", function[1].strip())]
            scale = 255 if "%" in function[1].split("/")[0].rsplit(",", 1)[0] else 1
            red, green, blue = (round(p * scale) for p in parts[:3])
            return (red, green, blue), parts[3] if len(parts) > 3 else 1.0
        found = ImageColor.getrgb(given)
    except ValueError:
        return None, 1.0
    return (found[0], found[1], found[2]), found[3] / 255 if len(found) > 3 else 1.0


def _font_pixels(style: Mapping[str, str], above: float) -> float:
    given = style.get("font-size", "")
    if not given and (short := _FONT_SIZE.search(style.get("font", ""))):
        given = short[1] or "0"
    length = _pixels(given, above, share=above / 100)
    return above if length is None and given in ("", "inherit", "smaller", "larger") else 16.0 if length is None else length


def _pixels(value: str, em: float, share: float = 1.0) -> float | None:
    """A length in pixels; that of a percentage is ``share`` of one for each per cent."""
    found = _LENGTH.fullmatch(value)
    if not found:
        return None
    return float(found[1]) * {**_PIXELS, "em": em, "ex": em / 2, "ch": em / 2, "%": share}[found[2]]


def _is_clear(opacity: str) -> bool:
    found = re.fullmatch(r"(\d*\.?\d+)%?", opacity)
    return found is not None and float(found[1]) == 0


def _is_clipped(clip: str, path: str) -> bool:
    """Whether nothing is left of what is clipped."""
    sides = re.fullmatch(r"rect\(([^()]*)\)", clip)
    if sides and all(re.fullmatch(r"[01](?:px|em|rem|%)?", side) for side in re.split(r"[\s,]+", sides[1].strip())):
        return True
    inset = re.match(r"inset\(\s*(\d+(?:\.\d+)?)%", path)
    return (inset is not None and float(inset[1]) >= 50) or re.match(r"circle\(\s*0(?:px|%)?\s*(?:\)|at\b)", path) is not None
