"""How well the assistant answers, as HTML: plots of the last weeks, the latest refusals, and the report of the evaluation. All text is escaped.

A plot is SVG with a title, and the same numbers follow as a table for who does not see it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape

from assistant.benefits.profile_fields import Said
from assistant.results import Reason
from assistant.review import Review

_ASKED, _JUDGED = Said("每周提问", "Questions a week"), Said("每周反馈", "Feedback a week")
_ANSWERED, _DECLINED = Said("已回答", "answered"), Said("未回答", "declined")
_HELPFUL, _UNHELPFUL = Said("有帮助", "helpful"), Said("没有帮助", "not helpful")
_WEEK, _TABLE = Said("周一日期", "week from Monday"), Said("数据表", "The numbers")
_REASONS = Said("未回答的原因", "Why questions were declined")
_REASON, _COUNT = Said("原因", "reason"), Said("次数", "times")
REASONS = {
    Reason.NOTHING_FOUND: Said("资料库中没有相关内容", "nothing found"),
    Reason.EVIDENCE_TOO_WEAK: Said("段落没有涵盖所问", "evidence too weak"),
    Reason.UNSUPPORTED: Said("语句未通过核对", "not supported by a source"),
    Reason.OUT_OF_SCOPE: Said("超出资料库范围", "out of scope"),
    Reason.FALSE_PREMISE: Said("前提无依据", "premise without ground"),
}
_LATEST = Said("最近未能回答的问题", "The latest questions that were declined")
_DAY, _QUESTION, _MISSING = Said("日期", "day"), Said("问题", "question"), Said("缺少", "missing")
_NOTHING_ASKED = Said(
    "这段时间没有保存的提问。网页上的对话和用户的反馈会在这里汇总。",
    "No question of this time was kept. Conversations on the page and feedback are summed up here.",
)
_SUMMARY = Said("共 {asked} 个问题，未回答 {declined} 个（{share}）", "{asked} questions, {declined} declined ({share})")
_NO_REPORT = Said(
    "还没有评测报告。运行 python -m evals run 与 python -m evals report 后会显示在这里。",
    "There is no report yet. Run python -m evals run and python -m evals report, and it appears here.",
)
_REPORT = Said("评测报告（{day}）", "Report of the evaluation ({day})")
_WIDTH, _HEIGHT, _TOP, _BOTTOM, _LEFT = 640, 200, 24, 28, 36


def render_review(found: Review, language: str) -> str:
    """Return the plots of the last weeks."""
    if not found.asked:
        return f'<div class="state empty"><p>{_NOTHING_ASKED.in_(language)}</p></div>'
    declined = sum(week.declined for week in found.weeks)
    summary = _SUMMARY.in_(language).format(asked=found.asked, declined=declined, share=f"{declined / found.asked:.0%}")
    mondays = [week.monday for week in found.weeks]
    asked = _plot("asked", _ASKED, (_ANSWERED, _DECLINED), mondays, [(w.answered, w.declined) for w in found.weeks], language)
    judged = _plot("judged", _JUDGED, (_HELPFUL, _UNHELPFUL), mondays, [(w.helpful, w.unhelpful) for w in found.weeks], language)
    return f'<p class="count" role="status">{summary}</p><div class="plots">{asked}{judged}{_reasons(found, language)}</div>'


def _plot(name: str, title: Said, series: tuple[Said, Said], mondays: Sequence[dt.date], pairs: Sequence[tuple[int, int]], language: str) -> str:
    """Return bars of two stacked series, one for each week, with the numbers as a table."""
    legend = "".join(f'<span><i class="{kind}"></i>{said.in_(language)}</span>' for kind, said in zip(("first", "second"), series, strict=True))
    head = "".join(f'<th scope="col">{said.in_(language)}</th>' for said in (_WEEK, *series))
    rows = "".join(f'<tr><th scope="row">{day.isoformat()}</th><td>{a}</td><td>{b}</td></tr>' for day, (a, b) in zip(mondays, pairs, strict=True))
    described = f'{title.in_(language)}: ' + "; ".join(f"{day.isoformat()} {a} + {b}" for day, (a, b) in zip(mondays, pairs, strict=True))
    return (
        f'<figure class="plot"><figcaption id="plot-{name}">{title.in_(language)} <small class="legend">{legend}</small></figcaption>'
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(described)}">{_bars(mondays, pairs)}</svg>'
        f"<details><summary>{_TABLE.in_(language)}</summary><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details></figure>"
    )


def _bars(mondays: Sequence[dt.date], pairs: Sequence[tuple[int, int]]) -> str:
    most = max(1, *(a + b for a, b in pairs))
    step, floor = (_WIDTH - _LEFT) / len(pairs), _HEIGHT - _BOTTOM
    scale = (floor - _TOP) / most
    shown = max(1, len(pairs) // 6)  # so many bars share one date below them
    out = [f'<line x1="{_LEFT}" y1="{floor}" x2="{_WIDTH}" y2="{floor}"/><text x="{_LEFT - 6}" y="{floor}" text-anchor="end">0</text>']
    out.append(f'<text x="{_LEFT - 6}" y="{_TOP + 4}" text-anchor="end">{most}</text>')
    for place, (day, (first, second)) in enumerate(zip(mondays, pairs, strict=True)):
        x, width = _LEFT + place * step + step * 0.15, step * 0.7
        low, high = floor - first * scale, floor - (first + second) * scale
        out.append(f'<rect class="first" x="{x:.1f}" y="{low:.1f}" width="{width:.1f}" height="{first * scale:.1f}"/>')
        out.append(f'<rect class="second" x="{x:.1f}" y="{high:.1f}" width="{width:.1f}" height="{second * scale:.1f}"/>')
        if place % shown == 0:
            out.append(f'<text x="{x + width / 2:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{day:%m-%d}</text>')
    return "".join(out)


def _reasons(found: Review, language: str) -> str:
    if not found.reasons:
        return ""
    most = max(found.reasons.values())
    rows = "".join(
        f'<tr><th scope="row">{REASONS[reason].in_(language)}</th><td><span class="bar" style="width:{90 * n / most:.0f}px"></span>{n}</td></tr>'
        for reason, n in found.reasons.items()
    )
    head = f'<th scope="col">{_REASON.in_(language)}</th><th scope="col">{_COUNT.in_(language)}</th>'
    return f'<figure class="plot"><figcaption>{_REASONS.in_(language)}</figcaption><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></figure>'


def render_refusals(found: Review, language: str) -> str:
    """Return the latest questions that were declined, each with why and what was missing."""
    if not found.refusals:
        return ""
    head = "".join(f'<th scope="col">{said.in_(language)}</th>' for said in (_DAY, _QUESTION, _REASON, _MISSING))
    rows = "".join(
        f"<tr><td>{refusal.day.isoformat()}</td><td>{escape(refusal.question)}</td><td>{REASONS[refusal.reason].in_(language)}</td>"
        f"<td>{_things(refusal.missing)}</td></tr>"
        for refusal in found.refusals
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<section class="refusals"><h3>{_LATEST.in_(language)}</h3><div class="wide" tabindex="0">{table}</div></section>'


def _things(missing: Sequence[str]) -> str:
    return " ".join(f'<b class="missing">{escape(thing)}</b>' for thing in missing) or "—"


def render_report(html: str | None, day: dt.date | None, language: str) -> str:
    """Return the report of the evaluation in a frame of its own, in which nothing runs and from which nothing leads out."""
    if html is None or day is None:
        return f'<div class="state empty"><p>{_NO_REPORT.in_(language)}</p></div>'
    title = _REPORT.in_(language).format(day=day.isoformat())
    return f'<section class="report"><h3>{title}</h3><iframe sandbox="" srcdoc="{escape(html)}" title="{title}"></iframe></section>'
