"""The page that tells a person what was read, what was concluded from little, and what is left to decide."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gradeeval.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gradeeval.drafting.candidate import Candidate
    from gradeeval.drafting.folder import Draft


def notes_page(draft: Draft, items: Sequence[tuple[str, str, Candidate]]) -> str:
    """Markdown, in the language of the run; no time and no path, so that it is the same each time."""
    return "\n".join(_lines(draft, items)) + "\n"


def _lines(draft: Draft, items: Sequence[tuple[str, str, Candidate]]) -> Iterator[str]:
    front = draft.front
    numeric = sum(candidate.numeric for _id, _indicator, candidate in items)
    yield "# " + _("草稿说明：{id}").format(id=draft.id)
    yield ""
    yield _("由 `gradeeval draft` 从 {name}（SHA-256 {sha}）写出。候选要求不参与评定，没有一段记作已编。").format(
        name=f"`{draft.name}`", sha=draft.sha256
    )
    yield ""
    yield "## " + _("读到了什么")
    yield ""
    unknown = _("未找到")
    for label, text in (
        (_("标题"), front.title),
        (_("文号"), front.number),
        (_("发文机关"), front.issuer),
        (_("成文日期"), front.date or ""),
        (_("施行"), front.in_force),
        (_("规划期"), str(front.horizon or "")),
        (_("适用区域"), front.jurisdiction or ""),
    ):
        yield _("- {label}：{text}").format(label=label, text=text or unknown)
    yield _("- {segments} 句，{candidates} 条候选（有数字的 {numeric} 条）").format(
        segments=len(draft.segments), candidates=len(items), numeric=numeric
    )
    for note in (*draft.notes, *front.guesses):
        yield f"- {note}"
    yield ""
    yield "## " + _("请人决定")
    yield ""
    for sentence in (
        _("文件信息（document.yaml）逐项核对；约束谁、分母是什么，草稿只按字面猜。"),
        _(
            "每条候选：是不是要求；引文要不要加长到含主语、期限和强度词；目标、单位、期限、约束力是否如文；open 列出的问题。"
        ),
        _("指标：先查已有的（gradeeval rules indicators 词），没有的再定义；口径、问题、佐证由人写。"),
        _("没有数字的候选：写成 true、false、清单或等级；确实没有标准的留 needs_review。"),
        _(
            "没有候选的句子：逐句改记 informative、organisational、exhortation，写明理由；不是要求的数量词写入 accounts。"
        ),
        _("草稿看不出的：分别、其他、其中的范围，承前省略的主语和期限，两种读法（写 reading），和别的文件的关系。"),
        _("source 文件夹里的原文是否随规则集一起发出。"),
    ):
        yield f"1. {sentence}"
    yield ""
    yield "## " + _("常见的问题")
    yield ""
    asked = Counter(question for _id, _indicator, candidate in items for question in candidate.open)
    for question, count in sorted(asked.items(), key=lambda pair: (-pair[1], pair[0])):
        yield _("- {question}（{count} 条）").format(question=question, count=count)
    yield ""
