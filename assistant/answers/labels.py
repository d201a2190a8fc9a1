"""What the product says around the quotes, in the reader's language: labels, frames, notes and refusals."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.documents import Authority, Standing, Status
from assistant.language.places import place_name
from assistant.questions.asking import Asked
from assistant.questions.query import Query
from assistant.results import Citation, Hit, Reason

AUTHORITY = {
    Authority.LAW: ("law", "法律"),
    Authority.ADMINISTRATIVE_REGULATION: ("administrative regulation", "行政法规"),
    Authority.LOCAL_REGULATION: ("local regulation", "地方性法规"),
    Authority.DEPARTMENT_RULE: ("department rule", "部门规章"),
    Authority.NORMATIVE_DOCUMENT: ("normative document", "规范性文件"),
    Authority.INSTITUTIONAL_RULE: ("institutional rule", "单位内部制度"),
    Authority.RESEARCH_PAPER: ("research paper, not binding", "研究论文，无约束力"),
    Authority.UNKNOWN: ("authority unknown", "效力级别不明"),
}
STATUS = {
    Status.IN_FORCE: ("in force", "现行有效"),
    Status.TRIAL: ("on trial", "试行"),
    Status.AMENDED: ("amended", "已修改"),
    Status.REPEALED: ("repealed", "已废止"),
    Status.EXPIRED: ("expired", "已失效"),
    Status.PROPOSED: ("proposal only", "仅为建议"),
    Status.UNKNOWN: ("status unknown", "时效性不明"),
}
STANDING = {
    Standing.TEXT: ("", ""),
    Standing.SECONDARY: ("reported by {by}, instrument not read", "据{by}，未读原文"),
    Standing.OBSERVED: ("observed in a case", "案例所见"),
    Standing.REPORTED: ("reported by the author", "作者所述"),
    Standing.PROPOSAL: ("proposal of the authors", "作者建议"),
}
LONGEST_SAID = 300
"""Characters of the nearest text that a refusal repeats."""
_REASONS = {
    Reason.NOTHING_FOUND: ("Nothing in the library matches this question.", "资料库中没有与该问题相关的内容。"),
    Reason.EVIDENCE_TOO_WEAK: (
        "The library does not answer this question: the nearest passages do not cover what is asked.",
        "资料库不足以回答该问题：最接近的段落没有涵盖所问内容。",
    ),
    Reason.UNSUPPORTED: ("No sentence found could be verified against its source.", "找到的语句均未能通过与原文的核对。"),
    Reason.OUT_OF_SCOPE: (
        "This is outside what the library is about (industry-education integration: policy and cases).",
        "该问题超出资料库的范围（产教融合的政策与案例）。",
    ),
    Reason.FALSE_PREMISE: ("The question assumes something that the library does not say.", "问题中的前提在资料库中找不到依据。"),
}


def _pick(pair: tuple[str, str], language: str) -> str:
    return pair[1] if language == "zh" else pair[0]


def binding_label(hit: Hit, language: str) -> str:
    """Return one line on how far a text binds: authority, status, place, standing and caution."""
    m = hit.source
    parts = [_pick(AUTHORITY[m.authority], language)]
    if m.authority is not Authority.RESEARCH_PAPER:
        parts.append(_pick(STATUS[m.status], language))
    if m.jurisdiction:
        parts.append(place_name(m.jurisdiction, language))
    standing = _pick(STANDING[hit.passage.standing], language).format(by=hit.passage.reported_by or ("他处转述" if language == "zh" else "others"))
    if standing:
        parts.append(standing)
    return ("；" if language == "zh" else "; ").join(parts)


def standing_frame(query: Query, hit: Hit) -> str:
    """Return the words that say what a statement rests on, where that matters.

    A rule that is gone and a proposal are always marked; for a question on what may be claimed or must be done, all rules are.
    """
    m, zh = hit.source, query.language == "zh"
    paper = m.authority is Authority.RESEARCH_PAPER
    if m.status in (Status.REPEALED, Status.EXPIRED):
        words = _pick(STATUS[m.status], query.language)
        return f"〔{words}〕" if zh else f"[{words}] "
    if hit.passage.standing is Standing.PROPOSAL or (paper and (query.standing or query.asked is Asked.YES_NO)):
        return paper_frame(query.language)
    if not query.standing or paper or m.status is Status.UNKNOWN or m.authority is Authority.UNKNOWN:
        return ""
    kind, status = _pick(AUTHORITY[m.authority], query.language), _pick(STATUS[m.status], query.language)
    return f"〔{kind}，{status}〕" if zh else f"[{kind}, {status}] "


def paper_frame(language: str) -> str:
    """Return the words that keep a paper's proposal from being read as a rule."""
    return "论文建议，并非现行规定：" if language == "zh" else "Proposed in a research paper, not a rule in force: "


def notes_for(query: Query, citations: Sequence[Citation]) -> list[str]:
    """Return cautions about an answer as a whole."""
    zh = query.language == "zh"
    notes = []
    if citations and all(c.authority is Authority.RESEARCH_PAPER for c in citations):
        notes.append("以上内容仅见于研究论文，不构成可主张的权利或义务。" if zh else "Found in research papers only: nothing here is an entitlement or a duty.")
    if any(c.status is Status.UNKNOWN and c.authority is not Authority.RESEARCH_PAPER for c in citations):
        notes.append("部分引文的时效性未经确认，使用前请核对。" if zh else "The status of a cited text is unknown: check that it is in force.")
    if any(c.standing is Standing.SECONDARY for c in citations):
        notes.append("部分引文为转述，未读原文。" if zh else "A cited fact is reported by others; the instrument itself was not read.")
    return notes


def abstention_message(reason: Reason, missing: Sequence[str], language: str, nearest: Hit | None = None, words: str = "") -> str:
    """Return the refusal in one or two sentences, saying what is missing and, where a premise failed, what the text does say.

    Args:
        reason: why it was declined.
        missing: what the evidence lacks, in the asker's words.
        language: of the asker.
        nearest: the passage that comes nearest, to be named.
        words: what that passage says.
    """
    zh = language == "zh"
    parts = [_pick(_REASONS[reason], language)]
    if missing and reason is not Reason.OUT_OF_SCOPE:
        parts.append(f"缺少：{'、'.join(missing)}。" if zh else f"Missing: {', '.join(missing)}.")
    if nearest and words:
        said = " ".join(words.split())
        said = said if len(said) <= LONGEST_SAID else said[:LONGEST_SAID].rstrip() + "…"
        where = f"{nearest.source.title} {nearest.passage.locator}".strip()
        parts.append(f"最接近的原文（{where}）：“{said}”" if zh else f"The nearest text ({where}) says: “{said}”")
    return ("" if zh else " ").join(parts)
