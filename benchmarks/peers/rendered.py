"""docs/benchmarks.md, from the measurements of the last run: nothing on it is written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bounds import COLUMNAR, TITLES, held
from peers import PEERS
from wholes import RUNS

NOTE = "<!-- rendered from benchmarks/peers/results.json by `make peers`; do not edit -->"
Found = dict[str, Any]


def page(results: Found) -> str:
    """The whole page."""
    return "\n".join((NOTE, *_head(results), *_peers(results), *_held(results), *_whole(results), *_curve(results), ""))


def _head(results: Found) -> Iterator[str]:
    machine = results["machine"]
    yield "# 测速 · Benchmarks"
    yield ""
    yield (
        f"`make peers` 测出本页全部数字并改写本页；`make bench` 把其中有界限的再测一遍，超限即失败。本次：{results['date']}，"
        f"{machine['cores']} 核 {machine['model']}，内存 {machine['memory_gb']} GB，{machine['system']}，Python {machine['python']}；"
        f"开始时系统负载 {machine['busy']}。*One command measures all of this page and renders it anew.*"
    )


def _peers(results: Found) -> Iterator[str]:
    load = results["load"]
    cells = load["institutions"] * load["rules"]
    outcomes = "、".join(
        f"{name} {count / load['institutions']:.0f}"
        for name, count in zip(("达标", "未达标", "数据不足", "不适用"), load["outcomes"], strict=True)
    )
    yield ""
    yield "## 与同类工具比较 · Against peers"
    yield ""
    yield (
        f"同一个虚构的省（{load['institutions']:,} 家机构），同样的 {load['rules']} 条要求，看 {load['columns']} 列：数值上下限、两数之比、是非、等级、清单，"
        f"以及由全部或任一条件决定的适用范围，处处可能数据不足。平均每家机构：{outcomes}。要求只用规则语言写一次，由 gradeeval 读入；"
        f"各工具的规则都从读入的要求翻译。先逐格核对结论再计时：列式的核对全部 {cells / 1e6:.1f} 百万格，逐家评定的核对均匀抽出的 {load['sample']:,} 家。"
        "时间是单核的处理器时间，数据已在内存；列式的取几轮的中间值，各轮交替进行。"
        "比值是别人的时间除以 columnar 的：大于 1，是 columnar 更快。"
        "*The same 200 requirements on the same invented province, translated from what gradeeval read; every cell is compared before anything is timed. "
        "Processor time of one core; a ratio above 1 means that columnar is faster.*"
    )
    yield ""
    yield "| 工具 | 版本 | 每家机构 µs | 百万格/秒 | ÷ columnar | 内存 MB | 核对的格数 | 写法 |"
    yield "|---|---|--:|--:|--:|--:|--:|---|"
    by_name = {one["name"]: one for one in results["peers"]}
    ours = by_name[COLUMNAR]
    known = [by_name[one.name] for one in PEERS]
    for one in sorted(known, key=lambda found: found.get("each", float("inf"))):
        yield _peer(one, ours, load["rules"])
    yield ""
    yield (
        "手写的 Polars 和 NumPy 只认这一种表；gradeeval 的一次调用还要安放机构、确认每列的数不会溢出，并给出不适用和数据不足的原因。"
        "逐家评定的工具给出结论代码；reference 和 forward 另给出每条结论的现状。*What is written by hand knows this one table; gradeeval's call "
        "also places institutions, proves that no number overflows, and gives reasons.*"
    )


def _peer(one: Found, ours: Found, rules: int) -> str:
    about = next(each for each in PEERS if each.name == one["name"])
    if "failed" in one:
        return f"| {one['name']} | — | — | — | — | — | — | 没有测成：{one['failed']} |"
    wrong = f"，**{one['differ']:,} 格不同**" if one["differ"] else ""
    memory = f"{one['mb']:,.0f}" if about.at_once else "—"
    return (
        f"| {one['name']} | {one['version'] or '—'} | {_digits(one['each'] * 1e6)} | {_digits(rules / one['each'] / 1e6)} | "
        f"{_digits(one['each'] / ours['each'])} | {memory} | {one['checked']:,}{wrong} | {about.note}。*{about.note_en}* |"
    )


def _digits(number: float) -> str:
    """Three digits that count."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _held(results: Found) -> Iterator[str]:
    yield ""
    yield "## 界限 · Bounds"
    yield ""
    yield "| 项目 | 测得 | 界限 | |"
    yield "|---|---|---|---|"
    for row in held(results):
        yield f"| {row.title} | {row.figure} | {row.bound} | {'未达到' if row.broken else '达到'} |"


def _whole(results: Found) -> Iterator[str]:
    yield ""
    yield "## 整个命令 · Whole commands"
    yield ""
    yield (
        "从启动到全部文件写完，每个进程一个核；数据由 `gradeeval new dataset` 编造，留在 `benchmarks/.cache` 下次再用。规则集是上面的 200 条，另有 5 条约束县。"
        f"每个命令运行 {RUNS} 次，取最快的一次；内存是各次中最大的一个进程的峰值。"
        f"*From start to the last file, the quickest of {RUNS} runs; invented data, kept between runs.*"
    )
    yield ""
    yield "| 命令 | 机构 | 秒 | 处理器秒 | 内存 MB |"
    yield "|---|--:|--:|--:|--:|"
    for one in results["whole"]:
        title, english = TITLES[one["name"]]
        yield (
            f"| {title} *{english}* | {one['institutions']:,} | {one['wall']:.1f} | {one['worked']:.1f} | {one['mb']:,.0f} |"
        )


def _curve(results: Found) -> Iterator[str]:
    yield ""
    yield "## 随规模增长 · From a thousand to the nation"
    yield ""
    yield (
        "一个进程、一个核；最后一行是全国（许多省），此前是一个省。批量评定逐省进行，内存由最大的省决定。"
        "*One process; the last row is the nation, province by province.*"
    )
    yield ""
    yield "| 机构 | convert 秒 | 每家 µs | 内存 MB | batch 秒 | 每家 µs | 内存 MB |"
    yield "|--:|--:|--:|--:|--:|--:|--:|"
    for one in results["curve"]:
        cells = [f"{one['institutions']:,}"]
        for name in ("convert", "batch"):
            taken = one[name]
            each = taken["worked"] / one["institutions"] * 1e6
            cells += [f"{taken['wall']:.1f}", f"{each:,.0f}", f"{taken['mb']:,.0f}"]
        yield f"| {' | '.join(cells)} |"
