"""Who a subject can be: the rows of rosters that names and divisions are taken from, as axioms of the solver.

A test of a name becomes a Boolean of its own; together they are bound to the combinations that some row makes true. So
two tests on one name can only hold together where one real region satisfies both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import z3

from gradeeval.language.lowering import Literal, place_of
from gradeeval.language.nodes import Reach
from gradeeval.profiles.profile import ListedPart, Roster
from gradeeval.vocabulary import AROUND, Values

Row = Mapping[str, str]
"""Fields of one possible identity; a field that it lacks is unknown."""

OTHER = "其他"
"""The name of a subject that no rule names."""


class Identity:
    """The identity of one symbolic subject; ``rows`` is None where no roster tells who there is."""

    def __init__(self, prefix: str, rows: Sequence[Row] | None, divisions: Values | None) -> None:
        self._prefix = prefix
        self._rows = rows
        self._divisions = divisions
        self._truths: dict[Literal, z3.BoolRef] = {}

    @property
    def fields(self) -> list[str]:
        """The fields that were tested, in the order in which they were."""
        return list(dict.fromkeys(literal.key.operand.name for literal in self._truths))

    def literal(self, literal: Literal) -> z3.BoolRef:
        """The Boolean of a test of a name or of the division."""
        return self._truths.setdefault(literal, z3.Bool(f"{self._prefix}who{len(self._truths)}"))

    def truths(self) -> list[z3.BoolRef]:
        """The Booleans of all tests."""
        return list(self._truths.values())

    def axiom(self) -> z3.BoolRef:
        """That the truths are those of one row."""
        if not self._truths:
            return z3.BoolVal(True)
        return z3.Or(*(self.is_like(vector) for vector in {self.vector(row) for row in self._candidates()}))

    def is_like(self, vector: Sequence[bool]) -> z3.BoolRef:
        """That the truths are these."""
        return z3.And(*(truth == value for truth, value in zip(self._truths.values(), vector, strict=True)))

    def vector(self, row: Row) -> tuple[bool, ...]:
        """What the tests say of a row."""
        return tuple(self._says(literal, row) for literal in self._truths)

    def row(self, model: z3.ModelRef) -> Row:
        """The first row that is as the model wants it."""
        wanted = tuple(bool(model.eval(truth, model_completion=True)) for truth in self._truths.values())
        return next((row for row in self._candidates() if self.vector(row) == wanted), {})

    def _says(self, literal: Literal, row: Row) -> bool:
        value = row.get(literal.key.operand.name)
        if value is None:
            return False
        if literal.key.aspect == "named":
            return (value in literal.key.detail) == bool(literal.number)
        assert self._divisions is not None
        place = place_of(value, self._divisions)
        number = literal.number
        return {
            "eq": place == number,
            "ge": place >= number,
            "gt": place > number,
            "le": place <= number,
            "lt": place < number,
        }[literal.op]

    def _candidates(self) -> Iterable[Row]:
        """The rows; without a roster each name that is tested and one more, in each kind of division."""
        if self._rows is not None:
            return self._rows
        choices: dict[str, list[str]] = {}
        for literal in self._truths:
            name = literal.key.operand.name
            if literal.key.aspect == "named":
                known = choices.setdefault(name, [OTHER])
                known.extend(value for value in literal.key.detail if value not in known)
            elif self._divisions is not None:
                choices.setdefault(name, list(self._divisions.titles))
        return (dict(zip(choices, values, strict=True)) for values in product(*choices.values()))


class Places:
    """The regions of all rosters, and which of them lie where on a day. What was found is kept: a thousand questions ask the same."""

    def __init__(self, rosters: Iterable[Roster]) -> None:
        self._rosters = tuple(rosters)
        self._rows: dict[str, list[ListedPart]] = {}
        self._chains: dict[tuple[str, str], tuple[ListedPart, ...]] = {}
        self._identities: dict[tuple[Reach, tuple[str, ...], str], list[Row]] = {}
        for roster in self._rosters:
            for row in roster.rows:
                if row.kind == "region":
                    self._rows.setdefault(row.id, []).append(row)

    def within(self, jurisdictions: Iterable[str], tier: str, day: str) -> list[ListedPart]:
        """The regions of a tier that lie in all these regions."""
        wanted = set(jurisdictions)
        chains = (self._chain(code, day) for code in self._rows)
        return [
            chain[0]
            for chain in chains
            if chain and chain[0].tier == tier and wanted <= {around.id for around in chain}
        ]

    def nested(self, first: str, second: str, day: str) -> bool:
        """Whether one of two regions is the other or lies in it, so that they have subjects in common."""
        return (
            first == second
            or second in {row.id for row in self._chain(first, day)}
            or first in {row.id for row in self._chain(second, day)}
        )

    def tier(self, code: str, day: str) -> str | None:
        """The tier of a region; None where no roster has it."""
        found = self._chain(code, day)
        return found[0].tier if found else None

    def complete(self, code: str, tier: str, day: str) -> bool:
        """Whether a roster lists all regions of the tier inside this region."""
        around = {row.id for row in self._chain(code, day)}
        return any(tier in roster.complete and roster.region in around for roster in self._rosters)

    def fields(self, row: ListedPart, day: str) -> Row:
        """The names and the division that a region has, with the regions around it."""
        values = {around.tier or "": around.name for around in self._chain(row.id, day) if around.tier in AROUND}
        division = row.values.get("division")
        if isinstance(division, str):
            values["division"] = division
        return {**values, "name": row.name}

    def rows_for(self, reach: Reach, jurisdictions: Iterable[str], day: str) -> Sequence[Row] | None:
        """The identities that a subject of a sort can have inside jurisdictions; None where no roster tells.

        Without a jurisdiction it is any region on a roster, or one of the same divisions that is on none. Institutions and networks have
        free names and lie in a county.
        """
        key = reach, tuple(jurisdictions), day
        if key not in self._identities:
            self._identities[key] = self._rows_for(*key)
        return self._identities[key] or None

    def _rows_for(self, reach: Reach, wanted: tuple[str, ...], day: str) -> list[Row]:
        tier = reach.tier or "" if reach.kind == "region" else "county"
        found = [dict(self.fields(row, day)) for row in self.within(wanted, tier, day)]
        if not wanted:
            names = {name for row in found for name in row} - {"division"}
            kinds = {row.get("division") for row in found}
            found += [dict.fromkeys(sorted(names), OTHER) | {"division": kind} for kind in sorted(filter(None, kinds))]
        if reach.kind != "region":
            found = [{key: row[key] for key in AROUND if key in row} for row in found]
        return [*found]

    def _chain(self, code: str, day: str) -> tuple[ListedPart, ...]:
        """A region and those around it, outwards; nothing where no roster has it on the day."""
        if (code, day) not in self._chains:
            self._chains[code, day] = self._follow(code, day)
        return self._chains[code, day]

    def _follow(self, code: str, day: str) -> tuple[ListedPart, ...]:
        found: list[ListedPart] = []
        next_code: str | None = code
        while next_code:
            row = next((row for row in self._rows.get(next_code, ()) if row.holds_on(day)), None)
            if row is None or row in found:
                break
            found.append(row)
            next_code = row.parent
        return tuple(found)


def plain_identity(identity: Identity, model: z3.ModelRef) -> dict[str, Any]:
    """The fields of the identity that rules test."""
    row = identity.row(model)
    return {name: row[name] for name in identity.fields if name in row}
