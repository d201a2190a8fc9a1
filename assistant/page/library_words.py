"""The words of the library tab in both languages: its labels, the closed vocabularies of metadata, and what went wrong with a file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.answers.labels import AUTHORITY, STATUS
from assistant.benefits.profile_fields import Said
from assistant.documents import Audience, Kind, PassageKind, Standing

TAB = Said("资料库", "Library")
SEARCH = Said("查找文件（标题、文号或编号）", "Find a document (title, number or id)")
KIND, STATUS_LABEL, ALL = Said("资料类别", "Kind"), Said("时效性", "Status"), Said("不限", "all")
MORE = Said("显示更多", "Show more")
FIND = Said("在本文件中查找", "Find in this document")
UPLOAD = Said("上传文件", "Take in files")
DROP = Said("把文件拖到这里，或点击选择（可多选）", "Drop files here, or click to choose (several at once)")
KNOWN = Said("补充信息（适用于本次上传的全部文件，留空则以文件所载为准）", "What is known of all these files (what is left empty is read from each file)")
TAKE = Said("收入资料库", "Take in")
AMEND, SAVE = Said("修改文件信息", "Correct what is known of it"), Said("保存修改", "Save")
REPLACE, NEW_VERSION = Said("换成新版本", "Replace by a new version"), Said("用这个文件替换", "Replace by this file")
REPLACE_DROP = Said("新版本文件（编号和文件信息保持不变）", "The new version (id and what is known of it stay)")
REINDEX = Said("重新读取并建立索引", "Read and index anew")
REMOVE, CONFIRM, CANCEL = Said("移除……", "Remove…"), Said("确认移除，不可恢复", "Remove for good"), Said("不移除", "Keep it")
MAINTENANCE = Said("资料库维护", "Maintenance")
CHECK, REBUILD = Said("检查并修复", "Check and mend"), Said("重建向量索引", "Fill the vector index again")

AS_READ = Said("以文件所载为准", "as the file says")
UNKNOWN_PLACE = Said("不明", "unknown")
KINDS: Mapping[Kind, Said] = {Kind.POLICY: Said("政策", "policy"), Kind.CASE: Said("案例与论文", "case or paper")}
AUDIENCES: Mapping[Audience, Said] = {
    Audience.PUBLIC: Said("公开", "everybody"),
    Audience.STAFF: Said("仅教职员工", "staff only"),
    Audience.ENTERPRISE: Said("仅企业用户", "enterprises only"),
}
STANDINGS: Mapping[Standing, Said] = {
    Standing.TEXT: Said("原文或其摘要", "the text itself, or a digest of it"),
    Standing.SECONDARY: Said("他处转述，未读原文", "reported by others, text not read"),
    Standing.OBSERVED: Said("案例所见", "observed in a case"),
    Standing.REPORTED: Said("作者所述数据", "a figure that an author gives"),
    Standing.PROPOSAL: Said("作者建议", "a proposal of the authors"),
}
LANGUAGES = {"zh": Said("中文", "Chinese"), "en": Said("英文", "English")}
PASSAGE_KINDS: Mapping[PassageKind, Said] = {
    PassageKind.ARTICLE: Said("条文", "article"),
    PassageKind.PARAGRAPH: Said("段落", "paragraph"),
    PassageKind.LIST: Said("列表", "list"),
    PassageKind.ROW: Said("表格行", "table row"),
    PassageKind.TITLE: Said("标题与署名", "title and imprint"),
    PassageKind.REFERENCE: Said("参考文献，不参与回答", "references, never quoted"),
    PassageKind.BOILERPLATE: Said("版面文字，不参与回答", "boilerplate, never quoted"),
}


_VOCABULARIES: dict[str, dict[str, Said]] = {
    "kind": {value.value: said for value, said in KINDS.items()},
    "authority": {value.value: Said(zh, en) for value, (en, zh) in AUTHORITY.items()},
    "status": {value.value: Said(zh, en) for value, (en, zh) in STATUS.items()},
    "audience": {value.value: said for value, said in AUDIENCES.items()},
    "standing": {value.value: said for value, said in STANDINGS.items()},
    "language": LANGUAGES,
}


def vocabulary(name: str) -> Mapping[str, Said]:
    """Return the legal values of a closed field of metadata with their names, in the order in which they are offered."""
    return _VOCABULARIES[name]


# -- what became of files --------------------------------------------------------------------------------------------

OUTCOMES = {
    "waiting": Said("等待", "waiting"),
    "reading": Said("正在读取", "being read"),
    "added": Said("已收入", "taken in"),
    "replaced": Said("已替换旧版本", "replaced the version before"),
    "unchanged": Said("内容未变，无需重复收入", "unchanged, already in"),
    "failed": Said("未收入", "refused"),
}
WITH_WARNING = Said("有提示", "with a warning")
FAULTS = {
    "UnknownSuffix": Said("无法读取这种格式，请转换为 PDF、Word、Markdown、网页或文本文件后再上传。", ""),
    "EmptyFile": Said("文件中没有文字，请检查文件是否完整。", ""),
    "NoTextLayer": Said("页面上没有可读取的文字（可能是扫描件），请先做文字识别（OCR），或上传可复制文字的版本。", ""),
    "EncryptedFile": Said("文件有密码保护，请解除密码后再上传。", ""),
    "UnreadableFile": Said("文件已损坏，或内容与扩展名不符，请重新导出后再上传。", ""),
    "MetadataError": Said("文件附带的信息有误，请按下面的说明改正。", ""),
    "IdTaken": Said("已有另一份文件使用同一编号，未予收入。若是它的新版本，请打开该文件后用“换成新版本”；若是另一份文件，请改名后再传。", ""),
    "SentTwice": Said("同名文件在本次上传中出现了两次，请改名后再传。", ""),
    "NotKept": Said("服务器未能保存这个文件，请联系管理员检查磁盘空间，然后重新上传。", ""),
    "IndexUnavailable": Said("资料库正被占用或无法写入，请稍后再试。", ""),
    "StoreDamaged": Said("资料库的向量文件已损坏，内容没有丢失。请管理员运行 assistant doctor 修复。", ""),
    "DiskFull": Said("服务器磁盘空间不足，请联系管理员清理空间后重新上传。", ""),
}
_PAGES = r"pages? (?P<pages>[\d, -]+)"
_WARNINGS = (
    (rf"{_PAGES} read by OCR, certain to (?P<share>\d+%) or more.*", "第 {pages} 页由文字识别（OCR）读取，可信度不低于 {share}：请对照原件核对数字"),
    (rf"{_PAGES} ha(?:s|ve) no text", "第 {pages} 页没有文字"),
    (rf"text on {_PAGES} could not be decoded and was left out", "第 {pages} 页的文字无法解码，未收入"),
    (rf"the picture of {_PAGES} is too poor to read and was left out", "第 {pages} 页图像过于模糊，未收入"),
    (r"page (?P<pages>\d+) repeats page (?P<first>\d+) and was left out", "第 {pages} 页与第 {first} 页重复，未收入"),
    (r"page (?P<pages>\d+) holds hidden text, which was left out: (?P<text>.*)", "第 {pages} 页含有页面上看不见的文字，未收入：{text}"),
    (r"hidden text was left out: (?P<text>.*)", "含有隐藏文字，未收入：{text}"),
    (r"slide (?P<pages>\d+) holds hidden text, which was left out: (?P<text>.*)", "第 {pages} 张幻灯片含有看不见的文字，未收入：{text}"),
    (r"sheet (?P<sheet>.*?) holds hidden text, which was left out: (?P<text>.*)", "工作表 {sheet} 含有看不见的文字，未收入：{text}"),
    (r"text that may be out of sight was taken in: (?P<text>.*)", "可能看不见的文字已收入，请核对：{text}"),
    (
        r"slide (?P<pages>\d+) holds text that may be out of sight, which was taken in: (?P<text>.*)",
        "第 {pages} 张幻灯片中可能看不见的文字已收入，请核对：{text}",
    ),
    (r"sheet (?P<sheet>.*?) holds text that may be out of sight, which was taken in: (?P<text>.*)", "工作表 {sheet} 中可能看不见的文字已收入，请核对：{text}"),
    (r"read as (?P<encoding>\S+), which the file itself does not say: .*", "文件没有注明编码，按 {encoding} 读取：请核对文字是否正确"),
    (r"(?P<marks>\d+) marks that turn the direction of writing were taken out: .*", "已去除 {marks} 个改变书写方向的符号：请核对文字是否与文件所示一致"),
    (r"hidden sheet left out: (?P<text>.*)", "隐藏的工作表未收入：{text}"),
    (r"formulas without a stored value on sheet (?P<text>[^:]*):.*", "工作表 {text} 中的公式没有保存计算结果：请用 Excel 打开并保存后再上传"),
    (r"slides? (?P<pages>[\d, -]+):? .*speaker notes.*", "第 {pages} 张幻灯片的备注未收入"),
    (r"slides? (?P<pages>[\d, -]+):? .*hidden.*", "第 {pages} 张幻灯片为隐藏，未收入"),
    (r"slides? (?P<pages>[\d, -]+):? .*without text.*", "第 {pages} 张幻灯片没有文字（图片不作读取）"),
)


def told(warning: str, language: str) -> str:
    """Return a reader's warning in ``language``; one that is not known stays in English."""
    if language != "zh":
        return warning
    for pattern, zh in _WARNINGS:
        if found := re.fullmatch(pattern, warning, re.DOTALL):
            return zh.format(**{name: value.replace(", ", "、").strip() if name == "pages" else value for name, value in found.groupdict().items()})
    return warning


LEFT = {
    "sources": Said("文件登记与全文", "its entry and text"),
    "passages": Said("段落", "its passages"),
    "words": Said("词语索引中的残留条目", "stray entries of the word index"),
    "vectors": Said("向量", "its vectors"),
    "originals": Said("保存的原文件", "files kept of it"),
    "answers": Said("对话记录中引用的原文", "words of it in kept answers"),
    "search": Said("用其原句检索仍命中的段落", "passages of it found by its own sentences"),
}
