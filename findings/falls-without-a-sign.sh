#!/usr/bin/env bash
# Of figures with a unit behind them, "bareNumber": false, the Data Package standard says that what is not numeric
# before and behind is left out. frictionless leaves out U+2212, the minus sign of typeset tables, with it, and the
# brackets and triangles of accounts: falls of 5.2 % are rises of 5.2, and valid. So is 3 for 3万.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check frictionless==5.21.0
cd "$folder"
venv/bin/python - <<'PY'
from importlib.metadata import version

from frictionless import Resource, Schema

print("frictionless", version("frictionless"))
CHANGES = ["-5.2%", "−5.2%", "▼5.2%", "△5.2%", "(5.2)%", "3万"]
field = {"name": "change", "type": "number", "bareNumber": False}
changes = Resource(data=[["change"], *([text] for text in CHANGES)], schema=Schema.from_descriptor({"fields": [field]}))
valid = changes.validate().valid
found = dict(zip(CHANGES, (float(row["change"]) for row in changes.read_rows()), strict=True))
print("valid:", valid, found)
assert valid
assert list(found.values()) == [-5.2, 5.2, 5.2, 5.2, 5.2, 3.0]
PY
