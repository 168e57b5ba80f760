#!/usr/bin/env bash
# Two options of a selectbox or radio that read alike cannot be told apart: whichever is picked, the
# page gets the last of them. Until somebody picks, it gets the first.
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
from streamlit.testing.v1 import AppTest

PAGE = """
import streamlit as st

names = {"110105": "朝阳区", "220104": "朝阳区", "211300": "朝阳市"}
st.text(st.selectbox("select", list(names), format_func=names.get))
st.text(st.radio("radio", list(names), format_func=names.get))
"""
print("streamlit", version("streamlit"))
page = AppTest.from_string(PAGE).run()
opened = [text.value for text in page.text]
page.selectbox[0].select("110105")
page.radio[0].set_value("110105")
picked = [text.value for text in page.run().text]
print("when opened:", opened, "after picking 110105:", picked)
assert opened == ["110105", "110105"]
assert picked == ["220104", "220104"]
PY
