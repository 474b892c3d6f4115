"""How far numbers are from the limits of a target and what is still to do, as floats (language §4).

The limits are constants, or columns where rows of several requirements stand in one frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import polars as pl

from gradeeval.engines.columnar.codes import literal
from gradeeval.engines.columnar.floats import natural
from gradeeval.engines.columnar.numbers import WIDE, Bound, Number, constant, shortage, type_for
from gradeeval.quantity import INFINITY
from gradeeval.quantity import Bound as Constant
from gradeeval.vocabulary import RANGES

Limit = Constant | Bound
"""A constant, infinite where the target is open, or a column of whole numbers."""
Limits = tuple[Limit, Limit]

UNITS = "units"
"""The unit of a shortfall in things counted: parts, persons, cases."""
CODES = "codes"
"""The unit of a shortfall in codes of a list."""
UNIT = pl.Enum(sorted((*RANGES, UNITS, CODES)))
"""The units of shortfalls. Texts that are all known beforehand take a third of what it costs to write others."""
_LARGE = 2**126


@dataclass(frozen=True, slots=True)
class Aim:
    """What a target says beside its limits. ``numerator`` is the unit of that of a ratio; of other quotients whole ones are counted."""

    decimals: int
    unit: str | None
    strict: bool = False
    numerator: str | None = None
    ratio: bool = False

    @property
    def named(self) -> str | None:
        """The unit of a shortfall that is told in that of the target."""
        return "percentage_point" if self.unit == "percent" else self.unit

    @property
    def numerator_named(self) -> str | None:
        """The unit of a shortfall that is told in the numerator."""
        return self.numerator if self.ratio else UNITS


@dataclass(frozen=True, slots=True)
class Quotient:
    """Numerator and denominator as whole columns, ``natural = column ÷ scale``, on the rows where ``known``."""

    known: pl.Expr
    of: pl.Expr
    to: pl.Expr
    of_scale: int = 1
    to_scale: int = 1
    most: int = _LARGE

    def apart(self, limit: Limit, per: int) -> Bound:
        """``|limit ÷ per · to - of|``; ``most`` is the largest magnitude of both."""
        part = Fraction(1, per) if isinstance(limit, Bound) else Fraction(limit) / per
        top = limit.top if isinstance(limit, Bound) else abs(part.numerator)
        down = part.denominator * self.to_scale
        most = self.most * (top * self.of_scale + down)
        wide = type_for(most)
        up = limit.upper.cast(wide) if isinstance(limit, Bound) else literal(part.numerator, wide)
        apart = (
            self.to.cast(wide) * literal(self.of_scale, wide) * up - self.of.cast(wide) * literal(down, wide)
        ).abs()
        return Bound(apart, min(most, _LARGE), factor=Fraction(1, part.denominator * self.of_scale * self.to_scale))

    @property
    def whole(self) -> pl.Expr:
        """Whether both are whole numbers, so that what is still to do is counted in whole ones."""
        return (self.of % self.of_scale == 0) & (self.to % self.to_scale == 0)


def of_range(
    value: Number, limits: Limits, aim: Aim, kept: Callable[[pl.Expr], pl.Expr] = lambda expr: expr
) -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
    """Gap and shortfall, each at both ends, in the unit of the target; ``kept`` gives what stands for an expression used often."""
    low, high = limits

    def far(limit: Limit, bound: Bound) -> pl.Expr:
        return natural(_short(limit, bound), aim.decimals)

    below, above = kept(far(low, value.hi)), kept(far(low, value.lo))  # what the best and the worst case lack
    over, most = kept(-far(high, value.lo)), kept(-far(high, value.hi))  # what they have too much
    short = above > 0
    least, hardest = (
        _least(pl.when(short).then(below).otherwise(over)),
        _least(pl.when(short).then(above).otherwise(most)),
    )
    if aim.unit == "count":
        least, hardest = least.ceil(), hardest.ceil()
    # Just on a bound that has to be passed, nothing can be told but that.
    least, hardest = (pl.when(short | (most > 0)).then(amount) for amount in (least, hardest))
    return *_gap(equal(low, high), below, above, over, most), least, hardest


def of_exact(
    bases: Mapping[str, pl.Expr], value: Number, limits: Limits, aim: Aim, anything: Sequence[pl.Expr] = ()
) -> dict[str, pl.Expr]:
    """Both ends are one, and null looks after itself. ``anything`` see ``of_anything``, where ``half`` of a quotient is known."""
    low, high = limits
    actual = bases["actual"] if value.empty is None else pl.when(~value.empty).then(bases["actual"])
    if equal(low, high):
        far = bases["below"].abs()
    elif isinstance(high, float):
        far = bases["below"]
    else:
        far = bases["over"] if isinstance(low, float) else pl.max_horizontal(bases["below"], bases["over"])
    divided = "numerator" in bases
    named = aim.numerator_named if divided else aim.named
    amount = far.ceil() if aim.unit == "count" else far
    if divided:
        amount = _nearer(bases, limits, bases.get("below"))
    known = actual.is_not_null()
    short = known & (far > 0)
    gap, shortfall = pl.when(known).then(-far), pl.when(short).then(amount)
    unit: pl.Expr = pl.when(shortfall.is_not_null() if divided else short).then(as_unit(named))
    ends: tuple[pl.Expr, ...] = (actual, actual, gap, gap, shortfall, shortfall)
    if value.half is not None:
        open_ends = (pl.lit(0.0), pl.lit(INFINITY), *anything)
        ends = tuple(pl.when(value.half).then(open).otherwise(end) for open, end in zip(open_ends, ends, strict=True))
        unit = pl.when(value.half & anything[-1].is_not_null()).then(as_unit(aim.named)).otherwise(unit)
    names = ("actual_lo", "actual_hi", "gap_lo", "gap_hi", "shortfall_lo", "shortfall_hi")
    made = {**dict(zip(names, ends, strict=True)), "unit": unit}
    return made | {name: bases[name] for name in ("numerator", "denominator") if divided}


def bases_of(value: Number, quotient: Quotient | None, limits: Limits, aim: Aim) -> dict[str, pl.Expr]:
    """What the figures of numbers that are known exactly or not at all are put together from."""
    low, high = limits
    made = {"actual": natural(value.lo, aim.decimals)}
    if not isinstance(low, float):
        made["below"] = natural(_short(low, value.lo), aim.decimals)
    if not isinstance(high, float) and not equal(low, high):
        made["over"] = -natural(_short(high, value.lo), aim.decimals)
    return made if quotient is None else made | _amounts(quotient, limits, aim) | parts_of(quotient)


@lru_cache(1024)
def of_anything(limits: tuple[Constant, Constant], aim: Aim) -> tuple[float | None, ...]:
    """Gap and shortfall of a number that is not negative and of which no more is known."""
    made = of_range(Number(constant(0), constant(INFINITY)), limits, aim)
    found: tuple[float | None, ...] = pl.select(*(end.alias(f"{at}") for at, end in enumerate(made))).row(0)
    return found


def parts_of(quotient: Quotient) -> dict[str, pl.Expr]:
    """Numerator and denominator in natural units, where both are known."""
    ends = ("numerator", quotient.of, quotient.of_scale), ("denominator", quotient.to, quotient.to_scale)
    return {
        name: pl.when(quotient.known).then(natural(Bound(column, quotient.most, factor=Fraction(1, by)), 0))
        for name, column, by in ends
    }


def in_units(quotient: Quotient, limits: Limits, aim: Aim, above: pl.Expr) -> pl.Expr:
    """What the numerator lacks, or has too much of, in its own unit; of things counted in whole ones."""
    return _nearer(_amounts(quotient, limits, aim), limits, above)


def _amounts(quotient: Quotient, limits: Limits, aim: Aim) -> dict[str, pl.Expr]:
    made = {}
    for name, limit in zip(("to low", "to high"), limits, strict=True):
        if not isinstance(limit, float):
            apart = quotient.apart(limit, 10**aim.decimals * (100 if aim.unit == "percent" else 1))
            exact = natural(apart, 0)
            if not aim.ratio:
                steps = whole_steps(apart.upper, apart.factor.denominator, strict=aim.strict).cast(pl.Float64)
                exact = pl.when(quotient.whole).then(steps).otherwise(exact)
            made[name] = exact
    return made


def _nearer(amounts: Mapping[str, pl.Expr], limits: Limits, above: pl.Expr | None) -> pl.Expr:
    none = pl.lit(None, pl.Float64)
    if isinstance(limits[0], float) or above is None:
        return amounts.get("to high", none)
    return pl.when(above >= 0).then(amounts["to low"]).otherwise(amounts.get("to high", none))


def equal(low: Limit, high: Limit) -> bool:
    """Whether both limits are one number."""
    return low is high or (not isinstance(low, Bound) and not isinstance(high, Bound) and low == high)


def as_unit(name: str | None) -> pl.Expr:
    """The name of a unit."""
    return pl.lit(name, UNIT)


def whole_steps(amount: pl.Expr, by: int, *, strict: bool) -> pl.Expr:
    """The whole number from which on ``amount ÷ by`` is reached, or passed where that is asked."""
    divisor = literal(by, WIDE)
    return amount // divisor + 1 if strict else (amount + divisor - 1) // divisor


def _short(limit: Limit, bound: Bound) -> Bound:
    """``limit - bound``, exactly; infinite where either is."""
    if not isinstance(limit, Bound):
        return shortage(limit, bound)
    up, down = bound.factor.numerator, bound.factor.denominator
    most = limit.top * down * max(bound.bottom, 1) + bound.top * up
    wide = type_for(most)
    held = limit.upper.cast(wide) * literal(down, wide)
    if bound.lower is not None:
        held = held * bound.lower.cast(wide)
    return Bound(held - bound.upper.cast(wide) * literal(up, wide), most, bound.lower, bound.bottom, Fraction(1, down))


def _gap(
    one: bool,
    below: pl.Expr,
    above: pl.Expr,
    over: pl.Expr,
    most: pl.Expr,
) -> tuple[pl.Expr, pl.Expr]:
    if one:
        first, other = above.abs(), below.abs()
        inside = (above >= 0) & (below <= 0)
        nearest = pl.when(inside).then(pl.lit(0.0)).otherwise(pl.min_horizontal(first, other))
        return -pl.max_horizontal(first, other), -nearest
    return pl.min_horizontal(-above, -most), pl.min_horizontal(-below, -over)


def _least(amount: pl.Expr) -> pl.Expr:
    return pl.when(amount > 0).then(amount).when(amount <= 0).then(pl.lit(0.0))
