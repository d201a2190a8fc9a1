"""Reading modality and negation: what a text commands, permits, forbids, urges or denies, in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.documents import Span


class Mode(NamedTuple):
    """One modal or negation: ``oblige``, ``permit``, ``prohibit``, ``encourage``, ``advise`` or ``not``, and its place."""

    value: str
    span: Span


_WORK = re.compile(r"《[^《》]*》")  # the name of an instrument commands nothing: 《禁止使用童工规定》
_MODALS = {
    "prohibit": r"\b(?:must|shall|may|can|should|could) ?not\b|\bcan't\b|\b(?:is|are|be) (?:strictly )?(?:prohibited|forbidden|banned)\b"
    r"|不得|禁止|严禁|不准|不应|不可以|不能|禁[用招]",
    "encourage": r"\bencourag\w+|鼓励|提倡|倡导",
    "oblige": r"\b(?:must|shall|obliged?|obligated|mandatory|required? to|(?:is|are) required|ha(?:s|ve) to)\b"
    r"|应当|必须|(?<![适相供对反响效感回])应(?=[在由为以向将予按与依])|(?<!无)须(?!知)|有义务",
    "advise": r"\b(?:should|ought to|needs? to|suggest\w*|recommend\w*|propos\w+)\b|建议|(?<![适便])宜(?=[在由])",
    "permit": r"(?<!\bin )(?<!\bby )(?<!\bof )\bmay\b(?![ ,]? ?\d)|\b(?:can|could|(?:is|are) (?:allowed|permitted|entitled))\b"
    r"|(?<![认许])可以|有权|允许|(?<![认许宁])可(?=[由在按以将向不])",
}
_MODAL = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _MODALS.items()))
_NEGATION = re.compile(
    r"(?<!or )\bnot\b(?! (?:only|just|merely|least)\b)|\bno\b(?!\.? ?\d| doubt\b)|\b(?:never|without|neither|nor|none|cannot)\b|n't\b"
    r"|不(?![同仅但断少久论管满足良利便幸懈乏等止]|可(?:或缺|缺少|分割)|动产|限于|定期)|未(?![来成满])|没有|(?<!除)非(?=[法营])"
    r"|无(?![论线人锡机偿形私疑缝]|障碍)"
)



def read_modes(folded: str, taken: Sequence[Span]) -> list[Mode]:
    """Return the modals, then the negations that are no part of one, of folded text; none begins inside a span already taken."""
    modals = [Mode(m.lastgroup or "", Span(*m.span())) for m in _MODAL.finditer(folded)]
    closed = [*taken, *(Span(*m.span()) for m in _WORK.finditer(folded))]  # "May 2025"
    modals = [m for m in modals if not any(s.start <= m.span.start < s.end for s in closed)]
    inside = [m.span for m in modals] + closed
    return modals + [Mode("not", Span(*m.span())) for m in _NEGATION.finditer(folded) if not any(s.start <= m.start() < s.end for s in inside)]
