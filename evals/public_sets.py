"""Floors on public sets: ``[MODULE.SET]`` tables of ``evals/baseline.toml``, measured by ``evals.MODULE``.

A module that measures public sets has::

    def measure_set(folder: Path, sample: int) -> Mapping[str, float]

It returns each measure of the set in ``folder``, from 0 to 1, over at most ``sample`` items (0: all), drawn alike in every
run. What it raises is a crash, and the gate is not met. Adding a set, or a module, needs no line of code here.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.bounds import BaselineError, Bound, read_bound
from evals.library import set_fingerprints

_KEYS = ("folder", "sample")


@dataclass(frozen=True, slots=True)
class PublicSet:
    """A set that is gated: who measures it, where it is below the texts, how much of it, and what it must keep."""

    module: str
    name: str
    folder: str
    sample: int
    bounds: tuple[Bound, ...]

    @property
    def title(self) -> str:
        """``MODULE.NAME``, as in the baseline."""
        return f"{self.module}.{self.name}"


@dataclass(frozen=True, slots=True)
class SetRun:
    """A public set, measured."""

    set: PublicSet
    seconds: float
    measures: Mapping[str, float] = field(default_factory=dict)
    crash: str = ""
    made: Mapping[str, Any] = field(default_factory=dict)
    """Fingerprints of code, weights, settings, model and the set's files."""

    @property
    def met(self) -> bool:
        """Whether nothing crashed and every bound is kept; a measure that was not returned is not kept."""
        return not self.crash and all(b.kept_by(self.measures.get(b.measure, math.nan)) for b in self.set.bounds)

    def lines(self) -> list[str]:
        """Return what the gate prints of it."""
        sample = f"{self.set.sample} items" if self.set.sample else "all items"
        head = f"gate {self.set.title}: {'met' if self.met else 'NOT MET'} ({sample}, {self.seconds:.0f} s)"
        if self.crash:
            return [head, f"  crashed: {self.crash}"]
        return [head, *(f"  {self._line(bound)}" for bound in self.set.bounds)]

    def _line(self, bound: Bound) -> str:
        value = self.measures.get(bound.measure)
        if value is None:
            return f"BROKEN {bound.name}: not measured; there are {', '.join(sorted(self.measures)) or 'no measures'}"
        return bound.line(value)


def read_sets(where: str, tables: Mapping[str, Any]) -> tuple[PublicSet, ...]:
    """Return the sets of the baseline's tables, in their order.

    Raises:
        BaselineError: a module is not there, or a table is not as it must be.
    """
    return tuple(_set(f"{where}: {module}.{name}", module, name, rows) for module, sets in tables.items() for name, rows in _module(where, module, sets))


def _module(where: str, module: str, sets: Any) -> Sequence[tuple[str, Any]]:
    if importlib.util.find_spec(f"evals.{module}") is None:
        raise BaselineError(f"{where}: holds [{module}.…], but evals has no module {module!r}. Correct the name or remove the table.")
    if not isinstance(sets, dict) or not all(isinstance(rows, dict) for rows in sets.values()):
        raise BaselineError(f"{where}: [{module}] is not tables of sets. Write [{module}.SET].")
    return list(sets.items())


def _set(where: str, module: str, name: str, rows: Mapping[str, Any]) -> PublicSet:
    folder, sample = rows.get("folder", f"bench/{name}"), rows.get("sample", 0)
    if not isinstance(folder, str) or type(sample) is not int or sample < 0:
        raise BaselineError(f"{where}: folder {folder!r} is no text or sample {sample!r} no count. Correct them.")
    bounds = tuple(read_bound(f"{where}: {key!r}", "", key, row, ("floor", "ceiling")) for key, row in rows.items() if key not in _KEYS)
    if not bounds:
        raise BaselineError(f"{where}: gates nothing. Give it at least one measure with value and floor.")
    return PublicSet(module, name, folder, sample, bounds)


def set_run_of(row: Mapping[str, Any]) -> SetRun:
    """Return a measured set as read from JSON.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: the row is not what the gate writes.
    """
    bounds = tuple(Bound(**{**b, "value": float(b["value"]), "limit": float(b["limit"])}) for b in row["set"]["bounds"])
    wanted = PublicSet(**{**row["set"], "bounds": bounds})
    texts = (wanted.module, wanted.name, wanted.folder, row["crash"], *(text for b in bounds for text in (b.group, b.measure, b.kind)))
    if wrong := [text for text in texts if not isinstance(text, str)]:
        raise TypeError(f"{wrong[0]!r} is not a text")
    return SetRun(wanted, float(row["seconds"]), {name: float(value) for name, value in row["measures"].items()}, row["crash"], dict(row.get("made", {})))


def measure_sets(sets: Sequence[PublicSet], texts: Path) -> tuple[list[SetRun], list[str]]:
    """Return the sets measured, and a line for each whose folder is not below ``texts``. A crash is recorded, not raised."""
    there = [s for s in sets if (texts / s.folder).is_dir()]
    absent = [f"{s.title}: there is no {texts / s.folder}" for s in sets if s not in there]
    return [_measured(s, texts / s.folder) for s in there], absent


def _measured(wanted: PublicSet, folder: Path) -> SetRun:
    made = set_fingerprints(folder, "dev", wanted.sample)
    started = time.perf_counter()
    try:
        measures = dict(importlib.import_module(f"evals.{wanted.module}").measure_set(folder, wanted.sample))
    except Exception as error:  # whatever it is, the gate must say so and go on to the next set
        return SetRun(wanted, time.perf_counter() - started, crash=f"{type(error).__name__}: {error}", made=made)
    return SetRun(wanted, time.perf_counter() - started, measures, made=made)
