"""Problems and errors: places are added once, paths are told as a user would write them."""

from __future__ import annotations

import pytest

from gradeeval.cli.output import problem_lines
from gradeeval.errors import InvalidContent
from gradeeval.problems import Problem, path_text


@pytest.mark.parametrize(
    ("path", "text"),
    [((), ""), (("facts", "a", 3), "facts.a[3]"), ((3, "target"), "[3].target"), ((0, 1), "[0][1]"), (("a",), "a")],
)
def test_a_path_in_words(path: tuple[str | int, ...], text: str) -> None:
    assert path_text(path) == text


def test_a_place_is_added_but_not_replaced() -> None:
    assert Problem("x").located(file="a.yaml", line=3, column=5) == Problem("x", "a.yaml", 3, 5)
    placed = Problem("x", "a.yaml", 1, 2)
    assert placed.located(file="b.yaml", line=3, column=5) == placed


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem("错", "a.yaml", 3, 5, "facts.b"), "a.yaml:3:5: facts.b：错"),
        (Problem("错", "a.yaml", 3), "a.yaml:3: 错"),
        (Problem("错", "a.yaml"), "a.yaml: 错"),
        (Problem("错"), "错"),
        (Problem("错", path="a"), "a：错"),
        (Problem("错\u202e"), "错\\u202e"),
    ],
)
def test_a_line_of_a_problem(problem: Problem, line: str) -> None:
    assert list(problem_lines([problem])) == [line]


def test_refused_content_tells_every_problem() -> None:
    refused = InvalidContent([Problem("一"), Problem("二")])
    assert [problem.message for problem in refused.problems] == ["一", "二"]
    assert str(refused) == "一\n二"
