#!/usr/bin/env bash
# Where a map of ECharts holds two years as two series, a province is coloured by their sum: pass rates of 80
# and 85 make 165, in the colour of the best. So is a province that stands twice in one series.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund echarts@6.1.0
node - <<'JS'
const assert = require("node:assert");
const echarts = require("echarts");

const COLOURS = { "#ff0000": "below 90", "#00ff00": "90 and above" };
const square = (name, x) => ({
  type: "Feature",
  properties: { name },
  geometry: { type: "Polygon", coordinates: [[[x, 30], [x + 1, 30], [x + 1, 31], [x, 31], [x, 30]]] },
});
echarts.registerMap("provinces", { type: "FeatureCollection", features: [square("江苏", 110)] });

function coloured(...years) {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: 400, height: 300 });
  chart.setOption({
    animation: false,
    visualMap: { show: false, type: "piecewise", pieces: [{ lt: 90, color: "#ff0000" }, { gte: 90, color: "#00ff00" }] },
    series: years.map((rates) => ({
      type: "map", map: "provinces", data: rates.map((value) => ({ name: "江苏", value })),
    })),
  });
  const colour = Object.keys(COLOURS).filter((each) => chart.renderToSVGString().includes(each));
  chart.dispose();
  return colour.map((each) => COLOURS[each]).join();
}

console.log("echarts", echarts.version);
const found = { "2022: 80": coloured([80]), "2023: 85": coloured([85]),
  "2022: 80, 2023: 85": coloured([80], [85]), "80 and 85 in one series": coloured([80, 85]) };
console.log(found);
assert.deepStrictEqual(Object.values(found), ["below 90", "below 90", "90 and above", "90 and above"]);
JS
