"""Whether a test fits the type of what it tests, and what to write instead where it does not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from gradeeval.language.nodes import Bounds, Equals, Includes, Is, Test
from gradeeval.language.scope import Refusal
from gradeeval.messages import _
from gradeeval.quantity import scaled
from gradeeval.vocabulary import ValueType


def check_test(name: str, test: Test, value_type: ValueType) -> Iterator[Refusal]:
    """Faults of a test of a value of this type."""
    if isinstance(test, Bounds):
        yield from _bounds_test(name, test, value_type)
    elif isinstance(test, Equals):
        if value_type.form != "number":
            yield Refusal("U106", _("equals 只用于数值，`{name}` 不是数值").format(name=name))
        else:
            yield from _number(name, "equals", test.number, value_type)
    elif isinstance(test, Includes):
        if value_type.form != "list":
            yield Refusal("U106", _("includes 只用于列表，`{name}` 不是列表").format(name=name))
        else:
            yield from _codes(test.codes, value_type)
    elif isinstance(test, Is):
        yield from _plain_test(name, test, value_type)
    elif value_type.form in ("number", "list", "yes_no"):
        yield Refusal("U106", _("one_of 和 none_of 不能用于 `{name}`").format(name=name))
    else:
        yield from _codes(test.values, value_type)


def _bounds_test(name: str, test: Bounds, value_type: ValueType) -> Iterator[Refusal]:
    values = value_type.values
    if value_type.form == "number":
        for word, limit in test.stated():
            yield from _number(name, word, limit, value_type)
        yield from check_order(test)
    elif value_type.form != "ordered" or values is None:
        yield Refusal("U105", _("`{name}` 不能比较大小；请写值本身、one_of 或 none_of").format(name=name))
    else:
        for _word, limit in test.stated():
            if not isinstance(limit, str):
                yield Refusal(
                    "U105",
                    _("`{name}` 是有序等级，不能与数字 {number} 比较；请写等级，如 {{at_least: {example}}}").format(
                        name=name, number=limit, example=list(values.ranks)[-1] if values.ranks else "…"
                    ),
                )
            elif limit not in values.ranks:
                yield Refusal(
                    "U107",
                    _("“{value}”不在等级序列 {order}（{extent}）中").format(
                        value=limit, order=values.name, extent=values.extent()
                    ),
                )
        yield from check_order(test, values.ranks)


def _plain_test(name: str, test: Is, value_type: ValueType) -> Iterator[Refusal]:
    if value_type.form == "yes_no":
        if not isinstance(test.value, bool):
            yield Refusal("U106", _("`{name}` 是是非项，请写 true 或 false").format(name=name))
    elif value_type.form in ("number", "list"):
        yield Refusal(
            "U106",
            _("`{name}` 不能写单个值；数值请写 {{equals: …}} 或上下限，列表请写 {{includes: […]}}").format(name=name),
        )
    elif isinstance(test.value, bool):
        yield Refusal("U106", _("`{name}` 不是是非项，不能写 true 或 false").format(name=name))
    else:
        yield from _codes((test.value,), value_type)


def _codes(codes: Iterable[str], value_type: ValueType) -> Iterator[Refusal]:
    values = value_type.values
    if values is None:
        return
    for code in codes:
        if code not in values.titles:
            near = difflib.get_close_matches(code, values.titles, 1, 0.5)
            hint = _("；是否指 `{near}`？").format(near=near[0]) if near else ""
            yield Refusal(
                "U107", _("“{code}”不在代码表 {name} 中{hint}").format(code=code, name=values.name, hint=hint)
            )


def _number(name: str, word: str, limit: object, value_type: ValueType) -> Iterator[Refusal]:
    if isinstance(limit, str) or not isinstance(limit, int | Decimal):
        yield Refusal(
            "U106", _("`{name}` 是数值，{word} 须写数字，而不是“{value}”").format(name=name, word=word, value=limit)
        )
        return
    low, high = value_type.lowest, value_type.highest
    if (low is not None and limit < low) or (high is not None and limit > high):
        yield Refusal(
            "U104",
            _("{number} 超出 {unit} 的范围 {low}..{high}").format(
                number=limit,
                unit=value_type.unit,
                low="" if low is None else low,
                high="" if high is None else high,
            ),
        )
    if scaled(limit, value_type.decimals) is None:
        yield Refusal(
            "U104",
            _("{number} 的小数位数多于 `{name}` 的 {decimals} 位").format(
                number=limit, name=name, decimals=value_type.decimals
            ),
        )


def check_order(test: Bounds, ranks: Mapping[str, int] | None = None) -> Iterator[Refusal]:
    """Faults of a lower bound that lies above the upper one; ``ranks`` where they are of an order."""
    low = test.at_least if test.at_least is not None else test.above
    high = test.at_most if test.at_most is not None else test.below
    if low is None or high is None:
        return
    if ranks is not None:
        first, last = ranks.get(str(low)), ranks.get(str(high))
        crossed = first is not None and last is not None and first > last
    else:
        crossed = not isinstance(low, str) and not isinstance(high, str) and low > high
    if crossed:
        yield Refusal(
            "U108",
            _("{low_word} {low} 大于 {high_word} {high}").format(
                low_word="at_least" if test.at_least is not None else "above",
                low=low,
                high_word="at_most" if test.at_most is not None else "below",
                high=high,
            ),
        )
