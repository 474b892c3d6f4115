"""``gradeeval draft`` as a user meets it: the folder it writes, what the other commands say of it, what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.acceptance.conftest import Call
from tests.unit.invented import write, write_ruleset

TEXT = """甲省人民政府办公厅
关于印发甲省三年行动计划（2023—2025年）的通知
甲政办〔2023〕31号
各市人民政府：
甲省人民政府办公厅
2023年7月12日
一、总体要求
以人民健康为中心。
二、重点任务
（一）优化资源配置。
1.完善老年服务。二级及以上医院老年医学科设置比例达到85%，鼓励转型为护理院；每个县（市）至少设置1所安宁疗护机构（病区）。（责任单位：民政厅、卫生健康委）
2.建设专科。到2024年底，力争培育30个专科、20个县级专科。建立评价制度。
"""
ID = "my-2025-1"


@pytest.fixture
def document(country: Path) -> Path:
    path = Path("通知.txt")
    path.write_text(TEXT, encoding="utf-8")
    return path


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_folder_is_written_that_validates_and_verifies(call: Call, country: Path, document: Path) -> None:
    said = call("draft", document, "-o", ID)
    assert said.code == 0, said.err
    assert "甲省三年行动计划（2023—2025年）" in said.out
    assert "编码：utf-8" in said.err
    written = tree(Path(ID))
    assert set(written) == {
        "document.yaml",
        "clauses.yaml",
        "draft-notes.md",
        f"source/{ID}.txt",
        "candidates/2.1.yaml",
        "candidates/indicators.yaml",
    }
    checked = call("validate", ID)
    assert checked.code == 0, checked.err
    assert "还有候选要求" in checked.err
    verified = call("verify", ID, "--sources", Path(ID, "source"))
    assert verified.code == 0, verified.out
    assert "0 条要求，0 个问题" in verified.out
    ledger = yaml.safe_load(written["clauses.yaml"])["segments"]
    statuses = [stretch["status"] for entry in ledger for stretch in entry["stretches"]]
    assert set(statuses) == {"pending"}
    assert f"{len(statuses)} 段待处理" in verified.out


def test_the_document_and_the_candidates_say_what_the_text_says(call: Call, country: Path, document: Path) -> None:
    call("draft", document, "-o", ID)
    about = yaml.safe_load(Path(ID, "document.yaml").read_text(encoding="utf-8"))
    assert {key: str(value) for key, value in about.items()} == {
        "id": ID,
        "title": "甲省三年行动计划（2023—2025年）",
        "number": "甲政办〔2023〕31号",
        "issuer": "甲省人民政府办公厅",
        "date": "2023-07-12",
        "jurisdiction": "990000",
        "horizon": "2023..2025",
        "about_tolerance": "5",
        "source": f"{ID}.txt",
    }
    items = yaml.safe_load(Path(ID, "candidates", "2.1.yaml").read_text(encoding="utf-8"))
    assert all(item["candidate"] is True and item["open"] for item in items)
    first, turned, each, thirty, twenty, rules = items
    assert first["quote"] == "二级及以上医院老年医学科设置比例达到85%"
    assert (first["id"], first["clause"]) == (f"{ID}/2.1.1-a", "二（一）1")
    assert (first["target"], first["unit"], first["force"]) == ({"at_least": 85}, "percent", "mandatory")
    assert first["responsible"] == ["民政厅", "卫生健康委"]
    assert (turned["force"], set(turned["target"])) == ("encourage", {"needs_review"})
    assert (each["quote"], each["binds"]) == (
        "每个县（市）至少设置1所安宁疗护机构（病区）",
        {"kind": "region", "tier": "county"},
    )
    assert (str(thirty["due"]), thirty["due_from"], thirty["force"]) == ("2024-12-31", "clause", "strive")
    assert twenty["quote"] == "到2024年底，力争培育30个专科、20个县级专科"
    assert "unit" not in rules
    stubs = yaml.safe_load(Path(ID, "candidates", "indicators.yaml").read_text(encoding="utf-8"))["indicators"]
    assert [item["indicator"] for item in items] == list(stubs)


def test_the_same_document_gives_the_same_bytes(call: Call, country: Path, document: Path) -> None:
    call("draft", document, "-o", ID)
    first = tree(Path(ID))
    Path(ID).rename("first")
    call("draft", document, "-o", ID)
    assert tree(Path(ID)) == first


def test_candidates_are_never_judged_and_say_so(call: Call, country: Path, document: Path) -> None:
    call("draft", document, "-o", country / ID)
    Path("p.yaml").write_text('{id: "990000", kind: region, tier: province, period: "2024"}', encoding="utf-8")
    said = call("check", "p.yaml")
    assert said.code == 5
    assert f"规则集 {ID} 还有候选要求" in said.err


def test_a_candidate_that_is_copied_unchanged_is_refused(call: Call, country: Path, document: Path) -> None:
    call("draft", document, "-o", ID)
    (Path(ID) / "requirements").mkdir()
    (Path(ID) / "requirements" / "2.1.yaml").write_bytes((Path(ID) / "candidates" / "2.1.yaml").read_bytes())
    said = call("validate", ID)
    assert said.code == 3
    assert "candidate" in said.err


def test_faults_of_candidates_are_found(call: Call, country: Path) -> None:
    folder = write_ruleset(Path(ID).parent, ID)
    item = {
        "id": f"{ID}/1.1",
        "candidate": True,
        "clause": "一",
        "quote": "引",
        "binds": {"kind": "institution"},
        "indicator": "x",
        "target": True,
        "due_from": "none",
        "force": "mandatory",
    }
    requirements = yaml.safe_load(next((folder / "requirements").glob("*.yaml")).read_text(encoding="utf-8"))
    settled = {**item, "id": requirements[0]["id"]}
    page = folder / "candidates" / "1.yaml"
    write(page, [item, settled, {**item, "id": "other-1/1"}])
    said = call("validate", folder)
    assert said.code == 3
    assert "已是要求" in said.err
    assert f"须以 {ID}/ 开头" in said.err
    write(page, [{**item, "candidate": False}])
    write(folder / "candidates" / "indicators.yaml", {"indicators": 3})
    said = call("validate", folder)
    assert "candidate：应为 true" in said.err
    assert "indicators.yaml" in said.err


def test_nothing_is_overwritten(call: Call, country: Path, document: Path) -> None:
    Path(ID).mkdir()
    assert call("draft", document, "-o", ID).code == 0
    before = tree(Path(ID))
    said = call("draft", document, "-o", ID)
    assert (said.code, tree(Path(ID))) == (2, before)
    assert "不覆盖" in said.err
    Path("afile").write_text("x", encoding="utf-8")
    assert call("draft", document, "-o", "afile").code == 2
    assert Path("afile").read_text(encoding="utf-8") == "x"
    Path("elsewhere").mkdir()
    Path("linked").symlink_to("elsewhere")
    assert call("draft", document, "-o", "linked").code == 2
    assert not list(Path("elsewhere").iterdir())
    assert sorted(path.name for path in Path().iterdir()) == sorted([ID, "afile", "elsewhere", "linked", "通知.txt"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("-o", "My City"), "文件编号 My City 须是"),
        (("-o", "2025-my"), "文件编号 2025-my 须是"),
        (("-o", "shared"), "不能作文件编号"),
        (("-o", "con"), "Windows"),
        (("-o", "my-1", "--jurisdiction", "乙市"), "6 位行政区划代码"),
        (("-o", "my-1", "--horizon", "2025..2023"), "规划期须写成"),
        (("-o", "my-1", "--horizon", "2025.."), "规划期须写成"),
        (("-o", "my-1", "--encoding", "klingon"), "没有名为 klingon"),
        ((), "-o"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: tuple[str, ...], says: str, call: Call, document: Path) -> None:
    said = call("draft", document, *words)
    assert said.code in (2, 3)
    assert says in said.err
    assert [path.name for path in Path().iterdir()] == [document.name]


def test_folders_that_are_missing_are_made(call: Call, document: Path) -> None:
    said = call("draft", document, "-o", f"a/b/{ID}")
    assert said.code == 0, said.err
    assert Path("a/b", ID, "document.yaml").is_file()


def test_what_a_person_says_is_taken(call: Call, document: Path) -> None:
    said = call("draft", document, "-o", ID, "--jurisdiction", "110000", "--horizon", "2030")
    assert said.code == 0
    about = Path(ID, "document.yaml").read_text(encoding="utf-8")
    assert 'jurisdiction: "110000"' in about
    assert 'horizon: "2030"' in about


def test_a_region_that_cannot_be_told_is_asked_for(call: Call, country: Path) -> None:
    Path("a.txt").write_text("关于某事的通知\n一、甲。\n建成3所医院。\n", encoding="utf-8")
    said = call("draft", "a.txt", "-o", ID)
    assert said.code == 2
    assert "--jurisdiction" in said.err


def test_an_unreadable_document_is_invalid_content(call: Call, country: Path) -> None:
    Path("a.docx").write_bytes(b"PK\x03\x04")
    said = call("draft", "a.docx", "-o", ID)
    assert said.code == 3
    assert said.err.startswith("a.docx: 文档已损坏")
    assert not Path(ID).exists()


def test_in_english(call: Call, document: Path) -> None:
    said = call("draft", document, "-o", ID, "--lang", "en")
    assert said.code == 0
    assert "candidate" in said.out
    assert "What was read" in Path(ID, "draft-notes.md").read_text(encoding="utf-8")
