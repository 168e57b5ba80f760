"""How fast certificates become counts: the whole table with all its totals, in one run.

    python -m benchmarks.certificates [certificates]      20 million unless said otherwise

Months and years 2018 to 2025, every region, industry, size and scheme with their totals, written
to disk. Each way runs in a process of its own, which tells its time, that for loading libraries
left out, and its peak memory:

    scan     reading the columns needed and nothing else: the limit
    roll-up  etl.certificates, with 4 GB for the whole process and then with 1 GB
    sql      DuckDB by one statement with grouping sets
    polars, pandas  one pass for each of the 54 combinations of levels; every ninth is measured
             and the time scaled up, since all of them take long
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
from rich.console import Console
from rich.table import Table

from etl.certificates.cube import Reference

CERTIFICATES = 20_000_000
NEEDED = (
    "organisation",
    "region",
    "industry",
    "size",
    "scheme",
    "issued",
    "suspended",
    "ends",
    "ended_by",
    "reissue",
)
PROVINCES, DIVISIONS, SCHEMES, SIZES = 31, 97, 14, ("LARGE", "MEDIUM", "SMALL", "MICRO", "NONE")
SAMPLE = 9


def generate(certificates: int, path: Path) -> None:
    """Write a registry: ten certificates an organisation, in three schemes, renewed in turn.

    Of 100 organisations 4 move to another province and 3 are in several divisions; of 100
    certificates 4 are suspended and 10 withdrawn. Rows lie in no order.
    """
    duckdb.execute(f"""
    COPY (
      WITH drawn AS (
        SELECT i, i // 10 AS o, i % 10 // 3 AS turn, hash(i) AS h, hash(i // 10 + 77) AS oh,
               hash(i // 10 * 3 + i % 10 % 3) AS sh, hash(i * 7 + 13) AS ih, hash(i * 11) AS dh,
               hash(i * 13 + 5) AS th
        FROM range({certificates}) AS r(i)),
      placed AS (
        SELECT *, oh % 100 < 4 AND turn >= 2 AS moved, oh // 100 % 100 < 3 AND ih % 2 = 0 AS other,
          floor({PROVINCES} * (oh // 10000 % 100000 / 1e5) ** 2)::INT AS p,
          floor({PROVINCES} * (hash(o + 999) % 100000 / 1e5) ** 2)::INT AS p2,
          floor({DIVISIONS} * (hash(o + 1234) % 100000 / 1e5) ** 2)::INT AS d,
          floor({DIVISIONS} * (ih % 100000 / 1e5) ** 2)::INT AS d2,
          hash(o + 4321) % 100 AS z,
          floor({SCHEMES} * (sh % 100000 / 1e5) ** 2)::INT AS s,
          DATE '2012-01-01' + (sh // 100000 % 1500 + turn * 1095 + h % 90 - 30)::INT AS issued
        FROM drawn),
      dated AS (
        SELECT *, issued + CASE WHEN dh % 10 = 0 THEN 366 ELSE 1096 END::INT AS expired,
          CASE WHEN th % 100 < 14 THEN issued + (th // 100 % 1000)::INT END AS day
        FROM placed)
      SELECT 'N' || i AS certificate,
        '91' || (110000 + o % 890 * 100) || lpad(o::VARCHAR, 9, 'M') || 'X' AS organisation,
        printf('%02d0000', 11 + CASE WHEN moved THEN p2 ELSE p END) AS region,
        printf('%s%02d', chr(65 + CASE WHEN other THEN d2 ELSE d END // 5),
               1 + CASE WHEN other THEN d2 ELSE d END) AS industry,
        CASE WHEN z < 2 THEN 'LARGE' WHEN z < 12 THEN 'MEDIUM' WHEN z < 55 THEN 'SMALL'
             WHEN z < 95 THEN 'MICRO' ELSE 'NONE' END AS size,
        'SCH' || s AS scheme, issued,
        CASE WHEN th % 100 < 4 AND day < expired THEN day END AS suspended,
        CASE WHEN th % 100 >= 4 AND day < expired THEN day ELSE expired END AS ends,
        CASE WHEN th % 100 >= 4 AND day < expired THEN 'withdrawn' ELSE 'lapsed' END AS ended_by,
        false AS reissue
      FROM dated ORDER BY h
    ) TO '{path}' (FORMAT parquet)""")


def scan(path: Path, _out: Path) -> float:
    """Read every value that the counts need."""
    begun = time.perf_counter()
    duckdb.execute(f"SELECT bit_xor(hash({', '.join(NEEDED)})) FROM '{path}'").fetchall()
    return time.perf_counter() - begun


def roll_up(path: Path, out: Path, memory_limit: str = "4GB") -> float:
    """Make the whole table with the project's own roll-up."""
    import ibis.backends.duckdb  # noqa: F401  loaded when first used otherwise

    from etl.certificates.counting import roll_up
    from etl.certificates.engine import Progress, engine
    from etl.certificates.validity import spanned

    periods = spanned("2018-01", "2025-12") + spanned("2018", "2025")
    begun = time.perf_counter()
    with engine("duckdb", memory_limit, out.parent) as here:
        roll_up(
            here.parquet(path),
            periods,
            _reference(),
            here,
            out,
            Progress(lambda step, of, doing: print(f"  {step}/{of} {doing}", file=sys.stderr), 4),
        )
    return time.perf_counter() - begun


def _reference() -> Reference:
    def tree(parents: dict[str, str]) -> pd.DataFrame:
        return pd.DataFrame({"code": ["ALL", *parents], "parent": ["", *parents.values()]})

    divisions = [f"{chr(65 + i // 5)}{i + 1:02d}" for i in range(DIVISIONS)]
    return Reference(
        regions=tree({"100000": "ALL", **{f"{11 + i}0000": "100000" for i in range(PROVINCES)}}),
        industries=tree(
            {**{code[0]: "ALL" for code in divisions}, **{code: code[0] for code in divisions}}
        ),
        sizes=pd.DataFrame({"code": ["ALL", *SIZES]}),
        schemes=tree(
            {
                **{f"G{i}": "ALL" for i in range(3)},
                **{f"SCH{i}": f"G{i % 3}" for i in range(SCHEMES)},
            }
        ),
        size_rules=pd.DataFrame(),
    )


def roll_up_in_1_gb(path: Path, out: Path) -> float:
    """Make the whole table with little memory."""
    return roll_up(path, out, "1GB")


def with_polars(path: Path, out: Path) -> float:
    """Make every ninth combination and return what the whole would take."""
    from benchmarks import certificates_polars

    begun = time.perf_counter()
    rows = certificates_polars.prepared(path)
    ready = time.perf_counter()
    for number, combination in enumerate(certificates_polars.COMBINATIONS[::SAMPLE]):
        certificates_polars.counts(rows, combination).write_parquet(out.with_suffix(f".{number}"))
    return ready - begun + (time.perf_counter() - ready) * SAMPLE


def with_pandas(path: Path, out: Path) -> float:
    """Make every ninth combination and return what the whole would take."""
    from benchmarks import certificates_pandas, certificates_polars

    begun = time.perf_counter()
    rows = certificates_pandas.prepared(path)
    ready = time.perf_counter()
    for number, combination in enumerate(certificates_polars.COMBINATIONS[::SAMPLE]):
        certificates_pandas.counts(rows, combination).to_parquet(out.with_suffix(f".{number}"))
    return ready - begun + (time.perf_counter() - ready) * SAMPLE


def with_sql(path: Path, out: Path) -> float:
    """Make all combinations by one statement of DuckDB."""
    from benchmarks import certificates_polars, certificates_sql

    begun = time.perf_counter()
    connection = certificates_sql.prepared(path)
    query = certificates_sql.statement(certificates_polars.COMBINATIONS)
    connection.execute(f"COPY ({query}) TO '{out.with_suffix('.parquet')}' (FORMAT parquet)")
    return time.perf_counter() - begun


WAYS: dict[str, Callable[[Path, Path], float]] = {
    "scan": scan,
    "roll-up": roll_up,
    "roll-up, 1 GB": roll_up_in_1_gb,
    "sql": with_sql,
    "polars": with_polars,
    "pandas": with_pandas,
}


def measured(way: str, path: Path, out: Path) -> dict[str, float]:
    """Run one way in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.certificates", "--way", way, str(path), str(out)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if answer.returncode:
        return {"seconds": float("nan"), "gigabytes": float("nan")}
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def run(way: str, path: Path, out: Path) -> None:
    """Run one way here and print its time and peak memory."""
    seconds = WAYS[way](path, out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps({"seconds": seconds, "gigabytes": peak}))


def main(certificates: int = CERTIFICATES) -> None:
    """Measure all ways on one registry and print the table."""
    table = Table(
        "way",
        "seconds",
        "× scan",
        "÷ roll-up",
        "peak GB",
        title=f"{certificates:,} certificates, 2018–2025 monthly and yearly",
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registry.parquet"
        # In a process of its own: a child starts with the peak memory of its parent.
        subprocess.run(
            [
                sys.executable,
                "-m",
                "benchmarks.certificates",
                "--generate",
                str(certificates),
                str(path),
            ],
            check=True,
        )
        found = {way: measured(way, path, Path(folder) / way.replace(" ", "")) for way in WAYS}
    for way, figures in found.items():
        seconds = figures["seconds"]
        table.add_row(
            way,
            f"{seconds:.1f}",
            f"{seconds / found['scan']['seconds']:.1f}",
            f"{seconds / found['roll-up']['seconds']:.2f}",
            f"{figures['gigabytes']:.2f}",
        )
    Console().print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        run(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    elif sys.argv[1:2] == ["--generate"]:
        generate(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(int(float(sys.argv[1])) if sys.argv[1:] else CERTIFICATES)
