#!/usr/bin/env bash
# SciPy's solver of linear programmes drops a coefficient of 1e-9 or less without a word: amounts in yuan
# under a limit told in units of 10 billion are held by no limit. It answers "optimal" with 5.5 units
# under a limit of 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check scipy==1.17.1
cd "$folder"
venv/bin/python -W error - <<'PY'
from importlib.metadata import version

from scipy.optimize import Bounds, LinearConstraint, linprog, milp

print("scipy", version("scipy"))
# The most yuan of a, at most 50 billion, beside b of 5 billion, where both may be 10 billion together.
answers = {}
for name, of_a, of_b, limit in (("in 10 billions", 1e-10, 1.0, 1.0), ("in yuan", 1.0, 1e10, 1e10)):
    linear = linprog([-1, 0], A_ub=[[of_a, of_b]], b_ub=[limit], bounds=[(0, 5e10), (0.5, None)])
    rule = LinearConstraint([[of_a, of_b]], ub=[limit])
    mixed = milp([-1, 0], constraints=rule, bounds=Bounds([0, 0.5], [5e10, float("inf")]))
    for solved in (linear, mixed):
        a, b = solved.x
        print(f"{name}: a {a:.3g} yuan, together {of_a * a + of_b * b:.3g} of {limit:.3g}.", solved.message)
        assert solved.status == 0
    answers[name] = (float(linear.x[0]), float(mixed.x[0]))
assert answers["in 10 billions"] == (5e10, 5e10)
assert all(abs(a - 5e9) < 1 for a in answers["in yuan"])
PY
