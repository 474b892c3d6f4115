"""The web page as text: complete, the same bytes again, nothing from outside, and nothing of a profile or ruleset is markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.acceptance.browsing import spelled_out
from tests.unit.invented import institution, write_country, write_ruleset

from gradeeval import builtin, messages
from gradeeval.cli.engines import engine_factory
from gradeeval.cli.preparing import Prepared
from gradeeval.evaluate.selection import Wanted
from gradeeval.findings.result import Result
from gradeeval.profiles.reading import ProfileReader
from gradeeval.reports.composing import build_report
from gradeeval.reports.html import render
from gradeeval.reports.rendering import Layout
from gradeeval.workspace import Workspace, build

SAMPLES = Path(__file__).parents[2] / "samples"
HOSTILE = "</script><script>pwned=1</script><img src=x onerror=pwned=1>\"'&amp;{{7*7}}]]>--><!--"
SAMPLE_NAMES = ("secondary-hospital.yaml", "henan-2024.yaml", "prefecture", "county-consortium")


class Reader(HTMLParser):
    """The elements of a page with their attributes, and what stands in its script and style elements."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self.text: list[str] = []
        self._within: tuple[str, dict[str, str | None]] = ("", {})
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = (tag, dict(attrs))
        self.elements.append(self._within)

    def handle_endtag(self, tag: str) -> None:
        self._within = ("", {})

    def handle_data(self, data: str) -> None:
        tag, attributes = self._within
        if tag == "script":
            self.scripts.append((attributes, data))
        elif tag == "style":
            self.styles.append(data)
        else:
            self.text.append(data)

    @property
    def data(self) -> dict[str, Any]:
        return spelled_out(json.loads(next(text for given, text in self.scripts if given.get("id") == "data")))


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return build(installed=False)


def judged(workspace: Workspace, *paths: Path, as_of: str = "2025-06-30") -> Result:
    dataset = ProfileReader(workspace.scope).read(paths)
    assert not dataset.problems
    make_engine, name, _note = engine_factory("reference")
    return Prepared(workspace, dataset, make_engine, name).judge(as_of, Wanted())


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """A country where titles, quotes, names, offices and evidence are markup."""
    root = write_country(tmp_path / "rulesets")
    write_ruleset(
        root,
        title=f"文件{HOSTILE}",
        indicators={
            "done": {"title": HOSTILE, "kind": "institution", "unit": "yes_no", "department": HOSTILE},
            "grade_points": {"title": HOSTILE, "kind": "institution", "unit": "count"},
        },
        requirements=[
            {"title": HOSTILE, "quote": HOSTILE, "reading": HOSTILE, "responsible": [HOSTILE], "target": False},
            {"title": HOSTILE, "indicator": "grade_points", "target": {"at_least": 5}, "unit": "count"},
            {"target": {"needs_review": HOSTILE}},
        ],
    )
    monkeypatch.setattr(builtin, "shipped_rulesets", lambda: root)
    evidence = [HOSTILE, "javascript:alert(1)", "https://example.org/证明?a=1&b=<2>"]
    given = institution(
        name=HOSTILE,
        facts={"done": {"value": True, "source": HOSTILE, "evidence": evidence, "note": HOSTILE}, "grade_points": 3},
    )
    profile = tmp_path / "profile.yaml"
    profile.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    return judged(build(installed=False), profile)


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_every_selected_requirement_stands_in_the_page(workspace: Workspace, name: str) -> None:
    result = judged(workspace, SAMPLES / name)
    page = Reader(render(result, Layout()).decode())
    data = page.data
    shown = [data["requirements"][own["requirement"]] for own in data["details"]]
    ids = sorted(next(text for label, text, *_more in pairs if label == "要求编号") for pairs in shown)
    assert ids == sorted(finding.requirement.id for finding in result.findings)
    rows = [given for tag, given in page.elements if tag == "tr" and (given.get("id") or "").startswith("r")]
    assert len(rows) == len(result.findings)
    text = " ".join(page.text)
    for subject in build_report(result).subjects:
        assert all(row.title in text and row.actual.text in text for row in subject.rows)
        assert all(item.title in text for item in subject.rolled)
        assert all(fact.name in text for fact in subject.wanting)


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_the_same_result_gives_the_same_bytes(workspace: Workspace, name: str) -> None:
    assert render(judged(workspace, SAMPLES / name), Layout()) == render(judged(workspace, SAMPLES / name), Layout())


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_the_page_brings_all_that_it_needs(workspace: Workspace, name: str) -> None:
    text = render(judged(workspace, SAMPLES / name), Layout()).decode()
    page = Reader(text)
    for tag, given in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "image", "use"), tag
        assert not {"src", "srcset", "style", "xlink:href", "action", "formaction"} & set(given), (tag, given)
        assert not any(key.startswith("on") for key in given), (tag, given)
        assert tag != "a" or (given["href"] or "").startswith("#")
    assert "http:" not in text
    assert "@import" not in text
    assert "url(" not in "".join(page.styles)
    ids = [given["id"] for _tag, given in page.elements if "id" in given]
    assert len(ids) == len(set(ids))
    for _tag, given in page.elements:
        assert (given.get("href") or "#").removeprefix("#") in {*ids, ""}


def test_the_policy_names_this_style_and_this_script_and_nothing_else(hostile: Result) -> None:
    page = Reader(render(hostile, Layout()).decode())
    policy = next(
        given["content"] for tag, given in page.elements if given.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    scripts = [text for given, text in page.scripts if given.get("type") != "application/json"]
    assert directives == {
        "default-src": "'none'",
        "style-src": " ".join(hashed(text) for text in page.styles),
        "script-src": " ".join(hashed(text) for text in scripts),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert (len(page.styles), len(scripts)) == (1, 1)
    first = [tag for tag, _given in page.elements].index("style")
    assert [given.get("http-equiv") for _tag, given in page.elements[:first] if given.get("http-equiv")]


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_nothing_of_a_profile_or_ruleset_is_markup(hostile: Result) -> None:
    text = render(hostile, Layout()).decode()
    page = Reader(text)
    assert [given.get("type") for tag, given in page.elements if tag == "script"] == ["application/json", None]
    assert not [given for tag, given in page.elements if tag == "img"]
    assert text.count("<!--") == 0
    assert HOSTILE in page.text
    details = json.dumps(page.data, ensure_ascii=False)
    assert json.dumps(HOSTILE, ensure_ascii=False)[1:-1] in details
    raw = text[text.index('id="data"') : text.rindex("<script>")]
    assert not re.search("[<>&]", raw[raw.index(">") + 1 : raw.rindex("</script>")])
    assert "49" not in {part.strip() for part in page.text}


def test_deceiving_characters_are_shown_and_not_obeyed(workspace: Workspace, tmp_path: Path) -> None:
    given = yaml.safe_load((SAMPLES / "secondary-hospital.yaml").read_text(encoding="utf-8"))
    given = given[-1] if isinstance(given, list) else given
    given["name"] = "甲\u202e医院"
    (tmp_path / "one.yaml").write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    assert "\u202e" not in render(judged(workspace, tmp_path / "one.yaml"), Layout()).decode()


def test_the_page_of_a_result_without_findings_is_a_page(workspace: Workspace) -> None:
    page = Reader(render(judged(workspace, SAMPLES / "secondary-hospital.yaml", as_of="2000-01-01"), Layout()).decode())
    assert page.data["details"] == []


def test_the_page_speaks_english(workspace: Workspace) -> None:
    result = judged(workspace, SAMPLES / "secondary-hospital.yaml")
    messages.use("en")
    try:
        page = Reader(render(result, Layout()).decode())
    finally:
        messages.use("zh")
    assert next(given for tag, given in page.elements if tag == "html") == {"lang": "en"}
    assert "Three-year action plan" in " ".join(page.text).replace("three", "Three")
