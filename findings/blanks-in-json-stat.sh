#!/usr/bin/env bash
# A CSV file has no figure for a region, an empty cell. As jsonstat-utils turns it into JSON-stat, the format has null
# for such, it has 0 there; a cell with a mark such as .. becomes null. Written back as CSV it is a figure of 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund jsonstat-utils@2.5.5
node --input-type=module - <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import utils from "jsonstat-utils";

console.log("jsonstat-utils", JSON.parse(readFileSync("node_modules/jsonstat-utils/package.json")).version);
const csv = ["region,rate", "甲,93.5", "乙,", "丙,.."].join("\n");
const dataset = utils.fromCSV(csv, { vlabel: "rate" });
const back = utils.toCSV(dataset).trim().split("\n");
console.log(csv.split("\n"), "has the values", dataset.value, "and is written back as", back);
assert.deepStrictEqual(dataset.value, [93.5, 0, null]);
assert.deepStrictEqual(back, ["region,Value", "甲,93.5", "乙,0", "丙,n/a"]);
JS
