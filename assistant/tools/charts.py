"""Charts as inline SVG: no script, no font, nothing fetched, with a title and the values in words for those who cannot see them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from html import escape
from itertools import count

from assistant.tools.report import Chart, ChartKind

_WIDTH = 640
_DASHES = ("", "6 3", "2 3", "8 3 2 3")
_ids = count()


def svg(chart: Chart) -> str:
    """Return a chart as SVG that scales with the page; its colours come from the page's style."""
    draw = _radar if chart.kind is ChartKind.RADAR else _lines
    height, body = draw(chart)
    body += _legend(chart, height)
    height += 22 * len(chart.series) if len(chart.series) > 1 else 0
    n, said = next(_ids), "; ".join(f"{s.name}: {', '.join(map(_pair, chart.labels, s.values))}" for s in chart.series)
    head = f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="c{n} d{n}" xmlns="http://www.w3.org/2000/svg">'
    return f'{head}<title id="c{n}">{escape(chart.title)}</title><desc id="d{n}">{escape(said)}</desc>{"".join(body)}</svg>'


def _pair(label: str, value: float | None) -> str:
    return f"{label} {'–' if value is None else f'{value:g}'}"


def _legend(chart: Chart, top: int) -> list[str]:
    if len(chart.series) < 2:
        return []
    return [
        f'<path d="M20 {top + 22 * i + 8}h26" class="line s{i % 4}" stroke-dasharray="{_DASHES[i % 4]}"/>'
        f'<text x="54" y="{top + 22 * i + 12}" class="label start">{escape(series.name)}</text>'
        for i, series in enumerate(chart.series)
    ]


def _radar(chart: Chart) -> tuple[int, list[str]]:
    number, radius, cx = len(chart.labels), 130, _WIDTH / 2
    cy = 180 + 15 * max(0, len(_wrapped(chart.labels[0])) - 2)  # the first label stands above the chart

    def at(i: int, share: float) -> str:
        angle = 2 * math.pi * i / number - math.pi / 2
        return f"{cx + radius * share * math.cos(angle):.1f} {cy + radius * share * math.sin(angle):.1f}"

    rings = "".join(f"M{'L'.join(at(i, ring / 4) for i in range(number))}Z" for ring in range(1, 5))
    spokes = "".join(f"M{cx} {cy}L{at(i, 1)}" for i in range(number))
    body = [f'<path d="{rings}{spokes}" class="grid"/>']
    body += [f'<text x="{cx + 4}" y="{cy - radius * ring / 4 + 12:.1f}" class="tick">{chart.top * ring / 4:g}</text>' for ring in (2, 4)]
    for i, series in enumerate(chart.series):
        points = "L".join(at(k, max(0.0, min(1.0, (value or 0) / chart.top))) for k, value in enumerate(series.values))
        body.append(f'<path d="M{points}Z" class="area s{i % 4}" stroke-dasharray="{_DASHES[i % 4]}"/>')
    for i, label in enumerate(chart.labels):
        x, y = (float(part) for part in at(i, 1.12).split())
        side = "start" if x > cx + 5 else "end" if x < cx - 5 else "middle"
        lines = _wrapped(label)
        y -= 15 * (len(lines) - 1) if y < cy - radius else 0  # what stands above the chart grows upwards
        for line, words in enumerate(lines):
            body.append(f'<text x="{x:.1f}" y="{y + 4 + 15 * line:.1f}" class="label {side}">{escape(words)}</text>')
    return int(cy) + 190, body


def _wrapped(label: str) -> list[str]:
    """Return a label in lines of about twelve Chinese characters or twenty-four letters."""
    if ord(label[0]) > 255:
        return [label[i : i + 10] for i in range(0, len(label), 10)]
    lines = [""]
    for word in re.split(r"\s+", label):
        if len(lines[-1]) + len(word) > 24 and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _lines(chart: Chart) -> tuple[int, list[str]]:
    left, right, top, bottom, height = 62, 20, 14, 40, 250
    low, high = _range([value for series in chart.series for value in series.values if value is not None])
    step = (_WIDTH - left - right) / max(1, len(chart.labels) - 1)

    def at(i: int, value: float) -> tuple[float, float]:
        return left + step * i, top + (height - top - bottom) * (1 - (value - low) / (high - low))

    body = []
    for k in range(5):
        value = low + (high - low) * k / 4
        y = at(0, value)[1]
        body.append(f'<path d="M{left} {y:.1f}H{_WIDTH - right}" class="grid"/><text x="{left - 8}" y="{y + 4:.1f}" class="tick end">{value:g}</text>')
    every = max(1, math.ceil(len(chart.labels) / 8))
    for i, label in enumerate(chart.labels):
        if i % every == 0:
            side = "end" if i and i == len(chart.labels) - 1 else "middle"
            body.append(f'<text x="{at(i, low)[0]:.1f}" y="{height - bottom + 18}" class="tick {side}">{escape(label)}</text>')
    for i, series in enumerate(chart.series):
        drawn, pen = "", "M"
        for k, measured in enumerate(series.values):
            if measured is None:
                pen = "M"  # a gap stays a gap
                continue
            x, y = at(k, measured)
            drawn += f"{pen}{x:.1f} {y:.1f}"
            pen = "L"
            body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" class="dot s{i % 4}"/>')
        body.append(f'<path d="{drawn}" class="line s{i % 4}" stroke-dasharray="{_DASHES[i % 4]}"/>')
    return height, body


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Return round ends of an axis around the values."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    span = (high - low) or abs(high) or 1.0
    unit = 10.0 ** math.floor(math.log10(span))
    unit *= next(factor for factor in (1, 2, 5, 10) if span / (unit * factor) <= 5) / (2 if span / unit < 2 else 1)
    return math.floor((low - span * 0.05) / unit) * unit if low else 0.0, math.ceil((high + span * 0.05) / unit) * unit
