"""All that a run knows of rules: plugins, vocabulary, indicators, rulesets, rosters, renderers. Built once, passed down."""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gradeeval.builtin import Builtin
from gradeeval.errors import GradeevalError, InvalidContent, Misuse, NotFound
from gradeeval.files.canonical import digest
from gradeeval.language.checking import check_indicators, check_requirement
from gradeeval.language.nodes import NOWHERE, Indicator, Origin, Requirement
from gradeeval.language.scope import Refusal, Scope, build_scope
from gradeeval.messages import _, listed
from gradeeval.plugins import discover
from gradeeval.problems import Problem
from gradeeval.profiles.profile import Roster
from gradeeval.reports.rendering import Renderer
from gradeeval.rulesets.reading import place_of, read_library, read_requirements, read_ruleset
from gradeeval.rulesets.ruleset import Library, Loaded, Ruleset
from gradeeval.schemas import shipped
from gradeeval.vocabulary import KINDS, Values, Vocabulary, read_vocabulary

OWN = "gradeeval"
SHARED = "shared"


@dataclass(slots=True)
class Workspace:
    """What is installed. Requirements are read and checked when a document is first asked for."""

    scope: Scope
    rulesets: Mapping[str, Ruleset]
    rosters: tuple[Roster, ...]
    renderers: Mapping[str, Renderer]
    plugins: tuple[tuple[str, str], ...]
    refused: tuple[tuple[str, str], ...]
    shared_digest: str
    _loaded: dict[str, Loaded] = field(default_factory=dict)
    _region_names: set[str] = field(default_factory=set)

    def ruleset(self, id: str) -> Ruleset:
        """The ruleset of a document. Raises ``NotFound`` with the near name."""
        found = self.rulesets.get(id)
        if found is None:
            near = difflib.get_close_matches(id, self.rulesets, 1)
            hint = _("；是否指 {near}？").format(near=near[0]) if near else ""
            raise NotFound(
                _("没有安装规则集 {id}{hint}；已安装：{known}").format(id=id, hint=hint, known=listed(self.rulesets))
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
            if requirement.id.partition("/")[0] != requirement.document:
                sentence = _("编号 {id} 须以 {document}/ 开头").format(id=requirement.id, document=requirement.document)
                problems.append(_placed(Refusal("I102", sentence), requirement))
            for _origin, refusal in check_requirement(requirement, self.scope, by_id, self.region_name_fault):
                named = f"{requirement.id}：{refusal.sentence}"
                problems.append(_placed(replace(refusal, sentence=named), requirement))
        return problems

    def requirement(self, id: str) -> Requirement:
        """A requirement by its id. Raises ``NotFound`` with the near id."""
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


def build(*, installed: bool = True, extra: Iterable[Path] = (), shipped_from: Path | None = None) -> Workspace:
    """Everything that is installed. ``extra`` are ruleset folders that take the place of installed ones of the same id;
    ``shipped_from`` is a folder of rulesets and shared indicators that takes the place of the shipped ones.

    A ruleset of a plugin that has a fault is refused and named, and the rest works; a fault of a shipped or an extra one
    raises ``InvalidContent``.
    """
    vocabulary = read_vocabulary({name: shipped(name) for name in ("vocabulary", *KINDS)})
    found = discover([(OWN, Builtin(shipped_from))], installed=installed)
    own = [path for plugin, path in found.rulesets if plugin == OWN]
    libraries = [read_library(path, vocabulary) for path in own if path.name == SHARED]
    rulesets: dict[str, Ruleset] = {}
    for path in (*extra, *(path for path in own if path.name != SHARED)):
        ruleset = read_ruleset(path, OWN if path in own else str(path))
        rulesets.setdefault(ruleset.document.id, ruleset)
    scope, problems = _scope(vocabulary, libraries, rulesets.values())
    if problems:
        raise InvalidContent(problems)
    refused = list(found.refused)
    foreign = [(plugin, path) for plugin, path in found.rulesets if plugin != OWN]
    for plugin, path in sorted(foreign, key=lambda pair: pair[1].name != SHARED):
        wider_libraries, wider_rulesets = list(libraries), dict(rulesets)
        try:
            if path.name == SHARED:
                wider_libraries.append(read_library(path, vocabulary))
            else:
                ruleset = read_ruleset(path, plugin)
                if ruleset.document.id in rulesets:
                    raise Misuse(_("规则集 {id} 已经安装").format(id=ruleset.document.id))
                wider_rulesets[ruleset.document.id] = ruleset
            wider, problems = _scope(vocabulary, wider_libraries, wider_rulesets.values())
            if problems:
                raise InvalidContent(problems)
        except GradeevalError as fault:
            refused.append((plugin, str(fault)))
            continue
        scope, libraries, rulesets = wider, wider_libraries, wider_rulesets
    workspace = Workspace(
        scope=scope,
        rulesets=rulesets,
        rosters=tuple(roster for library in libraries for roster in library.rosters),
        renderers=_first_of_each_name(found.renderers),
        plugins=tuple(found.plugins),
        refused=tuple(refused),
        shared_digest=_digest_of(libraries),
    )
    return _without_faulty(workspace, {plugin for plugin, _path in foreign})


def _first_of_each_name(renderers: Iterable[tuple[str, Renderer]]) -> dict[str, Renderer]:
    """In their order, so that those of the base install come first and are not displaced."""
    chosen: dict[str, Renderer] = {}
    for _plugin, renderer in renderers:
        chosen.setdefault(renderer.name, renderer)
    return chosen


def _digest_of(libraries: Iterable[Library]) -> str:
    """What the shared indicators say, wherever they are installed."""
    return digest(
        sorted(repr(replace(indicator, origin=NOWHERE)) for library in libraries for indicator in library.indicators)
    )


def _without_faulty(workspace: Workspace, plugins: Container[str]) -> Workspace:
    """The workspace without rulesets of plugins whose requirements are refused; they are named with the first fault."""
    faulty: dict[str, str] = {}
    for id, ruleset in workspace.rulesets.items():
        if ruleset.origin in plugins:
            try:
                workspace.load(id)
            except GradeevalError as fault:
                faulty[id] = str(fault)
    if not faulty:
        return workspace
    return replace(
        workspace,
        rulesets={id: ruleset for id, ruleset in workspace.rulesets.items() if id not in faulty},
        refused=(*workspace.refused, *((workspace.rulesets[id].origin, why) for id, why in faulty.items())),
    )


def _scope(
    vocabulary: Vocabulary, libraries: Iterable[Library], rulesets: Iterable[Ruleset]
) -> tuple[Scope, list[Problem]]:
    """The scope of all indicators and types, and what is wrong with them."""
    indicators, types, problems = _merged([*libraries, *rulesets])
    scope = build_scope(vocabulary, indicators, types)
    problems.extend(_placed_at(refusal, origin) for origin, refusal in check_indicators(indicators, scope))
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
                problems.append(_placed_at(Refusal("N105", sentence), indicator.origin))
        for values in source.types:
            if types.setdefault(values.name, values) != values:
                problems.append(Problem(_("类型 {name} 有两种不同的定义").format(name=values.name)))
    return list(indicators.values()), list(types.values()), problems


def _placed(refusal: Refusal, requirement: Requirement) -> Problem:
    return _placed_at(refusal, requirement.origin)


def _placed_at(refusal: Refusal, origin: Origin) -> Problem:
    return replace(place_of(origin), message=refusal.sentence, code=refusal.code)
