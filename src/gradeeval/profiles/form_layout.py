"""What a form looks like: the words by which the writer of forms and their reader find sheets, columns and rows again.

Every sheet to be filled in has its column keys in its hidden first row and its stamp (see ``Stamp``) in A2. In sheets of rows
the hidden column A holds the key of each row; in tables each row is a subject or a member. A key is the name of a field or
an indicator; ``key=code`` is one code of a list, ``key=*`` says that all others are absent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gradeeval.messages import _

FORM_SUFFIXES = (".xlsx", ".csv")
REFUSED_SUFFIXES = (".xlsm", ".xltm", ".xlsb", ".xls")
"""Workbooks that may hold macros, or that are in a format of before 2007."""

VERSION = "1"
META = "_gradeeval"
LISTS = "_lists"
MARKER = "gradeeval-form"

ROLES = ("basic", "facts", "members", "many")
"""Rows of identity and classification, rows of facts, a table of members, a table of subjects."""

ENTRY_COLUMNS = ("value", "numerator", "denominator", "source", "evidence", "note", "status")
CSV_COLUMNS = ("key", "title", "question", *ENTRY_COLUMNS[:3], "unit", *ENTRY_COLUMNS[3:])

KEY_ROW = 1
STAMP_ROW = 2
ROWS_HEADER, ROWS_FIRST = 3, 4
TABLE_HEADER, TABLE_FIRST = 4, 6

REST = "*"
SEPARATORS = "、，,；;\n"
EMPTY_LIST = "无"

_STAMP = re.compile(rf"{MARKER}/([0-9]+) ([a-z]+) ([a-z]+) ([a-z_-]+) (\S+)")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a sheet says of itself: its role, and the kind, tier or type, and period of the form that it belongs to."""

    role: str
    kind: str
    sort: str
    period: str
    version: str = VERSION

    def __str__(self) -> str:
        return f"{MARKER}/{self.version} {self.role} {self.kind} {self.sort or '-'} {self.period}"


def read_stamp(text: str) -> Stamp | None:
    """The stamp that a text is; None where it is none."""
    match = _STAMP.fullmatch(text)
    if match is None:
        return None
    version, role, kind, sort, period = match.groups()
    return Stamp(role, kind, "" if sort == "-" else sort, period, version)


def column_title(key: str) -> str:
    """The heading of a column of a sheet of rows."""
    return {
        "number": _("序号"),
        "title": _("指标"),
        "question": _("问题"),
        "value": _("填报值"),
        "numerator": _("分子"),
        "denominator": _("分母"),
        "unit": _("单位"),
        "source": _("来源"),
        "evidence": _("佐证材料"),
        "note": _("备注"),
        "status": _("数据状态"),
        "clause": _("条款"),
    }.get(key, key)


def unit_title(unit: str | None) -> str:
    """A unit in the words of a form."""
    return {
        "yes_no": _("是/否"),
        "count": _("个（计数）"),
        "percent": "%",
        "percentage_point": _("百分点"),
        "ratio": _("倍"),
        "month": _("个月"),
        "yuan": _("元"),
        "rank": _("位次"),
    }.get(unit or "", "")
