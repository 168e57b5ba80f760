#!/usr/bin/env bash
# Of seven people in a table one has no age group, and is the only one like that. pycanon leaves this one out as it
# counts by age and says that everybody is among three at the least; by age and a province that is the same for all
# it says one, and one also where the blank is written as a word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pycanon==1.3.6
cd "$folder"
venv/bin/python - <<'PY'
from importlib.metadata import version

import pandas as pd
from pycanon import anonymity

print(*(f"{name} {version(name)}" for name in ("pycanon", "pandas")))
PEOPLE = pd.DataFrame(
    {
        "age": ["20–29"] * 3 + ["50–59"] * 3 + [None],
        "province": ["甲"] * 7,
        "verdict": ["passed", "failed", "passed", "failed", "passed", "failed", "failed"],
    }
)


def told(people: pd.DataFrame, known: list[str]) -> tuple[int, int]:
    return anonymity.k_anonymity(people, known), anonymity.l_diversity(people, known, ["verdict"])


found = {
    "by age": told(PEOPLE, ["age"]),
    "by age and province": told(PEOPLE, ["age", "province"]),
    "by age, the blank as unknown": told(PEOPLE.fillna("unknown"), ["age"]),
}
print("k and l of", len(PEOPLE), "people:", found)
assert list(found.values()) == [(3, 2), (1, 1), (1, 1)]
PY
