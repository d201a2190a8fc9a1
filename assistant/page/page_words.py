"""The words of the page itself, in both of its languages. What an answer says is not here: that comes from the pipeline."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGE_COOKIE = "language"
"""Holds ``zh`` or ``en``, as somebody last chose; ``page.js`` writes it."""


@dataclass(frozen=True, slots=True)
class Words:
    """Every label of the page in one language. Fields with ``{}`` are filled by ``str.format``."""

    tag: str
    """The language as HTML names it."""
    name: str
    line: str
    library: str
    account: str
    filling: str
    filling_at: str
    not_filled: str
    error: str
    internal: str
    unavailable: str
    disk_full: str


ZH = Words(
    tag="zh-CN",
    name="产教融合政策与案例助手",
    line="只依据资料库中的文件回答：每句话都标明出处并附原文，没有依据就不回答。",
    library="资料库：{sources} 份文件（政策 {policies}，案例 {cases}）",
    account="当前用户：{name}",
    filling="首次启动，正在把文件收入资料库：{done} / {total}",
    filling_at="完成后会自动回答您的问题。当前文件：{name}",
    not_filled="资料库没有装满：{error}",
    error="无法回答",
    internal="程序内部出错，详情见服务器日志。请重试；如再次出现，请把日志交给维护人员。",
    unavailable="资料库暂时无法使用，原因见服务器日志。请稍后再试；如再次出现，请联系维护人员。",
    disk_full="服务器磁盘空间不足。请维护人员清理空间后再试：没有丢失任何内容。",
)

EN = Words(
    tag="en",
    name="Industry-education integration: policies and cases",
    line="Answers from documents only: each sentence is pinned to the words it rests on, or there is no answer.",
    library="Library: {sources} documents ({policies} policies, {cases} cases)",
    account="Signed in as {name}",
    filling="First start: taking documents into the library, {done} of {total}",
    filling_at="Your question will be answered when this is done. At: {name}",
    not_filled="The library was not filled: {error}",
    error="No answer could be given",
    internal="Something failed inside the program; the server's log says what. Try again, and if it recurs, hand the log to whoever runs this.",
    unavailable="The library cannot be used now; the server's log says why. Try again, and if it recurs, tell whoever runs this.",
    disk_full="No space is left on the server's disk. Let whoever runs this free some, then try again: nothing was lost.",
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
