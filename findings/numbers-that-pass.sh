#!/usr/bin/env bash
# What counts as a number. A Table Schema field of type number is valid with 1_000 in it and with
# full-width digits; Babel reads both as well, even strictly; pandas does in astype and does not in
# to_numeric; polars refuses both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check frictionless==5.21.0 babel==2.18.0 pandas==3.1.1 polars==2.1.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import pandas as pd
import polars as pl
from babel.numbers import NumberFormatError, parse_decimal
from frictionless import Schema


def read(text: str) -> dict[str, float | None]:
    field = Schema.from_descriptor({"fields": [{"name": "v", "type": "number"}]}).fields[0]
    value, errors = field.read_cell(text)
    ways = {
        "babel, strict": lambda: parse_decimal(text, locale="zh_CN", strict=True),
        "pandas astype": lambda: pd.Series([text]).astype(float)[0],
        "pandas to_numeric": lambda: pd.to_numeric(pd.Series([text]))[0],
        "polars": lambda: pl.Series([text]).cast(pl.Float64)[0],
    }
    answers: dict[str, float | None] = {"frictionless": None if errors else float(value)}
    for name, way in ways.items():
        try:
            answers[name] = float(way())
        except (ValueError, NumberFormatError, pl.exceptions.PolarsError):
            answers[name] = None
    return answers


for name in ("frictionless", "babel", "pandas", "polars"):
    print(name, version(name))
for text, number in (("1_000", 1000.0), ("１２３", 123.0)):
    answers = read(text)
    print(text, answers)
    assert answers == {
        "frictionless": number,
        "babel, strict": number,
        "pandas astype": number,
        "pandas to_numeric": None,
        "polars": None,
    }
PY
