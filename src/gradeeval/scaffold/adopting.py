"""Takes a ruleset folder that is there already, such as a draft, into a new distribution: its names get the new namespace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from gradeeval.errors import Misuse
from gradeeval.files.reading import decode, read_bytes, read_plain
from gradeeval.messages import _
from gradeeval.rulesets.folders import look_over
from gradeeval.rulesets.reading import read_ruleset
from gradeeval.scaffold.ruleset import NewRuleset

_TEXTS = (".yaml", ".md", ".txt")
_SOURCES = "source"
_SAMPLES = "samples"


def adopted(folder: Path, namespace: str) -> tuple[NewRuleset, dict[str, str]]:
    """What the ruleset is, and the files of it for a distribution: of the ruleset itself, ``source/…`` and ``samples/…``.

    Raises ``NotFound``, ``Misuse`` and ``InvalidContent`` for what is no ruleset folder, or one that is not only text.
    """
    folder = folder.resolve()
    ruleset = read_ruleset(folder, str(folder))
    look_over(folder)
    document = ruleset.document
    before = document.namespace or document.id
    texts = dict(_texts(folder))
    names = [item.name for item in ruleset.indicators] + [values.name for values in ruleset.types]
    stubs = folder / "candidates" / "indicators.yaml"
    if stubs.is_file():
        names.extend(read_plain(stubs).data.get("indicators", {}))
    moved = {name: f"{namespace}.{name.removeprefix(f'{before}.')}" for name in names if name.startswith(f"{before}.")}
    files = {path: _renamed(text, moved) if path.endswith(".yaml") else text for path, text in texts.items()}
    files["document.yaml"] = _stated(files["document.yaml"], namespace)
    return NewRuleset(document.id, document.title, document.jurisdiction, namespace), files


def _texts(folder: Path) -> Iterable[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        steps = path.relative_to(folder).parts
        if any(step.startswith(".") for step in steps) or path.is_dir():
            continue
        if path.suffix not in _TEXTS:
            raise Misuse(_("{path} 不是规则集的文件；请先移走").format(path=path))
        yield "/".join(steps), decode(read_bytes(path), str(path))


def _renamed(text: str, names: dict[str, str]) -> str:
    if not names:
        return text
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<![\w.-])(?:{pattern})(?![\w.-])", lambda found: names[found[0]], text)


def _stated(document: str, namespace: str) -> str:
    """The text of a ``document.yaml`` that states the namespace."""
    line = f"namespace: {namespace}"
    changed, count = re.subn(r"(?m)^namespace:.*$", line, document, count=1)
    return changed if count else f"{document.rstrip()}\n{line}\n"


def placed(files: Mapping[str, str], home: str) -> dict[str, str]:
    """Where each file of a ruleset goes in a distribution: source texts to its tests, samples and notes beside them."""
    found = {}
    for path, text in files.items():
        top, _slash, rest = path.partition("/")
        if top == _SOURCES:
            found[f"tests/sources/{rest}"] = text
        elif top == _SAMPLES:
            found[path] = text
        elif top.endswith(".md"):
            found[f"docs/{path}"] = text
        else:
            found[f"{home}/{path}"] = text
    return found
