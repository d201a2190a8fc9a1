"""How a checked agreement reads: law first, then advice, each requirement with its verdict, the words found, what to write, and what it rests on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from assistant.benefits.profile_fields import Said
from assistant.tools.agreement import AgreementCheck, Finding, Quote, Status
from assistant.tools.agreement_rules import AgreementKind
from assistant.tools.plain import plain_value
from assistant.tools.report import Cited, Report, Row, Section, Table, Tone, standing_text

TITLE = Said("协议审查", "Agreement check")
WARNING = Said(
    "本表按条款的字面逐项比对，供审阅人员使用，不是法律意见；没有列出的事项不等于没有问题。",
    "Compared clause by clause on the wording, for those who review the agreement. It is no legal advice, and what is not listed is not thereby in order.",
)
KINDS = {
    AgreementKind.COOPERATION: Said("校企合作协议", "cooperation agreement"),
    AgreementKind.APPRENTICESHIP: Said("学徒培养协议", "apprenticeship agreement"),
    AgreementKind.INTERNSHIP: Said("实习协议", "internship agreement"),
}
STATUSES = {
    Status.FOUND: Said("已约定", "found"),
    Status.CONTRADICTING: Said("与要求相抵触", "contradicting"),
    Status.UNCLEAR: Said("不明确", "unclear"),
    Status.MISSING: Said("缺失", "missing"),
}
TONES = {Status.FOUND: Tone.GOOD, Status.CONTRADICTING: Tone.BAD, Status.UNCLEAR: Tone.OPEN, Status.MISSING: Tone.BAD}
_LAW = Said("法律和规定的要求", "What law and rules require")
_ADVICE = Said("论文的建议（不是法律要求）", "What papers advise (not required by law)")
_COLUMNS = (
    Said("要求", "Requirement"),
    Said("结论", "Verdict"),
    Said("协议中的表述", "Words of the agreement"),
    Said("建议写法", "What to write"),
    Said("依据", "Basis"),
)
_NONE = Said("没有适用的项目。", "Nothing applies.")


def agreement_report(check: AgreementCheck) -> Report:
    """Return a checked agreement as a report."""
    cited = Cited()
    sections = tuple(_section(heading, findings, check.language, cited) for heading, findings in ((_LAW, check.law), (_ADVICE, check.advice)))
    return Report(TITLE.in_(check.language), check.language, tuple(head_lines(check)), WARNING.in_(check.language), sections, cited.all)


def head_lines(check: AgreementCheck) -> list[tuple[str, str]]:
    """Return what was checked, as what, and how it came out."""
    zh, counts = check.language == "zh", Counter(f.status for f in check.findings)
    tally = ("，" if zh else ", ").join(f"{STATUSES[status].in_(check.language)} {counts[status]}" for status in Status)
    return [
        ("协议" if zh else "Agreement", check.source.title or check.source.id),
        ("类型" if zh else "Kind", KINDS[check.kind].in_(check.language)),
        ("结果" if zh else "Result", tally),
    ]


def place(quote: Quote, language: str) -> str:
    """Return where a quote stands in the agreement."""
    clause = quote.locator
    if re.fullmatch(r"[\d.]+", clause):
        clause = f"第{clause}条" if language == "zh" else f"clause {clause}"
    page = f"第{quote.page}页" if language == "zh" else f"p. {quote.page}"
    return ("，" if language == "zh" else ", ").join(filter(None, (clause, page)))


def verdict(finding: Finding, language: str) -> str:
    """Return the verdict with its reason."""
    colon = "：" if language == "zh" else ": "
    status = STATUSES[finding.status].in_(language)
    return status if finding.status is Status.FOUND else status + colon + finding.reason.in_(language)


def _section(heading: Said, findings: Sequence[Finding], language: str, cited: Cited) -> Section:
    if not findings:
        return Section(heading.in_(language), (_NONE.in_(language),))
    order = (Status.CONTRADICTING, Status.MISSING, Status.UNCLEAR, Status.FOUND)
    rows = tuple(_row(f, language, cited) for f in sorted(findings, key=lambda f: order.index(f.status)))
    return Section(heading.in_(language), table=Table(tuple(c.in_(language) for c in _COLUMNS), rows))


def _row(finding: Finding, language: str, cited: Cited) -> Row:
    requirement = finding.requirement
    brackets = "（{}）" if language == "zh" else " ({})"
    words = "\n".join(f"“{quote.text}”{brackets.format(place(quote, language))}" for quote in finding.quotes)
    title = f"{requirement.title.in_(language)}\n{requirement.summary.in_(language)}"
    remedy = "" if finding.status is Status.FOUND else requirement.remedy.in_(language)
    standing = standing_text(finding.basis.force, language)
    return Row((title, verdict(finding, language), words, remedy, standing), TONES[finding.status], cited.numbers(finding.basis.citations))


def agreement_value(check: AgreementCheck) -> dict[str, Any]:
    """Return a checked agreement as plain values for JSON."""
    return {
        "title": check.source.title or check.source.id,
        "kind": check.kind.value,
        "language": check.language,
        "summary": {status.value: sum(f.status is status for f in check.findings) for status in Status},
        "law": [_finding_value(f, check.language) for f in check.law],
        "advice": [_finding_value(f, check.language) for f in check.advice],
    }


def _finding_value(finding: Finding, language: str) -> dict[str, Any]:
    requirement = finding.requirement
    return {
        "id": requirement.id,
        "title": requirement.title.in_(language),
        "summary": requirement.summary.in_(language),
        "status": finding.status.value,
        "reason": finding.reason.in_(language),
        "what_to_write": requirement.remedy.in_(language),
        "quotes": [{"text": q.text, "locator": q.locator, "page": q.page, "start": q.span.start, "end": q.span.end} for q in finding.quotes],
        "force": finding.basis.force.value,
        "citations": plain_value(finding.basis.citations, language),
    }
