"""How the assessment of majors reads: each major with its action, the measures that speak for it, and its values by year."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.benefits.basis import Grounds
from assistant.benefits.formula import number_text
from assistant.benefits.profile_fields import Said
from assistant.tools.majors import Action, Assessed, Thresholds
from assistant.tools.report import Cited, Report, Row, Section, Table, Tone
from assistant.tools.rules import Rules

TITLE = Said("专业预警与退出", "Early warning and exit of majors")
WARNING = Said(
    "看哪些指标出自论文的建议；界限由本校设定。结果供专业评估参考，不代替评估。",
    "What is looked at is a paper's proposal; the thresholds are the college's own. The outcome serves the assessment of majors and does not replace it.",
)
_TONES = {Action.SUSPEND: Tone.BAD, Action.REDUCE: Tone.OPEN, Action.OPEN: Tone.OPEN, Action.KEEP: Tone.GOOD}
_SET = Said("本校设定的界限", "Thresholds of the college")
_OPEN = Said("待定（缺数据）", "open (values missing)")


def majors_report(assessed: Sequence[Assessed], thresholds: Thresholds, rules: Rules, grounds: Grounds) -> Report:
    """Return the assessed majors as a report in the language of ``grounds``."""
    language, cited = grounds.language, Cited()
    names = {key: rule.text.in_(language) for key, rule in rules["measures"].items()}
    columns = (Said("专业", "Major"), Said("结论", "Outcome"), Said("低于界限的指标", "Measures below the mark"), Said("各年数值", "Values by year"))
    rows = tuple(_row(a, thresholds, names, rules, grounds, cited) for a in assessed)
    counts = ("，" if language == "zh" else ", ").join(
        f"{_name(action, rules, language)} {sum(a.action is action for a in assessed)}" for action in Action
    )
    numbers = cited.numbers(rules.citations(grounds, *rules["measures"].values(), *rules["actions"].values()))
    sections = (
        Section(Said("各专业", "Majors").in_(language), table=Table(tuple(c.in_(language) for c in columns), rows)),
        Section(_SET.in_(language), (_said(thresholds, language),), _marks(thresholds, names, language), cited=numbers),
    )
    return Report(TITLE.in_(language), language, ((Said("结果", "Result").in_(language), counts),), WARNING.in_(language), sections, cited.all)


def _name(action: Action, rules: Rules, language: str) -> str:
    return (_OPEN if action is Action.OPEN else rules["actions"][action].text).in_(language)


def _row(a: Assessed, thresholds: Thresholds, names: dict[str, str], rules: Rules, grounds: Grounds, cited: Cited) -> Row:
    language, last = grounds.language, max(a.major.years)
    joined = "、" if language == "zh" else "; "
    low = joined.join(f"{names[key]} {number_text(a.major.years[last][key])} < {number_text(thresholds.marks[key].reduce_below)}" for key in a.low)
    missing = joined.join(f"{year} {names[key]}" for year, key in a.missing)
    if a.action is Action.OPEN and missing:
        low = "\n".join(filter(None, (low, Said(f"缺：{missing}", f"missing: {missing}").in_(language))))
    values = "\n".join(f"{year}: " + joined.join(f"{names[key]} {number_text(value)}" for key, value in by.items()) for year, by in a.major.years.items())
    numbers = () if a.action is Action.OPEN else cited.numbers(rules["actions"][a.action].resting(grounds).citations)
    return Row((a.major.name, _name(a.action, rules, language), low, values), _TONES[a.action], numbers)


def _said(t: Thresholds, language: str) -> str:
    return Said(
        f"连续{t.years}年每年都有至少{t.to_suspend}项低于停招界限的，停止招生；最近一年有至少{t.to_reduce}项低于减招界限的，减少招生。",
        f"Suspended if at least {t.to_suspend} measures are below the lower mark in each of {t.years} years; "
        f"reduced if at least {t.to_reduce} are below the upper mark in the last year.",
    ).in_(language)


def _marks(t: Thresholds, names: dict[str, str], language: str) -> Table:
    columns = (Said("指标", "Measure"), Said("低于此值减招", "Reduce below"), Said("低于此值停招", "Suspend below"))
    rows = tuple(Row((names[key], number_text(m.reduce_below), number_text(m.suspend_below))) for key, m in t.marks.items())
    return Table(tuple(c.in_(language) for c in columns), rows)
