"""Floors on public sets: any module of evals with ``measure_set`` can be gated."""

import json
import sys
import types
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import evals
from evals.__main__ import main
from evals.bounds import BaselineError
from evals.gate import read_baseline
from evals.public_sets import measure_sets, set_run_of

TABLE = '[pears.orchard]\nsample = 3\n"recall@10" = { value = 0.8, floor = 0.7 }\n"false_answers" = { value = 0.1, ceiling = 0.2 }\n'
Install = Callable[[Callable[[Path, int], Mapping[str, float]]], None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return what makes ``evals.pears`` a module whose ``measure`` is the given function."""

    def make(measure: Callable[[Path, int], Mapping[str, float]]) -> None:
        module = types.ModuleType("evals.pears")
        module.__spec__ = types.SimpleNamespace(name="evals.pears")  # type: ignore[assignment]
        module.measure_set = measure  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "evals.pears", module)
        monkeypatch.setattr(evals, "pears", module, raising=False)

    return make


def baseline(folder: Path, text: str = TABLE) -> Path:
    path = folder / "baseline.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("measures", "met", "line"),
    [
        ({"recall@10": 0.7, "false_answers": 0.2}, True, "ok     recall@10: 0.700 (-0.100 on 0.800, floor 0.700)"),
        ({"recall@10": 0.69, "false_answers": 0.2}, False, "BROKEN recall@10: 0.690 (-0.110 on 0.800, floor 0.700)"),
        ({"recall@10": 0.9, "false_answers": 0.21}, False, "BROKEN false_answers: 0.210 (+0.110 on 0.100, ceiling 0.200)"),
        ({"false_answers": 0.0}, False, "BROKEN recall@10: not measured; there are false_answers"),
        ({"recall@10": float("nan"), "false_answers": 0.0}, False, "BROKEN recall@10: nan"),
    ],
)
def test_a_set_is_held_to_its_floors(tmp_path: Path, install: Install, measures: dict[str, float], met: bool, line: str) -> None:
    (tmp_path / "bench" / "orchard").mkdir(parents=True)
    asked = []

    def measure(folder: Path, sample: int) -> Mapping[str, float]:
        asked.append((folder, sample))
        return measures

    install(measure)
    [run], absent = measure_sets(read_baseline(baseline(tmp_path)).sets, tmp_path)
    assert (asked, absent) == ([(tmp_path / "bench" / "orchard", 3)], [])
    assert run.met is met
    assert any(line in printed for printed in run.lines())
    assert run.lines()[0].startswith(f"gate pears.orchard: {'met' if met else 'NOT MET'} (3 items")


def test_a_crash_is_not_met_and_says_so(tmp_path: Path, install: Install) -> None:
    (tmp_path / "bench" / "orchard").mkdir(parents=True)

    def measure(folder: Path, sample: int) -> Mapping[str, float]:
        raise RuntimeError("the pears are not ripe")

    install(measure)
    [run], _ = measure_sets(read_baseline(baseline(tmp_path)).sets, tmp_path)
    assert not run.met
    assert run.lines()[1] == "  crashed: RuntimeError: the pears are not ripe"


def test_an_absent_set_is_skipped_by_name_and_the_gate_writes_the_others(tmp_path: Path, install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bench" / "orchard").mkdir(parents=True)
    install(lambda folder, sample: {"recall@10": 0.9, "false_answers": 0.0})
    path = baseline(tmp_path, TABLE + '[pears.grove]\n"recall@10" = { value = 0.8, floor = 0.7 }\n')
    assert main(["gate", "--baseline", str(path), "--texts", str(tmp_path), "--out", str(tmp_path / "out.json")]) == 0
    assert f"skipped: pears.grove: there is no {tmp_path / 'bench' / 'grove'}" in capsys.readouterr().out
    [row] = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["sets"]
    assert (row["set"]["module"], row["measures"]) == ("pears", {"recall@10": 0.9, "false_answers": 0.0})
    assert {"code", "weights", "evals", "corpus", "files", "settings", "model", "split", "sample", "on"} <= set(row["made"])
    assert set_run_of(row).made == row["made"]
    install(lambda folder, sample: {"recall@10": 0.6, "false_answers": 0.0})
    assert main(["gate", "--baseline", str(path), "--texts", str(tmp_path)]) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[apples.orchard]\n"x" = { value = 1, floor = 1 }', "evals has no module 'apples'"),
        ("[pears]\nsample = 3", r"\[pears\] is not tables of sets"),
        ("[pears.orchard]\nsample = 3", "pears.orchard: gates nothing"),
        ('[pears.orchard]\nsample = -1\n"x" = { value = 1, floor = 1 }', "sample -1 no count"),
        ('[pears.orchard]\n"x" = { value = 1 }', "is not a value and a floor or ceiling"),
        ('[pears.orchard]\n"x" = { value = 0.5, ceiling = 0.4 }', "does not keep its own ceiling"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, install: Install, text: str, message: str) -> None:
    install(lambda folder, sample: {})
    with pytest.raises(BaselineError, match=message):
        read_baseline(baseline(tmp_path, text))
