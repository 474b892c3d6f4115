"""The vocabulary is what the profile schemas say, and what rulesets add to it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.invented import vocabulary

from gradeeval.schemas import shipped
from gradeeval.vocabulary import KINDS, RANGES, Values, read_vocabulary, type_of_unit

WHOLE = vocabulary()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_name_and_the_regions_around_it(kind: str) -> None:
    for name in ("name", "province", "prefecture", "county"):
        assert WHOLE.fields[kind][name].type.form == "name"


@pytest.mark.parametrize(
    ("kind", "name", "form"),
    [
        ("institution", "level", "ordered"),
        ("institution", "level_grade", "ordered"),
        ("institution", "ownership", "code"),
        ("institution", "roles", "list"),
        ("institution", "government_run", "yes_no"),
        ("region", "division", "code"),
    ],
)
def test_the_type_of_a_field_is_that_of_its_schema(kind: str, name: str, form: str) -> None:
    field = WHOLE.fields[kind][name]
    assert field.type.form == form
    assert field.title
    assert field.title_en
    assert (field.type.values is not None) == (form != "yes_no")


def test_what_no_rule_tests_is_no_field() -> None:
    assert "id" not in WHOLE.fields["institution"]
    assert "facts" not in WHOLE.fields["institution"]
    assert "level" not in WHOLE.fields["region"]


def test_an_order_has_ranks_and_what_stands_outside_has_none() -> None:
    level = WHOLE.lists["level"]
    assert level.ordered
    assert level.ranks["primary"] < level.ranks["secondary"] < level.ranks["tertiary"]
    assert level.outside == {"unrated"}
    assert "unrated" not in level.ranks
    assert "unrated" in level.titles
    assert level.extent() == "primary … tertiary"


def test_a_list_is_not_ordered() -> None:
    ownership = WHOLE.lists["ownership"]
    assert not ownership.ordered
    assert ownership.extent() == "public, private"


def test_a_label_is_the_title_or_the_code() -> None:
    assert WHOLE.lists["ownership"].label("public") == "公立"
    assert WHOLE.lists["ownership"].label("nobody") == "nobody"


def test_a_ruleset_adds_types_but_does_not_change_those_there() -> None:
    own = Values("nph_tertiary", "国考等级", {"A": ("甲", "A")}, {"A": 0})
    other = Values("level", "别的", {"x": ("x", "x")})
    whole = WHOLE.with_lists([own, other])
    assert whole.lists["nph_tertiary"] is own
    assert whole.lists["level"] is WHOLE.lists["level"]
    assert "nph_tertiary" not in WHOLE.lists


@pytest.mark.parametrize("unit", RANGES)
def test_the_type_of_a_unit_has_its_range(unit: str) -> None:
    made = type_of_unit(unit, None, None, None)
    assert (made.form, made.unit, made.lowest, made.highest) == ("number", unit, *RANGES[unit])
    assert made.decimals == (0 if unit == "count" else 6)


def test_an_own_range_and_own_decimals_replace_those_of_the_unit() -> None:
    made = type_of_unit("percent", 2, Decimal(-1), 150)
    assert (made.decimals, made.lowest, made.highest) == (2, -1, 150)
    assert type_of_unit("count", 3, None, None).decimals == 3


def test_yes_no_is_no_number() -> None:
    made = type_of_unit("yes_no", 3, 1, 2)
    assert (made.form, made.lowest, made.highest, made.decimals) == ("yes_no", None, None, 0)


def test_a_field_of_a_form_that_rules_cannot_test_is_left_out() -> None:
    schemas = {name: shipped(name) for name in ("vocabulary", *KINDS)}
    odd = {"properties": {"number": {"x-field": True, "type": "number"}, "free": {"type": "string", "x-field": True}}}
    fields = read_vocabulary({**schemas, "region": odd}).fields["region"]
    assert set(fields) == {"province", "prefecture", "county", "name"}
