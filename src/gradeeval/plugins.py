"""The door for rulesets, file kinds, readers, renderers and checks, the built-in ones included.

The only module that uses a pluggy manager. Installing a plugin is trusting its code; one that fails is named and set
aside, and the rest works.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from gradeeval import __version__
from gradeeval.errors import GradeevalError, Misuse, PluginFault
from gradeeval.language.scope import Scope
from gradeeval.messages import _, listed
from gradeeval.profiles.contents import Content, Item, Note, Reader, Unread
from gradeeval.profiles.readers import checked_plain
from gradeeval.reports.rendering import Renderer
from gradeeval.schemas import FileKind

if TYPE_CHECKING:
    from gradeeval.lint.check import Check, Finder, Hit, Material

GROUP = "gradeeval"
HOOK_VERSION = 1
"""The version of the hooks below; raised whenever one of them asks for or is given something else."""

VERSION_NAME = "gradeeval_hook_version"
SLOW = 2.0
"""Seconds after which a plugin that is still loading is named."""

MOST_ANSWERS = 10_000
hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)

Given = TypeVar("Given")


class Hooks:
    """What a plugin may bring. Each hook is called once a run, with no arguments."""

    @hookspec
    def gradeeval_rulesets(self) -> Sequence[Path]:  # type: ignore[empty-body]
        """Ruleset folders (each with a ``document.yaml``); a folder named ``shared`` holds indicators and rosters."""

    @hookspec
    def gradeeval_schemas(self) -> Sequence[FileKind]:  # type: ignore[empty-body]
        """Kinds of files with their JSON Schema: what ``schema`` prints and ``validate --kind`` checks."""

    @hookspec
    def gradeeval_readers(self) -> Sequence[Reader]:  # type: ignore[empty-body]
        """Readers of profile files: the suffixes that each is chosen for, and the function that reads."""

    @hookspec
    def gradeeval_renderers(self) -> Sequence[Renderer]:  # type: ignore[empty-body]
        """Forms of a report: a name, the suffixes of files that it is chosen for, and the function that renders."""

    @hookspec
    def gradeeval_checks(self) -> Sequence[Check]:  # type: ignore[empty-body]
        """Checks of rulesets for ``lint``. Asked only by commands that check."""


@dataclass(slots=True)
class Plugin:
    """A plugin or a folder of data: what it is, what it brings by sort, and what of it was refused and why.

    ``origin`` is its distribution or the folder; ``namespace`` is what its indicators and kinds of files begin with, empty
    for what is built in and for folders, whose documents state their own. ``folder``: it is one of those.
    """

    name: str
    version: str = ""
    origin: str = ""
    namespace: str = ""
    brings: dict[str, list[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    folder: bool = False

    def add(self, sort: str, name: str) -> None:
        """Notes something that it brings."""
        self.brings.setdefault(sort, []).append(name)


@dataclass(slots=True)
class Found:
    """What the plugins brought, each with its plugin, and all plugins, the refused ones included."""

    rulesets: list[tuple[Plugin, Path]] = field(default_factory=list)
    schemas: list[tuple[Plugin, FileKind]] = field(default_factory=list)
    readers: list[tuple[Plugin, Reader]] = field(default_factory=list)
    renderers: list[tuple[Plugin, Renderer]] = field(default_factory=list)
    checks: list[tuple[Plugin, Check]] = field(default_factory=list)
    asked_for_checks: bool = False
    plugins: list[Plugin] = field(default_factory=list)


def discover(
    builtin: Iterable[tuple[str, object]],
    *,
    installed: bool = True,
    checks: bool = False,
    slow: Callable[[str], None] | None = None,
    more: Iterable[tuple[Plugin, Callable[[], object]]] = (),
) -> Found:
    """Asks the built-in plugins and, if wanted, those of installed distributions (entry points ``gradeeval``).

    ``more`` are others, each with what loads it, asked last. ``checks``: asked for checks too. ``slow`` is told the name of a plugin that is still loading after ``SLOW`` seconds, on a thread of its own.
    """
    result = Found(asked_for_checks=checks)
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    for name, plugin in builtin:
        _register(manager, Plugin(name, __version__, name), partial(_itself, plugin), result)
    if installed:
        from importlib.metadata import entry_points

        for point in entry_points(group=GROUP):
            distribution = point.dist.name if point.dist is not None else point.name
            version = point.dist.version if point.dist is not None else ""
            about = Plugin(point.name, version, distribution, namespace_of(distribution))
            with _watched(point.name, slow):
                _register(manager, about, point.load, result, foreign=True)
    for about, load in more:
        _register(manager, about, load, result, foreign=True)
    return result


def namespace_of(distribution: str) -> str:
    """The namespace of a distribution: its normalised name."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _itself(plugin: object) -> object:
    return plugin


@contextmanager
def _watched(name: str, slow: Callable[[str], None] | None) -> Iterator[None]:
    """Says ``name`` if what is inside takes longer than ``SLOW`` seconds, while it still runs."""
    if slow is None:
        yield
        return
    from threading import Timer

    timer = Timer(SLOW, slow, (name,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _register(
    manager: pluggy.PluginManager,
    about: Plugin,
    load: Callable[[], object],
    result: Found,
    *,
    foreign: bool = False,
) -> None:
    result.plugins.append(about)
    if manager.get_plugin(about.name) is not None:
        about.refused.append(_("已有同名插件"))
        return
    try:
        plugin = load()
        if foreign:
            _check_version(plugin)
        manager.register(plugin, about.name)
        manager.check_pending()
        rulesets = [Path(path) for path in _ask(manager, plugin, "gradeeval_rulesets", (str, Path))]
        schemas = _ask(manager, plugin, "gradeeval_schemas", FileKind)
        readers = _ask(manager, plugin, "gradeeval_readers", Reader)
        renderers = _ask(manager, plugin, "gradeeval_renderers", Renderer)
        checks = _checks(manager, plugin) if result.asked_for_checks else []
        if foreign:
            checks = [replace(check, find=_fenced_check(about.name, check)) for check in checks]
            readers = [replace(reader, read=_fenced_reader(about.name, reader)) for reader in readers]
            renderers = [replace(renderer, render=_fenced_renderer(about.name, renderer)) for renderer in renderers]
        _check_names(about, (schemas, readers, renderers, checks), result, foreign=foreign)
    except KeyboardInterrupt:  # the user's, most likely
        raise
    except BaseException as fault:  # a plugin is foreign code: whatever it raises must not take the run down
        if manager.get_plugin(about.name) is not None:
            manager.unregister(name=about.name)
        about.refused.append(str(fault) if isinstance(fault, GradeevalError) else f"{type(fault).__name__}: {fault}")
        return
    result.rulesets.extend((about, path) for path in rulesets)
    for sort, items, kept in (
        ("schemas", schemas, result.schemas),
        ("readers", readers, result.readers),
        ("renderers", renderers, result.renderers),
        ("checks", checks, result.checks),
    ):
        for item in items:
            about.add(sort, name_of(item))
            kept.append((about, item))


def _check_version(plugin: object) -> None:
    """Raises ``Misuse`` unless the plugin was written for the hooks as they are."""
    given = getattr(plugin, VERSION_NAME, None)
    if given is None:
        raise Misuse(_("没有写明所依据的钩子版本；请加上 {name} = {own}").format(name=VERSION_NAME, own=HOOK_VERSION))
    if type(given) is not int or given != HOOK_VERSION:
        raise Misuse(
            _("依据的钩子版本是 {given}，本程序的是 {own}；请换用相应版本的插件").format(given=given, own=HOOK_VERSION)
        )


def _ask(manager: pluggy.PluginManager, plugin: object, hook: str, wanted: type | tuple[type, ...]) -> list[Any]:
    """What this one plugin answers to a hook. Raises ``Misuse`` for what is no list of what is ``wanted``."""
    others = [other for other in manager.get_plugins() if other is not plugin]
    found: list[Any] = []
    for answer in manager.subset_hook_caller(hook, others)():
        if isinstance(answer, str | bytes):
            raise Misuse(_("{hook} 应返回列表，而不是一段文字").format(hook=hook))
        found.extend(islice(answer, MOST_ANSWERS + 1 - len(found)))
    if len(found) > MOST_ANSWERS:
        raise Misuse(_("{hook} 返回的超过 {most} 项").format(hook=hook, most=MOST_ANSWERS))
    for item in found:
        if not isinstance(item, wanted):
            names = listed(kind.__name__ for kind in (wanted if isinstance(wanted, tuple) else (wanted,)))
            raise Misuse(
                _("{hook} 返回的应是 {wanted}，而不是 {given}").format(
                    hook=hook, wanted=names, given=type(item).__name__
                )
            )
    return found


def _checks(manager: pluggy.PluginManager, plugin: object) -> list[Any]:
    """Its lint checks; only those who check pay for the import."""
    from gradeeval.lint.check import Check

    return _ask(manager, plugin, "gradeeval_checks", Check)


def _check_names(about: Plugin, brought: Sequence[Sequence[Any]], result: Found, *, foreign: bool) -> None:
    """Raises ``Misuse`` where something is named as what another plugin, or the program itself, brings."""
    schemas, _readers, _renderers, checks = brought
    if foreign:
        for kind in schemas:
            if kind.name.partition(".")[0] != about.namespace:
                raise Misuse(
                    _("文件类别 {name} 须以 {namespace}. 开头").format(name=kind.name, namespace=about.namespace)
                )
        for check in checks:
            if not re.fullmatch(r"[A-Z]{2,12}[0-9]{3}", check.code):
                raise Misuse(_("检查代码 {code} 须是两个以上大写字母加三位数字").format(code=check.code))
            if check.refuses:
                raise Misuse(_("检查 {code} 不能是 refuses：拒绝读取只由程序本身决定").format(code=check.code))
    before: tuple[Sequence[tuple[Plugin, Any]], ...] = (
        result.schemas,
        result.readers,
        result.renderers,
        result.checks,
    )
    sorts = (_("文件类别"), _("读取器"), _("报告格式"), _("规则检查"))
    for sort, others, own in zip(sorts, before, brought, strict=True):
        names = {name_of(item): plugin.name for plugin, item in others}
        suffixes = {suffix: plugin.name for plugin, item in others for suffix in getattr(item, "suffixes", ())}
        for item in own:
            _claim(sort, name_of(item), names, about.name)
            for suffix in getattr(item, "suffixes", ()):
                if not isinstance(suffix, str) or not re.fullmatch(r"\.[a-z0-9.]{1,32}", suffix):
                    raise Misuse(_("后缀 {suffix} 应以点开头，用小写字母和数字").format(suffix=suffix))
                _claim(_("后缀"), suffix, suffixes, about.name)


def name_of(item: FileKind | Reader | Renderer | Check) -> str:
    """By what something is asked for."""
    return item.name if isinstance(item, FileKind | Reader | Renderer) else item.code


def _claim(sort: str, name: str, taken: dict[str, str], plugin: str) -> None:
    if name in taken:
        raise Misuse(_("{sort} {name} 已由 {plugin} 提供").format(sort=sort, name=name, plugin=taken[name]))
    taken[name] = plugin


def _fenced_reader(plugin: str, reader: Reader) -> Callable[[Path, Scope, bool], Iterator[Content]]:
    """The function of a reader; whatever it raises names its plugin, and what it gives is plain data."""

    def read(path: Path, scope: Scope, alone: bool) -> Iterator[Content]:
        items = _fenced(plugin, reader.name, lambda: iter(reader.read(path, scope, alone)))
        while True:
            item = _fenced(plugin, reader.name, next, items, None)
            if item is None:
                return
            if isinstance(item, Item):
                item = _fenced(plugin, reader.name, checked_plain, item)
            elif not isinstance(item, Unread | Note):
                raise _fault(
                    plugin,
                    reader.name,
                    _("应给出 Item、Unread 或 Note，而不是 {given}").format(given=type(item).__name__),
                )
            yield item

    return read


def _fenced_renderer(plugin: str, renderer: Renderer) -> Callable[..., bytes]:
    def render(*arguments: Any) -> bytes:
        content = _fenced(plugin, renderer.name, renderer.render, *arguments)
        if not isinstance(content, bytes):
            raise _fault(plugin, renderer.name, _("应返回 bytes，而不是 {given}").format(given=type(content).__name__))
        return content

    return render


def _fenced_check(plugin: str, check: Check) -> Finder | None:
    find = check.find
    if find is None:
        return None

    def gathered(material: Material) -> list[Hit]:
        return list(islice(find(material), MOST_ANSWERS))

    return lambda material: _fenced(plugin, check.code, gathered, material)


def _fenced(plugin: str, name: str, function: Callable[..., Given], *arguments: Any) -> Given:
    try:
        return function(*arguments)
    except (GradeevalError, KeyboardInterrupt):
        raise
    except BaseException as fault:  # foreign code
        raise _fault(plugin, name, f"{type(fault).__name__}: {fault}") from fault


def _fault(plugin: str, name: str, why: str) -> PluginFault:
    return PluginFault(_("插件 {plugin} 的 {name} 出错：{why}").format(plugin=plugin, name=name, why=why))
