"""Whether a Spark cluster counts the same as DuckDB: a master and two workers on loopback."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pandas as pd
import psutil
import pytest

from etl.certificates.counting import counted, roll_up_files
from etl.certificates.cube import DIMENSIONS
from etl.certificates.engine import Engine, Progress, engine
from indicators.findings import FindingsError, Message
from tests.odd_certificates import (
    DECLARATION,
    EXPECTED,
    PARQUET,
    REFERENCE,
    odd_rows,
    outcomes,
    typed_columns,
)

pytestmark = pytest.mark.filterwarnings(
    # Ibis still asks DuckDB and pandas in words that they are giving up.
    "ignore:fetch_arrow_table:DeprecationWarning",
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::FutureWarning",
    "ignore::UserWarning",
)

PERIODS = ["2019-12", "2020-01", "2020-02", "2020-03", "2019", "2020", "2025-06"]
ORGANISATIONS = [
    "914403001922038216",
    "91330100799655058B",
    "9144030071526726XG",
    "914403001922038217",  # whose check digit is wrong
]

# Most of what a program that ends within a minute costs would be the optimising of its code.
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def published(rows: int) -> pd.DataFrame:
    """Random rows of every kind, repeated numbers and impossible ones among them."""
    pick = random.Random(20180003)
    days = [date(2019, 10, 1) + timedelta(days=n) for n in range(400)]
    table = []
    for _ in range(rows):
        issued = pick.choice(days)
        status = pick.choice(["有效", "有效", "暂停", "撤销", "过期"])
        table.append(
            {
                "证书编号": f"P{pick.randrange(rows)}",
                "统一社会信用代码": pick.choices(ORGANISATIONS, [5, 5, 5, 1])[0],
                "地区": pick.choice(["浙江省", "330106", "3301", "320000", "境外", "火星"]),
                "行业": pick.choice(["C13", "39", "G59", "C"]),
                "认证领域": pick.choice(["QMS", "EMS", "PRODUCT"]),
                "企业规模": pick.choice(["大型", "", ""]),
                "从业人员": str(pick.choice([5, 150, 1200])),
                "营业收入": str(pick.choice([3_000_000, 50_000_000, 500_000_000])),
                "资产总计": "",
                "颁证日期": pick.choice([f"{issued:%Y-%m-%d}", f"{issued:%Y/%m/%d}"]),
                "到期日期": f"{issued + timedelta(days=pick.randrange(-5, 900)):%Y-%m-%d}",
                "证书状态": status,
                "状态日期": ""
                if status == "有效"
                else f"{issued + timedelta(days=pick.randrange(400)):%Y-%m-%d}",
                "认证机构": "甲",
            }
        )
    return pd.DataFrame(table)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(text: str, times: int, log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while log.read_text(errors="replace").count(text) < times:
        assert process.poll() is None, log.read_text(errors="replace")
        assert time.monotonic() < deadline, log.read_text(errors="replace")
        time.sleep(0.2)


@dataclass(frozen=True)
class Cluster:
    """The address of a cluster, and the process of one of its two workers."""

    address: str
    worker: int

    def lose_a_worker(self) -> None:
        """Kill a worker and what it has started, as a machine that fails does."""
        worker = psutil.Process(self.worker)
        for process in (worker, *worker.children(recursive=True)):
            process.kill()


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Start a standalone cluster."""
    with pytest.MonkeyPatch.context() as settings:
        yield from cluster(tmp_path_factory.mktemp("cluster"), settings)


def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    in_ci = os.environ.get("CI") == "true"
    if not shutil.which("java") and not in_ci:
        pytest.skip("a Spark cluster needs java")
    if not in_ci:
        pytest.importorskip("pyspark")
    import pyspark

    home = Path(pyspark.__file__).parent
    configuration = tmp_path / "conf"
    configuration.mkdir()
    (configuration / "spark-defaults.conf").write_text(
        "spark.driver.host 127.0.0.1\nspark.driver.bindAddress 127.0.0.1\n"
        "spark.executor.memory 512m\nspark.sql.shuffle.partitions 2\n"
        "spark.ui.showConsoleProgress false\n"
        # nothing begins before both workers are there
        "spark.scheduler.minRegisteredResourcesRatio 1.0\n"
        "spark.scheduler.maxRegisteredResourcesWaitingTime 120s\n"
        # so few rows are counted before their code would be compiled
        "spark.sql.codegen.wholeStage false\nspark.sql.codegen.factoryMode NO_CODEGEN\n"
        # and each of their shuffles would be a job of its own
        "spark.sql.adaptive.enabled false\n"
        f"spark.driver.extraJavaOptions {SHORT_LIVED}\n"
        f"spark.executor.extraJavaOptions {SHORT_LIVED}\n"
        f"spark.sql.warehouse.dir {tmp_path / 'warehouse'}\n"
    )
    for name, value in {
        "SPARK_HOME": home,
        "SPARK_CONF_DIR": configuration,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": tmp_path / "work",
        "SPARK_LOCAL_DIRS": tmp_path / "local",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": SHORT_LIVED,
        "PYSPARK_PYTHON": sys.executable,
    }.items():
        monkeypatch.setenv(name, str(value))
    start, port = str(home / "bin" / "spark-class"), str(free_port())
    address = f"spark://127.0.0.1:{port}"
    package = "org.apache.spark.deploy"
    worker = [
        start,
        f"{package}.worker.Worker",
        "--host",
        "127.0.0.1",
        "--webui-port",
        "0",
        "--cores",
        "1",
        "--memory",
        "600m",
        address,
    ]
    master = [
        start,
        f"{package}.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        port,
        "--webui-port",
        "0",
    ]
    log = tmp_path / "master.log"
    with running(master, log) as head:
        wait_for("I have been elected leader", 1, log, head)
        with running(worker, tmp_path / "1.log"), running(worker, tmp_path / "2.log") as second:
            wait_for("Registering worker", 2, log, head)
            yield Cluster(address, second.pid)


@dataclass(frozen=True)
class Outcome:
    """What an engine has made of the files: its tables, in one order."""

    counts: pd.DataFrame
    clean: pd.DataFrame
    aside: pd.DataFrame

    @classmethod
    def of(
        cls,
        on: Engine,
        files: list[Path],
        out: Path,
        show: Callable[[int, int, Message], object] = Progress.show,
    ) -> Outcome:
        roll_up_files(files, DECLARATION, PERIODS, REFERENCE, out, on, show)
        clean, aside = (on.parquet(out / f"{name}.parquet") for name in ("registry", "quarantine"))
        tables = {"counts": counted(out, on), "clean": clean, "aside": aside}
        keys = {"counts": [*DIMENSIONS, "period"], "clean": ["file", "row"]}
        keys["aside"] = keys["clean"]
        rows = {name: on.rows(table) for name, table in tables.items()}
        return cls(
            **{
                name: table[sorted(table.columns)].sort_values(keys[name], ignore_index=True)
                for name, table in rows.items()
            }
        )


@dataclass(frozen=True)
class Both:
    """What both engines have made of the same files, and where those are."""

    duckdb: Outcome
    spark: Outcome
    executors: tuple[int, int]  # at the beginning and at the end


def executors(on: Engine) -> int:
    # The driver counts as one of those that hold memory.
    held: Any = on.session.sparkContext._jsc.sc().getExecutorMemoryStatus()
    return int(held.size()) - 1


def lose_at_work(spark: Cluster, on: Engine) -> None:
    """Kill a worker once the cluster is at work."""
    tracker = on.session.sparkContext.statusTracker()

    def active() -> int:
        stages = map(tracker.getStageInfo, tracker.getActiveStageIds())
        return sum(stage.numActiveTasks for stage in stages if stage)

    while not active():
        time.sleep(0.02)
    spark.lose_a_worker()


@pytest.fixture(scope="module")
def both(spark: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Roll all files up once on each engine: a session of a cluster takes long to begin.

    A worker of the cluster is killed while it works.
    """
    folder = tmp_path_factory.mktemp("files") / "看板[2026] {a,b}"
    folder.mkdir()
    rows = published(240)
    lines = rows[:120].to_csv(index=False).splitlines(keepends=True)
    (folder / "part-1.csv").write_text("".join([*lines[:20], "\n", *lines[20:]]), "utf-8")
    rows[200:].to_excel(folder / "part-3.xlsx", index=False)
    odd = odd_rows()
    odd.to_csv(folder / "odd.csv", index=False)
    few = odd[:5].assign(证书编号=list("12345"))
    pd.concat([rows[120:200], few], ignore_index=True).to_parquet(folder / "_part-2.parquet")
    typed_columns(folder / "typed.parquet", PARQUET)
    files = sorted(folder.iterdir())
    with engine("duckdb", memory_limit="600MB") as here:
        expected = Outcome.of(here, files, folder / "duckdb")
    made: list[Both] = []

    def on_the_cluster() -> None:
        with engine(spark.address) as there:
            alive: list[int] = []

            def lose_one(step: int, steps: int, doing: Message) -> None:
                if "checking" in str(doing):
                    alive.append(executors(there))
                    Thread(target=lose_at_work, args=(spark, there), daemon=True).start()

            found = Outcome.of(there, files, folder / "spark", lose_one)
            made.append(Both(expected, found, (*alive, executors(there))))  # type: ignore[arg-type]
            there.rows(there.parquet(folder / "nothing.parquet"))

    with pytest.raises(FindingsError, match="a cluster that completes"):
        on_the_cluster()
    return made[0]


@pytest.mark.parametrize("table", ["counts", "clean", "aside"])
def test_a_cluster_that_loses_a_worker_gives_the_rows_of_duckdb(both: Both, table: str) -> None:
    assert both.executors == (2, 1)
    expected, found = getattr(both.duckdb, table), getattr(both.spark, table)
    pd.testing.assert_frame_equal(expected, found)
    assert len(expected) > {"counts": 1000, "clean": 100, "aside": 20}[table]


def test_a_spark_cluster_reads_each_odd_text_as_what_it_says(both: Both) -> None:
    tables = both.spark.clean, both.spark.aside
    assert outcomes(*(rows[rows["file"] == "odd.csv"] for rows in tables)) == EXPECTED


@pytest.mark.parametrize("installed", [True, False])
def test_a_cluster_that_cannot_be_had_is_told(
    installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if installed and not shutil.which("java") and os.environ.get("CI") != "true":
        pytest.skip("Spark needs java to say that it knows no such cluster")
    if not installed:
        monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(FindingsError) as refused, engine("nowhere"):
        pass
    (finding,) = refused.value.findings
    assert (finding.file, finding.found) == ("ETL_ENGINE", "nowhere")
    assert ("not installed" in str(finding.expected)) is not installed
