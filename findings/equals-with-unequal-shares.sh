#!/usr/bin/env bash
# Seven regions with one certificate each have 14.29 % each. On a pie of ECharts two have 15 % and five 14 %, so that
# the labels add up to 100; of three that have 0.4 % each, beside one of 98.8 %, the first has 1 % and the others 0 %.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund echarts@6.1.0
node --input-type=module - <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import * as echarts from "echarts";

console.log("echarts", JSON.parse(readFileSync("node_modules/echarts/package.json")).version);
const labels = (counts, percentPrecision) => {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: 600, height: 400 });
  const data = counts.map((value, place) => ({ value, name: `region ${place}` }));
  const label = { formatter: "{d}%" };
  chart.setOption({ animation: false, series: { type: "pie", percentPrecision, label, data } });
  const drawn = chart.renderToSVGString();
  chart.dispose();
  return [...drawn.matchAll(/>([\d.]+)%</g)].map(([, share]) => Number(share));
};
const found = [labels([1, 1, 1, 1, 1, 1, 1], 0), labels([1, 1, 1], 2), labels([4, 4, 4, 988], 0)];
console.log("seven equals, three equals, and three equals beside a large one:", found);
assert.deepStrictEqual(found, [[15, 15, 14, 14, 14, 14, 14], [33.34, 33.33, 33.33], [1, 0, 0, 99]]);
JS
