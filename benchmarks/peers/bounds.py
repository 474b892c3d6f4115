"""What `make bench` holds the measurements to, and the sentences in which a result says whether it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from peers import PEERS

COLUMNAR = PEERS[0].name
LEAST = {"Polars": 0.6, "openfisca-core": 4.0, "DuckDB": 5.0, "durable-rules": 1000.0}
"""How many times as fast as a peer the columnar engine is, at least."""
MOST_READS = 1.5
WHOLE = {
    "convert": (4.0, None),
    "province": (2.0, 400.0),
    "nation-1": (14.0, 600.0),
    "nation-2": (8.0, 600.0),
}
"""Seconds and megabytes a process, at most; of ``convert`` seconds for 100,000 institutions."""
TITLES = {
    "convert": ("NDJSON → 校验过的 Parquet（convert）", "NDJSON to validated Parquet"),
    "province": ("一个省：Parquet → 全部结果（batch）", "a province, Parquet to all outputs"),
    "shipped": ("同上，用随附的三个河南规则集", "the same by the three shipped rulesets of Henan"),
    "nation-1": ("全国，一个进程", "the nation, one process"),
    "nation-2": ("全国，两个进程", "the nation, two processes"),
}


@dataclass(frozen=True)
class Held:
    """A measurement against its bound; ``title`` is its name in Chinese."""

    name: str
    title: str
    figure: str
    bound: str
    broken: bool


def held(results: dict[str, Any]) -> Iterator[Held]:
    """Every bound of which the results have the measurements, in the order of the issue: engine, reading, whole runs."""
    by_name = {one["name"]: one for one in results["peers"]}
    ours = by_name.get(COLUMNAR)
    if ours is not None:
        for name, least in LEAST.items():
            yield _against(name, by_name.get(name, {"failed": "not measured"}), ours["each"], least)
        reads = ours["seconds"] / ours["read"]
        figure = f"{ours['seconds'] * 1000:.0f} ms / {ours['read'] * 1000:.0f} ms = {reads:.2f}"
        yield Held(
            "columnar ÷ reading its columns from Parquet",
            "columnar ÷ 从 Parquet 读入它的列",
            figure,
            f"≤ {MOST_READS}",
            reads > MOST_READS,
        )
    for one in results["whole"]:
        if one["name"] in WHOLE:
            yield _whole(one)


def _against(name: str, other: dict[str, Any], each: float, least: float) -> Held:
    bound = f"≥ {least:,g}"
    if "failed" in other:
        return Held(f"{name} ÷ columnar", f"{name} ÷ columnar", other["failed"], bound, broken=True)
    ratio = other["each"] / each
    figure = f"{other['each'] * 1e6:.2f} µs / {each * 1e6:.2f} µs = {ratio:,.2f}"
    title = f"{name} ÷ columnar，每家机构的时间"
    return Held(f"{name} ÷ columnar, time an institution", title, figure, bound, ratio < least)


def _whole(one: dict[str, Any]) -> Held:
    seconds, memory = WHOLE[one["name"]]
    wall = one["wall"] * (100_000 / one["institutions"] if one["name"] == "convert" else 1)
    figure, bound = f"{wall:.1f} s ({one['worked']:.1f} s of processor)", f"≤ {seconds:g} s"
    broken = wall > seconds
    if memory is not None:
        figure, bound = f"{figure}, {one['mb']:.0f} MB", f"{bound}, ≤ {memory:g} MB"
        broken = broken or one["mb"] > memory
    chinese, english = TITLES[one["name"]]
    count = 100_000 if one["name"] == "convert" else one["institutions"]
    return Held(f"{english}, {count:,} institutions", f"{chinese}，{count:,} 家机构", figure, bound, broken)
