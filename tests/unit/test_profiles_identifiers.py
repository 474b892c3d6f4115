"""Check characters of the standards, on codes that are published or worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeeval.profiles.identifiers import (
    credit_code_check,
    credit_code_fault,
    institution_code,
    institution_code_fault,
    organisation_code_check,
    right_codes,
)

CREDIT = "91350100M000100Y43"
"""The example that GB 32100-2015 itself works through."""


def test_the_example_of_the_standard() -> None:
    assert credit_code_check(CREDIT[:17]) == "3"
    assert credit_code_fault(CREDIT) is None


def test_a_wrong_check_character_is_told_the_right_one() -> None:
    assert credit_code_fault(CREDIT[:17] + "4") == f"统一社会信用代码 {CREDIT[:17]}4 的校验位不对：末位应为 3"


@pytest.mark.parametrize("sign", "IOSVZ")
def test_letters_that_are_not_used(sign: str) -> None:
    code = CREDIT[:8] + sign + CREDIT[9:]
    assert credit_code_fault(code) == f"统一社会信用代码 {code} 含有不允许的字符（不使用 I、O、S、V、Z）"


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 30))
def test_any_single_wrong_character_of_a_credit_code_is_found(body: str, place: int, step: int) -> None:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    code = body + credit_code_check(body)
    assert credit_code_fault(code) is None
    other = alphabet[(alphabet.index(body[place]) + step) % 31]
    assert credit_code_fault(body[:place] + other + body[place + 1 :] + code[17]) is not None


@pytest.mark.parametrize(("body", "check"), [("12345678", "8"), ("D2143569", "X"), ("00000000", "0")])
def test_organisation_codes(body: str, check: str) -> None:
    """``D2143569X`` is the example of GB 11714; the other two were added up by hand."""
    assert organisation_code_check(body) == check


def test_an_institution_code_with_a_wrong_ninth_character() -> None:
    right = "D2143569X99010111A1001"
    assert institution_code_fault(right) is None
    wrong = right.replace("X", "1", 1)
    assert institution_code_fault(wrong) == f"机构代码 {wrong} 中组织机构代码的校验位不对：第 9 位应为 X"


def test_the_hyphen_of_an_organisation_code_is_dropped_where_it_stands() -> None:
    assert institution_code("D2143569-X99010111A1001") == "D2143569X99010111A1001"
    assert institution_code("D2143569X99010111A1001") == "D2143569X99010111A1001"
    assert institution_code("D214356-9X99010111A1001") == "D214356-9X99010111A1001"


signs = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8)


@given(st.lists(st.tuples(signs, st.sampled_from("0123456789XAZ")), max_size=4), signs)
def test_many_codes_are_right_where_each_is(wrong: list[tuple[str, str]], body: str) -> None:
    rest = "99010111A1001"
    codes = [f"{body}{organisation_code_check(body)}{rest}", *(f"{one}{check}{rest}" for one, check in wrong)]
    assert right_codes(codes) == all(institution_code_fault(code) is None for code in codes)
    assert right_codes(codes[:1])


@pytest.mark.parametrize(
    "odd", ["D2143569-X99010111A1001", "D2143569X99010111A100", "d2143569X99010111A1001", "甲2143569X99010111A1001"]
)
def test_a_code_that_has_not_its_22_characters_is_not_right(odd: str) -> None:
    assert not right_codes(["D2143569X99010111A1001", odd])
