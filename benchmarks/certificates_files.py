"""How fast a bureau's files become counts by the shipped code lists, prefectures among them.

    python -m benchmarks.certificates_files [certificates]      20 million unless said otherwise

The registry of benchmarks.certificates as a bureau would export it, one CSV file and one Parquet
file of texts, half the rows each: names of prefectures, credit codes, statuses with
their days; one row in a hundred is wrong. Each way runs in a process of its own, which tells its
time and peak memory. Pages of files are left out of that: the system takes them back at need.

    reading        every value of the files and nothing else: the limit
    files, 4 GB    `etl rollup`: cleaned, set aside, counted at month ends 2018 to 2025
    files, 1 GB    the same with little memory
    update         `etl certificates update`: a hundredth of the certificates is suspended
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from threading import Thread

import duckdb
import pandas as pd
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.certificates import CERTIFICATES, generate
from etl.certificates.cube import Reference, reference
from indicators import catalogue

SHARE_WRONG = 1.0  # per cent


def known_reference() -> Reference:
    """Return the shipped code lists."""
    known = catalogue.load()
    rules = pd.read_csv(catalogue.REFERENCE / "size_rules.csv", dtype={"selector": "str"})
    return reference(known.regions, known.industries, known.sizes, known.schemes, rules)


def export(registry: Path, folder: Path) -> None:
    """Write a generated registry as a bureau would: part-1.csv and part-2.parquet."""
    known = catalogue.load()
    regions = known.regions.loc[known.regions["kind"] == "prefecture", "name_zh"].tolist()
    divisions = known.industries.loc[known.industries["level"] == "division", "code"].tolist()
    parents = set(known.schemes["parent"])
    schemes = [code for code in known.schemes["code"] if code not in parents][:14]
    values = " + ".join(f"substr(body, {i + 1}, 1)::INT * {pow(3, i, 31)}" for i in range(17))
    duckdb.execute(f"""
    CREATE OR REPLACE TEMP TABLE bureau AS
      WITH bodies AS (
        SELECT organisation, body, (31 - ({values}) % 31) % 31 AS digit
        FROM (SELECT DISTINCT organisation, '91' || substr(organisation, 3, 6)
                || lpad(ltrim(substr(organisation, 9, 9), 'M'), 9, '0') AS body
              FROM '{registry}')),
      codes AS (
        SELECT organisation, body || '0123456789ABCDEFGHJKLMNPQRTUWXY'[digit + 1] AS code
        FROM bodies)
      SELECT certificate AS 证书编号, code AS 统一社会信用代码,
        CASE WHEN hash(certificate) % 10000 < {round(SHARE_WRONG * 100)} THEN '火星'
             ELSE {regions}[1 + (region[1:2]::INT * 11 + (hash(code) % 11)::INT) % {len(regions)}]
             END AS 地区,
        {divisions}[industry[2:3]::INT] AS 行业, {schemes}[1 + scheme[4:]::INT] AS 认证领域,
        CASE size WHEN 'NONE' THEN '未划型' WHEN 'LARGE' THEN '大型' WHEN 'MEDIUM' THEN '中型'
             WHEN 'SMALL' THEN '小型' ELSE '微型' END AS 企业规模,
        strftime(issued, '%Y-%m-%d') AS 颁证日期,
        strftime(CASE ended_by WHEN 'lapsed' THEN ends - 1 ELSE ends + 300 END, '%Y/%m/%d')
          AS 到期日期,
        CASE WHEN suspended IS NOT NULL THEN '暂停' WHEN ended_by = 'withdrawn' THEN '撤销'
             ELSE '有效' END AS 证书状态,
        strftime(CASE WHEN suspended IS NOT NULL THEN suspended
                      WHEN ended_by = 'withdrawn' THEN ends END, '%Y-%m-%d') AS 状态日期
      FROM '{registry}' JOIN codes USING (organisation)""")
    (rows,) = duckdb.execute("SELECT count(*) FROM bureau").fetchone() or (0,)
    duckdb.execute(f"COPY (FROM bureau LIMIT {rows // 2}) TO '{folder}/part-1.csv' (HEADER)")
    duckdb.execute(f"COPY (FROM bureau OFFSET {rows // 2}) TO '{folder}/part-2.parquet'")


def reading(folder: Path) -> dict[str, float]:
    """Read every value of the files."""
    begun = time.perf_counter()
    for part in (
        f"read_csv('{folder}/part-1.csv', all_varchar=true)",
        f"'{folder}/part-2.parquet'",
    ):
        duckdb.execute(f"SELECT bit_xor(hash(COLUMNS(*))) FROM {part}").fetchall()
    return {"seconds": time.perf_counter() - begun}


def rolled_up(folder: Path, memory: str) -> dict[str, float]:
    """Clean and count the files as `etl rollup` does."""
    import ibis.backends.duckdb  # noqa: F401  loaded when first used otherwise

    from etl.certificates.counting import roll_up
    from etl.certificates.engine import engine
    from etl.certificates.registry import cleaned
    from etl.certificates.registry_declaration import Declaration
    from etl.certificates.validity import spanned

    codes, out = known_reference(), folder / "out"
    paths = sorted(folder.glob("part-*"))
    with engine("duckdb", memory, folder) as here:
        begun = time.perf_counter()
        summary = cleaned(paths, Declaration(as_of=date(2040, 1, 1)), codes, out, here)
        clean = time.perf_counter()
        registry = here.parquet(out / "registry.parquet")
        counts = roll_up(registry, spanned("2018-01", "2025-12"), codes, here, out)
        done = time.perf_counter()
        rows = here.number(counts)
    return {
        "seconds": done - begun,
        "cleaning": clean - begun,
        "counting": done - clean,
        "set aside": summary.set_aside,
        "rows": rows,
    }


def updated(folder: Path) -> dict[str, float]:
    """Count the files, then bring the counts up to date by a drop of a hundredth of them."""
    import ibis.backends.duckdb  # noqa: F401  loaded when first used otherwise

    from etl.certificates.counting import roll_up_files
    from etl.certificates.engine import engine
    from etl.certificates.registry_declaration import Declaration
    from etl.certificates.update import update_files
    from etl.certificates.validity import spanned

    drop = folder / "drop.parquet"
    duckdb.execute(f"""
    COPY (
      SELECT * REPLACE ('暂停' AS 证书状态, 颁证日期 AS 状态日期)
      FROM read_csv('{folder}/part-1.csv', all_varchar=true)
      WHERE 证书状态 = '有效' AND hash(证书编号) % 43 = 0
    ) TO '{drop}' (FORMAT parquet)""")
    codes, out, said = known_reference(), folder / "kept", Declaration(as_of=date(2040, 1, 1))
    with engine("duckdb", "4GB", folder) as here:
        begun = time.perf_counter()
        periods = spanned("2018-01", "2025-12")
        roll_up_files(sorted(folder.glob("part-*")), said, periods, codes, out, here)
        full = time.perf_counter()
        update_files([drop], said, codes, out, here)
        done = time.perf_counter()
    return {"seconds": done - full, "÷ full": (done - full) / (full - begun)}


WAYS: dict[str, Callable[[Path], dict[str, float]]] = {
    "reading": reading,
    "files, 4 GB": partial(rolled_up, memory="4GB"),
    "files, 1 GB": partial(rolled_up, memory="1GB"),
    "update": updated,
}
FIGURES = ("seconds", "× reading", "cleaning", "counting", "set aside", "rows", "÷ full", "peak GB")


def run(way: str, folder: Path) -> None:
    """Run one way here and print its figures."""
    peak = _Peak()
    peak.start()
    found = WAYS[way](folder)
    print(json.dumps(found | {"peak GB": peak.bytes / 1e9}))


def _written(figure: float | None) -> str:
    if figure is None:
        return ""
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:,.2f}"


class _Peak(Thread):
    """The most memory that this process has held of its own, looked at again and again."""

    bytes = 0

    def __init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        while True:
            now = psutil.Process().memory_info()
            self.bytes = max(self.bytes, now.rss - now.shared)
            time.sleep(0.02)


def main(certificates: int = CERTIFICATES) -> None:
    """Export, then measure all ways on the same files and print the table."""
    title = f"{certificates:,} certificates, 363 prefectures, 2018–2025 monthly"
    table = Table("way", *FIGURES, title=title)
    this = [sys.executable, "-m", "benchmarks.certificates_files"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*this, "--export", folder, str(certificates)], check=True)
        found = {
            way: json.loads(
                subprocess.run(
                    [*this, "--way", way, folder], stdout=subprocess.PIPE, check=True
                ).stdout.splitlines()[-1]
            )
            for way in WAYS
        }
    for way, figures in found.items():
        figures["× reading"] = figures["seconds"] / found["reading"]["seconds"]
        table.add_row(way, *(_written(figures.get(name)) for name in FIGURES))
    Console(width=100).print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--export"]:
        place = Path(sys.argv[2])
        generate(int(sys.argv[3]), place / "generated.parquet")
        export(place / "generated.parquet", place)
    elif sys.argv[1:2] == ["--way"]:
        run(sys.argv[2], Path(sys.argv[3]))
    else:
        main(int(float(sys.argv[1])) if sys.argv[1:] else CERTIFICATES)
