"""The page of each check: what it is about, a bad and a good example, why, options.

One Markdown text serves ``lint --explain``, docs/checks and the tests: what stands here is only the body. The code blocks
under 坏例 and 好例 are fragments of the ruleset demo-2025; in the tests the bad one must be found, the good one not.
"""

from __future__ import annotations

from pathlib import Path

from gradeeval.lint.check import Check
from gradeeval.messages import _, language

FAMILIES = {
    "C": ("引用", "citation"),
    "D": ("日期", "dates"),
    "F": ("文件", "files"),
    "I": ("编号", "ids"),
    "L": ("逻辑", "logic"),
    "N": ("指标", "indicators"),
    "S": ("文风", "style"),
    "T": ("例子", "examples"),
    "U": ("单位和类型", "units and types"),
}


def page(check: Check) -> str:
    """The page of a check, in Markdown; the head in the language in use, the body as it was written."""
    return f"{head(check)}\n{body(check)}"


def head(check: Check) -> str:
    """Code, title, family and level."""
    title = check.title_en if language() == "en" else check.title
    family = FAMILIES.get(check.family, (check.family, check.family))
    lines = [
        f"# {check.code} {title}",
        "",
        check.title if language() == "en" else f"*{check.title_en}*",
        "",
        _("类别 {letter}（{family}） · 默认级别 {level}{more}").format(
            letter=check.family,
            family=family[1 if language() == "en" else 0],
            level=check.level,
            more=_("，规则集无法读取，不能改") if check.refuses else _("，只在 --prove 时运行") if check.proves else "",
        ),
        "",
    ]
    return "\n".join(lines)


def body(check: Check) -> str:
    """The text of its file; a sentence that there is none, where a plugin brought no page."""
    file = (check.pages or Path(__file__).parent / "pages") / f"{check.code}.md"
    if not file.is_file():
        return _("没有说明页") + "\n"
    return file.read_text(encoding="utf-8")
