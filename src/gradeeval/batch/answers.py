"""Questions about the results of a run, answered by DuckDB on its Parquet files; the same can be asked in plain SQL."""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from gradeeval.batch.running import FORMAT, SUMMARY, folder_of
from gradeeval.engines.columnar.codes import MEANING
from gradeeval.engines.judgement import ERROR, NOT_BEGUN, UNKNOWN, UNMET
from gradeeval.errors import InvalidContent, Misuse, NotFound
from gradeeval.findings.relations import Standing, told
from gradeeval.messages import _, chosen, listed, nearest
from gradeeval.problems import Problem
from gradeeval.vocabulary import KINDS

FILES = (
    *("subjects", "verdicts", "gaps", "rollup", "figures", "children", "contributors", "members", "parts", "places"),
)
_FORCES = "['mandatory', 'in_principle', 'strive', 'encourage', 'explore', 'permit']"
_TIERS = ("county", "prefecture", "province")
_RANGES = {"gaps": ("actual", "gap", "shortfall"), "children": ("actual",)}
_RANGES["figures"] = (*_RANGES["gaps"], "computed", "reported", "before")
"""The figures of which files hold the upper end only where it is another than the lower one, by file."""
_NAMES = ("numerator", "denominator", *(f"{name}_{end}" for name in _RANGES["gaps"] for end in ("lo", "hi")))
_FIGURES = ", ".join((*_NAMES, "unit AS shortfall_unit"))
_NO_FIGURES: Mapping[str, Any] = dict.fromkeys((*_NAMES, "shortfall_unit"))
_PLACE = "concat_ws(' ', nullif(v.name, s.name), nullif(f.name, s.name), nullif(c.name, s.name))"
"""The regions around a subject by name, the widest first; ``_AROUND`` joins them."""
_AROUND = " ".join(
    f"LEFT JOIN (SELECT region, min(name) AS name FROM places GROUP BY region) {short} ON {short}.region = s.{tier}"  # noqa: S608
    for short, tier in (("v", "province"), ("f", "prefecture"), ("c", "county"))
)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which gaps are asked for; None is any. ``limit`` 0 is all."""

    county: str | None = None
    region: str | None = None
    requirement: str | None = None
    document: str | None = None
    kind: str | None = None
    outcome: str | None = UNMET
    limit: int = 0


class Results:
    """The finished results in a folder. Raises ``NotFound``, ``Misuse`` and ``InvalidContent`` where there are none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.summary = _summary(folder)
        self._database = duckdb.connect()
        for name in FILES:
            self._view(name, [folder_of(folder, part["part"]) / f"{name}.parquet" for part in self.summary["parts"]])
        self._view("requirements", [folder / "requirements.parquet"])

    def _view(self, name: str, paths: Sequence[Path]) -> None:
        files = ", ".join(_text(_quoted(path)) for path in paths)
        both = "".join(f", {one} AS {one}_lo, coalesce({one}_to, {one}) AS {one}_hi" for one in _RANGES.get(name, ()))
        without = ", ".join(f"{one}, {one}_to" for one in _RANGES.get(name, ()))
        columns = f"* EXCLUDE ({without}){both}" if both else "*"
        self._run(f"CREATE VIEW {name} AS SELECT {columns} FROM read_parquet([{files}])")  # noqa: S608 - names of our own

    def _run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        try:
            return self._database.execute(sql, list(values))
        except duckdb.Error as fault:
            reason = str(fault).splitlines()[0]
            sentence = _("结果文件缺失或已损坏（{reason}）；请重新评定").format(reason=reason)
            raise InvalidContent([Problem(sentence, str(self.folder))]) from None

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """What plain SQL answers on the views. Raises ``InvalidContent`` where the files do not."""
        found = self._run(sql, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def gaps(self, sought: Sought) -> tuple[list[Row], int]:
        """The gaps in an area, the binding ones first and of each requirement the largest first; and how many there are."""
        clauses, values = ["TRUE"], []
        if sought.county is not None:
            clauses.append("s.county = ?")
            values.append(self.region(sought.county, "county"))
        if sought.region is not None:
            clauses.append("? IN (s.id, s.region, s.county, s.prefecture, s.province)")
            values.append(self.region(sought.region))
        lacking, within = "gaps", list[Any]()
        if sought.outcome != UNMET:
            lacking, within = self._with_unknown(sought, " AND ".join(clauses), values)
        if sought.requirement is not None:
            self.requirement(sought.requirement)
        for name, value in (
            ("g.requirement", sought.requirement),
            ("r.document", sought.document),
            ("g.kind", sought.kind),
            ("g.outcome", sought.outcome),
        ):
            if value is not None:
                clauses.append(f"{name} = ?")
                values.append(value)
        where = " AND ".join(clauses)
        source = (
            f"FROM {lacking} g JOIN subjects s USING (kind, id) JOIN requirements r USING (requirement) WHERE {where}"
        )
        values = [*within, *values]
        total = self.rows(f"SELECT count(*) AS n {source}", values)[0]["n"]
        limit = f" LIMIT {sought.limit}" if sought.limit else ""
        rows = self.rows(
            f"""SELECT kind, id, s.name, s.period, s.county, s.prefecture, requirement, r.title, r.title_en, r.force, r.due,
            g.outcome, r.indicator, r.every_year, r.target, r.unit, r.part_kind, {_FIGURES.replace("unit AS", "g.unit AS")} {source}
            ORDER BY list_position({_FORCES}, r.force), requirement, g.shortfall_lo DESC NULLS LAST, kind, id{limit}""",
            values,
        )
        return rows, total

    def _with_unknown(self, sought: Sought, area: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """The gaps and all that is unknown, as SQL and its values: what has no figures stands in the codes alone.

        ``area`` and its ``values`` say of which subjects ``s``: only their codes are made rows of.
        """
        codes = ", ".join(str(code) for code, (outcome, _reason) in MEANING.items() if outcome == UNKNOWN)
        asked = self.rows(
            "SELECT requirement FROM requirements WHERE requirement = coalesce(?, requirement) AND document = coalesce(?, document)",
            [sought.requirement, sought.document],
        )
        cells = []
        for kind in KINDS if sought.kind is None else (sought.kind,):
            paths = [_quoted(folder / f"{kind}.parquet") for folder in self._folders()]
            files = f"read_parquet([{', '.join(_text(path) for path in paths)}], union_by_name = true)"
            there = {row["column_name"] for row in self.rows(f"DESCRIBE FROM {files}")}
            names = [row["requirement"].replace('"', '""') for row in asked if row["requirement"] in there]
            if names:
                columns = ", ".join(f'"{name}"' for name in names)
                own = f"SELECT id, {columns} FROM {files} WHERE id IN (SELECT id FROM subjects s WHERE {area})"  # noqa: S608
                cells.append(
                    f"""SELECT '{kind}' AS kind, id, requirement FROM (UNPIVOT ({own})
                    ON {columns} INTO NAME requirement VALUE code) WHERE code IN ({codes})"""  # noqa: S608
                )
        if not cells:
            return "gaps", []
        # What has figures is in the gaps already.
        sql = f"""(SELECT * FROM gaps UNION ALL BY NAME SELECT cells.*, '{UNKNOWN}' AS outcome FROM ({" UNION ALL ".join(cells)}) cells
            ANTI JOIN (SELECT kind, id, requirement FROM gaps WHERE outcome = '{UNKNOWN}') f USING (kind, id, requirement))"""  # noqa: S608
        return sql, [*values] * len(cells)

    def ranking(self, requirement: str, region: str | None = None, tier: str | None = None) -> list[Row]:
        """Areas ranked by a requirement, the best first.

        Of a target on an area its parts by the same figure, or else the areas themselves; of a requirement that binds
        institutions or other parts each area by the share of parts that meet it, of those to which it applies.
        """
        self.requirement(requirement)
        code = self.region(region) if region is not None else None
        inside = "WHERE p.tier = coalesce(?, p.tier)"
        values: list[Any] = [requirement, tier]
        if code is not None:
            inside += " AND ? IN (s.id, s.region, s.county, s.prefecture, s.province)"
            values.append(code)
        children = self.rows(
            f"""SELECT c.part AS id, coalesce(p.name, c.part) AS name, p.tier, c.actual_lo, c.actual_hi, c.effect, c.id AS whole, c.rank, r.unit
            FROM (SELECT * FROM children WHERE requirement = ?) c JOIN requirements r USING (requirement) LEFT JOIN places p ON p.region = c.part
            LEFT JOIN subjects s ON s.kind = 'region' AND s.id = c.part {inside}
            ORDER BY whole, rank NULLS LAST, c.part""",  # noqa: S608
            values,
        )
        if children:
            return children
        figures = self.rows(
            f"""SELECT s.id, s.name, s.tier, f.outcome, f.actual_lo, f.actual_hi, f.have, f.lack, f.unsure, f.pace, r.target, r.unit
            FROM (SELECT * FROM figures WHERE requirement = ?) f JOIN subjects s USING (kind, id)
            JOIN requirements r USING (requirement) LEFT JOIN places p ON p.region = s.region {inside}""",  # noqa: S608
            values,
        )
        if figures:
            return _ranked(figures)
        return self.rows(
            f"""SELECT s.id, s.name, s.tier, t.parts, t.met, t.unmet, t.unknown, t.absent, t.share,
            rank() OVER (PARTITION BY s.kind, s.tier ORDER BY t.share DESC) AS rank
            FROM (SELECT kind, id, sum(parts)::BIGINT AS parts, sum(parts) FILTER (outcome = 'met')::BIGINT AS met,
            sum(parts) FILTER (outcome = 'unmet')::BIGINT AS unmet, sum(parts) FILTER (outcome NOT IN ('met', 'unmet'))::BIGINT AS unknown,
            sum(absent)::BIGINT AS absent, 100 * coalesce(met, 0) / sum(parts) AS share
            FROM rollup WHERE requirement = ? GROUP BY ALL) t JOIN subjects s USING (kind, id)
            LEFT JOIN places p ON p.region = s.region {inside}
            ORDER BY s.kind DESC, list_position(['province', 'prefecture', 'county'], s.tier), rank, s.id""",  # noqa: S608
            values,
        )

    def subject(self, id: str) -> Row:
        """Who a subject is, its verdicts and all its findings; ``NotFound`` where nobody has the id."""
        of = f"SELECT s.*, {_PLACE} AS place FROM subjects s {_AROUND} WHERE s.id = ? ORDER BY kind"  # noqa: S608
        who = self.rows(of, [id])
        if not who:
            near = self.rows("SELECT id FROM subjects ORDER BY levenshtein(id, ?), id LIMIT 1", [id])
            hint = _("；是否指 {near}？").format(near=near[0]["id"]) if near else ""
            raise NotFound(_("结果中没有编号为 {id} 的对象{hint}").format(id=id, hint=hint))
        subject = who[0]
        verdicts = self.rows("SELECT document, verdict FROM verdicts WHERE kind = ? AND id = ?", [subject["kind"], id])
        gaps: dict[str, Row] = {}
        for name in ("gaps", "figures"):  # of regions and networks there are figures of what is met as well
            of = f"SELECT requirement, {_FIGURES} FROM {name} WHERE kind = ? AND id = ?"  # noqa: S608
            gaps |= {row["requirement"]: row for row in self.rows(of, [subject["kind"], id])}
        asked = {row["requirement"]: row for row in self.rows("SELECT * FROM requirements")}
        findings = []
        for name, code in self._codes(subject["kind"], id).items():
            if code is not None and name in asked:
                outcome, reason = MEANING[code]
                gap = {**_NO_FIGURES, **gaps.get(name, {})}
                about = asked[name]
                kept = (
                    "requirement",
                    "clause",
                    "title",
                    "title_en",
                    "indicator",
                    "force",
                    "due",
                    "every_year",
                    "target",
                )
                said = {
                    **{key: about[key] for key in kept},
                    "unit": about["unit"],
                    "outcome": outcome,
                    "reason": reason,
                }
                said["overdue"] = _overdue(said, self.summary["as_of"])
                findings.append({**said, **gap})
        _relate(findings, asked)
        return {
            "subject": subject,
            "verdicts": {row["document"]: row["verdict"] for row in verdicts},
            "findings": findings,
        }

    def _codes(self, kind: str, id: str) -> dict[str, int | None]:
        for folder in self._folders():
            found = self.rows("SELECT * FROM read_parquet(?) WHERE id = ?", [_quoted(folder / f"{kind}.parquet"), id])
            if found:
                return {name: code for name, code in found[0].items() if name != "id"}
        return {}

    def _folders(self) -> Iterator[Path]:
        return (folder_of(self.folder, part["part"]) for part in self.summary["parts"])

    def take_parts(self, kind: str, id: str) -> None:
        """Makes the table ``own``: the parts of a region or network, each once for every sort that requirements bind."""
        self._run(
            """CREATE OR REPLACE TEMP TABLE own AS SELECT NULL AS part_tier, NULL AS part_type, part_kind, id, name, region, absent
            FROM parts LIMIT 0"""
        )
        for folder in self._folders():
            members, parts, apart, *own = (
                _quoted(folder / f"{name}.parquet") for name in ("members", "parts", "apart", *KINDS)
            )
            if self.rows("SELECT 1 FROM read_parquet(?) WHERE kind = ? AND id = ? LIMIT 1", [members, kind, id]):
                own_codes = "".join(
                    """ UNION ALL BY NAME SELECT who.*, c.* EXCLUDE (id) FROM who ANTI JOIN read_parquet(?) USING (part)
                    JOIN read_parquet(?) c USING (id) WHERE part_kind = ?"""
                    for _kind in KINDS
                )
                self._run(
                    f"""CREATE OR REPLACE TEMP TABLE own AS WITH who AS (SELECT m.part_tier, m.part_type, p.*
                    FROM read_parquet(?) m JOIN read_parquet(?) p USING (part) WHERE m.kind = ? AND m.id = ?)
                    SELECT who.*, c.* EXCLUDE (part) FROM who JOIN read_parquet(?) c USING (part){own_codes}""",  # noqa: S608
                    [
                        members,
                        parts,
                        kind,
                        id,
                        apart,
                        *(one for pair in zip(own, KINDS, strict=True) for one in (apart, *pair)),
                    ],
                )
                return

    def documents(self) -> dict[str, str]:
        """The titles of the documents by id."""
        rows = self.rows("SELECT DISTINCT document, document_title, document_title_en FROM requirements")
        return {row["document"]: chosen(row["document_title"], row["document_title_en"]) for row in rows}

    def name_parts(self) -> None:
        """Makes the table ``named``: who has results, and the parts in ``own`` that have none."""
        self._run(
            f"""CREATE OR REPLACE TEMP TABLE named AS SELECT s.kind, s.id, s.name, {_PLACE} AS place FROM subjects s {_AROUND}
            UNION ALL SELECT DISTINCT o.part_kind, o.id, o.name, coalesce(c.name, '')
            FROM own o LEFT JOIN places c ON c.region = o.region WHERE absent"""  # noqa: S608
        )

    def region(self, text: str, tier: str | None = None) -> str:
        """The code of a region that is given by code or name. Raises ``NotFound`` with the near name, ``Misuse`` for several."""
        values = [text, text, tier]
        rows = self.rows(
            "SELECT DISTINCT region FROM places WHERE (region = ? OR name = ?) AND tier = coalesce(?, tier) ORDER BY region",
            values,
        )
        if len(rows) > 1:
            codes = listed(row["region"] for row in rows)
            raise Misuse(_("{name} 不止一处：{codes}；请写区域代码").format(name=text, codes=codes))
        if not rows:
            names = [row["name"] for row in self.rows("SELECT DISTINCT name FROM places ORDER BY name")]
            raise NotFound(_("结果中没有区域 {name}{hint}").format(name=text, hint=nearest(text, names)))
        return str(rows[0]["region"])

    def requirement(self, id: str) -> Row:
        """A requirement of the results. Raises ``NotFound`` with the near id."""
        rows = self.rows("SELECT * FROM requirements WHERE requirement = ?", [id])
        if not rows:
            names = [row["requirement"] for row in self.rows("SELECT requirement FROM requirements")]
            raise NotFound(_("结果中没有要求 {id}{hint}").format(id=id, hint=nearest(id, names)))
        return rows[0]


def _relate(findings: Sequence[Row], asked: Mapping[str, Row]) -> None:
    """Adds ``relations``: how each finding stands to others on the subject, as ``findings.relations`` says."""
    by_id = {row["requirement"]: row for row in findings}
    for row in findings:
        row["relations"] = []
    for row in findings:
        about = asked[row["requirement"]]
        for how in ("replaces", "stricter_than", "extends"):
            other = by_id.get(about[how])
            if other is None or other is row:
                continue
            said = told(how, _standing(row), _standing(other))
            if said is not None:
                beside = {"basis": about["basis"], "why": said.why}
                for one, kind, named in ((row, said.own, other), (other, said.other, row)):
                    named_as = {"relation": kind, "requirement": named["requirement"], "clause": named["clause"]}
                    one["relations"].append({**named_as, **beside})


def _standing(row: Row) -> Standing:
    return Standing(row["outcome"], row["reason"], row["force"], row["overdue"] is not False)


def _overdue(row: Row, as_of: str) -> bool | None:
    """Whether the day has come on which it is due; None for a standing duty. Years that were judged have ended."""
    if row["due"] is None:
        return None
    by_years = row["every_year"] is not None and row["outcome"] != ERROR and row["reason"] != NOT_BEGUN
    return by_years or bool(as_of >= row["due"])


def _quoted(path: Path) -> str:
    """A path that is taken as it is."""
    return glob.escape(str(path))


def _text(path: str) -> str:
    """A path as SQL."""
    return "'" + path.replace("'", "''") + "'"


def _ranked(rows: list[Row]) -> list[Row]:
    """Figures from the best; of an upper limit the least is the best. Unknown ones come last, without rank."""
    lower = bool({"at_most", "below"} & set(_plain(rows[0]["target"])))
    key = "actual_hi" if lower else "actual_lo"

    def place(row: Row) -> tuple[bool, float, str]:
        value = row[key]
        return value is None, (value if lower else -value) if value is not None else 0.0, row["id"]

    ordered = sorted(rows, key=place)
    for row in ordered:
        better = sum(1 for other in rows if other[key] is not None and place(other)[:2] < place(row)[:2])
        row["rank"] = better + 1 if row[key] is not None else None
        del row["target"]
    return ordered


def _plain(target: str) -> dict[str, Any]:
    plain = json.loads(target)
    return plain if isinstance(plain, dict) else {}


def _summary(folder: Path) -> dict[str, Any]:
    path = folder / SUMMARY
    if not path.is_file():
        if folder.is_dir() and (folder / "batch.json").is_file():
            raise Misuse(_("{path} 的评定还没有完成；请用同一 batch 命令继续").format(path=folder))
        raise NotFound(_("{path} 不是 batch 的结果").format(path=folder))
    data: dict[str, Any] = {}
    try:
        data = json.loads(path.read_bytes())
        readable = data["format"] == FORMAT and all(isinstance(part["part"], str) for part in data["parts"])
    except (ValueError, KeyError, TypeError):
        readable = False
    if not readable:
        raise InvalidContent([Problem(_("不是可读的 batch 结果；请重新评定"), str(path))])
    return data
