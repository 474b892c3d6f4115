"""Renders docs/documents/*.md, docs/not-encoded.md and docs/checks/*.md: `make docs`. A test proves them current."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Reference
from gradeeval.lint.checks import CHECKS
from gradeeval.lint.explaining import FAMILIES, page
from gradeeval.reports import words
from gradeeval.reports.conditions import condition as in_words
from gradeeval.reports.naming import sort
from gradeeval.rulesets.coverage import coverage
from gradeeval.rulesets.reading import read_ledger
from gradeeval.workspace import Workspace, build

HERE = Path(__file__).resolve().parent
STATUS = {
    "encoded": "已编",
    "informative": "说明性",
    "organisational": "组织性",
    "exhortation": "倡导性",
    "pending": "待处理",
}
LEFT = ("organisational", "exhortation", "pending")
FOLDERS = ("documents", "checks")
NOTE = "<!-- rendered by docs/render.py; do not edit -->"


def pages() -> dict[Path, str]:
    """Every rendered page: its path under docs/ and its text."""
    workspace = build(installed=False)
    found = {Path("documents") / f"{id}.md": "\n".join(document(workspace, id)) + "\n" for id in workspace.rulesets}
    found[Path("not-encoded.md")] = "\n".join(not_encoded(workspace)) + "\n"
    found.update((Path("checks") / f"{check.code}.md", f"{NOTE}\n{page(check)}") for check in CHECKS)
    found[Path("checks/README.md")] = "\n".join(checks()) + "\n"
    return found


def checks() -> Iterator[str]:
    """The list of the checks of ``gradeeval lint``, family by family."""
    yield NOTE
    yield "# 检查一览 · Checks of `gradeeval lint`"
    yield ""
    yield (
        "每个检查一页：查什么、坏例、好例、为什么、怎样设置；`gradeeval lint --explain 代码` 给出同样的内容。例子是规则集 "
        "[demo-2025](../../tests/lint/demo-2025) 的片段：只写出要看的键，其余各项照旧；测试逐个运行，坏例必须查出，好例必须没有任何问题。"
        "*A page for each check; the bad and the good example are fragments of one small ruleset and are run as tests.*"
    )
    for letter, (chinese, english) in FAMILIES.items():
        own = [check for check in CHECKS if check.family == letter]
        if own:
            yield ""
            yield f"## {letter} {chinese} · {english}"
            yield ""
            yield "| 代码 | 检查 | Check | 默认级别 |"
            yield "|---|---|---|---|"
            for check in own:
                level = (
                    "error（拒绝读取）" if check.refuses else f"{check.level}{'（--prove）' if check.proves else ''}"
                )
                yield f"| [{check.code}]({check.code}.md) | {check.title} | {check.title_en} | {level} |"


def document(workspace: Workspace, id: str) -> Iterator[str]:
    """The page of one document: its requirements clause by clause, with quote and reading."""
    ruleset = workspace.ruleset(id)
    about = ruleset.document
    requirements = workspace.load(id).requirements
    counts = coverage(read_ledger(ruleset), requirements, workspace.scope.indicators)
    yield NOTE
    yield f"# {about.title}"
    yield ""
    facts = [("编号", id), ("文号", about.number), ("发布机关", about.issuer), ("日期", about.date)]
    facts += [("目标期", str(about.horizon) if about.horizon else "未写明"), ("适用区域", about.jurisdiction)]
    yield " · ".join(f"{label} {text}" for label, text in facts if text)
    yield ""
    if about.note:
        yield f"{_cell(about.note)}\n"
    for other, why in (*about.supersedes, *about.related):
        yield f"- 相关文件 [{other}]({other}.md)：{why}"
    yield ""
    status = "，".join(f"{STATUS[name]} {number}" for name, number in counts.stretches.items() if number)
    yield f"台账 {counts.segments} 句：{status}（段）。要求 {counts.requirements} 条。"
    yield ""
    clause = None
    for requirement in requirements:
        if requirement.clause != clause:
            clause = requirement.clause
            yield f"## {clause}"
            yield ""
        yield from _requirement(requirement, workspace)


def _requirement(requirement: Requirement, workspace: Workspace) -> Iterator[str]:
    scope = workspace.scope
    reference = scope.find(requirement.indicator, requirement.binds)
    assert isinstance(reference, Reference)
    title = requirement.title or scope.title(requirement.indicator, requirement.binds.kind)[0]
    yield f"### {requirement.id.partition('/')[2]} {title}"
    yield ""
    yield f"> {_cell(requirement.quote)}"
    yield ""
    condition = in_words(requirement.where, requirement.binds, scope)
    yield f"- 约束：{sort(requirement.binds)}{f'，{condition}' if condition else ''}"
    yield f"- 指标：{scope.title(requirement.indicator, requirement.binds.kind)[0]}（`{requirement.indicator}`）"
    target = requirement.target
    asked = f"需人工评定（{target.needs_review}）" if target.needs_review else words.target(target, reference)
    window = f"，累计 {requirement.within}" if requirement.within else ""
    window += f"，{requirement.every_year} 每年" if requirement.every_year else ""
    yield f"- 目标：{_cell(asked)}{window}"
    yield f"- 期限：{requirement.due or '长期有效'} · 约束力：{words.force(requirement.force)}"
    if requirement.unless:
        yield f"- 例外：`{requirement.unless}`"
    if requirement.responsible:
        yield f"- 责任单位：{'、'.join(requirement.responsible)}"
    if requirement.reading:
        yield f"- 读法：{_cell(requirement.reading)}"
    if requirement.related:
        yield f"- 相关要求：{'、'.join(f'`{other}`' for other in requirement.related)}"
    yield ""


def not_encoded(workspace: Workspace) -> Iterator[str]:
    """What was left out of all documents, or left to judgement, and why."""
    yield NOTE
    yield "# 没有编成要求的内容 · What is not encoded"
    yield ""
    yield "每个文件的每一句都在台账里。下面是没有编成要求的部分（倡导性：没有可以观察的结果；组织性：部门的工作安排）和需要人工评定的要求，以及原因。"
    for id, ruleset in workspace.rulesets.items():
        yield ""
        yield f"## {ruleset.document.title}"
        yield ""
        yield "| 条款 | 句 | 开头 | 归类 | 原因 |"
        yield "|---|---|---|---|---|"
        for entry in read_ledger(ruleset):
            for stretch in entry.stretches:
                if stretch.status in LEFT:
                    why = _cell(stretch.why or "")
                    yield f"| {entry.clause} | {entry.at} | {_cell(stretch.opens)}… | {STATUS[stretch.status]} | {why} |"
        yield ""
        yield "| 需人工评定 | 条款 | 要求 | 原因 |"
        yield "|---|---|---|---|"
        for requirement in workspace.load(id).requirements:
            if requirement.target.needs_review is not None:
                why = _cell(requirement.target.needs_review)
                yield f"| `{requirement.id}` | {requirement.clause} | {_cell(requirement.title or '')} | {why} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    """Writes every page and removes those of documents and checks that are gone."""
    wanted = pages()
    for folder in FOLDERS:
        (HERE / folder).mkdir(exist_ok=True)
        for path in (HERE / folder).glob("*.md"):
            if path.relative_to(HERE) not in wanted:
                path.unlink()
    for name, text in wanted.items():
        (HERE / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
