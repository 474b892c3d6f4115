"""Notes, and stops, what a plugin does while it is loaded: the network, other processes, writing outside its folder.

A check, not a sandbox: it rests on Python's audit events. Code that wants to get around it can, above all native code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from gradeeval.messages import _

MOST_NOTED = 50
_NETWORK = frozenset(
    {
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.sendmsg",
        "socket.sendto",
        "urllib.Request",
    }
)
_PROCESSES = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.system",
        "pty.spawn",
        "subprocess.Popen",
    }
)
_CHANGES = {
    "os.chmod": (0,),
    "os.chown": (0,),
    "os.link": (1,),
    "os.mkdir": (0,),
    "os.remove": (0,),
    "os.rename": (0, 1),
    "os.rmdir": (0,),
    "os.symlink": (1,),
    "os.truncate": (0,),
    "os.utime": (0,),
    "sqlite3.connect": (0,),
}
"""Events that change files, and which of their arguments are paths."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """An audit hook: ``noted`` are sentences about what was tried. It cannot be taken off again."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self.noted: list[str] = []
        self._allowed = tuple(os.path.realpath(folder) for folder in allowed)
        self._spared = (os.path.realpath(os.devnull),)

    def begin(self) -> None:
        """From now on."""
        sys.addaudithook(self._audit)

    def _audit(self, event: str, given: tuple[object, ...]) -> None:
        if event in _NETWORK:
            self._stop(_("联网：{what}").format(what=f"{event} {_shown(given[-1])}"))
        elif event in _PROCESSES:
            self._stop(_("启动别的进程：{what}").format(what=f"{event} {_shown(given[0] if given else '')}"))
        elif event == "open":
            path, mode, flags = given
            if isinstance(mode, str) and mode:
                writing = not set(mode).isdisjoint("wax+")
            else:
                writing = isinstance(flags, int) and bool(flags & _WRITING)
            if writing:
                self._check_path(event, path)
        elif event in _CHANGES:
            for index in _CHANGES[event]:
                self._check_path(event, given[index])

    def _check_path(self, event: str, path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike):  # an open file
            return
        whole = os.path.realpath(os.fsdecode(path))
        if whole in self._spared or any(whole == home or whole.startswith(home + os.sep) for home in self._allowed):
            return
        self._stop(_("写自己文件夹以外的文件：{what}").format(what=f"{event} {whole}"))

    def _stop(self, sentence: str) -> None:
        if len(self.noted) < MOST_NOTED:
            self.noted.append(sentence)
        raise PermissionError(sentence)


def _shown(given: object) -> str:
    return repr(given)[:200]
