"""Publishing: one release, whole or not at all; nothing is ever lost."""

from __future__ import annotations

import pandas as pd
import pytest
import sqlalchemy as sa

from indicators.database import observation
from indicators.queries import (
    Selection,
    all_observations,
    choices,
    latest_release,
    observations,
    reach,
    releases,
    revisions,
)
from tests.conftest import WORLD, publish_rows

JIANGSU = Selection("certificates_valid", period="2024-12", region="320000")


def value(engine: sa.Engine, selection: Selection, number: int | None = None) -> float:
    return float(observations(engine, selection, number)["value"].item())


def test_the_first_release_holds_every_row(engine: sa.Engine) -> None:
    assert len(all_observations(engine)) == len(WORLD)
    assert value(engine, JIANGSU) == 537_498


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
    twice = [*WORLD, WORLD[0]]
    with pytest.raises(Exception, match=r"(?i)unique"):
        publish_rows(engine, twice)
    assert latest_release(engine) == 1
    assert len(all_observations(engine)) == len(WORLD)
    assert publish_rows(engine, WORLD[:4]) == 2


def test_choices_count_the_provinces_only(engine: sa.Engine) -> None:
    expected = pd.DataFrame(
        {
            "scheme": ["ALL", "ALL"], "industry": ["ALL", "ALL"], "size": ["ALL", "ALL"],
            "period": ["2023-03", "2024-12"], "provinces": [2, 2], "rows": [4, 4],
        }
    )  # fmt: skip
    pd.testing.assert_frame_equal(choices(engine, "certificates_valid"), expected)


def test_reach_tells_periods_and_provinces(engine: sa.Engine) -> None:
    assert reach(engine).to_dict("records") == [
        {
            "indicator": "certificates_valid", "first_period": "2023-03",
            "last_period": "2024-12", "periods": 2, "provinces": 2, "rows": 8,
        }
    ]  # fmt: skip


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
