"""What a run says of itself when all parts are there: the summary, and the table of requirements beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from gradeeval.batch.gaps import target_text
from gradeeval.batch.running import PART, SUMMARY, Installed, Job, folder_of, plain_json
from gradeeval.batch.writing import write
from gradeeval.files.writing import write_whole
from gradeeval.language.nodes import Reach, Requirement
from gradeeval.language.scope import Scope

REQUIREMENTS = "requirements.parquet"


def summarise(
    jobs: Sequence[Job],
    installed: Installed,
    asked: Mapping[str, Any],
    counts: Mapping[str, int],
    by: Mapping[str, str],
) -> dict[str, Any]:
    """The summary of all parts, and the table of requirements beside it; written, and given back."""
    out = jobs[0].out
    parts = [json.loads((folder_of(out, job.part) / PART).read_bytes()) for job in jobs]
    summary, requirements = summary_of(parts, installed, asked, counts, by)
    (out / REQUIREMENTS).write_bytes(requirements)
    write_whole(out / SUMMARY, plain_json(summary))
    return summary


def summary_of(
    parts: Iterable[dict[str, Any]],
    installed: Installed,
    asked: Mapping[str, Any],
    counts: Mapping[str, int],
    by: Mapping[str, str],
) -> tuple[dict[str, Any], bytes]:
    """The summary of what is said beside the results of all parts, and the bytes of the table of requirements."""
    names = {row.id: row.name for roster in installed.rosters for row in roster.rows if row.kind == "region"}
    told = sorted(parts, key=lambda part: str(part["part"]))
    for part in told:
        part["folder"] = folder_of(Path(), part["part"]).as_posix()
        part["name"] = names.get(part["part"], part["part"])
    table = BytesIO()
    used = sorted({id for part in told for id in part["documents"]})
    write(_requirements(installed, used), table)
    summary = {
        **asked,
        "counts": dict(counts),
        "parts": told,
        "requirements": {"path": REQUIREMENTS, "sha256": hashlib.sha256(table.getvalue()).hexdigest()},
        "produced_by": dict(by),
    }
    return summary, table.getvalue()


def _requirements(installed: Installed, documents: Sequence[str]) -> pl.DataFrame:
    scope = installed.scope
    rows = []
    for id in documents:
        for item in installed.load(id).requirements:
            title, title_en = scope.title(item.indicator, item.binds.kind)
            if item.title is not None:
                title, title_en = item.title, item.title_en
            rows.append(
                {
                    "requirement": item.id,
                    "document": item.document,
                    "document_title": installed.documents[id].title,
                    "document_title_en": installed.documents[id].title_en,
                    "clause": item.clause,
                    "title": title,
                    "title_en": title_en,
                    "kind": item.binds.kind,
                    "tier": item.binds.tier,
                    "type": item.binds.type,
                    "indicator": item.indicator,
                    "target": target_text(item),
                    "unit": scope.types[item.indicator].unit if item.indicator in scope.types else None,
                    "force": item.force,
                    "due": item.due,
                    "within": str(item.within) if item.within else None,
                    "every_year": str(item.every_year) if item.every_year else None,
                    "part_kind": _part_kind(scope, item),
                    "replaces": item.replaces,
                    "stricter_than": item.stricter_than,
                    "extends": item.extends,
                    "basis": item.basis,
                    "topics": list(item.topics),
                }
            )
    texts = (
        "requirement",
        "document",
        "document_title",
        "document_title_en",
        "clause",
        "title",
        "title_en",
        "kind",
        "tier",
        "type",
        "indicator",
        "target",
        "unit",
        "force",
        "due",
        "within",
        "every_year",
        "part_kind",
        "replaces",
        "stricter_than",
        "extends",
        "basis",
    )
    return pl.DataFrame(rows, schema={**dict.fromkeys(texts, pl.String), "topics": pl.List(pl.String)})


def _part_kind(scope: Scope, requirement: Requirement) -> str | None:
    """What a share, count or sum goes over."""
    indicator = scope.indicators.get(requirement.indicator)
    of = getattr(indicator.formula, "of", None) if indicator is not None else None
    return of.kind if isinstance(of, Reach) else None
