"""Nothing that a release suppresses follows from what it publishes and another release did."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from etl.publish.gate import roll_back
from etl.refresh import refresh
from indicators.findings import FindingsError
from indicators.store.queries import Selection, observations

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
        SHANGHAI: None, JIANGSU: None, ZHEJIANG: 50, ANHUI: 918, NATION: 1000,
    }  # fmt: skip
    # 1000 − 50 − 918 − 30 = 2 by the first; and 951 − 918 − (1000 − 50 − 918) = 1 by both.
    assert publish(empty, raw, **SECOND) == {
        SHANGHAI: None, JIANGSU: None, ZHEJIANG: None, ANHUI: 918, NATION: None,
    }  # fmt: skip
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


def test_a_rollback_keeps_what_is_suppressed(empty: sa.Engine, raw: Path) -> None:
    publish(empty, raw, **FIRST)
    publish(empty, raw, **SECOND)
    roll_back(empty, 1, reason="a test")
    assert public(empty) == {
        SHANGHAI: None, JIANGSU: None, ZHEJIANG: None, ANHUI: 918, NATION: None,
    }  # fmt: skip


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
