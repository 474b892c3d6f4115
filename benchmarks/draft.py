"""How much of a finished ruleset its draft already had right: `python benchmarks/draft.py --sources FOLDER`.

Each pair is a document and the ruleset that people made of it. Without pairs: the shipped rulesets whose source is in the
folder. A ruleset is named by its id or by its folder: `python benchmarks/draft.py --pair municipal.txt plugins/…/rulesets/id`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradeeval.drafting.candidate import Candidate
from gradeeval.drafting.demands import candidates
from gradeeval.drafting.front import Front, read_front, tier_of
from gradeeval.drafting.texts.opening import open_document
from gradeeval.language.nodes import Is, Reach, Requirement
from gradeeval.rulesets.ruleset import PolicyDocument
from gradeeval.sources.figures import target_figures
from gradeeval.sources.passages import Clauses, Span
from gradeeval.sources.segments import canonical_clause, segment
from gradeeval.workspace import Workspace, build


@dataclass(frozen=True, slots=True)
class Match:
    """A requirement and the candidate for it: whether each point is right, who is bound too, and whether the quotes are the same words."""

    requirement: Requirement
    candidate: Candidate
    quote: bool
    target: bool
    due: bool
    force: bool
    bound: bool
    word_for_word: bool

    @property
    def right(self) -> bool:
        """Quote, target, due and force."""
        return self.quote and self.target and self.due and self.force


@dataclass(frozen=True, slots=True)
class Measured:
    """One document: its numeric requirements, the numeric candidates, which go together, what the front had right.

    ``others`` are the requirements without a number, ``met`` those of them at whose words a candidate stands, ``bound``
    those whose candidate binds whom they bind. ``plain`` are the candidates with the target ``true``, ``kept`` those of
    them at whose words a requirement says so of the same kind of subject.
    """

    id: str
    finals: Sequence[Requirement]
    drafted: Sequence[Candidate]
    matches: Sequence[Match]
    front: str
    others: int
    met: int
    bound: int
    plain: int
    kept: int

    @property
    def right(self) -> int:
        """Requirements that the draft had right in all four points."""
        return sum(match.right for match in self.matches)

    @property
    def right_of_whom(self) -> int:
        """Those of them where who is bound is right too: kind, and tier or type."""
        return sum(match.right and match.bound for match in self.matches)

    @property
    def exact(self) -> int:
        """Those of them whose quote is the same, word for word."""
        return sum(match.right and match.word_for_word for match in self.matches)


def measure(path: Path, id: str, workspace: Workspace) -> Measured:
    """Drafts a document as ``gradeeval draft`` does and compares with the ruleset."""
    text = open_document(path).text
    segments = segment(text)
    regions = {row.name: row.id for roster in workspace.rosters for row in roster.rows if row.kind == "region"}
    document = workspace.ruleset(id).document
    named = read_front(text, segments, regions)
    front = named if named.jurisdiction else read_front(text, segments, regions, jurisdiction=document.jurisdiction)
    assert front.jurisdiction is not None
    found = candidates(segments, front.horizon, tier_of(front.jurisdiction), issued=front.date)
    requirements = workspace.load(id).requirements
    finals = [item for item in requirements if target_figures(item.target)]
    drafted = [item for item in found if item.numeric]
    clauses = Clauses(segments)
    others = [item for item in requirements if item not in finals]
    nearest = [(item, _nearest(item, found, clauses)) for item in others]
    plain = [item for item in found if item.target is True]
    return Measured(
        id=id,
        finals=finals,
        drafted=drafted,
        matches=list(_matched(finals, drafted, clauses)),
        front=_front(named, document),
        others=len(others),
        met=sum(bool(near) for _item, near in nearest),
        bound=sum(any(_binds_alike(item, candidate) for candidate in near) for item, near in nearest),
        plain=len(plain),
        kept=sum(_is_kept(candidate, others, clauses) for candidate in plain),
    )


def _nearest(requirement: Requirement, found: Sequence[Candidate], clauses: Clauses) -> list[Candidate]:
    """The candidates with most of the words of a requirement."""
    shares = [_overlap(requirement, candidate, clauses) for candidate in found]
    most = max(shares, default=0.0)
    return [candidate for share, candidate in zip(shares, found, strict=True) if share == most > 0]


def _binds_alike(requirement: Requirement, candidate: Candidate) -> bool:
    own = candidate.bound
    return requirement.binds == Reach(own.kind, own.tier, own.type)


def _is_kept(candidate: Candidate, others: Sequence[Requirement], clauses: Clauses) -> bool:
    """Whether a requirement with the target ``true`` stands at the words of the candidate and binds alike."""
    alike = [item for item in others if item.target.test == Is(True) and _binds_alike(item, candidate)]
    return any(_overlap(item, candidate, clauses) for item in alike)


def _matched(finals: Sequence[Requirement], drafted: Sequence[Candidate], clauses: Clauses) -> Iterator[Match]:
    """One candidate a requirement and one requirement a candidate, the best first."""
    ranked = []
    for at, requirement in enumerate(finals):
        for place, candidate in enumerate(drafted):
            common = _overlap(requirement, candidate, clauses)
            if common:
                match = _compared(requirement, candidate, common, clauses)
                points = (match.right, match.bound, match.word_for_word, match.target, match.due + match.force, common)
                ranked.append((tuple(-point for point in points), at, place, match))
    used_finals: set[int] = set()
    used_drafts: set[int] = set()
    for _points, at, place, match in sorted(ranked, key=lambda item: item[:3]):
        if at not in used_finals and place not in used_drafts:
            used_finals.add(at)
            used_drafts.add(place)
            yield match


def _overlap(requirement: Requirement, candidate: Candidate, clauses: Clauses) -> float:
    """How much of the two quotes together is in both, 0 to 1; 0 in different clauses."""
    if canonical_clause(requirement.clause) != candidate.clause:
        return 0.0
    own = _span(candidate, clauses)
    shares = [0.0]
    for span in clauses.find(requirement.clause, requirement.quote):
        both = min(span.end, own.end) - max(span.start, own.start)
        shares.append(both / (max(span.end, own.end) - min(span.start, own.start)))
    return max(shares)


def _compared(requirement: Requirement, candidate: Candidate, common: float, clauses: Clauses) -> Match:
    own = _span(candidate, clauses)
    spans = clauses.find(requirement.clause, requirement.quote)
    within = any(span.holds(own) or own.holds(span) for span in spans)
    asked = {(figure.comparator, figure.value) for figure in target_figures(requirement.target)}
    drafted = {(name, value) for name, value in candidate.target.items() if not isinstance(value, bool | str)}
    return Match(
        requirement=requirement,
        candidate=candidate,
        quote=within,
        target=asked == drafted
        and requirement.target.about == (candidate.target.get("about") is True)
        and requirement.unit in (None, candidate.unit),
        due=(requirement.due_from, requirement.due) == (candidate.due_from, candidate.due),
        force=requirement.force == candidate.force,
        bound=_binds_alike(requirement, candidate),
        word_for_word=common == 1.0,
    )


def _span(candidate: Candidate, clauses: Clauses) -> Span:
    """Where the quote of a candidate stands in its clause, without the marks at its ends."""
    offset = clauses.offset(candidate.clause, candidate.at)
    text = clauses.segments(candidate.clause)[candidate.at - 1].text
    start = candidate.start + text[candidate.start : candidate.end].index(candidate.quote)
    return Span(offset + start, offset + start + len(candidate.quote))


def _front(front: Front, document: PolicyDocument) -> str:
    """How many of title, number, issuer, date, horizon and jurisdiction are as in the finished ruleset."""
    pairs = (
        (front.title, document.title),
        (front.number or None, document.number),
        (front.issuer or None, document.issuer),
        (front.date, document.date),
        (front.horizon, document.horizon),
        (front.jurisdiction, document.jurisdiction),
    )
    return f"{sum(found == final for found, final in pairs)}/{len(pairs)}"


def table(results: Sequence[Measured]) -> str:
    """The Markdown table of docs/draft.md."""
    heads = (
        "文件", "数字要求", "数字候选", "四项都对", "召回率", "准确率", "其中约束谁也对", "其中引文一字不差", "文件信息",
        "无数字的要求有候选", "其中约束谁也对", "写成 true 的候选对",
    )  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    lines += [_row(item.id, [item], item.front) for item in results]
    if len(results) > 1:
        lines.append(_row("合计", results, ""))
    return "\n".join(lines)


def _row(name: str, of: Sequence[Measured], front: str) -> str:
    finals, drafted = sum(len(item.finals) for item in of), sum(len(item.drafted) for item in of)
    right, exact = sum(item.right for item in of), sum(item.exact for item in of)
    whom = sum(item.right_of_whom for item in of)
    others, met, bound = (sum(getattr(item, name) for item in of) for name in ("others", "met", "bound"))
    plain, kept = sum(item.plain for item in of), sum(item.kept for item in of)
    cells = (
        name, finals, drafted, right, _share(right, finals), _share(right, drafted), whom, exact, front, f"{met}/{others}",
        bound, f"{kept}/{plain}",
    )  # fmt: skip
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


def shipped(workspace: Workspace, sources: Path) -> list[tuple[Path, str]]:
    """The shipped rulesets whose source text is in the folder."""
    found = [(sources / (item.document.source or f"{id}.txt"), id) for id, item in workspace.rulesets.items()]
    return [(path, id) for path, id in found if path.is_file()]


def main() -> None:
    """Prints the table, and with ``--misses`` what was missed and what was too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=Path)
    parser.add_argument("--pair", nargs=2, action="append", default=[], metavar=("DOCUMENT", "RULESET"))
    parser.add_argument("--misses", action="store_true")
    given = parser.parse_args()
    folders = [Path(ruleset) for _document, ruleset in given.pair if Path(ruleset).is_dir()]
    workspace = build(extra=folders)
    pairs = [(Path(document), Path(ruleset).name) for document, ruleset in given.pair]
    if given.sources is not None:
        pairs += shipped(workspace, given.sources)
    results = [measure(path, id, workspace) for path, id in pairs]
    print(table(results))
    if given.misses:
        for item in results:
            _print_misses(item)


def _print_misses(measured: Measured) -> None:
    matched = {match.requirement.id: match for match in measured.matches}
    used = {id(match.candidate) for match in measured.matches}
    for requirement in measured.finals:
        match = matched.get(requirement.id)
        if match is None or not match.right:
            near = (
                ""
                if match is None
                else f" | {match.candidate.quote} {dict(match.candidate.target)} {match.candidate.due} {match.candidate.force}"
            )
            print(f"- {requirement.id} {requirement.quote}{near}")
    for candidate in measured.drafted:
        if id(candidate) not in used:
            print(f"+ {candidate.clause} {candidate.quote}")


if __name__ == "__main__":
    main()
