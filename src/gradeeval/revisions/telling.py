"""A comparison as text, as Markdown and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gradeeval.files.canonical import exact_json
from gradeeval.files.writing import escape_controls
from gradeeval.language.nodes import Requirement
from gradeeval.messages import _, chosen, listed
from gradeeval.reports import words
from gradeeval.reports.markdown import escaped
from gradeeval.revisions.comparing import CHANGES, WORDING, Changed, Comparison, Moved, Pair
from gradeeval.revisions.judging import Differing
from gradeeval.revisions.witnesses import Shown
from gradeeval.rulesets.ruleset import Case

LONGEST = 300
"""Characters of one value or case in text and Markdown; JSON has them whole."""


def kind(code: str) -> str:
    """A kind of change in words."""
    return {
        "added": _("新增"),
        "removed": _("删去"),
        "tightened": _("收紧"),
        "loosened": _("放宽"),
        "newly_bound": _("新纳入约束"),
        "released": _("不再约束"),
        "otherwise": _("结论不同"),
        "undecided": _("规则改动，未能判明是否改变结论"),
        "redated": _("改期限"),
        "reforced": _("改约束力"),
        "equivalent": _("写法不同，含义相同"),
        "reworded": _("只改文字"),
    }[code]


def text(comparison: Comparison, subjects: Sequence[Differing] | None) -> str:
    """Plain lines, a blank one before each requirement."""
    lines: list[str] = []
    for level, line in _lines(comparison, subjects):
        if level == 1 and lines:
            lines.append("")
        lines.append("  " * max(0, level - 1) + escape_controls(line))
    return "\n".join(lines) + "\n"


def markdown(comparison: Comparison, subjects: Sequence[Differing] | None) -> str:
    """Headings and lists."""
    lines: list[str] = []
    for level, line in _lines(comparison, subjects):
        if level < 2:
            lines += [*([""] if lines else []), f"{'#' * (level + 1)} {escaped(line)}", *([""] if level else [])]
        elif level == 2:
            lines.append(f"- {escaped(line)}")
        else:
            lines.append(f"  - `{escape_controls(line).replace('`', 'ˋ')}`")
    return "\n".join(lines).rstrip() + "\n"


def _lines(comparison: Comparison, subjects: Sequence[Differing] | None) -> Iterator[tuple[int, str]]:
    """Each line with its level: 0 the title, 1 what changed, 2 how, 3 a case."""
    old, new = comparison.old, comparison.new
    yield 0, _("{id}：{old} → {new}").format(id=new.document.id, old=old.label, new=new.label)
    for one in comparison.requirements:
        kinds = listed(kind(code) for code in one.kinds)
        yield 1, _("{kind}：{id} {title}").format(kind=kinds, id=one.requirement.id, title=_title(one.requirement))
        yield from ((2, _pair(pair)) for pair in one.keys)
        for code, shown in one.shown.items():
            yield from _witness(code, shown)
    for moved in comparison.indicators:
        label = _("指标改文字") if moved.wording else _("指标改含义")
        yield 1, _("{kind}：{id} {title}").format(kind=label, id=moved.name, title=moved.title)
        yield from ((2, _pair(pair)) for pair in moved.keys)
        yield 2, _("用于：{ids}").format(ids=listed(moved.readers))
    if comparison.document:
        yield 1, _("文件")
        yield from ((2, _pair(pair)) for pair in comparison.document)
    if subjects is not None:
        count = len({one.subject for one in subjects})
        yield (
            1,
            _("给出的档案中，{subjects} 个对象的 {findings} 条结论有变").format(subjects=count, findings=len(subjects)),
        )
        yield from ((2, _subject(one)) for one in subjects)
    yield 1, _summary(comparison)


def _summary(comparison: Comparison) -> str:
    counted = Counter(code for one in comparison.requirements for code in one.kinds)
    told = [f"{kind(code)} {counted[code]}" for code in (*CHANGES, *WORDING) if counted[code]]
    if not comparison.meaning:
        told.insert(0, _("含义没有改变"))
    return listed(told)


def _title(requirement: Requirement) -> str:
    return chosen(requirement.title or requirement.indicator, requirement.title_en)


def _pair(pair: Pair) -> str:
    key, old, new = pair
    return _("{key}：{old} → {new}").format(key=key, old=_brief(old), new=_brief(new))


def _brief(value: Any) -> str:
    if value is None:
        return "—"
    shown = value if isinstance(value, str) else exact_json(value).decode()
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def _witness(code: str, shown: Shown) -> Iterator[tuple[int, str]]:
    source = {"example": _("例子"), "boundary": _("移到界限上的例子"), "solver": _("求解器给出")}[shown.source]
    title = f"「{shown.case.title}」" if shown.case.title and shown.source != "solver" else ""
    if shown.as_of is not None:
        yield (
            2,
            _("{kind}，{source}{title}：在 {day}，一个版本已到期，另一个没有").format(
                kind=kind(code), source=source, title=title, day=shown.as_of
            ),
        )
    else:
        yield (
            2,
            _("{kind}，{source}{title}：{old} → {new}").format(
                kind=kind(code), source=source, title=title, old=_outcome(shown.old), new=_outcome(shown.new)
            ),
        )
    yield 3, _brief(case_plain(shown.case))


def _outcome(code: str | None) -> str:
    return _("没有这条要求") if code is None else words.outcome(code)


def _subject(one: Differing) -> str:
    due = _("（只是是否到期不同）") if one.old == one.new else ""
    return (
        _("{id} {name}，{requirement}：{old} → {new}").format(
            id=one.subject,
            name=one.name,
            requirement=one.requirement,
            old=_outcome(one.old),
            new=_outcome(one.new),
        )
        + due
    )


def case_plain(case: Case) -> dict[str, Any]:
    """A case as it would stand in an examples file, without what it is to come out as."""
    plain: dict[str, Any] = {"period": case.period}
    plain |= {"fields": _lists(case.fields), "facts": _lists(case.facts), "earlier": _lists(case.earlier)}
    plain |= {"parts": _lists(case.parts), "above": _lists(case.above)}
    return {key: value for key, value in plain.items() if value not in (None, {}, [])}


def _lists(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_lists(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return {key: _lists(item) for key, item in value.items()} if hasattr(value, "items") else value


def json(comparison: Comparison, subjects: Sequence[Differing] | None) -> bytes:
    """One object: ``document``, ``old``, ``new``, ``meaning``, ``requirements``, ``indicators``, ``keys`` and ``profiles``."""
    plain: dict[str, Any] = {
        "version": "1",
        "document": comparison.new.document.id,
        "old": comparison.old.label,
        "new": comparison.new.label,
        "meaning": comparison.meaning,
        "requirements": [_changed(one) for one in comparison.requirements],
        "indicators": [_moved(one) for one in comparison.indicators],
        "keys": _pairs(comparison.document),
    }
    if subjects is not None:
        plain["profiles"] = [
            {
                "subject": one.subject,
                "name": one.name,
                "requirement": one.requirement,
                "old": {"outcome": one.old, "overdue": one.old_due},
                "new": {"outcome": one.new, "overdue": one.new_due},
            }
            for one in subjects
        ]
    return exact_json(plain) + b"\n"


def _changed(one: Changed) -> dict[str, Any]:
    return {
        "id": one.requirement.id,
        "title": one.requirement.title,
        "clause": one.requirement.clause,
        "quote": one.requirement.quote,
        "kinds": list(one.kinds),
        "keys": _pairs(one.keys),
        "witnesses": {
            code: {
                "source": shown.source,
                "title": shown.case.title,
                "case": case_plain(shown.case),
                "old": shown.old,
                "new": shown.new,
                "as_of": shown.as_of,
            }
            for code, shown in one.shown.items()
        },
    }


def _moved(one: Moved) -> dict[str, Any]:
    keys = _pairs(one.keys)
    return {
        "name": one.name,
        "title": one.title,
        "wording": one.wording,
        "keys": keys,
        "requirements": list(one.readers),
    }


def _pairs(pairs: Iterable[Pair]) -> dict[str, dict[str, Any]]:
    return {key: {"old": _lists(old), "new": _lists(new)} for key, old, new in pairs}
