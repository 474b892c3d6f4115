"""A Spark session for a run: what it needs is looked for before, and what it says is put into one sentence."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from gradeeval.errors import Misuse
from gradeeval.messages import _

FAULTS = (PySparkException, Py4JError)
"""What the calls of a session raise."""

_DEFAULTS = {
    "spark.app.name": "gradeeval",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
    # Files go to a worker in batches of so many, and sums.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "1000",
}
_RAISED = re.compile(r"^(?:\w+\.)*(\w*(?:Error|Exception|Exit)\b.*)$")


@contextmanager
def opened(conf: Mapping[str, str]) -> Iterator[SparkSession]:
    """A session with these settings, ended with the block. Raises ``Misuse`` where there is no Java or Spark refuses."""
    if conf.get("spark.remote") or os.environ.get("SPARK_REMOTE"):
        raise Misuse(_("不支持 Spark Connect（spark.remote）；请用 spark.master 写明集群"))
    _find_java()
    # A task has one processor, unless the user says otherwise; the frame library would take all.
    threads = {"spark.executorEnv.POLARS_MAX_THREADS": conf.get("spark.task.cpus", "1")}
    builder = SparkSession.builder
    for name, value in {**_DEFAULTS, **threads, **conf}.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except FAULTS as fault:
        sentence = _("Spark 未能启动（{reason}）；看上面 Spark 自己的话，常见的是 Java 低于 17 或 spark.master 写错")
        raise Misuse(sentence.format(reason=reason_of(fault))) from None
    try:
        context = session.sparkContext
        own = sys.executable if context.master.startswith("local") else context.pythonExec
        if "PYSPARK_PYTHON" not in os.environ:
            context.pythonExec = conf.get("spark.pyspark.python", own)
        yield session
    finally:
        session.stop()


def _find_java() -> None:
    """Raises ``Misuse`` where there is none; a session that has begun already brings its own."""
    if "PYSPARK_GATEWAY_PORT" in os.environ:
        return
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=os.path.join(home, "bin") if home else None) is None:  # noqa: PTH118 - a search path
        where = f"JAVA_HOME={home}" if home else "PATH"
        raise Misuse(
            _(
                "Spark 需要 Java 17 或更高版本，在 {where} 中没有找到 java；请安装（如 apt install openjdk-17-jre-headless）或设置 JAVA_HOME"
            ).format(where=where)
        )


def reason_of(fault: Any) -> str:
    """The line of a failure that says what it was: of an error in a worker the last one raised there, of Java's the first."""
    if isinstance(fault, Py4JJavaError):
        cause = fault.java_exception
        while cause.getCause() is not None:
            cause = cause.getCause()
        text = cause.getMessage() or cause.getClass().getName()
        if "Traceback (most recent call last)" not in text:
            return str(text).strip().splitlines()[0]
    else:
        text = str(fault)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if "Traceback (most recent call last)" in text:
        lines = [found[1] for line in lines if (found := _RAISED.match(line))][-1:] or lines
    return lines[0] if lines else type(fault).__name__
