"""Questions of several parts: telling that one may be, and putting what was found and answered for each together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answers.citing import Citations
from assistant.results import Abstention, Answer, Conflict, Hit, Statement

_SEVERAL = re.compile(
    r"[?？].*\w.*[?？]|[;；]|\b(?:and|also)\b.*\b(?:who|what|when|where|which|how|why|is|are|do|does|can|may|must)\b|"
    r"以及|并且|分别|另外|同时|，(?:又|还|由?谁|何|怎|如何|是否|哪|多少|什么)"
)


def asks_several(question: str) -> bool:
    """Whether a question may ask several things; a model says whether it does."""
    return bool(_SEVERAL.search(question))


def in_turn(lists: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Return the hits of several questions, the best of each first."""
    longest = max(map(len, lists), default=0)
    return [hits[rank] for rank in range(longest) for hits in lists if rank < len(hits)]


def joined(whole: Answer | Abstention, parts: Sequence[Answer | Abstention]) -> Answer | Abstention:
    """Return the answers to the parts of a question as one; ``whole`` where none of them is an answer."""
    answers = [part for part in parts if isinstance(part, Answer)]
    if not answers:
        return whole
    citations, statements, conflicts = Citations(), list[Statement](), list[Conflict]()
    for answer in answers:
        number = {c.n: citations.number(c) for c in answer.citations}
        statements += [replace(s, citations=tuple(number[n] for n in s.citations)) for s in answer.statements]
        conflicts += [replace(c, citations=tuple(number[n] for n in c.citations)) for c in answer.conflicts]
    first = {s.text: s for s in reversed(statements)}  # two parts may be answered by one sentence
    return replace(
        answers[0],
        question=whole.question,
        condensed=whole.condensed,
        statements=tuple(s for s in statements if first[s.text] is s),
        citations=tuple(citations.all),
        conflicts=tuple(conflicts),
        hits=tuple({h.passage.id: h for h in in_turn([a.hits for a in answers])}.values()),
        notes=tuple(dict.fromkeys(note for a in answers for note in a.notes)),
    )
