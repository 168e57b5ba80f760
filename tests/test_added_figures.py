"""Every figure of the documents added since: as printed, where it stands, and its sums close.

tests/vectors/added_figures.csv is the transcription itself, not what the declarations made of it.
"""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from etl.figures.citations import GRADES
from etl.targets import register
from etl.tidy import DERIVED
from indicators import catalogue, code_names
from indicators.compare.spine import spines
from indicators.denominators import footnotes, with_denominators
from indicators.periods import parse
from indicators.second_sources import confirms, read
from indicators.statuses import Gap
from indicators.store import queries
from indicators.store.archive import frame_of
from indicators.store.queries import Selection
from indicators.store.tables import KEY, citation, observation
from indicators.views.footnotes import standing
from indicators.wording import Wording

VECTORS = Path(__file__).parent / "vectors"
SECTIONS = list("ABCDEFGHIJKLMNOPQRS")
SAMPLING = "state_supervision"


def vector(name: str) -> pd.DataFrame:
    return pd.read_csv(VECTORS / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def printed() -> pd.DataFrame:
    """Return what the documents print, each figure with its document."""
    documents = vector("added_documents")
    return vector("added_figures").merge(documents, on="document", validate="m:1")


@pytest.fixture(scope="module")
def held(shipped: sa.Engine) -> pd.DataFrame:
    """Return every public figure with its citation."""
    with shipped.connect() as connection:
        rows = frame_of(connection, sa.select(observation))
        cited = frame_of(connection, sa.select(citation).distinct())
    cited = cited.drop(columns=["source"]).drop_duplicates("citation")
    return rows.merge(cited, on="citation", how="left", validate="m:1")


def table(printed: pd.DataFrame, **where: str) -> pd.DataFrame:
    chosen = printed[np.logical_and.reduce([printed[name] == text for name, text in where.items()])]
    return chosen.assign(value=chosen["value"].astype(float))


def test_every_figure_reads_back_as_printed(printed: pd.DataFrame, held: pd.DataFrame) -> None:
    both = printed.merge(
        held, on=list(KEY), how="left", validate="1:1", suffixes=("", "_held"), indicator="found"
    )
    assert (both["found"] == "both").all()
    assert both["value"].astype(float).tolist() == both["value_held"].tolist()
    for name in ("status", "source", "publisher", "copy", "copy_kind", "place", "basis", "note"):
        assert both[name].tolist() == both[f"{name}_held"].fillna("").tolist(), name
    assert both["title"].tolist() == both["document_held"].tolist()
    assert both["url"].tolist() == both["url_held"].fillna("").tolist()
    assert both["grade"].map(GRADES).tolist() == both["verification"].tolist()
    units = {
        key: catalogue.load().units[i.unit].zh for key, i in catalogue.load().indicators.items()
    }
    assert both["unit"].tolist() == both["indicator"].map(units).tolist()


def test_what_nothing_confirms_is_told_apart_from_reprints(
    printed: pd.DataFrame, held: pd.DataFrame
) -> None:
    unconfirmed = held[(held["verification"] == "unconfirmed") & (held["source"] != DERIVED)]
    graded = printed[printed["grade"] == "C"]
    shipped = vector("shipped_figures").merge(
        vector("shipped_citations")[["citation", "verification"]], on="citation", validate="m:1"
    )
    relayed = shipped[shipped["verification"] == "unconfirmed"]
    assert (len(graded), len(relayed)) == (23, 10)
    assert set(unconfirmed[list(KEY)].itertuples(index=False, name=None)) == set(
        pd.concat([graded, relayed])[list(KEY)].itertuples(index=False, name=None)
    )
    assert code_names.verification_name("unconfirmed", Wording("zh")).endswith("尚无其他来源印证")
    lines = standing(unconfirmed.assign(document="报告", publisher="某局"), Wording("en"))
    assert lines[1:] == ["Some figures are relayed or worked out; nothing else confirms them."]


def test_every_second_source_reads_back_as_printed(held: pd.DataFrame) -> None:
    """The fourth figure, 47.8万, is 478,487 as far as it is printed; 1,901 is not 1,900."""
    expected = vector("added_second_sources").assign(
        verification=lambda rows: rows["grade"].map(GRADES),
        value=lambda rows: rows["value"].astype(float),
        document=lambda rows: rows["title"],
    )
    cited = held[held["second_sources"].notna()]
    both = expected.merge(cited, on=list(KEY), how="outer", validate="1:1", suffixes=("", "_held"))
    said = [read(text) for text in both["second_sources"]]
    assert [len(each) for each in said] == [1, 1, 1, 1]
    for name in ("publisher", "document", "place", "basis", "note", "copy", "copy_kind", "url"):
        assert [each[0].get(name, "") for each in said] == both[name].tolist(), name
    assert [each[0]["value"] for each in said] == both["value"].tolist()
    assert [each[0]["verification"] for each in said] == both["verification"].tolist()
    pairs = zip(both["indicator"], both["value_held"], both["value"], strict=True)
    assert {key for key, first, second in pairs if not confirms(first, second)} == {
        "inspection_bodies"
    }


@pytest.mark.parametrize(
    ("value", "second", "agrees"),
    [
        (1900, 1901, False),
        (478_487, 478_000, True),
        (3300, 3000, False),
        (93.29, 93.29, True),
        (93.29, 93.3, True),
        (93.29, 93.0, False),
        (0, 0, True),
    ],
)
def test_a_second_source_agrees_as_far_as_its_digits_go(
    value: float, second: float, *, agrees: bool
) -> None:
    assert confirms(value, second) is agrees


def test_nothing_but_shipped_and_added_documents_is_public(held: pd.DataFrame) -> None:
    own = held[held["source"] != DERIVED]
    known = pd.concat([vector("shipped_figures"), vector("added_figures")])[list(KEY)]
    assert sorted(map(tuple, own[list(KEY)].values)) == sorted(map(tuple, known.values))


def test_the_table_of_provinces_and_industries_closes_both_ways(printed: pd.DataFrame) -> None:
    legal = table(printed, indicator="legal_units_all", period="2024-12")
    cells = legal.pivot(index="region", columns="industry", values="value")
    nation, provinces = cells.loc["100000"], cells.drop("100000")
    assert provinces.shape == (31, 20)
    assert provinces.notna().all(axis=None)
    assert provinces[SECTIONS].sum(axis=1).tolist() == provinces["ALL"].tolist()
    assert list(provinces.sum()) == list(nation[provinces.columns])
    marked = legal[legal["basis"] == "derived_from_published_total"]
    corrected = marked[["region", "industry", "value", "grade"]].to_numpy().tolist()
    assert sorted(corrected) == [["330000", "Q", 22171, "C"], ["520000", "K", 17979, "C"]]


def test_the_sections_of_the_nation_add_up_in_each_year(printed: pd.DataFrame) -> None:
    legal = table(printed, indicator="legal_units_all", region="100000")
    years = legal.pivot(index="period", columns="industry", values="value")
    assert years.index.tolist() == [f"{year}-12" for year in range(2018, 2025)]
    assert years[SECTIONS].sum(axis=1).tolist() == years["ALL"].tolist()
    breaks = table(printed, status="B")
    assert set(breaks["indicator"] + " " + breaks["period"]) == {
        "legal_units_all 2018-12",
        "legal_units_all 2023-12",
        "enterprise_legal_units_all 2019-12",
        "enterprise_legal_units_all 2024-12",
    }


def test_industry_as_a_whole_is_its_three_sections(held: pd.DataFrame) -> None:
    units = table(held, indicator="enterprise_legal_units", period="2023-12", region="100000")
    of = units.set_index("industry")["value"]
    assert of["BCD"] == of["B"] + of["C"] + of["D"] == 4_236_000


def test_batches_and_rates_of_national_sampling_agree(printed: pd.DataFrame) -> None:
    rows = printed[printed["indicator"].str.startswith(SAMPLING) & (printed["size"] == "ALL")]
    rows = table(rows, region="100000")
    of = rows.pivot(index="period", columns="indicator", values="value")
    counted = of.dropna(subset=[f"{SAMPLING}_batches"])
    failed = counted[f"{SAMPLING}_unqualified_batches"] / counted[f"{SAMPLING}_batches"] * 100
    assert counted.index.tolist() == ["2018", "2021", "2022", "2023", "2024"]
    assert failed.round(1).tolist() == counted[f"{SAMPLING}_unqualified_rate"].tolist()
    assert list(of.loc[["2023", "2024"], f"{SAMPLING}_unqualified_rate_production"]) == [6.7, 6.7]


def test_sizes_share_out_the_enterprises_sampled(printed: pd.DataFrame) -> None:
    shares = table(printed, indicator=f"{SAMPLING}_enterprise_share")
    sizes = shares.pivot(index="period", columns="size", values="value")
    assert set(sizes.columns) == {"LARGE", "MEDIUM", "SMALL_MICRO"}
    assert sizes.sum(axis=1).between(99.9, 100.1).all()


def test_channels_that_are_not_published_are_not_filled(held: pd.DataFrame) -> None:
    shares = held[held["indicator"].str.startswith(f"{SAMPLING}_batch_share_")]
    of = shares.pivot(index="period", columns="indicator", values="value")
    of.columns = of.columns.str.removeprefix(f"{SAMPLING}_batch_share_")
    assert (of.loc[["2021", "2022"], ["production", "circulation"]].sum(axis=1) == 100).all()
    assert of.loc["2024", "production"] == pytest.approx(39.2)
    assert "ecommerce" not in of.columns  # 28.9 would follow, but nobody prints it


def test_every_province_has_five_indicators_of_2023_or_later(held: pd.DataFrame) -> None:
    provinces = catalogue.tree().provinces
    recent = held[held["region"].isin(provinces) & (held["period"] >= "2023")]

    known = recent[recent["value"].notna()].groupby("region")["indicator"].nunique()
    assert known.reindex(list(provinces), fill_value=0).min() >= 5, known.to_dict()


def test_a_target_stands_on_the_industry_of_its_regions_figures(held: pd.DataFrame) -> None:
    industries = held.groupby(["indicator", "region", "scheme"])["industry"].agg(set)
    targets = register(catalogue.load()).target
    keys = zip(targets["indicator"], targets["region"], targets["scheme"], strict=True)
    apart = [
        target
        for target, key, industry in zip(targets["target"], keys, targets["industry"], strict=True)
        if key in industries.index and industry not in industries[key]
    ]
    assert apart == []


def test_what_includes_those_abroad_is_called_so(held: pd.DataFrame) -> None:
    """Beside the domestic totals of the platform its region alone, the nation, says otherwise."""
    nation = held[(held["region"] == "100000") & held["note"].notna()]
    abroad = nation[nation["note"].str.contains("含境外|与?平台.*“全部”")]
    assert len(abroad) > 2
    known = catalogue.load().indicators
    for key in set(abroad["indicator"]):
        assert "境外" in known[key].title.zh, key
        assert "abroad" in known[key].title.en, key


def test_what_stands_in_another_industry_than_it_was_gathered_in_says_so(
    held: pd.DataFrame,
) -> None:
    organic = held[(held["scheme"] == "ORGANIC") & (held["source"] == "province_reports")]
    said = organic[organic["note"].str.contains("收录清单记行业为A")]
    assert (len(said), set(said["industry"])) == (17, {"ALL"})


def test_every_ratio_is_recomputed_from_the_nearest_denominator(held: pd.DataFrame) -> None:
    figures = held[held["source"] != DERIVED]
    keys = figures[list(KEY)].itertuples(index=False, name=None)
    values = dict(zip(keys, figures["value"], strict=True))
    computed = held[held["source"] == DERIVED]
    for row in computed.to_dict("records"):
        item = catalogue.load().indicators[row["indicator"]]
        place = (row["scheme"], row["industry"], row["size"])
        above = values[str(item.numerator), row["period"], *place, row["region"]]
        below, told = _denominator(values, item, row, place)
        assert row["value"] == pytest.approx(above / below * item.factor), row
        assert row["denominator"] == below
        if item.denominator_period == "earlier":
            assert row["citation"].split("/")[2:] == told
    assert len(computed) > 700


def _denominator(
    values: dict[tuple[str, ...], float],
    item: catalogue.Indicator,
    row: dict[Hashable, Any],
    place: tuple[str, str, str],
) -> tuple[float, list[str]]:
    """Return a ratio's denominator, with its period and indicator, found by going through all."""
    region = item.share_of or row["region"]
    end = parse(row["period"]).until
    months = 12 * (item.max_age or 0) if item.denominator_period == "earlier" else 0
    candidates = [
        (end - parse(key[1]).until, item.denominators.index(key[0]), value, [key[1], key[0]])
        for key, value in values.items()
        if key[0] in item.denominators
        and key[2:] == (*place, region)
        and 0 <= end - parse(key[1]).until <= months
    ]
    _, _, value, told = min(candidates)
    return value, told


RATE = "organisations_per_10000_residents"


def test_provinces_divide_by_the_year_end_and_the_nation_by_the_census(
    shipped: sa.Engine,
) -> None:
    rows = queries.observations(shipped, Selection(RATE, "2024-12"), 1)
    cited = queries.citations(shipped, set(rows["citation"]))
    used = with_denominators(rows, cited).set_index("region")
    assert used.loc["110000", "denominator_indicator"] == "population_yearend"
    assert used.loc["110000", "denominator_period"] == "2024-12"
    assert used.loc["100000", "denominator_indicator"] == "population"
    assert used.loc["100000", "denominator_period"] == "2020-11"
    said = footnotes(rows, cited, lambda region: region, Wording("zh"))[0]
    assert "2024年12月年末常住人口（" in said
    assert "2020年11月常住人口（" in said
    assert said.endswith("：100000")


def test_a_figure_with_another_denominator_is_no_benchmark(shipped: sa.Engine) -> None:
    rows = queries.figures_of_regions(shipped, ["100000", "110000", "120000"], 1)
    provinces = ["110000", "120000"]
    rows = rows[rows["indicator"].isin([RATE, "certificates_per_organisation"])]
    found = spines(rows, {("110000", ""): provinces}, provinces).set_index("indicator")
    assert found.loc[RATE, "benchmark_gap"] == Gap.NOT_COMPARABLE
    assert found["benchmark"].isna()[RATE]
    assert found.loc[RATE, "of"] == 2
    assert found.loc["certificates_per_organisation", "benchmark_gap"] == ""
    own = rows[rows["region"].isin(provinces) & (rows["indicator"] == RATE)]
    other = own["citation"].where(own["region"] == "110000", "a/b/2020-11/population")
    apart = spines(own.assign(citation=other), {("110000", ""): provinces}, provinces)
    assert apart["of"].tolist() == [1]


def test_a_break_of_the_denominator_breaks_its_ratio_once(held: pd.DataFrame) -> None:
    ratio = held[held["indicator"] == "organisations_per_1000_enterprises"]
    told = ratio.pivot(index="region", columns="period", values="status")
    periods = ["2019-03", "2021-07", "2022-08", "2022-09", "2023-02"]
    assert list(told.loc["320000", periods]) == ["A", "B", "A", "A", "A"]
    assert list(told.loc["110000", ["2021-07", "2023-03", "2024-12"]]) == ["A", "A", "B"]
