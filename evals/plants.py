"""What is planted: changes that make a sentence say what its source does not.

The word lists were written for this measurement, and are not those that the judge reads with.
"""

from __future__ import annotations

import random
import re

from assistant.language.text import language_of
from evals.plain_sentences import Change, Sentence, replaced

_HAN_FIGURE = re.compile("(?<=[第满过足于至])[二三四五六七八九十百]+(?=[条年个日人名%次])|[二三四五六七八九十]+(?=(?:年|个月|日|周岁|小时|万元|人)以[上下内])")

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


HARD: dict[str, Change] = {
    "figure": _figure,
    "modality": replaced(
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
    "bound": replaced(
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


SOFT: dict[str, Change] = {
    "actor swapped": _actor,
    "scope widened": replaced(
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


