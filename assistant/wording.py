"""How much of a sentence's wording its evidence carries: a few counts, and the probability that a logistic model makes of them.

The counts are of the words alone; whether a figure or a claim was changed is for the checks to say. Both the model on
sentences and the one on whole responses are logistic regressions; ``python -m evals fit`` makes their constants again.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.alignment import Alignment, Evidence, found_in, holds
from assistant.bindings import missing_facts

_ABOUT_SOURCES = re.compile(
    r"\b(?:passages?|documents?|texts? (?:provided|given)|provided|given (?:text|information|context)|based on|context|mention(?:ed|s)?|unable to answer|"
    r"not (?:provide|specif\w+)|no information)\b|(?:上述|所给|提供的|给定的?)(?:材料|文本|段落|资料|信息)|未提及|没有提到|无法(?:回答|确定)"
)
_ADVISES = re.compile(
    r"\b(?:important to|consult|overall|in (?:summary|conclusion|general)|remember|keep in mind|may vary|depending on|recommended|ensure|always|note that|therefore|thus|typically|best|help(?:s|ful)?|so that|such as|crucial|essential)\b"
    r"|总之|因此|值得注意|需要注意|建议咨询|综上|确保|有助于"
)
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w-]+")

SENTENCE_MODEL: dict[str, float] = {}
RESPONSE_MODEL: dict[str, float] = {}


@functools.lru_cache(maxsize=2_000)
def _ngrams(texts: tuple[str, ...]) -> tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]]]:
    """Return all pairs and triples of neighbouring terms of the cited texts."""
    lines = [line.every for line in Evidence(texts).lines]
    return frozenset(p for line in lines for p in pairwise(line)), frozenset(t for line in lines for t in zip(line, line[1:], line[2:], strict=False))


def counts(alignment: Alignment) -> dict[str, float]:
    """Return what is counted of a sentence, by name."""
    line, evidence = alignment.sentence, alignment.evidence
    pairs, triples = _ngrams(evidence.texts)
    said_pairs, said_triples = list(pairwise(line.every)), list(zip(line.every, line.every[1:], line.every[2:], strict=False))
    copied = [p in pairs for p in said_pairs]
    novel = [w for w in line.words if w.term not in evidence.terms]
    names = [m.group().lower() for m in _NAME.finditer(line.text)]
    return {
        "novel": math.log1p(len(novel)),
        "novel_roots": math.log1p(len(alignment.novel)),
        "share": alignment.share,
        "share_near": alignment.share_near,
        "pairs": sum(copied) / max(len(copied), 1),
        "triples": sum(t in triples for t in said_triples) / max(len(said_triples), 1),
        "run": _longest(copied) / max(len(line.every), 1),
        "missing": float(min(len(missing_facts(line, evidence)), 3)),
        "names": float(min(sum(not holds(evidence, n) and n not in evidence.folded for n in names), 3)),
        "length": math.log1p(len(line.every)),
        "new_pairs": math.log1p(len(copied) - sum(copied)),
        "share_two": max((len(found_in(line, one, ()) | found_in(line, other, ())) for one, other in pairwise(alignment.around)), default=len(alignment.found_near)) / max(len(line.words), 1),
        "advises": float(bool(_ADVISES.search(line.folded))),
        "about_sources": float(bool(_ABOUT_SOURCES.search(line.folded))),
        "announces": float(line.folded.rstrip().endswith((":", "："))),
        "short": float(len(line.words) < 3),
    }


def _longest(flags: Sequence[bool]) -> int:
    """Return the length in words of the longest stretch whose neighbouring pairs all stand in the evidence."""
    best = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        best = max(best, run + 1 if run else 0)
    return best


def logistic(model: dict[str, float], values: dict[str, float]) -> float:
    """Return 1 / (1 + exp(-(bias + sum of weight times value))); a model names its weights as its values are named."""
    z = model["bias"] + sum(model[name] * values[name] for name in values)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


def supported(alignment: Alignment) -> float:
    """Return the probability that a sentence with such wording is supported."""
    return logistic(SENTENCE_MODEL, counts(alignment))


def summary(scores: Sequence[float]) -> dict[str, float]:
    """Return what the response model reads of the scores of a response's sentences, as log-odds."""
    odds = sorted(_log_odds(s) for s in scores)
    return {"weakest": odds[0], "two_weakest": sum(odds[:2]) / len(odds[:2]), "mean": sum(odds) / len(odds)}


def _log_odds(p: float) -> float:
    p = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))
