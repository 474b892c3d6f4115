"""``python -m gradeeval_tertiary_standard FOLDER``: copies the editions to a new folder, to be filled in there."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from gradeeval_tertiary_standard.editions import GRADING, IDS, OWN, VARIABLE


def main(arguments: list[str]) -> int:
    """Copies the editions; 2 where the folder is not named or has something in it."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        click.echo("用法：python -m gradeeval_tertiary_standard 新文件夹", err=True)
        return 2
    folder = Path(arguments[0])
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        click.echo(f"{folder} 不是空文件夹；没有写入", err=True)
        return 2
    for name in (*IDS, GRADING):
        shutil.copytree(OWN / name, folder / name)
    click.echo(f"已复制到 {folder}；填好后设环境变量 {VARIABLE}={folder.resolve()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
