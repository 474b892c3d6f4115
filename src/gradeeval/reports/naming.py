"""Names in reports: of subjects and where they lie, of documents, requirements, facts and kinds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gradeeval.engines.views import View
from gradeeval.findings.missing import Missing
from gradeeval.language.nodes import Reach
from gradeeval.language.scope import Scope
from gradeeval.messages import _, chosen, day, listed
from gradeeval.rulesets.ruleset import PolicyDocument
from gradeeval.timeline import is_date
from gradeeval.vocabulary import AROUND


def some(items: Sequence[str], most: int) -> str:
    """The first ``most`` items, and how many there are in all where they are more."""
    if len(items) <= most:
        return listed(items)
    return _("{items} 等 {count} 个").format(items=listed(items[:most]), count=len(items))


def subject(view: View) -> str:
    """The name of a subject; its id where it has none."""
    return view.name or str(view.values.get("name") or view.id)


def parts(views: Iterable[View], most: int) -> str:
    """The names of parts, up to a number."""
    return some([subject(view) for view in views], most)


def place(view: View) -> str:
    """The regions around a subject, from the widest; empty where no roster knows them."""
    names = [view.values.get(tier) for tier in AROUND]
    own = subject(view) if view.kind == "region" else None
    return " ".join(str(name) for name in names if name and name != own)


def sort(reach: Reach) -> str:
    """A sort of subject: 机构, 县域医共体, 县级."""
    titles = {
        "institution": _("机构"),
        "network": _("医联体"),
        "region": _("区域"),
        "county_consortium": _("县域医共体"),
        "urban_group": _("城市医疗集团"),
        "tertiary_assistance": _("对口帮扶关系"),
        "specialty_alliance": _("专科联盟"),
        "telemedicine_network": _("远程医疗协作网"),
        "nation": _("全国"),
        "province": _("省级"),
        "prefecture": _("市级"),
        "county": _("县级"),
    }
    word = reach.tier or reach.type or reach.kind
    return titles.get(word, word)


def document(item: PolicyDocument) -> str:
    """The title of a document."""
    return chosen(item.title, item.title_en)


def short_id(requirement_id: str) -> str:
    """What stands behind the document in the id of a requirement."""
    return requirement_id.partition("/")[2]


def fact(name: str, scope: Scope) -> str:
    """The title of an indicator or field."""
    for kind in ("institution", "network", "region"):
        title = scope.title(name, kind)
        if title != (name, name):
            return chosen(*title)
    return name


def missing(items: Iterable[Missing], scope: Scope, own_period: str) -> Iterator[str]:
    """Missing facts: each with its title, of how many others, and the periods where those are not the judged one."""
    by_name: dict[str, list[Missing]] = {}
    for item in items:
        by_name.setdefault(item.name, []).append(item)
    for name, those in by_name.items():
        text = fact(name, scope)
        of = {part for item in those for part in item.of}
        if of:
            text = _("{fact}（{count} 个对象）").format(fact=text, count=len(of))
        when = {item.period for item in those}
        if when != {own_period}:
            text = _("{fact}（{periods}）").format(fact=text, periods=periods(when))
        yield text


def period(text: str) -> str:
    """A period as people write it: a day as a date, anything else as it is."""
    return day(text) if is_date(text) else text


def periods(texts: Iterable[str]) -> str:
    """Periods in order; years that follow each other as a span."""
    spans: list[list[str]] = []
    for text in sorted(set(texts)):
        if spans and text.isdecimal() and spans[-1][-1].isdecimal() and int(text) == int(spans[-1][-1]) + 1:
            spans[-1].append(text)
        else:
            spans.append([text])
    return listed(period(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}" for span in spans)


def holder(name: str, scope: Scope) -> str:
    """Who holds a figure and the system that has it; empty where the rules do not say."""
    indicator = scope.indicators.get(name)
    if indicator is None:
        return _("档案的分类字段")
    return listed(part for part in (indicator.department, indicator.data_system) if part)
