"""Figures as content: the text that people read and, where it says one number, that number exact and how it is shown."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from gradeeval.language.nodes import Bounds, Equals, Target
from gradeeval.language.scope import Reference
from gradeeval.quantity import Interval
from gradeeval.reports import figures, words
from gradeeval.reports.content import Figure
from gradeeval.reports.page import clean

_ONE_NUMBER = re.compile(r"([^0-9−-]*)(-?[0-9][0-9,]*(?:\.([0-9]+))?)([^0-9]*)")


def of_value(text: str, value: Any, reference: Reference, limit: Fraction | None) -> Figure:
    """A value that was tested (scaled), which is shown as ``text``; ``limit`` is what it must stay on its side of."""
    if isinstance(value, bool) or reference.type.form != "number":
        return Figure(text)
    scale = 10**reference.type.decimals
    if isinstance(value, int):
        return figure(text, Fraction(value, scale))
    if not isinstance(value, Interval) or not value.known or isinstance(value.lo, float):
        return Figure(text)
    number = Fraction(value.lo) / scale
    if value.of is None or value.to is None:
        return figure(text, number)
    return quotient(text, number, (Fraction(value.of), Fraction(value.to)), reference.type.unit, limit)


def quotient(
    text: str, number: Fraction, operands: tuple[Fraction, Fraction], unit: str | None, limit: Fraction | None
) -> Figure:
    """A quotient with its numerator and denominator, which is shown as ``text`` with both."""
    return figure(figures.number(number, unit, limit), number, text, operands)


def of_target(wanted: Target, reference: Reference) -> tuple[Figure, Figure]:
    """What is asked, and the same where it has to be short: of a long list only how many."""
    text, brief = (clean(words.target(wanted, reference, most)) for most in (None, figures.MOST_CODES))
    found = _of_target(text, wanted, reference)
    return found, found if brief == text else Figure(brief)


def _of_target(text: str, wanted: Target, reference: Reference) -> Figure:
    if isinstance(wanted.test, Equals):
        return figure(text, Fraction(wanted.test.number))
    if isinstance(wanted.test, Bounds) and reference.type.form == "number" and wanted.up_to is None:
        limits = [limit for _word, limit in wanted.test.stated() if not isinstance(limit, str)]
        if len(limits) == 1:
            return figure(text, Fraction(limits[0]))
    return Figure(text)


def figure(
    shown: str, number: Fraction, text: str | None = None, operands: tuple[Fraction, Fraction] | None = None
) -> Figure:
    """The figure where ``shown`` has one number in it, else its text alone."""
    part, whole = operands if operands is not None else (None, None)
    match = _ONE_NUMBER.fullmatch(shown)
    if match is None:
        return Figure(text or shown, part=part, whole=whole)
    before, digits, decimals, behind = match.groups()
    return Figure(text or shown, number, before, behind, len(decimals or ""), "," in digits, part, whole)
