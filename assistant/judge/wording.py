"""How much of a text's wording its evidence carries: counts of words, and the probabilities that logistic models make of them.

The counts are of the words alone; whether a figure or a claim was changed is for the checks to say. One model reads a
sentence, the other a whole response, from its sentences' log-odds and its pooled counts. Their weights are data
(``wording.json``), which ``python -m evals fit-judge`` makes again.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise

from assistant.judge.alignment import Alignment, found_in, holds
from assistant.judge.bindings import missing_facts

_ABOUT_SOURCES = re.compile(
    r"\b(?:passages?|documents?|texts? (?:provided|given)|provided|given (?:text|information|context)|based on|context|mention(?:ed|s)?|unable to answer|"
    r"not (?:provide|specif\w+)|no information)\b|(?:上述|所给|提供的|给定的?)(?:材料|文本|段落|资料|信息)|未提及|没有提到|无法(?:回答|确定)"
)
_ADVISES = re.compile(
    r"\b(?:important to|consult|overall|in (?:summary|conclusion|general)|remember|keep in mind|may vary|depending on|recommended|ensure|always|note that|"
    r"therefore|thus|typically|best|help(?:s|ful)?|so that|such as|crucial|essential)\b"
    r"|总之|因此|值得注意|需要注意|建议咨询|综上|确保|有助于"
)
_DECLINES = re.compile(
    r"\b(?:do(?:es)?|did|could|can)(?: not|n't|not) (?:\w+ )?(?:have|find|provide|contain|mention|include|specify|give|say|state|answer)\b"
    r"|\b(?:unable to|no (?:specific |relevant |further )?information)\b"
    r"|未(?:提及|提供|说明|载明|找到|作说明)|没有(?:提到|提供|说明|找到|相关信息)|无法(?:回答|确定|得知)|不清楚|不知道"
)
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w-]+")
_FEWEST, _MOST_COUNTED = 3, 3
_SURE = 1e-4
_REPEATED, _IN_NEAREST = 0.6, 0.9


@dataclass(frozen=True, slots=True)
class Wording:
    """What is counted of a sentence beside its evidence. Words are content words; terms include stop words."""

    terms: int
    words: int
    novel: int
    """Words that the evidence has nowhere."""
    unrelated: int
    """Words of which it has no other form or name either."""
    carried: float
    """Share of the words that stand in the evidence in some form; ``near`` in its nearest line, ``near_two`` in two lines running."""
    near: float
    near_two: float
    new_pairs: int
    """Pairs of neighbouring terms that it has nowhere."""
    triples: float
    """Share of the triples that it has."""
    run: int
    """Terms of the longest stretch whose pairs all stand in it."""
    missing: int
    """Hard facts that it lacks."""
    names: int
    """Capitalised words within the sentence that it lacks."""
    advises: bool
    about_sources: bool
    announces: bool
    declines: bool

    @property
    def is_near_copy(self) -> bool:
        """Whether the sentence repeats its evidence but for a few words, so that a change found in it is no other way of saying."""
        return self.triples >= _REPEATED and self.near >= _IN_NEAREST

    def features(self) -> dict[str, float]:
        """Return what the sentence model reads, by name."""
        pairs = max(self.terms - 1, 1)
        return {
            "novel": math.log1p(self.novel),
            "unrelated": math.log1p(self.unrelated),
            "carried": self.carried,
            "near": self.near,
            "near_two": self.near_two,
            "pairs": 1 - self.new_pairs / pairs if self.terms > 1 else 0.0,
            "triples": self.triples,
            "run": self.run / max(self.terms, 1),
            "missing": float(min(self.missing, _MOST_COUNTED)),
            "names": float(min(self.names, _MOST_COUNTED)),
            "length": math.log1p(self.terms),
            "new_pairs": math.log1p(self.new_pairs),
            "advises": float(self.advises),
            "about_sources": float(self.about_sources),
            "announces": float(self.announces),
            "short": float(self.words < _FEWEST),
        }


def count(alignment: Alignment) -> Wording:
    """Return what is counted of a sentence."""
    line, evidence = alignment.sentence, alignment.evidence
    triples = list(zip(line.every, line.every[1:], line.every[2:], strict=False))
    copied = [pair in evidence.pairs for pair in pairwise(line.every)]
    two = [len(found_in(line, one, ()) | found_in(line, other, ())) for one, other in pairwise(alignment.around)]
    names = [match.group().lower() for match in _NAME.finditer(line.text)]
    return Wording(
        terms=len(line.every),
        words=len(line.words),
        novel=sum(w.term not in evidence.terms for w in line.words),
        unrelated=len(alignment.novel),
        carried=alignment.share,
        near=alignment.share_near,
        near_two=max(two, default=len(alignment.found_near)) / max(len(line.words), 1),
        new_pairs=len(copied) - sum(copied),
        triples=sum(t in evidence.triples for t in triples) / max(len(triples), 1),
        run=_longest(copied),
        missing=len(missing_facts(line, evidence)),
        names=sum(not holds(evidence, n) and n not in evidence.folded for n in names),
        advises=bool(_ADVISES.search(line.folded)),
        about_sources=bool(_ABOUT_SOURCES.search(line.folded)),
        announces=line.folded.rstrip().endswith((":", "：")),
        declines=bool(_DECLINES.search(line.folded)),
    )


def _longest(flags: Sequence[bool]) -> int:
    best = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        best = max(best, run + 1 if run else 0)
    return best


def only_declines(folded: str) -> bool:
    """Return whether a folded sentence says no more than that the answer is not known or not in the texts."""
    return bool(_DECLINES.search(folded))


def response_features(sentences: Sequence[Wording], odds: Sequence[float]) -> dict[str, float]:
    """Return what the response model reads, by name.

    Args:
        sentences: the response's sentences; at least one.
        odds: the log-odds that the sentence model gives each of being carried.
    """
    least = sorted(odds)
    return {
        "expected": math.log(max(sum(1 - logistic(o) for o in odds), _SURE)),  # how many sentences are likely not carried
        "two_weakest": sum(least[:2]) / len(least[:2]),
        "mean": sum(odds) / len(odds),
        "unrelated": sum(s.unrelated for s in sentences) / max(sum(s.terms for s in sentences), 1),
        "missing": float(min(sum(s.missing for s in sentences), _MOST_COUNTED)),
        "declines": sum(s.declines for s in sentences) / len(sentences),
    }


# -- the models -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic regression: log-odds = bias + sum of weight times feature."""

    bias: float
    weights: Mapping[str, float]

    def odds(self, features: Mapping[str, float]) -> float:
        """Return the log-odds of being carried."""
        return self.bias + sum(self.weights[name] * value for name, value in features.items())


@functools.cache
def models() -> tuple[Model, Model]:
    """Return the models of a sentence and of a response."""
    stored = json.loads(resources.files("assistant.judge").joinpath("wording.json").read_text(encoding="utf-8"))
    sentence, response = (Model(stored[name]["bias"], stored[name]["weights"]) for name in ("sentence", "response"))
    return sentence, response


def repeats_context(sentences: Sequence[Wording]) -> bool:
    """Return whether a response is for the most part its context's own words, so that a change in it is no other way of saying."""
    return sum(s.triples * s.terms for s in sentences) >= _REPEATED * sum(s.terms for s in sentences)


def response_probability(sentences: Sequence[Wording]) -> float:
    """Return how probable it is that a response with such wording is grounded; 0.5 is the fitted threshold."""
    one, whole = models()
    odds = [one.odds(s.features()) for s in sentences]
    return logistic(whole.odds(response_features(sentences, odds)))


def logistic(odds: float) -> float:
    """Return the probability of log-odds."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
