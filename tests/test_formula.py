"""Formulas: what they compute, how they read, and that nothing else can be said."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.benefits.formula import MAX_DEPTH, FormulaError, number_text, parse

VALUES = {"a": Decimal(100), "b": Decimal(7), "c": Decimal(3)}


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("30% * a + b", "37", "30% × a + b"),
        ("a - (b - c)", "96", "a − (b − c)"),
        ("a - b - c", "90", "a − b − c"),
        ("(a + b) * c", "321", "(a + b) × c"),
        ("min(30% * a, b + c)", "10", "min(30% × a; b + c)"),
        ("max(a - 200, 0)", "0", "max(a − 200; 0)"),
        ("floor(10% * (a + b))", "10", "floor(10% × (a + b))"),
        ("a / 8", "12.5", "a ÷ 8"),
        ("0.8 * (a - 5_0)", "40", "0.8 × (a − 50)"),
    ],
)
def test_a_formula_is_computed_and_written_out(text: str, value: str, written: str) -> None:
    formula = parse(text)
    assert formula.value(VALUES) == Decimal(value)
    assert formula.written({}, {}) == written


def test_names_and_functions_are_written_as_they_are_called() -> None:
    formula = parse("min(a, 2 * b)")
    assert formula.names == ("a", "b")
    assert formula.written({"a": "wages", "b": "7"}, {"min": "the smaller of "}) == "the smaller of (wages; 2 × 7)"


@pytest.mark.parametrize(
    "text",
    ["", "a b", "-a", "a **b", "a /b", "a / 0", "(a", "a)", "min a", "min()", "floor(a, b)", "(a, b)", "a.b", "1..2", "__import__('os')", "lambda: 1"],
)
def test_anything_else_is_an_error(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text)


def test_brackets_beyond_reading_are_an_error() -> None:
    with pytest.raises(FormulaError, match="nested deeper"):
        parse("(" * (MAX_DEPTH + 2) + "a" + ")" * (MAX_DEPTH + 2))


@given(st.text(alphabet="ab0123456789.+-*/(),%_ minmaxfloor", max_size=30))
def test_any_text_is_a_formula_or_a_formula_error(text: str) -> None:
    try:
        formula = parse(text)
    except FormulaError:
        return
    assert isinstance(formula.value({name: Decimal(2) for name in formula.names}), Decimal)


@given(st.recursive(st.sampled_from(["a", "b", "c", "5", "30%"]), lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map("".join), max_leaves=8))
def test_what_is_written_computes_the_same(text: str) -> None:
    formula = parse(text)
    back = formula.written({}, {}).replace("×", "*").replace("−", "-").replace(",", "")
    assert parse(back).value(VALUES) == formula.value(VALUES)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234567.5", "1,234,567.5"),
        ("0.005", "0.01"),
        ("-0.001", "0"),
        ("1000000", "1,000,000"),
        ("-20", "-20"),
        ("1" + "0" * 30, "1" + ",000" * 10),
    ],
)
def test_numbers_are_written_with_thousands(value: str, text: str) -> None:
    assert number_text(Decimal(value)) == text
