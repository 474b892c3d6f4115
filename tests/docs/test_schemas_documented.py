"""Each kind of file that has a schema is told of in the documentation, by the name that ``gradeeval schema`` takes."""

from __future__ import annotations

import re

import pytest
from tests.docs.markdown import DOCS, READMES

from gradeeval.schemas import KINDS

TEXT = "\n".join(path.read_text(encoding="utf-8") for path in [*DOCS, *READMES])


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_named(kind: str) -> None:
    assert re.search(rf"(?<![a-z_]){kind}(?![a-z_])", TEXT)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_named_where_schemas_are_told_of(kind: str) -> None:
    told = [line for line in TEXT.splitlines() if "gradeeval schema" in line or "schemas/" in line]
    assert any(re.search(rf"(?<![a-z_]){kind}(?![a-z_])", line) for line in told), kind
