"""Opens a document by its suffix: text here, everything else in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

from gradeeval import messages
from gradeeval.drafting.texts.encodings import decoded
from gradeeval.drafting.texts.text import MAX_SECONDS, DocumentText, Unreadable, cleaned
from gradeeval.errors import InvalidContent, MissingExtra, NotFound
from gradeeval.files.reading import read_bytes
from gradeeval.messages import _, listed
from gradeeval.problems import Problem

KINDS = {".txt": "txt", ".text": "txt", ".html": "html", ".htm": "html", ".docx": "docx", ".pdf": "pdf"}
_NEEDED = {"txt": "charset_normalizer", "html": "charset_normalizer", "docx": "docx", "pdf": "pdfminer"}
_OTHERS = (".doc", ".wps", ".rtf", ".odt", ".ofd", ".docm", ".mht", ".mhtml", ".epub")
_MAGIC = ((b"%PDF-", "pdf"), (b"PK\x03\x04", "docx"), (b"\xd0\xcf\x11\xe0", "doc"), (b"{\\rtf", "rtf"))


def open_document(path: Path, encoding: str | None = None) -> DocumentText:
    """The text of a document.

    Raises ``NotFound`` for a missing file or an unknown suffix, ``MissingExtra`` where a library is absent, and
    ``InvalidContent`` with one problem for what cannot be read.
    """
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        known = listed(KINDS)
        if path.suffix.lower() in _OTHERS:
            raise NotFound(_("不能读取 {path}；请另存为 .docx，或转成 .txt、.html、.pdf").format(path=path))
        raise NotFound(_("不支持 {path} 的格式；请使用以下后缀之一：{known}").format(path=path, known=known))
    if importlib.util.find_spec(_NEEDED[kind]) is None:
        raise MissingExtra(_("读取 {kind} 需要附加组件：pip install 'gradeeval[draft]'").format(kind=kind))
    raw = read_bytes(path)
    try:
        if not raw:
            raise Unreadable(_("文件为空；请写入内容"))  # noqa: TRY301 - one way out for all that is unreadable
        return _plain(raw, encoding) if kind == "txt" else _contained(kind, raw, encoding)
    except Unreadable as refused:
        raise InvalidContent([Problem(str(refused), str(path))]) from None


def _plain(raw: bytes, encoding: str | None) -> DocumentText:
    for magic, kind in _MAGIC:
        if raw.startswith(magic):
            raise Unreadable(_("内容是 {kind}，后缀却是 .txt；请改正后缀").format(kind=kind))
    text, note = decoded(raw, encoding)
    return cleaned(text, (note,))


def _contained(kind: str, raw: bytes, encoding: str | None) -> DocumentText:
    """Reads in a child process, which is ended when it takes too long."""
    command = [sys.executable, "-P", "-m", "gradeeval.drafting.texts.child", kind, messages.language(), encoding or ""]
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=2 * MAX_SECONDS, check=False)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired:
        raise Unreadable(
            _("读取超过 {limit} 秒，已停止；文件可能已损坏或有意为之").format(limit=2 * MAX_SECONDS)
        ) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise Unreadable(
            _("读取程序没有答复（退出码 {code}）；文件可能已损坏或有意为之，请另存一份再试").format(
                code=done.returncode
            )
        ) from None
    if "refused" in answer:
        raise Unreadable(answer["refused"])
    return DocumentText(answer["text"], tuple(answer["notes"]))
