"""How a quality index reads: the two composites, each part with its weight, and a radar of the indicators."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from assistant.benefits.basis import Grounds
from assistant.benefits.formula import number_text
from assistant.benefits.profile_fields import Said
from assistant.tools.quality import Part, QualityIndex, Whole
from assistant.tools.report import OWN, Chart, ChartKind, Cited, Report, Row, Section, Series, Table, Tone, standing_text
from assistant.tools.rules import Rule, Rules

TITLE = Said("产教融合质量指数", "Quality index of industry-education integration")
WARNING = Said(
    "指标、权重和评价主体出自一篇论文的建议，不是主管部门的规定；评分办法和等级界限由本校确定。",
    "Indicators, weights and evaluators are a paper's proposal, not a rule of any authority; scoring and grades are the college's own.",
)
_UNKNOWN = Said("未知", "unknown")
_GRADES = {
    "excellent": Said("优秀", "excellent"),
    "good": Said("良好", "good"),
    "qualified": Said("合格", "qualified"),
    "unqualified": Said("不合格", "unqualified"),
}
_COLUMNS = (
    Said("指标", "Indicator"),
    Said("权重", "Weight"),
    Said("得分", "Score"),
    Said("计入", "Adds"),
    Said("数据来源", "Data from"),
    Said("依据", "Basis"),
)


def quality_report(index: QualityIndex, rules: Rules, grounds: Grounds) -> Report:
    """Return an index as a report in the language of ``grounds``."""
    language, cited = grounds.language, Cited()
    sections = (
        _indicators(index, rules, grounds, cited),
        _groups(index, language),
        _evaluators(index, grounds, cited),
        *(_note(rule, grounds, cited) for rule in rules["notes"].values()),
    )
    zh = language == "zh"
    head = [
        *([("对象" if zh else "For", index.name)] if index.name else []),
        ("指标加权得分" if zh else "Index of indicators", _score(index.indicators.value, language)),
        ("评价主体综合得分" if zh else "Composite of evaluators", _score(index.evaluators.value, language)),
        ("等级" if zh else "Grade", _GRADES[index.grade].in_(language) if index.grade else ("未给出界限" if zh else "no boundaries given")),
    ]
    return Report(TITLE.in_(language), language, tuple(head), WARNING.in_(language), sections, cited.all)


def _indicators(index: QualityIndex, rules: Rules, grounds: Grounds, cited: Cited) -> Section:
    language = grounds.language
    rows = tuple(_part(part, grounds, cited) for part in index.indicators.parts)
    labels = tuple(part.rule.text.in_(language) for part in index.indicators.parts)
    values = tuple(None if part.score is None else round(float(part.score), 2) for part in index.indicators.parts)
    scored = [value for value in values if value is not None]
    title = Said("质量雷达图（各指标得分，0—100）", "Quality radar (score of each indicator, 0 to 100)").in_(language)
    charts = (Chart(ChartKind.RADAR, title, labels, (Series(index.name or TITLE.in_(language), values),)),) if scored else ()
    heading = Said("指标加权得分", "Index of indicators").in_(language)
    return Section(heading, (_said(index.indicators, language),), Table(tuple(c.in_(language) for c in _COLUMNS), rows), charts)


def _part(part: Part, grounds: Grounds, cited: Cited) -> Row:
    language, basis = grounds.language, part.rule.resting(grounds)
    sources = part.rule.values.get("sources")
    said = str(sources.get(language, "")) if isinstance(sources, dict) else ""
    standing = OWN.in_(language) if part.rule.standing is None else standing_text(basis.force, language)
    cells = (part.rule.text.in_(language), f"{number_text(part.weight)}%", _score(part.score, language), _score(part.points, language), said, standing)
    return Row(cells, Tone.OPEN if part.score is None else Tone.PLAIN, cited.numbers(basis.citations))


def _groups(index: QualityIndex, language: str) -> Section:
    columns = (Said("一级指标", "Group"), Said("权重", "Weight"), Said("得分", "Score"))
    rows = tuple(Row((group.text.in_(language), f"{number_text(weight)}%", _score(score, language))) for group, weight, score in index.groups)
    return Section(Said("一级指标", "By group").in_(language), table=Table(tuple(c.in_(language) for c in columns), rows))


def _evaluators(index: QualityIndex, grounds: Grounds, cited: Cited) -> Section:
    language = grounds.language
    columns = (Said("评价主体", "Evaluator"), *_COLUMNS[1:4], _COLUMNS[5])
    drawn = (_part(part, grounds, cited) for part in index.evaluators.parts)
    rows = tuple(replace(row, cells=(*row.cells[:4], row.cells[5])) for row in drawn)
    heading = Said("评价主体综合得分", "Composite of evaluators").in_(language)
    return Section(heading, (_said(index.evaluators, language),), Table(tuple(c.in_(language) for c in columns), rows))


def _note(rule: Rule, grounds: Grounds, cited: Cited) -> Section:
    heading = {"example": Said("论文例子的重算", "The paper's example recomputed"), "grades": Said("等级", "Grades")}
    title = heading.get(rule.id, Said("说明", "Note")).in_(grounds.language)
    return Section(title, (rule.text.in_(grounds.language),), cited=cited.numbers(rule.resting(grounds).citations))


def _said(whole: Whole, language: str) -> str:
    if whole.value is None:
        names = ("、" if language == "zh" else ", ").join(rule.text.in_(language) for rule in whole.missing)
        return Said(f"尚缺评分，不能合计：{names}。", f"Not summed up, scores are missing: {names}.").in_(language)
    terms = " + ".join(f"{number_text(part.weight)}% × {number_text(part.score or Decimal(0))}" for part in whole.parts)
    return f"{terms} = {number_text(whole.value)}"


def _score(value: Decimal | None, language: str) -> str:
    return _UNKNOWN.in_(language) if value is None else number_text(value)
