"""Weighs a zip file before anything of it is unpacked."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass

MAX_PARTS = 2_000
MAX_UNPACKED = 96 * 1024 * 1024
MAX_RATIO = 200
_WORTH_ASKING = 1 << 20


@dataclass(frozen=True, slots=True)
class Weight:
    """What the directory of an archive says.

    ``unpacked`` are bytes in all; ``too_much``: too many parts, too much in all, or too much from too little;
    ``encrypted`` and ``macros``: some part is.
    """

    unpacked: int
    too_much: bool
    encrypted: bool
    macros: bool


def weigh(archive: zipfile.ZipFile) -> Weight:
    """The weight of an archive by its directory, which zipfile holds each part to when it unpacks it."""
    parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > _WORTH_ASKING and part.file_size > MAX_RATIO * max(part.compress_size, 1) for part in parts
    )
    return Weight(
        unpacked=total,
        too_much=len(parts) > MAX_PARTS or total > MAX_UNPACKED or swollen,
        encrypted=any(part.flag_bits & 1 for part in parts),
        macros=any(part.filename.lower().endswith("vbaproject.bin") for part in parts),
    )
