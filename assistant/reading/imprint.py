"""What a document prints about itself: title, language, dates, authority and place, read from the text alone.

All of it is conservative: what the text does not show stays unknown, and ``status`` is never read, since no text can
say that it has not been repealed since.
"""

from __future__ import annotations

import datetime as dt
import re
from itertools import zip_longest

from assistant.documents import Authority, Kind
from assistant.reading.canonical import han_share

PROVINCES: dict[str, str] = dict(
    pair.split(":")
    for pair in (
        "北京:CN-11 天津:CN-12 河北:CN-13 山西:CN-14 内蒙古:CN-15 辽宁:CN-21 吉林:CN-22 黑龙江:CN-23 上海:CN-31 "
        "江苏:CN-32 浙江:CN-33 安徽:CN-34 福建:CN-35 江西:CN-36 山东:CN-37 河南:CN-41 湖北:CN-42 湖南:CN-43 "
        "广东:CN-44 广西:CN-45 海南:CN-46 重庆:CN-50 四川:CN-51 贵州:CN-52 云南:CN-53 西藏:CN-54 陕西:CN-61 "
        "甘肃:CN-62 青海:CN-63 宁夏:CN-64 新疆:CN-65 台湾:CN-71"
    ).split()
)
"""Province to code. The numbers are those of GB/T 2260, which ISO 3166-2 used until 2017 and statutes still use."""

CITIES: dict[str, str] = {
    "宁波": "CN-33-ningbo",
    "青岛": "CN-37-qingdao",
    "广州": "CN-44-guangzhou",
    "深圳": "CN-44-shenzhen",
    "成都": "CN-51-chengdu",
}

_HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_NUMBER = "[〇○零一二三四五六七八九十\\d]"
_DATE = re.compile(rf"({_NUMBER}{{4}})\s*年\s*({_NUMBER}{{1,3}})\s*月\s*({_NUMBER}{{1,3}})\s*日")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_PUBLISHED = re.compile(
    r"^[^\w\n]*(?:Date of publication|Publication date|Published)(?: online)?(?: on)?\s*:?\s*"
    r"(?:(?P<iso>\d{4}-\d\d-\d\d)|(?P<d1>\d{1,2})(?:st|nd|rd|th)? (?P<m1>[A-Z][a-z]{2,8}),? (?P<y1>\d{4})"
    r"|(?P<m2>[A-Z][a-z]{2,8}) (?P<d2>\d{1,2})(?:st|nd|rd|th)?,? (?P<y2>\d{4}))",
    re.MULTILINE,
)
_BODY = re.compile(r"^[^\w\n]*(?:第[一1][编章节条]|目\s*录\s*$)", re.MULTILINE)
_ENACTED = re.compile("通过|修订|修正|公布|发布|批准|印发")
_COMMENCED = re.compile(r"^[^《]*(?:施行|实施|生效)[\s。；;）)]*$")
_PUBLISHED_ZH = re.compile("公布|发布|颁布")
_COMMENCES_AT_ONCE = re.compile("本[\u4e00-\u9fff]{1,8}自(?:公布|发布|颁布)之日起(?:施行|实施|执行|生效)")
_COMMENCES = re.compile(
    rf"(本[\u4e00-\u9fff]{{1,8}})?[自从]\s*({_DATE.pattern})\s*(?:起|之日起)\s*(?:施行|实施|执行|生效)"
)
_NATIONAL_CONGRESS = re.compile("全国人民代表大会(?:常务委员会)?.*通过")
_STATE_COUNCIL = re.compile("国务院令|国务院第.{1,6}次常务会议|国务院(?:发布|公布)|《国务院关于(?:修改|废止)")
_LOCAL_CONGRESS = re.compile(
    r"([\u4e00-\u9fff]{2,8}?(?:省|自治区|市))(?:第.{1,6}届)?人民代表大会(?:常务委员会)?.*(?:通过|批准|公布|修订|修正)"
)
_ABSTRACT = re.compile(r"^[^\w\n]*(?:Abstracts?\b|A B S T R A C T|摘\s*要)", re.MULTILINE | re.IGNORECASE)
_PAPER_PART = re.compile(
    r"^(?:[^\w\n]|\d)*(?:Key\s?words?\b|Index terms\b|References\s*$|关键[词字]|参考文献)", re.MULTILINE | re.IGNORECASE
)
_NO_TITLE = re.compile(
    r"(?:research |original |review )?(?:article|paper|review)|open access|(?:abstracts?|keywords)\b.*|附件\s*\d*[:：]?"
    r"|.*\b(?:conference|proceedings|journal|issn|doi|arxiv)\b.*|.*\b(?:https?://|www\.).*|[\W\d]*",
    re.IGNORECASE,
)


def language_of(text: str) -> str:
    """``zh`` where more than a fifth of the letters are Han characters, else ``en``."""
    return "zh" if han_share(text) > 0.2 else "en"


def title_of(text: str) -> str:
    """The title as a document without markup prints it: the lines of the first block that can be one.

    A first block too long for a title gives its first sentence, cut at 120 characters. Empty where there is no text.
    """
    blocks = [block for block in re.split(r"\n\s*\n", text[:5000]) if block.strip()]
    titles = [block for block in blocks if can_be_title(_one_line(block))]
    if not titles:
        return _one_line(blocks[0])[:120] if blocks else ""
    title = _one_line(titles[0])
    if len(title) <= 250 and titles[0].count("\n") < 5:
        return title
    first = re.split(r"(?<=[.!?。！？])\s|(?<=[。！？])", _one_line(titles[0].lstrip().split("\n")[0]))[0]
    return first if len(first) <= 120 else first[:119].rstrip() + "…"


def can_be_title(line: str) -> bool:
    """Whether ``line`` is not one of the things that stand above titles: rubric, journal, address, number."""
    return _NO_TITLE.fullmatch(line) is None


def _one_line(block: str) -> str:
    return " ".join(block.split()).lstrip("#").strip(" *")


def read_imprint(text: str, title: str) -> dict[str, object]:
    """What ``text`` shows about itself, as values for the fields of ``Metadata``, for those it shows only."""
    if not text:
        return {}
    title = title or title_of(text)
    language = language_of(text)
    found: dict[str, object] = {"language": language}
    if title:
        found[f"title_{language_of(title)}"] = title
    header = _header(text)
    if language == "zh":
        found |= _dates(header, text)
        found |= _authority(title, header)
    published = _PUBLISHED.search(text[:20_000])
    if published and (day := _published(published)):
        found["issued"] = day
    if "authority" not in found and _ABSTRACT.search(text[:20_000]) and _PAPER_PART.search(text):
        found |= {"authority": Authority.RESEARCH_PAPER, "kind": Kind.CASE}
    return found


def _header(text: str) -> str:
    """The lines before the first article, chapter or table of contents; else those before the first long line.

    The running text of a paper or notice quotes titles and decrees of others, so it is no header.
    """
    body = _BODY.search(text) or re.search(r"^.{120}", text, re.MULTILINE)
    return text[: min(body.start() if body else len(text), 5000)]


def _dates(header: str, text: str) -> dict[str, object]:
    """The latest date of adoption, revision or publication in the header; the commencement there or at the end."""
    issued: list[dt.date] = []
    published: list[dt.date] = []
    effective: list[dt.date] = []
    matches = list(_DATE.finditer(header))
    for match, after in zip_longest(matches, matches[1:]):
        day = _day(*match.groups())
        line_end = header.find("\n", match.end())
        stop = min(end for end in (line_end, after.start() if after else -1, len(header)) if end >= 0)
        words = header[match.end() : stop]
        if day and _COMMENCED.search(words):
            effective.append(day)
        elif day and _ENACTED.search(words):
            issued.append(day)
            published += [day] if _PUBLISHED_ZH.search(words) else []
    found: dict[str, object] = {"issued": max(issued)} if issued else {}
    commencement = max(effective) if effective else _commencement(text)
    if commencement is None and len(published) == 1 and _COMMENCES_AT_ONCE.search(text):
        commencement = published[0]  # with several publications it would be a guess which one is meant
    return found | ({"effective": commencement} if commencement else {})


def _commencement(text: str) -> dt.date | None:
    """The date in the last ``本法自…起施行``; failing that, in such a clause without ``本法`` near the end."""
    clauses = list(_COMMENCES.finditer(text))
    own = [clause for clause in clauses if clause[1]] or [c for c in clauses if c.end() > len(text) - 800]
    return _day(*own[-1].groups()[2:5]) if own else None


def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year.translate(_HAN_DIGITS)), _count(month), _count(day))
    except ValueError:
        return None


def _count(number: str) -> int:
    """The value of a number up to 99 in Arabic or Chinese digits (``十二``, ``二十``)."""
    tens, ten, ones = number.partition("十")
    if not ten:
        return int(number.translate(_HAN_DIGITS))
    return 10 * int((tens or "1").translate(_HAN_DIGITS)) + int((ones or "0").translate(_HAN_DIGITS))


def _published(match: re.Match[str]) -> dt.date | None:
    year, month, day = match["y1"] or match["y2"], match["m1"] or match["m2"], match["d1"] or match["d2"]
    try:
        if match["iso"]:
            return dt.date.fromisoformat(match["iso"])
        return dt.date(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day))
    except ValueError:
        return None


def _authority(title: str, header: str) -> dict[str, object]:
    """Authority and jurisdiction, where title and header show them beyond doubt."""
    name = re.sub(r"[（(][^（）()]*[）)]$", "", title.strip())
    national = name.startswith("中华人民共和国")
    if name.endswith(("法", "法典")) and not name.endswith("办法") and (national or _NATIONAL_CONGRESS.search(header)):
        return {"authority": Authority.LAW, "jurisdiction": "CN"}
    local = _LOCAL_CONGRESS.findall(header)
    if local and not national:
        place = _place([name, *local])
        return {"authority": Authority.LOCAL_REGULATION} | ({"jurisdiction": place} if place else {})
    if (national and name.endswith("条例")) or _STATE_COUNCIL.search(header):
        return {"authority": Authority.ADMINISTRATIVE_REGULATION, "jurisdiction": "CN"}
    return {}


def _place(names: list[str]) -> str:
    """The code of the first of ``names`` that starts with a known city, or else of the first with a province."""
    for table in (CITIES, PROVINCES):
        for name in names:
            for place, code in table.items():
                if name.lstrip("日由经于").startswith(place):
                    return code
    return ""
