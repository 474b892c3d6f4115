"""Makes folders whole or not at all: filled beside their place, then put there in one step."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from gradeeval.errors import Misuse, NotFound
from gradeeval.files.writing import write_whole
from gradeeval.messages import _

_LOCK = ".lock"


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """An empty folder that becomes ``target`` when the block ends well; on any failure nothing is left of it.

    What a killed run left behind is cleared away by the next one. Raises ``Misuse`` where ``target`` is there already and not
    an empty folder, where somebody else is making it at this moment, or where the disk refuses; ``NotFound`` where the
    folder around it does not exist.
    """
    place = target.absolute()
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):
        raise Misuse(_("{path} 已经存在，不覆盖；请换一个文件夹，或先把它移走").format(path=target))
    if not place.parent.is_dir():
        raise NotFound(_("文件夹 {folder} 不存在；请先建立").format(folder=place.parent))
    beside = place.parent / f".{place.name}.partial"
    try:
        lock = _own(beside, target)
        try:
            yield beside
            (beside / _LOCK).unlink()
            if place.is_dir():
                place.rmdir()
            beside.rename(place)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        finally:
            lock.close()
    except OSError as error:
        raise Misuse(
            _("{path} 无法写入（{reason}）；没有留下任何文件").format(path=target, reason=error.strerror)
        ) from None


def write_folder(target: Path, files: Mapping[str, str]) -> None:
    """Writes a new folder with these texts by their paths, whole or not at all; folders around it are made where they are missing.

    Raises ``Misuse`` as ``new_folder`` does, and where a folder around it cannot be made.
    """
    around = target.absolute().parent
    missing = [folder for folder in (around, *around.parents) if not folder.exists()]
    try:
        try:
            around.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Misuse(
                _("文件夹 {folder} 无法建立（{reason}）").format(folder=around, reason=error.strerror)
            ) from None
        with new_folder(target) as folder:
            for name, text in files.items():
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, text.encode(), durable=False)
    except BaseException:
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()
        raise


def hold(path: Path) -> IO[bytes] | None:
    """The file, held until it is closed or the process ends; None where another process holds it."""
    stream = path.open("ab")
    try:
        _lock(stream)
    except OSError:
        stream.close()
        return None
    return stream


def _own(beside: Path, target: Path) -> IO[bytes]:
    """The lock of the folder, which then is empty but for it."""
    while True:
        beside.mkdir(exist_ok=True)
        try:
            lock = hold(beside / _LOCK)
        except FileNotFoundError:  # whoever had it has just finished
            continue
        if lock is None:
            raise Misuse(_("另一个进程正在写 {path}；请等它结束").format(path=target))
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock.fileno()), (beside / _LOCK).stat()):
                break
        lock.close()
    for found in beside.iterdir():
        if found.name != _LOCK:
            shutil.rmtree(found) if found.is_dir() and not found.is_symlink() else found.unlink()
    return lock


def _lock(stream: IO[bytes]) -> None:
    """Raises ``OSError`` where another process holds it. It is let go when the process dies, however it dies."""
    if sys.platform == "win32":  # pragma: no cover
        import msvcrt

        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
