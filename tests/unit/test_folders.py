"""A folder is there whole, or not at all."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from gradeeval.errors import Misuse, NotFound
from gradeeval.files.folders import new_folder, write_folder


def test_it_appears_at_the_end(tmp_path: Path) -> None:
    with new_folder(tmp_path / "out") as folder:
        (folder / "a").write_text("1")
        assert not (tmp_path / "out").exists()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_taken_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with new_folder(tmp_path / "empty") as folder:
        (folder / "a").write_text("1")
    with pytest.raises(Misuse, match="已经存在"), new_folder(tmp_path / "empty"):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(Misuse, match="已经存在"), new_folder(tmp_path / "file"):
        pass
    with pytest.raises(NotFound), new_folder(tmp_path / "no" / "out"):
        pass


def test_folders_around_it_are_made_and_go_with_a_failure(tmp_path: Path) -> None:
    write_folder(tmp_path / "a" / "b" / "out", {"c/d": "甲"})
    assert (tmp_path / "a" / "b" / "out" / "c" / "d").read_text(encoding="utf-8") == "甲"
    with pytest.raises(Misuse):
        write_folder(tmp_path / "e" / "f" / "out", {"c": "", "c/d": ""})
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    def half(target: Path) -> None:
        with new_folder(target) as folder:
            (folder / "a").write_text("1")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - whatever went wrong
        half(tmp_path / "out")
    with pytest.raises(Misuse, match="没有留下任何文件"), new_folder(tmp_path / "out"):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def _write(target: Path, begun: Path) -> None:
    with new_folder(target) as folder:
        (folder / "half").write_text("x")
        begun.write_text("")
        time.sleep(60)


def test_two_at_once_and_one_that_was_killed(tmp_path: Path) -> None:
    target, begun = tmp_path / "out", tmp_path / "begun"
    other = multiprocessing.get_context("spawn").Process(target=_write, args=(target, begun))
    other.start()
    while not begun.exists():
        assert other.is_alive()
        time.sleep(0.01)
    with pytest.raises(Misuse, match="另一个进程正在写"), new_folder(target):
        pass
    assert other.pid is not None
    os.kill(other.pid, signal.SIGKILL)
    other.join()
    assert not target.exists()
    with new_folder(target) as folder:
        assert not (folder / "half").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["begun", "out"]
