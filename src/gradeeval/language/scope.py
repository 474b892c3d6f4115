"""What a name means where it stands: a field or an indicator of the subject, or one of what encloses the subject.

Names are read on the subject itself or *up*: never sideways, and downward only through a formula over parts.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gradeeval.language.nodes import Bounds, Change, Indicator, Reach
from gradeeval.messages import _
from gradeeval.vocabulary import TIERS, Field, Values, ValueType, Vocabulary, type_of_unit


@dataclass(frozen=True, slots=True)
class Reference:
    """A name found: its type, the indicator if it is one, and ``above``, the sort of encloser it is read from."""

    name: str
    type: ValueType
    indicator: Indicator | None = None
    above: Reach | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the language refuses: the code of the check that it fails (docs/checks), and a whole sentence."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Why a name cannot stand where it does."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Scope:
    """All names of the installed rulesets."""

    vocabulary: Vocabulary
    indicators: Mapping[str, Indicator]
    types: Mapping[str, ValueType]

    def find(self, name: str, reader: Reach) -> Reference | Unreachable:
        """What ``name`` means to a subject of the sort ``reader``."""
        indicator = self.indicators.get(name)
        if indicator is None:
            own = self.vocabulary.fields[reader.kind].get(name)
            return (
                Reference(name, own.type)
                if own is not None
                else Unreachable(Refusal("N103", self._unknown(name, reader)))
            )
        declared = indicator.reach
        if _same(declared, reader):
            return Reference(name, self.types[name], indicator)
        if encloses(declared, reader):
            return Reference(name, self.types[name], indicator, declared)
        return Unreachable(Refusal("N106", self._out_of_reach(name, declared, reader)))

    def field(self, name: str, kind: str) -> Field | None:
        """The field of a kind of subject, if it has one of that name."""
        return self.vocabulary.fields[kind].get(name)

    def with_indicator(self, indicator: Indicator) -> Scope:
        """The scope with this indicator in place of the one of its name."""
        return Scope(
            self.vocabulary,
            {**self.indicators, indicator.name: indicator},
            {**self.types, indicator.name: _type_of(indicator, self.vocabulary)},
        )

    def near(self, name: str, kind: str) -> str | None:
        """The name of a field or indicator of ``kind`` that was probably meant."""
        known = [n for n, indicator in self.indicators.items() if indicator.reach.kind == kind]
        close = difflib.get_close_matches(name, [*known, *self.vocabulary.fields[kind]], 1, 0.6)
        return close[0] if close else None

    def title(self, name: str, kind: str) -> tuple[str, str | None]:
        """The Chinese and the English title of a name; the name itself where it is unknown."""
        indicator = self.indicators.get(name)
        if indicator is not None:
            return indicator.title, indicator.title_en
        own = self.vocabulary.fields[kind].get(name)
        return (own.title, own.title_en) if own is not None else (name, name)

    def _unknown(self, name: str, reader: Reach) -> str:
        near = self.near(name, reader.kind)
        if near is None:
            return _("没有名为 `{name}` 的分类字段或指标").format(name=name)
        return _("没有名为 `{name}` 的分类字段或指标；是否指 `{near}`？").format(name=name, near=near)

    def _out_of_reach(self, name: str, declared: Reach, reader: Reach) -> str:
        if declared.kind == "region" and declared.tier is None and reader.kind != "region":
            return _("`{name}` 在多级区划有定义，无法确定取哪一级；请为指标写明 tier").format(name=name)
        return _("`{name}` 属于{declared}，{reader}对象不能直接使用；请用 count、share 或 sum 汇总").format(
            name=name, declared=reach_title(declared), reader=reach_title(reader)
        )


def build_scope(vocabulary: Vocabulary, indicators: Iterable[Indicator], lists: Iterable[Values]) -> Scope:
    """The scope of these indicators. Types that cannot be made (an unknown order) count as an empty code list."""
    whole = vocabulary.with_lists(lists)
    by_name = {indicator.name: indicator for indicator in indicators}
    return Scope(whole, by_name, {name: _type_of(indicator, whole) for name, indicator in by_name.items()})


def encloses(outer: Reach, inner: Reach) -> bool:
    """Whether a subject of the sort ``inner`` lies in exactly one of the sort ``outer`` (as far as sorts can tell)."""
    if outer.kind == "network":
        return inner.kind == "institution" and outer.type is not None
    if outer.kind != "region" or outer.tier is None:
        return False
    if inner.kind != "region":
        return True
    return TIERS.index(outer.tier) < (TIERS.index(inner.tier) if inner.tier else 1)


def has_parts(whole: Reach, part: Reach) -> bool:
    """Whether a formula of ``whole`` may go over ``part``."""
    if whole.kind == "network":
        return part.kind == "institution"
    if whole.kind != "region":
        return False
    if part.kind != "region":
        return True
    if part.tier is None:
        return False
    return whole.tier is None or TIERS.index(whole.tier) < TIERS.index(part.tier)


def reach_title(reach: Reach) -> str:
    """A sort of subject, for messages."""
    titles = {
        "institution": _("机构"),
        "network": _("医联体"),
        "region": _("区域"),
        "nation": _("国家级"),
        "province": _("省级"),
        "prefecture": _("市级"),
        "county": _("县级"),
    }
    return titles[reach.tier] if reach.tier else titles[reach.kind]


def _same(declared: Reach, reader: Reach) -> bool:
    if declared.kind != reader.kind:
        return False
    return declared.tier in (None, reader.tier) and declared.type in (None, reader.type)


def _type_of(indicator: Indicator, vocabulary: Vocabulary) -> ValueType:
    if indicator.order is not None:
        return ValueType("ordered", values=vocabulary.lists.get(indicator.order, _nothing(indicator.order)))
    if indicator.listed is not None:
        return ValueType("list", values=vocabulary.lists.get(indicator.listed, _nothing(indicator.listed)))
    span = indicator.range or Bounds()
    low = span.at_least if span.at_least is not None else span.above
    high = span.at_most if span.at_most is not None else span.below
    assert indicator.unit is not None
    lowest = None if isinstance(low, str) else low
    highest = None if isinstance(high, str) else high
    made = type_of_unit(indicator.unit, indicator.decimals, lowest, highest)
    if isinstance(indicator.formula, Change) and made.unit != "percentage_point":
        # Beds cannot be fewer than none, but a year can have fewer than the last.
        return replace(made, lowest=lowest, highest=highest)
    return made


def _nothing(name: str) -> Values:
    return Values(name, name, {})
