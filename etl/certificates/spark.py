"""The Spark cluster that a roll-up runs on where `ETL_ENGINE` names one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from indicators.findings import Finding, FindingsError, Message, message

SETTING = "ETL_ENGINE"
_SHOWN = 300  # characters of what Spark says


@contextmanager
def spark_session(master: str) -> Iterator[Any]:
    """Yield a session on a cluster and stop it after.

    Raises `FindingsError` where Spark is not installed, the cluster cannot be reached, or gives up.
    """
    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise _refusal(
            master,
            message("`duckdb`, since Spark is not installed"),
            message("install the extra `spark`, or leave the setting out"),
        ) from None
    try:
        session = (
            SparkSession.builder.master(master)
            .appName("roll-up")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.ui.enabled", "false")
            # Texts that are not marked as such are texts all the same.
            .config("spark.sql.parquet.binaryAsString", "true")
            # What is known of a checkpoint's columns goes astray in unions and stops the planner.
            .config("spark.sql.constraintPropagation.enabled", "false")
            .getOrCreate()
        )
    except (Py4JError, PySparkException) as error:
        raise _refusal(
            master,
            message("`duckdb`, or the address of a Spark cluster that answers"),
            message("look whether the cluster runs and this machine has Java"),
        ) from error
    try:
        yield session
    except (Py4JError, PySparkException) as error:
        raise _refusal(
            _said(error),
            message("a cluster that completes its work"),
            message("look into the log of the cluster, then run the command again"),
        ) from error
    finally:
        session.stop()


def _refusal(found: str, expected: Message, advice: Message) -> FindingsError:
    return FindingsError([Finding(SETTING, found, expected, advice)])


def _said(error: Exception) -> str:
    """Return what Spark says, without the calls that led to it."""
    lines = [line for line in str(error).splitlines() if not line.startswith("\tat ")]
    return "\n".join(lines)[:_SHOWN]
