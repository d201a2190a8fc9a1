"""Metadata that people write: front matter, sidecar files and the ``--metadata`` file, checked and typed.

The keys are the fields of ``Metadata``. A wrong key or value is an error that lists the legal ones, because a
silently ignored ``status: repealed`` would let repealed law pass as law.

A ``--metadata`` file is a YAML mapping in one of two forms: keys to values, which then hold for every file; or file
names (``plan.pdf``) or stems (``plan``) to such mappings, which then hold for that file. It is the second form when
every value is itself a mapping.
"""

from __future__ import annotations

import datetime as dt
import re
import reprlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

import yaml

from assistant.documents import Audience, Authority, Kind, Metadata, Standing, Status
from assistant.errors import MetadataError
from assistant.reading.canonical import clean

KEYS: tuple[str, ...] = tuple(field.name for field in fields(Metadata))
"""The legal keys, in the order of the record."""

LANGUAGES = ("en", "zh")

SIDECAR_SUFFIX = ".meta.yaml"
MOST_BYTES = MOST_CHARACTERS = 1_000_000
"""Of a file with what is known of several documents, as it is and with aliases put in: some 12,000 short entries, which take nine seconds to read."""
MOST_SIDECAR_BYTES = 1 << 15
"""Of a sidecar or front matter, whose twenty keys take one or two thousand; the server reads sidecars itself, these in a second at most."""
MOST_DEPTH = 20
"""Levels of values within values: metadata have three, the rules that ship nine."""

_ENUMS: dict[str, type[StrEnum]] = {
    "kind": Kind,
    "authority": Authority,
    "status": Status,
    "audience": Audience,
    "standing": Standing,
}
_DATES = frozenset({"issued", "effective", "expires"})
_SLUGS = frozenset({"id", "work", "superseded_by"})
_SLUG = re.compile(r"\w[\w.-]{0,79}")
_JURISDICTION = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3}(?:-[a-z][a-z0-9-]*)?)?")
_FENCE = re.compile(r"---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)

_show = reprlib.Repr()
_show.maxstring = _show.maxother = 80
_show.maxlevel = 2


def parse_metadata(mapping: Mapping[str, object], where: str) -> dict[str, object]:
    """The values of ``mapping``, each in the type of its ``Metadata`` field, for the keys given only.

    An empty text, date or list says that the value is not known, and so hides what the text may print.

    Args:
        where: File and place, for the message.

    Raises:
        MetadataError: If a key or a value is not a legal one.
    """
    return {key: _value(_key(key, where), value, where) for key, value in mapping.items()}


def _key(key: object, where: str) -> str:
    if not isinstance(key, str) or key not in KEYS:
        legal = ", ".join(KEYS)
        raise MetadataError(f"{where}: key {_show.repr(key)} is not one of {legal}. Remove or rename it there.")
    return key


def _value(key: str, value: object, where: str) -> object:
    if key in _ENUMS:
        return _member(key, value, where)
    if key in _DATES:
        return _date(key, value, where)
    if key in _LISTS:
        items = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        return tuple(_LISTS[key](key, item, where) for item in items if item not in ("", None))
    text = _text(key, value, where)
    if key in _SLUGS and text:
        return _slug(key, text, where)
    if key == "language" and text not in LANGUAGES:
        raise _error(key, value, where, "one of " + ", ".join(LANGUAGES))
    if key == "jurisdiction" and text and not _JURISDICTION.fullmatch(text):
        raise _error(key, value, where, "an ISO 3166 code such as CN, CN-50 or CN-33-ningbo")
    if key == "url" and text and not re.fullmatch(r"https?://\S+", text):
        raise _error(key, value, where, "an address that starts with http:// or https://")
    return text


def _error(key: str, value: object, where: str, legal: str) -> MetadataError:
    return MetadataError(f"{where}: {key} {_show.repr(value)} is not {legal}. Correct it there.")


def _member(key: str, value: object, where: str) -> StrEnum:
    kind = _ENUMS[key]
    try:
        return kind(str(value))
    except ValueError:
        raise _error(key, value, where, "one of " + ", ".join(kind)) from None


def _date(key: str, value: object, where: str) -> dt.date | None:
    if value in ("", None):
        return None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return dt.date.fromisoformat(value)
    except ValueError:  # a 30 February is reported like any other wrong date
        pass
    raise _error(key, value, where, "a full date such as 2022-05-01")


def _text(key: str, value: object, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float | dt.date):
        raise _error(key, value, where, "a text")
    return " ".join(clean(str(value)).split())


def _slug(key: str, value: object, where: str) -> str:
    text = _text(key, value, where)
    if not _SLUG.fullmatch(text):
        raise _error(key, value, where, "a slug: up to 80 letters, digits, '.', '-' and '_'")
    return text


_LISTS: Mapping[str, Callable[[str, object, str], str]] = {"supersedes": _slug, "aliases": _text}
"""Keys that take several values, each read by its own reader."""


def split_front_matter(text: str, where: str) -> tuple[Mapping[str, object], str]:
    """The front matter of ``text``, unchecked, and the text after it. Front matter starts on the very first line.

    Raises:
        MetadataError: If the block is not a YAML mapping.
    """
    block = _FENCE.match(text)
    if block is None:
        return {}, text
    where = f"{where}: front matter"
    if len(block["yaml"].encode()) > MOST_SIDECAR_BYTES:
        raise _too_long(where, MOST_SIDECAR_BYTES)
    return _mapping(block["yaml"], where, _FrontMatterLoader), text[block.end() :]


def read_metadata_file(path: Path, most: int = MOST_BYTES) -> Mapping[str, object]:
    """The mapping a YAML file holds, unchecked: a sidecar, or what ``--metadata`` names.

    Raises:
        MetadataError: If the file cannot be read, has more than ``most`` bytes, is not a YAML mapping, or stands for more than anybody writes.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise _too_long(str(path), most)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise MetadataError(f"{path}: cannot be read, {reason}. Give a YAML file in UTF-8.") from error
    return _mapping(text, str(path))


def _too_long(where: str, most: int) -> MetadataError:
    return MetadataError(f"{where}: has more than {most:,} bytes, so it is no metadata. Leave only keys with short values in it.")


class _Loader(yaml.BaseLoader):
    """Leaves every scalar a text, so 'language: no' and 'id: 007' mean what they say; a key may stand only once."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self._depth >= MOST_DEPTH:
            raise yaml.MarkedYAMLError(problem="nested too deep", problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = next((key for key, count in Counter(keys).items() if count > 1), None)
        if twice is not None:
            raise yaml.MarkedYAMLError(problem=f"key {_show.repr(twice)} stands twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


class _FrontMatterLoader(_Loader):
    """Takes no aliases: ten of ten of ten of them are few characters and a billion values, and front matter comes with a stranger's document."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="an alias (*name) is no value here", problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)


def _mapping(text: str, where: str, loader: type[_Loader] = _Loader) -> Mapping[str, object]:
    try:
        loaded: object = yaml.load(text, Loader=loader)  # a BaseLoader builds no objects
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "nested too deep"
        raise MetadataError(f"{where}: not valid YAML{line}, {problem}. Quote values that hold ': '.") from error
    if loaded in ("", None):
        return {}
    if not isinstance(loaded, dict):
        raise MetadataError(f"{where}: holds {_show.repr(loaded)}, not keys with values. Write lines of 'key: value'.")
    _check_size(loaded, where)
    return loaded


def _check_size(loaded: object, where: str) -> None:
    """Check how much the values are with aliases put in: ten of ten of ten of them are few characters and a billion values.

    Raises:
        MetadataError: If that is more than anybody writes.
    """
    left, waiting = MOST_CHARACTERS, [loaded]
    while waiting:
        value = waiting.pop()
        left -= 1 + (len(value) if isinstance(value, (str, list, dict)) else 0)
        if left < 0:
            raise MetadataError(f"{where}: stands for more than {MOST_CHARACTERS:,} characters. Write values out instead of aliases (*name).")
        waiting += [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []


def read_sidecars(path: Path) -> dict[str, object]:
    """What ``NAME.meta.yaml`` says of ``path``; for ``a.pdf`` both ``a.meta.yaml`` and, over it, ``a.pdf.meta.yaml``.

    Raises:
        MetadataError: If a sidecar cannot be read or holds an illegal key or value.
    """
    return {key: value for said in _sidecars(path).values() for key, value in said.items()}


def named_by(path: Path) -> Path | None:
    """The sidecar whose ``id`` the document in ``path`` has; nothing where none gives it one.

    Raises:
        MetadataError: If a sidecar cannot be read or holds an illegal key or value.
    """
    return next((sidecar for sidecar, said in reversed(_sidecars(path).items()) if "id" in said), None)


def _sidecars(path: Path) -> dict[Path, dict[str, object]]:
    """What each sidecar of ``path`` says, the one that wins last."""
    sidecars = [path.with_name(name + SIDECAR_SUFFIX) for name in dict.fromkeys((path.stem, path.name))]
    return {s: parse_metadata(read_metadata_file(s, MOST_SIDECAR_BYTES), str(s)) for s in sidecars if s.is_file()}


def overrides_for(path: Path, overrides: Mapping[str, object] | None) -> dict[str, object]:
    """What the ``--metadata`` mapping says of ``path``; see the module's text for its two forms.

    Raises:
        MetadataError: If it holds an illegal key or value for this file.
    """
    if not overrides:
        return {}
    if not _by_file(overrides):
        return parse_metadata(overrides, "--metadata")
    given: dict[str, object] = {}
    for name in dict.fromkeys((path.stem, path.name)):
        entry = overrides.get(name, {})
        if isinstance(entry, Mapping):
            given |= parse_metadata(entry, f"--metadata, {name}")
    return given


def check_file_names(overrides: Mapping[str, object], paths: Iterable[Path]) -> None:
    """Check that every file the ``--metadata`` mapping names is among ``paths``: a misspelt name must not pass.

    Raises:
        MetadataError: If it names a file that is not there.
    """
    if not overrides or not _by_file(overrides):
        return
    known = {name for path in paths for name in (path.name, path.stem)}
    for name in overrides:
        if name not in known:
            raise MetadataError(f"--metadata: no file {_show.repr(name)} is being read. Give its name or stem exactly.")


def _by_file(overrides: Mapping[str, object]) -> bool:
    return all(isinstance(value, Mapping) for value in overrides.values())
