"""The form of a profile: one input for each field, worded in the page's language, and what is said where an entry is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from assistant.benefits.profile import Profile, parse_profile
from assistant.benefits.profile_fields import Field, FieldKind, Said, fields, sections
from assistant.errors import ProfileError
from assistant.language.places import all_places, place_name

UNKNOWN = "unknown"
_UNKNOWN = Said("未知", "unknown")
_FLAGS = ((Said("是", "yes"), "yes"), (Said("否", "no"), "no"), (_UNKNOWN, UNKNOWN))
_BAD_VALUE = Said("“{label}”不能填 {value!r}。{legal}", '"{label}" cannot be {value!r}. {legal}')
_LEGAL = {
    FieldKind.COUNT: Said("请填不小于0的整数，未知则留空。", "Write a whole number of 0 or more, or nothing if it is unknown."),
    FieldKind.MONEY: Said("请填不小于0的金额（元），例如 5,000,000 或 500万，未知则留空。", "Write yuan of 0 or more (5,000,000), or nothing if unknown."),
    FieldKind.RESULT: Said("请填金额（元），亏损填负数，未知则留空。", "Write yuan, negative for a loss, or nothing if it is unknown."),
    FieldKind.SHARE: Said("请填0至100之间的百分数，未知则留空。", "Write a percentage from 0 to 100, or nothing if it is unknown."),
}
_UNITS = {FieldKind.MONEY: Said("元", "yuan"), FieldKind.RESULT: Said("元", "yuan"), FieldKind.SHARE: Said("%", "%"), FieldKind.COUNT: Said("", "")}


def read_form(said: Mapping[str, str | None], language: str) -> Profile:
    """Return the profile that the form describes.

    Raises:
        ProfileError: an entry cannot be read; the message names it as the form does.
    """
    for name, value in said.items():
        try:
            parse_profile({name: value}, name)
        except ProfileError as error:
            of = fields()[name]
            legal = _LEGAL[of.kind].in_(language) if of.kind in _LEGAL else ""
            raise ProfileError(_BAD_VALUE.in_(language).format(label=of.label.in_(language), value=value, legal=legal).strip()) from error
    return parse_profile(said, "form")


def lay_out_form() -> tuple[dict[str, gr.Accordion], dict[str, Any]]:
    """Lay the form out in the page being built; return its groups by section and its inputs by field."""
    groups: dict[str, gr.Accordion] = {}
    inputs: dict[str, Any] = {}
    for place, (section, heading) in enumerate(sections().items()):
        with gr.Accordion(heading.zh, open=place < 2, elem_id=f"section-{section}", elem_classes="benefits-section") as group, gr.Row():
            for of in fields().values():
                if of.section == section:
                    inputs[of.name] = _input(of)
        groups[section] = group
    return groups, inputs


def _input(of: Field) -> Any:
    common: dict[str, Any] = {"elem_id": f"field-{of.name}", "min_width": 300, **wording(of, "zh")}
    if of.kind is FieldKind.FLAG:
        return gr.Radio(value=UNKNOWN, **common)
    if of.kind is FieldKind.PLACE:
        return gr.Dropdown(value=UNKNOWN, **common)
    return gr.Textbox(value="", max_lines=1, max_length=80, **common)


def wording(of: Field, language: str) -> dict[str, Any]:
    """Return label, help and choices of an input in ``language``."""
    told = of.help.in_(language)
    out: dict[str, Any] = {"label": of.label.in_(language), "info": told or None}
    if of.kind is FieldKind.FLAG:
        out["choices"] = [(label.in_(language), value) for label, value in _FLAGS]
    elif of.kind is FieldKind.PLACE:
        places = [(place_name(place.code, language), place.code) for place in all_places() if place.code]
        out["choices"] = [(_UNKNOWN.in_(language), UNKNOWN), *places]
    elif of.kind is not FieldKind.TEXT:
        unit = _UNITS[of.kind].in_(language)
        out["placeholder"] = _UNKNOWN.in_(language) + (f"（{unit}）" if unit and language == "zh" else f" ({unit})" if unit else "")
    return out


def blank(of: Field) -> str:
    """Return the value of an input that says nothing."""
    return UNKNOWN if of.kind in (FieldKind.FLAG, FieldKind.PLACE) else ""
