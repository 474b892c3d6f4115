"""A new ruleset folder: one demand of an invented text, with its indicator, ledger and examples, as a pattern to write over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from gradeeval.scaffold.filling import filled
from gradeeval.sources.segments import Segment, normalise, segment

DEFAULT_TITLE = "示例文件（虚构）"
_OPENING_CHARACTERS = 10
_QUOTE = "各乡镇卫生院必须配备不少于2名健康讲师。"


@dataclass(frozen=True, slots=True)
class NewRuleset:
    """What a ruleset is to be. ``namespace`` is what the names of its indicators begin with."""

    id: str
    title: str
    jurisdiction: str
    namespace: str


def ruleset_files(wish: NewRuleset) -> dict[str, str]:
    """The files of the ruleset folder by their paths in it, without its source text."""
    segments = segment(source_text(wish))
    demand = next(item for item in segments if normalise(_QUOTE) in item.text)
    values = {
        "id": wish.id,
        "title": json.dumps(wish.title, ensure_ascii=False),
        "jurisdiction": wish.jurisdiction,
        "namespace": wish.namespace,
        "clause": demand.clause,
        "quote": _QUOTE,
    }
    return {
        "document.yaml": filled("document.yaml", values),
        "clauses.yaml": "segments:\n" + "".join(_entry(item, wish.id) for item in segments),
        "indicators.yaml": filled("indicators.yaml", values),
        "requirements/1.yaml": filled("requirements.yaml", values),
        "examples/1.yaml": filled("examples.yaml", values),
    }


def source_text(wish: NewRuleset) -> str:
    """The invented text that the ruleset encodes."""
    return f"{wish.title}\n一、主要任务\n（一）{_QUOTE}\n"


def sample_profile(wish: NewRuleset) -> str:
    """A profile that the ruleset judges."""
    return filled("profile.yaml", {"jurisdiction": wish.jurisdiction, "namespace": wish.namespace})


def ruleset_readme(wish: NewRuleset) -> str:
    """What to do next with a folder of data."""
    return filled("ruleset-readme.md", {"id": wish.id, "title": wish.title})


def _entry(item: Segment, id: str) -> str:
    lines = [
        f"- clause: {item.clause}",
        f"  at: {item.at}",
        f"  opens: {_flow(item.text[:_OPENING_CHARACTERS])}",
        f"  sha256: {item.sha256}",
        "  stretches:",
        *(f"  - {{{stretch}}}" for stretch in _stretches(item.text, id)),
    ]
    return "\n".join(lines) + "\n"


def _stretches(text: str, id: str) -> Iterator[str]:
    quote = normalise(_QUOTE)
    start = text.find(quote)
    if start < 0:
        yield f"opens: {_flow(text[:_OPENING_CHARACTERS])}, chars: {len(text)}, status: informative"
        return
    if start:
        yield f"opens: {_flow(text[:start][:_OPENING_CHARACTERS])}, chars: {start}, status: informative"
    rest = text[start:]
    yield (
        f"opens: {_flow(rest[:_OPENING_CHARACTERS])}, chars: {len(rest)}, status: encoded, requirements: [{id}/1.1-a]"
    )


def _flow(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
