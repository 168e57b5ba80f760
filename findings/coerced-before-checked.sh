#!/usr/bin/env bash
# A schema of pandera that coerces lets pass what it should find: by the whole numbers it asks for, 95.7 becomes
# 95 and -0.9 becomes 0, which is "not below 0"; and in a column of yes and no 否, "no", becomes True.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pandera==0.35.0 pandas==3.1.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import pandas as pd
import pandera.pandas as pa

SCHEMA = pa.DataFrameSchema(
    {"firms": pa.Column(int, pa.Check.ge(0), coerce=True), "audited": pa.Column(bool, coerce=True)}
)
print(*(f"{name} {version(name)}" for name in ("pandera", "pandas")))
given = pd.DataFrame({"firms": [95.7, -0.9], "audited": ["否", "False"]})
valid = SCHEMA.validate(given)
print(given, valid, sep="\n")
assert valid["firms"].tolist() == [95, 0]
assert valid["audited"].tolist() == [True, True]
PY
