#!/usr/bin/env bash
# Months are often written 2024.3 in Chinese tables. dayjs reads all twelve of a year as the first of January, some
# milliseconds past midnight; with a day, as 2024.3.5, it reads the day. Node's own Date reads March.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund dayjs@1.11.23
node --input-type=module - <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import dayjs from "dayjs";

console.log("dayjs", JSON.parse(readFileSync("node_modules/dayjs/package.json")).version);
const months = Array.from({ length: 12 }, (_, month) => `2024.${month + 1}`);
const days = [...new Set(months.map((month) => dayjs(month).format("YYYY-MM-DD")))];
const own = months.map((month) => new Date(month).getMonth() + 1);
const day = dayjs("2024.3.5").format("YYYY-MM-DD");
console.log(months.join(" "), "are", days, dayjs("2024.12").format("HH:mm:ss.SSS"));
console.log("by Date the months", own.join(" "), "and 2024.3.5 by dayjs", day);
assert.deepStrictEqual(days, ["2024-01-01"]);
assert.strictEqual(dayjs("2024.12").format("HH:mm:ss.SSS"), "00:00:00.012");
assert.deepStrictEqual(own, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
assert.strictEqual(day, "2024-03-05");
JS
