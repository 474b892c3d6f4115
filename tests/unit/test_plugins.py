"""The door for plugins: all come in the same way, and one that fails is named and set aside while the rest works."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from importlib import metadata
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.invented import scope

from gradeeval import __version__, plugins
from gradeeval.builtin import Builtin, shipped_rulesets
from gradeeval.errors import InvalidContent, NotFound, PluginFault
from gradeeval.lint.check import Check
from gradeeval.plugins import GROUP, HOOK_VERSION, MOST_ANSWERS, Found, discover, hookimpl, namespace_of
from gradeeval.problems import Problem
from gradeeval.profiles.contents import Content, Item, Note, Reader, Unread
from gradeeval.profiles.readers import Spot
from gradeeval.reports.rendering import Layout, Renderer
from gradeeval.schemas import KINDS, FileKind


def renderer(name: str, *suffixes: str) -> Renderer:
    return Renderer(name, name, suffixes or (f".{name}",), lambda result, layout: b"")


def reader(name: str, *suffixes: str) -> Reader:
    return Reader(name, name, suffixes or (f".{name}",), lambda path, scope, alone: [])


class Written:
    """A plugin that says which hooks it is written for."""

    gradeeval_hook_version = HOOK_VERSION


class Good(Written):
    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[Path]:
        return [Path("/rules/a"), Path("/rules/b")]

    @hookimpl
    def gradeeval_renderers(self) -> Sequence[Renderer]:
        return [renderer("pdf")]


class Rich(Written):
    @hookimpl
    def gradeeval_renderers(self) -> Iterator[Renderer]:
        yield renderer("odt")

    @hookimpl
    def gradeeval_readers(self) -> Sequence[Reader]:
        return [reader("his")]

    @hookimpl
    def gradeeval_schemas(self) -> Sequence[FileKind]:
        return [FileKind("rich.export", "x", dict)]


class Raising(Written):
    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[Path]:
        raise KeyError("its own bug")


class RaisingLater(Written):
    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[Path]:
        return [Path("/rules/c")]

    @hookimpl
    def gradeeval_renderers(self) -> Sequence[Renderer]:
        raise OSError("no disk")


class RaisingInside(Written):
    @hookimpl
    def gradeeval_rulesets(self) -> Iterator[Path]:
        yield Path("/rules/c")
        raise RuntimeError("in the middle")


class Leaving(Written):
    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[Path]:
        raise SystemExit(3)


class OfNoKind(BaseException):
    pass


class Escaping(Written):
    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[Path]:
        raise OfNoKind("out of reach")


class WrongName(Written):
    @hookimpl
    def gradeeval_rulesetz(self) -> Sequence[Path]:
        return []


class WrongArguments(Written):
    @hookimpl
    def gradeeval_rulesets(self, folder: Path) -> Sequence[Path]:
        return [folder]


class NoList(Written):
    @hookimpl
    def gradeeval_rulesets(self) -> int:
        return 3


class OneText(Written):
    @hookimpl
    def gradeeval_rulesets(self) -> str:
        return "/rules"


class NoPath(Written):
    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[int]:
        return [3]


class Endless(Written):
    @hookimpl
    def gradeeval_rulesets(self) -> Iterator[Path]:
        return (Path(str(number)) for number in count())


class NoRenderer(Written):
    @hookimpl
    def gradeeval_renderers(self) -> Sequence[str]:
        return ["pdf"]


class OddSuffix(Written):
    @hookimpl
    def gradeeval_renderers(self) -> Sequence[Renderer]:
        return [renderer("page", "PDF")]


class TakesFormat(Written):
    @hookimpl
    def gradeeval_renderers(self) -> Sequence[Renderer]:
        return [renderer("html", ".xhtml")]


class TakesSuffix(Written):
    @hookimpl
    def gradeeval_renderers(self) -> Sequence[Renderer]:
        return [renderer("page", ".html")]


class TakesReading(Written):
    @hookimpl
    def gradeeval_readers(self) -> Sequence[Reader]:
        return [reader("mine", ".json")]


class TakesKind(Written):
    @hookimpl
    def gradeeval_schemas(self) -> Sequence[FileKind]:
        return [FileKind("institution", "x", dict)]


class ForeignKind(Written):
    @hookimpl
    def gradeeval_schemas(self) -> Sequence[FileKind]:
        return [FileKind("other.export", "x", dict)]


class OneLetter(Written):
    @hookimpl
    def gradeeval_checks(self) -> Sequence[Check]:
        return [Check("C901", "x", "x", lambda material: [])]


class Refusing(Written):
    @hookimpl
    def gradeeval_checks(self) -> Sequence[Check]:
        return [Check("BAD901", "x", "x", refuses=True)]


class Unversioned:
    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[Path]:
        return [Path("/rules/c")]


class ForLater(Unversioned):
    gradeeval_hook_version = HOOK_VERSION + 1


class ForTrue(Unversioned):
    gradeeval_hook_version = True


class Nothing(Written):
    pass


@dataclass
class Point:
    """As much of an entry point as is asked of it."""

    name: str
    plugin: object
    dist: SimpleNamespace | None = None

    def load(self) -> object:
        if isinstance(self.plugin, BaseException):
            raise self.plugin
        return self.plugin


Discover = Callable[..., Found]


@pytest.fixture
def discovered(monkeypatch: pytest.MonkeyPatch) -> Discover:
    """Discovers the built-in plugin and these, installed by name."""

    def found(*points: Point, **named: object) -> Found:
        every = [*points, *(Point(name, plugin) for name, plugin in named.items())]
        monkeypatch.setattr(metadata, "entry_points", lambda *, group: every if group == GROUP else [])
        return discover([("gradeeval", Builtin())], checks=True)

    return found


def refusals(found: Found) -> dict[str, str]:
    return {plugin.name: why for plugin in found.plugins for why in plugin.refused}


def brought(found: Found) -> list[tuple[str, str]]:
    """What plugins other than the built-in one brought."""
    rulesets = [(plugin, str(path)) for plugin, path in found.rulesets]
    items: list[tuple[Any, Any]] = [*rulesets, *found.schemas, *found.readers, *found.renderers]
    return [(plugin.name, getattr(item, "name", item)) for plugin, item in items if plugin.name != "gradeeval"]


def test_what_plugins_bring_has_their_name(discovered: Discover) -> None:
    found = discovered(good=Good(), rich=Rich(), nothing=Nothing())
    assert brought(found) == [
        ("good", "/rules/a"),
        ("good", "/rules/b"),
        ("rich", "rich.export"),
        ("rich", "his"),
        ("good", "pdf"),
        ("rich", "odt"),
    ]
    assert [plugin.name for plugin in found.plugins] == ["gradeeval", "good", "rich", "nothing"]
    assert found.plugins[2].brings == {"schemas": ["rich.export"], "readers": ["his"], "renderers": ["odt"]}
    assert refusals(found) == {}


@pytest.mark.parametrize(
    ("plugin", "why"),
    [
        (Raising, "KeyError: 'its own bug'"),
        (RaisingLater, "OSError: no disk"),
        (RaisingInside, "RuntimeError: in the middle"),
        (Leaving, "SystemExit: 3"),
        (Escaping, "OfNoKind: out of reach"),
        (WrongName, "gradeeval_rulesetz"),
        (WrongArguments, "folder"),
        (NoList, "TypeError"),
        (OneText, "gradeeval_rulesets 应返回列表"),
        (NoPath, "应是 str、Path，而不是 int"),
        (Endless, f"超过 {MOST_ANSWERS} 项"),
        (NoRenderer, "应是 Renderer，而不是 str"),
        (OddSuffix, "后缀 PDF"),
        (TakesFormat, "报告格式 html 已由 gradeeval 提供"),
        (TakesSuffix, "后缀 .html 已由 gradeeval 提供"),
        (TakesReading, "后缀 .json 已由 gradeeval 提供"),
        (TakesKind, "文件类别 institution 须以 bad. 开头"),
        (ForeignKind, "文件类别 other.export 须以 bad. 开头"),
        (OneLetter, "检查代码 C901 须是两个以上大写字母加三位数字"),
        (Refusing, "检查 BAD901 不能是 refuses"),
        (Unversioned, "没有写明所依据的钩子版本；请加上 gradeeval_hook_version = 1"),
        (ForLater, "依据的钩子版本是 2，本程序的是 1"),
        (ForTrue, "依据的钩子版本是 True"),
    ],
)
def test_a_plugin_that_fails_is_named_and_the_rest_works(
    plugin: Callable[[], object], why: str, discovered: Discover
) -> None:
    found = discovered(good=Good(), bad=plugin(), rich=Rich())
    assert list(refusals(found)) == ["bad"]
    assert why in refusals(found)["bad"]
    assert "bad" not in {name for name, _item in brought(found)}
    assert {name for name, _item in brought(found)} == {"good", "rich"}


@pytest.mark.parametrize("fault", [ImportError("no module named gone"), SystemExit(1), OfNoKind("x"), GeneratorExit()])
def test_a_plugin_that_cannot_be_imported(fault: BaseException, discovered: Discover) -> None:
    found = discovered(gone=fault, good=Good())
    assert refusals(found) == {"gone": f"{type(fault).__name__}: {fault}"}
    assert brought(found)


def test_an_interrupt_by_the_user_is_no_fault_of_the_plugin(discovered: Discover) -> None:
    with pytest.raises(KeyboardInterrupt):
        discovered(slow=KeyboardInterrupt())


def test_two_plugins_of_one_name(discovered: Discover) -> None:
    found = discovered(Point("good", Good()), Point("good", Nothing()))
    assert refusals(found) == {"good": "已有同名插件"}
    assert {item for _name, item in brought(found)} == {"/rules/a", "/rules/b", "pdf"}


def test_two_plugins_of_one_format(discovered: Discover) -> None:
    found = discovered(good=Good(), other=Good())
    assert refusals(found) == {"other": "报告格式 pdf 已由 good 提供"}


def test_origin_version_and_namespace_are_those_of_the_distribution(discovered: Discover) -> None:
    found = discovered(
        Point("good", Good(), SimpleNamespace(name="Gradeeval_Good", version="1.2")), Point("rich", Rich())
    )
    about = [(plugin.name, plugin.version, plugin.origin, plugin.namespace) for plugin in found.plugins]
    assert about == [
        ("gradeeval", __version__, "gradeeval", ""),
        ("good", "1.2", "Gradeeval_Good", "gradeeval-good"),
        ("rich", "", "rich", "rich"),
    ]
    assert namespace_of("A._-b") == "a-b"


def test_without_plugins_none_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry_points(*, group: str) -> list[Point]:
        raise AssertionError(group)

    monkeypatch.setattr(metadata, "entry_points", entry_points)
    assert [plugin.name for plugin in discover([("gradeeval", Builtin())], installed=False).plugins] == ["gradeeval"]


def test_a_plugin_that_is_long_in_loading_is_named_while_it_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[str] = []
    monkeypatch.setattr(plugins, "SLOW", 0.01)

    class Slow(Point):
        def load(self) -> object:
            deadline = time.monotonic() + 60
            while not named and time.monotonic() < deadline:
                time.sleep(0.005)
            return Good()

    points = [Slow("slow", None), Point("rich", Rich())]
    monkeypatch.setattr(metadata, "entry_points", lambda *, group: points)
    found = discover([], slow=named.append)
    assert named[0] == "slow"
    assert refusals(found) == {}


class Failing(Written):
    """One whose reader and renderer fail when they are used."""

    def __init__(self, fault: BaseException | None = None, given: Any = None) -> None:
        self.fault = fault
        self.given = given

    def _fail(self, *_arguments: Any) -> Any:
        if self.fault is not None:
            raise self.fault
        return self.given

    def _fail_inside(self, *_arguments: Any) -> Iterator[Any]:
        yield Note(Problem("x"))
        self._fail()

    @hookimpl
    def gradeeval_renderers(self) -> Sequence[Renderer]:
        return [Renderer("fail", "x", (".fail",), self._fail)]

    @hookimpl
    def gradeeval_readers(self) -> Sequence[Reader]:
        return [
            Reader("fail", "x", (".fail",), self._fail),
            Reader("later", "x", (".later",), self._fail_inside),
        ]


def used(found: Found) -> list[Callable[[], object]]:
    """What is used of the failing plugin: its renderer, and both of its readers to their end."""
    (renders,) = [item.render for plugin, item in found.renderers if plugin.name == "failing"]
    readers = [item.read for plugin, item in found.readers if plugin.name == "failing"]
    nothing: Any = None

    def reading(read: Callable[..., Any]) -> list[Content]:
        return list(read(Path("x.fail"), scope({}), True))

    return [lambda: renders(nothing, Layout()), *(partial(reading, read) for read in readers)]


@pytest.mark.parametrize("fault", [ZeroDivisionError("its own"), SystemExit(0), OfNoKind("x"), RecursionError("deep")])
def test_what_fails_when_it_is_used_names_its_plugin(fault: BaseException, discovered: Discover) -> None:
    for use in used(discovered(failing=Failing(fault))):
        with pytest.raises(PluginFault, match=r"插件 failing 的 (fail|later) 出错：") as caught:
            use()
        assert caught.value.__cause__ is fault


def test_what_is_said_of_a_file_is_passed_on(discovered: Discover) -> None:
    for use in used(discovered(failing=Failing(NotFound("no such file")))):
        with pytest.raises(NotFound, match=r"^no such file$"):
            use()


def test_a_renderer_gives_bytes(discovered: Discover) -> None:
    render, *_read = used(discovered(failing=Failing(given="text")))
    with pytest.raises(PluginFault, match="bytes"):
        render()


def circle() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ([{"a": 0.29}], "float"),
        ([{"a": (1,)}], "tuple"),
        ([{1: "a"}], "dict"),
        ([{"a": Decimal("NaN")}], "Decimal"),
        ([{"a": Decimal("1e999999999")}], "过大"),
        ([{"a": 10**50}], "过大"),
        ([{"a": 1 << 20_000}], "int"),
        (circle(), "嵌套超过"),
    ],
)
def test_a_reader_gives_plain_data(data: Any, why: str, discovered: Discover) -> None:
    _render, read, _later = used(discovered(failing=Failing(given=[Item(data, Spot(Path("x"), 3))])))
    with pytest.raises(InvalidContent, match=why):
        read()


def test_plain_data_comes_through(discovered: Discover) -> None:
    given = [
        Item({"a": Decimal("0.29"), "b": [True, None, "x", 3]}, Spot(Path("x"))),
        Unread(Path("x"), (Problem("y"),)),
        Note(Problem("z")),
    ]
    _render, read, _later = used(discovered(failing=Failing(given=given)))
    assert read() == given


def test_a_reader_gives_nothing_else(discovered: Discover) -> None:
    _render, read, _later = used(discovered(failing=Failing(given=[{"id": "x"}])))
    with pytest.raises(PluginFault, match="应给出 Item、Unread 或 Note，而不是 dict"):
        read()


def test_an_item_knows_its_line() -> None:
    spot = Spot(Path("a.his"), 7)
    assert spot.place(("facts",)) == (7, 1)
    problem = spot.problem("错", ("facts", "a"))
    assert (problem.file, problem.line, problem.path) == ("a.his", 7, "facts.a")


def test_the_builtin_plugin_brings_what_is_shipped() -> None:
    found = discover([("gradeeval", Builtin())], installed=False)
    assert refusals(found) == {}
    folders = [path for _plugin, path in found.rulesets]
    assert shipped_rulesets() / "shared" in folders
    assert len(folders) > 1
    for folder in folders:
        assert folder.name == "shared" or (folder / "document.yaml").is_file()
    assert {path.parent for path in shipped_rulesets().glob("*/document.yaml")} <= set(folders)
    suffixes = {item.name: item.suffixes for _plugin, item in found.renderers}
    assert suffixes["table"] == (".txt",)
    assert len({suffix for those in suffixes.values() for suffix in those}) == sum(map(len, suffixes.values()))
    assert {item.name for _plugin, item in found.renderers if item.binary} == {"xlsx", "docx"}
    assert [item.name for _plugin, item in found.schemas] == list(KINDS)
    assert all(item.schema()["title"] == item.title for _plugin, item in found.schemas)
    assert {suffix for _plugin, item in found.readers for suffix in item.suffixes} == {
        ".json", ".yaml", ".yml", ".xlsx", ".csv", ".ndjson", ".jsonl", ".parquet"
    }  # fmt: skip


def test_the_layout_of_a_terminal_is_plain_unless_it_is_told() -> None:
    assert (Layout().width, Layout().colour, Layout().ambiguous) == (80, False, 1)
