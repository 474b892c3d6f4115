"""``gradeeval samples``: copies the shipped samples into a folder."""

from __future__ import annotations

from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.errors import Misuse
from gradeeval.files.writing import write_whole
from gradeeval.messages import _, mark


def shipped_samples() -> Path:
    """The folder of the shipped samples."""
    import gradeeval.shipped_samples as shipped

    assert shipped.__file__ is not None
    return Path(shipped.__file__).parent


@click.command(help=mark("把示例档案（全部虚构）复制到文件夹，供试用。"))
@click.argument("folder", type=options.PATH)
@options.language
def command(folder: Path) -> int:
    """Copies every sample; refuses where a file would be overwritten."""
    root = shipped_samples()
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and path.suffix not in (".py", ".pyc")]
    clash = [folder / path.relative_to(root) for path in files if (folder / path.relative_to(root)).exists()]
    if clash:
        raise Misuse(_("{path} 已存在，不覆盖；请换一个文件夹").format(path=clash[0]))
    for path in files:
        target = folder / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, path.read_bytes())
    click.echo(_("已把 {count} 个示例文件写入 {folder}").format(count=len(files), folder=folder))
    return 0
