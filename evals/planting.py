"""Faithful answers, and the same with one thing changed: how many changes the judge catches, how many faithful ones it withholds.

Sentences are drawn from real texts with a fixed seed. What is planted comes from lists of its own, written for this
measurement, and not from the word lists that the judge reads with.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.config import shipped
from assistant.judge.verification import is_grounded, verify_response
from assistant.language.text import language_of, sentences
from evals.metrics import Ratio
from evals.options import ROOT

SEED = 20261125
PER_KIND = 200
_COMMENT = re.compile(r"<!--.*?-->|^---\n.*?\n---\n", re.DOTALL | re.MULTILINE)
_MARKS = re.compile(r"^#+ .*$|\*\*|\{standing=\w+\}|^sidebar:.*$", re.MULTILINE)
_ARTICLE_HEAD = re.compile(r"^第[一二三四五六七八九十百]+条[　\s]*")
_HAN_FIGURE = re.compile("(?<=[第满过足于至])[二三四五六七八九十百]+(?=[条年个日人名%次])|[二三四五六七八九十]+(?=(?:年|个月|日|周岁|小时|万元|人)以[上下内])")
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a real text with the paragraph around it."""

    text: str
    context: str
    source: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One answer to be judged: what was done to it (``copy`` or a rewrite, or what was planted), and whether it is faithful."""

    id: str
    kind: str
    group: str
    """``faithful``, ``hard`` or ``soft``."""
    language: str
    context: str
    response: str


def read_sentences(paths: Sequence[Path]) -> list[Sentence]:
    """Return the sentences of some texts that are of usual length, each with its paragraph."""
    out = []
    for path in paths:
        text = _MARKS.sub("", _COMMENT.sub("", path.read_text(encoding="utf-8")))
        for paragraph in re.split(r"\n\s*\n", text):
            body = _ARTICLE_HEAD.sub("", re.sub(r"\s*\n\s*", " ", paragraph).strip())
            spans = sentences(body)
            for i, s in enumerate(spans):
                line = body[s.start : s.end]
                if _usual(line):
                    around = body[spans[max(0, i - 1)].start : spans[min(len(spans) - 1, i + 1)].end]
                    out.append(Sentence(line, around, path.stem))
    return out


def _usual(line: str) -> bool:
    if language_of(line) == "zh":
        return 16 <= len(line) <= 140 and line[-1] in "。；" and "下列" not in line
    return 8 <= len(line.split()) <= 45 and line[-1] == "." and line[0].isupper() and "@" not in line and not re.search(r"[;|]|et al|\bpp\.|\d{4}\)", line)


# -- what is planted --------------------------------------------------------------------------------------------------


def _replaced(pairs: Sequence[tuple[str, str]]) -> Callable[[Sentence, random.Random], str | None]:
    """Return a change that replaces one of some words by its partner."""

    def change(sentence: Sentence, rng: random.Random) -> str | None:
        fitting = [(m.span(), new) for old, new in pairs for m in re.finditer(old, sentence.text)]
        if not fitting:
            return None
        (start, end), new = rng.choice(fitting)
        return sentence.text[:start] + new + sentence.text[end:]

    return change


def _figure(sentence: Sentence, rng: random.Random) -> str | None:
    found = list(re.finditer(r"(?<![\d.\-A-Za-z(\[])\d+(?:\.\d+)?(?![\d\])])", sentence.text))
    found += list(re.finditer(_HAN_FIGURE, sentence.text))
    if not found:
        return None
    match = rng.choice(found)
    old = match.group()
    for _ in range(20):
        new = _other_number(old, rng)
        if new != old and not re.search(rf"(?<![\d一二三四五六七八九十百]){re.escape(new)}(?![\d一二三四五六七八九十百])", sentence.context):
            return sentence.text[: match.start()] + new + sentence.text[match.end() :]
    return None


def _other_number(old: str, rng: random.Random) -> str:
    if not old[0].isdigit():
        return rng.choice(["二", "三", "四", "六", "七", "九", "十一", "十三", "十八", "二十四", "三十五", "四十八", "六十七"])
    if "." in old:
        return f"{float(old) + rng.randint(1, 9):.{len(old.split('.')[1])}f}"
    if re.fullmatch(r"(?:19|20)\d\d", old):
        return str(int(old) + rng.choice([-7, -3, -2, 1, 2, 3]))
    return str(max(1, int(old) + rng.choice([-3, -1, 1, 2, 5, 10, int(old)])))


def _denied(sentence: Sentence, rng: random.Random) -> str | None:
    for old, new in (
        (r" (is|are|was|were|has|have) ", r" \1 not "),
        (r" (shall|must|may|should|can) (?!not)", r" \1 not "),
        ("(?<![不未])(享有|具有|包括|适用于|属于|负责(?!人))", r"不\1"),
    ):
        if re.search(old, sentence.text):
            return re.sub(old, new, sentence.text, count=1)
    return None


HARD: dict[str, Callable[[Sentence, random.Random], str | None]] = {
    "figure": _figure,
    "modality": _replaced(
        [
            ("应当", "可以"), ("(?<!不)可以", "应当"), ("不得", "可以"), ("鼓励", "要求"), ("必须", "可以"), (r"\bshall\b(?! not)",
            "may"),
            (r"\bmust\b(?! not)", "may"),
            (r"\bmay\b(?! not)", "must"), (r"\bencourages?\b", "requires"), (r"\b(?:must|shall|may) not\b",
            "may"),
            (r"\bcan\b(?! not)", "must"),
            (r"\bis encouraged to\b", "is required to"), (r"\bare encouraged to\b", "must"),
        ]
    ),
    "negation": _denied,
    "bound": _replaced(
        [
            ("不超过", "不少于"), ("不少于", "不超过"), ("不低于", "不高于"), ("以上(?=[，。的、])", "以下"), ("以内", "以上"), ("至少",
            "最多"), (r"\bat least\b",
            "at most"), (r"\bat most\b",
            "at least"),
            (r"\bmore than\b", "less than"), (r"\bno more than\b", "no less than"), (r"\bnot exceed\b",
            "be at least"),
            (r"\bup to\b", "at least"),
            (r"\bbefore\b", "after"), (r"\bafter\b", "before"), ("之前", "之后"), ("之后", "之前"),
        ]
    ),
}  # fmt: skip

_ACTORS = {
    "zh": [
        "企业",
        "职业学校",
        "学校",
        "教育行政部门",
        "县级以上地方人民政府",
        "国务院",
        "用人单位",
        "劳动者",
        "学生",
        "教师",
        "行业协会",
        "工会",
        "人力资源社会保障行政部门",
        "省、自治区、直辖市人民政府",
        "税务机关",
        "家长",
    ],
    "en": [
        "enterprises",
        "vocational schools",
        "the government",
        "teachers",
        "students",
        "colleges",
        "trade unions",
        "industry associations",
        "employers",
        "the tax authorities",
        "local governments",
        "universities",
    ],
}


def _actor(sentence: Sentence, rng: random.Random) -> str | None:
    """Return the sentence with the one who begins it exchanged for another actor."""
    zh = language_of(sentence.text) == "zh"
    names = _ACTORS["zh" if zh else "en"]
    opening = "|".join(sorted(names, key=len, reverse=True))
    end = (
        r"(?=应当|可以|不得|必须|有权|依法|按照|负责|享有|根据)"
        if zh
        else r"(?= (?:shall|must|may|should|can|are|have|is|has|will|need|participat|provid|play|lack))"
    )
    match = re.match(rf"(?:the )?(?:{opening}){end}", sentence.text, re.IGNORECASE)
    if not match:
        return None
    others = [n for n in names if n.lower() not in match.group().lower() and match.group().lower() not in n.lower()]
    new = rng.choice(others)
    return (new if zh else new[0].upper() + new[1:]) + sentence.text[match.end() :]


def _condition(sentence: Sentence, rng: random.Random) -> str | None:
    """Return the sentence without the condition that opens or ends it, or stands within it."""
    text = sentence.text
    for pattern, kept in (
        (r"^(?:如果|如|若)?[^，。；]{4,40}的，(?=(?:由|应当|可以|不得|责令|处|依法|按照|给予|用人单位|学校|企业))", ""),
        (r"经[^，。；、]{2,20}(?:批准|同意|认定|许可)(?:后)?，?(?=[可应不由])", ""),
        (r"，但(?:是)?[^。；]{4,60}(?:的除外|除外)(?=。)", ""),
        (r"^(?:If|Where|When|Unless|Once) [^,.]{8,120}, (?=\w)", ""),
        (r",? (?:if|unless|provided that|only if|only when|once) [^,.]{8,120}(?=\.)", ""),
        (r"^在[^，。；]{4,30}(?:情况下|前提下|条件下)，", ""),
        (r"符合[^，。；的]{2,20}条件的(?=企业|单位|学校|个人|人员|机构)", ""),
    ):
        if re.search(pattern, text):
            shorter = re.sub(pattern, kept, text, count=1)
            return shorter[0].upper() + shorter[1:] if len(shorter) > 10 else None
    return None


_PROPOSALS = (
    (r"^(?:据?该文|作者|该论文|论文)?(?:建议|主张|提出|认为)(?:，)?", "依照法律规定，"),
    (
        r"^The (?:paper|author|authors|study|article) (?:proposes|suggests|recommends|argues|holds|"
        r"advises) that ",
        "By law, ",
    ),
    (r"^(?:According to the paper|In the paper's view|In the author's view|The paper's view is that), ?", "By law, "),
    (r"\b(?:it is (?:suggested|recommended|proposed|necessary|essential) (?:to|that)) ", "the law requires to "),
    (r"\bshould\b", "must by law"),
    (r"(?<=[^不])应(?=[加建完推统])", "依法必须"),
)


def _proposal(sentence: Sentence, rng: random.Random) -> str | None:
    for pattern, law in _PROPOSALS:
        if re.search(pattern, sentence.text, re.IGNORECASE):
            changed = re.sub(pattern, law, sentence.text, count=1, flags=re.IGNORECASE)
            return changed[0].upper() + changed[1:]
    return None


SOFT: dict[str, Callable[[Sentence, random.Random], str | None]] = {
    "actor swapped": _actor,
    "scope widened": _replaced(
        [
            ("试点企业", "所有企业"), ("符合条件的", "所有的"), ("部分(?=企业|学校|地区|院校)", "全部"), ("有的", "所有的"), ("有条件的", "所有的"),
            ("中小企业", "各类企业"),
            ("小型微型企业", "所有企业"), ("重点",
            "全部"), ("规模以上", "所有"),
            (r"\bpilot enterprises\b", "all enterprises"), (r"\b(?:some|certain|many|several|most)\b(?! of)",
            "all"),
            (r"\bSome\b", "All"), (r"\bMany\b",
            "All"), (r"\beligible\b", "all"), (r"\bqualified\b", "all"), (r"\bkey (?=\w+s\b)", "all "),
            (r"\boften\b", "always"),
        ]
    ),
    "condition dropped": _condition,
    "proposal as law": _proposal,
}  # fmt: skip


# -- faithful rewrites ------------------------------------------------------------------------------------------------


def _numerals(sentence: Sentence, rng: random.Random) -> str | None:
    """Return the sentence with its numerals in another style: 30% and 百分之三十, 6个月 and 六个月."""
    text = sentence.text
    text = re.sub(r"百分之([二三四五六七八九])十(?![一二三四五六七八九])", lambda m: f"{_DIGITS.index(m[1])}0%", text)
    text = re.sub(r"(?<![\d.])([2-9])(?=个月|年以上|年以内|个工作日|人以上)", lambda m: _DIGITS[int(m[1])], text)
    text = re.sub(r"(?<=[满过足于])([二三四五六七八九])(?=个月|年|日|人|周岁)", lambda m: str(_DIGITS.index(m[1])), text)
    text = re.sub(r"(\d)%", r"\1 percent", text) if language_of(text) == "en" else text
    return None if text == sentence.text else text


def _framed(sentence: Sentence, rng: random.Random) -> str | None:
    if language_of(sentence.text) == "zh":
        return rng.choice(["根据所引文本，", "文中写明：", "具体来说，"]) + sentence.text
    first = sentence.text.split()[0]
    if first not in ("The", "This", "In", "It", "These", "A", "An", "Each", "Every", "Under", "By", "Schools", "Enterprises"):
        return None
    return rng.choice(["According to the source, ", "As the text puts it, ", "In short, "]) + sentence.text[0].lower() + sentence.text[1:]


def _reordered(sentence: Sentence, rng: random.Random) -> str | None:
    """Return 'B if A.' for 'If A, B.', and the two halves around a semicolon exchanged."""
    match = re.fullmatch(r"(If|When|Where|After|Under|In|On|From) ([^,]{8,80}), ([A-Za-z][^,;]{12,160})\.", sentence.text)
    if match:
        return f"{match[3][0].upper()}{match[3][1:]} {match[1].lower()} {match[2]}."
    match = re.fullmatch(r"([^；。]{10,70})；([^；。]{10,70})。", sentence.text)
    return f"{match[2]}；{match[1]}。" if match and match[2][0] not in "但其并该" else None


_reworded = _replaced(
    [("应当(?=[依按由将加建保为对])", "应"), ("(?<!不)可以(?=[由按在依])", "可"), ("以及", "和"), (r"\bshall\b(?! not)", "must"),
    (r"\bin order to\b",
    "to"), (r"\bsuch as\b",
    "for example"), (r"\bcannot\b", "can not"), (r"\bwhich\b", "that")]
)  # fmt: skip

FAITHFUL: dict[str, Callable[[Sentence, random.Random], str | None]] = {
    "copy": lambda sentence, rng: sentence.text,
    "numerals": _numerals,
    "framed": _framed,
    "reordered": _reordered,
    "reworded": _reworded,
}


# -- drawing ----------------------------------------------------------------------------------------------------------


def trials(pool: Sequence[Sentence], language: str, per_group: int = PER_KIND, seed: int = SEED) -> Iterator[Trial]:
    """Yield, for a language, ``per_group`` trials of each group, shared as evenly among its kinds as the texts allow."""
    rng = random.Random(f"{seed}{language}")
    own = [s for s in pool if language_of(s.text) == language]
    rng.shuffle(own)
    for group, kinds in (("faithful", FAITHFUL), ("hard", HARD), ("soft", SOFT)):
        made = {kind: [(s, new) for s in own if (new := change(s, rng)) is not None] for kind, change in kinds.items()}
        for number, (kind, sentence, response) in enumerate(_even(made, per_group)):
            yield Trial(f"{language}-{group}-{number}", kind, group, language, sentence.context, response)


def _even(made: dict[str, list[tuple[Sentence, str]]], wanted: int) -> Iterator[tuple[str, Sentence, str]]:
    """Yield rounds of one from each kind until enough are drawn or none is left."""
    queues = {kind: list(rows) for kind, rows in made.items()}
    drawn = 0
    while drawn < wanted and any(queues.values()):
        for kind, rows in queues.items():
            if rows and drawn < wanted:
                yield kind, *rows.pop()
                drawn += 1


# -- measuring --------------------------------------------------------------------------------------------------------


def pools(texts: Path | None, corpus: Path) -> dict[str, list[Sentence]]:
    """Return the sentences of each language: of the statutes and papers below ``texts``, where given, and of the corpus."""
    files = {"zh": sorted(corpus.glob("*/*.zh.md")), "en": sorted(corpus.glob("*/*.en.md"))}
    if texts is not None:
        files["zh"] += sorted((texts / "laws").glob("*.md"))
        files["en"] += sorted((texts / "seeds").glob("*.txt"))
    return {language: read_sentences(paths) for language, paths in files.items()}


def withheld(drawn: Iterable[Trial]) -> dict[tuple[str, str, str], Ratio]:
    """Return the share of trials withheld, by language, group and kind; kind ``all`` is the whole group."""
    out: dict[tuple[str, str, str], Ratio] = defaultdict(lambda: Ratio(0.0, 0.0))
    for trial in drawn:
        caught = not is_grounded(verify_response(trial.context, trial.response))
        for kind in (trial.kind, "all"):
            key = (trial.language, trial.group, kind)
            out[key] = Ratio(out[key].part + caught, out[key].of + 1)
    return dict(out)


def measure(folder: Path, sample: int) -> Mapping[str, float]:
    """Return, for the gate, the worse language's share caught and withheld; ``folder`` holds ``laws/`` and ``seeds/``."""
    shares = withheld(t for language, pool in pools(folder, shipped("corpus")).items() for t in trials(pool, language, sample or PER_KIND))
    groups = {group: [r.part / r.of for (_, g, kind), r in shares.items() if g == group and kind == "all"] for group in ("hard", "soft", "faithful")}
    return {"hard_caught": min(groups["hard"]), "soft_caught": min(groups["soft"]), "faithful_withheld": max(groups["faithful"])}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``python -m evals planting``."""
    parser.add_argument("--texts", type=Path, default=ROOT.parent / "shared", metavar="FOLDER", help="the folder with seeds/ and laws/")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="draws other sentences and other changes")
    parser.add_argument("--sample", type=int, default=PER_KIND, metavar="N", help="answers of each group and language")


def main(args: argparse.Namespace) -> int:
    """Print the share withheld by language, group and kind, and return 0."""
    texts = args.texts if (args.texts / "laws").is_dir() else None
    if texts is None:
        print(f"{args.texts}: holds no laws/, so sentences are drawn from the corpus alone")
    for language, pool in pools(texts, shipped("corpus")).items():
        for (_, group, kind), share in withheld(trials(pool, language, args.sample, args.seed)).items():
            print(f"{language}  {group:<9}{kind:<20}withheld {share.part:4.0f} of {share.of:4.0f}  {share.part / share.of:.3f}")
    return 0
