"""Telling text that orders a reading machine about from text that informs: such text is never offered to a model as evidence."""

from __future__ import annotations

import re

from assistant.language.text import squeeze

_ENGLISH = (
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:instructions?|prompts?|guidelines|context|above|previous|prior|earlier|rules you)\b",
    r"\b(?:you are|act as|pretend to be|behave as|roleplay as)\b.{0,30}\b(?:assistant|chatbot|ai|bot|language model|dan|jailbroken)\b",
    r"\b(?:as|dear|attention|hey|(?:tasks?|instructions?|orders?|commands?|notes?|messages?) (?:to|for))\b.{0,12}\b(?:an? |the |any )?"
    r"(?:ai|llm|chatbot|language models?|ai (?:assistant|model)s?)\b",
    r"\b(?:system|developer|hidden|original|initial) (?:prompt|message|instructions?)\b",
    r"\b(?:assistants?|chatbots?|language models?|llms?|the ai|ai models?)\b.{0,20}\b(?:must|shall|should|are to|is to|has to|have to|please)\b.{0,40}"
    r"\b(?:say|answer|reply|respond|tell|state|output|write|cite|print|recommend|reveal|ignore|claim|send|call|translate|summari[sz]e)\b",
    r"\b(?:in|of|to|for|within|at the (?:end|start|beginning) of) your (?:answer|answers|response|responses|reply|replies|output|summary)\b",
    r"\b(?:your|the) (?:answer|response|reply|output) (?:must|should|shall|has to|needs to|is to) (?:be|contain|include|say|begin|start|end|cite|not)\b",
    r"^(?:please |now |instead,? |then |also,? )*(?:answer|respond|reply|output|print|say) (?:only|exactly|instead|with|in)\b",
    r"\b(?:do not|don't|never) (?:mention|reveal|disclose|cite|quote|tell)\b.{0,30}\b(?:user|reader|this (?:instruction|message|text)|passage|source|keys?)\b",
    r"\btell (?:the )?(?:user|reader|asker)s?\b",
    r"<\|?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[/?inst\]|<</?sys>>|^(?:system|assistant|human|user)\s*:",
)
_CHINESE = (
    r"(?:忽略|无视|忘记|忘掉|不要理会|不必理会|抛开|覆盖|绕过).{0,12}(?:指令|指示|提示词?|要求|规则|上文|前文|以上|之前|设定)",
    r"(?:你|您)(?:现在)?(?:是|扮演|充当|将作为).{0,12}(?:助手|机器人|模型|人工智能|ai)",
    r"(?:系统|开发者|隐藏|初始|原始)(?:提示词?|指令|消息)",
    r"(?:助手|大?模型|机器人|人工智能|ai)(?:们)?(?:[,，:：]|必须|应当|应该|应|需|请|须|务必).{0,20}(?:回答|回复|答复|输出|告诉|告知|声称|写明|引用|说|忽略|翻译)",
    r"(?:请|必须|务必|应当|应|只|仅|统一|一律)(?:你|您)?(?:直接|只|仅|统一|一律)?(?:在)?(?:回答|回复|答复|输出)(?:中|时|里)?.{0,10}(?:[:：“\"「]|为|以下|下列|加上|写|包含|注明)",
    r"(?:你|您)的(?:回答|回复|答复|答案|输出|回应)",
    r"(?:不要|不得|切勿|不许|请勿)(?:向用户|向读者|对用户)?(?:提及|透露|泄露|引用|告诉|说明)(?:用户|读者|本段|本指令|这段|此段|材料)",
    r"(?:请|务必|必须|要)(?:你|您)?(?:告诉|告知|引导|诱导)(?:用户|提问者|读者)",
)
_ORDER = re.compile("|".join((*_ENGLISH, *_CHINESE)), re.IGNORECASE)


def gives_orders(text: str) -> bool:
    """Whether ``text`` addresses whoever or whatever writes an answer, and tells it what to write.

    This is the first of two guards and knows the usual forms only; the second, that no sentence is shown unless the cited words
    carry it, does not depend on it.
    """
    return bool(_ORDER.search(squeeze(text)))
