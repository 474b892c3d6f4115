"""``gradeeval template``: a profile to be filled in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.opening import opened
from gradeeval.cli.output import write_out
from gradeeval.engines.conditions import compile_condition
from gradeeval.engines.views import World
from gradeeval.errors import InvalidContent, Misuse, NotFound
from gradeeval.forms.needs import is_of, needs_of
from gradeeval.forms.rows import Source
from gradeeval.forms.template import Asking, Subject, sort_title, template
from gradeeval.language.nodes import Reach, Requirement
from gradeeval.messages import _, listed, mark
from gradeeval.problems import Problem
from gradeeval.profiles.profile import ListedPart, Profile, Roster
from gradeeval.profiles.reading import ProfileReader
from gradeeval.rulesets.ruleset import PolicyDocument
from gradeeval.timeline import read_period, today
from gradeeval.vocabulary import KINDS, TIERS
from gradeeval.workspace import Workspace

SUFFIXES = (".xlsx", ".csv", ".yaml", ".yml")
MOST = 5_000
"""Rows of a table of subjects; whoever has more sends several forms."""


@click.command(
    help=mark("生成待填写的档案：列出规则集对这类对象要用的全部字段和数据，逐项附问题、单位、取值、佐证和条款。")
)
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--tier", type=click.Choice(TIERS), default=None, help=mark("区域的层级"))
@click.option("--type", "network_type", default=None, help=mark("网络的类型，如 county_consortium"))
@click.option("--region", default=None, help=mark("区域代码：只列管辖它的文件，并填好代码"))
@click.option("--period", default=None, help=mark("时期（默认上一年）"))
@options.rulesets
@click.option(
    "--roster-of",
    default=None,
    metavar="REGION",
    help=mark("一张表填多个对象，先写好名册上该区域内这类对象的编号、名称和分类（.xlsx）"),
)
@click.option(
    "--roster",
    "roster_files",
    type=options.PATH,
    multiple=True,
    help=mark("另用这些名册文件（机构、网络的名册），可多次"),
)
@click.option("--many", type=click.IntRange(1, MOST), default=None, help=mark("一张表填多个对象，给出行数（.xlsx）"))
@click.option(
    "-o",
    "--output",
    type=options.PATH,
    default=None,
    help=mark("写入文件：.xlsx 是 Excel 表单，.csv、.yaml 亦可；不写则把 YAML 输出到屏幕"),
)
@click.option("--force", is_flag=True, help=mark("文件已存在时覆盖"))
@options.plugins
@options.language
def command(
    kind: str,
    tier: str | None,
    network_type: str | None,
    region: str | None,
    period: str | None,
    rulesets: tuple[str, ...],
    roster_of: str | None,
    roster_files: tuple[Path, ...],
    many: int | None,
    output: Path | None,
    force: bool,
) -> int:
    """Writes the template; an existing file is only replaced with ``--force``."""
    if output is not None and output.exists() and not force:
        raise Misuse(_("文件 {path} 已存在；要覆盖请加 --force").format(path=output))
    suffix = output.suffix.lower() if output is not None else ".yaml"
    if suffix not in SUFFIXES:
        known = listed(SUFFIXES)
        raise NotFound(_("不知道 {path} 是何种格式；可用后缀：{known}").format(path=output, known=known))
    if suffix != ".xlsx":
        for option, value in (("--many", many), ("--roster-of", roster_of)):
            if value is not None:
                raise Misuse(_("{option} 只用于 .xlsx 表单；请写 -o 表单.xlsx").format(option=option))
    if roster_files and roster_of is None:
        raise Misuse(_("--roster 要和 --roster-of 一起用，由它指明区域"))
    chosen_period = period or str(int(today()[:4]) - 1)
    if read_period(chosen_period) is None:
        raise Misuse(_("“{period}”不是日历上的时期").format(period=chosen_period))
    workspace = opened()
    world = World(workspace.scope, (), (*workspace.rosters, *_own_rosters(roster_files, workspace)))
    reach = _reach(kind, tier, network_type, region, workspace, world)
    parts = _parts(reach, roster_of, world) if roster_of is not None else []
    place = region or roster_of
    documents = _documents(workspace, world, rulesets, place)
    code = place or next((document.jurisdiction for document in documents), "410000")
    row = world.row(code, today())
    subject = Subject(reach, code, row.name if row is not None and place is not None else "", chosen_period)
    requirements = [item for document in documents for item in workspace.load(document.id).requirements]
    permits = {item.id: item for item in requirements if item.force == "permit"}
    applying = [item for item in requirements if _may_apply(item, subject, world) or region is None]
    needs = needs_of(reach, applying, workspace.scope, permits)
    if not needs.of:
        raise NotFound(_("所选规则集没有用到这类对象的要求"))
    asking = Asking(needs, workspace.scope, len(documents) > 1)
    sources = [Source(document, workspace.load(document.id).digest) for document in documents]
    if suffix == ".xlsx":
        from gradeeval.forms.workbook import workbook

        content = workbook(subject, asking, sources, many=many or 0, parts=parts)
    elif suffix == ".csv":
        from gradeeval.forms.csv_form import csv_form

        content = csv_form(subject, asking, sources)
    else:
        content = template(subject, needs, documents, workspace.scope).encode()
    write_out(content, output)
    return 0


def _reach(
    kind: str, tier: str | None, network_type: str | None, region: str | None, workspace: Workspace, world: World
) -> Reach:
    """The sort of subject. Raises ``Misuse`` where an option is missing or contradicts the roster."""
    row = world.row(region, today()) if region is not None else None
    if region is not None and row is None:
        raise NotFound(_("名册中没有区域 {region}").format(region=region))
    if kind == "institution":
        return Reach(kind)
    if kind == "region":
        if row is not None and tier not in (None, row.tier):
            raise Misuse(_("{name}在名册上是 {tier}，与 --tier 不符").format(name=row.name, tier=row.tier))
        found = tier or (row.tier if row is not None else None)
        if found is None:
            raise Misuse(_("请用 --tier 或 --region 指明区域的层级：{tiers}").format(tiers=listed(TIERS)))
        return Reach(kind, tier=found)
    types = workspace.scope.vocabulary.lists["network_type"].titles
    if network_type not in types:
        raise Misuse(_("请用 --type 指明网络的类型：{types}").format(types=listed(types)))
    return Reach(kind, type=network_type)


def _own_rosters(files: tuple[Path, ...], workspace: Workspace) -> Sequence[Roster]:
    """The rosters in these files; any fault in them is an error."""
    if not files:
        return ()
    dataset = ProfileReader(workspace.scope).read(files)
    if dataset.problems:
        raise InvalidContent(dataset.problems)
    if not dataset.rosters:
        raise InvalidContent([Problem(_("这里面没有名册"), str(files[0]))])
    return dataset.rosters


def _parts(reach: Reach, region: str, world: World) -> list[ListedPart]:
    """What rosters list of this sort in the region. Raises ``NotFound`` where it is nothing, ``Misuse`` where it is too much."""
    if world.row(region, today()) is None:
        raise NotFound(_("名册中没有区域 {region}").format(region=region))
    found = world.listed(reach, region, today())
    if not found:
        raise NotFound(
            _("名册上 {region} 没有列这类对象（{sort}）；机构和网络的名册请用 --roster 给出").format(
                region=region, sort=sort_title(reach)
            )
        )
    if len(found) > MOST:
        raise Misuse(
            _("名册上有 {count} 个，一张表最多 {most} 个；请按下级区域分开").format(count=len(found), most=MOST)
        )
    return found


def _documents(
    workspace: Workspace, world: World, rulesets: tuple[str, ...], region: str | None
) -> list[PolicyDocument]:
    """The documents asked for, else all; with a region those in whose jurisdiction it lies."""
    chosen = [workspace.ruleset(id).document for id in rulesets] or [
        ruleset.document for ruleset in workspace.rulesets.values()
    ]
    if region is None:
        return chosen
    around = {row.id for row in world.chain(region, today())}
    return [document for document in chosen if document.jurisdiction in around]


def _may_apply(requirement: Requirement, subject: Subject, world: World) -> bool:
    """False where the region alone says that the requirement does not bind the subject."""
    if not is_of(requirement.binds, subject.reach) or subject.reach.kind != "region":
        return True
    period = read_period(subject.period)
    assert period is not None
    profile = Profile("region", subject.region, subject.region_name, period, subject.region, tier=subject.reach.tier)
    return compile_condition(requirement.where, requirement.binds, world.scope)(world.view(profile)) is not False
