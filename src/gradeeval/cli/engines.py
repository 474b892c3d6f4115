"""Which engine judges: ``forward`` where durable-rules imports, else ``reference``, and what is said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradeeval.errors import MissingExtra
from gradeeval.evaluate.judging import Engine, EngineFactory
from gradeeval.evaluate.reference import Reference
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Scope
from gradeeval.messages import _

ENGINES = ("forward", "reference")


class _Remembering:
    """Makes each engine once: the same requirements in the same scope give the same engine again.

    The C engine keeps a ruleset for the life of the process, so that making it anew for each check would leak.
    """

    def __init__(self, make: EngineFactory) -> None:
        self._make = make
        self._made: dict[tuple[int, tuple[str, ...]], tuple[Scope, Engine]] = {}

    def __call__(self, requirements: Sequence[Requirement], scope: Scope, permits: Mapping[str, Requirement]) -> Engine:
        key = (id(scope), tuple(requirement.id for requirement in requirements))
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = (scope, self._make(requirements, scope, permits))
        return made[1]


def engine_factory(asked: str | None) -> tuple[EngineFactory, str, str]:
    """How engines are made, the name of what runs, and a note where it is not what is usual."""
    if asked == "reference":
        return _Remembering(Reference), "reference", ""
    from gradeeval.engines.forward.session import available

    if not available():
        if asked == "forward":
            raise MissingExtra(
                _("forward 引擎需要 durable-rules：pip install 'gradeeval[forward]'（Python 3.12 及以下）")
            )
        return _Remembering(Reference), "reference", _("未安装 durable-rules，改用 reference 引擎（结论相同）")
    from gradeeval.engines.forward.engine import Engine as ForwardEngine

    return _Remembering(ForwardEngine), "forward", ""
