"""The rules of a page's own style sheets, as far as they decide whether text is seen: no engine, but no guessing either.

Selectors of tags, ids and classes, also under ancestors, are matched exactly. A rule that asks for more (a state, a place among
siblings, an attribute) is kept as one that may hold, and counts only where it would show a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

PROPERTIES = frozenset(
    "animation animation-name background background-clip background-color background-image clip clip-path color display font font-size left "
    "margin-left margin-top opacity padding-left position right text-indent text-shadow top visibility -webkit-background-clip -webkit-text-fill-color".split()
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
_URL = re.compile(r"url\([^)]*\)?", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_NAME = r"(?:[\w-]|[^\x00-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\.)+"
_SIMPLE = re.compile(rf"\*|[.#]?{_NAME}")
_EXTRA = re.compile(r"(?<!\\)(?::[\w-]+(?:\([^()]*\))?|\[[^\]]*\])")
_PSEUDO_ELEMENT = re.compile(r"::|(?<!\\):(?:before|after|first-line|first-letter)\b", re.IGNORECASE)
_COMBINATOR = re.compile(r"\s*([>+~])\s*|\s+")
_CONDITION = re.compile(r"\((min|max)-(?:device-)?width\s*:\s*(\d*\.?\d+)(px|r?em)\)")
_WINDOW = 1280.0
_LONGEST_LIST = 4_000

Declarations = dict[str, tuple[str, bool]]
"""Property to value and whether it is marked as important."""


@dataclass(frozen=True, slots=True)
class Compound:
    """What one element must be: its tag, its id and its classes."""

    tag: str
    ids: frozenset[str]
    classes: frozenset[str]

    def fits(self, element: etree._Element) -> bool:
        """Whether ``element`` has all that is asked for."""
        return (
            self.tag in ("", element.tag)
            and (not self.ids or self.ids <= {element.get("id")})
            and (not self.classes or self.classes <= set((element.get("class") or "").split()))
        )

    def could_fit(self, element: etree._Element) -> bool:
        """Whether ``element`` would fit once a script or the reader changed its classes."""
        names = set((element.get("class") or "").split())
        if self.ids or self.classes:
            return self.tag in ("", element.tag) and bool(self.ids & {element.get("id")} or self.classes & names)
        return self.tag == element.tag


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector with its declarations."""

    path: tuple[tuple[Compound, str], ...]
    """From the element outwards, each with what joins it to the one before."""
    certain: bool
    """Whether the selector asks for nothing else."""
    declarations: Declarations
    order: int

    @property
    def weight(self) -> tuple[int, int, int, int]:
        """Which of two rules wins: the one with the greater weight."""
        parts = [compound for compound, _ in self.path]
        return sum(len(p.ids) for p in parts), sum(len(p.classes) for p in parts), sum(p.tag not in ("", "*") for p in parts), self.order

    def fits(self, element: etree._Element) -> bool:
        """Whether the rule holds for ``element``, leaving aside what it asks for beyond names."""
        return self.path[0][0].fits(element) and _fits_above(element, self.path[1:])


class Stylesheet:
    """The rules of all style elements of a page, found by the names of an element."""

    def __init__(self, root: etree._Element) -> None:
        self.rules: dict[str, list[Rule]] = {}
        self.shown_by: frozenset[str] = frozenset()
        """Animations that make their element visible."""
        order = 0
        for style in root.iter("style"):
            css = _plain(str(style.text or "")) if _on_screen(style.get("media") or "") else ""
            self.shown_by |= {name for name, body in re.findall(r"@(?:-webkit-)?keyframes\s+([\w-]+)\s*\{((?:[^{}]|\{[^{}]*\})*)\}", css) if _raises(body)}
            for selectors, body in _blocks(css):
                declared = {name: value for name, value in declarations(body).items() if name in PROPERTIES}
                for selector in _listed(selectors) if declared else ():
                    order += 1
                    if rule := _rule(selector, declared, order):
                        for key in _keys(rule.path[0][0]):
                            self.rules.setdefault(key, []).append(rule)

    def near(self, element: etree._Element) -> Iterator[Rule]:
        """The rules that name the tag, the id or a class of ``element``, or anything."""
        keys = ["*", str(element.tag), f"#{element.get('id')}", *(f".{name}" for name in dict.fromkeys((element.get("class") or "").split()))]
        seen: set[int] = set()
        for key in keys:
            for rule in self.rules.get(key, ()):
                if rule.order not in seen:
                    seen.add(rule.order)
                    yield rule


def declarations(body: str) -> Declarations:
    """The declarations of a rule or of a style attribute; of one given twice, the last."""
    declared: Declarations = {}
    for part in body.split(";"):
        name, colon, value = part.partition(":")
        if colon:
            given = " ".join(_unescaped(value).lower().split())
            important = re.search(r"\s*!\s*important$", given)
            key = _unescaped(name).strip().lower()
            if important or not declared.get(key, ("", False))[1]:
                declared[key] = (given[: important.start()] if important else given, bool(important))
    return declared


def style_of(element: etree._Element) -> Declarations:
    """What the style attribute of ``element`` declares."""
    return declarations(_plain(element.get("style") or "")) if element.get("style") else {}


def _plain(css: str) -> str:
    """``css`` without comments, strings and addresses, in which braces and semicolons mean nothing."""
    return _URL.sub("url()", _STRING.sub("''", _COMMENT.sub(" ", css)))


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda e: (chr(int(e[1], 16)) if int(e[1], 16) < 0x110000 else "�") if e[1] else e[2], text) if "\\" in text else text


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of each rule that holds on a screen; a rule nested in another is passed over."""
    kinds: list[str] = []
    start, selectors, body = 0, "", ""
    for brace in re.finditer(r"[{}]", css):
        text, start = css[start : brace.start()], brace.end()
        kind = kinds[-1] if kinds else "group"
        if brace[0] == "{":
            before, _, prelude = text.rpartition(";")
            if kind == "rule":
                body += before + ";"
            kinds.append(_kind(prelude.strip()) if kind == "group" else "skip")
            if kinds[-1] == "rule":
                selectors, body = prelude, ""
        elif kinds and kinds.pop() == "rule":
            yield selectors, body + text
    if kinds and kinds[-1] == "rule":
        yield selectors, body + css[start:]


def _kind(prelude: str) -> str:
    if not prelude.startswith("@"):
        return "rule"
    name = prelude.partition(" ")[0]
    return "group" if name in ("@supports", "@layer") or (name.startswith("@media") and _on_screen(prelude[len("@media") :])) else "skip"


def _on_screen(query: str) -> bool:
    """Whether a media query holds in a window of usual width; other conditions than the width are taken as not met."""
    return any(_holds(part) for part in query.lower().split(",")) if query.strip() else True


def _holds(query: str) -> bool:
    for bound, number, unit in _CONDITION.findall(query):
        pixels = float(number) * (1 if unit == "px" else 16)
        if pixels > _WINDOW if bound == "min" else pixels < _WINDOW:
            return False
    return set(_CONDITION.sub(" ", query).split()) <= {"all", "screen", "only", "and"}


def _listed(selectors: str) -> list[str]:
    """The selectors of a list; a comma in brackets separates nothing."""
    bracketed = "(" in selectors and len(selectors) <= _LONGEST_LIST
    return [s.strip() for s in (re.split(r",(?![^(]*\))", selectors) if bracketed else selectors.split(",")) if s.strip()]


def _rule(selector: str, declared: Declarations, order: int) -> Rule | None:
    if _PSEUDO_ELEMENT.search(selector):
        return None
    bare = _EXTRA.sub("", selector).strip()
    pieces = _COMBINATOR.split(bare)
    compounds = [_compound(piece or "*") for piece in pieces[::2]]
    joins = [join or " " for join in pieces[1::2]]
    if None in compounds:
        return None
    known = [c for c in compounds if c is not None]
    path = tuple(zip(reversed(known), ["", *reversed(joins)], strict=True))
    return Rule(path, bare == selector and not set(joins) & {"+", "~"}, declared, order)


def _compound(text: str) -> Compound | None:
    parts = _SIMPLE.findall(text)
    if "".join(parts) != text:
        return None
    tags = [_unescaped(p).lower() for p in parts if p[0] not in ".#*"]
    ids, classes = ([_unescaped(p[1:]) for p in parts if p[0] == mark] for mark in "#.")
    return Compound(tags[0] if tags else "", frozenset(ids), frozenset(classes)) if len(tags) < 2 else None


def _keys(compound: Compound) -> list[str]:
    return [f"#{n}" for n in compound.ids] + [f".{n}" for n in compound.classes] or [compound.tag or "*"]


def _fits_above(element: etree._Element, path: tuple[tuple[Compound, str], ...]) -> bool:
    if not path:
        return True
    compound, join = path[0]
    if join in "+~":
        parent = element.getparent()
        return parent is not None and any(compound.fits(e) and _fits_above(e, path[1:]) for e in parent if e is not element and isinstance(e.tag, str))
    for ancestor in element.iterancestors():
        if compound.fits(ancestor) and _fits_above(ancestor, path[1:]):
            return True
        if join == ">":
            return False
    return False


def _raises(keyframes: str) -> bool:
    return any(float(v) > 0 for v in re.findall(r"opacity\s*:\s*(\d*\.?\d+)", keyframes))
