"""Faults that a compiler of the language could have, each as a change of the forward engine or of the lowering."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gradeeval.engines.forward import engine, fields, outcomes, program
from gradeeval.language import lowering
from gradeeval.language.lowering import FALSE, Pair

Plant = Callable[[pytest.MonkeyPatch], None]


def swapped_comparator(patch: pytest.MonkeyPatch) -> None:
    _compare(patch, ge="gt")


def strict_bound_included(patch: pytest.MonkeyPatch) -> None:
    _compare(patch, lt="le")


def dropped_conjunct(patch: pytest.MonkeyPatch) -> None:
    both = lowering.both
    patch.setattr(lowering, "both", lambda trees: both(_all_but_last(list(trees))))


def dropped_alternative(patch: pytest.MonkeyPatch) -> None:
    either = lowering.either
    patch.setattr(lowering, "either", lambda trees: either(_all_but_last(list(trees))))


def any_as_and(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(lowering, "either", lowering.both)


def false_part_omitted(patch: pytest.MonkeyPatch) -> None:
    lower = program.lower_target
    patch.setattr(program, "lower_target", lambda *given: Pair(lower(*given).true, FALSE))


def false_is_not_true(patch: pytest.MonkeyPatch) -> None:
    """Unknown taken for false: a condition that is not definitely true does not bind."""
    patch.setattr(program, "UNSURE", program.FALSE)


def rank_off_by_one(patch: pytest.MonkeyPatch) -> None:
    place = fields.place_of
    patch.setattr(fields, "place_of", lambda value, values: place(value, values) + bool(values.ordered))


def outside_included(patch: pytest.MonkeyPatch) -> None:
    place = fields.place_of
    patch.setattr(fields, "place_of", lambda value, values: max(0, place(value, values)))


def sign_of_the_margin(patch: pytest.MonkeyPatch) -> None:
    """A value on the limit taken for one below it."""
    patch.setattr(fields, "bisect_right", bisect_left)


def lower_and_upper_bound_mixed_up(patch: pytest.MonkeyPatch) -> None:
    interval = fields.Interval
    patch.setattr(fields, "unknown_range", lambda _type: interval(0, 0))


def wrong_key_type(patch: pytest.MonkeyPatch) -> None:
    test = fields.Fields.test
    patch.setattr(fields.Fields, "test", lambda self, literal: test(self, literal).replace('"s', '"b'))


def no_value_forgotten(patch: pytest.MonkeyPatch) -> None:
    lower = lowering.lower_test

    def forgetful(*given: Any, **named: Any) -> Pair:
        return lower(*given, **{**named, "empty_is_false": False})

    patch.setattr(lowering, "lower_test", forgetful)


def unless_ignored(patch: pytest.MonkeyPatch) -> None:
    step = program.Program._step

    def without(self: Any, requirement: Any, *rest: Any) -> Any:
        return replace(step(self, replace(requirement, unless=None), *rest), requirement=requirement)

    patch.setattr(program.Program, "_step", without)


def unless_before_the_target(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(program.Outcomes, "of", _excused_first(program.Outcomes.of))


def permit_as_unmet(patch: pytest.MonkeyPatch) -> None:
    conditions, _outcome, _reason = outcomes._OUTCOMES["not_used"]
    patch.setitem(outcomes._OUTCOMES, "not_used", (conditions, outcomes.UNMET, None))


def tolerance_forgotten(patch: pytest.MonkeyPatch) -> None:
    lower = program.lower_target

    def strict(requirement: Any, reference: Any) -> Pair:
        return lower(replace(requirement, target=replace(requirement.target, about=False)), reference)

    patch.setattr(program, "lower_target", strict)


def last_year_only(patch: pytest.MonkeyPatch) -> None:
    fold = engine.fold_years
    patch.setattr(engine, "fold_years", lambda requirement, view, years: fold(requirement, view, list(years)[-1:]))


def window_not_begun_is_unknown(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(program, "begun", lambda _span, _view: True)


def name_on_the_list_is_enough_for_none_of(patch: pytest.MonkeyPatch) -> None:
    among = lowering._among
    patch.setattr(lowering, "_among", lambda key, places: _swapped(among(key, places), len(places) > 1))


FAULTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        swapped_comparator,
        strict_bound_included,
        dropped_conjunct,
        dropped_alternative,
        any_as_and,
        false_part_omitted,
        false_is_not_true,
        rank_off_by_one,
        outside_included,
        sign_of_the_margin,
        lower_and_upper_bound_mixed_up,
        wrong_key_type,
        no_value_forgotten,
        unless_ignored,
        unless_before_the_target,
        permit_as_unmet,
        tolerance_forgotten,
        last_year_only,
        window_not_begun_is_unknown,
        name_on_the_list_is_enough_for_none_of,
    )
}


def _compare(patch: pytest.MonkeyPatch, **instead: str) -> None:
    written = fields.comparison
    patch.setattr(fields, "comparison", lambda op, key, number: written(instead.get(op, op), key, number))


def _all_but_last(trees: list[Any]) -> list[Any]:
    return trees[:-1] if len(trees) > 1 else trees


def _swapped(pair: Pair, swap: bool) -> Pair:
    return Pair(pair.false, pair.true) if swap else pair


def _excused_first(of: Callable[..., Any]) -> Callable[..., Any]:
    def wrong(self: Any, case: Any) -> Any:
        bound, review, value, target, excuse, permit = case
        return of(self, (bound, review, value, min(target, 2 - excuse) if excuse else target, excuse, permit))

    return wrong
