"""One self-contained HTML page of results: bars against the baseline, risk and coverage, times, and the cases that flipped.

Of held-out suites only ids are shown. Everything that a case brings is escaped.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from evals.bounds import Bound
from evals.cases import is_held_out
from evals.gate import Baseline, flips, read_baseline, read_made, stored_outcomes
from evals.metrics import Estimate
from evals.options import ROOT
from evals.plots import Bar, bars, curve, histogram
from evals.public_sets import SetRun, set_run_of
from evals.records import LOWER_IS_BETTER, MEASURES, TOTAL, Record, latency, risk_curve, summary
from evals.run import RESULTS, ResultsError, SuiteRun

_STYLE = Path(__file__).with_name("report.css")
_MADE = {
    "on": "measured",
    "as_of": "as of",
    "model": "model",
    "code": "code",
    "revision": "revision",
    "texts": "texts",
    "cases": "cases",
    "peak_mib": "peak memory in MiB",
}
_SHOWN = 3
"""Citations shown of a flipped case's answer."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``report``."""
    parser.add_argument("--results", type=Path, nargs="+", metavar="FILE", help="what `run` or `gate --out` wrote; the newest of evals/results if not given")
    parser.add_argument("--baseline", type=Path, default=ROOT / "evals" / "baseline.toml", metavar="FILE", help="the values and floors")
    parser.add_argument("--out", type=Path, default=RESULTS / "report.html", metavar="FILE", help="where to write the page")


def main(args: argparse.Namespace) -> int:
    """Write the page and return 0."""
    files = args.results or [newest(RESULTS)]
    runs = {run.suite: run for path in files for run in read_made(path)}  # the last file that has a suite counts
    sets = [measured for path in files for measured in read_sets(path)]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(page(list(runs.values()), sets, read_baseline(args.baseline)), encoding="utf-8")
    print(f"written: {args.out} ({len(runs)} suites, {len(sets)} public sets)")
    return 0


def newest(folder: Path) -> Path:
    """Return the newest results of a folder.

    Raises:
        ResultsError: there are none.
    """
    found = [(p.stat().st_mtime_ns, p) for p in folder.glob("*.json") if '"runs": [' in p.read_text(encoding="utf-8")[:4096]]
    if not found:
        raise ResultsError(f"{folder}: holds no results. Write some: python -m evals gate --out {folder / 'gate.json'}")
    return max(found)[1]


def read_sets(path: Path) -> list[SetRun]:
    """Return the public sets that a results file holds; none where only suites were asked.

    Raises:
        ResultsError: they are not what ``python -m evals gate`` writes.
    """
    try:
        return [set_run_of(row) for row in json.loads(path.read_text(encoding="utf-8")).get("sets", [])]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ResultsError(f"{path}: sets are not what today's code writes ({error!r}). Write them again: python -m evals gate --out {path}") from error


def page(runs: Sequence[SuiteRun], sets: Sequence[SetRun], baseline: Baseline) -> str:
    """Return the whole page."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE.read_text(encoding="utf-8")}</style>'
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    links = "".join(f'<li><a href="#{escape(r.suite)}">{escape(r.suite)}</a></li>' for r in runs)
    links += '<li><a href="#sets">public sets</a></li>' if sets else ""
    body = "".join(_suite(run, baseline.suites.get(run.suite, ())) for run in runs)
    return (
        f'<!doctype html><html lang="en"><head>{policy}{head}<title>Evaluation report</title></head><body>'
        f'<a class="skip" href="#results">Skip to the results</a><header><h1>Evaluation report</h1>{_overview(runs, baseline)}'
        f'<nav aria-label="Suites"><ul>{links}</ul></nav></header><main id="results">{body}{_sets(sets)}</main></body></html>\n'
    )


def _overview(runs: Sequence[SuiteRun], baseline: Baseline) -> str:
    rows = []
    for run in runs:
        broken = [b.name for b, bar in _bounded(run, baseline.suites.get(run.suite, ())) if not bar.kept]
        state = ("fail", "not met") if broken or run.crashed else ("pass", "met") if run.suite in baseline.suites else ("none", "no floors set")
        passed, whole = sum(r.passed for r in run.records), len(run.records) - len(run.crashed)
        share = f"{passed / whole:.0%} of {whole}" if whole else "of none"
        cells = [str(len(run.records)), f"{passed} ({share})", str(len(run.crashed)), ", ".join(broken) or "none"]
        name = f'<th scope="row"><a href="#{escape(run.suite)}">{escape(run.suite)}</a></th>'
        rows.append(f'<tr>{name}<td><span class="state {state[0]}">{state[1]}</span></td>' + "".join(f"<td>{escape(c)}</td>" for c in cells) + "</tr>")
    return _table("Whether the gate is met", ("Suite", "Gate", "Cases", "Passed", "Crashed", "Floors broken"), rows)


def _table(caption: str, columns: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in columns)
    return f'<div class="wide"><table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _bounded(run: SuiteRun, bounds: Sequence[Bound]) -> list[tuple[Bound, Bar]]:
    rows = summary(run.records)
    out = []
    for bound in bounds:
        now = rows.get(bound.group, {}).get(bound.measure)
        bar = Bar(bound.name, now.value, now.low, now.high, bound.value, bound.kept_by(now.value)) if now else Bar(bound.name, 0, 0, 0, bound.value, False)
        out.append((bound, bar))
    return out


# -- one suite ------------------------------------------------------------------------------------------------


def _suite(run: SuiteRun, bounds: Sequence[Bound]) -> str:
    rows = summary(run.records)
    made = run.made
    gated = {bound.measure: bar for bound, bar in _bounded(run, bounds) if bound.group == TOTAL}
    total = rows.get(TOTAL, {})
    shown = [gated.get(name) or Bar(name, now.value, now.low, now.high) for name, now in total.items()]
    parts = [
        f'<section id="{escape(run.suite)}" aria-labelledby="h-{escape(run.suite)}"><h2 id="h-{escape(run.suite)}">{escape(run.suite)}</h2>',
        f'<p class="made">{escape(_made(made))}</p>',
        _figure(bars(f"Measures of {run.suite}", shown), f"Each measure with its 95 % bootstrap interval; the dark mark is the baseline. {_lower(total)}"),
        _by_pair(run.suite, rows),
        '<div class="pair">',
        _figure(curve("Risk and coverage", risk_curve(run.records), "share of questions answered", "share of answers wrong"), _risk_words()),
        _figure(histogram("Times", [r.seconds for r in run.records if not r.crash]), _times(run.records)),
        "</div>",
        _crashed(run),
        _flipped(run),
        "</section>",
    ]
    return "".join(parts)


def _made(made: Mapping[str, Any]) -> str:
    settings = made.get("settings", {})
    parts = [f"{label} {str(made[key])[:40]}" for key, label in _MADE.items() if made.get(key)]
    return " · ".join([*parts, *([f"settings {settings['fingerprint']}"] if "fingerprint" in settings else [])])


def _lower(total: Mapping[str, Estimate]) -> str:
    names = [name for name in total if name in LOWER_IS_BETTER]
    return f"Lower is better for {', '.join(names)}." if names else ""


def _risk_words() -> str:
    return "Of the questions answered with the greatest confidence, the share that did not pass: how much is wrong when how much is answered."


def _times(records: Sequence[Record]) -> str:
    return "; ".join(f"{name} {1000 * value:.0f} ms" for name, value in latency(records).items()) + "."


def _figure(image: str, caption: str) -> str:
    return f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>"


def _by_pair(suite: str, rows: Mapping[str, Mapping[str, Estimate]]) -> str:
    names = [name for name in MEASURES if any(name in row for row in rows.values())]
    lines = []
    for name in names:
        cells = "".join(f"<td>{_number(row.get(name))}</td>" for row in rows.values())
        lines.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    table = _table(f"{suite}: every measure by language of the question, then of the texts", ("Measure", *rows), lines)
    return f"<details><summary>All measures by language pair</summary>{table}</details>"


def _number(now: Estimate | None) -> str:
    return "–" if now is None else f'{now.value:.3f} <span class="interval">[{now.low:.2f}, {now.high:.2f}] n {now.cases}</span>'


def _crashed(run: SuiteRun) -> str:
    """Return every case that crashed, whatever became of it before: none of them passed or failed."""
    if not run.crashed:
        return ""
    shown = f"<p>{escape(' '.join(run.crashed))}</p>" if is_held_out(run.suite) else "".join(_case(r) for r in run.records if r.crash)
    return f"<h3>Crashed cases ({len(run.crashed)})</h3>{shown}"


def _flipped(run: SuiteRun) -> str:
    stored = stored_outcomes(run.suite)
    by_id = {r.id: r for r in run.records if not r.crash}
    if stored is None:
        return "<h3>Flipped cases</h3><p>Not known: no outcomes were stored for this suite. Store them with <code>python -m evals accept</code>.</p>"
    found = flips(run, stored) | {"now fail": [i for i in flips(run, stored)["now fail"] if i in by_id]}
    changed = {kind: ids for kind, ids in found.items() if ids}
    out = [f"<h3>Flipped cases</h3><p>{'None.' if not changed else ''}</p>"]
    for kind, ids in changed.items():
        out.append(f"<h4>{escape(kind)} ({len(ids)})</h4>")
        if is_held_out(run.suite) or kind in ("gone", "new"):
            out.append(f"<p>{escape(' '.join(ids))}</p>")
        else:
            out += [_case(by_id[i]) for i in ids]
    failing = [r for r in by_id.values() if not r.passed and r.id in set(stored["failing"])]
    if failing and not is_held_out(run.suite):
        out.append(f"<details><summary>Failing as before ({len(failing)})</summary>{''.join(_case(r) for r in failing)}</details>")
    return "".join(out)


def _case(record: Record) -> str:
    detail = record.detail or {}
    language = escape(str(detail.get("language", "en")))
    state = ("pass", "passes") if record.passed else ("fail", record.wrong)
    statements = "".join(f"<li>{escape(s['text'])}</li>" for s in detail.get("statements", ()))
    answer = f"<ol>{statements}</ol>" if statements else f"<p>{escape(str(detail.get('message', '')))}</p>"
    gold = "".join(f"<li>{escape(g['file'])} {escape(g['locator'])}{_quote(g)}</li>" for g in detail.get("gold", ()))
    none = "none: to be declined" if not record.answerable else "not recorded"
    cited = "".join(
        f"<li><cite>{escape(c['title'])}</cite> {escape(c['locator'])} <q>{escape(c['quote'])}</q></li>" for c in detail.get("citations", ())[:_SHOWN]
    )
    return (
        f'<article class="case"><h5>{escape(record.id)} <span class="state {state[0]}">{escape(state[1])}</span></h5>'
        f'<p class="question" lang="{language}">{escape(str(detail.get("question", "")))}</p><div lang="{language}">{answer}</div>'
        f"<dl><dt>Cited</dt><dd><ul>{cited or '<li>nothing</li>'}</ul></dd><dt>Gold evidence</dt><dd><ul>{gold or f'<li>{none}</li>'}</ul></dd>"
        f"<dt>Facts asked for</dt><dd>{escape('; '.join(detail.get('facts', ())) or 'none')}</dd></dl></article>"
    )


def _quote(gold: Mapping[str, str]) -> str:
    return f" <q>{escape(gold['quote'])}</q>" if gold.get("quote") else ""


def _sets(sets: Sequence[SetRun]) -> str:
    rows = []
    for run in sets:
        for bound in run.set.bounds:
            now = run.measures.get(bound.measure)
            kept = now is not None and bound.kept_by(now)
            state = '<span class="state pass">met</span>' if kept else f'<span class="state fail">{escape(run.crash or "not met")}</span>'
            limits = (f"{bound.value:.3f}", f"{bound.kind} {bound.limit:.3f}")
            cells = (bound.measure, "–" if now is None else f"{now:.3f}", *limits, str(run.set.sample or "all"))
            name = f'<th scope="row">{escape(run.set.title)}</th>'
            rows.append(f"<tr>{name}{''.join(f'<td>{escape(c)}</td>' for c in cells)}<td>{state}</td></tr>")
    if not rows:
        return ""
    table = _table("Public sets, measured on a sample", ("Set", "Measure", "Now", "Baseline", "Limit", "Items", "Gate"), rows)
    return f'<section id="sets" aria-labelledby="h-sets"><h2 id="h-sets">Public sets</h2>{table}</section>'
