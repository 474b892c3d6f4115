"""Whatever text a document holds: the draft is readable, its ledger covers the text, its quotes stand in their clauses."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from gradeeval.drafting.demands import candidates
from gradeeval.drafting.folder import Draft, files
from gradeeval.drafting.front import read_front
from gradeeval.drafting.scalars import flow
from gradeeval.drafting.texts.text import Unreadable, cleaned
from gradeeval.files.reading import read_text_plain
from gradeeval.files.yaml import parse_yaml
from gradeeval.schemas import Checker, bundled, check_file, shipped
from gradeeval.sources.passages import Clauses
from gradeeval.sources.segments import segment
from gradeeval.sources.verify import verify_ledger

CHECKERS = {kind: Checker(bundled(shipped(kind))) for kind in ("document", "ledger", "candidates", "indicators")}
PIECES = (
    "一、", "二、", "（一）", "1．", "（1）", "\n", "\n　　", "，", "；", "。", "：", "、", "和", "（", "）", "“", "”", "《", "》", " ",
    "到2025年底", "2024年6月底前", "“十四五”期间", "每年", "每个县（市、区）", "市州", "力争", "鼓励", "原则上", "探索", "可", "达到", "不低于",
    "不超过", "85%", "1～3项", "1/3", "三分之一", "200个左右", "两个", "半年", "0个", "1:0", "3.5万人", "以上", "五个100", "全覆盖", "逐步提高",
    "占比", "不发生", "每月", "分别", "建立", "医院", "比例", "责任单位：", "（责任单位：甲、乙）", "关于印发", "的通知", "甲〔2023〕1号", "2023年7月12日",
    "①", "㎡", "ﬁ", "\t", "[bookmark: x]", "é", "e\u0301", "𠀀", "'", '"', "\\", "#", "{", "%", "true",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry or a stretch of a ledger as verify looks at it."""

    clause: str
    at: int
    opens: str
    sha256: str
    stretches: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch."""

    opens: str
    chars: int
    status: str
    requirements: tuple[str, ...] = ()
    accounts: tuple[tuple[str, str], ...] = ()


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=40).map("".join))
def test_a_draft_of_any_text_is_sound(words: str) -> None:
    try:
        text = cleaned(words).text
    except Unreadable:
        return
    segments = segment(text)
    if not segments:
        return
    front = read_front(text, segments, {"甲省": "990000"}, jurisdiction="990000")
    found = candidates(segments, front.horizon, "province", issued=front.date)
    draft = Draft("a-1", "甲.txt", "0" * 64, text, front, segments, found, ())
    written = files(draft)
    assert written == files(draft)
    clauses = Clauses(segments)
    for name, content in written.items():
        if not name.endswith(".yaml"):
            continue
        data = parse_yaml(content, name)
        kind = "ledger" if name == "clauses.yaml" else name.removesuffix(".yaml").rpartition("/")[2]
        kind = kind if kind in CHECKERS else "candidates"
        plain = read_text_plain(content.encode(), name, ".yaml")
        assert check_file(plain, CHECKERS[kind]) == []
        data = plain.data
        if kind == "candidates":
            assert all(clauses.find(item["clause"], item["quote"]) for item in data)
        if kind == "ledger":
            entries = [
                Entry(
                    item["clause"],
                    item["at"],
                    item["opens"],
                    item["sha256"],
                    tuple(Piece(piece["opens"], piece["chars"], piece["status"]) for piece in item["stretches"]),
                )
                for item in data["segments"]
            ]
            assert verify_ledger("a-1", entries, (), text) == []


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co", "Cf", "Zl", "Zp"]), max_size=20))
def test_a_text_written_on_one_line_is_read_again(words: str) -> None:
    assert parse_yaml(f"a: {flow(words)}\n", "x") == {"a": words}
    assert parse_yaml(f"a: {flow([words, {'b': words}])}\n", "x") == {"a": [words, {"b": words}]}
