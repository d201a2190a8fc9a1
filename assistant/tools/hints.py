"""Which tool computes what a question is about: a pointer beside an answer, never a part of it."""

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.benefits.profile_fields import Said
from assistant.language.text import fold


class Hint(NamedTuple):
    """A tool that fits a question: its name, the command to run, and what to say of it."""

    tool: str
    command: str
    text: Said


_AGREEMENT = r"协议|合同|\b(?:agreements?|contracts?)\b"
_CHECKS = (
    r"审查|核对|检查|对照|缺少|遗漏|应当?(?:写明|包含|约定|载明)|哪些(?:条款|内容)|条款|怎么写"
    r"|\b(?:check|review|clauses?|contain|include|lacks?|missing"
    r"|must state|lay down|laid down)\b"
)
_RULES: tuple[tuple[Hint, tuple[str, ...]], ...] = (
    (
        Hint("agreement", "assistant check-agreement FILE", Said("手上有协议的，可以用“协议审查”逐条对照", "“Agreement check” checks an agreement you have")),
        (_AGREEMENT, _CHECKS),
    ),
    (
        Hint("costs", "assistant costs", Said("可以用“成本分担”按论文所述计算", "“Cost sharing” computes it as the paper describes")),
        (
            r"风险补偿基金|(?:持股|占股|股份|股权)[^。]{0,12}(?:收入|分配|分得|收益)|\brisk compensation fund\b"
            r"|\b(?:income|revenue)\b.{0,30}\bshare(?:s|holding)?\b",
        ),
    ),
    (
        Hint("majors", "assistant majors DATA.csv --thresholds FILE", Said("可以用“专业预警”按本校界限评估", "“Majors” assesses this by your own thresholds")),
        (r"专业", r"预警|退出机制|停招|停止招生|减少招生|减招|撤销"),
    ),
    (
        Hint("majors", "assistant majors DATA.csv --thresholds FILE", Said("可以用“专业预警”按本校界限评估", "“Majors” assesses this by your own thresholds")),
        (r"\bmajors?\b", r"\bearly warning\b|\bexit\b|\bsuspend\w*|\breduc\w+ enrol\w+|\bstop\w* enrol\w+"),
    ),
    (
        Hint("monitor", "assistant monitor DATA.csv", Said("可以用“动态监测”对本校数据计算", "“Monitoring” computes this for your own data")),
        (
            r"动态监测|季度(?:监测|报告)|连续\S{0,6}(?:个)?月[^。]{0,6}下降|监测数据|\bmonitoring (?:system|data|report|mechanism)\b"
            r"|\bthree (?:consecutive )?months in a row|\bdynamic monitoring\b",
        ),
    ),
    (
        Hint("index", "assistant index --scores FILE.yaml", Said("可以用“质量指数”计算本校得分", "“Quality index” computes it for your own scores")),
        (
            r"质量(?:评价)?(?:指数|指标)|评价指标|指标体系|综合得分|评价主体|\bquality index\b|\bindex system\b"
            r"|\bevaluation ind(?:ex|icators?)\b|\bcomposite score\b",
        ),
    ),
    (
        Hint("map", "assistant map --search WORDS", Said("可以用“专业群与产业链”查找和匹配", "“Groups and chains” searches and matches this")),
        (r"专业群|产业链(?:图谱|对接|环节)|\b(?:major|professional) groups?\b|\bindustr(?:y|ial) chain\b",),
    ),
    (
        Hint("benefits", "assistant benefits --profile FILE.yaml", Said("可以用“权益测算”按企业情况计算", "“Benefits” computes it for your enterprise")),
        (
            r"抵免|抵扣|减免|补贴|税收优惠|\b(?:offset|deduct\w*|subsid\w+|tax (?:reliefs?|incentives?))\b",
            r"多少|比例|能(?:享受|申请|抵)|可以(?:享受|抵|申请)|\b(?:how much|share|percent\w*|rate|can|may)\b",
        ),
    ),
)
_COMPILED = tuple((hint, tuple(re.compile(pattern) for pattern in patterns)) for hint, patterns in _RULES)


def hint_for(question: str) -> Hint | None:
    """Return the tool that computes what a question is about, or nothing.

    >>> hint_for("校企合作协议应当写明哪些条款？").tool
    'agreement'
    """
    folded = fold(question)
    return next((hint for hint, patterns in _COMPILED if all(pattern.search(folded) for pattern in patterns)), None)
