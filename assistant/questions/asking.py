"""Reading what a question asks for: a figure, a date, a list, whether something holds, and in which unit."""

from __future__ import annotations

import re
from enum import StrEnum

from assistant.documents import Span


class Asked(StrEnum):
    """What kind of answer a question wants."""

    FIGURE = "figure"
    DATE = "date"
    LIST = "list"
    YES_NO = "yes_no"
    WHO = "who"
    DEFINITION = "definition"
    REASON = "reason"
    OTHER = "other"


_FIGURE = re.compile(
    r"\bhow (?:many|much|long|old|often|large|high|big|far)\b|\bwhat (?:is the |was the |are the )?(?:\w+ ){0,4}(?:percentage|share|"
    r"proportion|ratio|rate|amount|number|weight|weights|cap|limit|maximum|minimum|score|cost|fine|age|term|period|duration|size|sum|"
    r"quota|level of|subsidy|allowance|ceiling|threshold|price|fees?|salary|tuition|budget|revenue)\b|\bwhat (?:percent|fraction|proportion)\b|"
    r"多少|(?<!哪)几(?:个|名|年|次|天|日|人|所|"
    r"家|岁|成|倍|项|小时|种|条|批)|多大|多长|多久|多高|比例|百分之几|几分之|(?:金额|上限|下限|标准|权重|数额|期限|额度|费率|税率|比率|"
    r"占比|得分|分数|工资|补贴)(?:是|为|有)?(?:什么|多|几|怎)|\bat (?:most|least)\b.*\?|至多|最多|最少|至少|最高|最低|不得(?:少于|超过|"
    r"低于)"
)
_DATE = re.compile(
    r"\bwhen(?= (?:is|are|was|were|do|does|did|will|would|can|could|must|shall|should|may|has|have|had)\b|\?|$)|"
    r"\bwhat (?:year|date|day|month|time)\b|\bwhich year\b|\bsince when\b|何时|什么时候|什么时间|哪一?年|哪一?天|哪个月|几月|"
    r"几号|自何日|生效日期|施行日期|(?:什么|哪个)日期|起施行"
)
_LIST = re.compile(
    r"\b(?:what|which) (?:are|were|\w+ (?:are|were|must|may|can|should|do|does|did|have)|(?:\w+ ){0,3}(?:measures|steps|forms|ways|"
    r"types|kinds|conditions|requirements|items|indicators|tasks|examples|problems|difficulties|challenges|aspects|levels|principles|"
    r"documents|groups|activities|rights|duties|obligations|grounds|cases|circumstances|areas|dimensions|industries|majors|bans|grades|"
    r"categories|positions|skills|courses))\b|\blist\b|\bname (?:the|all|two|three|four|five)\b|\benumerate\b|哪些|哪几|列出|列举|"
    r"有何(?:条件|要求|措施|权利|义务)|分别(?:是|有)|包括什么|几种|几类|几个方面"
)
_YES_NO = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|may|must|should|shall|will|would|has|have|had|am)\b|是否|能否|可否|能不能|可不可以|"
    r"是不是|有没有|要不要|需不需要|应不应|算不算|吗[?？]?\s*$|行不行|对不对"
)
_WHO = re.compile(
    r"\bwho\b|\bwhom\b|\bwhose\b|\bwhich (?:department|ministry|body|authority|agency|company|enterprise|college|university|"
    r"organi[sz]ation|institution|government|office|party|city|bureau|unit)\b|谁|由哪|哪个(?:部门|机构|单位|企业|学校|学院|公司|城市)|"
    r"什么(?:部门|机构|单位|企业|公司)|哪家|哪所|哪一?(?:级|部门)"
)
_DEFINITION = re.compile(
    r'^what (?:is|are) (?:an? |the )?[\w\s\"\x27-]+\?$|\bwhat does .* mean\b|\bdefin|\bmeaning of\b|什么是|是什么意思|是指什么|'
    r"指的是什么|如何定义|的定义|含义|何谓|所称"
)
_REASON = re.compile(
    r"\bwhy\b|\bhow (?!many|much|long|old|often|large|high|big|far)|\bfor what reason\b|为什么|为何|原因|怎么|怎样|如何"
)
_STANDING = re.compile(
    r"\b(?:can|could|may|do|does|is|are) (?:\w+ ){0,6}(?:claim|apply for|entitled|eligible|receive|get|obtain|available|in force|"
    r"still valid|binding|law|legal(?:ly)?|mandatory|in effect|exist)\b|\btoday\b|\bright now\b|\bcurrently (?:claim|in force|"
    r"binding)\b|(?:能|可以|能否|可否|能不能|是否(?:可以|能)?).{0,20}(?:申请|申领|享受|领取|获得|拿到|主张)|现行有效|还有效|是否有效|"
    r"具有法律效力|法律效力|现在(?:能|可以|就)|目前(?:能|可以|是否)|今天|是法律规定"
)
_UNITS = (
    (
        "percent",
        r"percent|share|proportion|\brates?\b|weight|ratio|比例|百分|比率|占比|权重|税率|率(?:是|为|有|达)",
    ),
    (
        "yuan",
        r"how much (?:money|does .* cost|is the (?:fine|subsidy))|subsid|\bfine\b|\bcost|\bcap\b|\bamount|allowance|\binvest|money|"
        r"金额|罚款|补贴|补助|元|钱|费用|上限|奖励|投资|成本|收入|收益|经费",
    ),
    (
        "month",
        r"how many months|几个月",
    ),
    (
        "day",
        r"how many (?:working )?days|几天|几日|多少[天日]",
    ),
    (
        "year",
        r"how many years|how old|\bage\b|多少岁|几岁|周岁|几年|多少年|年龄",
    ),
    (
        "hour",
        r"how many hours|多少小时|几(?:个)?小时|学时",
    ),
)
_ORDER = (
    (Asked.DATE, _DATE),
    (Asked.FIGURE, _FIGURE),
    (Asked.LIST, _LIST),
    (Asked.WHO, _WHO),
    (Asked.YES_NO, _YES_NO),
    (Asked.DEFINITION, _DEFINITION),
    (Asked.REASON, _REASON),
)


def asked_for(folded: str) -> Asked:
    """Return what kind of answer a folded question wants."""
    return next((asked for asked, pattern in _ORDER if pattern.search(folded)), Asked.OTHER)


_COUNTING = re.compile(r"how (?:many|much|long|old)|what|多少|几|多(?:长|久|大)|百分之几")


def unit_asked(folded: str) -> str:
    """Return the unit of the figure that a folded question wants, as ``facts`` names units; empty if it does not show.

    Of several units that a question names (*by its share of the stock, how much income*), the one nearest to the question word.
    """
    askings = [m.span() for m in _COUNTING.finditer(folded)] or [(0, 0)]

    def away(m: re.Match[str]) -> int:
        return min(max(m.start() - end, start - m.end(), 0) for start, end in askings)

    named = [(away(m), order, unit) for order, (unit, pattern) in enumerate(_UNITS) for m in re.finditer(pattern, folded)]
    return min(named, default=(0, 0, ""))[2]


_COMPARES = re.compile(
    r"\b(?:agree|consistent|contradict|conflict|differ|differs|different|same)\b|是否一致|一样|一致吗|不一致|矛盾|冲突|各是多少|有什么不同|有何不同|出入"
)
_WHY = re.compile(r"\bwhy\b|for what reason|为什么|为何|因何|原因")
_WHICH_RULE = re.compile(
    r"\bwhich (?:article|rule|law|provision|regulation|clause|document)s?\b|哪一?条(?!件)|哪[一项部个](?:规定|法律|法规|文件|条款|办法|条例)"
)
_AND_ASKS = re.compile(
    r"(?:[,;?.]\s+(?:and\s+)?|\s+and\s+)(?=(?:(?:in|for|under|to|from|by|with|at|on)\s+)?(?:how|what|which|who|whom|whose|when|where|why)\b)|[，；？?。]",
    re.IGNORECASE,
)
_ASKS_ZH = re.compile(r"多少|几|什么|谁|哪|怎|如何|何|吗|多久|多长|是否|能否|呢")


def question_parts(text: str) -> list[Span]:
    """Return the parts of a question that each ask for something: *how much did it pay out, and to how many firms*."""
    parts: list[Span] = []
    start = 0
    for cut in [*_AND_ASKS.finditer(text), None]:
        end = cut.start() if cut else len(text)
        asks = bool(_ASKS_ZH.search(text[start:end])) or text[start:end].isascii() or not re.search("[一-鿿]", text)
        if asks and text[start:end].strip():
            parts.append(Span(start, end))
            start = cut.end() if cut else end
    if start < len(text.rstrip()) and parts:
        parts[-1] = Span(parts[-1].start, len(text))
    return parts or [Span(0, len(text))]


def asks_why(text: str) -> bool:
    """Whether a question asks for a reason, and not how something is done."""
    return bool(_WHY.search(text.lower()))


def asks_which_rule(text: str) -> bool:
    """Whether a question asks which rule says something, and so takes for granted that one does."""
    return bool(_WHICH_RULE.search(text.lower()))


def asks_comparison(text: str) -> bool:
    """Whether a question asks if sources agree or how they differ."""
    return bool(_COMPARES.search(text.lower()))


def asks_standing(folded: str) -> bool:
    """Whether a folded question asks if something holds, binds or can be claimed today."""
    return bool(_STANDING.search(folded))


_DUTY = re.compile(
    r"\b(?:must|shall|ha(?:ve|s) to|required|obliged|mandatory|obligat\w+|dut(?:y|ies))\b|必须|应当|义务|强制|要不要|需不需要"
)
_OF_A_PAPER = re.compile(r"\b(?:papers?|authors?|researchers?|(?:the|this|that) study|proposes?|proposals?|suggests?)\b|论文|作者|文中|文章|该研究|建议|主张")


def asks_duty(text: str) -> bool:
    """Whether a question asks what binds, and not what a paper says of it."""
    folded = text.lower()
    return bool(_DUTY.search(folded)) and not _OF_A_PAPER.search(folded)
