#!/usr/bin/env bash
# Of records in JSON the first hundred rates are whole, and the next is 93.39. polars makes it 93, from a list of
# records and from a file alike, and leaves out a note that first stands behind the hundredth; a text there would
# have been an error. pandas keeps both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check polars==2.1.0 pandas==3.1.1
cd "$folder"
venv/bin/python - <<'PY'
import json
from importlib.metadata import version

import pandas as pd
import polars as pl

print(*(f"{name} {version(name)}" for name in ("polars", "pandas")))
whole = [{"rate": 100}] * 100
records = [*whole, {"rate": 93.39}]
noted = [*whole, {"rate": 93.39, "note": "b"}]
found = {
    "polars, records": pl.from_dicts(records)["rate"][-1],
    "polars, file": pl.read_json(json.dumps(records).encode())["rate"][-1],
    "polars, columns": pl.from_dicts(noted).columns,
    "pandas, records": pd.DataFrame(records)["rate"].iloc[-1].item(),
    "pandas, columns": pd.DataFrame(noted).columns.tolist(),
}
print(found)
assert found == {
    "polars, records": 93,
    "polars, file": 93,
    "polars, columns": ["rate"],
    "pandas, records": 93.39,
    "pandas, columns": ["rate", "note"],
}
PY
