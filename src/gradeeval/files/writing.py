"""Writes files whole or not at all, and shows characters that would deceive a reader."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from gradeeval.errors import Misuse, NotFound
from gradeeval.messages import _

# C0 and C1 controls but tab and line feed; zero-width, direction, filler and other format characters; separators that
# break lines; tags; lone surrogates; variation selectors, which are in their place only after a Chinese character.
_DECEIVING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000110bd\U000110cd\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff\ud800-\udfff]"
    "|(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Replaces ``path`` by ``data`` in one step; on any failure the old file stays and nothing half-written is left.

    The temporary file stands in the same folder. ``durable`` waits until the bytes are on the disk. A symbolic link
    is followed, an existing file keeps its permissions, and what is no regular file (a pipe) is written to directly.
    Raises ``NotFound`` where the folder does not exist, ``Misuse`` where the file cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                stream.write(data)
        else:
            _replace(path.resolve(), data, durable)
    except FileNotFoundError:
        raise NotFound(_("文件夹 {folder} 不存在；请先建立").format(folder=path.parent)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Misuse(_("文件 {path} 无法写入（{reason}）").format(path=path, reason=reason)) from None


def escape_controls(text: str) -> str:
    r"""``text`` with control characters and invisible or direction-changing characters shown as ``\u202e``.

    Tab and line feed stay, as do all letters, Chinese among them; a backslash that was there stays as it is.
    """
    return _DECEIVING.sub(_escape, text)


def _replace(target: Path, data: bytes, durable: bool) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".tmp", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        beside.chmod(_permissions(target))
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _permissions(target: Path) -> int:
    """Those of the file that is replaced, else those that a new file would get."""
    try:
        return target.stat().st_mode & 0o7777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
