#!/usr/bin/env bash
# Of three provinces one has no figure. Functions of workbooks leave blanks out, and so the mean of Formula.js is 85;
# but its median is 80, and the mean and least of those that meet a condition are 56.67 and 0: there the blank is 0.
# After a sum of squares it is 0 in the list itself, and the mean as well is 56.67. HyperFormula leaves it out of all.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund @formulajs/formulajs@4.6.1 hyperformula@3.5.0
node --input-type=module - <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { AVERAGE, AVERAGEIFS, MEDIAN, MINIFS, SUMSQ } from "@formulajs/formulajs";
import { HyperFormula } from "hyperformula";

const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version;
for (const name of ["@formulajs/formulajs", "hyperformula"]) console.log(name, version(name));
const rates = [90, null, 80];
const east = ["east", "east", "east"];
const rounded = (numbers) => numbers.map((number) => Math.round(number * 100) / 100);
const found = rounded([
  AVERAGE(rates),
  MEDIAN(rates),
  AVERAGEIFS(rates, east, "east"),
  MINIFS(rates, east, "east"),
  SUMSQ(rates),
  AVERAGE(rates),
]);
const asked = [
  "=AVERAGE(A1:C1)",
  "=MEDIAN(A1:C1)",
  '=AVERAGEIF(A2:C2,"east",A1:C1)',
  '=MINIFS(A1:C1,A2:C2,"east")',
  "=SUMSQ(A1:C1)",
  "=AVERAGE(A1:C1)",
];
const book = HyperFormula.buildFromArray([[90, null, 80, ...asked], east], { licenseKey: "gpl-v3" });
const other = rounded(book.getSheetValues(0)[0].slice(3));
console.log("mean, median, mean and least of the east, sum of squares and the mean once more:");
console.log("Formula.js:", found, "HyperFormula:", other, "the list now:", rates);
assert.deepStrictEqual(found, [85, 80, 56.67, 0, 14500, 56.67]);
assert.deepStrictEqual(other, [85, 85, 85, 80, 14500, 85]);
assert.deepStrictEqual(rates, [90, 0, 80]);
JS
