"""A small invented document with every outcome, and the profiles that it is held against: what report tests are made on."""

from __future__ import annotations

from pathlib import Path

from tests.unit.invented import institution, institution_id, write, write_ruleset

AS_OF = "2025-06-30"

INDICATORS = {
    "done": {
        "title": "已做到",
        "title_en": "Done",
        "kind": "institution",
        "unit": "yes_no",
        "department": "医务部",
        "data_system": "病案首页",
        "evidence": ["文件副本", "现场照片"],
    },
    "aspects": {"title": "管理事项", "title_en": "Aspects", "kind": "institution", "list": "aspect"},
    "beds": {"title": "床位", "title_en": "Beds", "kind": "institution", "unit": "count", "department": "财务部"},
    "done_share": {
        "title": "做到的机构占比",
        "title_en": "Share of institutions that did it",
        "kind": "region",
        "unit": "percent",
        "share": {"of": "institution", "where": {"class": "hospital"}, "having": {"done": True}},
    },
    "income": {"title": "服务收入", "title_en": "Service income", "kind": "region", "unit": "yuan"},
    "total": {"title": "总收入", "title_en": "Total income", "kind": "region", "unit": "yuan"},
    "income_share": {
        "title": "服务收入占比",
        "title_en": "Share of service income",
        "kind": "region",
        "unit": "percent",
        "ratio": {"of": "income", "to": "total"},
    },
    "plan": {"title": "规划", "title_en": "Plan", "kind": "region", "unit": "yes_no"},
}
TYPES = {
    "aspect": {"title": "事项", "title_en": "Aspect", "list": {"staff": ["人事", "Staff"], "money": ["财务", "Money"]}}
}
REGION = {"kind": "region", "tier": "county"}


def write_report_country(root: Path, work: Path) -> Path:
    """Installs the document under ``root`` and writes the profiles to ``work``; gives the file of the profiles."""
    write_ruleset(
        root,
        "x",
        requirements=[
            {"title": "每家做到", "title_en": "Each does it", "quote": "每家机构均须做到", "responsible": ["卫生局"]},
            {
                "title": "事项齐全",
                "indicator": "aspects",
                "target": {"includes": ["staff", "money"]},
                "force": "strive",
            },
            {
                "title": "床位",
                "indicator": "beds",
                "target": {"at_least": 1000},
                "due": "2026-12-31",
                "due_from": "clause",
            },
            {
                "title": "民营",
                "binds": {"kind": "institution", "where": {"ownership": "private"}},
                "indicator": "beds",
                "target": {"at_least": 1},
            },
            {"title": "管理良好", "target": {"needs_review": "“良好”没有标准 | 请判断"}, "indicator": "done"},
            {
                "title": "做到的占比",
                "quote": "做到的机构占比达到85%",
                "clause": "二（一）7",
                "binds": REGION,
                "indicator": "done_share",
                "target": {"at_least": 85},
                "unit": "percent",
                "due": "2024-12-31",
                "due_from": "clause",
                "responsible": ["卫生局", "财政局"],
                "reading": "占比约束县，不约束单个机构。",
                "topics": ["finance"],
            },
            {
                "title": "服务收入占比",
                "clause": "二（一）8",
                "binds": REGION,
                "indicator": "income_share",
                "target": {"at_least": 30},
                "unit": "percent",
            },
            {"title": "有规划", "binds": REGION, "indicator": "plan"},
        ],
        indicators=INDICATORS,
        types=TYPES,
        number="甲政〔2024〕1号",
        horizon="2023..2025",
    )
    hospital = {"class": "hospital", "ownership": "public"}
    profiles = [
        institution(
            1, name="=cmd|'/c calc'!A1", **hospital, facts={"done": True, "beds": {"value": 1200, "source": "年报"}}
        ),
        institution(
            2,
            name="<script>alert(1)</script>",
            **hospital,
            facts={"done": False, "aspects": {"staff": True, "money": False}},
        ),
        institution(3, name="名]]>\u202e字", **hospital, facts={"beds": 999}),
        {
            "id": "990101",
            "kind": "region",
            "name": "东县",
            "tier": "county",
            "period": "2024",
            "facts": {
                "income": {"value": 2499, "source": "财务年报", "evidence": ["报表第3页"]},
                "total": {"value": 10000, "source": "财务年报"},
            },
        },
    ]
    rows = [
        {"id": institution_id(n), "name": f"机构{n}", "kind": "institution", "region": "990101", "class": "hospital"}
        for n in (1, 2, 3, 4)
    ]
    write(
        work / "roster.yaml",
        {"title": "机构名册", "source": "编造", "jurisdiction": "990000", "complete": ["institution"], "rows": rows},
    )
    return write(work / "profiles.yaml", profiles)
