#!/usr/bin/env bash
# multipleOf 0.01, as one would say 'two decimals', refuses 0.07 and 4.35; a range lets NaN through;
# \d in a pattern takes full-width digits, and $ a line break at the end.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check jsonschema==4.26.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

from jsonschema import Draft202012Validator

print("jsonschema", version("jsonschema"))


def valid(schema: dict[str, object], value: object) -> bool:
    return Draft202012Validator(schema).is_valid(value)


decimals = {value: valid({"multipleOf": 0.01}, value) for value in (93.39, 0.07, 4.35)}
not_a_number = valid({"minimum": 0, "maximum": 100}, float("nan"))
code = {repr(text): valid({"pattern": r"^\d{6}$"}, text) for text in ("１１００００", "110000\n")}
print("two decimals:", decimals)
print("NaN within 0 to 100:", not_a_number)
print("six digits:", code)
assert decimals == {93.39: True, 0.07: False, 4.35: False}
assert not_a_number
assert all(code.values())
PY
