"""The form for what is known of a document: an input for each field of its metadata, with the legal values of closed fields offered."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import gradio as gr

from assistant.benefits.profile_fields import Said
from assistant.documents import Metadata
from assistant.errors import MetadataError
from assistant.language.places import all_places, place_name
from assistant.page.library_words import AS_READ, UNKNOWN_PLACE, vocabulary
from assistant.reading.metadata import parse_metadata


class _Kind(StrEnum):
    CHOICE = "choice"
    PLACE = "place"
    DATE = "date"
    LIST = "list"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    kind: _Kind
    label: Said
    help: Said | None = None


_LIST_HELP = Said("多项用分号隔开", "Several are parted by semicolons")
FIELDS = (
    _Field("title_zh", _Kind.TEXT, Said("中文标题", "Chinese title")),
    _Field("title_en", _Kind.TEXT, Said("英文标题", "English title")),
    _Field("kind", _Kind.CHOICE, Said("资料类别", "Kind")),
    _Field("authority", _Kind.CHOICE, Said("效力级别", "Authority")),
    _Field("status", _Kind.CHOICE, Said("时效性", "Status")),
    _Field("jurisdiction", _Kind.PLACE, Said("适用地区", "Jurisdiction"), Said("地市填代码，如 CN-33-ningbo", "For a city, a code such as CN-33-ningbo")),
    _Field("issuing_body", _Kind.TEXT, Said("制定机关", "Issuing body")),
    _Field("document_number", _Kind.TEXT, Said("文号", "Document number")),
    _Field("issued", _Kind.DATE, Said("公布日期", "Issued")),
    _Field("effective", _Kind.DATE, Said("施行日期", "In force from")),
    _Field("expires", _Kind.DATE, Said("失效日期", "Expires")),
    _Field("audience", _Kind.CHOICE, Said("可见范围", "Who may see it")),
    _Field("standing", _Kind.CHOICE, Said("内容性质", "What its words are")),
    _Field("reported_by", _Kind.TEXT, Said("转述者", "Reported by")),
    _Field("language", _Kind.CHOICE, Said("语言", "Language")),
    _Field("work", _Kind.TEXT, Said("所属文件编号", "Work"), Said("同一文件的各语言版本填同一编号", "Shared by the language versions of one text")),
    _Field("supersedes", _Kind.LIST, Said("所替代文件的编号", "Replaces (ids)"), _LIST_HELP),
    _Field("superseded_by", _Kind.TEXT, Said("替代它的文件编号", "Replaced by (id)")),
    _Field("aliases", _Kind.LIST, Said("别名、简称", "Other names"), _LIST_HELP),
    _Field("url", _Kind.TEXT, Said("原文网址", "Address of the original")),
    _Field("note", _Kind.TEXT, Said("备注（随引文显示）", "Note (shown with each citation)")),
)
_LEGAL = {
    "issued": Said("请写完整日期，例如 2022-05-01，不明则留空。", "Write a full date, 2022-05-01 say, or nothing."),
    "jurisdiction": Said("请从列表选择，或填 CN-33-ningbo 这样的代码。", "Choose from the list, or write a code such as CN-33-ningbo."),
    "url": Said("请填以 http:// 或 https:// 开头的网址。", "Write an address that begins with http:// or https://."),
    "work": Said("编号只能含字母、数字、点、短横线和下划线，最多80个字符。", "An id has up to 80 letters, digits, dots, hyphens and underscores."),
    "language": Said("请从列表选择。", "Choose from the list."),
}
_LEGAL |= {"effective": _LEGAL["issued"], "expires": _LEGAL["issued"], "superseded_by": _LEGAL["work"], "supersedes": _LEGAL["work"]}
_BAD_VALUE = Said("“{label}”不能填 {value!r}。{legal}", "\"{label}\" cannot be {value!r}. {legal}")


def lay_out_form(prefix: str, fresh: bool) -> list[Any]:
    """Lay the form out in the page being built and return its inputs in order of ``FIELDS``.

    Args:
        prefix: begins the ids of the inputs.
        fresh: whether it is for files that are not in yet, where what is left empty is read from the file.
    """
    with gr.Row(elem_classes="metadata-form"):
        return [_input(of, prefix, fresh) for of in FIELDS]


def _input(of: _Field, prefix: str, fresh: bool) -> Any:
    common: dict[str, Any] = {"elem_id": f"{prefix}-{of.name.replace('_', '-')}", "min_width": 220, **_wording(of, "zh", fresh)}
    if of.kind in (_Kind.CHOICE, _Kind.PLACE):
        return gr.Dropdown(value="" if fresh else None, allow_custom_value=of.kind is _Kind.PLACE, **common)
    return gr.Textbox(value="", max_lines=1, max_length=1000, **common)


def form_labels(inputs: Sequence[Any], language: str, fresh: bool) -> dict[Any, Any]:
    """Return the updates that put the form into ``language``."""
    return {part: gr.update(**_wording(of, language, fresh)) for of, part in zip(FIELDS, inputs, strict=True)}


def _wording(of: _Field, language: str, fresh: bool) -> dict[str, Any]:
    out: dict[str, Any] = {"label": of.label.in_(language), "info": of.help.in_(language) if of.help else None}
    if of.kind is _Kind.CHOICE:
        first = [(AS_READ.in_(language), "")] if fresh else []
        out["choices"] = [*first, *((said.in_(language), value) for value, said in vocabulary(of.name).items())]
        if not fresh and of.name == "language":
            out["choices"].insert(0, ("—", ""))
    elif of.kind is _Kind.PLACE:
        codes = ["CN", *(place.code for place in all_places() if place.code)]
        empty = (AS_READ if fresh else UNKNOWN_PLACE).in_(language)
        out["choices"] = [(empty, ""), *((place_name(code, language), code) for code in codes)]
    elif of.kind is _Kind.DATE:
        out["placeholder"] = "2022-05-01"
    return out


def read_form(said: Sequence[Any], language: str) -> dict[str, object]:
    """Return what the form says, for every field, as metadata are written.

    Raises:
        MetadataError: an entry cannot be read; the message names it as the form does.
    """
    out: dict[str, object] = {}
    for of, entry in zip(FIELDS, said, strict=True):
        value = " ".join(str(entry or "").split())
        if of.name == "language" and not value:
            continue  # it has no word for "not known"
        out[of.name] = [part.strip() for part in re.split("[;；]", value) if part.strip()] if of.kind is _Kind.LIST else value
        if value:
            _check(of, out[of.name], value, language)
    return out


def given_only(values: Mapping[str, object]) -> dict[str, object]:
    """Return the fields that say something."""
    return {name: value for name, value in values.items() if value}


def _check(of: _Field, value: object, entry: str, language: str) -> None:
    try:
        parse_metadata({of.name: value}, of.name)
    except MetadataError as error:
        legal = _LEGAL.get(of.name, _LEGAL["language"]).in_(language)
        raise MetadataError(_BAD_VALUE.in_(language).format(label=of.label.in_(language), value=entry, legal=legal)) from error


def form_values(metadata: Metadata) -> list[str]:
    """Return the entries of the form for a document that is in the library."""
    return [_entry(getattr(metadata, of.name)) for of in FIELDS]


def no_values() -> list[None]:
    """Return the entries of the form while no document is open."""
    return [None] * len(FIELDS)


def _entry(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value or "")
