"""The process in which web pages, Word and PDF files are read: it has bounds of memory and time, and answers in JSON."""

from __future__ import annotations

import json
import sys

from gradeeval import messages
from gradeeval.drafting.texts.text import MAX_MEMORY, MAX_SECONDS, DocumentText, Unreadable
from gradeeval.messages import _


def main() -> None:
    """Reads the bytes of standard input as the kind, language and encoding of the arguments say."""
    kind, language, encoding = sys.argv[1:4]
    messages.use(language)
    _bound()
    answer: dict[str, object]
    try:
        found = read(kind, sys.stdin.buffer.read(), encoding or None)
        answer = {"text": found.text, "notes": found.notes}
    except Unreadable as refused:
        answer = {"refused": str(refused)}
    except (MemoryError, RecursionError):
        answer = {"refused": _("读取所需的内存或层次超过上限，不予读取；文件可能已损坏或有意为之")}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def read(kind: str, raw: bytes, encoding: str | None) -> DocumentText:
    """The text of one kind of file, in this process."""
    if kind == "html":
        from gradeeval.drafting.texts.markup import read_markup

        return read_markup(raw, encoding)
    if kind == "docx":
        from gradeeval.drafting.texts.word import read_word

        return read_word(raw)
    from gradeeval.drafting.texts.portable import read_portable

    return read_portable(raw)


def _bound() -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent still holds the clock
        return
    for what, most in ((resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_CPU, MAX_SECONDS)):
        _soft, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    main()
