#!/usr/bin/env bash
# A workbook's formula TEXT(A1,"0.0%") writes the share 0.9337 as 93.4%. HyperFormula, which calculates workbooks in
# a browser, writes 0.9%; Formula.js writes 93.4%, and for TEXT(A1,"000000") of the code 11 writes 11, which
# HyperFormula writes as 000011.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund hyperformula@3.5.0 @formulajs/formulajs@4.6.1
node --input-type=module - <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { TEXT } from "@formulajs/formulajs";
import { HyperFormula } from "hyperformula";

const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version;
for (const name of ["hyperformula", "@formulajs/formulajs"]) console.log(name, version(name));
const asked = [[0.9337, "0.0%"], [0.9337, "0%"], [11, "000000"]];
const formulas = asked.map(([value, form]) => `=TEXT(${value},"${form}")`);
const [found] = HyperFormula.buildFromArray([formulas], { licenseKey: "gpl-v3" }).getSheetValues(0);
const other = asked.map(([value, form]) => TEXT(value, form));
console.log(formulas.join(" "));
console.log("HyperFormula:", found, "Formula.js:", other);
assert.deepStrictEqual(found, ["0.9%", "1%", "000011"]);
assert.deepStrictEqual(other, ["93.4%", "93%", "11"]);
JS
