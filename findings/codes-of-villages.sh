#!/usr/bin/env bash
# A unified social credit code begins with the office that registered the holder: by GB 32100 also N,
# agriculture (village collectives), A, the military, and Y, others. python-stdnum takes digits alone there
# and calls every such code invalid. The codes are made up; their check characters are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check python-stdnum==2.2
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

from stdnum.cn import uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def code(begins: str) -> str:
    """Return a code with its check character by GB 32100."""
    body = f"{begins}330000000000000"
    total = sum(ALPHABET.index(sign) * 3**place for place, sign in enumerate(body))
    return body + ALPHABET[-total % 31]


print("python-stdnum", version("python-stdnum"))
assert uscc.is_valid("914403001922038216")
OFFICES = {"enterprise": "91", "institution": "12", "village collective": "N2", "military": "A1", "other": "Y1"}
valid = {holder: uscc.is_valid(code(begins)) for holder, begins in OFFICES.items()}
for holder, begins in OFFICES.items():
    print(holder, code(begins), "valid" if valid[holder] else "invalid")
assert valid == {
    "enterprise": True,
    "institution": True,
    "village collective": False,
    "military": False,
    "other": False,
}
PY
