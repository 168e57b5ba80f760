"""Publishing: one release, whole or not at all; nothing is ever lost."""

from __future__ import annotations

import math
import os

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa

from etl.publish.gate import Decision, OvertakenError, publish, roll_back
from etl.publish.moves import between
from indicators.findings import Finding, FindingsError, message
from indicators.store.holdings import choices, holding_of, reach
from indicators.store.queries import (
    Selection,
    all_observations,
    changes,
    inputs,
    latest_release,
    observations,
    releases,
    revisions,
    warnings,
)
from indicators.store.tables import holding, observation, release
from tests.conftest import CITATION, WORLD, edition_of, publish_rows, rows_of

JIANGSU = Selection("certificates_valid", period="2024-12", region="320000")


def value(engine: sa.Engine, selection: Selection, number: int | None = None) -> float:
    return float(observations(engine, selection, number)["value"].item())


def test_the_first_release_holds_every_row(engine: sa.Engine) -> None:
    assert len(all_observations(engine)) == len(WORLD)
    assert value(engine, JIANGSU) == 537_498


def test_an_account_without_a_name_publishes_by_its_number(
    empty: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54_321_987)
    publish_rows(empty, WORLD)
    with empty.connect() as connection:
        assert connection.scalar(sa.select(release.c.published_by)) == "54321987"


def test_publishing_the_same_again_changes_nothing(engine: sa.Engine) -> None:
    assert publish_rows(engine, WORLD) is None
    assert latest_release(engine) == 1


def test_a_changed_figure_is_a_new_release_that_keeps_the_old_one(engine: sa.Engine) -> None:
    changed = [*WORLD[:4], ("certificates_valid", "2024-12", "320000", 537_500.0), *WORLD[5:]]
    assert publish_rows(engine, changed) == 2
    assert value(engine, JIANGSU) == 537_500
    assert value(engine, JIANGSU, 1) == 537_498
    assert revisions(engine, JIANGSU)[["value", "release", "superseded"]].to_dict("records") == [
        {"value": 537_498.0, "release": 1, "superseded": 2}
    ]
    newest = releases(engine).iloc[0]
    assert (newest["added"], newest["changed"], newest["withdrawn"]) == (0, 1, 0)


def test_an_unchanged_figure_stays_in_the_release_it_came_with(engine: sa.Engine) -> None:
    publish_rows(engine, [*WORLD, ("certificates_valid", "2025-01", "320000", 541_661.0)])
    rows = all_observations(engine)
    assert rows[rows["period"] == "2024-12"]["release"].unique().tolist() == [1]
    assert rows[rows["period"] == "2025-01"]["release"].unique().tolist() == [2]


def test_a_withdrawn_figure_stays_readable_as_published_then(engine: sa.Engine) -> None:
    publish_rows(engine, WORLD[:4])
    assert observations(engine, JIANGSU).empty
    assert len(all_observations(engine, 1)) == len(WORLD)


def test_a_figure_that_comes_back_was_absent_in_between(engine: sa.Engine) -> None:
    publish_rows(engine, WORLD[:4])
    publish_rows(engine, WORLD)
    counts = [len(all_observations(engine, number)) for number in (1, 2, 3)]
    assert counts == [8, 4, 8]


def test_a_failure_in_the_middle_leaves_the_last_release(engine: sa.Engine) -> None:
    twice = [*WORLD, *[("certificates_valid", "2025-01", "320000", 541_661.0)] * 2]
    with pytest.raises(Exception, match=r"(?i)unique"):
        publish_rows(engine, twice)
    assert latest_release(engine) == 1
    assert len(all_observations(engine)) == len(WORLD)
    assert publish_rows(engine, WORLD[:4]) == 2


def test_choices_count_the_provinces_only(engine: sa.Engine) -> None:
    expected = pd.DataFrame(
        {
            "scheme": ["ALL", "ALL"],
            "industry": ["ALL", "ALL"],
            "size": ["ALL", "ALL"],
            "period": ["2023-03", "2024-12"],
            "provinces": [2, 2],
            "rows": [4, 4],
        }
    )
    pd.testing.assert_frame_equal(choices(engine, "certificates_valid"), expected)


def test_reach_tells_periods_and_provinces(engine: sa.Engine) -> None:
    assert reach(engine).to_dict("records") == [
        {
            "indicator": "certificates_valid",
            "first_period": "2023-03",
            "last_period": "2024-12",
            "periods": 2,
            "provinces": 2,
            "rows": 8,
        }
    ]


def test_a_key_never_holds_null(empty: sa.Engine) -> None:
    with pytest.raises(sa.exc.IntegrityError), empty.begin() as connection:
        connection.execute(
            sa.insert(observation).values(
                indicator="certificates_valid",
                period="2024-12",
                scheme=None,
                industry="ALL",
                size="ALL",
                region="100000",
                status="A",
                confidentiality="F",
                source="x",
                citation="x",
                release=1,
            )
        )


def test_rolling_back_makes_public_what_was_public_then_as_a_new_release(
    engine: sa.Engine,
) -> None:
    then = all_observations(engine)
    publish_rows(engine, [*WORLD[:4], ("certificates_valid", "2024-12", "320000", 1.0)])
    restored = roll_back(engine, 1, reason="a wrong file")
    assert restored.release == 3
    assert restored.difference.counts.to_dict("list") == {
        "indicator": ["certificates_valid"] * 4,
        "region": ["100000", "320000", "330000", "ALL"],
        "added": [1, 0, 1, 1],
        "changed": [0, 1, 0, 0],
        "withdrawn": [0, 0, 0, 0],
    }
    now = all_observations(engine)
    pd.testing.assert_frame_equal(
        now.drop(columns="release"), then.drop(columns="release"), check_dtype=False
    )
    assert releases(engine).iloc[0]["restored"] == 1
    assert (
        inputs(engine, 3).drop(columns="release").equals(inputs(engine, 1).drop(columns="release"))
    )
    # What was taken back stays readable.
    assert value(engine, JIANGSU, 2) == 1.0


def test_rolling_back_to_the_newest_release_changes_nothing(engine: sa.Engine) -> None:
    assert roll_back(engine, 1, reason="a test").release is None
    assert latest_release(engine) == 1


def test_there_is_no_rolling_back_to_a_release_that_never_was(engine: sa.Engine) -> None:
    with pytest.raises(LookupError):
        roll_back(engine, 7, reason="a test")
    assert latest_release(engine) == 1


def test_a_rehearsal_says_what_would_change_and_changes_nothing(engine: sa.Engine) -> None:
    edition = edition_of([*WORLD[1:], ("certificates_valid", "2025-01", "320000", 541_661.0)])
    rehearsed = publish(engine, edition, Decision("a test"), dry_run=True)
    assert rehearsed.release is None
    made = rehearsed.difference
    assert (made.added, made.changed, made.withdrawn, made.rows) == (1, 0, 1, 8)
    assert latest_release(engine) == 1


def test_the_largest_changes_come_first(engine: sa.Engine) -> None:
    changed = [(*row[:3], row[3] * (2 if row[2] == "ALL" else 1.01)) for row in WORLD]
    largest = publish(engine, edition_of(changed), Decision("a test")).difference.largest
    assert largest["region"].tolist()[:2] == ["ALL", "ALL"]
    assert largest["relative"].tolist()[:3] == pytest.approx([1.0, 1.0, 0.01])


def test_only_the_figures_that_move_are_replaced(engine: sa.Engine) -> None:
    changed, withdrawn = WORLD[4], WORLD[5]
    moved = [(*changed[:3], changed[3] + 1), ("certificates_valid", "2025-01", "320000", 541_661.0)]
    edition = edition_of(moved, gone=[changed, withdrawn], base=1)
    made = publish(engine, edition, Decision("a test")).difference
    assert (made.added, made.changed, made.withdrawn, made.rows) == (1, 1, 1, len(WORLD))
    held = all_observations(engine).set_index(["period", "region"])["value"]
    assert held[changed[1:3]] == changed[3] + 1
    assert held[("2025-01", "320000")] == 541_661.0
    assert withdrawn[1:3] not in held.index
    assert len(all_observations(engine, 1)) == len(WORLD)


def test_what_was_compared_with_another_release_is_not_published(engine: sa.Engine) -> None:
    edition = edition_of([], gone=[WORLD[4]], base=1)
    assert publish_rows(engine, WORLD[:4]) == 2
    with pytest.raises(OvertakenError):
        publish(engine, edition, Decision("a test"))
    assert latest_release(engine) == 2
    assert len(all_observations(engine)) == 4


def test_two_files_may_not_say_two_figures_of_one_thing(engine: sa.Engine) -> None:
    other = CITATION | {"citation": "c2", "file": "platform_provinces/other.csv"}
    again = rows_of(WORLD[4:5]).assign(citation="c2")
    edition = edition_of(again, pd.DataFrame([other]), gone=[], base=1)
    with pytest.raises(FindingsError) as refusal:
        publish(engine, edition, Decision("a test"))
    assert [finding.found for finding in refusal.value.findings] == [
        "certificates_valid 2024-12 ALL ALL ALL 320000"
    ]
    assert latest_release(engine) == 1


def counted_anew(engine: sa.Engine) -> pd.DataFrame:
    with engine.connect() as connection:
        return pd.DataFrame(connection.execute(holding_of(observation)).mappings().all())


def test_what_cells_hold_is_counted_with_every_release(engine: sa.Engine) -> None:
    def held() -> pd.DataFrame:
        with engine.connect() as connection:
            return pd.DataFrame(connection.execute(sa.select(holding)).mappings().all())

    def agree() -> None:
        order = [column.name for column in holding.primary_key]
        ours, anew = (
            rows.sort_values(order, ignore_index=True) for rows in (held(), counted_anew(engine))
        )
        pd.testing.assert_frame_equal(ours, anew)

    agree()
    publish_rows(engine, WORLD[:4])
    agree()
    publish(engine, edition_of(WORLD[4:], gone=WORLD[:1], base=2), Decision("a test"))
    agree()
    assert reach(engine, 1)["rows"].tolist() == [8]
    roll_back(engine, 2, reason="a test")
    agree()


@pytest.mark.parametrize(
    ("then", "now", "counted"),
    [
        ([("2024-12", 5.0)], [("2024-12", 7.0)], []),
        ([("2024-12", 5.0)], [("2024-12", math.nan)], ["2024-12"]),
        ([("2024-12", 5.0)], [("2024-12", 5.0), ("2025-01", 7.0)], ["2025-01"]),
        ([("2024-12", 5.0), ("2025-01", 7.0)], [("2024-12", 5.0)], ["2025-01"]),
    ],
    ids=["another", "suppressed", "added", "withdrawn"],
)
def test_only_cells_that_hold_more_or_fewer_figures_are_counted_again(
    then: list[tuple[str, float]], now: list[tuple[str, float]], counted: list[str]
) -> None:
    past, fresh = (
        rows_of([("certificates_valid", period, "320000", value) for period, value in points])
        for points in (then, now)
    )
    sides = (
        [pa.RecordBatch.from_pandas(side, preserve_index=False)]
        for side in (fresh, past.assign(release=1))
    )
    with between(*sides) as moves:
        assert moves.cells["period"].tolist() == counted


def test_what_a_release_changed_is_kept_by_indicator(engine: sa.Engine) -> None:
    publish_rows(engine, WORLD[:4])
    assert changes(engine, 1).to_dict("records") == [
        {"indicator": "certificates_valid", "added": 8, "changed": 0, "withdrawn": 0}
    ]
    assert changes(engine, 2).to_dict("records") == [
        {"indicator": "certificates_valid", "added": 0, "changed": 0, "withdrawn": 4}
    ]


def test_warnings_that_were_accepted_stay_with_their_release(engine: sa.Engine) -> None:
    jump = Finding(
        "platform_provinces/2024-12.csv",
        "50.2",
        message("a number"),
        message("a number"),
        row=7,
        column="value",
        severity="warning",
        check="jump",
    )
    decision = Decision("a test", "checked with the bureau", [jump])
    assert publish(engine, edition_of(WORLD[:4]), decision).release == 2
    assert releases(engine).iloc[0]["accepted"] == "checked with the bureau"
    assert warnings(engine, 2)[["check", "file", "row", "found"]].to_dict("records") == [
        {"check": "jump", "file": "platform_provinces/2024-12.csv", "row": 7, "found": "50.2"}
    ]
