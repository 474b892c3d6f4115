"""``gradeeval new``: sets up what somebody then works on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.opening import opened
from gradeeval.cli.progress import watched
from gradeeval.cli.scaffolding import plugin, ruleset
from gradeeval.errors import Misuse
from gradeeval.files.folders import new_folder
from gradeeval.files.writing import write_whole
from gradeeval.messages import _, mark
from gradeeval.synthetic.dataset import Wish, write_dataset
from gradeeval.synthetic.institutions import MOST_IN_A_PROVINCE
from gradeeval.synthetic.places import Province, nation, region
from gradeeval.timeline import Period, read_period, today

MOST = 10_000_000


@click.group(help=mark("新建规则集、插件或虚构的数据集。"))
@options.language
def command() -> None:
    """``dataset``, ``ruleset``, ``plugin``."""


command.add_command(ruleset)
command.add_command(plugin)


@command.command("dataset", help=mark("编造一个省或全国的数据集，供试用、测试和测速；全部内容都是虚构的。"))
@click.option("-o", "--output", type=options.PATH, required=True, help=mark("新的文件夹"))
@click.option(
    "--institutions", "count", type=click.IntRange(1, MOST), default=1_000, show_default=True, help=mark("多少家机构")
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help=mark("随机种子；相同则结果相同"))
@click.option("--region", "code", default="410000", show_default=True, help=mark("区域代码，须在名册上且下有县"))
@click.option("--nation", "whole_nation", is_flag=True, help=mark("全国；没有名册的省用虚构的市县"))
@click.option("--period", "texts", multiple=True, help=mark("时期（可重复；默认前两个年度）"))
@options.plugins
@options.language
def dataset(output: Path, count: int, seed: int, code: str, whole_nation: bool, texts: tuple[str, ...]) -> int:
    """Writes the folder, whole or not at all, and says what is in it."""
    periods = _periods(texts)
    workspace = opened()
    day = periods[-1].end
    provinces = nation(workspace.rosters, day, seed) if whole_nation else [region(code, workspace.rosters, day, seed)]
    weights = sum(province.weight for province in provinces)
    if max(province.weight for province in provinces) / weights * count > MOST_IN_A_PROVINCE:
        raise Misuse(_("一个省最多 {most} 家机构").format(most=MOST_IN_A_PROVINCE))
    requirements = [item for id in workspace.rulesets for item in workspace.load(id).requirements]
    with new_folder(output) as folder:
        wish = Wish(provinces, count, periods, seed)
        manifest = write_dataset(wish, folder, workspace.scope, requirements, _watched)
        write_whole(folder / "dataset.json", (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode())
    for entry in manifest["files"]:
        click.echo(_("{path}：{count} 条").format(path=output / entry["path"], count=entry["records"]))
    click.echo(_("已写入 {path}；内容全部虚构").format(path=output))
    return 0


def _periods(texts: Sequence[str]) -> list[Period]:
    """The periods, earliest first. Raises ``Misuse``."""
    year = int(today()[:4])
    found = []
    for text in texts or (str(year - 2), str(year - 1)):
        period = read_period(text)
        if period is None or period.several_years:
            raise Misuse(_("“{period}”不是一个年度、季度或日期").format(period=text))
        found.append(period)
    if len({period.end for period in found}) < len(found):
        raise Misuse(_("--period 给出的时期有重复"))
    return sorted(found)


def _watched(provinces: Sequence[Province]) -> Iterable[Province]:
    return watched(provinces)
