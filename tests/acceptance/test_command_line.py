"""The commands beside ``check``, each on rulesets small enough to know what has to come out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from tests.acceptance.conftest import Call
from tests.unit.invented import INDICATORS, institution, institution_id, write, write_ruleset

from gradeeval.cli.samples import shipped_samples
from gradeeval.schemas import KINDS
from gradeeval.sources.segments import segment

AS_OF = ("--as-of", "2025-06-30", "--engine", "reference")


# -- check: output -----------------------------------------------------------------------------------------------------


def test_reports_by_suffix_and_only_there(call: Call, country: Path) -> None:
    write_ruleset(country)
    path = write(Path("a.yaml"), institution())
    said = call("check", path, *AS_OF, "-o", "r.json", "-o", "R.TXT")
    assert (said.code, said.out) == (0, "")
    assert json.loads(Path("r.json").read_text(encoding="utf-8"))["findings"][0]["outcome"] == "met"
    assert "要求1" in Path("R.TXT").read_text(encoding="utf-8")


def test_a_format_that_is_named_wins_over_the_suffix(call: Call, country: Path) -> None:
    write_ruleset(country)
    call("check", write(Path("a.yaml"), institution()), *AS_OF, "--format", "json", "-o", "r.txt")
    assert json.loads(Path("r.txt").read_text(encoding="utf-8"))["version"] == "1"


def test_a_report_in_a_file_has_no_colours(call: Call, country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_ruleset(country)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    call("check", write(Path("a.yaml"), institution()), *AS_OF, "-o", "r.txt")
    assert "\x1b" not in Path("r.txt").read_text(encoding="utf-8")


def test_only_the_subject_asked_for_is_judged(call: Call, country: Path) -> None:
    write_ruleset(country)
    path = write(Path("a.yaml"), [institution(1), institution(2)])
    said = call("check", path, *AS_OF, "--format", "json", "--subject", institution_id(2))
    assert [subject["id"] for subject in json.loads(said.out)["subjects"]] == [institution_id(2)]


def test_only_the_requirements_asked_for_are_judged(call: Call, country: Path) -> None:
    write_ruleset(country, requirements=[{"topics": ["tcm"]}, {"topics": ["finance"], "force": "strive"}])
    write_ruleset(country, "yi-2024-1", indicators={}, requirements=[{"topics": ["tcm"]}])
    path = write(Path("a.yaml"), institution())
    for words, ids in (
        (("--ruleset", "yi-2024-1"), ["yi-2024-1/1.1"]),
        (("--topic", "tcm"), ["jia-2024-1/1.1", "yi-2024-1/1.1"]),
        (("--topic", "tcm", "--topic", "finance", "--only", "jia*"), ["jia-2024-1/1.1", "jia-2024-1/1.2"]),
        (("--force", "strive"), ["jia-2024-1/1.2"]),
    ):
        said = call("check", path, *AS_OF, "--format", "json", *words)
        assert [row["requirement"] for row in json.loads(said.out)["findings"]] == ids


def test_a_plugin_that_could_not_be_used_is_named(call: Call, country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Point:
        name = "province"
        dist = None

        def load(self) -> object:
            raise ImportError("no module named province")

    write_ruleset(country)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda *, group: [Point()])
    for words in (["check", str(write(Path("a.yaml"), institution())), *AS_OF], ["rules", "list"]):
        said = call(*words)
        assert said.code == 0
        assert "插件 province 未能使用：ImportError: no module named province" in said.err


# -- rules -------------------------------------------------------------------------------------------------------------


def test_rules_lists_the_rulesets(call: Call, country: Path) -> None:
    write_ruleset(country, number="甲政〔2024〕1号", requirements=[{}, {}])
    write_ruleset(country, "yi-2024-1", indicators={})
    said = call("rules", "list")
    assert said.code == 0
    first, second = said.out.splitlines()[2:]
    assert first.split() == ["jia-2024-1", "甲政〔2024〕1号", "文件jia-2024-1", "2", "gradeeval"]
    assert second.split() == ["yi-2024-1", "—", "文件yi-2024-1", "1", "gradeeval"]


def test_rules_lists_the_requirements_that_were_asked_for(call: Call, country: Path) -> None:
    write_ruleset(
        country, requirements=[{"topics": ["tcm"], "due": "2025-12-31", "due_from": "clause"}, {"force": "strive"}]
    )
    said = call("rules", "list", "--topic", "tcm")
    assert said.code == 0
    (row,) = said.out.splitlines()[2:]
    assert row.split() == ["jia-2024-1/1.1", "一", "机构", "必须", "2025年12月31日", "要求1"]
    assert len(call("rules", "list", "--ruleset", "jia-2024-1").out.splitlines()) == 4
    assert len(call("rules", "list", "--only", "*/1.2").out.splitlines()) == 3


def test_rules_shows_all_of_a_requirement(call: Call, country: Path) -> None:
    write_ruleset(
        country,
        number="甲政〔2024〕1号",
        requirements=[
            {
                "quote": "床位达到20张以上",
                "binds": {"kind": "institution", "where": {"level": "tertiary"}},
                "indicator": "grade_points",
                "target": {"at_least": 20},
                "every_year": "2024..2025",
                "due": "2025-12-31",
                "due_from": "document",
                "responsible": ["某局", "某委"],
                "reading": "按年末数",
            }
        ],
    )
    said = call("rules", "show", "jia-2024-1/1.1")
    assert said.code == 0
    shown = dict(line.split("：", 1) for line in said.out.splitlines())
    assert shown["编号"] == "jia-2024-1/1.1"
    assert shown["文件"] == "文件jia-2024-1（甲政〔2024〕1号）"
    assert shown["原文"] == "床位达到20张以上"
    assert shown["约束对象"] == '{"kind": "institution", "where": {"level": "tertiary"}}'
    assert shown["指标"] == "grade_points（得点）"
    assert shown["目标"].startswith("≥20")
    assert (shown["期限"], shown["年度"], shown["约束力"]) == ("2025年12月31日", "2024..2025", "必须")
    assert (shown["责任单位"], shown["读法"]) == ("某局、某委", "按年末数")


def test_a_requirement_without_title_has_that_of_its_indicator(call: Call, country: Path) -> None:
    write_ruleset(country, requirements=[{"title": None}])
    shown = call("rules", "show", "jia-2024-1/1.1").out
    assert "要求：已做到" in shown
    assert "期限：无期限（长期有效）" in shown
    assert "责任单位：—" in shown


def test_rules_exports_what_a_program_needs(call: Call, country: Path) -> None:
    write_ruleset(
        country,
        requirements=[
            {"indicator": "grade_points", "target": {"at_least": 20}, "within": None, "topics": ["tcm"]},
            {"indicator": "rate", "target": {"at_most": 3.5}},
        ],
        indicators={**INDICATORS, "rate": {"title": "率", "kind": "institution", "unit": "percent"}},
    )
    said = call("rules", "export", "--ruleset", "jia-2024-1", "-o", "out.json")
    assert (said.code, said.out) == (0, "")
    first, second = json.loads(Path("out.json").read_text(encoding="utf-8"))
    assert (first["id"], first["comparator"], first["value"], first["unit"]) == (
        "jia-2024-1/1.1",
        "at_least",
        20,
        "count",
    )
    assert (first["binds"], first["force"], first["due"]) == ({"kind": "institution"}, "mandatory", None)
    assert (second["comparator"], second["value"], second["unit"]) == ("at_most", 3.5, "percent")
    assert json.loads(call("rules", "export", "--topic", "tcm").out) == [first]


def test_rules_counts_what_is_encoded(call: Call, country: Path) -> None:
    write_ruleset(
        country,
        requirements=[
            {"quote": "各医院必须做到", "topics": ["tcm", "finance"]},
            {"force": "strive", "topics": ["tcm"]},
        ],
        segments=ledger(SOURCE, "必须"),
    )
    said = call("rules", "coverage", "--format", "json")
    (found,) = json.loads(said.out).values()
    assert (said.code, found["segments"], found["requirements"]) == (0, 3, 2)
    assert (found["stretches"]["encoded"], found["stretches"]["informative"], found["stretches"]["pending"]) == (
        1,
        2,
        0,
    )
    assert found["forces"] == {"mandatory": 1, "strive": 1}
    assert found["topics"] == {"tcm": 2, "finance": 1}
    table = call("rules", "coverage", "jia-2024-1").out
    assert "jia-2024-1" in table
    assert ["句", "3"] in [line.split() for line in table.splitlines()]
    assert ["tcm", "2"] in [line.split() for line in table.splitlines()]


# -- validate ----------------------------------------------------------------------------------------------------------


def test_validate_says_what_is_right(call: Call, country: Path) -> None:
    write_ruleset(country)
    path = write(Path("a.yaml"), [institution(1), institution(2)])
    said = call("validate", path)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == ["2 份档案、0 份名册合规", "0 个问题"]


def test_validate_says_all_that_is_wrong(call: Call, country: Path) -> None:
    write_ruleset(country)
    write(Path("p/a.yaml"), institution(1, facts={"dome": 1}))
    write(Path("p/b.yaml"), institution(2, level="x"))
    said = call("validate", "p")
    assert said.code == 3
    assert said.out.splitlines() == ["0 份档案、0 份名册合规", "2 个问题"]
    assert len(said.err.splitlines()) == 2
    assert "是否指 `done`" in said.err


@pytest.mark.parametrize("place", ["draft", "installed"])
def test_validate_takes_a_ruleset_folder_installed_or_not(place: str, call: Call, country: Path) -> None:
    if place == "installed":
        folder = write_ruleset(country)
    else:
        named = {f"jia-2024-1.{name}": node for name, node in INDICATORS.items()}
        folder = write_ruleset(Path("draft"), indicators=named, requirements=[{"indicator": "jia-2024-1.done"}])
    said = call("validate", folder)
    assert (said.code, said.err, said.out) == (0, "", "0 个问题\n")


def test_validate_asks_for_the_namespace_of_what_is_not_shipped(call: Call, country: Path) -> None:
    said = call("validate", write_ruleset(Path("draft"), requirements=[{"indicator": "dome"}]))
    assert said.code == 3
    assert (
        "indicators.yaml:2:3: indicators.done：外部规则集的名称须带命名空间：请把 done 写成 jia-2024-1.done" in said.err
    )
    assert "`dome`" in said.err, "all problems come together"


def test_validate_gathers_what_is_wrong_with_a_ruleset(call: Call, country: Path) -> None:
    write_ruleset(country)
    folder = write_ruleset(
        Path("draft"), requirements=[{"indicator": "dome"}, {"due": "2025-02-30", "due_from": "clause"}]
    )
    write(folder / "examples" / "1.yaml", {"jia-2024-1/1.1": {"cases": [{"case": "甲", "is": "passed"}]}})
    write(folder / "clauses.yaml", {"segments": [{"clause": "一"}]})
    said = call("validate", folder)
    assert said.code == 3
    for words in ("是否指 `done`", "2025-02-30", "passed", "clauses.yaml:"):
        assert words in said.err


def test_validate_follows_the_related_requirements_of_other_documents(call: Call, country: Path) -> None:
    write_ruleset(country)
    folder = write_ruleset(
        Path("draft"), requirements=[{"related": ["yi-2024-1/1.1", "yi-2024-1/1.9", "bing-2024-1/1.1"]}]
    )
    write_ruleset(country, "yi-2024-1", indicators={})
    said = call("validate", folder)
    assert said.code == 3
    first, second = said.err.splitlines()
    assert "1.yaml:1:3: [0]：jia-2024-1/1.1：related：没有要求 yi-2024-1/1.9；是否指 yi-2024-1/1.1？" in first
    assert "没有安装规则集 bing-2024-1" in second


def test_validate_does_not_answer_for_the_faults_of_other_documents(call: Call, country: Path) -> None:
    write_ruleset(country)
    folder = write_ruleset(Path("draft"), requirements=[{"related": ["yi-2024-1/1.1"]}])
    write_ruleset(country, "yi-2024-1", indicators={}, requirements=[{"indicator": "dome"}])
    said = call("validate", folder)
    assert (said.code, said.err) == (0, "")


# -- schema ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_stands_alone(kind: str, call: Call, country: Path) -> None:
    write_ruleset(country)
    said = call("schema", kind)
    assert said.code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(said.out))


def test_the_schema_of_a_profile_knows_the_indicators_that_are_installed(call: Call, country: Path) -> None:
    write_ruleset(country)
    assert call("schema", "institution", "-o", "i.json").out == ""
    schema = json.loads(Path("i.json").read_text(encoding="utf-8"))
    assert set(schema["properties"]["facts"]["properties"]) == {"shared_beds", *INDICATORS}
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(institution())
    assert not validator.is_valid(institution(facts={"dome": True}))


# -- samples -----------------------------------------------------------------------------------------------------------


def test_the_samples_are_copied_whole_and_nothing_is_overwritten(call: Call, country: Path) -> None:
    write_ruleset(country)
    said = call("samples", "mine")
    shipped = {
        path.relative_to(shipped_samples())
        for path in shipped_samples().rglob("*")
        if path.suffix in (".yaml", ".xlsx")
    }
    assert said.code == 0
    assert {path.relative_to("mine") for path in Path("mine").rglob("*") if path.is_file()} == shipped
    assert f"{len(shipped)} 个示例文件" in said.out
    for path in shipped:
        assert (Path("mine") / path).read_bytes() == (shipped_samples() / path).read_bytes()
    (Path("mine") / sorted(shipped)[0]).write_text("mine", encoding="utf-8")
    again = call("samples", "mine")
    assert again.code == 2
    assert "已存在，不覆盖" in again.err
    assert (Path("mine") / sorted(shipped)[0]).read_text(encoding="utf-8") == "mine"


# -- examples ----------------------------------------------------------------------------------------------------------


def cases(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"jia-2024-1/1.1": {"cases": list(rows)}}


def test_examples_that_come_out_as_expected(call: Call, country: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"case": "做到", "facts": {"done": True}, "is": "met"},
        {"case": "未报", "is": "unknown"},
    ]
    write_ruleset(country, examples=cases(*rows))
    said = call("examples", "--engine", "reference")
    assert (said.code, said.out) == (0, "jia-2024-1：2 个例子，0 个不符，0 条要求没有例子（reference）\n")


def test_an_example_that_comes_out_otherwise_is_told_with_its_line(call: Call, country: Path) -> None:
    write_ruleset(country, examples=cases({"case": "做到", "facts": {"done": True}, "is": "unmet"}))
    said = call("examples", "jia-2024-1")
    assert said.code == 1
    assert "1.yaml:3:5: jia-2024-1/1.1「做到」：预期未达标，实际达标" in said.out


def test_a_requirement_without_example_is_told(call: Call, country: Path) -> None:
    write_ruleset(
        country, requirements=[{}, {}], examples=cases({"case": "做到", "facts": {"done": True}, "is": "met"})
    )
    said = call("examples")
    assert said.code == 1
    assert "jia-2024-1/1.2：没有例子" in said.out


@pytest.mark.parametrize(
    ("examples", "told"),
    [
        ({"jia-2024-1/9.9": {"cases": [{"case": "甲", "is": "met"}]}}, "没有要求 jia-2024-1/9.9"),
        (cases({"case": "甲", "facts": {"dome": True}, "is": "met"}), "是否指 `done`"),
        (cases({"case": "甲", "fields": {"levle": "tertiary"}, "is": "met"}), "是否指 `level`"),
        (cases({"case": "甲", "facts": {"grade_points": 1.5}, "is": "met"}), "小数位数多于 0 位"),
        (cases({"case": "甲", "period": "2024-02-30", "is": "met"}), "“2024-02-30”不是日历上的时期"),
        (cases({"case": "甲", "earlier": {"2025..2023": {}}, "is": "met"}), "2025..2023"),
    ],
)
def test_an_example_that_cannot_be_run_is_refused(
    examples: dict[str, Any], told: str, call: Call, country: Path
) -> None:
    write_ruleset(country, examples=examples)
    said = call("examples")
    assert said.code == 3
    assert told in said.err
    assert "1.yaml" in said.err


@pytest.mark.parametrize(
    ("document", "keys", "year"),
    [
        ({}, {}, "2025"),
        ({"date": "2021-05-01"}, {}, "2022"),
        ({"date": "2021-05-01", "horizon": "2021..2023"}, {}, "2023"),
        ({"horizon": "2021..2023"}, {"due": "2022-12-31", "due_from": "clause"}, "2022"),
    ],
)
def test_the_period_of_an_example_that_names_none(
    document: dict[str, Any], keys: dict[str, Any], year: str, call: Call, country: Path
) -> None:
    """Told by a demand of every year, which only the judged year can miss."""
    examples = cases(
        {
            "case": "当年",
            "facts": {"done": False},
            "earlier": {str(int(year) - 1): {"facts": {"done": True}}},
            "is": "unmet",
        },
        {
            "case": "当年做到",
            "facts": {"done": True},
            "earlier": {str(int(year) - 1): {"facts": {"done": True}}},
            "is": "met",
        },
    )
    span = f"{int(year) - 1}..{year}"
    write_ruleset(country, requirements=[{"every_year": span, **keys}], examples=examples, **document)
    said = call("examples")
    assert said.code == 0, said.out


# -- verify ------------------------------------------------------------------------------------------------------------

SOURCE = "甲省关于若干事项的通知\n一、总则\n各医院必须做到。\n"


def ledger(text: str, encoded: str) -> Sequence[dict[str, Any]]:
    return [
        {
            "clause": part.clause,
            "at": part.at,
            "opens": part.text[:6],
            "sha256": part.sha256,
            "stretches": [
                {"opens": part.text[:6], "chars": len(part.text)}
                | ({"status": "encoded", "requirements": ["jia-2024-1/1.1"]} if encoded in part.text else {"status": "informative"})
            ],
        }
        for part in segment(text)
    ]  # fmt: skip


def write_verifiable(country: Path) -> None:
    write_ruleset(country, requirements=[{"quote": "各医院必须做到"}], segments=ledger(SOURCE, "必须"))


def test_a_ruleset_that_agrees_with_its_source(call: Call, country: Path) -> None:
    write_verifiable(country)
    write_ruleset(country, "yi-2024-1", indicators={})
    write(Path("texts/jia-2024-1.txt"), SOURCE)
    said = call("verify", "--sources", "texts")
    assert said.code == 0, said.out
    assert said.out.splitlines() == [
        "jia-2024-1：3 句、3 段、1 条要求，0 个问题，0 段待处理",
        "yi-2024-1：没有原文 yi-2024-1.txt，跳过",
    ]


def test_what_is_pending_is_said_and_is_no_problem(call: Call, country: Path) -> None:
    segments = ledger(SOURCE, "必须")
    write(Path("texts/jia-2024-1.txt"), SOURCE)
    for entry in segments[:1]:
        entry["stretches"][0]["status"] = "pending"
    write_ruleset(country, requirements=[{"quote": "各医院必须做到"}], segments=segments)
    some = call("verify", "--sources", "texts")
    assert (some.code, some.err.startswith("提示：jia-2024-1 有 1 段待处理（共 3 段）")) == (0, True)
    for entry in segments:
        entry["stretches"][0] |= {"status": "pending"}
        entry["stretches"][0].pop("requirements", None)
    write_ruleset(country, requirements=[], segments=segments)
    said = call("verify", "jia-2024-1", "--sources", "texts")
    assert (said.code, said.out) == (0, "jia-2024-1：3 句、3 段、0 条要求，0 个问题，3 段待处理\n")
    assert said.err.startswith("提示：jia-2024-1 的 3 段全部待处理")
    assert "C106" in said.err
    assert call("lint", "jia-2024-1").code == 1


def test_a_ruleset_that_does_not_is_told_where(call: Call, country: Path) -> None:
    write_verifiable(country)
    write(Path("texts/jia-2024-1.txt"), SOURCE.replace("做到", "办到"))
    said = call("verify", "jia-2024-1", "--sources", "texts")
    assert said.code == 1
    assert "jia-2024-1 一 第 2 句（原文第 3 行）：" in said.out
    assert "jia-2024-1/1.1：" in said.out


def test_a_sentence_that_is_gone_has_no_line(call: Call, country: Path) -> None:
    write_verifiable(country)
    write(Path("texts/jia-2024-1.txt"), SOURCE.partition("各医院")[0])
    said = call("verify", "--sources", "texts")
    assert said.code == 1
    assert "jia-2024-1 一 第 2 句：" in said.out


@pytest.mark.parametrize("words", [(), ("jia-2024-1",)])
def test_without_source_there_is_nothing_to_verify(words: tuple[str, ...], call: Call, country: Path) -> None:
    write_verifiable(country)
    Path("texts").mkdir()
    said = call("verify", *words, "--sources", "texts")
    assert said.code == 2
    assert "原文" in said.err


def test_the_name_of_a_source_may_be_its_own(call: Call, country: Path) -> None:
    write_ruleset(
        country, requirements=[{"quote": "各医院必须做到"}], segments=ledger(SOURCE, "必须"), source="notice.txt"
    )
    write(Path("texts/notice.txt"), "\ufeff" + SOURCE)
    assert call("verify", "--sources", "texts").code == 0


# -- help and language -------------------------------------------------------------------------------------------------


def test_the_list_of_commands_imports_none(call: Call, country: Path) -> None:
    said = call("--help")
    assert said.code == 0
    assert "评定档案，列出差距" in said.out


@pytest.mark.parametrize("words", [("--lang", "en"), ("--lang=en",)])
def test_the_language_may_stand_anywhere(words: tuple[str, ...], call: Call, country: Path) -> None:
    write_ruleset(country)
    path = write(Path("a.yaml"), institution())
    said = call("check", *words, path, *AS_OF)
    assert "Document jia-2024-1" in said.out
    assert "文件jia-2024-1" in call("check", path, *AS_OF).out


def test_a_language_that_is_not_spoken_is_told_in_chinese(call: Call, country: Path) -> None:
    said = call("check", "a.yaml", "--lang", "fr")
    assert said.code == 2
    assert said.err.startswith("错误：")


def test_what_is_written_is_utf_8_whatever_the_terminal_says(call: Call, country: Path) -> None:
    write_ruleset(country)
    call("schema", "document", "-o", "d.json")
    assert "文件" in Path("d.json").read_text(encoding="utf-8")
    assert yaml.safe_load(Path("d.json").read_text(encoding="utf-8"))["$id"].endswith("document")
