"""Files on any path that Spark reads (``file:``, ``hdfs:``, ``s3a:`` …), through the file systems that the cluster is set up with.

Only what is small or has been judged already goes this way, by the driver; the columns are read by the workers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

from py4j.protocol import Py4JError
from pyspark.sql import SparkSession

from gradeeval.batch.spark.session import reason_of
from gradeeval.errors import Misuse
from gradeeval.messages import _

LOCAL = "file:"
PARTIAL = ".partial"
_PIECE = 1 << 20
Given = ParamSpec("Given")
Result = TypeVar("Result")


def place_of(path: Path | str) -> str:
    """Where a path is, as Spark is told it: a path without scheme is on the disk of this machine, as everywhere else."""
    return f"{LOCAL}//{path.absolute()}" if isinstance(path, Path) else path.rstrip("/")


def local_path(place: str) -> Path | None:
    """The path on the disk of this machine; None where the place is elsewhere."""
    return Path("/" + place.removeprefix(LOCAL).lstrip("/")) if place.startswith(LOCAL) else None


def _told(method: Callable[Given, Result]) -> Callable[Given, Result]:
    """Java's failure as one sentence that names the place."""

    @wraps(method)
    def told(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return method(*args, **kwargs)
        except Py4JError as fault:
            sentence = _("{path} 无法读写（{reason}）；已完成的省份保留着，排除原因后用同一命令继续")
            raise Misuse(sentence.format(path=args[1], reason=reason_of(fault))) from None

    return told


class Files:
    """Reads and writes whole files and folders; every method raises ``Misuse`` where the file system refuses."""

    def __init__(self, session: SparkSession) -> None:
        context: Any = session.sparkContext
        self._jvm = context._jvm  # noqa: SLF001 - the one way to the file systems that Spark has
        self._conf = context._jsc.hadoopConfiguration()  # noqa: SLF001

    def _at(self, place: str) -> tuple[Any, Any]:
        path = self._jvm.org.apache.hadoop.fs.Path(place)
        system = path.getFileSystem(self._conf)
        system.setWriteChecksum(False)  # no .crc beside each file of a local disk
        return system, path

    @_told
    def read(self, place: str) -> bytes | None:
        """The bytes of a file; None where there is none."""
        system, path = self._at(place)
        if not system.exists(path):
            return None
        stream = system.open(path)
        try:
            return bytes(self._jvm.org.apache.commons.io.IOUtils.toByteArray(stream))
        finally:
            stream.close()

    @_told
    def names(self, place: str) -> set[str]:
        """The names in a folder; none where it is not there."""
        system, path = self._at(place)
        return {found.getPath().getName() for found in system.listStatus(path)} if system.exists(path) else set()

    @_told
    def write(self, place: str, data: bytes) -> None:
        """Replaces a file as a whole."""
        beside = _beside(place)
        try:
            self._fill(beside, data)
            self._move(beside, place)
        finally:
            self._remove(beside)

    @_told
    def write_folder(self, place: str, files: Mapping[str, bytes]) -> None:
        """Puts a folder with these files in the place of what is there.

        On a disk and on HDFS it appears at once; a store of objects copies file by file, so that whoever reads it has to see
        that all are there.
        """
        beside = _beside(place)
        try:
            for name, data in files.items():
                self._fill(f"{beside}/{name}", data)
            self._move(beside, place)
        finally:
            self._remove(beside)

    @_told
    def clear(self, place: str) -> None:
        """Removes what runs that were killed have left in a folder."""
        for name in self.names(place):
            if name.startswith(".") and name.endswith(PARTIAL):
                self._remove(f"{place}/{name}")

    def _fill(self, place: str, data: bytes) -> None:
        system, path = self._at(place)
        stream = system.create(path, True)
        try:
            for start in range(0, len(data), _PIECE):
                stream.write(bytearray(data[start : start + _PIECE]))
        finally:
            stream.close()

    def _move(self, source: str, target: str) -> None:
        system, path = self._at(target)
        if system.exists(path):
            system.delete(path, True)
        if not system.rename(self._at(source)[1], path):
            raise Misuse(_("{path} 无法写入（{reason}）").format(path=target, reason="rename"))

    def _remove(self, place: str) -> None:
        system, path = self._at(place)
        system.delete(path, True)


def _beside(place: str) -> str:
    folder, _slash, name = place.rpartition("/")
    return f"{folder}/.{name}.{uuid4().hex}{PARTIAL}"
