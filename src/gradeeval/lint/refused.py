"""The checks that a ruleset must pass to be read at all: readers, schemas and the language make them, these name them."""

from __future__ import annotations

from gradeeval.lint.check import ERROR, Check

UNREADABLE = "F101"
"""Of what is refused without a code of its own."""


def _refused(code: str, title: str, title_en: str) -> Check:
    return Check(code, title, title_en, level=ERROR, refuses=True)


CHECKS = (
    _refused(UNREADABLE, "文件无法读取或不合格式", "File that cannot be read or does not fit its schema"),
    _refused("C101", "缺少引文", "Missing quote"),
    _refused("D101", "日期不在日历上，或年份区间颠倒", "Date that is none, or span that ends before it begins"),
    _refused("D102", "截止日期与年份区间不一致", "Due date that is not the end of the span"),
    _refused("D103", "流量没有年份区间，或存量有累计区间", "Flow without a span, or stock that is added up"),
    _refused("I101", "编号重复使用", "Id used twice"),
    _refused("I102", "编号不在本文件的名下", "Id in the name space of another document"),
    _refused("I107", "例外所指的要求不成立", "Exception that names no permission"),
    _refused("N103", "没有定义的名称", "Undefined name"),
    _refused("N104", "指标循环引用", "Circular indicators"),
    _refused("N105", "指标重复定义", "Indicator defined twice"),
    _refused("N106", "名称在此处用不到", "Name out of reach"),
    _refused("U101", "单位不一致", "Units that differ"),
    _refused("U102", "百分点与百分比混用", "Percentage points against percent"),
    _refused("U103", "个数与占比混用", "Count against share"),
    _refused("U104", "数字超出指标的范围", "Number outside the range of the indicator"),
    _refused("U105", "比较没有高低之分的值", "Comparison of values without order"),
    _refused("U106", "写法与指标的类型不符", "Test that does not fit the type"),
    _refused("U107", "值不在等级序列、代码表或名册中", "Value that is not on its list"),
    _refused("U108", "上下限颠倒", "Bounds that cross"),
)
