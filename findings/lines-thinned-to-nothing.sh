#!/usr/bin/env bash
# Eleven years of days have a figure on all but Sundays. Thinned to the width of the chart by ECharts' "lttb", which
# is to keep the shape, every other point kept is a Sunday without a figure: no two figures stand side by side, and
# of the line there is nothing. By "average" it is whole.
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
const figures = Array.from({ length: 4018 }, (_, day) => [
  day,
  day % 7 === 3 ? null : 90 + 5 * Math.sin(day / 200) + ((day * 7919) % 13) / 10,
]);
const thinned = (sampling) => {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: 400, height: 300 });
  const series = { type: "line", sampling, symbol: "none", lineStyle: { color: "#123456" }, data: figures };
  chart.setOption({ animation: false, xAxis: { type: "value" }, yAxis: { scale: true }, series });
  const drawn = chart.renderToSVGString().match(/<path d="([^"]*)"[^>]*stroke="#123456"/)[1];
  const kept = chart.getModel().getSeriesByIndex(0).getData();
  const missing = kept.mapArray("y", (rate) => rate).filter(Number.isNaN).length;
  const found = { kept: kept.count(), missing, joined: (drawn.match(/L/g) ?? []).length };
  chart.dispose();
  return found;
};
const [lttb, average] = ["lttb", "average"].map(thinned);
console.log("points kept, those of them without a figure, and points joined to the one before:");
console.log("lttb", lttb, "average", average);
assert.deepStrictEqual(lttb, { kept: 620, missing: 309, joined: 1 });
assert.deepStrictEqual(average, { kept: 310, missing: 0, joined: 309 });
JS
