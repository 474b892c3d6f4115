"""From what stands in one cell of a form to the plain value of a field or fact. Nothing is coerced in silence."""

from __future__ import annotations

import difflib
import re
from datetime import date, datetime
from decimal import Decimal

from gradeeval.files.limits import beyond_number
from gradeeval.messages import _, listed
from gradeeval.profiles.form_layout import EMPTY_LIST, SEPARATORS
from gradeeval.profiles.workbook import Cell
from gradeeval.vocabulary import Values, ValueType

Plain = bool | int | Decimal | str | list[str] | dict[str, bool]
Reading = tuple[Plain | None, str | None]
"""The value, or the sentence that says why there is none."""

_YES = frozenset(("是", "yes", "true"))
_NO = frozenset(("否", "no", "false"))
_STATES = {"有": True, "yes": True, "无": False, "没有": False, "no": False, "不详": None, "unknown": None}
_OTHERS = {
    "其余不详": None,
    "others unknown": None,
    "其余都没有": False,
    "其余没有": False,
    "其余无": False,
    "no others": False,
}
_MARKER = re.compile(
    rf"(?:(?P<state>{'|'.join(_STATES)})\s*[：:]|(?P<others>{'|'.join(_OTHERS).replace(' ', r' +')})(?=\s*(?:$|[{SEPARATORS}。])))",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def read_cell(cell: Cell, value_type: ValueType, *, typed: bool, partial: bool = False) -> Reading:
    """The value of a fact or field. ``typed``: cells know numbers from text, as in a workbook but not in CSV.

    ``partial``: of a list it may be said which codes are there, which are not, and that the others are not known.
    """
    refused = refusal(cell)
    if refused is not None:
        return None, refused
    if value_type.form == "yes_no":
        return yes_no(cell)
    if value_type.form == "number":
        value, fault = number(cell, typed=typed)
        fault = fault or _beyond(value, value_type)
        return (None, fault) if fault else (value, None)
    if value_type.form == "list":
        assert value_type.values is not None
        return codes(cell, value_type.values, partial=partial)
    if value_type.values is not None:
        return code(cell, value_type.values)
    return text(cell)


def refusal(cell: Cell) -> str | None:
    """Why nothing can be read from this cell, whatever was to stand there."""
    if cell.kind == "formula":
        return _("单元格是公式（{formula}），不计算；请选择性粘贴为数值").format(formula=_brief(cell))
    if cell.kind == "error":
        return _("单元格是错误值 {value}；请改为数值，没有数据请留空").format(value=_brief(cell))
    return None


def yes_no(cell: Cell) -> Reading:
    """True or false."""
    if isinstance(cell.value, bool):
        return cell.value, None
    word = cell.text.strip().lower()
    if cell.kind == "text" and (word in _YES or word in _NO):
        return word in _YES, None
    return None, _("应填“是”或“否”，现为“{value}”；没有数据请留空").format(value=_brief(cell))


def number(cell: Cell, *, typed: bool) -> Reading:
    """An exact number."""
    if cell.percent:
        return None, _("单元格设成了百分比格式；请把格式改为“常规”，填百分数本身，如 85.5")
    if cell.kind == "number":
        assert isinstance(cell.value, int | Decimal)
        return cell.value, None
    if cell.kind == "date":
        return None, _("单元格被当成了日期（{value}）；请把格式改为“常规”后重新填写数字").format(value=_brief(cell))
    if cell.kind == "text":
        word = cell.text.strip()
        if _NUMBER.fullmatch(word) and not typed:
            beyond = beyond_number(word)
            if beyond is not None:
                return None, beyond
            return (Decimal(word) if "." in word else int(word)), None
        if _NUMBER.fullmatch(word):
            return None, _(
                "“{value}”是文本格式的数字；请点单元格旁的提示选“转换为数字”，或把格式改为“常规”后重新填写"
            ).format(value=_brief(cell))
    return None, _("应填数字，不带单位和符号，现为“{value}”；没有数据请留空").format(value=_brief(cell))


def _beyond(value: Plain | None, value_type: ValueType) -> str | None:
    assert isinstance(value, int | Decimal)
    if value_type.lowest is not None and value < value_type.lowest:
        return _("不得小于 {limit}，现为 {value}").format(limit=value_type.lowest, value=value)
    if value_type.highest is not None and value > value_type.highest:
        return _("不得大于 {limit}，现为 {value}").format(limit=value_type.highest, value=value)
    return None


def code(cell: Cell, values: Values) -> Reading:
    """A code of a closed list, by its code or by its title."""
    found = code_of(cell.text.strip(), values)
    return (found, None) if found is not None else (None, _not_listed(cell.text.strip(), values))


def code_of(word: str, values: Values) -> str | None:
    """The code that a word stands for; None where it is no code or title."""
    if word in values.titles:
        return word
    for known, titles in values.titles.items():
        if word in titles:
            return known
    return None


def codes(cell: Cell, values: Values, *, partial: bool = False) -> Reading:
    """Several codes in one cell, with 、 or another separator between them; 无 is none of them.

    A list that says no more than which codes are there is complete. Where ``partial``, 有：, 无： and 不详： say how it is with
    the codes that follow, and 其余不详 or 其余都没有 how it is with the others; the result is then the known codes with true
    or false.
    """
    rest = cell.text.strip()
    if rest.lower() in (EMPTY_LIST, "none"):
        return [], None
    words = sorted(
        {word for known, titles in values.titles.items() for word in (known, *titles)}, key=len, reverse=True
    )
    found: dict[str, bool | None] = {}
    state: bool | None = True
    others: bool | None = False
    marked = said_others = False
    while rest:
        word = next((word for word in words if rest.startswith(word) and _ends(rest[len(word) :])), None)
        marker = _MARKER.match(rest) if word is None else None
        if word is not None:
            known = code_of(word, values)
            assert known is not None
            if known in found:
                return None, _("“{value}”写了两次").format(value=word)
            found[known] = state
        elif marker is not None and partial:
            marked = True
            if marker["state"]:
                state = _STATES[marker["state"].lower()]
            elif said_others:
                return None, _("“{value}”写了两次").format(value=marker[0].strip())
            else:
                others, said_others = _OTHERS[" ".join(marker["others"].lower().split())], True
            word = marker[0]
        else:
            return None, _not_listed(re.split(f"[{SEPARATORS}]", rest)[0], values)
        rest = rest[len(word) :].strip().lstrip(SEPARATORS).strip()
    if marked and not said_others and len(found) < len(values.titles):
        return None, _("还要写明其余各项怎样：加上“其余不详”或“其余都没有”")
    every = {code: found.get(code, others) for code in values.titles}
    if None not in every.values():
        return [code for code in (found if all(found.values()) else every) if every[code]], None
    return {code: has for code, has in every.items() if has is not None} or None, None


def text(cell: Cell) -> Reading:
    """Free text; a number or date is refused, since what Excel shows need not be what it holds."""
    if cell.kind == "text":
        return cell.text.strip(), None
    return None, _("应填文字，现为 {value}；请把单元格格式改为“文本”后重新填写").format(value=_brief(cell))


def identity(cell: Cell) -> Reading:
    """A code, a period or a date. Whole numbers of at most 15 digits and days are taken, both without loss."""
    refused = refusal(cell)
    if refused is not None:
        return None, refused
    if cell.kind == "text" or (cell.kind == "number" and isinstance(cell.value, int) and not cell.percent):
        return cell.text.strip(), None
    if cell.kind == "date" and isinstance(cell.value, date) and not isinstance(cell.value, datetime):
        return cell.value.isoformat(), None
    return text(cell)


def _ends(rest: str) -> bool:
    rest = rest.lstrip(" \t\r\u3000")
    return not rest or rest[0] in SEPARATORS


def _not_listed(word: str, values: Values) -> str:
    titles = [titles[0] for titles in values.titles.values()]
    near = difflib.get_close_matches(word, [*titles, *values.titles], 1, 0.5)
    hint = _("；是否指“{near}”？").format(near=near[0]) if near else ""
    labels = listed(values.label(known) for known in list(values.titles)[:30])
    return _("“{value}”不在“{title}”的取值中；可填：{options}{hint}").format(
        value=word[:60], title=values.title, hint=hint, options=labels
    )


def _brief(cell: Cell) -> str:
    return cell.text if len(cell.text) <= 60 else cell.text[:57] + "…"
