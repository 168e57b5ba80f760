#!/usr/bin/env bash
# From the end of March to the end of June is a quarter. date-fns counts two months and no quarter, though it counts
# a month from 31 January to 29 February and a quarter from 30 September to 31 December. dayjs counts one each time.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund date-fns@4.4.0 dayjs@1.11.23
node --input-type=module - <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { differenceInMonths, differenceInQuarters } from "date-fns";
import dayjs from "dayjs";
import quarterOfYear from "dayjs/plugin/quarterOfYear.js";

for (const name of ["date-fns", "dayjs"])
  console.log(name, JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version);
dayjs.extend(quarterOfYear);
const ends = ["2023-12-31", "2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31"];
const local = (day) => new Date(`${day}T00:00:00`);
const each = (count) => ends.slice(1).map((to, place) => count(to, ends[place]));
const months = (to, from) => differenceInMonths(local(to), local(from));
const found = {
  "date-fns": each((to, from) => differenceInQuarters(local(to), local(from))),
  "date-fns, months": each(months),
  dayjs: each((to, from) => dayjs(to).diff(from, "quarter")),
};
const february = months("2024-02-29", "2024-01-31");
console.log("quarters between", ends.join(" "), found);
console.log("months of date-fns from 31 January to 29 February:", february);
assert.deepStrictEqual(found, {
  "date-fns": [1, 0, 1, 1],
  "date-fns, months": [3, 2, 3, 3],
  dayjs: [1, 1, 1, 1],
});
assert.strictEqual(february, 1);
JS
