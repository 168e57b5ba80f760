#!/usr/bin/env bash
# Two provinces of the north become one region on the map; one has a pass rate of 90 and the other none. mapshaper
# says that the mean of the region is 45, and the median; in the sum and the count nothing shows it. To its filter
# the province without a figure is below 85.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts mapshaper@0.7.70
node --input-type=module - <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import mapshaper from "mapshaper";

console.log("mapshaper", JSON.parse(readFileSync("node_modules/mapshaper/package.json")).version);
const square = (x) => [[[x, 0], [x, 1], [x + 1, 1], [x + 1, 0], [x, 0]]];
const provinces = [["甲", "north", 90], ["乙", "north", null], ["丙", "south", 80]];
const map = JSON.stringify({
  type: "FeatureCollection",
  features: provinces.map(([province, region, rate], place) => ({
    type: "Feature",
    properties: { province, region, rate },
    geometry: { type: "Polygon", coordinates: square(place) },
  })),
});
const asked = async (commands) => {
  const call = `-i map.json ${commands} -drop geometry -o out.json format=json`;
  return JSON.parse((await mapshaper.applyCommands(call, { "map.json": map }))["out.json"]);
};
const regions = await asked(
  "-dissolve region calc='mean = average(rate), middle = median(rate), total = sum(rate), n = count()'",
);
const below = (await asked("-filter 'rate < 85'")).map(({ province }) => province);
console.log("of the north:", regions[0], "below 85:", below);
assert.deepStrictEqual(regions[0], { region: "north", mean: 45, middle: 45, total: 90, n: 2 });
assert.deepStrictEqual(below, ["乙", "丙"]);
JS
