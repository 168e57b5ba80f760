#!/usr/bin/env bash
# Babel's short form picks its unit before it rounds: 99,995,000 becomes 10000万, not 1亿, and
# 999,999 becomes 1000K, not 1M.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check babel==2.18.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

from babel.numbers import format_compact_decimal

print("Babel", version("babel"))
short = [
    format_compact_decimal(value, locale=locale)
    for value, locale in ((99_995_000, "zh_CN"), (100_000_000, "zh_CN"), (999_999, "en"))
]
print(short)
assert short == ["10000万", "1亿", "1000K"]
PY
