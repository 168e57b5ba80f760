#!/usr/bin/env bash
# An SDMX-CSV 2.0 message says by row what to do: I for figures, D for those to be deleted. pysdmx reads a message
# of both as one of I without a word, and the deletion is gone; of D alone, it reads the deletion.
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
HEAD = "STRUCTURE,STRUCTURE_ID,ACTION,REGION,TIME_PERIOD,OBS_VALUE\n"


def read(*rows: str) -> list[tuple[str, list[str]]]:
    text = HEAD + "".join(f"dataflow,X:RATES(1.0),{row}\n" for row in rows)
    return [(data.action.name, data.data["REGION"].tolist()) for data in read_sdmx(text).data]


found = {
    "two of I, one of D": read("I,A1,2024,93.4", "I,A2,2024,92.1", "D,A3,2024,"),
    "one of D": read("D,A3,2024,"),
    "one of A, one of D": read("A,A1,2024,93.4", "D,A3,2024,"),
}
for message, answer in found.items():
    print(message, answer)
assert list(found.values()) == [
    [("Information", ["A1", "A2"])],
    [("Delete", ["A3"])],
    [("Append", ["A1"])],
]
PY
