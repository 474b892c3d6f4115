"""The ledger and the quotes against an invented document, with one planted fault at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from gradeeval.rulesets.ruleset import LedgerEntry, Stretch
from gradeeval.sources.claims import SourceProblem
from gradeeval.sources.segments import segment, text_digest
from gradeeval.sources.verify import verify_ledger


@dataclass(frozen=True)
class Cited:
    id: str
    clause: str
    quote: str


TEXT = """示例市实施方案
一、工作目标
到2026年，建成4个示例中心，鼓励各县探索。
（责任单位：市甲委）
二、任务
（一）提升能力
1.建好队伍。培训骨干30名，巡诊比例达到60%。
（责任单位：市甲委）
2.加强管理。各县健全台账。
"""

A = Cited(id="demo/1-a", clause="一", quote="到2026年，建成4个示例中心")
B = Cited(id="demo/2.1.1-a", clause="二（一）1", quote="培训骨干30名")
C = Cited(id="demo/2.1.1-b", clause="二(一)1", quote="巡诊比例达到 60％")

GOALS = text_digest("到2026年，建成4个示例中心，鼓励各县探索。")
GOAL = "demo/1-a"
ENC = "encoded"

ENCODED: dict[tuple[str, int], list[tuple[str, tuple[str, ...]]]] = {
    ("一", 2): [("到2026年,建成4个示例中心,", ("demo/1-a",)), ("鼓励各县探索。", ())],
    ("二（一）1", 2): [("培训骨干30名,", ("demo/2.1.1-a",)), ("巡诊比例达到60%。", ("demo/2.1.1-b",))],
}

Ledger = list[LedgerEntry]


def ledger() -> Ledger:
    entries = []
    for part in segment(TEXT):
        pieces = ENCODED.get((part.clause, part.at), [(part.text, ())])
        stretches = tuple(
            Stretch(opens=text[:6], chars=len(text), status="encoded" if ids else "informative", requirements=ids)
            for text, ids in pieces
        )
        entries.append(
            LedgerEntry(clause=part.clause, at=part.at, opens=part.text[:8], sha256=part.sha256, stretches=stretches)
        )
    return entries


def check(entries: Ledger, *cited: Cited, text: str = TEXT) -> list[SourceProblem]:
    return verify_ledger("demo", entries, cited or (A, B, C), text)


def at(entries: Ledger, clause: str, number: int) -> int:
    return next(index for index, entry in enumerate(entries) if (entry.clause, entry.at) == (clause, number))


def changed(clause: str, number: int, /, **fields: object) -> Callable[[Ledger], None]:
    def change(entries: Ledger) -> None:
        index = at(entries, clause, number)
        entries[index] = replace(entries[index], **fields)  # type: ignore[arg-type]

    return change


def stretched(clause: str, number: int, which: int, /, **fields: object) -> Callable[[Ledger], None]:
    def change(entries: Ledger) -> None:
        index = at(entries, clause, number)
        stretches = list(entries[index].stretches)
        stretches[which] = replace(stretches[which], **fields)  # type: ignore[arg-type]
        entries[index] = replace(entries[index], stretches=tuple(stretches))

    return change


def test_a_faithful_ledger_has_no_problem() -> None:
    assert check(ledger()) == []


def test_opens_and_clauses_may_be_typed_in_either_width() -> None:
    entries = ledger()
    changed("二（一）1", 2, clause="二(一)1", opens="培训骨干３０名，")(entries)
    assert check(entries) == []


@pytest.mark.parametrize(
    ("plant", "kind", "words", "clause", "number"),
    [
        (lambda entries: entries.pop(at(entries, "二（一）2", 2)), "segment_missing", "各县健全台账", "二（一）2", 2),
        (lambda entries: entries.append(entries[2]), "segment_twice", "重复", "一", 2),
        (changed("一", 2, sha256="0" * 64), "segment_changed", GOALS, "一", 2),
        (changed("一", 2, opens="到2027年"), "segment_opens", "到2027年", "一", 2),
        (changed("一", 2, opens=""), "segment_opens", "开头", "一", 2),
        (stretched("一", 2, 1, chars=6), "stretches_do_not_cover", "“。”没有覆盖", "一", 2),
        (stretched("一", 2, 1, chars=9), "stretches_do_not_cover", "多于", "一", 2),
        (stretched("一", 2, 1, opens="各县"), "stretch_opens", "合计改为 18（现在是 16）", "一", 2),
        (stretched("一", 2, 0, opens="到2028年"), "stretch_opens", "第 1 段", "一", 2),
        (stretched("一", 2, 1, status=ENC, requirements=(GOAL,)), "stretch_outside_quotes", "引文之内", "一", 2),
        (stretched("一", 2, 1, status="encoded"), "encoded_without_requirement", "没有列出要求", "一", 2),
        (stretched("一", 2, 0, requirements=(GOAL, "demo/1-aa")), "requirement_unknown", "是否指 demo/1-a", "一", 2),
        (changed("二（一）2", 2, at=3), "segment_missing", "登记为 二（一）2 第 3 句", "二（一）2", 2),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(
    plant: Callable[[Ledger], object], kind: str, words: str, clause: str, number: int
) -> None:
    entries = ledger()
    plant(entries)
    found = check(entries)
    assert kind in {problem.kind for problem in found}
    problem = next(problem for problem in found if problem.kind == kind)
    assert words in problem.message
    assert (problem.document, problem.clause, problem.at) == ("demo", clause, number)


def test_a_segment_that_the_source_lacks() -> None:
    extra = LedgerEntry(clause="二（一）2", at=3, opens="多出", sha256="0" * 64, stretches=())
    (problem,) = check([*ledger(), extra])
    assert (problem.kind, problem.clause, problem.at, problem.line) == ("segment_not_in_source", "二（一）2", 3, None)
    (problem,) = check([*ledger(), replace(extra, clause="三")])
    assert problem.kind == "clause_unknown"


def test_an_unlinked_requirement() -> None:
    entries = ledger()
    stretched("一", 2, 0, status="informative")(entries)
    (problem,) = check(entries)
    assert (problem.kind, problem.requirement) == ("requirement_not_in_ledger", "demo/1-a")


@pytest.mark.parametrize(
    ("cited", "kind", "words"),
    [
        (replace(A, quote="到2026年，建成5个示例中心"), "quote_not_in_clause", "建成"),
        (replace(A, clause="二"), "quote_not_in_clause", "条款“一”"),
        (replace(A, clause="四"), "clause_unknown", "条款“一”"),
        (replace(A, quote=" "), "quote_empty", "为空"),
        (replace(A, quote="毫不相干"), "quote_not_in_clause", "逐字"),
    ],
)
def test_a_quote_that_is_not_there(cited: Cited, kind: str, words: str) -> None:
    problem = check(ledger(), cited, B, C)[0]
    assert (problem.kind, problem.requirement) == (kind, "demo/1-a")
    assert words in problem.message


def test_a_quote_may_go_over_the_end_of_a_sentence() -> None:
    assert check(ledger(), A, replace(B, quote="建好队伍。培训骨干30名"), C) == []


def test_a_changed_source_names_line_and_place() -> None:
    found = check(ledger(), text=TEXT.replace("30名", "40名"))
    assert {(problem.kind, problem.clause, problem.at, problem.line) for problem in found} >= {
        ("segment_changed", "二（一）1", 2, 7)
    }


def test_sentences_that_stand_in_several_places_are_not_taken_for_moved_ones() -> None:
    entries = ledger()
    entries.pop(at(entries, "一", 3))
    (problem,) = check(entries)
    assert problem.kind == "segment_missing"
    assert "未列入" in problem.message
