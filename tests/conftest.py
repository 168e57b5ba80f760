"""One tiny known world for all tests, on SQLite and on a real PostgreSQL.

    period    Jiangsu 320000    Zhejiang 330000    the nation 100000    with abroad ALL
    2023-03        451,448           439,345            3,368,862         3,451,941
    2024-12        537,498           553,393            4,067,752         4,158,266

valid certificates, all schemes, from one document of the source `platform_provinces`.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import psutil
import psycopg
import pyarrow as pa
import pytest
import sqlalchemy as sa

from etl.publish.gate import Decision, Edition, publish
from etl.publish.moves import between
from etl.refresh import RAW, figures, fill_if_empty
from indicators.store.database import open_database, writing
from indicators.store.tables import identity

# A page run for a test is served to nobody, and says nothing of how its request came.
os.environ.setdefault("ACCESS", "public")

# Thousands of tests leave much behind that stays: to look through all of it after every few hundred
# objects takes a seventh of the time of a refresh.
gc.set_threshold(50_000, 20, 50)

# Files whose tests take minutes, the longest first: no worker is left alone with one at the end.
LONGEST = (
    "test_browser.py",
    "test_thirty_nights.py",
    "test_filing.py",
    "test_hostile_figures.py",
    "test_pages.py",
    "test_suppression_releases.py",
    "test_unattended.py",
    "test_refresh.py",
    "test_certificates_update.py",
    "test_certificates_spark.py",
    "test_disclosure.py",
    "test_suppression_attack.py",
    "test_demonstration.py",
)

WORLD = [
    ("certificates_valid", "2023-03", "320000", 451_448.0),
    ("certificates_valid", "2023-03", "330000", 439_345.0),
    ("certificates_valid", "2023-03", "100000", 3_368_862.0),
    ("certificates_valid", "2023-03", "ALL", 3_451_941.0),
    ("certificates_valid", "2024-12", "320000", 537_498.0),
    ("certificates_valid", "2024-12", "330000", 553_393.0),
    ("certificates_valid", "2024-12", "100000", 4_067_752.0),
    ("certificates_valid", "2024-12", "ALL", 4_158_266.0),
]
CITATION = {
    "citation": "c1",
    "source": "platform_provinces",
    "publisher": "国家认监委",
    "document": "2024年12月全国认证证书分布",
    "date": "2025-01-10",
    "copy": None,
    "copy_kind": None,
    "url": None,
    "licence": "公开",
    "place": "三、地域分布 表",
    "basis": "as_published",
    "verification": "secondary",
    "note": "",
    "file": "platform_provinces/2024-12.csv",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with LONGEST."""
    place = {name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


def rows_of(world: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    """Return rows ready to publish from (indicator, period, region, value)."""
    rows = pd.DataFrame(world, columns=["indicator", "period", "region", "value"])
    return rows.assign(
        scheme="ALL",
        industry="ALL",
        size="ALL",
        status="A",
        confidentiality="F",
        numerator=float("nan"),
        denominator=float("nan"),
        source="platform_provinces",
        citation="c1",
    )


def held_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what `holdings.by_region` says of rows."""
    keys = ["indicator", "source", "region"]
    known = rows.assign(known=rows["value"].notna() & (rows["confidentiality"] == "F"))
    return known.groupby(keys)["known"].any().reset_index()


_FILES = ExitStack()  # in which what moves stands until the tests end
atexit.register(_FILES.close)


def edition_of(
    world: list[tuple[str, str, str, float]] | pd.DataFrame,
    citations: pd.DataFrame | None = None,
    gone: list[tuple[str, str, str, float]] | None = None,
    base: int | None = None,
) -> Edition:
    """Return these rows as an edition; without `gone` they are all there is."""
    rows = world if isinstance(world, pd.DataFrame) else rows_of(world)
    inputs = pd.DataFrame(
        [("platform_provinces/2024-12.csv", "platform_provinces", "0" * 64, 10)],
        columns=["file", "source", "sha256", "bytes"],
    )
    batches = pa.Table.from_pandas(rows, preserve_index=False).to_batches()
    cited = pd.DataFrame([CITATION]) if citations is None else citations
    if gone is None:
        return Edition(batches, cited, inputs)
    leaving = pa.RecordBatch.from_pandas(rows_of(gone).assign(release=1), preserve_index=False)
    moves = _FILES.enter_context(between(batches, [leaving]))
    return Edition((), cited, inputs, moves=moves, base=base)


def publish_then_suppress(engine: sa.Engine, cited: pd.DataFrame, secret: float) -> None:
    """Publish WORLD with a number of 浙江, cited as c2; then again with that number suppressed."""
    first = rows_of(WORLD)
    small = (first["region"] == "330000") & (first["period"] == "2024-12")
    first["value"] = first["value"].mask(small, secret)
    first["citation"] = first["citation"].mask(small, "c2")
    publish(engine, edition_of(first, cited), Decision("first"))
    second = first.assign(confidentiality=first["confidentiality"].mask(small, "C"))
    second["value"] = second["value"].mask(small)
    publish(engine, edition_of(second, cited), Decision("second"))


def publish_rows(engine: sa.Engine, world: list[tuple[str, str, str, float]]) -> int | None:
    """Publish these rows as all there is; return the number of the release."""
    return publish(engine, edition_of(world), Decision("a test")).release


def cannot_run(reason: str) -> None:
    """Skip a test that this machine cannot run; where `CI` is set, fail it."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _postgresql_programs() -> Path | None:
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


@contextmanager
def serving_postgresql() -> Iterator[str]:
    """Run a PostgreSQL of our own on loopback; yield the URL of its first database."""
    with postgresql_cluster() as cluster, cluster.serving() as url:
        yield url


@dataclass(frozen=True)
class Cluster:
    """The files of a PostgreSQL of our own, in a folder that goes with it."""

    programs: Path
    folder: Path

    @contextmanager
    def serving(self, kilobytes: str = "unlimited") -> Iterator[str]:
        """Yield the URL while it runs; none of its files may grow beyond so many kilobytes."""
        port = free_port()
        options = f"-p {port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run(
            "pg_ctl",
            "-o",
            options,
            "-l",
            str(self.folder / "log"),
            "-w",
            "start",
            kilobytes=kilobytes,
        )
        try:
            yield f"postgresql://tests@127.0.0.1:{port}/postgres"
        finally:
            self.run("pg_ctl", "-m", "fast", "-w", "stop")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let all its processes stand still, so that it takes connections and says nothing."""
        first = (self.folder / "cluster" / "postmaster.pid").read_text().splitlines()[0]
        server = psutil.Process(int(first))
        processes = [server, *server.children()]
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                process.resume()

    def run(self, program: str, *arguments: str, kilobytes: str = "unlimited") -> None:
        """Run one of its programs on its files."""
        limited = f'ulimit -S -f {kilobytes}; exec "$@"'
        own = [str(self.programs / program), "-D", str(self.folder / "cluster"), *arguments]
        subprocess.run(
            ["bash", "-c", limited, "-", *own],
            check=True,
            cwd=self.folder,
            # PostgreSQL refuses to run as root.
            user="postgres" if os.geteuid() == 0 else None,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )


@contextmanager
def postgresql_cluster(*making: str) -> Iterator[Cluster]:
    """Yield a cluster made by initdb with these further options."""
    programs = _postgresql_programs()
    if programs is None:
        cannot_run("PostgreSQL is not installed")
        raise AssertionError
    cluster = Cluster(programs, Path(tempfile.mkdtemp(prefix="postgresql-")))
    if os.geteuid() == 0:
        shutil.chown(cluster.folder, "postgres")
    cluster.run("initdb", "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync", *making)
    try:
        yield cluster
    finally:
        shutil.rmtree(cluster.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Yield the URL of the tests' own PostgreSQL."""
    with serving_postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file with our tables, to be copied: to make them takes a while."""
    file = tmp_path_factory.mktemp("tables") / "tables.sqlite"
    open_database(f"sqlite:///{file}").dispose()
    return file


@pytest.fixture(scope="session")
def postgresql_tables(postgresql: str) -> str:
    """Return the name of a PostgreSQL database with our tables, to be copied."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute('CREATE DATABASE "tables"')
    open_database(_beside(postgresql, "tables")).dispose()
    return "tables"


def _beside(first: str, name: str) -> str:
    """Return the URL of another database of a server, as SQLAlchemy has it."""
    return f"postgresql+psycopg://{first.removeprefix('postgresql://').rpartition('/')[0]}/{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database: each test runs once on SQLite, once on PostgreSQL.

    Our tables are there already for a test that asks for them, by `empty`.
    """
    made = "empty" in request.fixturenames
    if request.param == "sqlite":
        file = tmp_path / "test.sqlite"
        if made:
            shutil.copy(request.getfixturevalue("sqlite_tables"), file)
        return f"sqlite:///{file}"
    first: str = request.getfixturevalue("postgresql")
    like = request.getfixturevalue("postgresql_tables") if made else "template1"
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(first, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"'.encode())
    return _beside(first, name)


@pytest.fixture
def empty(database_url: str) -> Iterator[sa.Engine]:
    """Yield an engine on an empty database with our tables, its own by its identity."""
    engine = open_database(database_url)
    with writing(engine) as connection:
        connection.execute(sa.update(identity).values(identity=uuid.uuid4().hex))
    yield engine
    engine.dispose()


@pytest.fixture
def engine(empty: sa.Engine) -> sa.Engine:
    """Return an engine on the tiny known world, published as release 1."""
    assert publish_rows(empty, WORLD) == 1
    return empty


@pytest.fixture(scope="session")
def shipped_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file with the figures that the project ships, to be copied."""
    file = tmp_path_factory.mktemp("shipped") / "figures.sqlite"
    engine = open_database(f"sqlite:///{file}")
    fill_if_empty(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="module")
def shipped(shipped_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield an engine on the figures that the project ships, the module's own."""
    file = shutil.copy(shipped_file, tmp_path_factory.mktemp("figures"))
    engine = open_database(f"sqlite:///{file}")
    yield engine
    engine.dispose()


def copy_of_raw(folder: Path, *sources: str) -> Path:
    """Copy a few shipped sources into `folder`, to put own files beside them, and return it."""
    few = sources or ("platform_provinces", "population_census")
    for source in few:
        shutil.copytree(RAW / source, folder / source)
    shutil.copytree(_tidied(few), folder.parent / "tidy", dirs_exist_ok=True)
    return folder


@cache
def _tidied(sources: tuple[str, ...]) -> Path:
    """Return what a refresh keeps of a few shipped sources, so that few tests tidy them again."""
    folder = Path(_FILES.enter_context(tempfile.TemporaryDirectory(prefix="tidied-")))
    for source in sources:
        shutil.copytree(RAW / source, folder / "raw" / source)
    with figures(folder / "raw"):
        return folder / "tidy"
