"""Whether counts of a registry are published like any other figures, and traced to their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
import yaml

from etl.certificates.counting import roll_up_files
from etl.certificates.cube import reference
from etl.certificates.engine import Engine, engine
from etl.certificates.publication import Choice, write_publication
from etl.certificates.registry import Summary
from etl.certificates.registry_declaration import Declaration
from etl.certificates.trace import Figure, trace_figure
from etl.certificates.validity import spanned
from etl.figures.declaration import beside
from etl.figures.grammar import read_declaration
from etl.files.checksums import sha256
from etl.intake import Named
from etl.refresh import refresh
from indicators import catalogue
from indicators.findings import FindingsError
from indicators.store.queries import all_observations
from indicators.wording import Wording
from tests.conftest import copy_of_raw

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

KNOWN = catalogue.load()
REFERENCE = reference(
    KNOWN.regions,
    KNOWN.industries,
    KNOWN.sizes,
    KNOWN.schemes,
    pd.read_csv(catalogue.REFERENCE / "size_rules.csv", dtype={"selector": "str"}),
)
AS_OF = date(2023, 6, 30)  # so that nobody knows the end of 2023 yet
JIANGSU = ["91320000100000001E", "91320000100000002H", "91320000100000003L", "91320000100000004P"]
ZHEJIANG = ["91320000100000005T", "91320000100000006X", "913200001000000071"]
BOTH = "913200001000000084"


def certificates() -> pd.DataFrame:
    """Four organisations of Jiangsu, three of Zhejiang, and one with certificates in both."""
    held = [(name, "江苏省", "QMS") for name in (*JIANGSU, BOTH)]
    held += [(name, "浙江省", "QMS") for name in (*ZHEJIANG, BOTH)]
    held += [(JIANGSU[0], "江苏省", "EMS")]
    rows = pd.DataFrame(held, columns=["统一社会信用代码", "地区", "认证领域"])
    return rows.assign(
        证书编号=[f"N{number}" for number in range(len(rows))],
        行业="C39",
        企业规模="中型",
        颁证日期="2021-03-01",
        到期日期="2024-02-29",
        证书状态="有效",
    )


ENTITIES = """地区,行业,规模,年份,法人单位数,企业法人单位数
江苏,C,中型,2021,25,20
浙江,C,中型,2021,20,16
全国,C,中型,2021,500,400
"""
DECLARED = """
provenance: {publisher: 某局, document: 单位名录, licence: 内部使用}
layout: wide
across: [indicator]
columns: {region: 地区, industry: 行业, size: 规模, period: 年份}
fixed: {scheme: ALL}
scope: domestic
unit: {legal_units: 个, enterprise_legal_units: 个}
names: {indicator: {法人单位数: legal_units, 企业法人单位数: enterprise_legal_units}}
"""


@dataclass(frozen=True)
class World:
    """A registry that has been rolled up."""

    on: Engine
    file: Path
    summary: Summary


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("registry")
    file = folder / "certificates.csv"
    certificates().to_csv(file, index=False)
    periods = [*spanned("2021", "2023"), *spanned("2022-Q1", "2022-Q4")]
    with engine("duckdb", memory_limit="600MB") as on:
        summary = roll_up_files([file], Declaration(AS_OF), periods, REFERENCE, folder / "out", on)
        yield World(on, file, summary)


def written(world: World, *, periods: str = "year", levels: str = "province,section,size,scheme"):  # type: ignore[no-untyped-def]
    choice = Choice(periods.split(","), levels.split(","))
    return write_publication(
        world.summary, [world.file], AS_OF, choice, KNOWN, world.on, Wording("en")
    )


def test_only_the_periods_and_levels_chosen_are_written(world: World) -> None:
    rows = pd.read_parquet(written(world, periods="quarter", levels="economic_region,size"))
    assert set(rows["period"]) == {"2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4"}
    assert set(rows["region"]) == {"ALL", "100000", "EAST"}
    assert set(rows["size"]) == {"ALL", "MEDIUM"}
    assert set(rows["industry"]) == set(rows["scheme"]) == {"ALL"}


def test_an_industry_division_brings_its_section(world: World) -> None:
    rows = pd.read_parquet(written(world, levels="division"))
    assert set(rows["industry"]) == {"ALL", "C", "39"}
    assert set(rows["region"]) == {"ALL", "100000"}


def test_what_nobody_can_know_yet_is_not_published(world: World) -> None:
    assert set(pd.read_parquet(written(world))["period"]) == {"2021", "2022"}


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"levels": "village"}, "village"),
        ({"periods": "week"}, "week"),
        ({"periods": "month"}, "month"),  # no month was counted
    ],
)
def test_a_choice_of_nothing_is_refused(world: World, chosen: dict[str, str], told: str) -> None:
    with pytest.raises(FindingsError, match=told):
        written(world, **chosen)


def test_the_declaration_says_which_files_and_when(world: World) -> None:
    said = read_declaration(written(world)).provenance
    digest = "sha256:" + sha256(world.file)
    assert digest in said["note"]
    assert said["note"].startswith("10 certificates read, 0 set aside")
    assert (said["date"], said["place"]) == ("2023-06-30", "certificates.csv")


def at(rows: pd.DataFrame, indicator: str, *codes: str, scheme: str = "ALL") -> pd.Series:
    """Return the one row of 2022 at region, industry and size, each a total unless given."""
    wanted = dict(zip(("region", "industry", "size"), (*codes, "ALL", "ALL"), strict=False))
    wanted |= {"indicator": indicator, "period": "2022", "scheme": scheme}
    (place,) = rows.index[(rows[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    row: pd.Series = rows.loc[place]
    return row


def test_organisations_do_not_add_up_over_regions_and_certificates_do(world: World) -> None:
    rows = pd.read_parquet(written(world))
    for indicator, jiangsu, zhejiang, both in (
        ("registry_certificates_valid", 6, 4, 10),
        ("registry_organisations_certified", 5, 4, 8),
    ):
        parts = [int(at(rows, indicator, code)["value"]) for code in ("320000", "330000")]
        assert parts == [jiangsu, zhejiang]
        assert at(rows, indicator, "100000")["value"] == both
        additive = KNOWN.indicators[indicator].additive
        assert ("region" in additive) is (sum(parts) == both)


def raw_with(tmp_path: Path) -> Path:
    raw = copy_of_raw(tmp_path / "raw")
    entities = raw / "entities"
    entities.mkdir()
    (entities / "2021.csv").write_text(ENTITIES, encoding="utf-8")
    beside(entities / "2021.csv").write_text(DECLARED, encoding="utf-8")
    return raw


def test_a_registry_is_published_with_its_rates_and_traced(
    empty: sa.Engine, tmp_path: Path, world: World
) -> None:
    figures = written(world)
    raw = raw_with(tmp_path)
    made = refresh(empty, raw=raw, named=Named([figures], "registry"), accepted="a test")
    assert made.release == 1
    rows = all_observations(empty)
    here = ("320000", "C", "MEDIUM")
    assert at(rows, "registry_organisations_certified", *here)["value"] == 5
    assert at(rows, "registry_certificates_valid", *here)["value"] == 6
    assert at(rows, "registry_uptake_rate", *here)["value"] == 25.0
    assert at(rows, "registry_coverage_rate", *here)["value"] == 20.0
    assert at(rows, "registry_uptake_rate", "100000", "C", "MEDIUM")["value"] == 2.0
    one = at(rows, "registry_organisations_certified", *here, scheme="EMS")
    assert (one["confidentiality"], bool(pd.isna(one["value"]))) == ("C", True)
    clean = world.on.parquet(world.summary.out / "registry.parquet")
    for indicator in ("registry_organisations_certified", "registry_qms_organisations"):
        figure = Figure(indicator, "2022", *here)
        behind = world.on.rows(trace_figure(clean, figure, REFERENCE))
        assert set(behind["organisation"]) == {*JIANGSU, BOTH}
    again = refresh(empty, raw=raw, accepted="a test")
    assert again.release is None
    kept = yaml.safe_load(beside(raw / "registry" / figures.name).read_text(encoding="utf-8"))
    assert kept["provenance"]["publisher"] == KNOWN.sources["registry"].publisher.en
