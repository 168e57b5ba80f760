"""The demonstration: a world that adds up, is marked everywhere and leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from etl import intake
from etl.__main__ import app
from etl.checks import checking
from etl.commands.screen import Outcome
from etl.demonstration.dataset import (
    Demonstration,
    demonstration,
    publish_demonstration,
    remove,
    write_demonstration,
)
from etl.demonstration.world import apportion
from etl.refresh import RAW
from etl.suppression.small_numbers import suppress
from indicators import catalogue, target_register
from indicators.catalogue import tree
from indicators.exports.open_data.release_package import write_package
from indicators.statuses import VerdictClass
from indicators.store.database import has_dataset, open_database
from indicators.store.queries import all_observations, latest_release, releases
from indicators.store.tables import KEY, observation
from tests.conftest import WORLD

KNOWN = catalogue.load()
FEW = range(2025, 2026)


@pytest.fixture(scope="module")
def world() -> Iterator[Demonstration]:
    with demonstration() as made:
        yield made


@pytest.fixture(scope="module")
def small() -> Iterator[Demonstration]:
    """Yield the last year of the world, its small figures suppressed."""
    with demonstration(years=FEW) as made:
        suppress(made.rows, KNOWN)
        yield made


def additive(dimension: str) -> list[str]:
    return [
        key
        for key, item in KNOWN.indicators.items()
        if dimension in item.additive and item.kind == "count"
    ]


def wrong_sums(world: Demonstration, dimension: str, parts: dict[str, str]) -> pd.DataFrame:
    """Return totals that differ from the sum of their parts where every part is given."""
    others = [name for name in KEY if name != dimension]
    members = pd.DataFrame(parts.items(), columns=["part", "whole"])
    world.rows.connection.register("members", members)
    keys = ", ".join(others)
    return world.rows.query(
        f"""
        WITH known AS (SELECT * FROM tidy WHERE list_contains(?, indicator)),
        summed AS (
            SELECT {keys}, members.whole, sum(value) AS total, count(value) AS given,
                count(*) AS named
            FROM known JOIN members ON known.{dimension} = members.part
            GROUP BY ALL
        )
        SELECT known.*, total FROM known JOIN summed USING ({keys})
        WHERE known.{dimension} = summed.whole AND given = named AND abs(total - value) > 1e-6
        """,
        [additive(dimension)],
    )


@pytest.mark.parametrize("dimension", ["region", "scheme", "industry", "size"])
def test_parts_add_up_to_their_whole(world: Demonstration, dimension: str) -> None:
    regions, industries = KNOWN.regions, KNOWN.industries
    sections = industries[industries["level"] == "section"]
    divisions = industries[industries["level"] == "division"]
    schemes = KNOWN.schemes[KNOWN.schemes["parent"] != ""]
    covered = regions[regions["code"].isin(tree().provinces)]
    prefectures = regions[regions["kind"] == "prefecture"]
    levels = {
        "region": [
            dict.fromkeys(covered["code"], "100000"),
            dict(zip(prefectures["code"], prefectures["parent"], strict=True)),
        ],
        "scheme": [dict(zip(schemes["code"], schemes["parent"], strict=True))],
        "industry": [
            dict.fromkeys(sections["code"], "ALL"),
            dict(zip(divisions["code"], divisions["parent"], strict=True)),
        ],
        "size": [dict.fromkeys(KNOWN.sizes["code"].drop(0), "ALL")],
    }
    for parts in levels[dimension]:
        assert wrong_sums(world, dimension, parts).empty


@pytest.mark.parametrize(
    ("indicator", "region", "public"),
    [
        ("certificates_valid", "ALL", 4_158_266),
        ("certificates_valid", "100000", 4_067_752),
        ("certified_organisations", "ALL", 1_099_770),
        ("certified_organisations", "100000", 1_087_967),
    ],
)
def test_totals_are_the_public_ones(
    world: Demonstration, indicator: str, region: str, public: float
) -> None:
    held = world.rows.query(
        """
        SELECT value FROM tidy WHERE period = '2024-12' AND scheme = 'ALL' AND industry = 'ALL'
        AND size = 'ALL' AND indicator = ? AND region = ?
        """,
        [indicator, region],
    )
    assert list(held["value"]) == [public]


def test_organisations_lie_between_their_largest_scheme_and_the_sum_of_schemes(
    world: Demonstration,
) -> None:
    outside = world.rows.query(
        """
        WITH held AS (
            SELECT * FROM tidy WHERE indicator = 'certified_organisations'
            AND industry = 'ALL' AND size = 'ALL'
        )
        SELECT whole.period, whole.region, whole.value, max(part.value), sum(part.value)
        FROM held AS whole JOIN held AS part USING (period, region)
        WHERE whole.scheme = 'ALL' AND part.scheme IN ('MS', 'PRODUCT', 'SERVICE')
        GROUP BY ALL
        HAVING whole.value < max(part.value) OR whole.value > sum(part.value)
        """
    )
    assert outside.empty


def test_the_change_of_valid_certificates_is_what_was_issued_lapsed_and_withdrawn(
    world: Demonstration,
) -> None:
    rows = world.rows.query(
        """
        SELECT indicator, period, value FROM tidy WHERE region = '100000' AND scheme = 'ALL'
        AND industry = 'ALL' AND size = 'ALL' AND indicator LIKE 'certificates_%'
        AND length(period) = 7
        """
    ).pivot(index="period", columns="indicator", values="value")
    events = rows["certificates_new"] - rows["certificates_lapsed"] - rows["certificates_withdrawn"]
    assert (rows["certificates_valid"].diff() == events)[1:].all()


def test_every_indicator_has_figures_or_evidence(world: Demonstration) -> None:
    """What the demonstration makes none of has public figures, of a few regions at least."""
    held = set(world.rows.query("SELECT DISTINCT indicator FROM tidy")["indicator"])
    stated = {key for key, item in KNOWN.indicators.items() if item.kind == "milestone"}
    public = set(intake.shipped(RAW, KNOWN)["indicator"])
    derived = {key for key, item in KNOWN.indicators.items() if item.derived}
    assert held | stated | public | derived == set(KNOWN.indicators)
    aimed = set(world.register.target["indicator"])
    only_denominators = {"population", "legal_units", "enterprise_legal_units", "legal_units_all"}
    assert held - aimed == held & only_denominators


def test_every_verdict_class_occurs(world: Demonstration) -> None:
    register = target_register.Register(**vars(world.register))
    applied = target_register.applicable(register, tree().provinces)
    rows = world.rows.query(
        """
        SELECT * FROM tidy WHERE list_contains(?, indicator)
        AND region IN (SELECT unnest(?)) AND scheme = 'ALL' AND size = 'ALL'
        """,
        [sorted(set(applied["indicator"])), sorted(set(applied["region"]))],
    )
    found = set(target_register.verdicts(register, applied, rows)["verdict"])
    assert found == set(VerdictClass) - {VerdictClass.STALE}
    # Asked long after its deadlines, no verdict is of today.
    later = set(target_register.verdicts(register, applied, rows, "2041-01-01")["verdict"])
    assert VerdictClass.STALE in later


def test_some_figures_are_missing_and_some_series_broken(world: Demonstration) -> None:
    statuses = world.rows.query("SELECT DISTINCT status FROM tidy")["status"]
    assert {"A", "B", "M"} <= set(statuses)


@pytest.mark.parametrize("derived", [False, True])
def test_no_check_finds_an_error(world: Demonstration, derived: bool) -> None:
    found = checking.findings(world.rows, KNOWN, derived=derived)
    assert [finding for finding in found if finding.severity == "error"] == []


def test_every_row_citation_document_and_target_is_marked(world: Demonstration) -> None:
    for batch in world.batches():
        assert set(batch.column("source").to_pylist()) == {"demonstration"}
    assert set(world.citations["verification"]) == {"demonstration"}
    assert world.citations["publisher"].str.contains("演示数据").all()
    assert world.register.document["title"].str.contains("演示").all()
    assert set(world.register.target["verification"]) == {"demonstration"}
    cited = set(world.rows.query("SELECT DISTINCT citation FROM tidy")["citation"])
    assert cited == set(world.citations["citation"])


def test_a_seed_makes_the_same_figures_again_and_another_one_others(
    small: Demonstration,
) -> None:
    digests = [small.inputs["sha256"].item()]
    for seed in (small.seed, 2):
        with demonstration(seed, years=FEW) as made:
            digests.append(made.inputs["sha256"].item())
    assert digests[0] == digests[1] != digests[2]


def test_it_is_published_apart_and_removed_without_a_trace(
    engine: sa.Engine, database_url: str, small: Demonstration
) -> None:
    apart = open_database(database_url, dataset="demonstration")
    assert publish_demonstration(apart, small).release == 1
    assert publish_demonstration(apart, small).release is None
    with apart.connect() as connection:
        assert set(connection.scalars(sa.select(observation.c.source).distinct())) == {
            "demonstration"
        }
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(observation)) == len(WORLD)
        assert "demonstration" not in connection.scalars(sa.select(observation.c.source))
    remove(database_url)
    assert not has_dataset("demonstration", database_url)
    assert len(releases(engine)) == 1


def test_its_package_loads_back_and_changes_nothing(
    small: Demonstration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    package = tmp_path / "demonstration.zip"

    def said(*arguments: str, code: int = Outcome.DONE) -> str:
        result = CliRunner().invoke(app, ["--language", "en", *arguments])
        assert result.exit_code == code, result.output
        return " ".join(result.output.split())

    apart = open_database(dataset="demonstration")
    publish_demonstration(apart, small)
    write_package(apart, "demonstration", package)
    there = all_observations(apart)
    assert "Nothing to change" in said("publish", str(package), code=Outcome.NOTHING)
    assert latest_release(open_database()) is None
    remove()
    lacking = said("publish", str(package), code=Outcome.USAGE)
    assert "There are no demonstration figures" in lacking
    open_database(dataset="demonstration")
    assert "Published as release 1" in said("publish", str(package))
    here = all_observations(open_database(dataset="demonstration"))
    pd.testing.assert_frame_equal(here, there, check_exact=True)
    assert "Nothing to change" in said("diff", str(package), code=Outcome.NOTHING)


def test_it_is_refused_among_real_figures(engine: sa.Engine) -> None:
    with pytest.raises(ValueError, match="real figures"):
        write_demonstration(engine, years=FEW)
    assert len(releases(engine)) == 1


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [(10, [1, 1, 1], [4, 3, 3]), (7, [0, 2, 5], [0, 2, 5]), (0, [1, 2], [0, 0])],
)
def test_the_largest_remainders_get_what_is_left(
    total: int, weights: list[float], parts: list[float]
) -> None:
    assert list(apportion(np.array(total), weights)) == parts
