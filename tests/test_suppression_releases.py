"""Nothing that a release suppresses follows from what it publishes and another release did."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from etl.publish.gate import roll_back
from etl.refresh import refresh
from etl.suppression.retraction import retract
from indicators.findings import FindingsError, UnacceptedError
from indicators.store.archive import frame_of
from indicators.store.holdings import holding_of
from indicators.store.queries import Selection, all_observations, observations
from indicators.store.tables import holding, observation

DECLARED = """\
provenance: {publisher: 某局, document: 获证组织清点, licence: 内部}
unit: 家
columns: {region: 地区, value: 数值}
fixed: {indicator: registry_organisations_certified, period: "2021", industry: C, size: ALL,
        scheme: ALL}
scope: domestic
"""
SHANGHAI, JIANGSU, ZHEJIANG, ANHUI, NATION = "310000", "320000", "330000", "340000", "100000"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "raw" / "bureau").mkdir(parents=True)
    return tmp_path / "raw"


def publish(engine: sa.Engine, raw: Path, **figures: int) -> dict[str, float | None]:
    """Publish these organisations, by the names of their regions; return what is public of them."""
    names = {"SH": "上海", "JS": "江苏", "ZJ": "浙江", "AH": "安徽", "ALL": "全国"}
    lines = [f"{names[region]},{value}" for region, value in figures.items()]
    (raw / "bureau" / "held.csv").write_text("\n".join(["地区,数值", *lines]) + "\n", "utf-8")
    (raw / "bureau" / "held.csv.yaml").write_text(DECLARED, "utf-8")
    refresh(engine, raw=raw, accepted="a test")
    with engine.connect() as connection:
        order = [*(column.name for column in holding.primary_key), "rows", "known"]
        held, counted = (
            frame_of(connection, question)[order].sort_values(order, ignore_index=True)
            for question in (sa.select(holding), holding_of(observation))
        )
    pd.testing.assert_frame_equal(held, counted)
    return public(engine)


def public(engine: sa.Engine) -> dict[str, float | None]:
    selection = Selection("registry_organisations_certified", industry="C")
    rows = observations(engine, selection)
    return {
        region: None if pd.isna(value) else float(value)
        for region, value in zip(rows["region"], rows["value"], strict=True)
    }


LEGAL_UNITS = "legal_units"
FIRST = {"SH": 2, "JS": 30, "ZJ": 50, "AH": 918, "ALL": 1000}
SECOND = FIRST | {"ZJ": 1, "ALL": 951}


def test_what_a_release_suppressed_stays_so_while_another_would_reveal_it(
    empty: sa.Engine, raw: Path
) -> None:
    assert publish(empty, raw, **FIRST) == {
        SHANGHAI: None,
        JIANGSU: None,
        ZHEJIANG: 50,
        ANHUI: 918,
        NATION: 1000,
    }
    # 1000 − 50 − 918 − 30 = 2 by the first; and 951 − 918 − (1000 − 50 − 918) = 1 by both.
    assert publish(empty, raw, **SECOND) == {
        SHANGHAI: None,
        JIANGSU: None,
        ZHEJIANG: None,
        ANHUI: 918,
        NATION: None,
    }
    assert refresh(empty, raw=raw, accepted="again").release is None


def test_a_figure_no_longer_small_stays_suppressed_where_it_would_tell_what_it_was(
    empty: sa.Engine, raw: Path
) -> None:
    publish(empty, raw, **FIRST)
    shown = publish(empty, raw, **(FIRST | {"SH": 40, "ALL": 1038}))
    assert {shown[SHANGHAI], shown[JIANGSU]} == {None}
    assert refresh(empty, raw=raw, accepted="again").release is None


def test_a_figure_that_stands_in_no_sum_is_shown_once_it_is_no_longer_small(
    empty: sa.Engine, raw: Path
) -> None:
    assert publish(empty, raw, SH=2, JS=30) == {SHANGHAI: None, JIANGSU: 30}
    assert publish(empty, raw, SH=7, JS=30) == {SHANGHAI: 7, JIANGSU: 30}


def test_a_suppressed_figure_that_is_withdrawn_is_protected_still(
    empty: sa.Engine, raw: Path
) -> None:
    publish(empty, raw, **FIRST)
    shown = publish(empty, raw, JS=30, ZJ=50, AH=918, ALL=1000)
    assert shown[JIANGSU] is None
    assert refresh(empty, raw=raw, accepted="again").release is None


@pytest.mark.parametrize(
    "left_out",
    [[["ALL"]], [["ZJ"]], [["ALL", "AH"]], [["ALL"], ["SH"]]],
    ids=["nation", "province", "nation and province", "nation, then the small one"],
)
def test_a_public_figure_that_is_withdrawn_is_known_still(
    empty: sa.Engine, raw: Path, left_out: list[list[str]]
) -> None:
    figures = dict(FIRST)
    assert publish(empty, raw, **figures)[JIANGSU] is None
    for regions in left_out:
        figures = {region: value for region, value in figures.items() if region not in regions}
        shown = publish(empty, raw, **figures)
        # With what the first release shows, 1000 − 50 − 918 − 30 = 2.
        assert shown[JIANGSU] is None
        assert shown.get(SHANGHAI) is None
        assert all(shown.get(region, 0) is not None for region in (ZHEJIANG, ANHUI, NATION))
    assert refresh(empty, raw=raw, accepted="again").release is None


def test_a_total_that_was_withdrawn_keeps_no_later_figures_suppressed(
    empty: sa.Engine, raw: Path
) -> None:
    publish(empty, raw, JS=30, ZJ=50, AH=918, ALL=998)
    publish(empty, raw, JS=30, ZJ=50, AH=918)
    assert publish(empty, raw, JS=2, ZJ=50, AH=918)[JIANGSU] is None
    shown = publish(empty, raw, JS=40, ZJ=50, AH=918)
    assert shown == {JIANGSU: 40, ZHEJIANG: 50, ANHUI: 918}


def test_a_figure_that_was_published_protects_nothing(empty: sa.Engine, raw: Path) -> None:
    assert None not in publish(empty, raw, JS=30, ZJ=50, AH=918, ALL=998).values()
    # Zhejiang is what it was, so with the new total and the others Jiangsu would be 2.
    shown = publish(empty, raw, JS=2, ZJ=50, AH=918, ALL=970)
    assert shown == {JIANGSU: None, ZHEJIANG: 50, ANHUI: 918, NATION: None}


def test_what_nothing_keeps_unknown_any_more_stops_the_release_by_its_name(
    empty: sa.Engine, raw: Path
) -> None:
    publish(empty, raw, JS=30, ZJ=50, AH=918, ALL=1000)
    # Whoever kept the first release knows all the others: 1000 − 30 − 50 − 918 = 2.
    with pytest.raises(FindingsError) as stopped:
        publish(empty, raw, SH=2, JS=30, ZJ=50, AH=918, ALL=1000)
    (finding,) = stopped.value.findings
    assert (finding.file, finding.row, finding.check) == ("bureau/held.csv", 2, "exposed")
    assert finding.found == "registry_organisations_certified 2021 ALL C ALL 310000"
    assert public(empty) == {JIANGSU: 30, ZHEJIANG: 50, ANHUI: 918, NATION: 1000}


def test_a_rollback_keeps_what_would_tell_of_a_suppressed_figure(
    empty: sa.Engine, raw: Path
) -> None:
    publish(empty, raw, **FIRST)
    publish(empty, raw, **SECOND)
    both = public(empty)
    assert [region for region, value in both.items() if value is not None] == [ANHUI]
    # No figure may be public again; that the file of then stands there again is a release, too.
    back = roll_back(empty, 1, reason="a test", raw=raw)
    assert (back.release, back.difference.changed) == (3, 0)
    assert "浙江,50" in (raw / "bureau" / "held.csv").read_text("utf-8")
    assert public(empty) == both
    # What stays suppressed, and why: two it suppressed itself, two it published.
    assert back.suppressed is not None
    assert back.suppressed.to_numpy().tolist() == [
        ["registry_organisations_certified", "rules", 2],
        ["registry_organisations_certified", "then", 2],
    ]
    assert refresh(empty, raw=raw, accepted="again").release is None


def test_a_rollback_is_not_stopped_by_a_figure_that_its_release_suppressed_too(
    empty: sa.Engine, raw: Path
) -> None:
    # Of 691 organisations 50 stand in provinces that the file has not, so that 1 is safe by itself.
    first = publish(empty, raw, SH=1, JS=40, ZJ=300, AH=300, ALL=691)
    assert [region for region, value in first.items() if value is None] == [SHANGHAI]
    publish(empty, raw, SH=9, JS=41, ZJ=300, AH=300, ALL=700)
    assert roll_back(empty, 1, reason="a test", raw=raw).release == 3
    assert public(empty) == first
    assert refresh(empty, raw=raw).release is None


def test_a_rollback_asks_before_a_suppressed_figure_is_public_again(
    empty: sa.Engine, raw: Path
) -> None:
    publish(empty, raw, JS=30)
    then = publish(empty, raw, SH=5, JS=30, ZJ=50, AH=918, ALL=1003)
    now = publish(empty, raw, SH=2, JS=30, ZJ=50, AH=918, ALL=1000)
    assert [region for region, value in now.items() if value is None] == [NATION, SHANGHAI]
    file = (raw / "bureau" / "held.csv").read_text("utf-8")
    with pytest.raises(UnacceptedError) as stopped:
        roll_back(empty, 2, reason="a wrong file", raw=raw)
    assert [finding.found for finding in stopped.value.findings] == [
        f"registry_organisations_certified 2021 ALL C ALL {region}" for region in (NATION, SHANGHAI)
    ]
    assert (public(empty), (raw / "bureau" / "held.csv").read_text("utf-8")) == (now, file)
    assert roll_back(empty, 2, reason="a wrong file", raw=raw, accepted="looked up").release == 4
    assert public(empty) == then
    assert "上海,5" in (raw / "bureau" / "held.csv").read_text("utf-8")
    assert refresh(empty, raw=raw).release is None


def test_a_rollback_brings_back_no_ratio_of_a_figure_that_it_keeps_suppressed(
    empty: sa.Engine, raw: Path
) -> None:
    (raw / "bureau" / "units.csv").write_text("地区,数值\n全国,40000\n", "utf-8")
    declared = DECLARED.replace("家", "个").replace(
        "registry_organisations_certified", "legal_units"
    )
    (raw / "bureau" / "units.csv.yaml").write_text(declared, "utf-8")
    publish(empty, raw, **FIRST)
    publish(empty, raw, **SECOND)
    roll_back(empty, 1, reason="a test")
    rates = observations(empty, Selection("registry_coverage_rate", industry="C"))
    assert rates["region"].tolist() == [NATION]
    assert rates[["value", "numerator", "denominator"]].isna().all(axis=None)


# What vanished whole, or was restated: whoever kept the earlier releases still has them.

TABLE = """\
provenance: {publisher: 某局, document: 获证组织清点, licence: 内部}
unit: {registry_organisations_certified: 家, registry_qms_organisations: 家, legal_units: 个,
       registry_certificates_valid: 张, registry_coverage_rate: "‰",
       qms_organisation_growth: "%"}
columns: {indicator: 指标, period: 时期, scheme: 领域, region: 地区, value: 数值}
fixed: {industry: C, size: ALL}
scope: domestic
"""
HOLDERS, CERTIFICATES = "registry_organisations_certified", "registry_certificates_valid"


def publish_table(
    engine: sa.Engine, raw: Path, *figures: tuple[str, str, str, dict[str, int]]
) -> dict[tuple[str, str], dict[str, float | None]]:
    """Publish figures: indicator, period, scheme and values by region; return what is public."""
    lines = [
        f"{indicator},{period},{scheme},{region},{value}"
        for indicator, period, scheme, values in figures
        for region, value in values.items()
    ]
    (raw / "bureau" / "table.csv").write_text(
        "\n".join(["指标,时期,领域,地区,数值", *lines]), "utf-8"
    )
    (raw / "bureau" / "table.csv.yaml").write_text(TABLE, "utf-8")
    refresh(engine, raw=raw, accepted="a test")
    shown: dict[tuple[str, str], dict[str, float | None]] = {}
    for row in all_observations(engine).to_dict("records"):
        of = shown.setdefault((row["indicator"], row["period"]), {})
        of[row["region"]] = None if pd.isna(row["value"]) else row["value"]
    return shown


FOUR = {SHANGHAI: 2, JIANGSU: 30, ZHEJIANG: 50, ANHUI: 918, NATION: 1000}
OTHERS = {region: value for region, value in FOUR.items() if region != SHANGHAI}


def test_an_indicator_that_vanished_whole_still_counts_as_known(
    empty: sa.Engine, raw: Path
) -> None:
    publish_table(empty, raw, (CERTIFICATES, "2021", "ALL", {SHANGHAI: 1, JIANGSU: 40}))
    # A single certificate has a single holder.
    with pytest.raises(FindingsError) as stopped:
        publish_table(empty, raw, (HOLDERS, "2021", "ALL", {SHANGHAI: 1, JIANGSU: 30}))
    assert [finding.found for finding in stopped.value.findings] == [
        f"{HOLDERS} 2021 ALL C ALL {SHANGHAI}"
    ]


@pytest.mark.parametrize("between", [False, True])
@pytest.mark.parametrize(
    ("indicator", "period", "scheme"),
    [("registry_qms_organisations", "2021", "ALL"), (HOLDERS, "2021-12", "QMS")],
    ids=["indicator", "period"],
)
def test_what_vanished_whole_after_it_was_suppressed_is_protected_still(
    empty: sa.Engine, raw: Path, indicator: str, period: str, scheme: str, between: bool
) -> None:
    first = publish_table(empty, raw, (HOLDERS, "2021", "QMS", FOUR))
    assert first[HOLDERS, "2021"][JIANGSU] is None
    if between:
        publish_table(empty, raw, (HOLDERS, "2022", "QMS", OTHERS))
    # The same count by another name: 1000 − 50 − 918 − 30 = 2.
    shown = publish_table(empty, raw, (indicator, period, scheme, OTHERS))
    assert shown[indicator, period][JIANGSU] is None


def test_a_total_that_comes_later_for_the_last_quarter_goes_with_the_parts_of_the_year(
    empty: sa.Engine, raw: Path
) -> None:
    parts = (HOLDERS, "2021", "ALL", {SHANGHAI: 2, JIANGSU: 30, ZHEJIANG: 50})
    publish_table(empty, raw, parts)
    shown = publish_table(empty, raw, parts, (HOLDERS, "2021-Q4", "ALL", {NATION: 82}))
    assert shown[HOLDERS, "2021-Q4"] == {NATION: None}


def test_a_retracted_figure_goes_by_every_name_of_its_period(empty: sa.Engine, raw: Path) -> None:
    named = ("2021", "2021-Q4", "2021-12")
    tables = [(HOLDERS, period, "ALL", {SHANGHAI: 40, JIANGSU: 30}) for period in named]
    publish_table(empty, raw, *tables)
    retract(empty, (HOLDERS, "2021", "ALL", "C", "ALL", SHANGHAI), "a single firm", raw)
    rows = all_observations(empty)
    left = rows[rows["indicator"] == HOLDERS].set_index(["region", "period"])["value"]
    assert left[SHANGHAI].isna().all()
    assert left[JIANGSU].tolist() == [30, 30, 30]
    shown = publish_table(empty, raw, *tables, (HOLDERS, "2022", "ALL", {SHANGHAI: 41}))
    assert {shown[HOLDERS, period][SHANGHAI] for period in named} == {None}


def by_size(**figures: int) -> str:
    """Return a file of organisations by size: SH_LARGE=2 stands for those of Shanghai."""
    names = {"SH": SHANGHAI, "JS": JIANGSU, "ALL": NATION}
    lines = ["地区,规模,数值"]
    for name, value in figures.items():
        region, size = name.split("_")
        lines.append(f"{names[region]},{size},{value}")
    return "\n".join(lines)


@pytest.mark.parametrize("left_out", [False, True])
def test_a_total_that_comes_later_ties_what_an_earlier_release_published_by_size(
    empty: sa.Engine, raw: Path, left_out: bool
) -> None:
    declared = DECLARED.replace("region: 地区", "region: 地区, size: 规模").replace(
        ", size: ALL", ""
    )
    file = raw / "bureau" / "sizes.csv"
    file.with_name("sizes.csv.yaml").write_text(declared, "utf-8")
    first = {"SH_LARGE": 2, "SH_SMALL": 40, "JS_LARGE": 21, "JS_SMALL": 43}
    file.write_text(by_size(**first), "utf-8")
    refresh(empty, raw=raw, accepted="a test")
    # 106 − 40 − 21 − 43 = 2
    second = {} if left_out else first
    file.write_text(by_size(**second, ALL_ALL=106), "utf-8")
    refresh(empty, raw=raw, accepted="a test")
    rows = all_observations(empty)
    assert rows.loc[rows["region"] == NATION, "value"].isna().all()


@pytest.mark.parametrize("between", [False, True])
def test_a_total_restated_to_no_sum_leaves_the_earlier_sum_known(
    empty: sa.Engine, raw: Path, between: bool
) -> None:
    publish(empty, raw, **FIRST)
    if between:
        assert publish(empty, raw, **(FIRST | {"ALL": 1020}))["320000"] is None
    # Today's figures are no sum; those of the first release were: 1000 − 50 − 918 − 30 = 2.
    shown = publish(empty, raw, **(FIRST | {"ALL": 1010}))
    assert {shown[SHANGHAI], shown[JIANGSU]} == {None}


def test_an_earlier_total_is_known_beside_today_s_parts(empty: sa.Engine, raw: Path) -> None:
    publish(empty, raw, ALL=1000)
    # Beside a total that is no sum of them, or none at all, the one of the first release is.
    for total in ({"ALL": 1010}, {}):
        parts = {region: value for region, value in FIRST.items() if region != "ALL"} | total
        shown = publish(empty, raw, **parts)
        assert {shown[SHANGHAI], shown[JIANGSU]} == {None}


def test_a_figure_and_its_total_restated_together_give_away_neither(
    empty: sa.Engine, raw: Path
) -> None:
    publish(empty, raw, **FIRST)
    # 30 was Jiangsu's then, too: with today's, 1000 − 50 − 918 − 30 would be Shanghai's then.
    shown = publish(empty, raw, **(FIRST | {"SH": 40, "ALL": 1100}))
    assert {shown[SHANGHAI], shown[JIANGSU]} == {None}


def test_a_stale_sum_suppresses_nothing(empty: sa.Engine, raw: Path) -> None:
    publish(empty, raw, JS=30, ZJ=50, AH=918, ALL=998)
    # The total of the first release is no sum of today's figures, whatever Shanghai's are.
    shown = publish(empty, raw, SH=2, JS=31, ZJ=52, AH=930, ALL=1100)
    assert shown[SHANGHAI] is None
    assert None not in [value for region, value in shown.items() if region != SHANGHAI]


@pytest.mark.parametrize(("small", "other"), [(SHANGHAI, JIANGSU), (JIANGSU, SHANGHAI)])
def test_a_ratio_that_cannot_be_is_missing_of_no_suppressed_figure(
    empty: sa.Engine, raw: Path, small: str, other: str
) -> None:
    # 30 of 10 is no rate and 2 of 10 is one: with nothing there it would be known which is which.
    counts = {small: 2, other: 30, ZHEJIANG: 50, ANHUI: 918, NATION: 1000}
    units = {small: 10, other: 10, ANHUI: 9000}
    figures = (HOLDERS, "2021", "ALL", counts), ("legal_units", "2021", "ALL", units)
    shown = publish_table(empty, raw, *figures)
    assert shown[RATE, "2021"] == {small: None, other: None, ANHUI: 10.2}


# A ratio or growth rate that was published once is known for good.

RATE, QMS, GROWTH = (
    "registry_coverage_rate",
    "registry_qms_organisations",
    "qms_organisation_growth",
)


@pytest.mark.parametrize("again", [True, False], ids=["suppressed", "vanished"])
def test_a_ratio_that_was_public_tells_of_its_numerator(
    empty: sa.Engine, raw: Path, again: bool
) -> None:
    rate = (RATE, "2021", "ALL", {SHANGHAI: 2, JIANGSU: 30})
    units = ("legal_units", "2021", "ALL", {SHANGHAI: 1000, JIANGSU: 1000})
    publish_table(empty, raw, rate)
    # 2 of 1,000: whoever kept the rate reads it from the units.
    counts = (HOLDERS, "2021", "ALL", {SHANGHAI: 2, JIANGSU: 30})
    with pytest.raises(FindingsError) as stopped:
        publish_table(empty, raw, *[rate] * again, units, counts)
    assert [finding.found for finding in stopped.value.findings] == [
        f"{HOLDERS} 2021 ALL C ALL {SHANGHAI}"
    ]


def test_a_ratio_that_was_public_and_tells_little_stops_nothing(
    empty: sa.Engine, raw: Path
) -> None:
    publish_table(empty, raw, (RATE, "2021", "ALL", {SHANGHAI: 0}))
    units = ("legal_units", "2021", "ALL", {SHANGHAI: 90_000})
    shown = publish_table(empty, raw, units, (HOLDERS, "2021", "ALL", {SHANGHAI: 2}))
    assert shown["legal_units", "2021"] == {SHANGHAI: 90_000}


@pytest.mark.parametrize("year", ["2021", "2020"])
def test_a_growth_rate_that_was_public_tells_of_either_year(
    empty: sa.Engine, raw: Path, year: str
) -> None:
    counts = {"2020": 20, "2021": 20, year: 2}
    growth = round(100 * counts["2021"] / counts["2020"] - 100)
    publish_table(empty, raw, (GROWTH, "2021", "ALL", {SHANGHAI: growth}))
    with pytest.raises(FindingsError) as stopped:
        publish_table(
            empty, raw, *((QMS, at, "ALL", {SHANGHAI: value}) for at, value in counts.items())
        )
    assert [finding.found for finding in stopped.value.findings] == [
        f"{QMS} {year} ALL C ALL {SHANGHAI}"
    ]
