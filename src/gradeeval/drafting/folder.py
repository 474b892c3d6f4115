"""Lays a draft out as the files of a ruleset folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from gradeeval.drafting.naming import chapter, named
from gradeeval.drafting.nearby import nearest
from gradeeval.drafting.notes import notes_page
from gradeeval.drafting.printed import Printed
from gradeeval.drafting.scalars import flow
from gradeeval.drafting.sentence import after_number, is_heading
from gradeeval.messages import _
from gradeeval.sources.segments import canonical_clause, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gradeeval.drafting.candidate import Candidate
    from gradeeval.drafting.front import Front
    from gradeeval.sources.segments import Segment

_OPENING_CHARACTERS = 10
_BETWEEN = re.compile(r"[、,;](?![^()]*\))")  # names of offices; 县(市、区) is one


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a draft says. ``name`` is the file name of the document, ``sha256`` that of its bytes.

    ``known`` are the installed indicators: name, title and unit.
    """

    id: str
    name: str
    sha256: str
    text: str
    front: Front
    segments: Sequence[Segment]
    candidates: Sequence[Candidate]
    notes: Sequence[str]
    known: Sequence[tuple[str, str, str | None]] = ()


def files(draft: Draft) -> dict[str, str]:
    """The files of the folder by their paths; the same draft gives the same bytes."""
    printed = Printed(draft.text, draft.segments)
    items = list(named(draft.id, draft.candidates))
    by_place = {(segment.clause, segment.at): segment for segment in draft.segments}
    offices = _responsible(draft.segments)
    found = {
        "document.yaml": _document(draft),
        "clauses.yaml": "segments:\n" + "".join(_ledger(draft, items)),
        f"source/{draft.id}.txt": draft.text,
        "draft-notes.md": notes_page(draft, items),
    }
    chapters: dict[str, list[str]] = {}
    for id, indicator, candidate in items:
        segment = by_place[candidate.clause, candidate.at]
        quote = printed.passage(segment, *_trimmed(segment.text, candidate.start, candidate.end))
        near = nearest(candidate, draft.known)
        entry = _candidate(id, indicator, candidate, quote, offices.get(candidate.clause, ()), near)
        chapters.setdefault(chapter(candidate.clause), []).append(entry)
    for name, entries in chapters.items():
        found[f"candidates/{name}.yaml"] = _comment(_head()) + "".join(entries)
    if items:
        found["candidates/indicators.yaml"] = _comment(_stub_head()) + "indicators:\n" + "".join(_stubs(items))
    return found


def _document(draft: Draft) -> str:
    front = draft.front
    rows: list[tuple[str, object]] = [("id", draft.id), ("title", front.title)]
    rows += [(key, text) for key, text in (("number", front.number), ("issuer", front.issuer)) if text]
    lines = [f"{key}: {flow(value)}" for key, value in rows]
    if front.date is not None:
        lines.append(f"date: {front.date}")
    lines.append(f'jurisdiction: "{front.jurisdiction}"')
    if front.horizon is not None:
        span = str(front.horizon)
        lines.append(f"horizon: {span}" if ".." in span else f'horizon: "{span}"')
    lines += ["about_tolerance: 5", f"source: {draft.id}.txt"]
    if front.in_force:
        lines.append(f"note: {flow(front.in_force)}")
    said = [_("草稿：由 gradeeval draft 写出，逐项请人核对；要决定的事见 draft-notes.md。"), *front.guesses]
    return _comment(*said) + "\n".join(lines) + "\n"


def _ledger(draft: Draft, items: Iterable[tuple[str, str, Candidate]]) -> Iterator[str]:
    """Each segment, cut where candidates begin and end; every stretch is pending."""
    by_place: dict[tuple[str, int], dict[tuple[int, int], list[str]]] = {}
    for id, _indicator, candidate in items:
        owned = by_place.setdefault((candidate.clause, candidate.at), {})
        owned.setdefault(candidate.own, []).append(id.partition("/")[2])
    for segment in draft.segments:
        owned = by_place.get((segment.clause, segment.at), {})
        stretches = ", ".join(_stretches(segment, owned))
        yield (
            f"- {{clause: {segment.clause}, at: {segment.at}, opens: {flow(segment.text[:_OPENING_CHARACTERS])}, "
            f"sha256: {flow(segment.sha256)}, stretches: [{stretches}]}}\n"
        )


def _stretches(segment: Segment, owned: Mapping[tuple[int, int], list[str]]) -> Iterator[str]:
    text = segment.text
    cuts = {0, len(text)}
    for start, end in owned:
        cuts.update((start, _past_marks(text, end)))
    cuts.discard(after_number(text) or len(text) + 1)  # the number of a paragraph is no stretch of its own
    ordered = sorted(cuts)
    for start, end in pairwise(ordered):
        ids = [id for (first, last), names in owned.items() if first < end and start < last for id in names]
        why = ""
        if ids:
            why = _("候选 {ids}").format(ids=" ".join(ids))
        elif is_heading(text):
            why = _("似为标题或责任单位")
        said = f", why: {flow(why)}" if why else ""
        yield f"{{opens: {flow(text[start:end][:_OPENING_CHARACTERS])}, chars: {end - start}, status: pending{said}}}"


def _past_marks(text: str, end: int) -> int:
    while end < len(text) and text[end] in ",;:、。!?":
        end += 1
    return end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in ",;:。!?":
        start += 1
    while end > start and text[end - 1] in ",;:。!?":
        end -= 1
    return start, end


def _candidate(
    id: str, indicator: str, candidate: Candidate, quote: str, offices: Sequence[str], near: Sequence[str]
) -> str:
    bound = candidate.bound
    binds = {
        "kind": bound.kind,
        **({"tier": bound.tier} if bound.tier else {}),
        **({"type": bound.type} if bound.type else {}),
    }
    rows: list[tuple[str, object]] = [
        ("candidate", True),
        ("clause", candidate.clause),
        ("quote", quote),
        ("title", candidate.title),
        ("binds", binds),
        ("indicator", indicator),
        ("target", candidate.target),
    ]
    if candidate.numeric:
        rows.append(("unit", candidate.unit))
    rows += [(key, span) for key, span in (("within", candidate.within), ("every_year", candidate.every_year)) if span]
    lines = [f"- id: {id}", *(f"  {key}: {flow(value)}" for key, value in rows)]
    if candidate.due is not None and candidate.due_from != "none":
        lines.append(f"  due: {candidate.due}")
    lines += [f"  due_from: {candidate.due_from}", f"  force: {candidate.force}"]
    if offices:
        lines.append(f"  responsible: {flow(offices)}")
    if candidate.derived:
        lines.append(f"  derived: {flow(candidate.derived)}")
    questions = [*candidate.open, *near]
    if not bound.words:
        questions.append(_("约束谁：文中没有点明，先写成文件所辖的区域"))
    elif bound.carried:
        questions.append(_("约束谁：承前文“{words}”，请核对").format(words=bound.words))
    questions.append(_("指标的口径、问题和佐证"))
    lines += ["  open:", *(f"  - {flow(question)}" for question in questions)]
    return "\n".join(lines) + "\n"


def _stubs(items: Iterable[tuple[str, str, Candidate]]) -> Iterator[str]:
    for _id, name, candidate in items:
        bound = candidate.bound
        stub: dict[str, object] = {"title": candidate.title, "kind": bound.kind}
        stub |= {key: value for key, value in (("tier", bound.tier), ("type", bound.type)) if value}
        stub["unit"] = candidate.unit
        if candidate.flow:
            stub["measure"] = "flow"
        yield f"  {name}: {flow(stub)}\n"


def _responsible(segments: Iterable[Segment]) -> dict[str, tuple[str, ...]]:
    """The offices that the bracket at the end of a clause names."""
    found: dict[str, tuple[str, ...]] = {}
    for segment in segments:
        text = segment.text
        if (
            text.startswith("(")
            and text.endswith(")")
            and ":" in text
            and is_heading(text)
            and text[1:3] in ("责任", "牵头")
        ):
            names = [name.strip("。 ") for name in _BETWEEN.split(normalise(text[text.index(":") + 1 : -1]))]
            found[canonical_clause(segment.clause)] = tuple(dict.fromkeys(name for name in names if name))
    return found


def _comment(*sentences: str) -> str:
    return "".join(f"# {sentence}\n" for sentence in sentences)


def _head() -> str:
    return _("候选要求：不参与评定。定稿后去掉 candidate 和 open，移入 requirements，台账改记 encoded。")


def _stub_head() -> str:
    return _("候选指标的毛坯：不读入。定名、写明问题和口径后移入上一级的 indicators.yaml；已有的指标不要重复定义。")
