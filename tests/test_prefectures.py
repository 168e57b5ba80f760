"""The level below the provinces: its code list, its boundaries, its map, and what is missing."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from indicators import catalogue
from indicators.catalogue import tree
from indicators.drawing.boundary_files import (
    Boundaries,
    load_boundaries,
)
from indicators.drawing.levels import how_to_supply, lacking, level_rows, undivided
from indicators.drawing.region_map import region_map
from indicators.findings import FindingsError
from indicators.store import holdings
from indicators.store.database import open_database
from indicators.store.queries import Selection
from indicators.views import map as map_view
from indicators.views.map import MapFigures, MapView
from indicators.wording import Language, Wording
from tests.conftest import CITATION, WORLD, publish_rows, rows_of
from tests.opened_pages import reading

REGIONS = tree().all_provinces

SHIPPED = Path(__file__).parent.parent / "data" / "reference" / "boundaries"
PAGES = Path(__file__).parent.parent / "pages"
ZH, EN = Wording("zh"), Wording("en")
WITHOUT = {"110000", "120000", "310000", "500000", "710000", "810000", "820000"}
BELOW = [
    *WORLD,
    ("certificates_valid", "2024-12", "330100", 76_526.0),
    ("certificates_valid", "2024-12", "330200", 86_933.0),
    ("certificates_valid", "2024-12", "320500", 90_000.0),
]


@cache
def boundaries() -> Boundaries:
    return load_boundaries(SHIPPED)


@cache
def regions() -> pd.DataFrame:
    known = catalogue.load().regions
    return known[known["kind"] == "prefecture"].set_index("code")


@cache
def shapes(province: str) -> dict[str, Any]:
    features = json.loads((SHIPPED / "prefectures" / f"{province}.geojson").read_text())["features"]
    return {feature["id"]: shapely.geometry.shape(feature["geometry"]) for feature in features}


def shown(within: str, language: Language = "zh", period: str = "2024-12") -> MapFigures:
    selection = Selection("certificates_valid", period)
    view = MapView(selection, within, language, dark=False, within=within)
    rows = rows_of([row for row in BELOW if row[1] == period]).assign(release=1)
    return map_view.map_figures(
        view, level_rows(rows, within), pd.DataFrame([CITATION]), boundaries()
    )


# The code list


def test_27_provinces_divide_into_333_prefectures_and_30_units_directly_below() -> None:
    codes = pd.Series(regions().index)
    assert set(tree().prefectures) == set(REGIONS) - WITHOUT
    assert (codes.str.endswith("00")).sum() == 333
    assert (~codes.str.endswith("00")).sum() == 30
    # GB/T 2260: 90 stands for what a province governs directly.
    assert set(codes[~codes.str.endswith("00")].str[2:4]) == {"90"}


def test_a_prefecture_belongs_to_the_province_that_its_code_begins_with() -> None:
    parents = regions()["parent"]
    assert (parents == parents.index.str[:2] + "0000").all()


@pytest.mark.parametrize(
    ("code", "name", "short", "english"),
    [
        ("150100", "呼和浩特市", "呼和浩特", "Hohhot"),
        ("152500", "锡林郭勒盟", "锡林郭勒", "Xilingol"),
        ("222400", "延边朝鲜族自治州", "延边", "Yanbian"),
        ("211300", "朝阳市", "朝阳", "Chaoyang"),
        ("331100", "丽水市", "丽水", "Lishui"),
        ("340300", "蚌埠市", "蚌埠", "Bengbu"),
        ("341500", "六安市", "六安", "Lu'an"),
        ("341600", "亳州市", "亳州", "Bozhou"),
        ("140400", "长治市", "长治", "Changzhi"),
        ("350200", "厦门市", "厦门", "Xiamen"),
        ("429004", "仙桃市", "仙桃", "Xiantao"),
        ("650100", "乌鲁木齐市", "乌鲁木齐", "Urumqi"),
        ("653100", "喀什地区", "喀什", "Kashgar"),
    ],
)
def test_a_prefecture_is_called_what_it_is_called(
    code: str, name: str, short: str, english: str
) -> None:
    row = regions().loc[code]
    assert (row["name_zh"], row["short_zh"], row["name_en"]) == (name, short, english)


def test_no_short_name_means_two_regions_and_no_english_one_two_of_a_province() -> None:
    known = catalogue.load().regions
    assert not known["short_zh"].duplicated().any()
    assert not regions().duplicated(["parent", "name_en"]).any()
    assert not set(regions()["name_en"]) & set(known.loc[known["kind"] == "province", "name_en"])


# The boundaries


def test_prefecture_files_weigh_less_than_1_5_mb_and_none_more_than_70_kb() -> None:
    sizes = [path.stat().st_size for path in (SHIPPED / "prefectures").iterdir()]
    assert len(sizes) == 27
    assert sum(sizes) < 1_500_000
    assert max(sizes) < 70_000


@pytest.mark.parametrize("province", sorted(set(REGIONS) - WITHOUT))
def test_prefectures_are_whole_and_do_not_overlap(province: str) -> None:
    drawn = shapes(province)
    assert tuple(drawn) == tree().prefectures[province]
    assert all(shape.is_valid and not shape.is_empty for shape in drawn.values())
    assert not any(part.exterior.is_ccw for shape in drawn.values() for part in shape.geoms)
    parts = list(drawn.values())
    # Only what rounding to 0.001° leaves, in square degrees.
    assert sum(part.area for part in parts) - shapely.union_all(parts).area < 1e-5


@pytest.mark.parametrize("province", sorted(set(REGIONS) - WITHOUT))
def test_prefectures_fill_their_province(province: str) -> None:
    features = json.loads((SHIPPED / "provinces.geojson").read_text())["features"]
    (whole,) = [shapely.geometry.shape(f["geometry"]) for f in features if f["id"] == province]
    parts = shapely.union_all(list(shapes(province).values()))
    # The nation's outlines are coarser, above all those of islands.
    assert whole.symmetric_difference(parts).area < 0.05 * whole.area


@pytest.mark.parametrize(
    ("code", "longitude", "latitude"),
    [
        ("330100", 120.15, 30.27),  # Hangzhou
        ("222400", 129.51, 42.9),  # Yanji, in Yanbian
        ("429004", 113.45, 30.37),  # Xiantao
        ("460300", 112.334, 16.834),  # Yongxing, in Sansha
        ("653100", 75.99, 39.47),  # Kashgar
        ("440300", 114.06, 22.55),  # Shenzhen
    ],
)
def test_a_place_lies_in_its_prefecture(code: str, longitude: float, latitude: float) -> None:
    place = shapely.Point(longitude, latitude)
    drawn = shapes(f"{code[:2]}0000")
    # An island of Sansha is hardly larger than its outline's tolerance.
    assert [unit for unit, shape in drawn.items() if shape.distance(place) < 0.01] == [code]


def test_a_province_is_read_and_served_only_once_it_is_opened(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True)
    loaded = load_boundaries(tmp_path)
    assert not any(name.startswith("330000") for name in loaded.served)
    address = loaded.within("330000").boundary_url("330000.geojson")
    assert address.startswith("/boundaries/330000.geojson?v=")
    assert {"330000.geojson", "330000-hatches.geojson"} <= set(loaded.served)
    assert not any(name.startswith("320000") for name in loaded.served)
    assert loaded.within("100000") is loaded


def test_a_folder_without_a_province_cannot_open_it_and_a_wrong_file_is_refused(
    tmp_path: Path,
) -> None:
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True)
    (tmp_path / "prefectures" / "330000.geojson").unlink()
    loaded = load_boundaries(tmp_path)
    assert not loaded.can_open("330000")
    assert not loaded.can_open("110000")
    assert loaded.can_open("320000")
    shutil.copy(
        tmp_path / "prefectures" / "320000.geojson", tmp_path / "prefectures" / "330000.geojson"
    )
    (tmp_path / "boundaries.yaml").write_text(
        (tmp_path / "boundaries.yaml").read_text(encoding="utf-8").partition("files:")[0],
        encoding="utf-8",
    )
    with pytest.raises(FindingsError) as refused:
        load_boundaries(tmp_path).within("330000")
    missing, unknown = refused.value.findings
    assert str(missing.expected).startswith("the units 330100")
    assert unknown.found.startswith("320100")
    assert str(unknown.expected) == "only units of this map"


def test_only_the_nation_and_hainan_have_the_inset() -> None:
    def drawn(region: str) -> str:
        chart = region_map(boundaries().within(region), words=ZH)
        return json.dumps(chart.to_dict())

    assert "maritime.geojson" in drawn("460000")
    zhejiang = drawn("330000")
    assert "maritime.geojson" not in zhejiang
    assert "provinces.geojson" not in zhejiang
    assert "/boundaries/330000.geojson?v=" in zhejiang


def test_the_map_of_hainan_is_not_widened_by_its_shoals() -> None:
    west, south, east, north = boundaries().within("460000").extent
    assert (east - west) / (north - south) < 1.4


# What the map says


@pytest.mark.parametrize(
    ("language", "statement"),
    [
        ("zh", "海南"),
        ("en", "Hainan"),
    ],
)
def test_a_province_without_figures_is_hatched_and_says_so(
    language: Language, statement: str
) -> None:
    figures = shown("460000", language)
    assert statement in figures.statement
    assert set(figures.units["state"]) == {"missing"}
    assert figures.ranking.empty
    assert len(figures.table) == 19


def test_a_map_of_prefectures_ranks_them_alone() -> None:
    figures = shown("330000", "en")
    assert figures.ranking["name"].tolist() == ["Ningbo", "Hangzhou"]
    assert len(figures.units) == 11
    assert "of 2 prefectures with data, Ningbo is highest" in figures.statement
    assert set(figures.rows["region"]) == {"330000", "330100", "330200", "100000"}
    assert any(line.startswith("No data, 9 of 11 prefectures: ") for line in figures.footnotes)
    assert any(line.startswith("Map-review number") for line in figures.footnotes)
    assert figures.parts[0] == "Zhejiang"


def test_the_map_of_the_nation_has_no_rows_of_prefectures() -> None:
    assert set(shown("100000").rows["region"]) == {"320000", "330000", "100000", "ALL"}


def test_what_is_missing_is_named_with_who_could_supply_it() -> None:
    rows = rows_of([row for row in WORLD if row[1] == "2024-12"])
    item = catalogue.load().indicators["certificates_valid"]
    missing, published, supply, counted = lacking(rows, "330000", item, ZH, {})
    assert missing == "浙江的11个市均无有效认证证书数数据。"
    assert published.startswith("目前只公布到省一级，公布方：国家认监委")
    assert "浙江的主管部门" in supply
    assert counted == "也可以用逐张证书的记录按市汇总。"
    assert any("docs/certificates.md" in where for where in how_to_supply(ZH))
    assert "Zhejiang" in lacking(rows, "330000", item, EN, {})[0]


def test_an_own_source_is_named_by_its_publisher_as_who_could_supply_prefectures() -> None:
    rows = rows_of([row for row in WORLD if row[1] == "2024-12"]).assign(source="own-bureau")
    item = catalogue.load().indicators["certificates_valid"]
    publishers = {"own-bureau": ["某局", "某协会"], "other": ["别局"]}
    assert "目前只公布到省一级，公布方：某局、某协会。" in lacking(
        rows, "330000", item, ZH, publishers
    )


def test_nothing_is_said_to_be_missing_where_one_prefecture_has_a_figure() -> None:
    item = catalogue.load().indicators["certificates_valid"]
    assert lacking(rows_of(BELOW), "330000", item, ZH, {}) == []
    # Figures of another province's prefectures do not help.
    assert len(lacking(rows_of(BELOW), "340000", item, ZH, {})) == 4


def test_a_ratio_of_prefectures_waits_for_its_parts_and_others_for_an_authority() -> None:
    known, nothing = catalogue.load().indicators, rows_of([])
    ratio = lacking(nothing, "330000", known["organisations_per_10000_residents"], EN, {})
    assert ratio[1:] == [
        "Computed as soon as there are figures by prefectures of: Certified organisations, "
        "Residents at year end."
    ]
    rate = lacking(nothing, "330000", known["manufacturing_pass_rate"], EN, {})
    assert len(rate) == 2
    assert "authority responsible in Zhejiang" in rate[1]


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("110000", "直辖市下设区县"),
        ("710000", "未包括香港特别行政区、澳门特别行政区和台湾省"),
        ("330000", ""),
        ("100000", ""),
    ],
)
def test_a_region_without_prefectures_says_why(region: str, said: str) -> None:
    found = undivided(region, ZH)
    assert said in found
    assert bool(found) == bool(said)


def test_a_prefecture_leads_to_its_province() -> None:
    assert tree().province_of("330100") == "330000"
    assert tree().province_of("429004") == "420000"
    assert tree().province_of("330000") is None
    assert tree().province_of("") is None


# The choice of figures


def test_choices_count_the_prefectures_of_one_province(empty: sa.Engine) -> None:
    publish_rows(empty, BELOW)

    def counted(within: str) -> dict[str, int]:
        found = holdings.choices(empty, "certificates_valid", within=within)
        return dict(zip(found["period"], found["provinces"], strict=True))

    assert counted("100000") == {"2023-03": 2, "2024-12": 2}
    assert counted("330000") == {"2023-03": 0, "2024-12": 2}
    assert counted("320000") == {"2023-03": 0, "2024-12": 1}


def test_what_only_prefectures_have_is_held_below_their_province(empty: sa.Engine) -> None:
    publish_rows(empty, [*BELOW, ("certified_organisations", "2024-12", "330100", 5.0)])
    assert holdings.held_within(empty, "100000") == {"certificates_valid"}
    assert holdings.held_within(empty, "330000") == {
        "certificates_valid",
        "certified_organisations",
    }
    assert holdings.held_within(empty, "320000") == {"certificates_valid"}


# The page


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the URL of a database with figures of three prefectures."""
    url = f"sqlite:///{tmp_path_factory.mktemp('prefectures') / 'figures.sqlite'}"
    engine = open_database(url)
    publish_rows(engine, BELOW)
    yield url
    engine.dispose()


@pytest.fixture
def page(figures: str) -> Iterator[AppTest]:
    with reading(figures):
        yield AppTest.from_file(str(PAGES / "map.py"), default_timeout=60)


def opened(page: AppTest, **address: str) -> AppTest:
    for key, value in address.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def test_a_province_is_opened_and_left_by_button_and_the_address_says_so(page: AppTest) -> None:
    opened(page, region="330000")
    page.button(key="level_below").click().run()
    assert not page.exception
    assert page.query_params["within"] == "330000"
    assert "宁波" in page.title[0].value
    assert page.selectbox(key="choice_period").options == ["2024年12月（2个市）"]
    page.button(key="level_nation").click().run()
    assert "within" not in page.query_params
    assert "浙江" in page.title[0].value


def test_an_address_of_a_prefecture_opens_its_province(page: AppTest) -> None:
    opened(page, region="330100")
    assert page.query_params["within"] == "330000"
    assert page.selectbox(key="choice_region").value == "330100"
    assert not page.warning


def test_a_province_without_figures_offers_the_periods_of_the_provinces(page: AppTest) -> None:
    opened(page, within="340000", period="2023-03")
    assert page.selectbox(key="choice_period").options[1] == "2023年3月（2个省份）"
    assert "主管部门" in page.info[0].value


@pytest.mark.parametrize("within", ["110000", "330100", "999999", "<script>"])
def test_an_address_that_cannot_be_opened_shows_the_nation(page: AppTest, within: str) -> None:
    opened(page, within=within)
    assert "within" not in page.query_params
    assert len(page.warning) == 1


def test_a_municipality_says_why_it_cannot_be_opened(page: AppTest) -> None:
    opened(page, region="110000")
    assert any("直辖市" in caption.value for caption in page.caption)
    assert re.search("北京", page.selectbox(key="choice_region").options[1])
    assert tree().provinces[0] == "110000"


def test_a_deployment_s_faulty_file_is_told_and_the_nation_shown(
    page: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("provinces.geojson", "maritime.geojson"):
        shutil.copy(SHIPPED / name, tmp_path)
    (tmp_path / "boundaries.yaml").write_text(
        (SHIPPED / "boundaries.yaml").read_text(encoding="utf-8").partition("files:")[0],
        encoding="utf-8",
    )
    (tmp_path / "prefectures").mkdir()
    (tmp_path / "prefectures" / "330000.geojson").write_text("{}")
    monkeypatch.setenv("MAP_BOUNDARIES", str(tmp_path))
    opened(page, within="330000")
    assert "330000.geojson" in page.error[0].value
    assert "浙江最高" in page.title[0].value
    assert "within" not in page.query_params


# A deployment for one province


def begun(page: str, **address: str) -> AppTest:
    shown = AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=60)
    return opened(shown, **address)


def test_prefectures_come_first_in_a_deployment_for_one_province(
    figures: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME_REGION", "330000")
    with reading(figures):
        overview = begun("overview")
        assert "浙江各地概况" in [heading.value for heading in overview.subheader]
        rows = next(table.value for table in overview.dataframe if "地区" in table.value)
        assert list(rows["地区"])[:2] == ["杭州", "宁波"]
        assert len(rows) == len(tree().children("330000"))
        drawn = begun("map")
        assert drawn.query_params["within"] == "330000"
        assert "宁波" in drawn.title[0].value
        # The nation is one step away, stands in the address, and stays.
        drawn.button(key="level_nation").click().run()
        assert drawn.query_params["within"] == "100000"
        assert "浙江" in drawn.title[0].value
        assert begun("map", region="320000").query_params["within"] == "100000"
        assert begun("map", region="330100").query_params["within"] == "330000"
        assert begun("comparison").query_params["within"] == "330000"
        listed = begun("province").selectbox(key="choice_region").options
        assert listed[:3] == ["浙江", "杭州", "宁波"]


def test_a_province_whose_prefectures_have_no_figures_begins_with_the_nation(
    figures: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME_REGION", "340000")
    with reading(figures):
        drawn = begun("map")
        assert "within" not in drawn.query_params
        assert not drawn.warning
