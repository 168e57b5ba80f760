#!/usr/bin/env bash
# st.cache_data tells frames of 50,000 rows and more apart by a sample of 10,000: a frame whose
# one changed row is not among them gets the answer for the frame before the change.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check streamlit==1.67.0 pandas==3.1.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import logging
from importlib.metadata import version

logging.disable(logging.CRITICAL)
import pandas as pd
import streamlit as st


@st.cache_data
def total(figures: pd.DataFrame) -> int:
    return int(figures["value"].sum())


def answers(rows: int) -> tuple[int, int, int]:
    before = pd.DataFrame({"value": [1] * rows})
    after = before.copy()
    after.loc[7, "value"] = 1_000_001
    return total(before), total(after), int(after["value"].sum())


print("streamlit", version("streamlit"), "pandas", version("pandas"))
small, large = answers(49_999), answers(60_000)
print("49,999 rows: before, after, right:", *small)
print("60,000 rows: before, after, right:", *large)
assert small == (49_999, 1_049_999, 1_049_999)
assert large == (60_000, 60_000, 1_060_000)
PY
