"""Words that change what a sentence claims without changing what it is about: bounds, order, scope, condition, attribution.

Patterns read folded text (see ``text.fold``), in both languages alike, so that a claim can be held against words in the
other language. They are lexical: each names the words that carry the meaning, none names a document.
"""

from __future__ import annotations

import re

from assistant.documents import Span

# -- bounds of a figure -----------------------------------------------------------------------------------------------

_BELOW = (
    r"(?:不得|不能|不应|不可|未|不)(?:超过|高于|多于|大于|长于|晚于|迟于|超出)|不超|最多|至多|最高|最长|最大|最迟|上限|(?<!不)(?<!得)(?:低于|少于|小于|短于|早于)|不足|不满|未满|"
    r"\b(?:no|not|never) (?:be )?(?:more|longer|later|higher|greater|older) than\b|\bat (?:the )?most\b|\bup to\b|\bnot (?:to )?exceed(?:ing)?\b|"
    r"\bceiling of\b|"
    r"\bcannot exceed\b|\bmaximum\b|\bwithin\b|(?<!no )(?<!not )\b(?:less|fewer|lower|shorter|younger) than\b|\bnot exceed\b|\bbelow (?=\d)|\bunder (?=\d)|"
    r"\bcap(?:ped)? (?:at|of)\b"
)
_ABOVE = (
    r"(?:不得|不能|不应|不可|不)(?:少于|低于|小于|短于|早于)|不下于|至少|最少|最低|最短|起码|下限|(?<!不)(?<!得)(?<!未)(?:超过|高于|多于|大于|长于|超出|逾)|(?<![不未])满(?=[\d一二三四五六七八九十])|"
    r"\bat (?:the )?(?:least)\b|\b(?:no|not|never) (?:be )?(?:less|fewer|lower|shorter|younger|earlier) than\b|\bnot fall below\b|\bminimum\b|"
    r"(?<!no )(?<!not )(?<!be )\b(?:more|longer|higher|greater|older) than\b|(?<!not )(?<!not to )(?<!cannot )\bexceed(?:s|ing|ed)?\b|\bover (?=\d)|"
    r"\babove (?=\d)|\bfloor of\b"
)
_BEFORE_FIGURE = re.compile(rf"(?:(?P<most>{_BELOW})|(?P<least>{_ABOVE}))")
_AFTER_FIGURE = re.compile(
    r"\s?(?:的|or|and|及|或|（含）|\(含\))?\s?(?:(?P<most>以内|之内|以下|封顶|less\b|fewer\b|below\b|at most\b|at the most\b|maximum\b)"
    r"|(?P<least>以上|之上|more\b|above\b|longer\b|at least\b|at the least\b|minimum\b))"
)
_REACH = 22
"""Characters before a figure within which a bound may stand: 'shall not exceed a total of 40 hours'."""
_BREAK = re.compile(r"[,，;；。:：]|\band\b|\bbut\b|\d[\d.%,]*")
_MAXIMUM = re.compile(r"最(?:高|长|大|低|短|少)[^,，;；。]{0,12}$")


def bound_of(folded: str, span: Span) -> str:
    """Return ``most`` or ``least`` if the figure at ``span`` is given as a bound, else an empty text."""
    after = _AFTER_FIGURE.match(folded, span.end)
    if after:
        return after.lastgroup or ""
    start = max(0, span.start - _REACH)
    window = folded[start : span.start]
    for stop in _BREAK.finditer(window):
        start = max(start, span.start - len(window) + stop.end())
    found = ""
    for match in _BEFORE_FIGURE.finditer(folded, start, min(span.end, span.start + 1)):
        if match.start() < span.start:
            found = match.lastgroup or ""
    return found


def bound_spans(folded: str) -> list[Span]:
    """Return the places of the bounds: the 'must not' of 'must not exceed' sets a bound and forbids nothing else."""
    return [Span(*m.span()) for m in _BEFORE_FIGURE.finditer(folded)]


# -- order, direction and degree --------------------------------------------------------------------------------------

OPPOSITES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(one), re.compile(other))
    for one, other in (
        (
            r"之前|以前|(?<=[年月日期订立同准业后时束始成过])前(?![款条述项提往景后瞻沿])|事先|预先|\bbefore\b|\bprior to\b|\bin advance\b",
            r"之后|以后|(?<=[年月日期订立同准业时束始成过毕])后(?![者备续勤])|事后|\bafter\b|\bfollowing\b|\bsubsequent\b|\bupon\b",
        ),
        (
            r"增加|提高|提升|上升|增长|扩大|上调|\bincreas\w+|\brais(?:e|es|ed|ing)\b|\bexpand\w*|\bgrow(?:s|th|ing)?\b|\brise[sn]?\b",
            r"减少|降低|下降|缩小|缩减|下调|削减|\bdecreas\w+|\breduc\w+|\blower(?:s|ed|ing)?\b|\bdeclin\w+|\bshrink\w*|\bcut(?:s|ting)?\b",
        ),
        (_BELOW.rstrip("|") + "|以下|以内", _ABOVE + "|以上"),
        (r"有偿|付费|\bpaid\b|\bfor a fee\b", r"无偿|免费|\bunpaid\b|\bfree of charge\b|\bgratis\b"),
        (r"公办|公立|国有|\bpublic(?:ly)?\b|\bstate-owned\b", r"民办|私立|民营|\bprivate(?:ly)?\b"),
        (r"(?<!非)营利性|\bfor-profit\b", r"非营利性?|\bnon-?profit\b|\bnot-for-profit\b"),
        (r"国家级|全国性|\bnational\b", r"省级|市级|地方性?|\bprovincial\b|\bmunicipal\b|\blocal\b"),
        (r"有利|优势|\badvantag\w+|\bbenefi\w+", r"不利|劣势|\bdisadvantag\w+|\bharm\w*"),
        (r"上级|\bsuperior\b", r"下级|\bsubordinate\b"),
        (r"开始|启动|起(?=施行|执行|实施)|\bbegin\w*|\bstart\w*|\bcommenc\w+", r"结束|终止|停止|废止|\bend(?:s|ed|ing)?\b|\bterminat\w+|\bceas\w+|\brepeal\w*"),
        (r"加强|强化|推进|促进|\bstrengthen\w*|\bpromot\w+", r"削弱|弱化|限制|阻碍|\bweaken\w*|\brestrict\w*|\bhinder\w*"),
        (r"同意|批准|准予|\bapprov\w+|\bconsent\w*", r"拒绝|驳回|不予批准|\breject\w*|\brefus\w+|\bden(?:y|ied|ies)\b"),
        (r"首先|先行|\bfirst\b", r"最后|\blast\b|\bfinally\b"),
        (r"专职|全日制|\bfull-time\b", r"兼职|非全日制|\bpart-time\b"),
        (r"正式|\bformal\b", r"非正式|\binformal\b"),
        (r"每年|年度|\bannual\w*|\byearly\b|\b(?:each|every|per) year\b", r"每月|每季度?|\bmonthly\b|\bquarterly\b|\b(?:each|every|per) month\b|\bweekly\b"),
    )
)
"""Words that turn a sentence round: those of either side are not to stand in for the other."""

# -- scope ------------------------------------------------------------------------------------------------------------

UNIVERSAL = re.compile(
    r"\b(?:all(?! the same)(?! kinds)|every(?! (?:year|month|day|week|term|semester))|any|entire|whole|always|in all cases|without exception|regardless)\b|"
    r"所有(?!权|制|人)|全部|一切|任何|凡(?!是?的)|全体|一律|各类(?=企|学|院|单|人)"
)
FREE_CHOICE = re.compile(r"\bany\b|任何|一切")
"""Universal words that add nothing under a prohibition: 'may not charge any fee'."""
RESTRICTION = re.compile(
    r"\b(?:pilot|eligible|qualified|qualifying|certain|some|several|selected|designated|accredited|recogni[sz]ed|certified|registered|approved|"
    r"demonstration|key|small|micro|medium-sized|large-scale|state-owned|private|non-?profit|first-time|full-time|part-time|only|solely|part of|most|many|"
    r"generally|usually|normally|typically|in principle|mainly|partly|newly|relevant)\b"
    r"|试点|符合[^,，。；的]{0,8}条件|符合规定|部分(?!门)|有的|某些|若干|少数|多数|特定|有条件|具备条件|合格|经认定|经批准|获批|入库|重点|示范|规模以上|中小微?|小微|小型|微型|民营|国有|公办|民办|"
    r"一般(?=为|不|应|由|在|情)|原则上|通常|仅|只(?!有|要)|非营利性?|全日制|首次|依法设立|新(?=办|建|设)|主要(?=由|为|面)"
)

# -- condition --------------------------------------------------------------------------------------------------------

CONDITION = re.compile(
    r"(?:^|(?<=[.;,] ))where(?=[ ,])|\b(?:if|unless|provided(?: that)?|only (?:if|when|after)|(?:once|when)(?= )|on condition(?: that)?|subject to|"
    r"except(?:ing)?(?: that| for| where| when)?|in case|as long as|"
    r"with the (?:approval|consent|permission) of|upon (?:approval|consent|application)|without (?:the )?(?:approval|consent|permission)|so long as|"
    r"in the event|"
    r"(?:who|that|which) (?:have|has|meet|meets|satisf\w+|pass\w*|obtain\w*|fulfil\w*))\b"
    r"|如果|倘若|假如|如(?=需|有|因|未|遇|无)|若(?!干)|经[^,，。；、]{0,24}?(?:批准|同意|认定|许可|审核|审批|考核合格|备案|授权|评审|评估)|未经|除[^,，。；]{1,30}?外|但[^,，。；]{1,60}除外|但(?=是|书|有|因)|"
    r"在[^,，。；]{1,20}(?:情况下|情形下|前提下|条件下)|符合[^,，。；]{0,16}?(?:条件|规定|标准|要求)|有下列情形|(?:情节|后果)(?:特别)?严重|逾期|只有|确[需有]|必要时|具备[^,，。；]{0,12}条件|"
    r"(?<=[一-鿿])的(?=[,，])"
)

# -- who says so ------------------------------------------------------------------------------------------------------

PROPOSED = re.compile(
    r"\b(?:propos\w+|suggest\w*|recommend\w*|advocat\w+|argu(?:e|es|ed|ing)|the (?:paper|author|authors|study|article|researchers?)|envisag\w+|"
    r"draft(?: \w+)? (?:law|measures|rules|regulations)|"
    r"call(?:s|ed)? for|should consider|would|could|is planned|plans? to|intends? to|expects?|hopes?|aims? to)\b"
    r"|建议|提议|主张|倡议|认为|该文|本文|论文|作者|研究者|学者|拟(?![定订])|草案|征求意见稿|设想|构想|应考虑|可考虑|期望|希望|旨在|呼吁|计划(?=在|于|到)"
)
ATTRIBUTED = re.compile(
    PROPOSED.pattern + r"|\baccording to (?:the|a) (?:paper|study|author\w*|article)\b|\bin the (?:paper|study|authors?)\b|\bshould\b|"
    r"据(?:该|此|其)?文|提出"
)
BINDING = re.compile(
    r"\b(?:the law|by law|laws?|statut\w+|regulations?|the (?:regulations|measures|rules|state)|legal(?:ly)?|stipulat\w+|provides? that|lays? down|"
    r"mandat\w+|require[sd]?|in force|entitled?|obliged?|must|shall)\b"
    r"|依法|法律|法规|条例|规定|法定|强制|有权|享有|必须|应当|国家(?=规|要|实)|政策(?=规|要)"
)
