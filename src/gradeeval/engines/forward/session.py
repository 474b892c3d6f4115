"""The one door to the C engine: rules in, names of the rules that fire on one fact out. Nothing else may import it.

What keeps the process alive is here: no ``Host`` (its threads crash), one session of one handle each, an explicit id on
every fact, the fact retracted after each round, every round run to its end under one lock, and a cap on firings.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from typing import Any

from gradeeval.engines.forward.literals import comparison, rules_text
from gradeeval.errors import EngineLimit, MissingExtra
from gradeeval.messages import _

try:
    import durable_rules_engine as _imported
except ImportError:  # not installed, or a Python that it does not know (3.13: undefined symbol)
    _imported = None

_engine: Any = _imported

FACT = "p"
"""The id of the one fact of a round."""

OPENER = "_"
"""A field that no profile has: the rule on it fires once, before a handle is given back."""

_STORED, _UNWANTED, _OBSERVED = 0, 1, 2
_RETRACT = f'{{"id":"{FACT}"}}'
_lock = threading.RLock()
_shards: weakref.WeakValueDictionary[str, Shard] = weakref.WeakValueDictionary()


def available() -> bool:
    """Whether the C engine can be imported here."""
    return _engine is not None


def require() -> None:
    """Raise ``MissingExtra`` where the C engine cannot be imported."""
    if _engine is None:
        raise MissingExtra(_("forward 引擎需要 durable-rules：pip install 'gradeeval[forward]'"))


def shard(patterns: Mapping[str, str], cap: int) -> Shard:
    """The shard of these rules, one for the whole process while anything uses it; at most ``cap`` firings on a fact."""
    require()
    text = rules_text({**patterns, OPENER: comparison("eq", OPENER, 1)})
    with _lock:
        found = _shards.get(text)
        if found is None:
            found = _shards[text] = Shard(text, cap)
        return found


class Shard:
    """A handful of rules in a handle of their own."""

    def __init__(self, text: str, cap: int) -> None:
        self._text = text
        self._cap = cap
        self._open()

    def _open(self) -> None:
        try:
            self._handle = _engine.create_ruleset("r", self._text)
        except Exception as fault:
            raise EngineLimit(_("forward 引擎拒绝了规则：{fault}").format(fault=fault)) from fault
        self._retire = weakref.finalize(self, _give_back, self._handle)
        self._retire.atexit = False

    def fire(self, fields: str) -> list[str]:
        """The names of the rules that hold on the fact with these fields (``,"n0l":3,"b1":1``), perhaps repeated.

        An error of the C engine leaves no trace: the handle is given up, and the next round begins with a new one.
        """
        with _lock:
            try:
                return self._round(f'{{"id":"{FACT}"{fields}}}')
            except Exception as fault:
                self._retire.detach()
                self._open()
                if isinstance(fault, EngineLimit):
                    raise
                raise EngineLimit(_("forward 引擎出错：{fault}").format(fault=fault)) from fault

    def _round(self, fact: str) -> list[str]:
        handle, advance = self._handle, _engine.complete_and_start_action
        code, session = _engine.assert_fact(handle, fact)
        if code == _UNWANTED:
            return []
        if code == _OBSERVED:
            raise EngineLimit(_("forward 引擎中已有同名数据"))
        fired: list[str] = []
        started = _engine.start_action_for_state(handle, session)
        message = started[1] if started else None
        while message:
            fired.append(message[2 : message.index('"', 2)])
            if len(fired) > self._cap:
                raise EngineLimit(_("forward 引擎的触发次数超过 {cap}").format(cap=self._cap))
            message = advance(handle, session)
        _engine.retract_fact(handle, _RETRACT)
        return fired


def _give_back(handle: int) -> None:
    """Free a handle. Its session can be deleted only once an action has run in it, or the process would die."""
    with _lock:
        code, session = _engine.assert_fact(handle, f'{{"id":"{FACT}","{OPENER}":1}}')
        started = _engine.start_action_for_state(handle, session) if code == _STORED else None
        if started:
            while _engine.complete_and_start_action(handle, session):
                pass
            _engine.delete_state(handle, None)
            _engine.delete_ruleset(handle)
