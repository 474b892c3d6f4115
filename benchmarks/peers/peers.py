"""Who takes part in the comparison, how each is written, and what it cannot say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """``place`` is module and function. ``distribution``: what is installed for it, with its version; empty is none.

    ``form``: ``columns`` (a province at once), ``profiles`` (one at a time), ``silent`` (the same, but unknown and not applicable
    look alike), ``own`` (a row engine of gradeeval). ``note`` is Chinese, ``note_en`` English, for the page.
    """

    name: str
    form: str
    place: str
    distribution: str
    note: str
    note_en: str

    @property
    def at_once(self) -> bool:
        """Whether it judges a province in columns."""
        return self.form == "columns"


PEERS = (
    Peer(
        "gradeeval columnar",
        "columns",
        "ours:columnar",
        "gradeeval",
        "整个 judge 调用：从机构的编码列（不带名册和区域）到每格一字节",
        "the whole call, from the coded columns of institutions (no rosters, no regions) to a byte a cell",
    ),
    Peer(
        "Polars",
        "columns",
        "at_once:polars",
        "polars",
        "手写表达式：条件和目标各算一次，一个字节，再按位或",
        "by hand: each condition and target once, as a byte, then a bitwise or",
    ),
    Peer(
        "NumPy",
        "columns",
        "bytewise:numpy",
        "numpy",
        "手写：全程字节，分块留在缓存里，缺失和代码事先排好",
        "by hand: bytes throughout, in pieces that stay in the cache; laid out beforehand",
    ),
    Peer(
        "openfisca-core",
        "columns",
        "at_once:openfisca",
        "openfisca-core",
        "每个条件、目标、要求一个变量；没有第三值，缺失用 NaN 和负代码表示",
        "a variable each for condition, target and requirement; missing is NaN or a negative code",
    ),
    Peer(
        "DuckDB",
        "columns",
        "at_once:duckdb",
        "duckdb",
        "调好的 SQL：等式代替 IN，条件只算一次，一种字宽；表在内存",
        "tuned SQL on a table in memory: equalities instead of IN, one width",
    ),
    Peer(
        "Python closures",
        "profiles",
        "one_by_one:closures",
        "",
        "函数套函数，不用库",
        "functions of functions, no library",
    ),
    Peer(
        "datalogic-py",
        "profiles",
        "one_by_one:datalogic",
        "datalogic-py",
        "JsonLogic（Rust）：一次会话评完全部要求",
        "JsonLogic in Rust, all requirements in one call",
    ),
    Peer(
        "gradeeval reference",
        "own",
        "ours:reference_pass",
        "gradeeval",
        "含现状、差距所需的全部值",
        "with every value that a finding needs",
    ),
    Peer(
        "gradeeval forward",
        "own",
        "ours:forward_pass",
        "gradeeval",
        "durable-rules 的 C 模块，加防护",
        "durable-rules' C module, fenced",
    ),
    Peer(
        "clipspy",
        "profiles",
        "chaining:clips",
        "clipspy",
        "CLIPS：是否约束在规则左边",
        "CLIPS: who is bound stands on the left of a rule",
    ),
    Peer("zen-engine", "profiles", "one_by_one:zen_engine", "zen-engine", "一张决策图", "one decision graph"),
    Peer(
        "opa-eval",
        "profiles",
        "one_by_one:opa",
        "opa-eval",
        "Rego（regorus）：每条要求一串 else",
        "Rego by regorus: a chain of else a requirement",
    ),
    Peer(
        "durable-rules",
        "silent",
        "chaining:durable",
        "durable-rules",
        "原样使用：达标、未达标各一条规则；数据不足与不适用都是不触发，分不开；每个规则集最多 20 条要求，否则报错",
        "as it comes: a rule each for met and unmet; unknown and not applicable are both silence; 20 requirements a ruleset at most",
    ),
)


def peer(name: str) -> Peer:
    """The peer of that name."""
    return next(one for one in PEERS if one.name == name)
