"""The report as one self-contained web page: opens offline, loads nothing, and runs nothing but its own script.

Everything that comes from profiles and rulesets is escaped by the template or written as JSON that cannot leave its
element; the content security policy names the page's own style and script by hash and forbids all else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from gradeeval import __version__
from gradeeval.findings.result import Result
from gradeeval.language.nodes import FORCES
from gradeeval.messages import _, chosen, counted, day, language
from gradeeval.reports import naming, panels, tables, words
from gradeeval.reports.cells import shown
from gradeeval.reports.composing import build_report
from gradeeval.reports.content import MARKS, Report, Row, SubjectReport
from gradeeval.reports.rendering import Layout

_WEB = Path(__file__).parent / "web"
_STEP = 200
"""So many rows are shown at first and more at a press of a button."""

_ORDER = ("unmet", "error", "unknown", "needs_review", "met", "not_applicable")
"""Of the table of findings, until it is sorted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table of findings with the subject that it is on."""

    index: int
    subject: SubjectReport
    row: Row


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter: its name in the page, its label, and the labels of what can be chosen; the place is the value."""

    name: str
    label: str
    choices: tuple[str, ...]


def render(result: Result, layout: Layout) -> bytes:  # noqa: ARG001 - the signature of all renderers
    """The page in UTF-8. The same result gives the same bytes."""
    return written(build_report(result))


def written(report: Report) -> bytes:
    """The page of a report."""
    entries = [
        Entry(index, subject, row)
        for index, (subject, row) in enumerate(
            (subject, row) for code in _ORDER for subject in report.subjects for row in subject.of(code)
        )
    ]
    facets, chosen_by = _facets(report, entries)
    style, script = (_own(name) for name in ("page.css", "page.js"))
    bullets, more_bullets = panels.bullets((entry.index, entry.subject.name, entry.row) for entry in entries)
    text = _template().render(
        _=_,
        counted=counted,
        day=day,
        period=naming.period,
        language={"zh": "zh-CN"}.get(language(), language()),
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        report=report,
        entries=entries,
        places={(entry.subject.id, entry.row.id): entry.index for entry in entries},
        facets=facets,
        marks=MARKS,
        labels={code: words.outcome(code) for code in MARKS},
        stacked=panels.STACKED,
        step=_STEP,
        many=len(report.subjects) > 1,
        bars=panels.subject_bars(report.subjects),
        by_id={subject.id: subject for subject in report.subjects},
        chapters=panels.chapters(report),
        bullets=bullets,
        more_bullets=more_bullets,
        deadlines=panels.deadlines(report),
        parts={subject.id: panels.parts(subject.rolled) for subject in report.subjects if _whole(subject)},
        rolled={subject.id: _grid(subject) for subject in report.subjects if subject.rolled and not _whole(subject)},
        review=list(MARKS).index("needs_review"),
        reviews=sum(entry.row.code == "needs_review" for entry in entries),
        version=__version__,
        data=_data(entries, chosen_by),
    )
    return text.encode()


def _whole(subject: SubjectReport) -> bool:
    """Whether there is something rolled up and every part is named in it."""
    return bool(subject.rolled) and all(item.complete for item in subject.rolled)


def _grid(subject: SubjectReport) -> tuple[list[str], list[list[str]]]:
    """The roll-up as a table of texts, without its empty columns."""
    table = tables.rolled((subject,))
    rows = [[shown(cell) for cell in row] for row in table.rows]
    kept = [at for at in range(len(table.headings)) if any(row[at] not in ("", "0") for row in rows)]
    return [table.headings[at].text for at in kept], [[row[at] for at in kept] for row in rows]


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True,
        loader=FileSystemLoader(_WEB),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["picture"] = Markup
    return environment.get_template("page.html")


@cache
def _own(name: str) -> str:
    """A file of this package, as it stands between its tags: what the hash is of."""
    return "\n" + (_WEB / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """The content security policy: nothing but this style and this script."""
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script))
    style_hash, script_hash = (f"'sha256-{item}'" for item in hashes)
    return f"default-src 'none'; style-src {style_hash}; script-src {script_hash}; base-uri 'none'; form-action 'none'"


def _facets(report: Report, entries: Sequence[Entry]) -> tuple[list[Facet], dict[str, list[Any]]]:
    """The filters that have something to choose from, and for each row the places of its values in them."""
    topics = _topics()
    sources: list[tuple[str, str, Callable[[Entry], Sequence[str]], Sequence[str]]] = [
        ("outcome", _("结论"), lambda entry: (words.outcome(entry.row.code),), [words.outcome(code) for code in MARKS]),
        (
            "force",
            _("约束力"),
            lambda entry: (entry.row.force,),
            [words.force(code) for code in FORCES],
        ),
        ("subject", _("对象"), lambda entry: (entry.subject.name,), [subject.name for subject in report.subjects]),
        ("topic", _("主题"), lambda entry: [topics.get(code, code) for code in entry.row.topics], [*topics.values()]),
        ("document", _("文件"), lambda entry: (entry.row.document,), ()),
        ("year", _("期限年份"), lambda entry: (_year(entry.row),), ()),
        ("office", _("责任单位"), lambda entry: entry.row.responsible, ()),
    ]
    facets, chosen_by = [], {}
    for name, label, of, order in sources:
        values = [list(of(entry)) for entry in entries]
        found = dict.fromkeys(value for items in values for value in items)
        known = list(dict.fromkeys([*order, *(sorted(found) if name in ("year", "office") else found)]))
        place = {value: index for index, value in enumerate(known)}
        if name != "outcome" and len(found) < 2 and name != "office":
            continue
        facets.append(Facet(name, label, tuple(value if value in found else "" for value in known)))
        chosen_by[name] = [[place[value] for value in items] for items in values]
    return facets, chosen_by


def _year(row: Row) -> str:
    return row.due_day[:4] if row.due_day is not None else _("常年要求")


def _topics() -> dict[str, str]:
    from gradeeval.schemas import shipped

    listed = shipped("vocabulary")["$defs"]["topic"]["oneOf"]
    return {item["const"]: chosen(item["title"], item.get("description")) for item in listed}


def _data(entries: Sequence[Entry], chosen_by: dict[str, list[Any]]) -> Markup:
    """What the script needs, as JSON that holds no character with a meaning in HTML.

    ``texts`` holds each text once. ``requirements`` and ``details`` point into it: pairs of label and text, lines with
    their indent (-1: a heading); a detail is the place of its requirement, its pairs and its lines.
    """
    requirements: dict[str, int] = {}
    texts: dict[str, int] = {}
    pairs, details = [], []

    def told(found: list[list[Any]]) -> list[list[Any]]:
        return [
            [texts.setdefault(label, len(texts)), texts.setdefault(text, len(texts)), *more]
            for label, text, *more in found
        ]

    for entry in entries:
        row = entry.row
        if row.id not in requirements:
            requirements[row.id] = len(requirements)
            pairs.append(told(_requirement_pairs(row)))
        details.append(
            [
                requirements[row.id],
                told(_finding_pairs(entry)),
                [
                    [texts.setdefault(line.text, len(texts)), -1 if line.heading else line.indent]
                    for line in row.trace()
                ],
            ]
        )
    plain = {
        "step": _STEP,
        "words": {
            "counted": _("显示 {shown} 条；符合条件 {matching} 条，共 {total} 条"),
            "trace": _("推算"),
            "unfold": _("展开所示各条"),
            "fold": _("收起所示各条"),
            "open": _("展开 {number} {title}"),
        },
        "facets": chosen_by,
        "ranks": _ranks(entries),
        "columns": {
            "subject": _words(entry.subject.name for entry in entries),
            "title": _words(entry.row.title for entry in entries),
            "office": _words(entry.row.offices for entry in entries),
        },
        "texts": list(texts),
        "requirements": pairs,
        "details": details,
    }
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing is left in it that HTML would read


def _requirement_pairs(row: Row) -> list[list[Any]]:
    topics = _topics()
    return _kept(
        [_("要求"), row.title],
        [_("文件"), row.document],
        [_("条款"), row.clause],
        [_("原文"), row.quote],
        [_("解读"), row.reading],
        [_("约束对象"), row.binds],
        [_("约束力"), row.force],
        [_("期限"), row.due],
        [_("责任单位"), row.offices],
        [_("责任科室"), row.department],
        [_("数据系统"), row.system],
        [_("主题"), _("、").join(topics.get(code, code) for code in row.topics)],
        [_("要求编号"), row.id],
    )


def _finding_pairs(entry: Entry) -> list[list[Any]]:
    """What stands in the row, for narrow screens that show only part of it, and what does not."""
    row = entry.row
    return _kept(
        [_("对象"), entry.subject.name],
        [_("结论"), row.outcome],
        [_("现状"), row.actual.text],
        [_("目标"), row.target.text],
        [_("差距"), row.gap.text],
        [_("说明"), row.why],
        [_("佐证材料"), row.evidence, 1],
        [_("备注"), row.remarks],
    )


def _kept(*pairs: list[Any]) -> list[list[Any]]:
    return [pair for pair in pairs if pair[1] and pair[1] != "—"]


def _ranks(entries: Sequence[Entry]) -> dict[str, list[int]]:
    """For each column that is not sorted as text the rank of each row."""
    subjects: dict[str, int] = {}
    for entry in entries:
        subjects.setdefault(entry.subject.id, len(subjects))
    return {
        "number": _ranked(entries, lambda entry: (subjects[entry.subject.id], entry.row.number)),
        "clause": _ranked(entries, lambda entry: entry.row.number),
        "actual": _ranked(entries, lambda entry: _number(entry.row.actual.number)),
        "target": _ranked(entries, lambda entry: _number(entry.row.target.number)),
        "gap": _ranked(entries, lambda entry: -entry.row.size if entry.row.code == "unmet" else 1),
        "outcome": _ranked(entries, lambda entry: (_ORDER.index(entry.row.code), entry.row.outcome)),
        "due": _ranked(entries, lambda entry: (entry.row.due_day or "9999", FORCES.index(entry.row.force_code))),
    }


def _words(texts: Iterable[str]) -> dict[str, Any]:
    """A column of text: each text once, and for each row which one it has; the browser knows how to order them."""
    places: dict[str, int] = {}
    of = [places.setdefault(text, len(places)) for text in texts]
    return {"words": list(places), "of": of}


def _number(number: Any) -> Any:
    return (0, number) if number is not None else (1, 0)


def _ranked(entries: Sequence[Entry], key: Callable[[Entry], Any]) -> list[int]:
    keys: list[Hashable] = [key(entry) for entry in entries]
    place = {value: index for index, value in enumerate(sorted(set(keys)))}  # type: ignore[type-var]
    return [place[value] for value in keys]
