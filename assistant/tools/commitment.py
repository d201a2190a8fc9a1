"""Whether a clause binds anybody: what is left for later, hedged, permitted only, or denied.

Denial is read by its reach: in its own part of the sentence, before the thing in a list, or in the lead-in of the list that
the clause is an item of. Patterns read folded text, in both languages alike.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from assistant.benefits.profile_fields import Said
from assistant.documents import Span
from assistant.language.modality import read_modes

DEFERS = Said("提到了，但留待另行商定，没有定下来", "is spoken of, but left to be settled later")
HEDGES = Said("提到了，但措辞留有余地，不构成确定的义务", "is spoken of, but hedged, so that nobody is bound")

_DEFERRED = re.compile(
    r"另行(?:协商|约定|商定|确定|商议)|另(?:议|定)(?![一-鿿]*(?:协议|合同))|待(?:定|商|确定)|再行?(?:商定|协商|约定)|由双方(?:届时|另行)"
    r"|(?<!经)(?<!双方)协商(?:确定|解决|议定)|_{2,}|\[\s*\]|\(\s{2,}\)"
    r"|\b(?:to be|will be|shall be) (?:agreed|settled|decided|determined|negotiated|discussed|specified)\b"
    r"(?! (?:within|by the|each|every|annual|month|quarter|half|no later|not later|on the|in full|at the end))"
    r"|\bagreed (?:separately|later|in due course)\b|\btbd\b"
    r"|\b(?:settled|decided|determined|negotiated) (?:later|separately|in due course|at a later)\b"
)
_HEDGED = re.compile(
    r"视(?:情况|具体|效益|经营|科室|公司|企业|单位)|酌情|自行(?:决定|确定)|可以不|尽量|尽可能|力争|争取|原则上|一般(?:情况下|不)"
    r"|是否|如有(?:需要|必要|条件)|条件(?:允许|具备)(?:时|的)|适时|根据(?:实际)?(?:需要|情况)|除外|确有需要"
    r"|\bat (?:its|their|the) (?:own |sole )?discretion|\bdiscretion of\b|\bwhere (?:possible|appropriate|practicable)"
    r"|\bas far as (?:possible|practicable)|\bin principle\b|\bas a rule\b|\bendeavou?rs?\b|\bbest efforts\b"
    r"|\bif (?:necessary|needed|required|conditions permit)\b|\bwhenever\b|\bwhether\b"
    r"|\bif (?:it|he|she|they) (?:thinks?|sees?|so wish(?:es)?|wish(?:es)?|so chooses?)\b|\bfrom time to time\b|\bas (?:appropriate|needed|required)\b"
    r"|\bexcept(?:ing)? (?:where|when|if|as|in)\b|\bunless\b|\bneed not\b(?! (?:pay|bear|provide|give))|\bdepending on\b"
)
_LAWFUL = re.compile(
    r"除法律法规另有规定外?|法律[、]?法规另有规定的除外|除国家另有规定外?|unless (?:the )?law (?:otherwise )?provides"
    r"|except (?:as|where) (?:otherwise )?(?:provided|permitted|allowed|required) by (?:law|regulations?|the state)"
)
_DENIAL = re.compile(
    r"零收|免(?:收|缴|交|除|费)|杜绝|谢绝|拒绝(?=安排|收)"
    r"|(?:有权|可以?|得以?)(?:予以)?拒绝|严禁|禁止|不再|不予|不(?:收|向|安排|组织|扣|要求|得|可|能|应|许|准|允|委托|通过|接[收受])"
    r"|均不|也不|亦不|无须|无需"
    r"|\bruled out\b|\bout of the question\b|\brefrains? from\b|\bfree of charge\b|\bexempt from\b"
    r"|\bexcluded\b|\bprohibited\b|\bforbidden\b|\bneither\b|\bnor\b|\bnone\b|\bnever\b"
    r"|\bnothing\b|\bdeclines?\b"
    r"|\b(?:may|can|right to|entitled to|free to) (?:refuse|decline|reject)\b|\bunder no circumstances\b|\bavoid(?:s|ed)?\b"
)
_BAN = re.compile(r"禁止|严禁|不得|杜绝|负面清单|\b(?:prohibited|prohibitions?|forbidden|excluded|exclusions|banned|ruled out|(?:shall|may|must) not)\b")
_NAME_BLANK = re.compile(
    r"(?:[甲乙丙丁]方|学校|单位|企业|学生|监护人|家长|姓名|签[字名章]|盖章|代表|电话|日期|专业|学号|"
    r"\b(?:student|guardian|parent|party [a-d]|school|signature|signed|"
    r"name|accepted|seen|date|tel)\b)[^_。;]{0,12}(?:_{2,}|\(\s{2,}\))"
)
"""A blank for a name or a signature leaves nothing to be settled."""
_ONLY = re.compile(r"\bonly (?:after|once|when|if|upon|with)\b|方可|方能|后方|才(?:可|能)")
_TWICE = re.compile(r"不(?:得|可|能|应)(?:无故|擅自)?(?:拒绝|推脱|推诿|逃避)|\b(?:may|shall|must|can) ?not (?:refuse|decline|reject)\b")
"""Denies a refusal: what may not be refused has to be done."""
_CONTRAST = re.compile(r"但(?!书)|而是|然而|\bbut\b|\bhowever\b|\binstead\b")
_RESTART = re.compile(
    r"(?:学校|企业|学生|[甲乙丙丁]方|双方|各方)(?!等|本人)|(?<![相供])应(?=[当按在向由为于])|须|必须|需(?=[要缴交支])|负责"
    r"|\b(?:shall|must|will|has to|have to|pays?|is required|are required)\b"
)
_DUTY = re.compile(r"须|必须|应当|\b(?:shall|must|has to|have to)\b")
"""What an item says when it does not go on with its lead-in but begins anew."""
_BELOW = re.compile("[未不]满")
"""未满16周岁 gives an age and denies nothing."""
_NO_SUBJECT = re.compile(r"\W*(?:[a-z0-9.]{1,4}[.)]?\s)?(no|neither|none of)\b")
"""A sentence whose subject is denied: "No deposit, fee or other charge shall be collected"."""
_TOPIC = re.compile(
    r"\W*(?:[a-z0-9.]{1,4}[.)]?\s)?(?P<en>(?:(?!\b(?:is|are|shall|may|must|will|can|does|do|has|have|pays|works|takes)\b)[^.;:]){3,140}?)"
    r"\b(?:is|are|shall|may|must|will|can|does|do) (?:be )?(?:not|never|ruled out|excluded|prohibited|forbidden|banned)\b"
    r"|(?P<zh>[^。;:,]{2,60}[,，]?)(?:双方|各方|学校|企业)?(?:一律|均|都|概|全部|一概)(?:不|免|严禁|禁止|无)"
)
"""What a sentence begins with and then denies: "Dangerous or heavy work is not assigned", 夜班、加班，一律不安排."""
_PIECE = re.compile(r"[,，;；。:：]|(?<!\d)\.(?!\d)")
_PERMITS = ("permit", "encourage")


def weakness(text: str, things: Iterable[re.Pattern[str]], soft: bool) -> Said | None:
    """Return why a clause that speaks of some things binds nobody, if so.

    Args:
        soft: whether a permission or a hedge is enough.
    """
    body = _NAME_BLANK.sub("", _LAWFUL.sub("", text))
    if _DEFERRED.search(body):
        return DEFERS
    if soft:
        return None
    if _HEDGED.search(body):
        return HEDGES
    place = next((place for thing in things if (place := thing.search(body))), None)
    if place is None:
        return None
    piece = _piece(body, place.start())
    modes = read_modes(body[piece.start : piece.end], [])
    permits = any(mode.value in _PERMITS and piece.start + mode.span.start < place.end() for mode in modes)
    binds = any(mode.value in ("prohibit", "not", "oblige") for mode in modes) or any(p.search(body, *piece) for p in (_DENIAL, _ONLY))
    return HEDGES if permits and not binds else None


def _piece(body: str, place: int) -> Span:
    """Return the range between the marks of punctuation around a place."""
    start = max((m.end() for m in _PIECE.finditer(body, 0, place)), default=0)
    stop = _PIECE.search(body, place)
    return Span(start, stop.start() if stop else len(body))


def is_prohibition(words: str) -> bool:
    """Whether words forbid or deny something."""
    modes = read_modes(words, [])
    return bool(_DENIAL.search(words)) or any(mode.value in ("prohibit", "not") for mode in modes)


def is_ban(heading: str) -> bool:
    """Whether a heading forbids what stands under it."""
    return bool(_BAN.search(heading))


def is_denied(body: str, place: Span, lead: str) -> bool:
    """Whether a thing is denied or forbidden: in its own part of the sentence, before it in a list, or in the list's lead-in."""
    body = _TWICE.sub(lambda m: "应".ljust(len(m[0])), _BELOW.sub("低于", body))
    piece = _piece(body, place.start)
    denials = sorted({m.start() for m in _DENIAL.finditer(body)} | {m.span.start for m in read_modes(body, []) if m.value in ("prohibit", "not")})
    inside = [d for d in denials if piece.start <= d < max(piece.end, place.end)]
    if any(place.start <= d < place.end or not _CONTRAST.search(body, min(d, place.start), max(d, place.start)) for d in inside):
        return True
    if (subject := _NO_SUBJECT.match(body)) and subject.start(1) < place.start and not _CONTRAST.search(body, subject.start(1), place.start):
        return True
    if (topic := _TOPIC.match(body)) and place.start < topic.end(topic.lastgroup or 0):
        return True
    before = [d for d in denials if d < piece.start]
    if before and not _RESTART.search(body, piece.start, piece.end):
        between = body[before[-1] : place.start]
        later = list(_PIECE.finditer(body, before[-1], piece.start))
        restarted = any(_RESTART.search(body, a.end(), b.start()) for a, b in itertools.pairwise(later))
        if not _CONTRAST.search(between) and not restarted and not re.search(r"[。;；]", between):
            return True
    return bool(lead) and is_prohibition(_last_piece(lead)) and not _DUTY.search(body, 0, place.start)


def _last_piece(lead: str) -> str:
    return re.split(r"[,，;；。]", lead.rstrip(":： "))[-1]
