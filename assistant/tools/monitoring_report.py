"""How monitoring reads: how far the indicators are met, what is wrong, what is suggested, and the curves."""

from __future__ import annotations

from decimal import Decimal

from assistant.benefits.basis import Grounds
from assistant.benefits.formula import number_text
from assistant.benefits.profile_fields import Said
from assistant.tools.monitoring import Monitoring, Origin, Trend, falling_months
from assistant.tools.report import Chart, ChartKind, Cited, Report, Row, Section, Series, Table, Tone
from assistant.tools.rules import Rule, Rules

TITLE = Said("产教融合动态监测", "Monitoring of industry-education integration")
WARNING = Said(
    "预警规则和改进意见出自论文的建议，不是主管部门的规定；目标值由本校填报。",
    "The warning rule and the suggestions are papers' proposals, not rules of any authority; targets are the college's own.",
)
_ORIGINS = {
    Origin.ENTERPRISE: Said("企业", "enterprises"),
    Origin.OWN: Said("本校统计", "own statistics"),
    Origin.OTHER: Said("其他", "others"),
    Origin.UNKNOWN: Said("未注明", "not stated"),
}
_NONE = Said("没有发现问题。", "Nothing found.")
REACHED = Decimal(100)


def monitoring_report(found: Monitoring, rules: Rules, grounds: Grounds) -> Report:
    """Return a quarterly report, a yearly one, or an overview of all months, in the language of ``grounds``."""
    language, cited = grounds.language, Cited()
    zh = language == "zh"
    sections = [part(found, rules, grounds, cited) for part in (_completion, _issues, _suggestions, _origin)]
    if found.period and "Q" not in found.period:
        rule, heading = rules["rules"]["yearly"], Said("年度评价", "Yearly evaluation")
        sections.append(Section(heading.in_(language), (rule.text.in_(language),), cited=_cited(rule, grounds, cited)))
    share = found.enterprise_share
    head = (
        ("期间" if zh else "Period", found.period or f"{found.months[0]} – {found.months[-1]}"),
        ("指标数" if zh else "Indicators", str(len(found.trends))),
        ("预警" if zh else "Warnings", str(len(found.warnings))),
        ("企业数据占比" if zh else "Share of enterprise data", "–" if share is None else f"{number_text(share)}%"),
    )
    return Report(f"{TITLE.in_(language)}{_kind(found, language)}", language, head, WARNING.in_(language), tuple(sections), cited.all)


def _kind(found: Monitoring, language: str) -> str:
    if not found.period:
        return ""
    kind = Said("季度报告", "quarterly report") if "Q" in found.period else Said("年度报告", "yearly report")
    return Said(f"{kind.zh} {found.period}", f": {kind.en} {found.period}").in_(language)


def _completion(found: Monitoring, rules: Rules, grounds: Grounds, cited: Cited) -> Section:
    language = grounds.language
    columns = (Said("指标", "Indicator"), Said("最近月份", "Last month"), Said("数值", "Value"), Said("目标", "Target"), Said("完成", "Met"))
    rows = tuple(
        Row(
            (trend.indicator, str(trend.last), number_text(trend.values[trend.last]), _number(trend.target), _percent(trend.completion)),
            Tone.PLAIN if trend.completion is None else Tone.GOOD if trend.completion >= REACHED else Tone.BAD,
        )
        for trend in found.trends
    )
    rule = rules["rules"]["quarterly"]
    charts = tuple(_curve(trend, found, language) for trend in found.trends if len(trend.values) > 1)
    heading = Said("指标完成情况", "How far the indicators are met").in_(language)
    return Section(heading, table=Table(tuple(c.in_(language) for c in columns), rows), charts=charts, cited=cited.numbers(rule.resting(grounds).citations))


def _curve(trend: Trend, found: Monitoring, language: str) -> Chart:
    labels = tuple(str(month) for month in found.months)
    values = tuple(float(trend.values[m]) if m in trend.values else None for m in found.months)
    series = [Series(trend.indicator, values)]
    if trend.target is not None:
        series.append(Series(Said("目标", "Target").in_(language), tuple(float(trend.target) for _ in labels)))
    return Chart(ChartKind.LINES, Said(f"趋势：{trend.indicator}", f"Trend: {trend.indicator}").in_(language), labels, tuple(series))


def _issues(found: Monitoring, rules: Rules, grounds: Grounds, cited: Cited) -> Section:
    language, rule = grounds.language, rules["rules"]["decline"]
    columns = (Said("指标", "Indicator"), Said("问题", "Issue"))
    numbers = cited.numbers(rule.resting(grounds).citations)
    rows = []
    for w in found.warnings:
        falls, values = len(w.months) - 1, " → ".join(number_text(v) for v in w.values)
        text = Said(
            f"预警：连续{falls}个月下降（{w.months[0]}至{w.months[-1]}：{values}）",
            f"Warning: fell {falls} months in a row ({w.months[0]} to {w.months[-1]}: {values})",
        )
        rows.append(Row((w.indicator, text.in_(language)), Tone.BAD, numbers))
    for trend in found.trends:
        if trend.completion is not None and trend.completion < REACHED:
            text = Said(f"未达到目标，完成{_percent(trend.completion)}", f"Target not reached, {_percent(trend.completion)} met")
            rows.append(Row((trend.indicator, text.in_(language)), Tone.BAD))
        missing = [month for name, month in found.gaps if name == trend.indicator]
        if missing:
            listed = ("、" if language == "zh" else ", ").join(map(str, missing))
            rows.append(Row((trend.indicator, Said(f"缺少数据：{listed}", f"No value for {listed}").in_(language)), Tone.OPEN))
    heading = Said("存在的问题", "Issues").in_(language)
    said = Said(
        f"{rule.text.zh}需有相邻{falling_months(rules) + 1}个月的数值。", f"{rule.text.en} This takes values of {falling_months(rules) + 1} successive months."
    ).in_(language)
    if not rows:
        return Section(heading, (said, _NONE.in_(language)), cited=numbers)
    return Section(heading, (said,), Table(tuple(c.in_(language) for c in columns), tuple(rows)), cited=numbers)


def _suggestions(found: Monitoring, rules: Rules, grounds: Grounds, cited: Cited) -> Section:
    language = grounds.language
    falling = {w.indicator for w in found.warnings}
    lagging = [t for t in found.trends if t.indicator in falling or (t.completion is not None and t.completion < REACHED)]
    rows = []
    for trend in lagging:
        rule = rules["suggestions"].get(trend.rule)
        if rule is not None:
            rows.append(Row((trend.indicator, rule.text.in_(language)), Tone.PLAIN, cited.numbers(rule.resting(grounds).citations)))
        else:
            none = Said("规则文件中没有针对该指标的建议。", "The rules hold no suggestion for this indicator.").in_(language)
            rows.append(Row((trend.indicator, none), Tone.OPEN))
    heading = Said("改进意见（论文建议）", "Suggestions (papers' proposals)").in_(language)
    if not rows:
        return Section(heading, (_NONE.in_(language),))
    columns = (Said("指标", "Indicator"), Said("建议", "Suggestion"))
    return Section(heading, table=Table(tuple(c.in_(language) for c in columns), tuple(rows)))


def _origin(found: Monitoring, rules: Rules, grounds: Grounds, cited: Cited) -> Section:
    language, rule = grounds.language, rules["rules"]["enterprise-share"]
    total = sum(found.origins.values())
    rows = tuple(
        Row((_ORIGINS[origin].in_(language), str(found.origins[origin]), f"{number_text(Decimal(100 * found.origins[origin]) / total)}%"))
        for origin in Origin
        if origin in found.origins
    )
    columns = (Said("数据来源", "Data from"), Said("数值个数", "Values"), Said("占比", "Share"))
    heading = Said("数据来源", "Where the data come from").in_(language)
    return Section(heading, (rule.text.in_(language),), Table(tuple(c.in_(language) for c in columns), rows), cited=_cited(rule, grounds, cited))


def _cited(rule: Rule, grounds: Grounds, cited: Cited) -> tuple[int, ...]:
    return cited.numbers(rule.resting(grounds).citations)


def _number(value: Decimal | None) -> str:
    return "–" if value is None else number_text(value)


def _percent(value: Decimal | None) -> str:
    return "–" if value is None else f"{number_text(value)}%"
