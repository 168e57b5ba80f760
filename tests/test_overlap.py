"""Files of one publisher that overlap: equal figures are one, a newer document revises an older."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from etl.refresh import figures, refresh
from indicators.findings import FindingsError
from indicators.store.database import open_database
from indicators.store.queries import Selection, observations
from tests.conftest import copy_of_raw

DECLARED = """
provenance: {{publisher: {publisher}, document: 数据库导出, licence: 内部使用{date}}}
layout: wide
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: people_trained, scheme: ALL, industry: ALL, size: ALL}}
unit: 人次
"""
OLD = "地区,2023年,2022年,2021年\n北京,53,52,51\n天津,63,62,61\n"
NEW = "地区,2024年,2023年,2022年\n北京,54,53,52\n天津,64,63,62\n"
REVISED = NEW.replace("53", "58")
Shown = dict[tuple[str, str], float]
ALL: Shown = {
    (region, str(2021 + year)): float(tens + 1 + year)
    for region, tens in (("110000", 50), ("120000", 60))
    for year in range(4)
}


def export(
    raw: Path,
    name: str,
    text: str,
    date: str = "",
    *,
    source: str = "bureau",
    publisher: str = "某局",
) -> Path:
    """Put an export with its declaration into raw."""
    file = raw / source / f"{name}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    said = DECLARED.format(publisher=publisher, date=f", date: '{date}'" if date else "")
    file.with_name(f"{file.name}.yaml").write_text(said, encoding="utf-8")
    return file


def remove(file: Path) -> None:
    file.unlink()
    file.with_name(f"{file.name}.yaml").unlink()


def shown(engine: sa.Engine) -> Shown:
    rows = observations(engine, Selection("people_trained"))
    return dict(zip(zip(rows["region"], rows["period"], strict=True), rows["value"], strict=True))


def publish(engine: sa.Engine, raw: Path) -> Shown:
    refresh(engine, raw=raw, accepted="a test")
    return shown(engine)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Return the shipped raw files, to put exports beside."""
    copy_of_raw(tmp_path / "raw")
    return tmp_path / "raw"


def test_equal_figures_of_two_exports_are_one_figure(empty: sa.Engine, raw: Path) -> None:
    export(raw, "export", OLD)
    export(raw, "export (1)", NEW)
    assert publish(empty, raw) == ALL


@pytest.mark.parametrize("copy", ["export (1)", "export-副本"])
def test_a_copy_of_a_file_changes_nothing(empty: sa.Engine, raw: Path, copy: str) -> None:
    export(raw, "export", OLD, "2024-01-10")
    refresh(empty, raw=raw)
    export(raw, copy, OLD, "2024-01-10")
    assert refresh(empty, raw=raw).release is None


def test_a_newer_document_revises_an_older_one(empty: sa.Engine, raw: Path) -> None:
    export(raw, "a", REVISED, "2025-01-10")
    export(raw, "b", OLD, "2024-01-10")
    assert publish(empty, raw) == ALL | {("110000", "2023"): 58}


@pytest.mark.parametrize(
    ("dates", "publishers"),
    [
        (("", ""), ("某局", "某局")),
        (("2024-01-10", ""), ("某局", "某局")),
        (("2024-01-10", "2024-01-10"), ("某局", "某局")),
        (("2024-01-10", "2024年2月"), ("某局", "某局")),
        (("2024-01", "2024-01-10"), ("某局", "某局")),
        (("2024-01-10", "2025-01-10"), ("某局", "另一局")),
    ],
)
def test_figures_that_differ_are_refused_where_nothing_says_which_is_newer(
    raw: Path, dates: tuple[str, str], publishers: tuple[str, str]
) -> None:
    export(raw, "a", OLD, dates[0], publisher=publishers[0])
    export(raw, "b", REVISED, dates[1], publisher=publishers[1])
    with pytest.raises(FindingsError) as refusal, figures(raw):
        pass
    findings = refusal.value.findings
    assert {found.check for found in findings} == {"unique"}
    assert {found.file for found in findings} == {"bureau/a.csv", "bureau/b.csv"}
    assert all("`date` under `provenance`" in str(found.advice) for found in findings)


def test_two_sources_are_never_taken_for_one(raw: Path) -> None:
    export(raw, "a", OLD, "2024-01-10", source="one")
    export(raw, "b", NEW, "2025-01-10", source="two")
    with pytest.raises(FindingsError), figures(raw):
        pass


def test_a_figure_that_stands_twice_in_one_file_is_refused_all_the_same(
    raw: Path,
) -> None:
    export(raw, "a", OLD + "北京,53,52,51\n", "2024-01-10")
    export(raw, "b", NEW, "2025-01-10")
    with pytest.raises(FindingsError), figures(raw):
        pass


def test_every_change_of_overlapping_files_shows_what_publishing_them_afresh_would(
    empty: sa.Engine, raw: Path, tmp_path: Path
) -> None:
    """Files come, are corrected, dated anew and go, one refresh each."""

    def check() -> None:
        fresh = open_database(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
        assert publish(empty, raw) == publish(fresh, raw)
        fresh.dispose()
        (tmp_path / "fresh.sqlite").unlink()

    old = export(raw, "a", OLD, "2024-01-10")
    check()
    new = export(raw, "b", NEW, "2025-01-10")
    check()
    export(raw, "b", REVISED, "2025-01-10")
    check()
    assert shown(empty)["110000", "2023"] == 58
    export(raw, "a", OLD, "2026-01-10")
    check()
    assert shown(empty)["110000", "2023"] == 53
    remove(old)
    check()
    assert shown(empty)["110000", "2023"] == 58
    export(raw, "a", OLD, "2024-01-10")
    check()
    remove(new)
    check()
    assert shown(empty) == {key: value for key, value in ALL.items() if key[1] != "2024"}


def test_a_new_export_leaves_what_it_repeats_where_it_stands(empty: sa.Engine, raw: Path) -> None:
    export(raw, "a", OLD, "2024-01-10")
    publish(empty, raw)
    export(raw, "b", NEW, "2025-01-10")
    made = refresh(empty, raw=raw, accepted="a test").difference
    assert (made.added, made.changed, made.withdrawn) == (2, 0, 0)
    rows = observations(empty, Selection("people_trained"))
    places: pd.Series = rows.groupby("period")["citation"].nunique()
    assert places.to_dict() == {"2021": 1, "2022": 1, "2023": 1, "2024": 1}
