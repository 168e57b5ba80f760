#!/usr/bin/env bash
# A code is ALL or a letter with two digits, `ALL|[A-T][0-9]{2}`. To frictionless "ALL of them" is such a code and
# the package valid: only the first of the two forms is held at the beginning, only the last at the end. In
# brackets, `(ALL|[A-T][0-9]{2})`, it is refused.
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
CODES = ["ALL", "C13", "ALL of them", "ALLC13 to C15", "C13 to C15"]


def refused(pattern: str) -> list[str]:
    field = {"name": "code", "type": "string", "constraints": {"pattern": pattern}}
    schema = Schema.from_descriptor({"fields": [field]})
    report = Resource(data=[["code"], *([code] for code in CODES)], schema=schema).validate()
    return [CODES[error.row_number - 2] for task in report.tasks for error in task.errors]


found = {form: refused(form) for form in ("ALL|[A-T][0-9]{2}", "[A-T][0-9]{2}|ALL", "(ALL|[A-T][0-9]{2})")}
for pattern, codes in found.items():
    print(pattern, "refuses", codes)
assert list(found.values()) == [
    ["C13 to C15"],
    ["ALL of them", "ALLC13 to C15"],
    ["ALL of them", "ALLC13 to C15", "C13 to C15"],
]
PY
