"""All that a run knows of rules: plugins, vocabulary, indicators, rulesets, rosters, renderers. Built once, passed down."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from gradeeval.builtin import Builtin
from gradeeval.errors import GradeevalError, InvalidContent, Misuse, NotFound
from gradeeval.files.canonical import digest
from gradeeval.files.gathering import MAX_PROBLEMS
from gradeeval.language.checking import check_indicators, check_requirement
from gradeeval.language.nodes import NOWHERE, Indicator, Requirement
from gradeeval.language.scope import Refusal, Scope, build_scope
from gradeeval.messages import _, listed, nearest
from gradeeval.plugins import Plugin, discover
from gradeeval.problems import Problem
from gradeeval.profiles.contents import Reader
from gradeeval.profiles.profile import Roster
from gradeeval.reports.rendering import Renderer
from gradeeval.rulesets.folders import SHARED, look_over, ruleset_folders
from gradeeval.rulesets.namespaces import check_namespaces, check_rosters, namespace_of_document
from gradeeval.rulesets.reading import placed_at, read_library, read_requirements, read_ruleset
from gradeeval.rulesets.ruleset import Library, Loaded, Ruleset
from gradeeval.schemas import FileKind, shipped
from gradeeval.vocabulary import KINDS, Values, Vocabulary, read_vocabulary

if TYPE_CHECKING:
    from gradeeval.lint.check import Check

OWN = "gradeeval"


@dataclass(slots=True)
class Workspace:
    """What is installed. Requirements are read and checked when a document is first asked for."""

    scope: Scope
    rulesets: Mapping[str, Ruleset]
    rosters: tuple[Roster, ...]
    renderers: Mapping[str, Renderer]
    readers: tuple[Reader, ...]
    kinds: Mapping[str, FileKind]
    checks: tuple[Check, ...]
    plugins: tuple[Plugin, ...]
    shared_digest: str
    _loaded: dict[str, Loaded] = field(default_factory=dict)
    _region_names: set[str] = field(default_factory=set)

    @property
    def refused(self) -> tuple[tuple[Plugin, str], ...]:
        """The plugins and folders of which something was refused, with the reason."""
        return tuple((plugin, why) for plugin in self.plugins for why in plugin.refused)

    def ruleset(self, id: str) -> Ruleset:
        """The ruleset of a document. Raises ``NotFound`` with the near name."""
        found = self.rulesets.get(id)
        if found is None:
            hint = nearest(id, self.rulesets)
            raise NotFound(
                _("没有安装规则集 {id}；已安装：{known}{hint}").format(id=id, hint=hint, known=listed(self.rulesets))
            )
        return found

    def load(self, id: str) -> Loaded:
        """The requirements of a document, checked against the vocabulary. Raises ``InvalidContent`` with all faults."""
        found = self._loaded.get(id)
        if found is None:
            found = read_requirements(self.ruleset(id))
            problems = self.faults(found.requirements)
            if problems:
                raise InvalidContent(problems)
            self._loaded[id] = found
        return found

    def faults(self, requirements: Iterable[Requirement]) -> list[Problem]:
        """What the language refuses in these requirements, with places."""
        chosen = list(requirements)
        by_id: dict[str, Requirement] = {}
        problems = []
        for requirement in chosen:
            if requirement.id in by_id:
                sentence = _("编号 {id} 重复").format(id=requirement.id)
                problems.append(_placed(Refusal("I101", sentence), requirement))
            by_id.setdefault(requirement.id, requirement)
        for requirement in chosen:
            if len(problems) >= MAX_PROBLEMS:
                break
            if requirement.id.partition("/")[0] != requirement.document:
                sentence = _("编号 {id} 须以 {document}/ 开头").format(id=requirement.id, document=requirement.document)
                problems.append(_placed(Refusal("I102", sentence), requirement))
            faults = check_requirement(requirement, self.scope, by_id, self.region_name_fault)
            for _origin, refusal in islice(faults, MAX_PROBLEMS):
                named = f"{requirement.id}：{refusal.sentence}"
                problems.append(_placed(replace(refusal, sentence=named), requirement))
        return problems[:MAX_PROBLEMS]

    def check_names(self, id: str) -> None:
        """Raises ``InvalidContent`` unless a ruleset that does not ship gives its names their namespace."""
        ruleset = self.ruleset(id)
        if id not in self.plugins[0].brings.get("rulesets", ()):
            check_namespaces(ruleset, [ruleset.document.namespace or id])

    def requirement(self, id: str) -> Requirement:
        """A requirement by its id. Raises ``NotFound`` with the near id, or with where to look for what is no such id."""
        if "/" not in id and id not in self.rulesets:
            sentence = _(
                "没有要求 {id}；要求的编号写成 规则集/编号，见 gradeeval rules list --ruleset 规则集；查指标请用 gradeeval rules indicators {id}"
            )
            raise NotFound(sentence.format(id=id))
        requirements = self.load(id.partition("/")[0]).requirements
        for requirement in requirements:
            if requirement.id == id:
                return requirement
        near = difflib.get_close_matches(id, [requirement.id for requirement in requirements], 1)
        if near:
            raise NotFound(_("没有要求 {id}；是否指 {near}？").format(id=id, near=near[0]))
        raise NotFound(_("没有要求 {id}").format(id=id))

    def renderer(self, name: str) -> Renderer:
        """The renderer of a format. Raises ``NotFound``."""
        found = self.renderers.get(name)
        if found is None:
            raise NotFound(_("没有格式 {name}；可用：{known}").format(name=name, known=listed(self.renderers)))
        return found

    def kind(self, name: str) -> FileKind:
        """A kind of file. Raises ``NotFound`` with the near name."""
        found = self.kinds.get(name)
        if found is None:
            hint = nearest(name, self.kinds)
            raise NotFound(
                _("没有文件类别 {name}；可用：{known}{hint}").format(name=name, hint=hint, known=listed(self.kinds))
            )
        return found

    def region_name_fault(self, name: str) -> str | None:
        """None if a roster has a region of that name, else the near name or an empty text."""
        if not self._region_names:
            self._region_names.update(
                row.name for roster in self.rosters for row in roster.rows if row.kind == "region"
            )
        if name in self._region_names or not self._region_names:
            return None
        near = difflib.get_close_matches(name, self._region_names, 1)
        return near[0] if near else ""


def build(
    *,
    installed: bool = True,
    extra: Iterable[Path] = (),
    folders: Iterable[Path] = (),
    brought: Iterable[tuple[Plugin, Path]] = (),
    checks: bool = False,
    slow: Callable[[str], None] | None = None,
    shipped_from: Path | None = None,
) -> Workspace:
    """Everything that is installed, and what is in ``folders``.

    ``extra`` are ruleset folders being written, which take the place of installed ones of the same id. ``folders`` are rulesets that
    nobody vouches for, or folders of such: only data, without an installation. A ruleset of a plugin or folder that has a
    fault is refused and named, and the rest works; a fault of a shipped or an extra one raises ``InvalidContent``.
    ``brought`` are folders of plugins that have been asked already. ``checks``: those of ``lint`` too. ``slow`` is told of
    plugins that are long in loading. ``shipped_from`` is a folder of
    rulesets and shared indicators that takes the place of the shipped ones.
    """
    vocabulary = read_vocabulary({name: shipped(name) for name in ("vocabulary", *KINDS)})
    found = discover([(OWN, Builtin(shipped_from))], installed=installed, checks=checks, slow=slow)
    gathered = _Gathered(vocabulary, found.plugins)
    offers = [_Offer(plugin, path) for plugin, path in (*found.rulesets, *brought) if plugin.name != OWN]
    for folder in folders:
        offers.extend(_offers(folder, found.plugins))
    gathered.take_own(found.plugins[0], [path for plugin, path in found.rulesets if plugin.name == OWN])
    for offer in offers:
        if offer.path.name == SHARED:
            gathered.take(offer)
    gathered.replace(extra)
    for offer in offers:
        if offer.path.name != SHARED:
            gathered.take(offer)
    workspace = Workspace(
        scope=gathered.scope,
        rulesets=gathered.rulesets,
        rosters=gathered.rosters(),
        renderers={renderer.name: renderer for _plugin, renderer in found.renderers},
        readers=tuple(reader for _plugin, reader in found.readers),
        kinds={kind.name: kind for _plugin, kind in found.schemas},
        checks=tuple(check for _plugin, check in found.checks),
        plugins=tuple(found.plugins),
        shared_digest=_digest_of(gathered.libraries),
    )
    return _without_faulty(workspace, gathered.foreign)


@dataclass(frozen=True, slots=True)
class _Offer:
    """A ruleset folder that a plugin brings, or that lies in a folder of data: then ``beside`` are all that lie there."""

    plugin: Plugin
    path: Path
    beside: tuple[Path, ...] | None = None

    @property
    def vouched(self) -> bool:
        """Whether it comes with a distribution that somebody installed."""
        return self.beside is None


def _offers(folder: Path, plugins: list[Plugin]) -> Iterator[_Offer]:
    """The rulesets in a folder, each as a plugin of its own that holds nothing but data."""
    paths = tuple(ruleset_folders(folder))
    for path in paths:
        plugin = Plugin(path.name, origin=str(path), folder=True)
        if path.name == SHARED:
            plugin.name = f"{path.parent.name}/{SHARED}"
        plugins.append(plugin)
        yield _Offer(plugin, path, paths)


class _Gathered:
    """Libraries and rulesets as they are taken one after the other, and the scope of all of them."""

    def __init__(self, vocabulary: Vocabulary, plugins: Iterable[Plugin]) -> None:
        self.vocabulary = vocabulary
        self.libraries: list[Library] = []
        self.rulesets: dict[str, Ruleset] = {}
        self.foreign: dict[str, Plugin] = {}
        self.scope = build_scope(vocabulary, (), ())
        self._distributions = frozenset({OWN, *(plugin.namespace for plugin in plugins)} - {""})
        self._replaced: set[str] = set()

    def rosters(self) -> tuple[Roster, ...]:
        """The rosters of all libraries."""
        return tuple(roster for library in self.libraries for roster in library.rosters)

    def take_own(self, plugin: Plugin, paths: Sequence[Path]) -> None:
        """What is built in. Raises ``InvalidContent``."""
        self.libraries = [read_library(path, self.vocabulary, proved=True) for path in paths if path.name == SHARED]
        for path in paths:
            if path.name != SHARED:
                ruleset = read_ruleset(path, OWN)
                plugin.add("rulesets", ruleset.document.id)
                self.rulesets[ruleset.document.id] = ruleset
        self._widen(self.libraries, self.rulesets)

    def replace(self, paths: Iterable[Path]) -> None:
        """Takes rulesets in the place of those of the same id. Raises ``InvalidContent``."""
        wider = dict(self.rulesets)
        for path in paths:
            look_over(path.resolve())
            ruleset = read_ruleset(path, str(path))
            self._replaced.add(ruleset.document.id)
            wider[ruleset.document.id] = ruleset
        if self._replaced:
            self._widen(self.libraries, wider)

    def take(self, offer: _Offer) -> None:
        """What a plugin or folder brings; where it is refused, the plugin says why."""
        try:
            if not offer.vouched:
                look_over(offer.path)
            if offer.path.name == SHARED:
                self._take_library(offer)
            else:
                self._take_ruleset(offer)
        except GradeevalError as fault:
            offer.plugin.refused.append(str(fault))

    def _take_library(self, offer: _Offer) -> None:
        library = read_library(offer.path, self.vocabulary)
        check_namespaces(library, [offer.plugin.namespace] if offer.vouched else self._stated(offer))
        check_rosters(library, self.rosters())
        self._widen([*self.libraries, library], self.rulesets)
        for roster in library.rosters:
            offer.plugin.add("rosters", roster.id)
        for indicator in library.indicators:
            offer.plugin.add("indicators", indicator.name)

    def _take_ruleset(self, offer: _Offer) -> None:
        ruleset = read_ruleset(offer.path, offer.plugin.name if offer.vouched else str(offer.path))
        id = ruleset.document.id
        if id in self._replaced:
            return
        if id in self.rulesets:
            raise Misuse(_taken(id, self.foreign.get(id)))
        check_namespaces(ruleset, [namespace_of_document(ruleset, offer.plugin.namespace, self._distributions)])
        self._widen(self.libraries, {**self.rulesets, id: ruleset})
        self.foreign[id] = offer.plugin
        offer.plugin.add("rulesets", id)

    def _stated(self, offer: _Offer) -> list[str]:
        """The namespaces of the documents beside a folder ``shared``."""
        found = []
        for path in offer.beside or ():
            if path.name != SHARED:
                with suppress(GradeevalError):
                    look_over(path)
                    ruleset = read_ruleset(path, str(path))
                    found.append(namespace_of_document(ruleset, "", self._distributions))
        return found

    def _widen(self, libraries: list[Library], rulesets: dict[str, Ruleset]) -> None:
        """Takes these for all there is. Raises ``InvalidContent`` where they do not go together."""
        scope, problems = _scope(self.vocabulary, libraries, rulesets.values())
        if problems:
            raise InvalidContent(problems)
        self.scope, self.libraries, self.rulesets = scope, libraries, rulesets


def _taken(id: str, by: Plugin | None) -> str:
    """Whose the id of a ruleset is already, and what to do; ``by`` is None for one that ships."""
    if by is None:
        return _(
            "规则集 {id} 随程序发布；请改用另一个编号（document.yaml 的 id 和文件夹名），只是检查这一份，则把文件夹写给 lint、examples 或 verify"
        ).format(id=id)
    if by.folder:
        return _("规则集 {id} 已由文件夹 {folder} 提供；请只给出其中一个，或改用另一个编号").format(
            id=id, folder=by.origin
        )
    return _(
        "规则集 {id} 已由插件 {plugin} 安装；请加 --no-plugins、卸载它（pip uninstall {distribution}），或改用另一个编号"
    ).format(id=id, plugin=by.name, distribution=by.origin)


def _digest_of(libraries: Iterable[Library]) -> str:
    """What the shared indicators say, wherever they are installed."""
    return digest(
        sorted(repr(replace(indicator, origin=NOWHERE)) for library in libraries for indicator in library.indicators)
    )


def _without_faulty(workspace: Workspace, foreign: Mapping[str, Plugin]) -> Workspace:
    """The workspace without rulesets of others whose requirements are refused; each says why."""
    faulty = set()
    for id, plugin in foreign.items():
        try:
            workspace.load(id)
        except GradeevalError as fault:
            faulty.add(id)
            plugin.refused.append(str(fault))
            plugin.brings["rulesets"].remove(id)
    if not faulty:
        return workspace
    return replace(workspace, rulesets={id: ruleset for id, ruleset in workspace.rulesets.items() if id not in faulty})


def _scope(
    vocabulary: Vocabulary, libraries: Iterable[Library], rulesets: Iterable[Ruleset]
) -> tuple[Scope, list[Problem]]:
    """The scope of all indicators and types, and what is wrong with them."""
    indicators, types, problems = _merged([*libraries, *rulesets])
    scope = build_scope(vocabulary, indicators, types)
    faults = islice(check_indicators(indicators, scope), MAX_PROBLEMS)
    problems.extend(placed_at(refusal.sentence, origin, refusal.code) for origin, refusal in faults)
    return scope, problems


def _merged(sources: Iterable[Library | Ruleset]) -> tuple[list[Indicator], list[Values], list[Problem]]:
    """All indicators and types; a name that is defined twice is a problem."""
    indicators: dict[str, Indicator] = {}
    types: dict[str, Values] = {}
    problems = []
    for source in sources:
        for indicator in source.indicators:
            first = indicators.setdefault(indicator.name, indicator)
            if first is not indicator:
                sentence = _("指标 {name} 已在 {file} 中定义").format(name=indicator.name, file=first.origin.file)
                problems.append(placed_at(sentence, indicator.origin, "N105"))
        for values in source.types:
            if types.setdefault(values.name, values) != values:
                problems.append(Problem(_("类型 {name} 有两种不同的定义").format(name=values.name)))
    return list(indicators.values()), list(types.values()), problems


def _placed(refusal: Refusal, requirement: Requirement) -> Problem:
    return placed_at(refusal.sentence, requirement.origin, refusal.code)
