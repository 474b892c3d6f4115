"""``gradeeval batch``: judges a whole dataset, province by province, into a folder of files that answer questions."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradeeval import __version__
from gradeeval.cli import options, sweeping
from gradeeval.cli.failing import FAIL_ON, exit_code
from gradeeval.cli.opening import AskedRules, asked_rules, check_topics, opened, terminal_layout
from gradeeval.cli.output import problem_lines
from gradeeval.cli.progress import measured, rated
from gradeeval.errors import MissingExtra, Misuse, NotFound
from gradeeval.evaluate.selection import Wanted
from gradeeval.files.folders import new_folder
from gradeeval.files.writing import write_whole
from gradeeval.language.nodes import FORCES
from gradeeval.messages import _, mark
from gradeeval.profiles.contents import REJECTED
from gradeeval.profiles.datasets import Sifting, sifting
from gradeeval.profiles.reading import ProfileReader
from gradeeval.reports import words
from gradeeval.reports.fitting import Column
from gradeeval.reports.page import Page
from gradeeval.workspace import Workspace

if TYPE_CHECKING:
    from gradeeval.batch.processes import Others

MOST_PROCESSES = 256


@click.command(help=mark("一次评定整个数据集，按省写出结论、差距和汇总（Parquet）；中断后用同一命令继续。"))
@click.argument("dataset", type=options.LOCATION)
@click.option("-o", "--output", type=options.LOCATION, required=True, help=mark("结果文件夹：新的，或上次中断的"))
@options.as_of
@options.rulesets
@click.option("--topic", "topics", multiple=True, help=mark("只看这些主题（可重复）"))
@click.option("--only", multiple=True, help=mark("只看编号符合通配符的要求，如 'henan-2023-31/2.3*'"))
@click.option("--force", "forces", multiple=True, type=click.Choice(FORCES), help=mark("只看这些约束力"))
@click.option("-j", "--jobs", type=click.IntRange(1, MOST_PROCESSES), help=mark("同时评定的省数（进程数）"))
@click.option(
    "--on", type=click.Choice(("machine", "spark")), default="machine", help=mark("在本机或 Spark 集群上评定")
)
@click.option(
    "--spark-conf",
    "conf",
    multiple=True,
    metavar="KEY=VALUE",
    help=mark("Spark 的设置（可重复），如 spark.master=yarn"),
)
@click.option("--fail-on", type=click.Choice(FAIL_ON), default="mandatory", help=mark("何种未达标使退出码为 1"))
@options.plugins
@options.language
def command(
    dataset: Path | str,
    output: Path | str,
    as_of: str,
    rulesets: tuple[str, ...],
    topics: tuple[str, ...],
    only: tuple[str, ...],
    forces: tuple[str, ...],
    jobs: int | None,
    on: str,
    conf: tuple[str, ...],
    fail_on: str,
) -> int:
    """Judges what is not finished, sums up; the exit code of design §7."""
    wanted = Wanted(rulesets, topics, only, forces)
    if on == "spark":
        summary = _on_spark(dataset, output, as_of, wanted, jobs, _settings(conf))
    elif conf:
        raise Misuse(_("--spark-conf 只能与 --on spark 一起用"))
    elif isinstance(dataset, str) or isinstance(output, str):
        place = dataset if isinstance(dataset, str) else output
        raise Misuse(_("{place} 不在本机的磁盘上，只有 --on spark 能读写").format(place=place))
    else:
        summary = _on_this_machine(dataset, output, as_of, wanted, jobs or 1)
    return _report(summary, output, fail_on)


def _on_this_machine(dataset: Path, output: Path, as_of: str, wanted: Wanted, jobs: int) -> dict[str, Any]:
    """The summary of what this process makes, and others beside it where there are so many ``jobs`` at a time."""
    sweeping.lazily(jobs)
    if jobs == 1:
        return _by_processes(dataset, output, as_of, wanted, None)
    from gradeeval.batch.processes import Others

    with Others(jobs, partial(_ready, asked_rules())) as others:
        return _by_processes(dataset, output, as_of, wanted, others)


def _by_processes(dataset: Path, output: Path, as_of: str, wanted: Wanted, others: Others | None) -> dict[str, Any]:
    """Converts where needed; the summary."""
    try:
        from gradeeval.batch.running import (
            asked_plain,
            digest_of,
            jobs_of,
            manifest_of,
            results_folder,
            run_jobs,
            sizes_of,
            unfinished,
        )
        from gradeeval.batch.summary import summarise
    except ImportError:
        raise MissingExtra(_("批量评定需要 polars 和 duckdb：pip install 'gradeeval[batch]'")) from None
    workspace = _workspace(wanted)
    found = sifting([dataset], workspace.scope, workspace.readers)
    if not output.absolute().parent.is_dir():
        raise NotFound(_("文件夹 {folder} 不存在；请先建立").format(folder=output.absolute().parent))
    installed = _installed(workspace)
    asked = asked_plain(digest_of(found.manifest, list(found.files)), installed, as_of, wanted)
    with results_folder(output, asked):
        columns = _columns(dataset, output, found, workspace)
        counts = json.loads((columns / "dataset.json").read_bytes()).get("counts", {})
        manifest = manifest_of(columns)
        tasks = jobs_of(manifest, columns, output, installed, as_of, wanted)
        left = unfinished(tasks)
        _tell_finished(len(tasks), len(left))
        sizes = sizes_of(manifest)
        with measured(sum(sizes[task.part] for task in left), _("评定")) as forward:
            elsewhere = partial(work, manifest=manifest, rules=asked_rules())
            for part in run_jobs(left, manifest, installed, others, elsewhere):
                forward(sizes[part])
        _keep_rejected(columns, output)
        return summarise(tasks, installed, asked, counts, _produced_by())


def _on_spark(
    dataset: Path | str, output: Path | str, as_of: str, wanted: Wanted, jobs: int | None, conf: dict[str, str]
) -> dict[str, Any]:
    """The same by the workers of a cluster, on any path that it reads; the summary."""
    try:
        from gradeeval.batch.spark.files import place_of
        from gradeeval.batch.spark.running import begun
        from gradeeval.batch.spark.session import opened as spark_session
    except ImportError:
        raise MissingExtra(_("在 Spark 上评定需要 pyspark：pip install 'gradeeval[spark]'")) from None
    installed = _installed(_workspace(wanted))
    with (
        spark_session(conf) as session,
        begun(session, place_of(dataset), place_of(output), installed, as_of, wanted) as run,
    ):
        left = run.unfinished()
        _tell_finished(len(run.jobs), len(left))
        with measured(sum(run.sizes[job.part] for job in left), _("评定")) as forward:
            for part in run.run(left, installed, jobs):
                forward(run.sizes[part])
        return run.finish(installed, {**_produced_by(), "spark": session.version})


def _settings(conf: Iterable[str]) -> dict[str, str]:
    """The settings as a map. Raises ``Misuse`` for what is none."""
    for one in conf:
        if not one.startswith("spark.") or "=" not in one:
            raise Misuse(_("“{setting}”不是 Spark 的设置；请写成 spark.master=yarn").format(setting=one))
    return dict(one.split("=", 1) for one in conf)


def _workspace(wanted: Wanted) -> Workspace:
    """What is installed, after a look at what is wanted of it."""
    workspace = opened()
    for id in wanted.rulesets:
        workspace.ruleset(id)
    check_topics(wanted.topics)
    return workspace


def _tell_finished(all: int, left: int) -> None:
    if left < all:
        click.echo(_("已完成 {done} 个省份，接着评定其余 {left} 个").format(done=all - left, left=left), err=True)


def _ready(rules: AskedRules) -> None:
    """Opens the rules in a process that will need them."""
    _opened(**rules)


def work(jobs: Any, manifest: Any, rules: AskedRules) -> list[str]:
    """Judges some parts in a process of its own, which opens the same rules, once for all its parts."""
    from gradeeval.batch.running import run_together

    return list(run_together(jobs, manifest, _opened(**rules)))


@cache
def _opened(*, installed: bool, folders: tuple[Path, ...]) -> Any:
    from gradeeval.workspace import build

    sweeping.seldom()  # it is for the whole process
    return _installed(build(installed=installed, folders=folders))


def _installed(workspace: Workspace) -> Any:
    from gradeeval.batch.running import Installed
    from gradeeval.engines.columnar.plan import Plan

    return Installed(
        Plan(workspace.scope),
        {id: ruleset.document for id, ruleset in workspace.rulesets.items()},
        workspace.load,
        workspace.rosters,
        workspace.shared_digest,
    )


def _columns(dataset: Path, output: Path, found: Sifting, workspace: Workspace) -> Path:
    """The folder of coded columns: the dataset itself, or what it is converted into, once."""
    if found.manifest is not None and found.manifest.layout is not None:
        return dataset
    from gradeeval.batch.running import COLUMNS
    from gradeeval.profiles.columns.converting import convert

    columns = output / COLUMNS
    if not columns.is_dir():
        with new_folder(columns) as folder:
            reader = ProfileReader(workspace.scope)
            bar = partial(rated, label=_("转换"), total=found.expected)
            done = convert(found, reader, workspace.rosters, folder, bar)
        for line in problem_lines((*done.problems, *done.notes, *done.told)):
            click.echo(line, err=True)
    return columns


def _keep_rejected(columns: Path, output: Path) -> None:
    rejected = columns / REJECTED
    if rejected.is_file():
        shutil.copyfile(rejected, output / f".{REJECTED}.tmp")
        (output / f".{REJECTED}.tmp").replace(output / REJECTED)
    else:
        write_whole(output / REJECTED, b"")


def _produced_by() -> dict[str, str]:
    python = f"{platform.python_implementation()} {platform.python_version()} {platform.system()}"
    return {"version": __version__, "engine": "columnar", "platform": python}


def _report(summary: Mapping[str, Any], output: Path | str, fail_on: str) -> int:
    """Prints the summary table and gives the exit code."""
    verdicts, outcomes = ("met", "unmet", "unknown", "nothing_due"), ("met", "unmet", "unknown")
    rows: list[tuple[str | int, ...]] = []
    for part in summary["parts"]:
        found = dict.fromkeys(outcomes, 0)
        for item in part["findings"]:
            if item["outcome"] in found:
                found[item["outcome"]] += item["count"]
        rows.append(
            (
                part["name"],
                *(part["subjects"].get(kind, 0) for kind in ("institution", "network", "region")),
                *(part["verdicts"].get(name, 0) for name in verdicts),
                *found.values(),
            )
        )
    if len(rows) > 1:
        rows.append((_("合计"), *(sum(int(row[at]) for row in rows) for at in range(1, len(rows[0])))))
    head = (
        *(_("省份"), _("机构"), _("医联体"), _("区域")),
        *(_("总评{verdict}").format(verdict=words.verdict_short(name)) for name in verdicts),
        *(_("结论{outcome}").format(outcome=words.outcome(name)) for name in outcomes),
    )
    page = Page(terminal_layout())
    page.table(
        [Column(title, 5 if at else 8, right=at > 0) for at, title in enumerate(head)],
        [[str(cell) for cell in row] for row in rows],
    )
    click.echo(page.content().decode(), nl=False)
    counts = summary["counts"]
    if counts.get("rejected"):
        click.echo(
            _("读入 {read} 条，其中 {rejected} 条被拒绝，原因见 {path}").format(
                read=counts["read"], rejected=counts["rejected"], path=f"{output}/{REJECTED}"
            )
        )
    if counts.get("problems"):
        click.echo(
            _("数据集有 {count} 处与记录无关的问题（如文件没有传完），结果可能不全").format(count=counts["problems"])
        )
    done = _("评定日 {as_of}；结果在 {path}，用 gradeeval results 查询")
    if isinstance(output, str):
        done = _("评定日 {as_of}；结果在 {path}，复制到本机后用 gradeeval results 查询")
    click.echo(done.format(as_of=summary["as_of"], path=output))
    findings = ((item["force"], item["due"], item["outcome"]) for part in summary["parts"] for item in part["findings"])
    code = exit_code(findings, fail_on)
    return 3 if counts.get("rejected") or counts.get("problems") else code
