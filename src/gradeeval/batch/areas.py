"""One region or network out of the results: its targets with what stands behind them, and its parts by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradeeval.batch.answers import Results, Row
from gradeeval.engines.columnar.codes import OUTCOMES
from gradeeval.engines.judgement import MET, NOT_APPLICABLE
from gradeeval.errors import Misuse
from gradeeval.messages import _

_NAMED = {code: outcome for code, outcome in OUTCOMES.items() if outcome not in (MET, NOT_APPLICABLE)}


def area(results: Results, text: str, limit: int) -> Row:
    """``subject``, ``verdicts``, ``targets``, ``parts`` and ``absent`` of the region or network of a code, name or id.

    ``targets``: each finding with its figures, who pulls it down (``pulling``) and the ``children`` ranked. ``parts``: each
    requirement that binds parts, how many by outcome, and in ``named`` those that are not met; ``absent``: what the roster
    has without a profile, by kind. Lists name ``limit`` at most (0: all); counts are of all. Raises ``NotFound``; ``Misuse``
    for an institution.
    """
    id = text if results.rows("SELECT 1 FROM subjects WHERE id = ? LIMIT 1", [text]) else results.region(text)
    found = results.subject(id)
    subject = found["subject"]
    if subject["kind"] == "institution":
        raise Misuse(_("{id} 是机构，没有下级；请用 subject").format(id=id))
    key, most = [subject["kind"], id], f" LIMIT {limit}" if limit else ""
    results.take_parts(*key)
    behind = dict(_behind(results, key, most))
    return {
        **{name: found[name] for name in ("subject", "verdicts")},
        "targets": [{**row, **behind.get(row["requirement"], {})} for row in found["findings"]],
        "parts": _parts(results, key, most),
        "absent": _absent(results, most),
    }


def _behind(results: Results, key: list[str], most: str) -> Iterator[tuple[str, Row]]:
    """By requirement the figures, who pulls it down and the children."""
    children = _by_requirement(
        results.rows(
            """SELECT requirement, c.part AS id, coalesce(p.name, c.part) AS name, p.tier, c.actual_lo, c.actual_hi, c.rank,
            c.effect, c.lack, c.unsure FROM children c LEFT JOIN places p ON p.region = c.part WHERE c.kind = ? AND c.id = ?
            ORDER BY c.rank NULLS LAST, c.part""",
            key,
        )
    )
    counts: dict[str, dict[bool, int]] = {}
    for row in results.rows(
        "SELECT requirement, lacks, count(*) AS n FROM contributors WHERE kind = ? AND id = ? GROUP BY ALL", key
    ):
        counts.setdefault(row["requirement"], {})[row["lacks"]] = row["n"]
    results.name_parts()
    for row in results.rows(
        """SELECT f.* EXCLUDE (kind, id, outcome, unit), f.unit AS shortfall_unit, r.part_kind, r.within
        FROM figures f JOIN requirements r USING (requirement) WHERE f.kind = ? AND f.id = ?""",
        key,
    ):
        name = row["requirement"]
        pulling = []
        for lacks in sorted(counts.get(name, ()), reverse=True):
            pulling += results.rows(
                f"""SELECT c.part AS id, coalesce(nullif(o.name, ''), c.part) AS name, lacks, o.place FROM contributors c
                LEFT JOIN named o ON o.kind = c.part_kind AND o.id = c.part
                WHERE c.kind = ? AND c.id = ? AND requirement = ? AND lacks = ? ORDER BY c.part{most}""",  # noqa: S608
                [*key, name, lacks],
            )
        counted = [counts.get(name, {}).get(lacks, 0) for lacks in (True, False)]
        yield name, {**row, "pulling": pulling, "pulling_count": counted, "children": children.get(name, [])}


def _by_requirement(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.pop("requirement"), []).append(row)
    return found


def _parts(results: Results, key: list[str], most: str) -> list[Row]:
    """A row a requirement that binds parts, those with most misses first."""
    counted = results.rows(
        """SELECT requirement, r.document, r.clause, r.title, r.title_en, r.force, r.due, r.kind, r.tier, r.type,
        map_from_entries(list((outcome, parts))) AS counts, sum(absent)::BIGINT AS absent
        FROM rollup JOIN requirements r USING (requirement) WHERE rollup.kind = ? AND rollup.id = ? GROUP BY ALL
        ORDER BY coalesce(counts['unmet'], 0) DESC, requirement""",
        key,
    )
    columns = {row["column_name"] for row in results.rows("DESCRIBE own")}
    for row in counted:
        row["named"] = {}
        if row["requirement"] in columns:
            name = row["requirement"].replace('"', '""')
            sort = [row["kind"], row["tier"], row["type"]]
            for outcome in sorted(row["counts"].keys() & set(_NAMED.values())):
                codes = ", ".join(str(code) for code, one in _NAMED.items() if one == outcome)
                row["named"][outcome] = results.rows(
                    f"""SELECT id, coalesce(nullif(name, ''), id) AS name, absent FROM own WHERE "{name}" IN ({codes})
                    AND part_kind = ? AND part_tier IS NOT DISTINCT FROM ? AND part_type IS NOT DISTINCT FROM ?
                    ORDER BY absent DESC, id{most}""",  # noqa: S608
                    sort,
                )
    return counted


def _absent(results: Results, most: str) -> list[Row]:
    """The parts that rosters list and that have no profile, by kind, tier and type: how many, and their names."""
    once = "(SELECT DISTINCT part_kind, part_tier, part_type, id, name FROM own WHERE absent)"
    kinds = results.rows(
        f"SELECT part_kind, part_tier, part_type, count(*) AS count FROM {once} GROUP BY ALL ORDER BY ALL"  # noqa: S608
    )
    for row in kinds:
        row["named"] = results.rows(
            f"""SELECT id, coalesce(nullif(name, ''), id) AS name FROM {once} WHERE part_kind = ?
            AND part_tier IS NOT DISTINCT FROM ? AND part_type IS NOT DISTINCT FROM ? ORDER BY id{most}""",  # noqa: S608
            [row["part_kind"], row["part_tier"], row["part_type"]],
        )
    return kinds
