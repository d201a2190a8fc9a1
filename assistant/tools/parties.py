"""Who is who in an agreement: which label (甲方, Party B, "the Host") stands for the school, the enterprise or the student.

Contracts name their parties once and speak of them by label from then on. Here the labels are read where they are
defined, and replaced in the folded text by the plain word for the role, so that rules need to know the roles only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assistant.language.modality import read_modes
from assistant.language.text import fold
from assistant.tools.agreement_rules import Role

HEAD = 2500
"""Characters at the start of an agreement among which its parties are defined."""


WORDS = {"zh": {Role.SCHOOL: "学校", Role.ENTERPRISE: "企业", Role.STUDENT: "学生"}, "en": {role: f"the {role.value}" for role in Role}}
"""The plain word for each role, by language."""
_SIGNS = {
    Role.STUDENT: r"学生|实习生|学徒|学员|监护人|\b(?:students?|pupils?|interns?|trainees?|apprentices?|learner)\b",
    Role.SCHOOL: r"学院|大学|学校|院校|职[业教]中心|职业教育中心|中学|职校|技校|培养方|培训机构|培训中心|"
    r"\b(?:universit\w+|colleges?|schools?|polytechnics?|institutes?|academy|"
    r"education centre|education center|training provider|provider|institution)\b",
    Role.ENTERPRISE: r"公司|集团|[工药电]?厂(?![长房])|企业|医院|实习单位|用人单位|接收单位|酒店|银行|合作社|事务所|门店|单位|"
    r"幼儿园|农场|林场|养老院|敬老院|诊所|药房|宾馆|商场|超市|中心(?!学校)|"
    r"\b(?:co|ltd|inc|corp|llc|plc|compan(?:y|ies)|corporation|group|enterprises?|employer|host|hospital|hotel|factory|works|firm|bank|unit|"
    r"resort|farm|clinic|kindergarten|nursing home|limited|studio|plant|yard|shipyard|mill|garage)\b",
}
_ROLE = re.compile("|".join(f"(?P<{role}>{signs})" for role, signs in _SIGNS.items()))
_LABEL = r"[甲乙丙丁]\s{0,4}方|\bparty [a-d1-4]\b|\b(?:first|second|third) party\b"
_DEFINED = re.compile(rf"(?P<label>{_LABEL})(?P<aside>\s?\([^()]{{0,40}}\))?[\"”]?\)?\s*(?:[:：]|\bis\b|为|系|\s(?=[一-鿿]))\s*(?P<name>[^\n;；]{{1,90}})")
_CALLED = re.compile(
    r"(?P<name>[^\n()\"“”。;；:：]{2,70})\s*[(（]\s*(?:以下|下|以下均)?(?:简称|统称|称)?(?:为|:)?\s*"
    r"(?:hereinafter(?: referred to as| called)?,?\s*|referred to as\s*)?"
    r"(?:the )?[\"“「']?\s*(?:the )?(?P<label>[一-鿿]{2,6}|[a-z][a-z ]{2,24}?)\s*[\"”」']?\s*[)）]"
)
_HEREINAFTER = re.compile(
    r"(?P<name>[^\n;；()]{2,140}?),?\s\(?(?:(?:hereinafter|hereafter|henceforth)(?:,? (?:referred to as|called|known as))?|(?:below|further) called"
    r"|referred to (?:below )?as)"
    r",?\s*(?:the )?"
    r"[\"“]?(?P<label>[a-z][a-z ]{1,24}?)[\"”]?\s*(?:[),.;:]|\band\b|$)", re.MULTILINE)
_QUOTED = re.compile(r"(?P<name>[^\n()\"]{2,90})\((?:[^()\n\"]{0,80}[;,:]\s*)?(?:the |each an? |each,? )?\"(?:the )?(?P<label>[a-z][a-z ]{1,24}?)\"\)")
"""… (represented by the director; "Factory")."""
_BETWEEN = re.compile(r"\b(?:between|among)\s+(?:the )?(?P<first>[^\n;()]{3,80}?)\s+and\s+(?:the )?(?P<second>[^\n;().]{3,80})")
_SPOKEN_OF = 3
"""Times that a text must use the first word of a party's name for it to be what the party is called by."""
_LETTER = re.compile(r"^dear (?P<who>mr|ms|mrs|miss|principal|headmaster|headmistress|head teacher|president)\b", re.MULTILINE)
"""An agreement by letter, which speaks of "you" and "we"."""
_NO_LABEL = re.compile(r"签|章|盖|姓名|名称|\b(?:signature|signed|seal|stamp)\b")
_AS = re.compile(rf"(?P<name>[^\n;；:：()（）]{{2,70}}?),?\s(?:as|being|acting as)\s(?:the )?[\"“]?(?P<label>{_LABEL})")
_ASIDE = re.compile(rf"(?P<label>{_LABEL})\s?\((?P<aside>[^()\n]{{2,12}})\)")
_MARKED = re.compile(r"[(（](?P<label>[甲乙丙丁])方?[)）]\s*(?P<name>[^\n;；()（）]{2,60})")
"""(甲)某某学院 (乙)某某公司, spoken of as 甲方 and 乙方."""
_PARTY_LINE = re.compile(
    rf"(?:^|\|)[\s|#*\-—]*(?:\w{{1,2}}[.)]\s?)?(?:\bthe )?(?P<role>{'|'.join(_SIGNS.values())})(?:方)?\s?"
    r"(?:\([^()\n]{0,12}\))?\s?(?:[:|])",
    re.MULTILINE,
)
"""Who a line of the head gives the name of: 学校：…, | student | … |."""
_BOTH = re.compile(r"[甲乙](?:方)?[、和与及]?[甲乙丙]方?双方|甲乙双方|甲[、,和与及]?乙[、,和与及]?丙三方")


def read_parties(text: str) -> dict[str, Role]:
    """Return the role of each label that the text defines, in folded letters; words that name their role themselves are no labels."""
    found: dict[str, Role] = {}
    for label, role, _ in _definitions(fold(text)[:HEAD]):
        if not _ROLE.fullmatch(label):
            found.setdefault(label, role)
    return found


def read_signatories(text: str) -> frozenset[Role]:
    """Return the roles among which an agreement is made: those of its parties, which are defined where nobody is obliged to anything yet."""
    head = fold(text)[:HEAD]
    named = {role for _, role, place in _definitions(head) if not any(mode.value == "oblige" for mode in read_modes(_sentence(head, place), []))}
    lines = {role for match in _PARTY_LINE.finditer(head) if (role := _role_of(match["role"]))}
    return frozenset(named | lines)


def _definitions(head: str) -> Iterator[tuple[str, Role, int]]:
    """Yield each label with its role and its place, those first that say most surely whose it is."""
    for match in _DEFINED.finditer(head):
        role = _role_of(match["aside"] or "") or _before(head, match.start()) or _name_role(match["name"])
        if role:
            yield re.sub(r"(?<=[甲乙丙丁])\s+", "", match["label"]), role, match.start()
    for match in _ASIDE.finditer(head):
        if role := _role_of(match["aside"]):
            yield match["label"], role, match.start()
    for match in (*_MARKED.finditer(head), *_AS.finditer(head)):
        role = _name_role(match["name"])
        if role:
            yield match["label"] + ("方" if match.re is _MARKED else ""), role, match.start()
    for match in (*_HEREINAFTER.finditer(head), *_CALLED.finditer(head), *_QUOTED.finditer(head)):
        label = match["label"].strip()
        role = _role_of(label) or _name_role(match["name"])
        plain = not label.isascii() and not re.search(r"称|[\"“「']", match[0]) and not _ROLE.fullmatch(label) and not re.fullmatch(_LABEL, label)
        if role and not plain and not _NO_LABEL.search(label):
            yield label, role, match.end()
    yield from _short_names(head)
    if letter := _LETTER.search(head):
        yield "you", Role.STUDENT if letter["who"] in ("mr", "ms", "mrs", "miss") else Role.SCHOOL, letter.start()
        yield "we", Role.ENTERPRISE, letter.start()


def _short_names(head: str) -> Iterator[tuple[str, Role, int]]:
    """Yield the first words of the names between whom an agreement is, where the text calls them by these."""
    for match in _BETWEEN.finditer(head):
        for name in (match["first"], match["second"]):
            word, role = name.split()[0], _name_role(name)
            if role and len(word) > 2 and not _ROLE.search(word) and len(re.findall(rf"\b{re.escape(word)}\b", head)) > _SPOKEN_OF:
                yield word, role, match.start()


def _sentence(head: str, place: int) -> str:
    start = max(head.rfind(mark, 0, place) for mark in "。\n;")
    stops = [stop for mark in "。\n;" if (stop := head.find(mark, place)) >= 0]
    return head[start + 1 : min(stops, default=len(head))]


def _role_of(words: str) -> Role | None:
    """Return the role that comes first in a few words."""
    match = _ROLE.search(words)
    return Role(match.lastgroup) if match and match.lastgroup else None


def _name_role(name: str) -> Role | None:
    """Return the role of a name: what its brackets say, else how it ends, for a company may be named after a school's town."""
    aside = re.search(r"[(（]([^()（）]*)[)）]", name)
    said = _role_of(aside[1]) if aside else None
    bare = next(filter(_ROLE.search, re.split(r"[(（,，、]", name)), "")
    kinds = [Role(m.lastgroup) for m in _ROLE.finditer(bare) if m.lastgroup]
    if kinds and kinds[-1] is not Role.STUDENT and Role.STUDENT in kinds:
        return Role.STUDENT  # the apprentice, a student of the college
    return said if said and not kinds else kinds[-1] if kinds else said


def _before(head: str, start: int) -> Role | None:
    """Return the role that stands right before a label: 学校方(甲方), the college ("party a")."""
    line = head[max(0, start - 24) : start].rsplit("\n", 1)[-1]
    return _role_of(line) if re.search(r"[(（/][^()（）]*$", line) or line.rstrip().endswith(("(", "（")) else None


def _mention(label: str) -> str:
    """Return the pattern of a label where a text uses it, in the singular or the plural."""
    if not label[0].isascii():
        return re.escape(label)
    return rf"\b(?:the )?{re.escape(label if label.startswith('party') else label.removesuffix('s'))}{'' if label.startswith('party') else 's?'}\b"


def with_roles(folded: str, parties: Mapping[str, Role], language: str) -> str:
    """Return folded text with the labels of parties replaced by the words for their roles."""
    words = WORDS["zh" if language == "zh" else "en"]
    text = _BOTH.sub("双方", folded)
    text = re.sub(r"(?<=[甲乙丙丁])\s{1,4}(?=方)", "", text)
    text = re.sub(r"甲\s?[、和]\s?乙方", "甲方、乙方", text)
    for label in sorted(parties, key=len, reverse=True):
        text = re.sub(_mention(label), words[parties[label]], text)
    return text
