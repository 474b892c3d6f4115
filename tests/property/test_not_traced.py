"""Tests of this folder run the same lines thousands of times: coverage does not follow them."""

from __future__ import annotations

import sys


def test_nothing_of_this_folder_is_traced() -> None:
    assert not type(sys.gettrace()).__module__.startswith("coverage")
