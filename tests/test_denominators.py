"""A ratio's every text names the denominator that it was computed with, not a usual one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest
import sqlalchemy as sa

from etl.refresh import RAW, refresh
from indicators import catalogue, denominators
from indicators.catalogue import tree
from indicators.drawing.boundary_files import load_boundaries
from indicators.exports import readable_tables
from indicators.store import queries
from indicators.store.database import open_database
from indicators.store.queries import Selection, Vintage
from indicators.views import facts, objectives, overview, province
from indicators.views import map as map_view
from indicators.views.map import MapView
from indicators.wording import LANGUAGES, Language, Wording

RATE = "organisations_per_10000_residents"
ZH, EN = Wording("zh"), Wording("en")
DECLARED = """provenance: {publisher: 某局, document: 某市年鉴, licence: 内部使用}
layout: wide
header: 1
across: [period]
columns: {region: 地区}
fixed: {indicator: population, scheme: ALL, industry: ALL, size: ALL}
unit: 万人
"""


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the shipped figures, and residents of two regions by a later document."""
    folder = tmp_path_factory.mktemp("denominators")
    raw = folder / "raw"
    shutil.copytree(RAW, raw)
    shutil.rmtree(raw / "population_yearend")
    own = raw / "own"
    own.mkdir()
    (own / "residents.csv").write_text("地区,2023年\n北京,2186\n天津,1364\n", encoding="utf-8")
    (own / "residents.csv.yaml").write_text(DECLARED, encoding="utf-8")
    engine = open_database(f"sqlite:///{folder / 'figures.sqlite'}")
    refresh(engine, raw=raw, accepted="a yearbook beside the census")
    yield engine
    engine.dispose()


def of_the_map(engine: sa.Engine, period: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = queries.observations(engine, Selection(RATE, period), 1)
    return rows, queries.citations(engine, set(rows["citation"]))


def test_a_ratio_names_the_denominator_of_each_region(figures: sa.Engine) -> None:
    rows, cited = of_the_map(figures, "2024-12")
    used = denominators.with_denominators(rows, cited).set_index("region").to_dict("index")
    beijing = used["110000"]
    assert beijing["denominator"] == 21_860_000
    assert beijing["value"] == pytest.approx(beijing["numerator"] / 21_860_000 * 10_000)
    assert [beijing[name] for name in denominators.DENOMINATOR] == [
        "某市年鉴",
        "2023",
        "population",
    ]
    assert used["100000"]["denominator_period"] == "2020-11"


def test_the_map_says_where_regions_differ_in_their_denominator(figures: sa.Engine) -> None:
    rows, cited = of_the_map(figures, "2024-12")
    (census,) = set(cited["denominator_document"]) - {"某市年鉴"}
    said: dict[Language, tuple[str, str]] = {
        "zh": (
            f"各地分母不同：2023年常住人口（某市年鉴）：北京、天津；2020年11月常住人口（{census}）：全国",
            "2024年12月；分母：2023年常住人口（某市年鉴）",
        ),
        "en": (
            "Denominators differ: Residents of 2023 (某市年鉴) for Beijing, Tianjin; "
            f"Residents of Nov 2020 ({census}) for China",
            "Dec 2024; denominator: Residents of 2023 (某市年鉴)",
        ),
    }
    for language, (line, tooltip) in said.items():
        view = MapView(Selection(RATE, "2024-12"), "110000", language, dark=False)
        shown = map_view.map_figures(view, rows, cited, load_boundaries())
        assert line in shown.footnotes
        assert shown.units.set_index("region").at["110000", "period"] == tooltip
        assert "census" not in shown.subtitle
        assert "普查" not in shown.subtitle


def test_regions_whose_denominators_differ_are_neither_coloured_nor_ranked_together(
    figures: sa.Engine,
) -> None:
    rows, cited = of_the_map(figures, "2024-12")
    apart = rows["region"] == "110000"
    provinces = rows[apart].assign(region="310000", citation="a/b/2020-11/population")
    more = provinces.assign(region="330000", value=30.0)
    mixed = pd.concat([rows[apart], provinces.assign(value=20.0), more])
    view = MapView(Selection(RATE, "2024-12"), "110000", "zh", dark=False)
    shown = map_view.map_figures(view, mixed, cited, load_boundaries())
    units = shown.units.set_index("region")
    assert units.loc[["110000", "310000", "330000"], "state"].tolist() == [
        "broken",
        "value",
        "value",
    ]
    assert units.at["330000", "rank"] == "第 1 位（共 2 个地区）"
    assert units.at["110000", "rank"] == "–"
    assert str(units.at["110000", "shown"]).startswith(f"{rows[apart]['value'].iloc[0]:.2f}")
    assert "110000" not in set(shown.ranking["region"])
    secret = mixed.assign(confidentiality="C", value=float("nan"))
    hidden = map_view.map_figures(view, secret, cited, load_boundaries()).units
    assert set(hidden["state"]) == {"suppressed", "missing", "out_of_scope"}


def test_one_denominator_is_named_once(figures: sa.Engine) -> None:
    rows, cited = of_the_map(figures, "2022-09")
    (document,) = set(cited["denominator_document"])
    names = tree().names("zh")
    assert denominators.footnotes(rows, cited, lambda region: names[region], ZH) == [
        f"分母：2020年11月常住人口（{document}）"
    ]


def test_figures_that_leave_say_what_they_were_divided_by(figures: sa.Engine) -> None:
    rows, cited = of_the_map(figures, "2024-12")
    table = readable_tables.figure_table(rows, cited, ZH).set_index("地区代码").to_dict("index")
    named = [table["110000"][name] for name in ("分母出处文件", "分母时期", "分母种类")]
    assert named == ["某市年鉴", "2023", "常住人口"]
    observed = objectives.observed_table(rows, catalogue.load().indicators[RATE], cited, EN)
    assert "Residents of 2023 (某市年鉴)" in observed["Denominator"].tolist()


def test_a_region_s_page_and_its_file_name_the_denominators(figures: sa.Engine) -> None:
    judged = facts.judged(figures, 1)
    common = facts.shared(figures, Vintage(1), load_boundaries(), judged)
    page = province.province_tables(facts.material(common, "110000"), ZH)
    (line,) = [line for line in page.sources if line.startswith("比率的分母：")]
    assert "2023年常住人口（某市年鉴）" in line


def test_best_and_last_are_among_those_with_the_same_denominators(figures: sa.Engine) -> None:
    judged = facts.judged(figures, 1)
    common = facts.shared(figures, Vintage(1), load_boundaries(), judged)
    column, title = EN("Best"), EN.text(catalogue.load().indicators[RATE].title)

    def best(apart: str) -> str:
        """Return the best beside Jiangsu where one region has much, and another denominator."""
        totals = common.totals.copy()
        other = (totals["indicator"] == RATE) & (totals["region"] == "310000")
        assert other.any()
        totals.loc[other, "value"], totals.loc[other, "citation"] = 99.0, apart
        material = facts.material(replace(common, totals=totals), "320000")
        table = overview.glance(material, EN).set_index(EN("Indicator"))
        return str(table.at[title, column])

    rows = common.totals
    own = rows[(rows["indicator"] == RATE) & (rows["region"] == "320000")]
    newest = own.sort_values("period")["citation"].iloc[-1]
    assert best(newest) == "Shanghai 99.00"
    assert "Shanghai" not in best("a/b/2019-12/population")


def test_a_denominator_of_the_same_period_needs_no_other(figures: sa.Engine) -> None:
    rows = queries.observations(
        figures, Selection("certificates_per_organisation", "2024-12", region="100000"), 1
    )
    cited = queries.citations(figures, set(rows["citation"]))
    used = denominators.with_denominators(rows, cited)
    assert used["denominator_period"].tolist() == ["2024-12"] * len(rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_definition_of_a_ratio_says_which_figure_it_is_divided_by(language: str) -> None:
    for item in catalogue.load().indicators.values():
        if item.derived:
            text = getattr(item.description, language)
            assert "census" not in text, item.key
            assert "普查" not in text, item.key


def test_a_region_s_line_leaves_out_no_denominator_of_its_ratios(figures: sa.Engine) -> None:
    judged = facts.judged(figures, 1)
    common = facts.shared(figures, Vintage(1), load_boundaries(), judged)
    shanghai = facts.material(common, "310000")
    own = shanghai.facts.own
    used = denominators.with_denominators(own, shanghai.citations).merge(
        shanghai.citations[["citation", "document"]], on="citation", validate="m:1"
    )
    used = used[used["denominator_document"] != used["document"]].dropna(
        subset=["denominator_document"]
    )
    (line,) = denominators.of_a_region(own, shanghai.citations, ZH)
    assert {"population", "enterprise_legal_units_all"} <= set(used["denominator_indicator"])
    for document, period in used[denominators.DENOMINATOR[:2]].itertuples(index=False):
        assert document in line
        assert ZH.period(period) in line
