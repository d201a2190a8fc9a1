"""Arithmetic that people can read: parsed once, evaluated in decimals, and written out with its numbers put in.

Grammar::

    sum     = product { ("+" | "-") product }
    product = factor { ("*" | "/") factor }          a divisor is a number other than zero
    factor  = number [ "%" ] | name | function "(" sum { "," sum } ")" | "(" sum ")"
    function = "min" | "max" | "floor"

Nothing else can be said, so a formula from a file can only compute.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext
from typing import NamedTuple

_TOKEN = re.compile(r"\s*(?:(?P<number>\d[\d_]*(?:\.\d+)?)(?P<percent>\s*%)?|(?P<name>[a-z][a-z0-9_]*)|(?P<sign>[-+*/(),]))")
_FUNCTIONS: Mapping[str, Callable[[list[Decimal]], Decimal]] = {
    "min": min,
    "max": max,
    "floor": lambda values: values[0].to_integral_value(ROUND_FLOOR),
}
_ARITY = {"floor": 1}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
PRECISION = 60
"""Digits of a result: more than any product of amounts in these formulas has, so that sums and differences are exact."""
MAX_DEPTH = 20
"""Brackets within brackets; beyond this nobody can read the formula."""


class FormulaError(ValueError):
    """The text is not a formula; the message says where."""


class _Node(NamedTuple):
    """A number (``text`` as written), a name, a function or a sign with its operands."""

    kind: str
    text: str
    value: Decimal = Decimal(0)
    operands: tuple[_Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as parsed: evaluate it with ``value``, show it with ``written``."""

    text: str
    root: _Node

    @property
    def names(self) -> tuple[str, ...]:
        """The names it refers to, each once, in reading order."""
        return tuple(dict.fromkeys(node.text for node in _walk(self.root) if node.kind == "name"))

    @property
    def constant(self) -> bool:
        """Whether it refers to no name."""
        return not self.names

    def value(self, values: Mapping[str, Decimal]) -> Decimal:
        """Return the result.

        Args:
            values: a number for each of ``names``.

        Raises:
            KeyError: a name has no number.
        """
        with localcontext(prec=PRECISION):
            return _evaluate(self.root, values)

    def written(self, names: Mapping[str, str], functions: Mapping[str, str]) -> str:
        """Return the formula as people write it, with each name and function replaced by what ``names`` and ``functions`` call it."""
        return _write(self.root, names, functions, 0)


def parse(text: str) -> Formula:
    """Return the formula that ``text`` is.

    Raises:
        FormulaError: it is none.

    >>> parse("min(30% * investment, due)").value({"investment": Decimal(100), "due": Decimal(20)})
    Decimal('20')
    """
    tokens = list(_tokens(text))
    root, left = _sum(tokens, text, 0)
    if left:
        raise FormulaError(f"{text!r}: {left[0][1]!r} is not expected there")
    return Formula(text, root)


def number_text(value: Decimal) -> str:
    """Return a number with thousands separated, rounded half up to two places, without needless zeros.

    >>> number_text(Decimal("1234567.500"))
    '1,234,567.5'
    """
    with localcontext(prec=max(28, value.adjusted() + 6)):  # enough for two places, however large the number
        rounded = value.quantize(Decimal("0.01"), ROUND_HALF_UP) + 0  # no negative zero
    return f"{rounded:,.2f}".rstrip("0").rstrip(".")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise FormulaError(f"{text!r}: {text[place:].strip()[0]!r} is not part of a formula")
        kind = "percent" if found["percent"] else found.lastgroup or ""
        yield kind, (found["number"] or found["name"] or found["sign"])
        place = found.end()


_Tokens = list[tuple[str, str]]


def _sum(tokens: _Tokens, text: str, depth: int) -> tuple[_Node, _Tokens]:
    return _chain(tokens, text, depth, "+-", _product)


def _product(tokens: _Tokens, text: str, depth: int) -> tuple[_Node, _Tokens]:
    return _chain(tokens, text, depth, "*/", _factor)


def _chain(
    tokens: _Tokens, text: str, depth: int, signs: str, part: Callable[[_Tokens, str, int], tuple[_Node, _Tokens]]
) -> tuple[_Node, _Tokens]:
    node, tokens = part(tokens, text, depth)
    while tokens and tokens[0][0] == "sign" and tokens[0][1] in signs:
        sign = tokens[0][1]
        right, tokens = part(tokens[1:], text, depth)
        if sign == "/" and (right.kind != "number" or not right.value):
            raise FormulaError(f"{text!r}: only a number other than zero may stand behind '/'")
        node = _Node("sign", sign, operands=(node, right))
    return node, tokens


def _factor(tokens: _Tokens, text: str, depth: int) -> tuple[_Node, _Tokens]:
    if not tokens:
        raise FormulaError(f"{text!r}: ends too early")
    if depth > MAX_DEPTH:
        raise FormulaError(f"{text[:40]!r}…: nested deeper than {MAX_DEPTH} brackets")
    (kind, word), rest = tokens[0], tokens[1:]
    if kind in ("number", "percent"):
        value = Decimal(word.replace("_", ""))
        return (_Node("number", f"{word}%", value / 100) if kind == "percent" else _Node("number", number_text(value), value)), rest
    if kind == "name" and word not in _FUNCTIONS:
        return _Node("name", word), rest
    if kind == "name" and (not rest or rest[0][1] != "("):
        raise FormulaError(f"{text!r}: {word!r} needs its values in brackets")
    if kind == "name" or word == "(":
        operands, rest = _bracket(rest[1:] if kind == "name" else rest, text, depth + 1)
        if kind == "name":
            if word in _ARITY and len(operands) != _ARITY[word]:
                raise FormulaError(f"{text!r}: {word!r} takes {_ARITY[word]} value")
            return _Node("function", word, operands=tuple(operands)), rest
        if len(operands) == 1:
            return operands[0], rest
    raise FormulaError(f"{text!r}: {word!r} is not expected there")


def _bracket(tokens: _Tokens, text: str, depth: int) -> tuple[list[_Node], _Tokens]:
    operands: list[_Node] = []
    while True:
        node, tokens = _sum(tokens, text, depth)
        operands.append(node)
        if not tokens or tokens[0][1] not in (",", ")"):
            raise FormulaError(f"{text!r}: a bracket is not closed")
        sign, tokens = tokens[0][1], tokens[1:]
        if sign == ")":
            return operands, tokens


def _walk(node: _Node) -> Iterator[_Node]:
    yield node
    for operand in node.operands:
        yield from _walk(operand)


def _evaluate(node: _Node, values: Mapping[str, Decimal]) -> Decimal:
    if node.kind == "number":
        return node.value
    if node.kind == "name":
        return values[node.text]
    operands = [_evaluate(operand, values) for operand in node.operands]
    if node.kind == "function":
        return _FUNCTIONS[node.text](operands)
    left, right = operands
    return {"+": left.__add__, "-": left.__sub__, "*": left.__mul__, "/": left.__truediv__}[node.text](right)


def _write(node: _Node, names: Mapping[str, str], functions: Mapping[str, str], above: int) -> str:
    """Return ``node`` in words; ``above`` is how tightly the sign above it binds (0 not at all, 1 a sum, 2 a product, 3 to the right of − or ÷)."""
    if node.kind == "number":
        return node.text
    if node.kind == "name":
        return names.get(node.text, node.text)
    if node.kind == "function":
        inside = "; ".join(_write(operand, names, functions, 0) for operand in node.operands)
        return f"{functions.get(node.text, node.text)}({inside})"
    mine = 1 if node.text in "+-" else 2
    left, right = node.operands
    tight = mine + (1 if node.text in "-/" else 0)
    text = f"{_write(left, names, functions, mine)} {_SIGNS[node.text]} {_write(right, names, functions, tight)}"
    return f"({text})" if mine < above else text
