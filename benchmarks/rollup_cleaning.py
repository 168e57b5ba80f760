"""How fast a bureau's files become a clean registry: read, checked, set aside, written.

    python -m benchmarks.rollup_cleaning [certificates]      20 million unless said otherwise

The registry of benchmarks.rollup as a bureau would export it, one CSV file and one Parquet file of
texts, half the rows each: names for regions, credit codes with their check digit, statuses with
their days; one row in a hundred is wrong. In a process of its own, which tells its peak memory.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from benchmarks.rollup import CERTIFICATES, generate
from etl.rollup import Reference, reference
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
    regions = known.regions.loc[known.regions["kind"] == "province", "name_zh"].tolist()
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
             ELSE {regions}[1 + (region[1:2]::INT - 11) % {len(regions)}] END AS 地区,
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


def clean(folder: Path) -> None:
    """Read, check and write the exported files; print what came of it."""
    from etl.rollup import Declaration, engine
    from etl.rollup.files import cleaned

    codes = known_reference()
    begun = time.perf_counter()
    with engine("duckdb", spill=folder) as here:
        declaration = Declaration(as_of=date(2040, 1, 1))
        paths = sorted(folder.glob("part-*"))
        summary = cleaned(paths, declaration, codes, folder / "out", here)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{summary.rows:,} rows, {summary.share_set_aside:.2f} % set aside: {seconds:.1f} s, "
        f"{summary.rows / seconds / 1e6:.2f} million rows a second, {peak:.2f} GB"
    )


def main(certificates: int = CERTIFICATES) -> None:
    """Export and clean in two further processes."""
    with tempfile.TemporaryDirectory() as folder:
        for step in ("--export", "--clean"):
            subprocess.run(
                [sys.executable, "-m", "benchmarks.rollup_cleaning", step, folder,
                 str(certificates)],
                check=True,
            )  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["--export"]:
        place = Path(sys.argv[2])
        generate(int(sys.argv[3]), place / "generated.parquet")
        export(place / "generated.parquet", place)
    elif sys.argv[1:2] == ["--clean"]:
        clean(Path(sys.argv[2]))
    else:
        main(int(float(sys.argv[1])) if sys.argv[1:] else CERTIFICATES)
