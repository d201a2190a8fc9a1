"""Cost sharing as papers describe it: the risk compensation fund and the income by shares, computed by the catalogue of provisions.

The formulas, their two readings and what they rest on are those of ``provisions/papers.yaml``; nothing is computed twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.benefits.assessment import Figure, assess
from assistant.benefits.assessment import Row as Assessed
from assistant.benefits.basis import Grounds
from assistant.benefits.profile import Profile, parse_profile
from assistant.benefits.profile_fields import Said, fields
from assistant.benefits.provisions import Provision
from assistant.benefits.worksheet import quantity, value_text
from assistant.errors import ToolError
from assistant.tools.plain import plain_value
from assistant.tools.report import Cited, Report, Row, Section, Table, Tone, standing_text

PROVISIONS = ("risk-compensation-fund", "risk-compensation-contributions", "industry-college-shares")
"""The provisions of the catalogue that this tool computes."""
FIELDS = ("damaged_part", "fund_total", "industry_college_income", "share_held")
TITLE = Said("成本分担测算", "Cost-sharing calculator")
WARNING = Said(
    "按论文所述的建议和案例计算，没有机关采纳；不是权益，也不是义务。",
    "Computed from proposals and cases in papers that no authority has adopted: no entitlement and no duty.",
)
_COLUMNS = (Said("项目", "Figure"), Said("算式", "Formula"), Said("代入", "With the numbers"), Said("结果", "Result"))


def share_costs(provisions: Sequence[Provision], given: Mapping[str, object], grounds: Grounds) -> tuple[Profile, list[Assessed]]:
    """Return the rows of the provisions that share costs, for what is given.

    Args:
        given: values of ``FIELDS``; at least one.

    Raises:
        ToolError: nothing is given, or the catalogue lacks the provisions.
        ProfileError: a value is no legal one.
    """
    known = {name: _written(value) for name, value in given.items() if value not in (None, "")}
    if not known:
        raise ToolError(f"nothing to compute. Give at least one of {', '.join(FIELDS)}.")
    wanted = [provision for provision in provisions if provision.id in PROVISIONS]
    if not wanted:
        raise ToolError(f"the catalogue holds none of {', '.join(PROVISIONS)}. Use the corpus that ships.")
    profile = parse_profile(known, "costs")
    return profile, assess(wanted, profile, grounds.of, grounds.language)


def _written(value: object) -> object:
    """Return a number as people write it: forms and JSON give 12000.0 for 12000."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def costs_report(profile: Profile, rows: Sequence[Assessed], grounds: Grounds) -> Report:
    """Return the computed figures as a report in the language of ``grounds``."""
    language, cited = grounds.language, Cited()
    head = tuple((fields()[name].label.in_(language), value_text(name, value, language)) for name, value in profile.facts.items())
    sections = tuple(_section(row, grounds, cited) for row in rows if any(f.value is not None for f in row.figures))
    return Report(TITLE.in_(language), language, head, WARNING.in_(language), sections, cited.all)


def _section(row: Assessed, grounds: Grounds, cited: Cited) -> Section:
    language = grounds.language
    figures = tuple(_figure(figure, language) for figure in row.figures if figure.value is not None)
    notes = tuple(note.in_(language) for note in row.provision.notes)
    standing = standing_text(row.basis.force, language)
    paragraphs = (f"[{standing}] {row.provision.summary.in_(language)}", *notes)
    table = Table(tuple(c.in_(language) for c in _COLUMNS), figures)
    return Section(row.provision.title.in_(language), paragraphs, table, cited=cited.numbers(row.basis.citations))


def _figure(figure: Figure, language: str) -> Row:
    return Row((figure.label, figure.formula, figure.written, quantity(figure, language)), Tone.PLAIN)


def costs_value(rows: Sequence[Assessed], language: str) -> list[dict[str, object]]:
    """Return the figures as plain values for JSON."""
    return [
        {
            "id": row.provision.id,
            "title": row.provision.title.in_(language),
            "force": row.force.value,
            "figures": [
                {"id": f.id, "label": f.label, "unit": f.unit.value, "value": plain_value(f.value, language), "formula": f.formula, "written": f.written}
                for f in row.figures
                if f.value is not None
            ],
            "notes": [note.in_(language) for note in row.provision.notes],
        }
        for row in rows
    ]
