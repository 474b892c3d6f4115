"""The web page in headless Chromium: filters, search, sorting, unfolding, no error, no request, nothing that axe finds serious."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.browsing import Opened, browser, busy, lacking, open_page, spelled_out

from gradeeval.cli.main import run
from gradeeval.files.reading import read_plain
from gradeeval.profiles.identifiers import organisation_code_check

pytestmark = [pytest.mark.browser, pytest.mark.skipif(lacking() is not None, reason=str(lacking()))]

SAMPLES = Path(__file__).parents[2] / "samples"
MANY = 5_000
SECOND = 1_000
FILTERS = "document.getElementById('filters')"
ACTS = (
    f"document.querySelector('select[name=outcome]').value = '1'; {FILTERS}.dispatchEvent(new Event('change'))",
    f"document.getElementById('search').value = '公共卫生'; {FILTERS}.dispatchEvent(new Event('submit'))",
    f"{FILTERS}.reset(); document.querySelector('th[data-column=title] button').click()",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as found:
        yield found


def made(folder: Path, *words: str | Path, name: str = "report.html") -> Path:
    target = folder / name
    given = [str(word) for word in words]
    assert run(["check", *given, "--as-of", "2025-06-30", "--fail-on", "never", "-o", str(target)]) == 0
    return target


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("hospital"), SAMPLES / "secondary-hospital.yaml")


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("province"), SAMPLES / "henan-2024.yaml")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("city"), SAMPLES / "prefecture", "--subject", "410500")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    words = ["new", "dataset", "-o", str(folder / "in"), "--institutions", "40", "--region", "411500"]
    assert run([*words, "--period", "2024", "--period", "2025"]) == 0
    assert run(["batch", str(folder / "in"), "-o", str(folder / "out"), "--as-of", "2026-06-30"]) in (0, 1)
    target = folder / "report.html"
    assert run(["results", str(folder / "out"), "area", "411500", "-o", str(target)]) == 0
    return target


def numbered(template: dict[str, Any], number: int) -> dict[str, Any]:
    body = f"{number:08d}"
    found = copy.deepcopy(template)
    found["id"] = body + organisation_code_check(body) + str(template["id"])[9:]
    found["name"] = f"示例第{number}医院（虚构）"
    return found


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of at least 5,000 findings on many hospitals."""
    folder = tmp_path_factory.mktemp("many")
    plain = read_plain(SAMPLES / "secondary-hospital.yaml").data
    template = json.loads(json.dumps(plain[-1] if isinstance(plain, list) else plain, default=float))
    profiles = folder / "profiles.json"
    profiles.write_text(json.dumps([numbered(template, number) for number in range(1, 61)]), encoding="utf-8")
    return made(folder, profiles)


@pytest.fixture
def page(chromium: Any, hospital: Path) -> Iterator[Opened]:
    yield from looked_at(chromium, hospital)


def looked_at(chromium: Any, path: Path, **more: Any) -> Iterator[Opened]:
    """A page that may say nothing and ask for nothing but itself."""
    opened = open_page(chromium, path, **more)
    yield opened
    address = opened.page.url.partition("#")[0]
    opened.page.close()
    assert opened.said == []
    assert {asked.partition("#")[0] for asked in opened.asked} == {address}


def data(opened: Opened) -> dict[str, Any]:
    return spelled_out(json.loads(opened.page.locator("#data").text_content()))


def test_each_filter_shows_exactly_what_has_the_value(page: Opened) -> None:
    facets = data(page)["facets"]
    assert set(facets) >= {"outcome", "force", "topic", "document", "year", "office"}
    everything = page.shown
    for name, of in facets.items():
        choice = page.page.locator(f"select[name={name}]")
        values = [value for value in choice.evaluate("s => [...s.options].map(o => o.value)") if value]
        assert values
        for value in values[:4]:
            choice.select_option(value)
            assert page.shown == [index for index in everything if int(value) in of[index]] != []
            assert f"符合条件 {len(page.shown)} 条" in page.counted
        choice.select_option("")
    assert page.shown == everything


def test_filters_work_together_and_are_cleared(page: Opened) -> None:
    everything = page.shown
    page.page.locator("select[name=outcome]").select_option(label="未达标")
    unmet = page.shown
    page.page.locator("select[name=force]").select_option(label="必须")
    assert 0 < len(page.shown) < len(unmet) < len(everything)
    page.page.get_by_role("button", name="清除筛选").click()
    page.page.wait_for_function(f"document.querySelectorAll('#table tbody tr').length === {len(everything)}")
    assert page.shown == everything


def searched(page: Opened, text: str) -> list[int]:
    page.page.locator("#search").fill(text)
    page.page.locator("#search").press("Enter")
    return page.shown


def test_search_finds_titles_quotes_offices_and_steps_in_any_case_and_width(page: Opened) -> None:
    found = data(page)
    quote = next(text for label, text, *_more in found["requirements"][3] if label == "原文")
    hits = searched(page, quote)
    assert 0 < len(hits) < len(found["details"])
    identity = next(text for label, text, *_more in found["requirements"][3] if label == "要求编号")
    assert searched(page, identity.upper()) == searched(page, identity) != []
    assert searched(page, "ＨＥＮＡＮ－2023") == searched(page, "henan-2023")
    words = searched(page, "公共卫生 收入")
    assert words == [index for index in searched(page, "收入") if index in searched(page, "公共卫生")]
    assert searched(page, "没有这样的词") == []
    assert "符合条件 0 条" in page.counted


def test_sorting_is_told_and_goes_both_ways(page: Opened) -> None:
    ranks = data(page)["ranks"]
    for column in ("due", "clause", "gap", "outcome", "actual"):
        heading = page.page.locator(f"th[data-column={column}]")
        heading.get_by_role("button").click()
        assert heading.get_attribute("aria-sort") == "ascending"
        places = [ranks[column][index] for index in page.shown]
        assert places == sorted(places)
        heading.get_by_role("button").click()
        assert heading.get_attribute("aria-sort") == "descending"
        places = [ranks[column][index] for index in page.shown]
        assert places == sorted(places, reverse=True)
        assert page.page.locator("th[aria-sort=ascending]").count() == 0
    page.page.locator("th[data-column=office] button").click()
    assert sorted(page.shown) == list(range(len(page.shown)))


def test_a_row_is_unfolded_and_folded_by_keyboard(page: Opened) -> None:
    button = page.page.locator("button.open").nth(2)
    button.focus()
    page.page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    part = page.page.locator(f"#{button.get_attribute('aria-controls')}")
    index = int(button.get_attribute("value") or "")
    found = data(page)
    own = found["details"][index]
    said = part.inner_text()
    for _label, text, *_more in [*found["requirements"][own["requirement"]], *own["pairs"]]:
        assert text in said
    assert own["trace"]
    assert all(line[0] in said for line in own["trace"])
    page.page.keyboard.press("Space")
    assert button.get_attribute("aria-expanded") == "false"
    assert part.count() == 0


def test_the_first_tab_stop_leads_to_the_findings(page: Opened) -> None:
    page.page.keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.className") == "skip"
    page.page.keyboard.press("Enter")
    assert page.page.evaluate("document.activeElement.id") == "findings"


def test_a_link_opens_its_finding_also_where_a_filter_hides_it(page: Opened) -> None:
    searched(page, "没有这样的词")
    link = page.page.locator("#charts ~ .wide a[href^='#r']").first
    row = (link.get_attribute("href") or "#").removeprefix("#")
    link.click()
    assert page.page.locator(f"#{row} button.open").get_attribute("aria-expanded") == "true"


def test_items_for_judgement_are_one_press_away(page: Opened) -> None:
    page.page.locator("a[data-outcome]").click()
    outcomes = {text.strip().split("\n")[0] for text in page.page.locator("#table td.c-outcome .tag").all_inner_texts()}
    assert outcomes == {"✎ 需人工评定"}


@pytest.mark.parametrize(
    ("which", "width", "scheme"),
    [
        ("hospital", 1280, "light"),
        ("hospital", 1280, "dark"),
        ("hospital", 400, "light"),
        ("province", 1280, "light"),
        ("province", 400, "dark"),
        ("city", 1280, "light"),
        ("city", 400, "dark"),
        ("recorded", 1280, "dark"),
        ("recorded", 400, "light"),
    ],
)
def test_axe_finds_nothing_serious_and_nothing_sticks_out(
    chromium: Any, which: str, width: int, scheme: str, request: pytest.FixtureRequest
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    path = request.getfixturevalue(which)
    for opened in looked_at(chromium, path, viewport={"width": width, "height": 900}, color_scheme=scheme):
        for number in range(3):
            opened.page.locator("button.open").nth(number).click()
        opened.page.evaluate("document.querySelectorAll('#origins ~ * details').forEach((item) => item.open = true)")
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(opened.page).response["violations"]
        worst = [item for item in found if item["impact"] in ("serious", "critical")]
        assert not worst, [(item["id"], item["help"], item["nodes"][0]["html"][:300]) for item in worst]


def test_the_policy_stops_what_is_not_the_pages_own(chromium: Any, hospital: Path) -> None:
    opened = open_page(chromium, hospital)
    opened.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.pwned = 1'; document.body.append(s);"
        " const i = new Image(); i.src = 'https://example.org/x.png'; document.body.append(i); }"
    )
    opened.page.wait_for_timeout(200)
    assert opened.page.evaluate("window.pwned") is None
    assert len([text for text in opened.said if "Content Security Policy" in text]) == 2
    opened.page.close()


def with_evidence(value: Any, source: str, evidence: list[str]) -> dict[str, Any]:
    own = value if isinstance(value, dict) and {"value", "numerator"} & set(value) else {"value": value}
    return {**own, "source": source, "evidence": evidence}


def test_markup_in_a_profile_is_text(chromium: Any, tmp_path: Path) -> None:
    hostile = "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
    plain = read_plain(SAMPLES / "secondary-hospital.yaml").data
    template = json.loads(json.dumps(plain[-1] if isinstance(plain, list) else plain, default=float))
    given = numbered(template, 7)
    given["name"] = hostile
    evidence = [hostile, "javascript:alert(1)", "https://example.org/a?b=1"]
    given["facts"] = {name: with_evidence(value, hostile, evidence) for name, value in given["facts"].items()}
    (tmp_path / "one.json").write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    for opened in looked_at(chromium, made(tmp_path, tmp_path / "one.json")):
        opened.page.locator("#unfold").click()
        assert opened.page.evaluate("window.pwned") is None
        assert opened.page.locator("img").count() == 0
        assert opened.page.locator("header strong").inner_text() == hostile
        links = opened.page.locator("#table a").evaluate_all("all => all.map((one) => one.href)")
        assert set(links) == {"https://example.org/a?b=1"}


def test_without_script_the_whole_table_is_there(chromium: Any, many: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    opened = open_page(context, many)
    rows = opened.page.locator("tbody tr[id^=r]")
    assert rows.count() >= MANY
    assert rows.last.is_visible()
    assert not opened.page.locator("#filters").is_visible()
    context.close()


def test_five_thousand_findings_open_and_filter_within_a_second(chromium: Any, many: Path) -> None:
    """Opening by the browser's own time, so that a busy machine makes no difference; ``make bench`` has the clock's."""
    assert busy(chromium, many) < SECOND
    for opened in looked_at(chromium, many):
        page = opened.page
        assert page.locator("tbody tr").count() < MANY <= len(data(opened)["details"])
        for act in ACTS:
            timed = f"const t = performance.now(); {act}; document.body.offsetHeight; return performance.now() - t;"
            took = page.evaluate(f"() => {{ {timed} }}")
            assert took < SECOND, act
        assert page.locator("#more").is_visible()
        before = len(opened.shown)
        page.locator("#more").click()
        assert len(opened.shown) == 2 * before


def test_a_row_that_is_built_later_is_like_the_first_ones(chromium: Any, many: Path) -> None:
    for opened in looked_at(chromium, many):
        found, page = data(opened), opened.page
        page.locator("#more").click()
        index = opened.shown[-1]
        first, late = page.locator("button.open").first, page.locator(f"#r{index} button.open")
        titles = found["columns"]["title"]
        assert late.get_attribute("aria-label") == f"展开 {late.inner_text()} {titles['words'][titles['of'][index]]}"
        same = "(button) => button.getAttributeNames().sort().join() + button.className"
        assert late.evaluate(same) == first.evaluate(same)
        late.click()
        part = page.locator(f"#{late.get_attribute('aria-controls')}")
        said = part.inner_text()
        assert all(text in said for _label, text, *_more in found["details"][index]["pairs"])


def test_print_shows_all_that_matches_and_no_controls(chromium: Any, many: Path) -> None:
    for opened in looked_at(chromium, many):
        page = opened.page
        page.locator("select[name=outcome]").select_option(label="未达标")
        matching = sum(1 in value for value in data(opened)["facets"]["outcome"])
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert len(opened.shown) == matching
        page.emulate_media(media="print")
        assert not page.locator("#filters").is_visible()
        assert not page.locator("nav").is_visible()
        page.evaluate("dispatchEvent(new Event('afterprint'))")


def test_print_makes_a_document_of_pages(chromium: Any, hospital: Path, tmp_path: Path) -> None:
    for opened in looked_at(chromium, hospital):
        content = opened.page.pdf(prefer_css_page_size=True)
        assert content.startswith(b"%PDF-")
        assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page/") >= 3


def test_the_page_is_english_where_that_is_asked(chromium: Any, tmp_path: Path) -> None:
    path = made(tmp_path, "--lang", "en", SAMPLES / "secondary-hospital.yaml")
    for opened in looked_at(chromium, path):
        assert opened.page.locator("html").get_attribute("lang") == "en"
        opened.page.locator("button.open").first.click()
        assert opened.page.locator("tr.detail").is_visible()
