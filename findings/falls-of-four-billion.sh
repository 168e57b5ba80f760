#!/usr/bin/env bash
# Ranks and counts of polars are numbers without a sign. A province that falls from second to fourth moves by
# 4,294,967,294 places, and one certificate fewer than last year is 4,294,967,295 more; neither warns. diff() has
# a sign, so that the same change is right or wrong by how it is written.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check polars==2.1.0
cd "$folder"
venv/bin/python - <<'PY'
from importlib.metadata import version

import polars as pl

print("polars", version("polars"))
rates = pl.DataFrame(
    {"province": ["甲", "乙", "丙", "丁"], "2023": [97.0, 96.0, 95.0, 94.0], "2024": [97.5, 94.5, 96.0, 95.0]}
)
before, after = (pl.col(year).rank("min", descending=True) for year in ("2023", "2024"))
moves = dict(rates.select("province", before - after).iter_rows())
print("places gained, rank of 2023 less rank of 2024:", moves)
assert moves == {"甲": 0, "乙": 2**32 - 2, "丙": 1, "丁": 1}

certificates = pl.DataFrame({"issued": [2023, 2023, 2023, 2024, 2024]})
counts = certificates.group_by("issued", maintain_order=True).agg(held=pl.len())
changes = counts.select(
    "issued", "held", less=pl.col("held") - pl.col("held").shift(1), diff=pl.col("held").diff()
)
print(changes.rows(named=True))
assert changes.rows() == [(2023, 3, None, None), (2024, 2, 2**32 - 1, -1)]
PY
