"""The texts that the C engine reads: whole numbers and short names of our own, and nothing else.

Its JSON reader fails on ``1e-05``, clamps whole numbers beyond 64 bit, compares a text with a number as texts and knows a
field by a 32-bit hash of its name only. So no text but names made here, and no number but small whole ones, ever reaches it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from gradeeval.errors import EngineLimit
from gradeeval.messages import _

MAX_INTEGER = 2**53
"""Up to here a whole number is the same as integer and as float."""

RESERVED = (
    *("id", "sid", "$s", "$forward", "$m", "$and", "$or", "$eq", "$neq", "$lt", "$lte", "$gt", "$gte", "$ex", "$nex"),
    *("$mt", "$imt", "$iall", "$iany", "$i", "$add", "$sub", "$mul", "$div", "$l", "$r"),
    *("all", "any", "pri", "count", "cap", "dist", "name", "run", "m"),
)
"""What the C engine gives a meaning of its own, by hash as well."""

_OPERATORS = {"ge": "$gte", "gt": "$gt", "le": "$lte", "lt": "$lt"}


def integer(number: int) -> str:
    """The JSON text of a whole number; anything that the C engine might read as another number is refused."""
    if type(number) is not int or not -MAX_INTEGER <= number <= MAX_INTEGER:
        raise EngineLimit(_("forward 引擎不接受数值 {number!r}").format(number=number))
    return str(number)


def comparison(op: str, key: str, number: int) -> str:
    """One positive test of one field."""
    plain = f'{{"{key}":{integer(number)}}}'
    return plain if op == "eq" else f'{{"{_OPERATORS[op]}":{plain}}}'


def group(word: str, parts: Sequence[str]) -> str:
    """``$and`` or ``$or`` of at least two tests: an empty group would never return."""
    if len(parts) < 2:
        raise EngineLimit(_("forward 引擎不接受少于两项的 {word}").format(word=word))
    return f'{{"{word}":[{",".join(parts)}]}}'


def rules_text(patterns: Mapping[str, str]) -> str:
    """A ruleset: for each name, the pattern of the one fact that it matches."""
    return "{" + ",".join(f'"{name}":{{"all":[{{"m":{pattern}}}]}}' for name, pattern in patterns.items()) + "}"


@lru_cache(maxsize=65_536)
def fnv(name: str) -> int:
    """The 32-bit FNV-1a hash by which the C engine knows a name; its bytes are signed."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ (byte - 256 if byte > 127 else byte)) * 16777619) & 0xFFFFFFFF
    return value


@cache
def _reserved() -> Mapping[int, str]:
    return {fnv(name): name for name in RESERVED}


def check_distinct(names: Iterable[str]) -> None:
    """Refuse names of which the C engine would take one for another, or for a word of its own."""
    seen = dict(_reserved())
    for name in names:
        other = seen.setdefault(fnv(name), name)
        if other != name or name in RESERVED:
            raise EngineLimit(_("forward 引擎无法区分名称 {name} 与 {other}").format(name=name, other=other))
