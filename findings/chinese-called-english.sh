#!/usr/bin/env bash
# Names in Chinese, written by pysdmx as SDMX-ML, say that they are English: who asks the file for Chinese names
# finds none, and a reader in English is shown Chinese ones.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check "pysdmx[xml]==1.21.0"
cd "$folder"
venv/bin/python - <<'PY'
import re
from importlib.metadata import version

from pysdmx.io import write_sdmx
from pysdmx.io.format import Format
from pysdmx.model import Code, Codelist

print("pysdmx", version("pysdmx"))
REGIONS = Codelist(
    id="CL_REGION",
    name="地区",
    agency="X",
    version="1.0",
    items=[Code(id="11", name="北京市", description="首都"), Code(id="31", name="上海市")],
)
for form in (Format.STRUCTURE_SDMX_ML_2_1, Format.STRUCTURE_SDMX_ML_3_0, Format.STRUCTURE_SDMX_ML_3_1):
    found = re.findall(r'xml:lang="(\w+)">([^<]+)<', write_sdmx([REGIONS], form, output_path=""))
    print(form.name, found)
    assert found == [("en", "地区"), ("en", "北京市"), ("en", "首都"), ("en", "上海市")]
PY
