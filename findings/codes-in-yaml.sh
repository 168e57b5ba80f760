#!/usr/bin/env bash
# A list of industry divisions in YAML: 01 to 07 are read as whole numbers (octal), 08 and 09 stay
# text. 0100 is 64, a ratio 1:10 is 70, and 1.0e3 is text where 1.0e+3 is a number.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pyyaml==6.0.3
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import yaml

print("PyYAML", version("pyyaml"))
read = yaml.safe_load("divisions: [01, 07, 08, 09, 10]\ncode: 0100\nratio: 1:10\nlarge: [1.0e3, 1.0e+3]")
print(read)
assert read == {
    "divisions": [1, 7, "08", "09", 10],
    "code": 64,
    "ratio": 70,
    "large": ["1.0e3", 1000.0],
}
PY
