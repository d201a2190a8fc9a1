"""What the product says about a chat model's part in an answer, in the reader's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assistant.exchange import Fault, Notice, Trouble, Withheld

_TROUBLES = {
    Trouble.TIMEOUT: ("{model} did not finish in time", "{model}未在限定时间内完成"),
    Trouble.RATE_LIMIT: ("{model} takes no more requests for now (429)", "{model}当前请求过多（429）"),
    Trouble.SERVER_ERROR: ("{model} failed on its server", "{model}的服务器出错"),
    Trouble.UNREACHABLE: ("{model} cannot be reached", "无法连接{model}"),
    Trouble.NOT_OPENED: ("{model} cannot be opened (assistant doctor says why)", "无法启用{model}（运行assistant doctor查看原因）"),
    Trouble.REFUSED: ("{model} refused the key", "{model}拒绝了密钥"),
    Trouble.NO_MODEL: ("the provider does not know {model}", "服务方没有{model}这个模型"),
    Trouble.REJECTED: ("{model} rejected the request", "{model}拒绝了请求"),
    Trouble.BROKEN: ("{model} broke off", "{model}的回答中途断开"),
    Trouble.OVERFLOW: ("{model} cannot take that much text", "材料超出{model}的上下文长度"),
    Trouble.EMPTY: ("{model} said nothing", "{model}没有给出内容"),
    Trouble.LANGUAGE: ("{model} answered in another language", "{model}没有用提问的语言作答"),
    Trouble.BUDGET: ("the budget for {model} is spent", "{model}的用量已达上限"),
    Trouble.NO_ANSWER: ("{model} found no answer in the passages", "{model}未在材料中找到答案"),
    Trouble.UNPROVEN: ("no sentence of {model} held against the words that it cites", "{model}所写的语句均未通过与原文的核对"),
}
_INSTEAD = ("; the answer is quoted from the texts instead.", "，以下改为直接引用原文作答。")
_FAULTS = {
    Fault.NO_KEY: ("no source cited", "未注明出处"),
    Fault.UNKNOWN_KEY: ("source does not exist", "所注出处不存在"),
    Fault.FIGURE: ("figure not in the cited text", "引文中没有该数字"),
    Fault.MODALITY: ("says must, may or must not otherwise than the cited text", "“应当”“可以”等用语与引文不符"),
    Fault.NEGATION: ("denies what the cited text says, or the reverse", "肯定与否定同引文相反"),
    Fault.BOUND: ("makes a maximum of a minimum, or the reverse", "“至多”“至少”与引文不符"),
    Fault.ACTOR: ("speaks of somebody else than the cited text", "所涉主体与引文不符"),
    Fault.CONDITION: ("leaves out a condition of the cited text", "遗漏引文中的条件"),
    Fault.SCOPE: ("says it of more than the cited text does", "超出引文的范围"),
    Fault.STANDING: ("states as a rule what is only proposed or reported", "把建议或转述写成了规定"),
    Fault.INSTRUMENT: ("names another instrument than it cites", "所称文件与引文不符"),
    Fault.LANGUAGE: ("not in the language of the question", "未用提问的语言"),
    Fault.WORDING: ("not carried by the cited text", "引文不能支持"),
}


def failure(trouble: Trouble, model: str, language: str) -> Notice:
    """Return the notice that the model failed and the texts are quoted instead."""
    zh = language == "zh"
    words = _TROUBLES[trouble][zh].format(model=model) + _INSTEAD[zh]
    return Notice(trouble, words if words.startswith(model) else words[:1].upper() + words[1:])


def fault_words(fault: Fault, language: str) -> str:
    """Return what is wrong with a sentence, in a few words."""
    return _FAULTS[fault][language == "zh"]


def withheld_notice(withheld: Sequence[Withheld], language: str) -> Notice:
    """Return how many sentences were withheld, and why, the commonest reason first."""
    kinds = [fault for fault, _ in Counter(w.fault for w in withheld).most_common()]
    number = len(withheld)
    if language == "zh":
        return Notice(Trouble.WITHHELD, f"{number}句未予显示：{'；'.join(fault_words(k, language) for k in kinds)}。")
    return Notice(Trouble.WITHHELD, f"{number} {'sentence' if number == 1 else 'sentences'} withheld: {'; '.join(fault_words(k, language) for k in kinds)}.")


def part_notice(part: str, language: str) -> Notice:
    """Return that one part of the question is not answered."""
    return Notice(Trouble.PART, f"资料库没有回答这一部分：{part}" if language == "zh" else f"The library does not answer this part: {part}")
