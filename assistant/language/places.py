"""Places that a question or a document may name, in both languages, with their jurisdiction codes."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import NamedTuple

from assistant.documents import Span
from assistant.language.text import fold


class Place(NamedTuple):
    """A place: jurisdiction code (empty for a foreign one), Chinese and English names, and where a text names it."""

    code: str
    zh: str
    en: str
    span: Span = Span(0, 0)


_TABLE = """
CN-11 北京 Beijing|CN-12 天津 Tianjin|CN-13 河北 Hebei|CN-14 山西 Shanxi|CN-15 内蒙古 Inner Mongolia|CN-21 辽宁 Liaoning|CN-22 吉林 Jilin
CN-23 黑龙江 Heilongjiang|CN-31 上海 Shanghai|CN-32 江苏 Jiangsu|CN-33 浙江 Zhejiang|CN-34 安徽 Anhui|CN-35 福建 Fujian|CN-36 江西 Jiangxi
CN-37 山东 Shandong|CN-41 河南 Henan|CN-42 湖北 Hubei|CN-43 湖南 Hunan|CN-44 广东 Guangdong|CN-45 广西 Guangxi|CN-46 海南 Hainan
CN-50 重庆 Chongqing|CN-51 四川 Sichuan|CN-52 贵州 Guizhou|CN-53 云南 Yunnan|CN-54 西藏 Tibet|CN-61 陕西 Shaanxi|CN-62 甘肃 Gansu
CN-63 青海 Qinghai|CN-64 宁夏 Ningxia|CN-65 新疆 Xinjiang|CN-71 台湾 Taiwan|CN-81 香港 Hong Kong|CN-82 澳门 Macau
CN-33-ningbo 宁波 Ningbo|CN-37-qingdao 青岛 Qingdao|CN-44-guangzhou 广州 Guangzhou|CN-44-shenzhen 深圳 Shenzhen|CN-51-chengdu 成都 Chengdu
CN-33-hangzhou 杭州 Hangzhou|CN-32-nanjing 南京 Nanjing|CN-32-suzhou 苏州 Suzhou|CN-32-wuxi 无锡 Wuxi|CN-32-changzhou 常州 Changzhou|CN-42-wuhan 武汉 Wuhan
CN-42-jingzhou 荆州 Jingzhou|CN-61-xian 西安 Xi'an|CN-43-changsha 长沙 Changsha|CN-41-zhengzhou 郑州 Zhengzhou|CN-37-jinan 济南 Jinan|CN-34-hefei 合肥 Hefei
CN-35-xiamen 厦门 Xiamen|CN-21-dalian 大连 Dalian|CN-21-shenyang 沈阳 Shenyang|CN-23-harbin 哈尔滨 Harbin|CN-53-kunming 昆明 Kunming|CN-52-guiyang 贵阳 Guiyang
"""
_FOREIGN = """
德国 Germany|日本 Japan|美国 United States|英国 United Kingdom|法国 France|新加坡 Singapore|韩国 South Korea|澳大利亚 Australia|瑞士 Switzerland
加拿大 Canada|印度 India|俄罗斯 Russia|马来西亚 Malaysia|泰国 Thailand|印度尼西亚 Indonesia|越南 Vietnam|欧盟 European Union|意大利 Italy
荷兰 Netherlands|芬兰 Finland|奥地利 Austria
"""
_CITIES = Path(__file__).with_name("cities.txt")
"""A line for each province, by its number: its cities, or the districts of a municipality. Names that other words contain (新乡 in 新乡村) stand with the
word for what they are (新乡市)."""


_NOT_BEHIND: dict[str, Collection[str]] = {
    name: set(behind)
    for name, behind in {
        "日本": "之今节假生当即同次", "河南": "黄", "河北": "黄", "江西": "长", "湖南": "太庭", "湖北": "太庭", "海口": "出入", "渝中": "成", "渝北": "成",
    }.items()
}  # fmt: skip
"""Characters behind which a name is none: 自施行之日本办法 is not about Japan, nor 黄河南岸 about Henan."""


@cache
def all_places() -> tuple[Place, ...]:
    """Return the provinces, the cities that are asked about most, and other countries: what is offered for choice."""
    home = [entry.split(" ", 2) for line in _TABLE.split("\n") for entry in line.split("|") if entry]
    foreign = [entry.split(" ", 1) for line in _FOREIGN.split("\n") for entry in line.split("|") if entry]
    return tuple([Place(code, zh, en) for code, zh, en in home] + [Place("", zh, en) for zh, en in foreign])


@cache
def known_places() -> tuple[Place, ...]:
    """Return every place that is known by name."""
    offered = {place.zh for place in all_places()}
    lines = (line.split(" ", 1) for line in _CITIES.read_text(encoding="utf-8").splitlines())
    cities = [(number, *entry.split(" ", 1)) for number, entries in lines for entry in entries.split("|")]
    return (*all_places(), *(Place(f"CN-{number}-{_slug(en)}", zh, en) for number, zh, en in cities if zh not in offered))


def _slug(name: str) -> str:
    return re.sub(r"[^a-zü]", "", name.lower())


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds names in Latin letters, and all others; apart, for each is then searched from first letter to first letter."""
    names = sorted((name for place in known_places() for name in (place.zh, fold(place.en))), key=len, reverse=True)
    latin, other = ("|".join(re.escape(n) for n in names if n.isascii() is ascii) for ascii in (True, False))
    return re.compile(rf"\b(?:{latin})\b"), re.compile(other)


@cache
def _by_name() -> dict[str, Place]:
    return {name: place for place in known_places() for name in (place.zh, fold(place.en))}


def find_places(text: str) -> list[Place]:
    """Return the places that ``text`` names, in reading order, each with its span."""
    folded = fold(text)
    found = sorted((m for pattern in _patterns() for m in pattern.finditer(folded)), key=re.Match.start)
    named = (m for m in found if folded[: m.start()][-1:] not in _NOT_BEHIND.get(m.group(), ()))
    return [_by_name()[m.group()]._replace(span=Span(*m.span())) for m in named]


def place_name(code: str, language: str) -> str:
    """Return the name of a jurisdiction, or the code itself where it is not known."""
    if code == "CN":
        return "全国" if language == "zh" else "national"
    place = next((p for p in known_places() if code and p.code == code), None)
    return code if place is None else place.zh if language == "zh" else place.en


def applies_in(jurisdiction: str, place: str) -> bool:
    """Whether a text of ``jurisdiction`` is law in ``place``: the place's own, or that of a larger place around it.

    A text whose jurisdiction is not known may apply; it is labelled as unknown where it is shown.
    """
    return not jurisdiction or place == jurisdiction or place.startswith(jurisdiction + "-")
