"""From the published files to the figures that are public, with a few of them as fixed points."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from etl.intake import Named
from etl.publish import moves
from etl.publish.moves import in_turn
from etl.refresh import RAW, figures, fill_if_empty, refresh
from indicators import catalogue
from indicators.findings import FindingsError, UnacceptedError
from indicators.store.queries import (
    Selection,
    all_observations,
    latest_release,
    observations,
    releases,
    warnings,
)
from indicators.store.tables import KEY
from tests.conftest import copy_of_raw


@dataclass(frozen=True)
class Public:
    rows: pd.DataFrame
    citations: pd.DataFrame


@pytest.fixture(scope="module")
def public() -> Public:
    with figures() as made:
        return Public(made.rows.frame(), made.citations)


def value(
    public: Public,
    indicator: str,
    period: str,
    region: str,
    scheme: str = "ALL",
    industry: str = "ALL",
) -> float:
    rows = public.rows
    chosen = rows[
        (rows["indicator"] == indicator)
        & (rows["period"] == period)
        & (rows["region"] == region)
        & (rows["scheme"] == scheme)
        & (rows["industry"] == industry)
    ]
    return float(chosen["value"].item())


@pytest.mark.parametrize(
    ("indicator", "period", "region", "scheme", "industry", "expected"),
    [
        ("certified_organisations", "2024-12", "ALL", "ALL", "ALL", 1_099_770),
        ("certified_organisations", "2024-12", "100000", "ALL", "ALL", 1_087_967),
        ("certificates_valid", "2024-12", "ALL", "ALL", "ALL", 4_158_266),
        ("certificates_valid", "2024-12", "100000", "ALL", "ALL", 4_067_752),
        ("certificates_valid", "2019-03", "ALL", "CCC", "ALL", 658_271),
        ("certificates_valid_yearend", "2023-12", "100000", "ALL", "ALL", 3_760_000),
        ("certificates_valid", "2025-01", "440000", "ALL", "ALL", 749_274),
        ("population", "2020-11", "540000", "ALL", "ALL", 3_648_100),
        ("manufacturing_pass_rate", "2024", "100000", "ALL", "C", 93.93),
        ("legal_units", "2018-12", "EAST3", "ALL", "ALL", 12_802_000),
    ],
)
def test_a_published_figure_arrives_unchanged(
    public: Public,
    indicator: str,
    period: str,
    region: str,
    scheme: str,
    industry: str,
    expected: float,
) -> None:
    assert value(public, indicator, period, region, scheme, industry) == expected


def test_certificates_add_up_over_schemes(public: Public) -> None:
    rows = public.rows.query(
        "indicator == 'certificates_valid' and period == '2024-12' and region == 'ALL'"
    )
    schemes = catalogue.load().schemes
    parts = schemes.loc[schemes["parent"].isin(["MS", "PRODUCT", "SERVICE"]), "code"]
    assert rows[rows["scheme"].isin(parts)]["value"].sum() == 4_158_266


def test_organisations_do_not_add_up_over_schemes(public: Public) -> None:
    rows = public.rows.query(
        "indicator == 'certified_organisations' and period == '2024-12' and region == 'ALL'"
    )
    assert rows[rows["scheme"].isin(["MS", "PRODUCT", "SERVICE"])]["value"].sum() == 1_228_752
    assert rows[rows["scheme"] == "ALL"]["value"].item() == 1_099_770


def test_a_province_s_share_is_of_the_domestic_total(public: Public) -> None:
    share = value(public, "organisation_national_share", "2024-12", "110000")
    assert round(share, 2) == 4.49


def test_derived_figures_carry_what_they_are_made_of(public: Public) -> None:
    rows = public.rows.query(
        "indicator == 'organisations_per_10000_residents' and period == '2024-12' "
        "and region == '110000'"
    )
    beijing = rows.iloc[0]
    assert (beijing["numerator"], beijing["denominator"]) == (48_889, 21_830_000)
    assert beijing["value"] == pytest.approx(48_889 / 21_830_000 * 10_000)


def test_no_figure_is_invented_for_provinces_without_one(public: Public) -> None:
    silent = {"450000", "460000", "520000", "540000", "620000", "630000", "640000"}
    rows = public.rows.query("indicator == 'certificates_valid' and scheme == 'ALL'")
    assert not silent & set(rows["region"])


def test_the_scope_reform_of_ccc_is_marked_as_a_break(public: Public) -> None:
    rows = public.rows.query("indicator == 'certificates_valid' and status == 'B'")
    assert rows[["scheme", "period", "region"]].to_numpy().tolist() == [["CCC", "2021-07", "ALL"]]


def test_snapshots_stand_at_their_month_and_nothing_is_filled_in(public: Public) -> None:
    rows = public.rows.query("indicator == 'certificates_valid' and region == '320000'")
    assert sorted(rows["period"]) == [
        "2019-03",
        "2021-07",
        "2022-08",
        "2022-09",
        "2023-02",
        "2023-03",
        "2024-12",
        "2025-01",
    ]


def test_every_figure_says_where_it_stands(public: Public) -> None:
    assert set(public.rows["citation"]) <= set(public.citations["citation"])
    needed = public.citations[["publisher", "document", "place", "licence", "verification"]]
    assert needed.notna().all(axis=None)
    assert (needed != "").all(axis=None)


def test_every_row_of_the_raw_files_is_published(public: Public) -> None:
    raw = sum(len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in RAW.rglob("*.csv"))
    assert len(public.rows[public.rows["source"] != "derived"]) == raw == 2197
    assert not public.rows.duplicated(list(KEY)).any()


def test_a_refresh_is_one_release_and_the_next_changes_nothing(empty: sa.Engine) -> None:
    first = refresh(empty)
    assert first.release == 1
    assert first.difference.added == first.difference.rows
    second = refresh(empty)
    assert second.release is None
    assert not second.difference


def test_a_check_publishes_nothing(empty: sa.Engine) -> None:
    assert refresh(empty, dry_run=True).difference.added > 2197
    assert latest_release(empty) is None


def test_an_empty_database_is_filled_once(empty: sa.Engine) -> None:
    fill_if_empty(empty)
    fill_if_empty(empty)
    assert latest_release(empty) == 1


def test_a_source_that_fails_names_every_bad_cell_and_leaves_the_last_release(
    empty: sa.Engine, tmp_path: Path
) -> None:
    refresh(empty)
    raw = tmp_path / "raw"
    shutil.copytree(RAW, raw)
    table = raw / "platform_provinces" / "2024-12.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(
        text.replace("获证组织数,北京市", "获证组织数,北平市").replace("156436", "十五万"),
        encoding="utf-8",
    )
    with pytest.raises(FindingsError) as refusal:
        refresh(empty, raw=raw)
    found = {(item.file, item.row, item.column, item.found) for item in refusal.value.findings}
    assert found == {
        ("platform_provinces/2024-12.csv", 2, "value", "十五万"),
        ("platform_provinces/2024-12.csv", 3, "region_name", "北平市"),
    }
    assert latest_release(empty) == 1
    beijing = Selection("certificates_valid", period="2024-12", region="110000")
    assert observations(empty, beijing)["value"].item() == 156_436


def test_a_table_by_scheme_that_does_not_add_up_is_refused(tmp_path: Path) -> None:
    raw = copy_of_raw(tmp_path / "raw", "platform_schemes")
    table = raw / "platform_schemes" / "2024-12.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace(",973353,", ",973354,"), encoding="utf-8"
    )
    with pytest.raises(FindingsError) as refusal, figures(raw):
        pass
    assert [item.file for item in refusal.value.findings] == ["platform_schemes/2024-12.csv"]
    assert "2,307,622" in str(refusal.value.findings[0].expected)


OWN = """\
provenance: {publisher: 浙江省市场监管局, document: 质量工具应用调查, licence: 内部}
unit: 家
columns: {region: 地区, industry: 行业, value: 数值}
fixed: {indicator: tool_users, period: "2024", size: ALL, scheme: ALL}
"""
FIGURES = "地区,行业,数值\n浙江,C,50\n浙江,F,2\n浙江,I,90\n浙江,ALL,142\n"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Return the shipped raw files with one source of somebody's own beside them."""
    copy_of_raw(tmp_path / "raw")
    folder = tmp_path / "raw" / "bureau"
    folder.mkdir()
    (folder / "tools.csv").write_text(FIGURES, encoding="utf-8")
    (folder / "tools.csv.yaml").write_text(OWN, encoding="utf-8")
    return tmp_path / "raw"


def tools(engine: sa.Engine) -> pd.DataFrame:
    return observations(engine, Selection("tool_users", industry=None)).set_index("industry")


def test_a_small_figure_is_withheld_and_a_second_one_so_that_it_cannot_be_worked_out(
    empty: sa.Engine, raw: Path
) -> None:
    refresh(empty, raw=raw)
    rows = tools(empty)
    assert rows["confidentiality"].to_dict() == {"ALL": "F", "C": "C", "F": "C", "I": "F"}
    assert rows["value"].dropna().to_dict() == {"ALL": 142.0, "I": 90.0}


def test_what_was_suppressed_stays_so_while_it_would_tell_of_an_earlier_release(
    empty: sa.Engine, raw: Path
) -> None:
    refresh(empty, raw=raw)
    table = raw / "bureau" / "tools.csv"
    table.write_text(FIGURES.replace("F,2", "F,7").replace("142", "147"), encoding="utf-8")
    made = refresh(empty, raw=raw, accepted="a survey").difference
    # With C = 50, the first release would tell that F was 142 − 90 − 50 = 2.
    assert (made.added, made.changed, made.withdrawn) == (0, 1, 0)
    assert tools(empty)["value"].dropna().to_dict() == {"ALL": 147.0, "I": 90.0}


def test_a_named_file_is_taken_in_and_kept_and_what_it_replaces_is_put_aside(
    empty: sa.Engine, raw: Path, tmp_path: Path
) -> None:
    file = tmp_path / "tools.csv"
    file.write_text(FIGURES.replace("90", "91").replace("142", "143"), encoding="utf-8")
    file.with_name("tools.csv.yaml").write_text(OWN, encoding="utf-8")
    named = Named([file], "bureau")
    assert refresh(empty, raw=raw, named=named, dry_run=True).difference.added > 300
    assert (raw / "bureau" / "tools.csv").read_text(encoding="utf-8") == FIGURES
    refresh(empty, raw=raw, named=named)
    assert tools(empty)["value"]["ALL"] == 143.0
    assert (raw / "bureau" / "tools.csv").read_bytes() == file.read_bytes()
    kept = {path.read_text(encoding="utf-8") for path in tmp_path.glob("versions/*-tools.csv")}
    assert FIGURES in kept
    assert refresh(empty, raw=raw).release is None


def test_a_jump_stops_a_release_until_somebody_says_why(empty: sa.Engine, raw: Path) -> None:
    file = raw / "bureau" / "tools.csv"
    header, *lines = FIGURES.splitlines()
    old = [f"{line},2023" for line in lines]
    new = [f"{line},2024".replace("142", "592").replace("90", "540") for line in lines]
    file.write_text("\n".join([f"{header},时期", *old, *new]) + "\n", encoding="utf-8")
    file.with_name("tools.csv.yaml").write_text(
        OWN.replace("value: 数值", "value: 数值, period: 时期").replace(' period: "2024",', ""),
        encoding="utf-8",
    )
    with pytest.raises(UnacceptedError) as stopped:
        refresh(empty, raw=raw)
    assert {finding.check for finding in stopped.value.findings} == {"jumps"}
    assert {finding.found for finding in stopped.value.findings} >= {"90 → 540"}
    assert latest_release(empty) is None
    refresh(empty, raw=raw, accepted="a new survey")
    assert releases(empty).iloc[0]["accepted"] == "a new survey"
    assert len(warnings(empty, 1)) == len(stopped.value.findings)
    # Once accepted it is public, and nobody is asked again.
    assert refresh(empty, raw=raw).release is None
    text = file.read_text(encoding="utf-8")
    text = text.replace("C,50,2023", "C,49,2023").replace("F,2,2023", "F,3,2023")
    file.write_text(text, encoding="utf-8")
    assert refresh(empty, raw=raw, dry_run=True).warnings == []


def test_only_the_files_that_changed_are_compared(empty: sa.Engine, raw: Path) -> None:
    refresh(empty, raw=raw)
    with figures(raw, engine=empty) as made:
        edition = made.edition()
        assert edition.moves is not None
        assert (edition.base, len(edition.moves.counts), len(edition.moves.cells)) == (1, 0, 0)
        assert list(edition.holdings or ()) == []
    (raw / "bureau" / "tools.csv").unlink()
    (raw / "bureau" / "tools.csv.yaml").unlink()
    made_without = refresh(empty, raw=raw, accepted="withdrawn by the bureau").difference
    assert (made_without.added, made_without.changed, made_without.withdrawn) == (0, 0, 4)


@pytest.mark.parametrize("part", [1, 3, 1_000_000])
def test_what_moves_is_the_same_however_few_rows_are_compared_at_a_time(
    empty: sa.Engine, raw: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    refresh(empty, raw=raw)
    for folder in ("platform_provinces", "quality_outcomes"):
        for file in sorted((raw / folder).glob("*.csv"))[::2]:
            lines = file.read_text(encoding="utf-8").splitlines()
            if len(lines) > 2:  # a table without a figure is refused
                file.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    monkeypatch.setattr(moves, "PART", part)
    with figures(raw, engine=empty) as made:
        moving = made.edition().moves
        assert moving is not None
        come, gone = (
            [row for batch in in_turn(files) for row in batch.to_pylist()]
            for files in (moving.come, moving.gone)
        )
    keys = [tuple(row[name] for name in KEY) for row in gone]
    assert len(keys) == len(set(keys)) > 3
    assert keys == sorted(keys)
    assert not set(keys) & {tuple(row[name] for name in KEY) for row in come}
    refresh(empty, raw=raw, accepted="a test")
    left = all_observations(empty)
    assert not set(keys) & set(left[list(KEY)].itertuples(index=False, name=None))


def test_a_refresh_that_somebody_overtakes_compares_once_more(empty: sa.Engine, raw: Path) -> None:
    refresh(empty, raw=raw)
    file = raw / "bureau" / "tools.csv"
    text = file.read_text(encoding="utf-8")

    def overtake(step: str) -> None:
        if step == "publish" and latest_release(empty) == 1:
            file.write_text(text.replace("90", "92").replace("142", "144"), encoding="utf-8")
            refresh(empty, raw=raw)

    file.write_text(text.replace("90", "91").replace("142", "143"), encoding="utf-8")
    refresh(empty, raw=raw, step=overtake)
    assert latest_release(empty) == 2
    assert tools(empty)["value"]["ALL"] == 144.0
