#!/usr/bin/env bash
# Codes of an SDMX-CSV message are text. pysdmx reads region 01 and industry 0110 as 1 and 110, and 12.50 as 12.5.
# One code with a letter anywhere in the column, and all of that column keep their zeros.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check "pysdmx[data]==1.21.0" pandas==3.1.1
cd "$folder"
venv/bin/python - <<'PY'
from importlib.metadata import version

from pysdmx.io import read_sdmx

print("pysdmx", version("pysdmx"))
HEAD = "DATAFLOW,REGION,INDUSTRY,TIME_PERIOD,OBS_VALUE\n"


def read(*rows: str) -> dict[str, list[str]]:
    message = read_sdmx(HEAD + "".join(f"X:RATES(1.0),{row}\n" for row in rows))
    return message.data[0].data[["REGION", "INDUSTRY", "OBS_VALUE"]].to_dict("list")


found = read("01,0110,2024,12.50", "02,0111,2024,9.00")
letter = read("01,0110,2024,12.50", "02,C13,2024,9.00")
print("of 01 and 02, 0110 and 0111:", found)
print("of 01 and 02, 0110 and C13:", letter)
assert found == {"REGION": ["1", "2"], "INDUSTRY": ["110", "111"], "OBS_VALUE": ["12.5", "9.0"]}
assert letter == {"REGION": ["1", "2"], "INDUSTRY": ["0110", "C13"], "OBS_VALUE": ["12.5", "9.0"]}
PY
