"""Plots as inline SVG: no script, no font, nothing fetched. Each has a title and a description for those who cannot see it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from html import escape
from itertools import count
from typing import NamedTuple

_WIDTH = 640
_ids = count()


class Bar(NamedTuple):
    """One measure: its value with the 95 % interval, and what the baseline has of it."""

    name: str
    value: float
    low: float
    high: float
    baseline: float | None = None
    kept: bool = True
    """Whether the baseline's floor or ceiling is kept."""


def svg(title: str, description: str, height: int, body: Sequence[str]) -> str:
    """Return an SVG image of 640 by ``height`` units that scales with the page."""
    n = next(_ids)
    head = f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="t{n} d{n}" xmlns="http://www.w3.org/2000/svg">'
    return f'{head}<title id="t{n}">{escape(title)}</title><desc id="d{n}">{escape(description)}</desc>{"".join(body)}</svg>'


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Return a bar for each measure from 0 to 1, with a whisker for the interval and a mark for the baseline."""
    left, right, step = 168, 58, 26
    span = _WIDTH - left - right
    height = step * len(rows) + 34

    def x(value: float) -> float:
        return round(left + span * min(1.0, max(0.0, value)), 1)

    body = [_grid(x, 8, height - 26)]
    for i, row in enumerate(rows):
        y = 12 + step * i
        broken = "" if row.kept else " broken"
        body.append(f'<text x="{left - 8}" y="{y + 12}" class="name">{escape(row.name)}</text>')
        body.append(f'<rect x="{left}" y="{y}" width="{max(0.5, x(row.value) - left):.1f}" height="16" rx="2" class="bar{broken}"/>')
        body.append(f'<path d="M{x(row.low)} {y + 8}H{x(row.high)}M{x(row.low)} {y + 4}v8M{x(row.high)} {y + 4}v8" class="whisker"/>')
        if row.baseline is not None:
            body.append(f'<path d="M{x(row.baseline)} {y - 2}v20" class="baseline"/>')
        body.append(f'<text x="{_WIDTH - right + 10}" y="{y + 12}" class="value">{row.value:.3f}</text>')
    said = "; ".join(f"{r.name} {r.value:.3f}" + (f" (baseline {r.baseline:.3f})" if r.baseline is not None else "") for r in rows)
    return svg(title, said, height, body)


def _grid(x: Callable[[float], float], top: int, bottom: int) -> str:
    lines = "".join(f"M{x(v / 4)} {top}V{bottom}" for v in range(5))
    labels = "".join(f'<text x="{x(v / 4)}" y="{bottom + 16}" class="tick">{v / 4:g}</text>' for v in range(5))
    return f'<path d="{lines}" class="grid"/>{labels}'


def curve(title: str, points: Sequence[tuple[float, float]], across: str, up: str) -> str:
    """Return a step curve of points from 0 to 1 on both axes; the vertical axis ends at the next fifth above the highest."""
    left, right, top, bottom = 56, 16, 12, 44
    height = 280
    peak = max(0.2, math.ceil(5 * max((y for _, y in points), default=0.0) - 1e-9) / 5)

    def at(px: float, py: float) -> str:
        return f"{left + (_WIDTH - left - right) * px:.1f} {top + (height - top - bottom) * (1 - py / peak):.1f}"

    body = []
    for i in range(5):
        body.append(f'<path d="M{at(0, peak * i / 4)}L{at(1, peak * i / 4)}M{at(i / 4, 0)}L{at(i / 4, peak)}" class="grid"/>')
        label_x, label_y = at(i / 4, 0).split(), at(0, peak * i / 4).split()
        body.append(f'<text x="{label_x[0]}" y="{float(label_x[1]) + 16}" class="tick">{i / 4:g}</text>')
        body.append(f'<text x="{float(label_y[0]) - 8}" y="{float(label_y[1]) + 4}" class="name">{peak * i / 4:.2f}</text>')
    steps = "".join(f"L{at(prev, y)}L{at(px, y)}" for (px, y), prev in zip(points, [0.0, *(p for p, _ in points)], strict=False))
    if points:
        body.append(f'<path d="M{at(0, points[0][1])}{steps}" class="line"/>')
    body.append(f'<text x="{left + (_WIDTH - left - right) / 2}" y="{height - 6}" class="tick">{escape(across)}</text>')
    body.append(f'<text x="{left + 6}" y="{top + 14}" class="axis">{escape(up)}</text>')
    said = f"{up} against {across}: " + ("; ".join(f"{p:.2f}: {r:.3f}" for p, r in points[:: max(1, len(points) // 8)]) or "no point")
    return svg(title, said, height, body)


def histogram(title: str, seconds: Sequence[float]) -> str:
    """Return how many questions took how long, in bins that double: times have long tails."""
    least = 1 / 64
    bins = Counter(max(0, math.ceil(math.log2(max(s, least) / least) - 1e-9)) for s in seconds)
    places = range(min(bins, default=0), max(bins, default=0) + 1)
    height, left, bottom = 200, 40, 40
    most = max(bins.values(), default=1)
    step = (_WIDTH - left - 16) / max(1, len(places))
    body = []
    for i, place in enumerate(places):
        tall = (height - bottom - 24) * bins[place] / most
        x, wide = left + step * i + 2, max(1.0, min(step - 4, 80.0))
        body.append(f'<rect x="{x:.1f}" y="{height - bottom - tall:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="2" class="bar"/>')
        middle = x + wide / 2
        body.append(f'<text x="{middle:.1f}" y="{height - bottom - tall - 5:.1f}" class="tick">{bins[place]}</text>')
        body.append(f'<text x="{middle:.1f}" y="{height - bottom + 16}" class="tick">{_span(least * 2**place)}</text>')
    body.append(f'<path d="M{left} {height - bottom}H{_WIDTH - 16}" class="grid"/>')
    body.append(f'<text x="{_WIDTH / 2}" y="{height - 4}" class="tick">time to an answer or refusal: at most</text>')
    return svg(title, "; ".join(f"at most {_span(least * 2**p)}: {bins[p]} questions" for p in places if bins[p]), height, body)


def _span(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:g} s"
