"""Folders of rulesets that nobody vouches for: nothing in them is run, nothing outside is read, and every bound holds."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.invented import write, write_country, write_ruleset

from gradeeval import builtin
from gradeeval.errors import InvalidContent, NotFound
from gradeeval.files import limits
from gradeeval.rulesets import folders
from gradeeval.rulesets.folders import look_over, ruleset_folders
from gradeeval.workspace import Workspace, build


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of shipped rulesets, replaced by that of the invented country; beside it is ``others``."""
    monkeypatch.setenv("GRADEEVAL_CACHE_DIR", "")
    folder = write_country(tmp_path / "rulesets")
    write_ruleset(folder)
    monkeypatch.setattr(builtin, "shipped_rulesets", lambda: folder)
    (tmp_path / "others").mkdir()
    return folder


@pytest.fixture
def others(tmp_path: Path) -> Path:
    return tmp_path / "others"


def built(*folders: Path) -> Workspace:
    return build(installed=False, folders=folders)


def good(others: Path, id: str = "yi-2024-1", **keys: Any) -> Path:
    """A ruleset with an indicator of its own."""
    named = {f"{id}.done": {"title": "x", "kind": "institution", "unit": "yes_no"}}
    return write_ruleset(others, id, **{"indicators": named, "requirements": [{"indicator": f"{id}.done"}], **keys})


def why(workspace: Workspace) -> str:
    ((_name, sentence),) = workspace.refused
    return sentence


# -- what is found -----------------------------------------------------------------------------------------------------


def test_a_folder_of_rulesets_and_a_ruleset_itself(others: Path) -> None:
    folder = good(others)
    for given in (others, folder):
        workspace = built(given)
        assert workspace.refused == ()
        assert list(workspace.rulesets) == ["jia-2024-1", "yi-2024-1"]
        assert workspace.ruleset("yi-2024-1").origin == str(folder)
        assert workspace.load("yi-2024-1").requirements[0].indicator == "yi-2024-1.done"
        plugin = workspace.plugins[-1]
        assert (plugin.name, plugin.version, plugin.origin) == ("yi-2024-1", "", str(folder))
        assert plugin.brings == {"rulesets": ["yi-2024-1"]}


def test_a_folder_given_relatively(others: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(good(others))
    assert "yi-2024-1" in built(Path()).rulesets


def test_a_folder_given_through_a_link_of_the_user(others: Path, tmp_path: Path) -> None:
    good(others)
    (tmp_path / "link").symlink_to(others)
    assert "yi-2024-1" in built(tmp_path / "link").rulesets


def test_what_is_no_folder_of_rulesets(others: Path) -> None:
    with pytest.raises(NotFound, match="不存在"):
        built(others / "nowhere")
    with pytest.raises(NotFound, match="没有规则集"):
        built(others)


def test_rulesets_of_one_folder_share_indicators_and_rosters(others: Path) -> None:
    own = {"yi.own": {"title": "x", "kind": "institution", "unit": "yes_no"}}
    write(others / "shared" / "indicators" / "own.yaml", {"indicators": own})
    for id in ("yi-2024-1", "yi-2024-2"):
        write_ruleset(others, id, indicators={}, requirements=[{"indicator": "yi.own"}], namespace="yi")
    row = {"code": "980000", "name": "乙省", "tier": "province", "division": "province", "parent": "000000"}
    roster = {"title": "乙省", "source": "编造", "jurisdiction": "980000", "complete": ["province"], "rows": [row]}
    write(others / "shared" / "rosters" / "yi.yaml", roster)
    workspace = built(others)
    assert workspace.refused == ()
    assert {"yi-2024-1", "yi-2024-2"} < set(workspace.rulesets)
    shared = workspace.plugins[1]
    assert (shared.name, shared.brings) == ("others/shared", {"rosters": ["yi"], "indicators": ["yi.own"]})


# -- whose names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            {"indicators": {"own": {"title": "x", "kind": "institution", "unit": "yes_no"}}},
            "请把 own 写成 yi-2024-1.own",
        ),
        ({"namespace": "yi"}, "请把 yi-2024-1.done 写成 yi.done"),
        ({"namespace": "gradeeval"}, "命名空间 gradeeval 属于已安装的发行包"),
        ({"types": {"hue": {"title": "色", "list": {"a": ["甲", "a"]}}}}, "请把 hue 写成 yi-2024-1.hue"),
        ({"requirements": [{"id": "jia-2024-1/1.9", "indicator": "done"}]}, "须以 yi-2024-1/ 开头"),
    ],
)
def test_names_of_others_are_refused(keys: dict[str, Any], sentence: str, others: Path) -> None:
    good(others, **keys)
    good(others, "zheng-2024-1")
    workspace = built(others)
    assert sentence in why(workspace)
    assert [plugin.name for plugin, _why in workspace.refused] == ["yi-2024-1"]
    assert list(workspace.rulesets) == ["jia-2024-1", "zheng-2024-1"]


def test_an_installed_ruleset_is_not_displaced(others: Path) -> None:
    good(others, "jia-2024-1", title="别的")
    workspace = built(others)
    assert why(workspace).startswith("规则集 jia-2024-1 随程序发布；请改用另一个编号")
    assert workspace.ruleset("jia-2024-1").document.title == "文件jia-2024-1"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"code": "990101"}, "区域 990101 已在官方名册上"),
        ({"tier": "prefecture", "parent": "990101"}, "区域 980000 的上级须是更高一级的区域"),
        ({"parent": "980000"}, "区域 980000 的上级须是更高一级的区域"),
        ({"from": "2024-02-30"}, "2024-02-30"),
    ],
)
def test_what_is_official_is_not_changed(change: dict[str, Any], sentence: str, others: Path) -> None:
    row = {"code": "980000", "name": "乙省", "tier": "province", "division": "province", "parent": "000000", **change}
    roster = {"title": "乙省", "source": "编造", "jurisdiction": "980000", "complete": ["province"], "rows": [row]}
    write(others / "shared" / "rosters" / "yi.yaml", roster)
    workspace = built(others)
    assert sentence in why(workspace)
    assert [found.id for found in workspace.rosters] == ["jia"]


def test_a_roster_has_an_id_of_its_own(others: Path) -> None:
    roster = {"title": "乙", "source": "编造", "jurisdiction": "980000", "complete": ["province"], "rows": []}
    row = {"code": "980000", "name": "乙省", "tier": "province", "division": "province", "parent": "000000"}
    write(others / "shared" / "rosters" / "jia.yaml", {**roster, "rows": [row]})
    assert "已有编号为 jia 的名册" in why(built(others))


# -- nothing outside is read -------------------------------------------------------------------------------------------


def link_file(folder: Path) -> None:
    (folder / "indicators.yaml").unlink()
    (folder / "indicators.yaml").symlink_to("/etc/passwd")


def link_folder(folder: Path) -> None:
    (folder / "examples").symlink_to("/etc")


def link_inside(folder: Path) -> None:
    (folder / "clauses.yaml").symlink_to(folder / "document.yaml")


def link_dangling(folder: Path) -> None:
    (folder / "clauses.yaml").symlink_to("nowhere")


def link_document(folder: Path) -> None:
    (folder / "document.yaml").rename(folder.parent / "elsewhere.yaml")
    (folder / "document.yaml").symlink_to(folder.parent / "elsewhere.yaml")


def link_upward(folder: Path) -> None:
    (folder / "requirements" / "loop").symlink_to("..")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "clauses.yaml")


def unix_socket(folder: Path) -> None:
    before = Path.cwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("examples.yaml")
    finally:
        os.chdir(before)


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (link_file, "indicators.yaml: 是链接"),
        (link_folder, "examples: 是链接"),
        (link_inside, "clauses.yaml: 是链接"),
        (link_dangling, "clauses.yaml: 是链接"),
        (link_document, "document.yaml: 是链接"),
        (link_upward, "loop: 是链接"),
        (pipe, "clauses.yaml: 不是普通文件"),
        (unix_socket, "examples.yaml: 不是普通文件"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX")
def test_links_and_special_files_are_refused(harm: Callable[[Path], None], sentence: str, others: Path) -> None:
    harm(good(others))
    good(others, "zheng-2024-1")
    with pytest.raises(InvalidContent) as caught:
        look_over(others / "yi-2024-1")
    (problem,) = caught.value.problems
    assert f"{Path(problem.file).name}: {problem.message}".startswith(sentence)
    workspace = built(others)
    assert [plugin.name for plugin, _why in workspace.refused] == ["yi-2024-1"]
    assert list(workspace.rulesets) == ["jia-2024-1", "zheng-2024-1"]


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_a_ruleset_that_is_itself_a_link_is_refused(others: Path, tmp_path: Path) -> None:
    folder = good(tmp_path / "elsewhere")
    (others / "yi-2024-1").symlink_to(folder)
    assert "链接" in why(built(others))


@pytest.mark.parametrize("source", ["../secret.txt", "/etc/passwd", "a\\b.txt", "C:secret.txt"])
def test_the_source_text_is_a_file_name(source: str, others: Path) -> None:
    good(others, source=source)
    assert "source 是原文的文件名，不含目录" in why(built(others))


def test_an_id_is_no_path(others: Path) -> None:
    folder = good(others)
    write(folder / "document.yaml", {"id": "../yi", "title": "x", "jurisdiction": "990000"})
    assert "文件编号只用小写字母" in why(built(others))


def test_hidden_entries_are_neither_read_nor_counted(others: Path) -> None:
    folder = good(others)
    (folder / ".git").mkdir()
    (folder / ".git" / "link").symlink_to("/etc")
    assert built(others).refused == ()


# -- nothing is run ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "id: !!python/object/apply:os.system ['touch ran']\n",
        "id: !!python/name:os.system\n",
        "id: yi-2024-1\ntitle: !include /etc/passwd\n",
    ],
)
def test_tags_are_refused(text: str, others: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(good(others) / "document.yaml", text)
    monkeypatch.chdir(others)
    assert "不接受" in why(built(others))
    assert not (others / "ran").exists()


def test_code_beside_the_data_is_not_run(others: Path) -> None:
    folder = good(others)
    for name in ("__init__.py", "conftest.py", "document.py", "setup.py", "sitecustomize.py"):
        write(folder / name, f"open({str(others / 'ran')!r}, 'w')\n")
    assert built(others).refused == ()
    assert not (others / "ran").exists()


# -- neither memory nor time -------------------------------------------------------------------------------------------


def test_too_many_rulesets(others: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MAX_RULESETS", 2)
    for number in range(3):
        good(others, f"yi-2024-{number}")
    with pytest.raises(InvalidContent, match="规则集超过 2 个"):
        ruleset_folders(others)


def test_too_many_files(others: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MAX_RULESET_FILES", 5)
    folder = good(others)
    look_over(folder)
    write(folder / "a.txt", "")
    write(folder / "b.txt", "")
    assert "文件超过 5 个" in why(built(others))


def test_files_too_large_together(others: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = good(others)
    with (folder / "large.yaml").open("wb") as stream:
        stream.truncate(limits.MAX_RULESET_BYTES + 1)
    assert "文件合计超过 16 MiB" in why(built(others))


def test_folders_too_deep(others: Path) -> None:
    folder = good(others)
    (folder / "/".join("a" * (limits.MAX_RULESET_DEPTH - 1))).mkdir(parents=True)
    look_over(folder)
    (folder / "/".join("a" * limits.MAX_RULESET_DEPTH)).mkdir()
    assert "文件夹超过 4 层" in why(built(others))


HEAD = "id: yi-2024-1\njurisdiction: '990000'\ntitle: "


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD + "&a [x, x]\nnote: *a\n", "不接受锚点"),
        (HEAD + "[" * 100_000 + "\n", "嵌套超过 64 层"),
        (HEAD + "{a: " * 1_000 + "\n", "嵌套超过 64 层"),
        (HEAD + "x\nabout_tolerance: 1e999999999\n", "过大"),
        (HEAD + "x\nabout_tolerance: " + "9" * 41 + "\n", "过大"),
        (HEAD + "x\nabout_tolerance: .inf\n", "无穷大"),
        (HEAD + "长" * (limits.MAX_TEXT + 1) + "\n", "文字有 20001 个字符，至多 20000 个"),
        (HEAD + "x\n? " + "k" * (limits.MAX_TEXT + 1) + "\n: 1\n", "文字有 20001 个字符"),
        (HEAD + "x\nnote: {a: {b: [" + "1, " * 501 + "]}}\n", "有 501 项，至多 500 项"),
        (HEAD + "x\nrelated: [" + "a, " * 20_001 + "]\n", "有 20001 项，至多 20000 项"),
        (HEAD + "x\nrelated: [" + ("[" + "1, " * 400 + "], ") * 500 + "]\n", "至多 200000 个值"),
        (HEAD + "x\nhorizon: 0001..2025\n", "须在 1949 至 2149 年之间"),
        ("a" * 2_000 + ": " * 500 + "\n", "YAML"),
    ],
)
def test_a_file_that_is_too_much(text: str, sentence: str, others: Path) -> None:
    write(good(others) / "document.yaml", text)
    assert sentence in why(built(others))


def test_too_many_requirements(others: Path) -> None:
    many = [{"indicator": "yi-2024-1.done"}] * (limits.MAX_REQUIREMENTS + 1)
    good(others, requirements=many)
    assert "要求超过 2000 条" in why(built(others))


def test_too_many_indicators(others: Path) -> None:
    node = {"title": "x", "kind": "institution", "unit": "yes_no"}
    good(others, indicators={f"yi-2024-1.a{number}": node for number in range(limits.MAX_INDICATORS + 1)})
    assert "指标超过 2000 个" in why(built(others))


def chain(length: int, *, closed: bool = False) -> dict[str, Any]:
    """Each the change of the next."""
    nodes: dict[str, Any] = {
        f"yi-2024-1.a{number}": {
            "title": "x",
            "kind": "institution",
            "unit": "yuan",
            "change": f"yi-2024-1.a{number + 1}",
        }
        for number in range(length)
    }
    last = {"title": "x", "kind": "institution", "unit": "yuan"}
    nodes[f"yi-2024-1.a{length}"] = {**last, "change": "yi-2024-1.a0"} if closed else last
    return nodes


def test_formulas_over_formulas(others: Path) -> None:
    asked = {"indicator": "yi-2024-1.a0", "target": {"at_least": 1}, "every_year": "2024..2025"}
    good(others, indicators=chain(limits.MAX_FORMULAS), requirements=[asked])
    assert built(others).refused == ()
    good(others, indicators=chain(limits.MAX_FORMULAS + 1), requirements=[asked])
    assert "公式层层相套，超过 12 层" in why(built(others))


@pytest.mark.parametrize("closed", [False, True])
def test_a_chain_as_long_as_a_file(closed: bool, others: Path) -> None:
    good(others, indicators=chain(1_900, closed=closed))
    assert ("指标循环引用" if closed else "公式层层相套") in why(built(others))


def test_a_tower_of_ratios_does_not_double_at_each_floor(others: Path) -> None:
    nodes = {
        f"yi-2024-1.a{n}": {
            "title": "x",
            "kind": "institution",
            "unit": "ratio",
            "ratio": {"of": f"yi-2024-1.a{n + 1}", "to": f"yi-2024-1.a{n + 1}"},
        }
        for n in range(500)
    }
    nodes["yi-2024-1.a500"] = {"title": "x", "kind": "institution", "unit": "ratio"}
    good(others, indicators=nodes)
    assert "公式层层相套" in why(built(others))


@pytest.mark.parametrize("span", ["0001..2025", "0001..", "..9999", "2025..9999"])
def test_years_without_end(span: str, others: Path) -> None:
    good(others, requirements=[{"indicator": "yi-2024-1.done", "every_year": span}])
    assert "年份区间" in why(built(others))
    assert "须在 1949 至 2149 年之间" in why(built(others))


def test_a_span_that_runs_backwards(others: Path) -> None:
    good(others, requirements=[{"indicator": "yi-2024-1.done", "every_year": "2025..2023"}])
    assert why(built(others)) == "年份区间 2025..2023 前后颠倒"


def test_faults_beyond_counting_are_not_all_looked_into(others: Path) -> None:
    wrong = {"name": {"one_of": [f"无此地{number}" for number in range(450)]}}
    asked = {"indicator": "yi-2024-1.a", "binds": {"kind": "region", "tier": "county", "where": wrong}, "target": True}
    own = {"yi-2024-1.a": {"title": "x", "kind": "region", "tier": "county", "unit": "yes_no"}}
    good(others, indicators=own, requirements=[asked] * 20)
    assert len(why(built(others)).splitlines()) == 200


def test_patterns_are_text(others: Path) -> None:
    evil = "(a+)+$" + "a" * 5_000 + "!"
    nodes = {"yi-2024-1.done": {"title": evil, "kind": "institution", "unit": "yes_no", "question": evil}}
    good(others, title=evil, indicators=nodes)
    assert built(others).refused == ()
    good(others, number=evil, indicators={evil: nodes["yi-2024-1.done"]})
    assert "名称用小写字母、数字和下划线" in why(built(others))
