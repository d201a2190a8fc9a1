"""What the tools ask for on the page: their fields, with native words in both languages."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

import gradio as gr

from assistant.benefits.profile_fields import Said
from assistant.errors import ToolError

TAB, TOOL = Said("工具", "Tools"), Said("选择工具", "Choose a tool")
RUN, SAMPLE = Said("运行", "Run"), Said("用示例数据试一试", "Try sample data")
WORD = Said("下载 Word", "Download Word")
EMPTY = Said("填好上面的内容后点“运行”，结果显示在这里。", "Fill in what is asked above and run: the result appears here.")
TOOLS: dict[str, tuple[Said, Said]] = {
    "agreement": (
        Said("协议审查", "Agreement check"),
        Said(
            "上传校企合作、学徒培养或实习协议，逐条对照法律要求和论文建议：哪些已写明、哪些缺失、哪些不明确或者相抵触。下载的 Word 文件带批注。",
            "Upload a cooperation, apprenticeship or internship agreement and hold it against law and advice, clause by clause: what is "
            "settled, missing, unclear or contradicting. The Word file has comments.",
        ),
    ),
    "index": (
        Said("质量指数", "Quality index"),
        Said(
            "填写各指标和评价主体的得分（0—100），计算产教融合质量指数。权重出自论文；等级界限由本校填写，不填则不分等级。",
            "Give scores from 0 to 100 for indicators and evaluators. Weights are a paper's; grades are named only if you give their boundaries.",
        ),
    ),
    "monitor": (
        Said("动态监测", "Monitoring"),
        Said(
            "上传每月数据表（月份、指标、数值，可加目标、来源），查看趋势、连续下降预警、企业数据占比，生成季度或年度报告。",
            "Upload monthly values (month, indicator, value; target and source if you have them) for trends, warnings of steady decline, "
            "the share of enterprise data, and quarterly or yearly reports.",
        ),
    ),
    "map": (
        Said("专业群与产业链", "Groups and chains"),
        Said(
            "按专业、产业链、岗位或技能查找专业群，或者粘贴企业需求，看哪些专业群匹配、为什么。可上传本校的对照表。",
            "Find professional groups by major, chain, post or skill; or paste an enterprise's demand and see which groups fit and why. "
            "You can add your own table.",
        ),
    ),
    "majors": (
        Said("专业预警", "Majors"),
        Said(
            "上传各专业逐年数据，填写本校的界限，得出停招、减招、保持的建议。没有任何默认界限。",
            "Upload majors by year and give the college's thresholds; the outcome is suspend, reduce or keep. There are no default thresholds.",
        ),
    ),
    "costs": (
        Said("成本分担", "Cost sharing"),
        Said(
            "按论文的建议测算风险补偿基金的分担和按股分配的收入；填一项就能算一项。",
            "Compute the risk compensation fund and the income by shares as a paper describes them; each figure is computed as soon as it can be.",
        ),
    ),
}
KINDS = ("cooperation", "apprenticeship", "internship")


class Field(NamedTuple):
    """Something that a tool asks for: how it is entered, its words, and where it goes."""

    key: str
    entry: str
    """``file``, ``text``, ``area``, ``number`` or ``kind``."""
    label: Said
    part: str = ""
    name: str = ""


def _scores() -> tuple[Field, ...]:
    indicators = {
        "course-development": Said("参与课程开发的企业占比", "Enterprises in course development"),
        "teaching-hours": Said("企业技术骨干年授课学时", "Teaching hours of enterprise experts"),
        "post-adaptation": Said("毕业生岗位适应度", "How well graduates fit their posts"),
        "retention": Said("毕业生企业留任率（1年）", "Graduates who stay (1 year)"),
        "patents": Said("校企合作研发专利数", "Patents developed together"),
        "problems-solved": Said("解决企业技术难题数", "Technical problems solved"),
        "staff-training": Said("企业员工年培训人时数", "Training of enterprise staff"),
        "community-training": Said("社区技能年培训学时", "Skills training for the community"),
    }
    evaluators = {
        "enterprise": Said("企业评价", "Enterprises"),
        "students": Said("学生评价", "Students"),
        "institution": Said("院校自评", "Self-evaluation"),
    }
    grades = {
        "excellent": Said("优秀从几分起", "Excellent from"),
        "good": Said("良好从几分起", "Good from"),
        "qualified": Said("合格从几分起", "Qualified from"),
    }
    parts = (("scores", indicators), ("evaluators", evaluators), ("grades", grades))
    return tuple(Field(f"{part}-{name}", "number", said, part, name) for part, names in parts for name, said in names.items())


def _limits() -> tuple[Field, ...]:
    measures = {
        "enrolment": Said("招生完成率", "Enrolment"),
        "employment": Said("就业率", "Employment"),
        "cooperation": Said("校企合作深度", "Cooperation"),
    }
    marks = {"reduce_below": Said("低于此值减招", "reduce below"), "suspend_below": Said("低于此值停招", "suspend below")}
    fields = [
        Field(f"{measure}-{mark}", "number", Said(f"{said.zh}：{words.zh}", f"{said.en}: {words.en}"), measure, mark)
        for measure, said in measures.items()
        for mark, words in marks.items()
    ]
    fields += [
        Field("years", "number", Said("停招须连续几年", "Years in a row for suspending"), "", "years"),
        Field("to_suspend", "number", Said("至少几项低于停招界限", "Measures below the mark for suspending"), "", "measures_to_suspend"),
        Field("to_reduce", "number", Said("至少几项低于减招界限", "Measures below the mark for reducing"), "", "measures_to_reduce"),
    ]
    return tuple(fields)


_COSTS = {
    "damaged_part": Said("学生损坏零部件的金额（元）", "Value of a part that a student damaged (yuan)"),
    "fund_total": Said("拟设风险补偿基金的总额（元）", "Total of a fund to be set up (yuan)"),
    "industry_college_income": Said("产业学院年收入（元）", "Yearly income of the industry college (yuan)"),
    "share_held": Said("企业持股比例（%）", "Share that the enterprise holds (%)"),
}
FIELDS: dict[str, tuple[Field, ...]] = {
    "agreement": (
        Field("file", "file", Said("协议文件（docx、pdf、md 等）", "Agreement (docx, pdf, md and others)")),
        Field("kind", "kind", Said("协议类型", "Kind of agreement")),
    ),
    "index": _scores(),
    "monitor": (
        Field("table", "file", Said("每月数据（csv、xlsx）", "Monthly values (csv, xlsx)")),
        Field("period", "text", Said("期间，例如 2025Q3 或 2025；留空为全部", "Period, such as 2025Q3 or 2025; empty for all")),
    ),
    "map": (
        Field("search", "text", Said("查找专业、产业链、岗位或技能", "Find a major, chain, post or skill")),
        Field("demand", "area", Said("或者粘贴企业需求", "Or paste what an enterprise needs")),
        Field("own", "file", Said("本校对照表（csv、xlsx，可不填）", "Your own table (csv, xlsx; optional)")),
    ),
    "majors": (Field("majors", "file", Said("各专业逐年数据（csv、xlsx）", "Majors by year (csv, xlsx)")), *_limits()),
    "costs": tuple(Field(name, "number", said, "", name) for name, said in _COSTS.items()),
}
_BAD_NUMBER = Said("“{label}”不能填 {value!r}：请填不小于 0 的数字。", "{label}: {value!r} is no number from 0 up. Correct it there.")
_KINDS = {
    "auto": Said("自动识别", "Detect automatically"),
    "cooperation": Said("校企合作", "Cooperation"),
    "apprenticeship": Said("学徒培养", "Apprenticeship"),
    "internship": Said("实习", "Internship"),
}


def lay_out_field(f: Field) -> Any:
    """Add a field to the page being built, empty and in Chinese."""
    key = f"tools-field-{f.key}"
    match f.entry:
        case "file":
            return gr.File(label=f.label.zh, type="filepath", elem_id=key, height=120)
        case "number":  # as text, for Gradio's own field of numbers hands in 0 where nothing was filled in
            return gr.Textbox(label=f.label.zh, elem_id=key, max_lines=1, max_length=30)
        case "kind":
            return gr.Dropdown([(said.zh, name) for name, said in _KINDS.items()], value="auto", label=f.label.zh, elem_id=key)
    return gr.Textbox(label=f.label.zh, lines=4 if f.entry == "area" else 1, max_length=20_000, elem_id=key)


def read_field(f: Field, value: Any, language: str) -> Any:
    """Return what was filled in, a number for a field of numbers; ``None`` where nothing was.

    Raises:
        ToolError: it is no number from 0 up.
    """
    if value is None or str(value).strip() == "":
        return None
    if f.entry != "number":
        return value
    try:
        number = float(re.sub(r"[,，\s]|[%％]$", "", str(value)))
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise ToolError(_BAD_NUMBER.in_(language).format(label=f.label.in_(language), value=str(value)[:30]))
    return number


def wording(f: Field, language: str) -> dict[str, Any]:
    """Return what of a field is worded in a language."""
    words: dict[str, Any] = {"label": f.label.in_(language)}
    if f.entry == "kind":
        words["choices"] = [(said.in_(language), name) for name, said in _KINDS.items()]
    return words
