#!/usr/bin/env bash
# Sums of the last three months in polars, of months dated by their last day: those of February, April,
# June and November have four months in them, and the last twelve up to February 2025 are thirteen. Three
# months before 30 April is 30 January, so 31 January is inside.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check polars==2.1.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import date
from importlib.metadata import version

import polars as pl

print("polars", version("polars"))
first, last = date(2023, 1, 1), date(2025, 12, 1)
starts = pl.DataFrame({"month": pl.date_range(first, last, "1mo", eager=True)})
ends = starts.with_columns(pl.col("month").dt.month_end())


def counts(months: pl.DataFrame, period: str) -> dict[str, int]:
    counted = months.rolling("month", period=period).agg(pl.len())
    return {str(month)[:7]: n for month, n in counted.iter_rows() if month.year == 2025}


quarters, years = counts(ends, "3mo"), counts(ends, "12mo")
print("months within 3mo, dated by the last day: ", quarters)
print("months within 12mo, dated by the last day:", years)
print("months within 3mo, dated by the first day:", set(counts(starts, "3mo").values()))
assert [month[5:] for month, n in quarters.items() if n == 4] == ["02", "04", "06", "11"]
assert {n for n in quarters.values()} == {3, 4}
assert [month for month, n in years.items() if n == 13] == ["2025-02"]
assert set(counts(starts, "3mo").values()) == {3}
PY
