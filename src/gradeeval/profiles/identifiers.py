"""Identifiers as the standards have them: WS 218 institution codes, GB 32100 credit codes, GB/T 2260 region codes."""

from __future__ import annotations

from collections.abc import Sequence

from gradeeval.messages import _

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_CHECKS = "0123456789X"
_CODE_LENGTH = 22
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_VALUE = {sign: value for value, sign in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}


_WRONG = 255
_WEIGHED = [
    bytes(_VALUE[chr(sign)] * weight % 11 if chr(sign) in _VALUE else _WRONG for sign in range(256))
    for weight in _ORGANISATION_WEIGHTS
] + [bytes(_ORGANISATION_CHECKS.find(chr(sign)) % 256 for sign in range(256))]
"""What each sign of an organisation code adds to a sum that is right where 11 divides it."""
_WHOLE = bytes(range(0, 11 * len(_WEIGHED), 11))


def credit_code_check(code: str) -> str:
    """The 18th character that the first 17 of a unified social credit code ask for (GB 32100-2015, modulo 31)."""
    total = sum(_CREDIT_ALPHABET.index(sign) * weight for sign, weight in zip(code[:17], _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def organisation_code_check(code: str) -> str:
    """The 9th character that the first 8 of an organisation code ask for (GB 11714, modulo 11)."""
    of = _VALUE  # written out, for a hundred thousand codes are looked at: weights 3, 7, 9, 10, 5, 8, 4, 2
    total = 3 * of[code[0]] + 7 * of[code[1]] + 9 * of[code[2]] + 10 * of[code[3]]
    total += 5 * of[code[4]] + 8 * of[code[5]] + 4 * of[code[6]] + 2 * of[code[7]]
    return _ORGANISATION_CHECKS[(11 - total % 11) % 11]


def right_codes(codes: Sequence[str]) -> bool:
    """Whether institution codes of right characters, without hyphen, all have their check character."""
    signs = "".join(codes).encode()
    if len(signs) != _CODE_LENGTH * len(codes) or set(map(len, codes)) - {_CODE_LENGTH}:
        return False
    weighed = [signs[place::_CODE_LENGTH].translate(table) for place, table in enumerate(_WEIGHED)]
    if any(max(column) == _WRONG for column in weighed if column):
        return False
    # None is above 10, so all can be added at once as one number of a byte each.
    total = sum(int.from_bytes(column, "big") for column in weighed).to_bytes(len(codes), "big")
    return not total.translate(None, _WHOLE)


def institution_code(code: str) -> str:
    """The code of 22 characters, without the hyphen that some systems keep in its first nine."""
    return code[:8] + code[9:] if len(code) == 23 and code[8] == "-" else code


def credit_code_fault(code: str) -> str | None:
    """What is wrong with a credit code of 18 right characters; None where its check character is right."""
    try:
        wanted = credit_code_check(code)
    except ValueError:
        return _("统一社会信用代码 {code} 含有不允许的字符（不使用 I、O、S、V、Z）").format(code=code)
    if code[17] != wanted:
        return _("统一社会信用代码 {code} 的校验位不对：末位应为 {wanted}").format(code=code, wanted=wanted)
    return None


def institution_code_fault(code: str) -> str | None:
    """What is wrong with an institution code of 22 right characters; its first nine are an organisation code."""
    wanted = organisation_code_check(code)
    if code[8] != wanted:
        return _("机构代码 {code} 中组织机构代码的校验位不对：第 9 位应为 {wanted}").format(code=code, wanted=wanted)
    return None
