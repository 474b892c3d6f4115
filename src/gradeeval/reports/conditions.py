"""Conditions in words: who is bound, for pages and explanations."""

from __future__ import annotations

from gradeeval.language.nodes import Bounds, Condition, Includes, Is, NoneOf, Reach, Test
from gradeeval.language.scope import Reference, Scope
from gradeeval.messages import _, chosen, listed
from gradeeval.reports import words


def condition(node: Condition, reader: Reach, scope: Scope) -> str:
    """All tests of a condition and, in brackets, the alternatives; empty where it is always true."""
    parts = []
    for name, test in node.tests:
        reference = scope.find(name, reader)
        assert isinstance(reference, Reference)
        parts.append(tested(chosen(*scope.title(name, reader.kind)), test, reference))
    if node.alternatives:
        branches = [condition(item, reader, scope) for item in node.alternatives]
        parts.append(_("（{branches}）").format(branches=_(" 或 ").join(branches)))
    return listed(parts)


def tested(title: str, test: Test, reference: Reference) -> str:
    """One test of what has this title: 级别 ≥二级, 所有制为公立."""
    if isinstance(test, Is) and isinstance(test.value, bool):
        return title if test.value else _("没有：{title}").format(title=title)
    if isinstance(test, Bounds | NoneOf | Includes):
        return f"{title} {words.test(test, reference)}"
    return _("{title}为{value}").format(title=title, value=words.test(test, reference))
