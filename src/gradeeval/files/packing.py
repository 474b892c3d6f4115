"""Office files that are the same bytes for the same content: the zip inside them without the clock."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import IO

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_IN_MEMORY = 32 << 20


def spool() -> IO[bytes]:
    """A place to write an office file to: memory, and the disk where it grows large."""
    return tempfile.SpooledTemporaryFile(_IN_MEMORY)


def repacked(
    source: IO[bytes], as_of: str, replace: dict[str, Callable[[bytes, IO[bytes]], None]] | None = None
) -> bytes:
    """The zip in ``source`` with fixed times; documents count as made on the day ``as_of``.

    ``replace`` writes a part anew: it is given the old content and the stream of the new one.
    """
    made = datetime.combine(date.fromisoformat(as_of), datetime.min.time()).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with spool() as target:
        source.seek(0)
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                entry = zipfile.ZipInfo(name, _LONG_AGO)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                with new.open(entry, "w", force_zip64=False) as stream:
                    if replace and name in replace:
                        replace[name](old.read(name), stream)
                    elif name == "docProps/core.xml":
                        stream.write(_STAMP.sub(rb"\g<1>" + made + rb"\g<3>", old.read(name)))
                    else:
                        with old.open(name) as part:
                            while block := part.read(1 << 16):
                                stream.write(block)
        target.seek(0)
        return target.read()
