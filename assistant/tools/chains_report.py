"""How the map of groups and chains reads: the table, what a search hits, and why a group fits a demand."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.benefits.basis import Grounds
from assistant.benefits.profile_fields import Said
from assistant.tools.chains import Column, Group, Match, find
from assistant.tools.report import OWN, Cited, Report, Row, Section, Table, Tone, standing_text
from assistant.tools.rules import Rules

TITLE = Said("专业群与产业链对照", "Professional groups and industry chains")
WARNING = Said(
    "随附的专业群是论文所述案例，不是主管部门的规划；匹配只看文字，供研判参考。",
    "The groups that ship are cases in papers, not a plan of any authority; matching goes by words only and is a starting point.",
)
COLUMNS = {
    Column.GROUP: Said("专业群", "Group"),
    Column.COLLEGE: Said("院校", "College"),
    Column.MAJOR: Said("专业", "Majors"),
    Column.CHAIN: Said("产业链", "Chain"),
    Column.LINK: Said("环节", "Links"),
    Column.POST: Said("岗位", "Posts"),
    Column.SKILL: Said("技能", "Skills"),
}
_NOTHING = Said("没有找到。", "Nothing found.")


def chains_report(groups: Sequence[Group], rules: Rules, grounds: Grounds, wanted: str = "") -> Report:
    """Return the groups that a search hits, all of them where nothing is searched."""
    language, cited = grounds.language, Cited()
    found = find(groups, wanted)
    rows = tuple(_row(group, tuple(f"{COLUMNS[c].in_(language)}: {said.in_(language)}" for c, said in hits), grounds, cited) for group, hits in found)
    heading = Said(f"含“{wanted}”的专业群", f"Groups with “{wanted}”") if wanted else Said("全部专业群", "All groups")
    columns = (*(said.in_(language) for said in COLUMNS.values()), Said("命中", "Found in").in_(language), Said("依据", "Basis").in_(language))
    section = Section(heading.in_(language), table=Table(columns, rows)) if rows else Section(heading.in_(language), (_NOTHING.in_(language),))
    return _report(section, rules, grounds, cited, len(found))


def demand_report(matches: Sequence[Match], rules: Rules, grounds: Grounds) -> Report:
    """Return the groups that a demand fits, best first, with reasons."""
    language, cited = grounds.language, Cited()
    colon = "：" if language == "zh" else ": "
    rows = []
    for match in matches:
        reasons = "\n".join(f"{COLUMNS[c].in_(language)}{colon}{said.in_(language)} ({', '.join(words)})" for c, said, words in match.reasons)
        standing, numbers = _standing(match.group, grounds, cited)
        rows.append(Row((match.group.name.in_(language), f"{match.score:.2f}", reasons, standing), Tone.GOOD if match.score == 1 else Tone.PLAIN, numbers))
    columns = (Said("专业群", "Group"), Said("匹配度（最佳为1）", "Fit (best is 1)"), Said("理由：共有的词", "Reasons: words shared"), Said("依据", "Basis"))
    heading = Said("与需求匹配的专业群", "Groups that fit the demand").in_(language)
    table = Table(tuple(c.in_(language) for c in columns), tuple(rows))
    return _report(Section(heading, table=table) if rows else Section(heading, (_NOTHING.in_(language),)), rules, grounds, cited, len(rows))


def _report(section: Section, rules: Rules, grounds: Grounds, cited: Cited, count: int) -> Report:
    language = grounds.language
    notes = tuple(
        Section(Said("说明", "Note").in_(language), (rule.text.in_(language),), cited=cited.numbers(rule.resting(grounds).citations))
        for rule in rules["notes"].values()
    )
    head = ((Said("专业群数", "Groups").in_(language), str(count)),)
    return Report(TITLE.in_(language), language, head, WARNING.in_(language), (section, *notes), cited.all)


def _row(group: Group, hits: tuple[str, ...], grounds: Grounds, cited: Cited) -> Row:
    language = grounds.language
    joined = "、" if language == "zh" else "; "
    cells = [joined.join(said.in_(language) for said in group.cells.get(column, ())) for column in COLUMNS if column is not Column.GROUP]
    standing, numbers = _standing(group, grounds, cited)
    return Row((group.name.in_(language), *cells, "\n".join(hits), standing), Tone.PLAIN, numbers)


def _standing(group: Group, grounds: Grounds, cited: Cited) -> tuple[str, tuple[int, ...]]:
    if group.rule is None or group.rule.standing is None:
        return OWN.in_(grounds.language), ()
    basis = group.rule.resting(grounds)
    return standing_text(basis.force, grounds.language), cited.numbers(basis.citations)
