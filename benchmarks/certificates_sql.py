"""The roll-up's counts as a good engineer writes them in DuckDB's own SQL: one statement.

GROUPING SETS name the 54 combinations of levels. An organisation's certificates in a cell are
merged as bits, a bit a month, in two words; each bit then is summed over the organisations.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.certificates_polars import FIRST, LAST, LEVELS

SLOTS = LAST - FIRST + 1
HALF = (SLOTS + 1) // 2  # bits of the first word
KEYS = [level for levels in LEVELS.values() for level in levels if level]
Combination = tuple[str | None, ...]


def prepared(path: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection with the certificates in a table, coded and in months."""
    connection = duckdb.connect()

    def month(day: str) -> str:
        return f"greatest(0, least({SLOTS}, year({day}) * 12 + month({day}) - 1 - {FIRST}))"

    def bits(word: int) -> str:
        begins, halts = (
            f"greatest(0, least({HALF}, {slot} - {word * HALF}))" for slot in ("begins", "halts")
        )
        return f"(1::BIGINT << {halts}) - (1::BIGINT << {begins})"

    connection.execute(f"""
        CREATE TABLE certificates AS
        WITH dated AS (
          SELECT *, {month("issued")} AS begins, {month("coalesce(suspended, ends)")} AS halts,
            {month("ends")} AS until FROM '{path}')
        SELECT hash(organisation) AS organisation, region, 0 AS nation, industry,
          industry[1] AS section, size, scheme, scheme[4:]::INT % 3 AS family, begins, halts, until,
          (ended_by = 'lapsed')::INT AS lapses, (NOT reissue)::INT AS new,
          {bits(0)} AS word_0, {bits(1)} AS word_1
        FROM dated WHERE until > 0 AND begins < {SLOTS}""")
    return connection


def counts(connection: duckdb.DuckDBPyConnection, *combinations: Combination) -> Any:
    """Return the six counts of combinations of levels at every month and year end, as a frame."""
    return connection.sql(statement(combinations)).df()


def statement(combinations: Sequence[Combination]) -> str:
    """Return the SQL that counts combinations of levels."""
    keys = [name for name in KEYS if any(name in each for each in combinations)]

    def sets(*more: str) -> str:
        grouped = (", ".join([*filter(None, each), *more]) for each in combinations)
        return f"GROUPING SETS ({', '.join(f'({names})' for names in grouped)})"

    # Which combination a row is of, and its codes, as one value to join and to sort by.
    cell = f"hash(grouping({', '.join(keys)}), {', '.join(keys)})" if keys else "0"
    held = [f"sum((word_{t // HALF} >> {t % HALF}) & 1)::INT" for t in range(SLOTS)]
    stock = "PARTITION BY cell ORDER BY slot"
    return f"""
      WITH events AS (
        SELECT *, unnest([begins, halts, until]) AS slot, unnest([1, -1, 0]) AS valid,
          unnest([0, (halts < until)::INT, -(halts < until)::INT]) AS suspended,
          unnest([new, 0, 0]) AS fresh, unnest([0, 0, lapses]) AS lapsed,
          unnest([0, 0, 1 - lapses]) AS withdrawn
        FROM certificates),
      changes AS (
        SELECT {cell} AS cell, slot, sum(valid) AS valid, sum(suspended) AS suspended,
          sum(fresh) AS new, sum(lapsed) AS lapsed, sum(withdrawn) AS withdrawn
        FROM events GROUP BY {sets("slot")}),
      merged AS (
        SELECT {cell} AS cell, bit_or(word_0) AS word_0, bit_or(word_1) AS word_1
        FROM certificates WHERE begins < halts GROUP BY {sets("organisation")}),
      holders AS (
        SELECT cell, unnest(range({SLOTS})) AS slot, unnest([{", ".join(held)}]) AS organisations
        FROM merged GROUP BY cell),
      cells AS (SELECT DISTINCT cell FROM changes),
      monthly AS (
        SELECT cell, slot, sum(coalesce(valid, 0)) OVER ({stock}) AS valid,
          sum(coalesce(suspended, 0)) OVER ({stock}) AS suspended,
          coalesce(organisations, 0) AS organisations, coalesce(new, 0) AS new,
          coalesce(lapsed, 0) AS lapsed, coalesce(withdrawn, 0) AS withdrawn
        FROM cells CROSS JOIN (SELECT unnest(range({SLOTS})) AS slot)
        LEFT JOIN changes USING (cell, slot) LEFT JOIN holders USING (cell, slot))
      SELECT cell, slot::INT AS step, valid, suspended, organisations, new, lapsed, withdrawn
      FROM monthly WHERE slot > 0
      UNION ALL
      SELECT cell, ((slot + 11) // 12)::INT AS step, arg_max(valid, slot), arg_max(suspended, slot),
        arg_max(organisations, slot), sum(new), sum(lapsed), sum(withdrawn)
      FROM monthly WHERE slot > 0 GROUP BY cell, step"""
