"""The workspace: what is installed, checked as a whole, and what is said of what is not there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.unit.invented import INDICATORS, write, write_country, write_ruleset

from gradeeval import builtin
from gradeeval.errors import InvalidContent, NotFound
from gradeeval.plugins import HOOK_VERSION, hookimpl
from gradeeval.workspace import Workspace, build


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADEEVAL_CACHE_DIR", "")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of shipped rulesets, replaced by that of the invented country."""
    folder = write_country(tmp_path / "rulesets")
    monkeypatch.setattr(builtin, "shipped_rulesets", lambda: folder)
    monkeypatch.setattr(metadata, "entry_points", lambda *, group: [])
    return folder


class Plugin:
    """One that brings ruleset folders."""

    gradeeval_hook_version = HOOK_VERSION

    def __init__(self, *folders: Path) -> None:
        self.folders = folders

    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[Path]:
        return self.folders


Install = Callable[..., None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs plugins that bring these folders, by name."""

    def installed(**plugins: Path | Sequence[Path]) -> None:
        points = [
            SimpleNamespace(
                name=name, dist=None, load=partial(Plugin, *([given] if isinstance(given, Path) else given))
            )
            for name, given in plugins.items()
        ]
        monkeypatch.setattr(metadata, "entry_points", lambda *, group: points)

    installed()
    return installed


def built(*extra: Path) -> Workspace:
    return build(extra=extra)


def refused() -> list[str]:
    with pytest.raises(InvalidContent) as caught:
        built()
    return [f"{Path(problem.file).name}:{problem.line} {problem.message}" for problem in caught.value.problems]


def test_what_is_shipped_is_there(root: Path) -> None:
    write_ruleset(root)
    write(root / "notes" / "readme.txt", "no ruleset")
    workspace = built()
    assert list(workspace.rulesets) == ["jia-2024-1"]
    assert workspace.ruleset("jia-2024-1").origin == "gradeeval"
    assert set(workspace.scope.indicators) == {"shared_beds", *INDICATORS}
    assert [roster.id for roster in workspace.rosters] == ["jia"]
    assert list(workspace.renderers)[:2] == ["table", "json"]
    assert {"csv", "markdown", "xlsx", "docx", "junit", "sarif"} <= set(workspace.renderers)
    assert workspace.refused == ()


def test_requirements_are_read_once_and_when_asked_for(root: Path) -> None:
    folder = write_ruleset(root)
    workspace = built()
    loaded = workspace.load("jia-2024-1")
    (folder / "requirements" / "1.yaml").unlink()
    assert workspace.load("jia-2024-1") is loaded
    assert workspace.requirement("jia-2024-1/1.1").title == "要求1"


def test_a_requirement_that_the_language_refuses_is_told_with_its_place(root: Path) -> None:
    write_ruleset(
        root, requirements=[{}, {"indicator": "dome"}, {"binds": {"kind": "institution", "where": {"county": "东"}}}]
    )
    workspace = built()
    with pytest.raises(InvalidContent) as caught:
        workspace.load("jia-2024-1")
    first, second = caught.value.problems
    assert (first.line, first.path) == (11, "[1]")
    assert first.message == "jia-2024-1/1.2：没有名为 `dome` 的分类字段或指标；是否指 `done`？"
    assert second.message == "jia-2024-1/1.3：名册中没有“东”；是否指“东县”？"
    assert Path(second.file).name == "1.yaml"


def test_ids_are_unique_and_begin_with_the_document(root: Path) -> None:
    write_ruleset(root, requirements=[{"id": "jia-2024-1/1.1"}, {"id": "jia-2024-1/1.1"}, {"id": "yi-2024-1/1.1"}])
    with pytest.raises(InvalidContent) as caught:
        built().load("jia-2024-1")
    assert [problem.message for problem in caught.value.problems] == [
        "编号 jia-2024-1/1.1 重复",
        "编号 yi-2024-1/1.1 须以 jia-2024-1/ 开头",
    ]


def test_two_rulesets_of_one_id(root: Path, tmp_path: Path, install: Install) -> None:
    write_ruleset(root)
    install(province=write_ruleset(tmp_path / "other", title="别的", indicators={}))
    workspace = built()
    ((plugin, why),) = workspace.refused
    assert plugin.name == "province"
    assert why.startswith("规则集 jia-2024-1 随程序发布；请改用另一个编号（document.yaml 的 id 和文件夹名）")
    assert workspace.ruleset("jia-2024-1").origin == "gradeeval"
    assert workspace.ruleset("jia-2024-1").document.title == "文件jia-2024-1"


def test_the_ruleset_of_a_plugin_comes_beside_those_shipped(root: Path, tmp_path: Path, install: Install) -> None:
    write_ruleset(root)
    install(province=write_ruleset(tmp_path / "other", "yi-2024-1", indicators={}))
    workspace = built()
    assert {id: ruleset.origin for id, ruleset in workspace.rulesets.items()} == {
        "jia-2024-1": "gradeeval",
        "yi-2024-1": "province",
    }
    assert workspace.load("yi-2024-1").requirements[0].indicator == "done"
    assert [(plugin.name, plugin.brings.get("rulesets")) for plugin in workspace.plugins] == [
        ("gradeeval", ["jia-2024-1"]),
        ("province", ["yi-2024-1"]),
    ]


def test_the_ruleset_of_a_plugin_that_has_a_fault_is_set_aside(root: Path, tmp_path: Path, install: Install) -> None:
    write_ruleset(root)
    twice = {"shared_beds": {"title": "x", "kind": "institution", "unit": "count"}}
    install(
        province=write_ruleset(tmp_path / "1", "yi-2024-1", date="2024-02-30", indicators={}),
        city=tmp_path / "nowhere",
        county=write_ruleset(tmp_path / "2", "bing-2024-1", indicators=twice),
        good=write_ruleset(tmp_path / "3", "ding-2024-1", indicators={}),
    )
    workspace = built()
    assert list(workspace.rulesets) == ["jia-2024-1", "ding-2024-1"]
    assert [plugin.name for plugin, _why in workspace.refused] == ["province", "city", "county"]
    for (_name, why), words in zip(workspace.refused, ("2024-02-30", "缺少 document.yaml", "shared_beds"), strict=True):
        assert words in why
    assert workspace.scope.indicators["shared_beds"].title == "床位"


def test_a_ruleset_of_a_plugin_whose_requirements_are_refused_is_set_aside(
    root: Path, tmp_path: Path, install: Install
) -> None:
    write_ruleset(root)
    wrong = [{"indicator": "no_such_thing", "target": True}]
    install(
        province=write_ruleset(tmp_path / "1", "yi-2024-1", requirements=wrong, indicators={}),
        good=write_ruleset(tmp_path / "2", "ding-2024-1", indicators={}),
    )
    workspace = built()
    assert list(workspace.rulesets) == ["jia-2024-1", "ding-2024-1"]
    assert [plugin.name for plugin, _why in workspace.refused] == ["province"]
    assert "no_such_thing" in workspace.refused[0][1]


def test_a_type_has_one_definition(root: Path) -> None:
    colours = {"order": {"red": ["红", "red"], "blue": ["蓝", "blue"]}, "title": "颜色"}
    write(root / "shared" / "indicators" / "a.yaml", {"types": {"colour": colours}})
    other = {**colours, "order": {"blue": ["蓝", "blue"], "red": ["红", "red"]}}
    write(root / "shared" / "indicators" / "b.yaml", {"types": {"colour": other}})
    write_ruleset(root)
    with pytest.raises(InvalidContent, match="colour"):
        built()


def test_a_plugin_may_share_indicators_and_rosters_among_its_rulesets(
    root: Path, tmp_path: Path, install: Install
) -> None:
    write_ruleset(root)
    folder = tmp_path / "other"
    own = {"yi.own": {"title": "x", "kind": "institution", "unit": "count"}}
    write(folder / "shared" / "indicators" / "own.yaml", {"indicators": own})
    row = {"code": "980000", "name": "乙省", "tier": "province", "division": "province", "parent": "000000"}
    roster = {"title": "乙省", "source": "编造", "jurisdiction": "980000", "complete": ["province"], "rows": [row]}
    write(folder / "shared" / "rosters" / "yi.yaml", roster)
    more = {"yi.more": {"title": "x", "kind": "institution", "unit": "count", "change": "yi.own"}}
    ruleset = write_ruleset(
        folder, "yi-2024-1", indicators=more, requirements=[{"indicator": "yi.more", "target": {"above": 0}}]
    )
    install(yi=(ruleset, folder / "shared"))
    workspace = built()
    assert workspace.refused == ()
    assert workspace.plugins[1].brings["rosters"] == ["yi"]
    assert workspace.plugins[1].brings["indicators"] == ["yi.own"]
    assert workspace.load("yi-2024-1").requirements[0].indicator == "yi.more"
    assert [roster.id for roster in workspace.rosters] == ["jia", "yi"]


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        ([("990900", "prefecture", "990000")], "区域 990900 不能加入：官方名册 jia 已列全 990000 的市级区域"),
        ([("990909", "county", "990100")], "区域 990909 不能加入：官方名册 jia 已列全 990000 的县级区域"),
        ([("980000", "province", "000000"), ("980900", "prefecture", "980000"), ("980901", "county", "980900")], ""),
    ],
)
def test_a_plugin_adds_no_region_to_a_full_list(
    rows: list[tuple[str, str, str]], refused: str, root: Path, tmp_path: Path, install: Install
) -> None:
    listed = [{"code": code, "name": code, "tier": tier, "division": "county", "parent": up} for code, tier, up in rows]
    roster = {"title": "乙省", "source": "编造", "jurisdiction": "980000", "complete": [], "rows": listed}
    write(tmp_path / "other" / "shared" / "rosters" / "yi.yaml", roster)
    install(yi=tmp_path / "other" / "shared")
    write_ruleset(root)
    found = [why for _name, why in built().refused]
    assert len(found) == bool(refused)
    assert all(refused in why for why in found)


def test_what_a_plugin_shares_does_not_replace_what_is_there(root: Path, tmp_path: Path, install: Install) -> None:
    write_ruleset(root)
    twice = {"shared_beds": {"title": "x", "kind": "institution", "unit": "yes_no"}}
    write(tmp_path / "other" / "shared" / "indicators" / "own.yaml", {"indicators": twice})
    install(province=tmp_path / "other" / "shared")
    workspace = built()
    assert [plugin.name for plugin, _why in workspace.refused] == ["province"]
    assert "请把 shared_beds 写成 province.shared_beds" in workspace.refused[0][1]
    assert workspace.scope.types["shared_beds"].unit == "count"


def test_a_ruleset_that_is_being_written_takes_the_place_of_the_installed_one(root: Path, tmp_path: Path) -> None:
    write_ruleset(root)
    own = write_ruleset(tmp_path / "draft", title="新稿")
    assert built(own).ruleset("jia-2024-1").document.title == "新稿"
    assert built(own).refused == ()


def test_a_shipped_ruleset_that_cannot_be_read_is_a_fault_of_the_program(root: Path) -> None:
    write_ruleset(root, date="2024-02-30")
    (problem,) = refused()
    assert problem.startswith("document.yaml:5 “2024-02-30”")


def test_an_indicator_that_is_defined_twice(root: Path) -> None:
    write_ruleset(
        root, indicators={**INDICATORS, "shared_beds": {"title": "x", "kind": "institution", "unit": "count"}}
    )
    (problem,) = refused()
    shared = root / "shared" / "indicators" / "all.yaml"
    assert problem == f"indicators.yaml:12 指标 shared_beds 已在 {shared} 中定义"


def test_an_indicator_that_the_language_refuses(root: Path) -> None:
    write_ruleset(
        root, indicators={**INDICATORS, "x": {"title": "x", "kind": "institution", "unit": "count", "change": "done"}}
    )
    (problem,) = refused()
    assert problem == "indicators.yaml:12 `done` 不是数值，没有变化量"


def test_a_type_of_one_ruleset_serves_all(root: Path) -> None:
    grade = {"title": "等级", "order": {"B": ["乙", "b"], "A": ["甲", "a"]}}
    write_ruleset(root, types={"grade": grade})
    write_ruleset(root, "yi-2024-1", indicators={"own": {"title": "x", "kind": "institution", "order": "grade"}}, requirements=[{"indicator": "own", "target": {"at_least": "A"}}])  # fmt: skip
    workspace = built()
    assert workspace.load("yi-2024-1").requirements
    assert workspace.scope.vocabulary.lists["grade"].titles["A"] == ("甲", "a")


@pytest.mark.parametrize(
    ("id", "sentence"),
    [
        ("jia-2024-2", "没有安装规则集 jia-2024-2；已安装：jia-2024-1、yi-2024-1；是否指 jia-2024-1？"),
        ("zzz", "没有安装规则集 zzz；已安装：jia-2024-1、yi-2024-1"),
    ],
)
def test_a_ruleset_that_is_not_there(id: str, sentence: str, root: Path) -> None:
    write_ruleset(root)
    write_ruleset(root, "yi-2024-1", indicators={})
    with pytest.raises(NotFound) as caught:
        built().ruleset(id)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("id", "sentence"),
    [
        ("jia-2024-1/1.2", "没有要求 jia-2024-1/1.2；是否指 jia-2024-1/1.1？"),
        ("jia-2024-2/1.1", "没有安装规则集 jia-2024-2；已安装：jia-2024-1；是否指 jia-2024-1？"),
        ("jia-2024-1", "没有要求 jia-2024-1；是否指 jia-2024-1/1.1？"),
    ],
)
def test_a_requirement_that_is_not_there(id: str, sentence: str, root: Path) -> None:
    write_ruleset(root)
    with pytest.raises(NotFound) as caught:
        built().requirement(id)
    assert str(caught.value) == sentence


def test_a_requirement_of_a_ruleset_without_any(root: Path) -> None:
    folder = write_ruleset(root)
    (folder / "requirements" / "1.yaml").unlink()
    with pytest.raises(NotFound, match=r"^没有要求 jia-2024-1/1\.1$"):
        built().requirement("jia-2024-1/1.1")


def test_a_format_that_is_not_there(root: Path) -> None:
    write_ruleset(root)
    workspace = built()
    assert workspace.renderer("json").suffixes == (".json",)
    with pytest.raises(NotFound, match="没有格式 pdf；可用："):
        workspace.renderer("pdf")


def test_names_of_regions_are_those_of_the_rosters(root: Path) -> None:
    write_ruleset(root)
    workspace = built()
    assert workspace.region_name_fault("东县") is None
    assert workspace.region_name_fault("飞地") == "飞地县"
    assert workspace.region_name_fault("某某") == ""
    workspace = replace(workspace, rosters=(), _region_names=set())
    assert workspace.region_name_fault("某某") is None


def test_the_digest_of_what_is_shared_follows_its_indicators(root: Path) -> None:
    write_ruleset(root)
    before = built().shared_digest
    assert built().shared_digest == before
    write(
        root / "shared" / "indicators" / "more.yaml",
        {"indicators": {"more": {"title": "x", "kind": "region", "unit": "count"}}},
    )
    assert built().shared_digest != before
