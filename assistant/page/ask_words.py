"""The words of the tab where questions are asked, in both languages. What an answer says is not here: that comes from the pipeline."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AskWords:
    """Every label of the tab in one language. Fields with ``{}`` are filled by ``str.format``."""

    tab: str
    conversation: str
    question: str
    placeholder: str
    ask: str
    stop: str
    new: str
    markdown: str
    word: str
    export_title: str
    filters: str
    jurisdiction: str
    anywhere: str
    kind: str
    both_kinds: str
    policies: str
    cases: str
    status: str
    any_status: str
    as_of: str
    clear: str
    drop: str
    asked_within: str
    at_day: str
    roles: tuple[tuple[str, tuple[str, ...]], ...]
    """The examples: a role, and questions that people in it ask."""
    empty: tuple[str, ...]
    no_question: str
    looking: str
    stopped: str
    bad_date: str
    condensed: str
    answer: str
    refusal: str
    missing: str
    nearest: str
    better: str
    unfiltered: str
    hint: tuple[str, ...]
    next: str
    follow_ups: tuple[str, ...]
    """Questions that lean on the one before; offered where the library answers them."""
    notes: str
    conflicts: str
    rule: str
    sources: str
    chip: str
    open: str
    page: str
    pages: str
    number: str
    issued: str
    original: str
    terms: str
    checked: str
    not_checked: str
    withheld: str
    written_by: str
    usage: str
    cost: str
    footer: str
    actions: str
    copy: str
    copied: str
    again: str
    helpful: str
    unhelpful: str
    thanks: str
    should_decline: str
    noted_decline: str
    wrong: str
    noted_wrong: str
    holds: str
    noted_holds: str
    viewer: str
    viewer_empty: str
    close: str
    printed: str
    printed_alt: str
    text: str
    cited_here: str
    gone: str


ZH = AskWords(
    tab="提问",
    conversation="对话",
    question="问题",
    placeholder="用中文或英文提问，回车提交；可以接着追问",
    ask="提问",
    stop="停止",
    new="新对话",
    markdown="导出 Markdown",
    word="导出 Word",
    export_title="产教融合政策与案例：问答记录",
    filters="筛选：地区、类别、时效、日期",
    jurisdiction="所在地区（含适用于当地的全国规定）",
    anywhere="不限",
    kind="资料类别",
    both_kinds="不限",
    policies="政策",
    cases="案例与论文",
    status="时效性",
    any_status="不限（已废止的只在点名询问时引用）",
    as_of="按哪一天的效力回答（年-月-日）",
    clear="清除全部筛选",
    drop="取消筛选：{filter}",
    asked_within="筛选范围：{filters}",
    at_day="截至 {day}",
    roles=(
        ("院校教职工", ("实习生的报酬最低标准是多少？", "职业学校可以向学生收取实习押金吗？", "重庆“双师型”教师占比是多少？")),
        ("企业负责人", ("产教融合型企业的投资按什么比例抵免教育费附加？", "企业职工教育经费税前扣除的比例是多少？", "企业接收实习生不得有哪些行为？")),
        ("管理人员", ("《中华人民共和国职业教育法》自何时起施行？", "学生实习期间每天可以工作多少小时？", "学校安排实习不得有哪些情形？")),
    ),
    empty=("提一个问题，或点一个示例。", "每句话都带编号：点编号，右侧即打开原文，并标出所引的字句。"),
    no_question="请先输入问题。",
    looking="正在查找并逐句核对……",
    stopped="已停止。以上各句均已核对，但回答不完整。",
    bad_date="日期 {value!r} 不是“年-月-日”的形式。请在筛选中改成例如 2024-05-01，或清除筛选。",
    condensed="按上文理解为：{question}",
    answer="回答",
    refusal="资料库回答不了这个问题",
    missing="资料中缺少：",
    nearest="最接近的段落（未涵盖所问内容，不能当作答案）",
    better="资料库能够回答的相近问题",
    unfiltered="不加筛选再问一次",
    hint=("换一种说法，或写明地区、年份或文件名称。", "若用了筛选，请清除后再试。", "若手头有相关文件，请资料管理员收入资料库。"),
    next="接着问",
    follow_ups=("需要满足哪些条件？", "自何时起施行？", "由哪个部门负责？"),
    notes="注意",
    conflicts="出处之间数值不一致",
    rule="适用规则：{rule}",
    sources="出处",
    chip="出处 {n}：{title} {locator}，打开原文",
    open="打开原文",
    page="第 {first} 页",
    pages="第 {first}–{last} 页",
    number="文号 {number}",
    issued="{date} 发布",
    original="原文链接",
    terms="术语对照",
    checked="以上每句话都已与所引原文核对",
    not_checked="未能与原文核对",
    withheld="模型写的 {count} 句话未通过核对，未予采用",
    written_by="由 {model} 撰写",
    usage="{model}：{calls} 次调用，{tokens} 词元，{seconds:.1f} 秒",
    cost="，费用 {cost:.4f}",
    footer="截至 {as_of} 的效力 · 资料库版本 {revision} · 指纹 {fingerprint}",
    actions="对这一回答的操作",
    copy="复制（含出处）",
    copied="已复制",
    again="重新回答",
    helpful="有帮助",
    unhelpful="没有帮助",
    thanks="已记录，谢谢。",
    should_decline="本应拒答",
    noted_decline="已记录：本应拒答。",
    wrong="出处不对",
    noted_wrong="已记为不对的出处",
    holds="这段就是答案",
    noted_holds="已记为答案所在",
    viewer="原文",
    viewer_empty="点回答中的编号，这里会打开原文，并标出所引的字句。",
    close="关闭原文",
    printed="原件页面，第 {page} 页，共 {pages} 页",
    printed_alt="原件第 {page} 页，已标出所引字句：{quote}",
    text="文字",
    cited_here="所引段落",
    gone="这份文件已被替换或移出资料库，无法打开当时的原文。请重新提问。",
)

EN = AskWords(
    tab="Ask",
    conversation="Conversation",
    question="Question",
    placeholder="Ask in English or Chinese; Enter submits; follow-ups are understood",
    ask="Ask",
    stop="Stop",
    new="New conversation",
    markdown="Export Markdown",
    word="Export Word",
    export_title="Industry-education integration: questions and answers",
    filters="Filters: place, kind, status, date",
    jurisdiction="Where you are (national rules that apply there are included)",
    anywhere="anywhere",
    kind="Kind of document",
    both_kinds="all",
    policies="policies",
    cases="cases and papers",
    status="Status",
    any_status="any (repealed texts only when asked for by name)",
    as_of="Answer as of (year-month-day)",
    clear="Clear all filters",
    drop="Remove filter: {filter}",
    asked_within="Filters: {filters}",
    at_day="as of {day}",
    roles=(
        (
            "College staff",
            (
                "What is the minimum pay of interns?",
                "May a vocational school charge students an internship deposit?",
                "Can a school keep the income from school-enterprise cooperation?",
            ),
        ),
        (
            "Enterprise managers",
            (
                "What percentage of its investment can a certified industry-education integration enterprise offset?",
                "How much may a company deduct for employee education expenses?",
                "What may an enterprise that takes interns not do?",
            ),
        ),
        (
            "Administrators",
            (
                "Since when is the Vocational Education Law in force?",
                "How many hours a day may interns work?",
                "How much of the income from cooperation may go to performance pay?",
            ),
        ),
    ),
    empty=("Ask a question, or pick an example.", "Each sentence has a number: it opens the source beside it, with the quoted words marked."),
    no_question="Please write a question first.",
    looking="Searching, and checking each sentence…",
    stopped="Stopped. Every sentence above was checked, but the answer is not complete.",
    bad_date="{value!r} is not a date as year-month-day. Change it in the filters, to 2024-05-01 for example, or clear the filters.",
    condensed="Taken as: {question}",
    answer="Answer",
    refusal="The library does not answer this question",
    missing="Missing from the library: ",
    nearest="The nearest passages (they do not cover what is asked: not an answer)",
    better="Questions like it that the library answers",
    unfiltered="Ask again without filters",
    hint=(
        "Put it another way, or name the place, the year or the instrument.",
        "If a filter is set, clear it and ask again.",
        "If you have the document, a librarian can take it into the library.",
    ),
    next="Ask next",
    follow_ups=("What conditions must be met?", "Since when does it apply?", "Which authority is responsible?"),
    notes="Please note",
    conflicts="The sources give different values",
    rule="Rule that applies: {rule}",
    sources="Sources",
    chip="Source {n}: {title} {locator}, open",
    open="Open the source",
    page="p. {first}",
    pages="pp. {first}–{last}",
    number="No. {number}",
    issued="issued {date}",
    original="original",
    terms="Terms",
    checked="Every sentence above was checked against the words it cites.",
    not_checked="not supported by its source",
    withheld="Sentences of the model that did not hold and are not used: {count}",
    written_by="Written by {model}",
    usage="{model}: {calls} calls, {tokens} tokens, {seconds:.1f} s",
    cost=", cost {cost:.4f}",
    footer="As of {as_of} · library revision {revision} · fingerprint {fingerprint}",
    actions="What to do with this answer",
    copy="Copy with references",
    copied="Copied",
    again="Answer again",
    helpful="Helpful",
    unhelpful="Not helpful",
    thanks="Noted, thank you.",
    should_decline="It should have declined",
    noted_decline="Noted: it should have declined.",
    wrong="Wrong source",
    noted_wrong="Noted as a wrong source",
    holds="This passage answers it",
    noted_holds="Noted as the answer's place",
    viewer="Source",
    viewer_empty="The number after a sentence opens its source here, with the quoted words marked.",
    close="Close the source",
    printed="The original, page {page} of {pages}",
    printed_alt="Page {page} of the original, with the quoted words marked: {quote}",
    text="Text",
    cited_here="cited passage",
    gone="This document was replaced or removed, so its text of then cannot be opened. Ask the question again.",
)


def ask_words(language: str) -> AskWords:
    """Return the labels in ``language``: English for ``en``, else Chinese."""
    return EN if language == "en" else ZH
