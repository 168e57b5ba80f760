#!/usr/bin/env bash
# The table tools of csvkit take 1-9 and 10-19 people for days of the year 2001. A column of classes or
# of cumulative months (1-3, 1-6, 1-9, 1-12 月) turns into dates, and 0 and 1 into False and True.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check csvkit==2.2.0 agate==1.14.2
cd "$folder"
printf 'months,class,certified,figure\n1-3,1-9,0,5\n1-6,10-19,1,6\n1-12,5-20,1,7\n' >table.csv
venv/bin/pip freeze | grep -E '^(agate|csvkit)='
venv/bin/csvsort -c figure table.csv | tee sorted.csv
cat >expected.csv <<'CSV'
months,class,certified,figure
2001-01-03,2001-01-09,False,5
2001-01-06,2001-10-19,True,6
2001-01-12,2001-05-20,True,7
CSV
diff sorted.csv expected.csv
