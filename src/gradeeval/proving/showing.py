"""A witness for people: in one line as a case of ``examples`` is written, and as plain data for machines."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from gradeeval.messages import _
from gradeeval.rulesets.ruleset import Case

_BARE = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w（）\u4e00-\u9fff-]*")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off"))


def case_plain(case: Case) -> dict[str, Any]:
    """The keys of a case that say something: ``period``, ``fields``, ``facts``, ``earlier``, ``parts``, ``above``."""
    plain: dict[str, Any] = {"period": case.period}
    for key in ("fields", "facts", "earlier"):
        if getattr(case, key):
            plain[key] = dict(getattr(case, key))
    if case.parts is not None:
        plain["parts"] = [dict(part) for part in case.parts]
    if case.above:
        plain["above"] = [dict(around) for around in case.above]
    return plain


def case_text(case: Case) -> str:
    """A case in one line, as it can be put into a file of examples."""
    return _flow(case_plain(case))


def outcome_title(outcome: str) -> str:
    """An outcome in words."""
    titles = {
        "met": _("达标"),
        "unmet": _("未达标"),
        "not_applicable": _("不适用"),
        "needs_review": _("需人工评定"),
    }
    return titles.get(outcome, outcome)


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, str) and not (_BARE.fullmatch(value) and value.lower() not in _WORDS):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
