"""How old figures are, which are stale, and that pages open on what is known."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import sqlalchemy as sa

from indicators import catalogue
from indicators.cached import map as cached
from indicators.freshness import UNDATED, Freshness
from indicators.regions import ALL, NATION
from indicators.store import holdings
from indicators.store.queries import Selection, Vintage
from indicators.target_register import AIM
from indicators.views.industries import SECTIONS, IndustryView, heat_figures
from indicators.views.overview import leading, unjudged_table
from indicators.wording import Wording
from tests.conftest import CITATION, rows_of
from tests.opened_pages import opened, reading

ZH, EN = Wording("zh"), Wording("en")
FRESH = Freshness("2026-11-29", {"certificates_valid": 2, "population": 128})


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        ("2022-09", "2022年9月，4年前，逾期未更新", "Sep 2022, 4 years ago, out of date"),
        ("2025-11", "2025年11月，1年前，逾期未更新", "Nov 2025, 1 year ago, out of date"),
        ("2025-01", "2025年1月，22个月前，逾期未更新", "Jan 2025, 22 months ago, out of date"),
        ("2026-10", "2026年10月，1个月前", "Oct 2026, 1 month ago"),
        ("2026-11", "2026年11月", "Nov 2026"),
        ("2026", "2026年", "2026"),
    ],
)
def test_a_period_is_said_with_its_age(period: str, zh: str, en: str) -> None:
    assert FRESH.said("certificates_valid", period, ZH) == zh
    assert FRESH.said("certificates_valid", period, EN) == en


def test_a_figure_is_stale_once_the_next_should_be_out() -> None:
    assert not FRESH.is_stale("population", "2020-11")
    assert FRESH.is_stale("certificates_valid", "2026-08")
    assert not FRESH.is_stale("certificates_valid", "2026-09")
    assert not FRESH.is_stale("no_calendar", "1990")
    assert UNDATED.said("certificates_valid", "2022-09", ZH) == "2022年9月"


def test_what_is_allowed_follows_from_the_calendar_of_the_sources(shipped: sa.Engine) -> None:
    fresh = Freshness.of(catalogue.load(), holdings.origins(shipped), "2026-11-29")
    assert fresh.allowed["certificates_valid"] == 2
    # A ratio is as fresh as its numerator, whatever its denominator.
    assert fresh.allowed["organisations_per_10000_residents"] == 2


def test_the_map_opens_on_the_fair_comparison_of_most_regions(
    shipped: sa.Engine,
) -> None:
    vintage, known = Vintage(1), catalogue.load().indicators

    def most(indicator: str) -> int:
        offered = cached.offers(indicator, vintage)
        first = cached.first_of(offered, indicator)
        return cached.provinces_by_period(offered, first)[str(first.period)]

    with reading(shipped.url.render_as_string(hide_password=False)):
        opened = cached.opening(vintage)
        mapped = {key: known[key] for key in cached.mapped(vintage)}
        fair = [key for key, said in mapped.items() if said.kind != "count" and said.polarity]
        assert opened in fair
        assert most(opened) == max(map(most, fair))


def test_every_table_and_caption_says_what_is_out_of_date(
    shipped: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("cached.remembered", "sidebar.industries"):
        monkeypatch.setattr(f"indicators.{module}.today", lambda: "2026-11-29")
    late = "2024年，23个月前，逾期未更新"
    with reading(shipped.url.render_as_string(hide_password=False)):
        glance = opened("overview", home="520000").dataframe[0]
        (row,) = glance.value[glance.value["指标"] == "每千人法人单位数"].to_dict("records")
        assert row["时期"] == "2024年12月，23个月前，逾期未更新"
        # Each line of Guizhou has one point: a scale of no height would be told as an error.
        columns = json.loads(glance.proto.columns)
        scale = columns["走势"]["type_config"]
        assert scale["y_min"] < scale["y_max"]
        targets = opened("province", region="150000").dataframe[0].value
        assert f"94.86（{late}）" in set(targets["最新值"])
        board = opened("industries", industry="C")
        captions = [text.value for text in board.caption]
        assert any("2024年12月，23个月前，逾期未更新 · 数值" in text for text in captions)
        tables = [each.value for each in board.dataframe]
        aims = next(table for table in tables if "目标" in table and "最新值" in table)
        assert aims["最新值"].str.contains(late).any()
        newest = next(table for table in tables if "最好" in table)
        assert newest["时期"].str.endswith("逾期未更新").any()
    view = IndustryView(
        Selection("legal_units_all", "2024-12"), SECTIONS, "value", "code", NATION, ALL, "zh", False
    )
    stale = Freshness("2026-11-29", {"legal_units_all": 22})
    rows = rows_of([("legal_units_all", "2024-12", "330000", 5.0)]).assign(industry="C")
    for fresh, marked in ((stale, True), (UNDATED, False)):
        found = heat_figures(view, rows, pd.DataFrame([CITATION]), fresh)
        assert ("逾期未更新" in found.legend.to_json(force_ascii=False)) is marked


def verdicts(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    columns = ["region", "indicator", "verdict", "reason"]
    frame = pd.DataFrame(rows, columns=columns).assign(
        industry="ALL", size="ALL", scheme="ALL", last_class="", latest_period="", due_period=""
    )
    return frame[["region", *AIM, "verdict", "reason", "last_class", "latest_period", "due_period"]]


JUDGED = verdicts(
    ("330000", "uptake_rate", "on_track", ""),
    ("330000", "food_sampling_pass_rate", "not_assessed", "no_data"),
    ("320000", "uptake_rate", "not_assessed", "no_data"),
    ("110000", "ccc_coverage", "not_assessed", "no_data"),
    ("100000", "system_laws", "not_assessed", "no_data"),
)


def test_the_matrix_leads_with_regions_and_aims_that_can_be_judged() -> None:
    shown = leading(JUDGED)
    assert list(zip(shown["region"], shown["indicator"], strict=True)) == [
        ("330000", "uptake_rate")
    ]


def test_the_rest_is_told_by_reason_and_by_who_could_supply_it() -> None:
    held = {"food_sampling_pass_rate": {"quality_outcomes": 2}}
    table = unjudged_table(JUDGED, held, {}, ZH)
    assert table["目标数"].sum() == 4
    aims = dict(zip(table["提供单位"].astype(str), table["目标指标"], strict=True))
    assert aims["主管部门文件中的佐证材料"] == "法律法规体系"
    assert [aim for supplier, aim in aims.items() if "2个省份" in supplier.replace(" ", "")] == [
        "食品抽检合格率"
    ]
