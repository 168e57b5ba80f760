#!/usr/bin/env bash
# st.metric draws a rise unless the delta begins with the ASCII hyphen: a fall written with the
# minus sign U+2212, which number formatters and Vega use, is drawn as a rise, and so is NaN.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check streamlit==1.67.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import logging
from importlib.metadata import version

logging.disable(logging.CRITICAL)
from streamlit.proto.Metric_pb2 import Metric
from streamlit.testing.v1 import AppTest


PAGE = """
import streamlit as st

st.metric("hyphen", "1", "-0.3")
st.metric("minus sign", "1", "\\u22120.3")
st.metric("not a number", "1", float("nan"))
"""

print("streamlit", version("streamlit"))
directions = {
    metric.label: Metric.MetricDirection.Name(metric.proto.direction)
    for metric in AppTest.from_string(PAGE).run().metric
}
print(directions)
assert directions == {"hyphen": "DOWN", "minus sign": "UP", "not a number": "UP"}
PY
