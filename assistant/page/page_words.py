"""The words of the page itself, in both of its languages. What an answer says is not here: that comes from the pipeline."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGE_COOKIE = "language"
"""Holds ``zh`` or ``en``, as somebody last chose; ``page.js`` writes it."""
STAFF_EXAMPLES = (
    "实习生的报酬最低标准是多少？",
    "重庆“双师型”教师占比是多少？",
    "Can a school keep the income from school-enterprise cooperation?",
    "May a vocational school charge students an internship deposit?",
)
ENTERPRISE_EXAMPLES = (
    "产教融合型企业的投资按什么比例抵免教育费附加？",
    "企业职工教育经费税前扣除的比例是多少？",
    "How much may a company deduct for employee education expenses?",
    "What percentage of its investment can a certified industry-education integration enterprise offset?",
)


@dataclass(frozen=True, slots=True)
class Words:
    """Every label of the page in one language. Fields with ``{}`` are filled by ``str.format``."""

    tag: str
    """The language as HTML names it."""
    name: str
    line: str
    library: str
    account: str
    tab: str
    question: str
    placeholder: str
    ask: str
    filters: str
    jurisdiction: str
    anywhere: str
    kind: str
    both_kinds: str
    policies: str
    cases: str
    as_of: str
    clear: str
    examples: str
    staff: str
    enterprise: str
    empty: tuple[str, ...]
    no_question: str
    looking: str
    filling: str
    filling_at: str
    not_filled: str
    error: str
    internal: str
    bad_date: str
    answer: str
    refusal: str
    nearest: str
    hint: tuple[str, ...]
    notes: str
    conflicts: str
    rule: str
    sources: str
    source: str
    page: str
    pages: str
    number: str
    issued: str
    original: str
    terms: str
    checked: str
    not_checked: str
    footer: str


ZH = Words(
    tag="zh-CN",
    name="产教融合政策与案例助手",
    line="只依据资料库中的文件回答：每句话都标明出处并附原文，没有依据就不回答。",
    library="资料库：{sources} 份文件（政策 {policies}，案例 {cases}）",
    account="当前用户：{name}",
    tab="提问",
    question="问题",
    placeholder="用中文或英文提问，回车提交",
    ask="提问",
    filters="筛选：地区、类别、日期",
    jurisdiction="所在地区（含适用于当地的全国规定）",
    anywhere="不限",
    kind="资料类别",
    both_kinds="不限",
    policies="政策",
    cases="案例与论文",
    as_of="按哪一天的效力回答（年-月-日）",
    clear="清除筛选",
    examples="示例问题",
    staff="院校教职工",
    enterprise="企业负责人",
    empty=("提一个问题，或点一个示例。", "回答与出处并列显示：点句末的编号，即可跳到原文中被引用的字句。"),
    no_question="请先输入问题。",
    looking="正在查找并逐句核对……",
    filling="首次启动，正在把文件收入资料库：{done} / {total}",
    filling_at="完成后会自动回答您的问题。当前文件：{name}",
    not_filled="资料库没有装满：{error}",
    error="无法回答",
    internal="程序内部出错，详情见服务器日志。请重试；如再次出现，请把日志交给维护人员。",
    bad_date="日期 {value!r} 不是“年-月-日”的形式。请在筛选中改成例如 2024-05-01，或清除筛选。",
    answer="回答",
    refusal="资料库回答不了这个问题",
    nearest="最接近的段落（未涵盖所问内容，不能当作答案）",
    hint=("换一种说法，或写明地区、年份或文件名称。", "若用了筛选，请清除后再试。", "若手头有相关文件，可用命令 assistant ingest 收入资料库。"),
    notes="注意",
    conflicts="出处之间数值不一致",
    rule="适用规则：{rule}",
    sources="出处",
    source="出处 {n}",
    page="第 {first} 页",
    pages="第 {first}–{last} 页",
    number="文号 {number}",
    issued="{date} 发布",
    original="原文链接",
    terms="术语对照",
    checked="以上每句话都已与所引原文核对",
    not_checked="未能与原文核对",
    footer="截至 {as_of} 的效力 · 资料库版本 {revision} · 指纹 {fingerprint}",
)

EN = Words(
    tag="en",
    name="Industry-education integration: policies and cases",
    line="Answers from documents only: each sentence is pinned to the words it rests on, or there is no answer.",
    library="Library: {sources} documents ({policies} policies, {cases} cases)",
    account="Signed in as {name}",
    tab="Ask",
    question="Question",
    placeholder="Ask in Chinese or English; Enter submits",
    ask="Ask",
    filters="Filters: place, kind, date",
    jurisdiction="Where you are (national rules that apply there are included)",
    anywhere="anywhere",
    kind="Kind of document",
    both_kinds="all",
    policies="policies",
    cases="cases and papers",
    as_of="Answer as of (year-month-day)",
    clear="Clear filters",
    examples="Example questions",
    staff="College staff",
    enterprise="Enterprise managers",
    empty=(
        "Ask a question, or pick an example.",
        "The answer comes with its sources: the number after a sentence leads to the quoted words, marked in their passage.",
    ),
    no_question="Please write a question first.",
    looking="Searching, and checking each sentence…",
    filling="First start: taking documents into the library, {done} of {total}",
    filling_at="Your question will be answered when this is done. At: {name}",
    not_filled="The library was not filled: {error}",
    error="No answer could be given",
    internal="Something failed inside the program; the server's log says what. Try again, and if it recurs, hand the log to whoever runs this.",
    bad_date="{value!r} is not a date as year-month-day. Change it in the filters, to 2024-05-01 for example, or clear the filters.",
    answer="Answer",
    refusal="The library does not answer this question",
    nearest="The nearest passages (they do not cover what is asked: not an answer)",
    hint=(
        "Put it another way, or name the place, the year or the instrument.",
        "If a filter is set, clear it and ask again.",
        "If you have the document, take it into the library with the command assistant ingest.",
    ),
    notes="Please note",
    conflicts="The sources give different values",
    rule="Rule that applies: {rule}",
    sources="Sources",
    source="Source {n}",
    page="p. {first}",
    pages="pp. {first}–{last}",
    number="No. {number}",
    issued="issued {date}",
    original="original",
    terms="Terms",
    checked="Every sentence above was checked against the words it cites.",
    not_checked="not supported by its source",
    footer="As of {as_of} · library revision {revision} · fingerprint {fingerprint}",
)


def words(language: str) -> Words:
    """Return the labels in ``language``: English for ``en``, else Chinese."""
    return EN if language == "en" else ZH


def chosen_language(remembered: str, accept_language: str) -> str:
    """Return the language that somebody chose before, or the one that their browser prefers."""
    return remembered if remembered in ("zh", "en") else preferred_language(accept_language)


def preferred_language(accept_language: str) -> str:
    """Return the first of a browser's languages that the page speaks, Chinese where there is none.

    >>> preferred_language("de-DE,de;q=0.9,en;q=0.8,zh;q=0.7")
    'en'
    >>> preferred_language("")
    'zh'
    """
    ranked: list[tuple[float, int, str]] = []
    for place, item in enumerate(accept_language.split(",")):
        tag, _, quality = item.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        ranked.append((-weight, place, tag.strip().lower().split("-")[0]))
    return next((tag for _, _, tag in sorted(ranked) if tag in ("zh", "en")), "zh")
