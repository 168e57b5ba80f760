"""No suppressed figure of a registry follows from all that is public, whoever tries.

Registries are random certificates, rolled up and published through the gate like any; the attack
knows the code lists, what the words mean and every release.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest

from etl.certificates.counting import roll_up_files
from etl.certificates.cube import reference
from etl.certificates.engine import engine
from etl.certificates.publication import Choice, write_publication
from etl.certificates.registry_declaration import Declaration
from etl.certificates.validity import spanned
from etl.intake import Named
from etl.refresh import refresh
from etl.suppression.small_numbers import complementary
from indicators import catalogue
from indicators.store.database import open_database
from indicators.store.queries import all_observations
from indicators.wording import Wording
from tests.attack import (
    CERTIFICATES,
    DIMENSIONS,
    HOLDERS,
    KEY,
    OF_QUALITY,
    Attack,
    recovered,
    registry,
)

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

KNOWN = catalogue.load()
REFERENCE = reference(
    KNOWN.regions,
    KNOWN.industries,
    KNOWN.sizes,
    KNOWN.schemes,
    pd.read_csv(catalogue.REFERENCE / "size_rules.csv", dtype={"selector": "str"}),
)
AS_OF = date(2023, 6, 30)
YEARS = range(1998, 2023)
REGIONS = ["北京市", "上海市", "江苏省", "浙江省"]
SECTIONS = ["C", "D", "F"]
SIZES = ["大型", "中型", "小型"]
SCHEMES = ["QMS", "EMS", "CCC", "VOL_INDUSTRIAL", "SERVICE_STATE"]
DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(number: int) -> str:
    """Return a well-formed credit code (GB 32100-2015)."""
    body = f"91320000{number:09}"
    total = sum(DIGITS.index(sign) * 3**place % 31 for place, sign in enumerate(body))
    return body + DIGITS[-total % 31]


def certificates(year: int, chance: np.random.Generator) -> pd.DataFrame:
    """Return certificates that are valid at one year's end, of organisations of their own."""
    several = [chance.integers(1, len(codes) + 1) for codes in (REGIONS, SECTIONS, SIZES, SCHEMES)]
    regions, sections, sizes, schemes = (
        chance.permutation(codes)[:some]
        for codes, some in zip((REGIONS, SECTIONS, SIZES, SCHEMES), several, strict=True)
    )
    number = int(chance.integers(3, 45))
    organisations = int(chance.integers(2, number + 1))
    homes = [tuple(map(chance.choice, (regions, sections, sizes))) for _ in range(organisations)]
    rows = []
    for certificate in range(number):
        holder = int(chance.integers(organisations))
        region, section, size = homes[holder]
        if chance.random() < 0.1:
            region = chance.choice(regions)
        rows.append(
            (
                f"{year}-{certificate}",
                credit_code(year * 1000 + holder),
                region,
                section,
                size,
                chance.choice(schemes),
                chance.choice(["有效", "有效", "有效", "暂停"]),
            )
        )
    table = pd.DataFrame(
        rows,
        columns=[
            "证书编号",
            "统一社会信用代码",
            "地区",
            "行业",
            "企业规模",
            "认证领域",
            "证书状态",
        ],
    )
    return table.assign(
        颁证日期=f"{year}-03-01",
        到期日期=f"{year + 1}-02-27",
        状态日期=np.where(table["证书状态"] == "暂停", f"{year}-06-01", ""),
    )


@dataclass(frozen=True)
class World:
    truth: pd.DataFrame
    public: pd.DataFrame


@pytest.fixture(scope="module", params=[1, 2])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return 25 registries, one a year, with what is public of them."""
    folder = tmp_path_factory.mktemp("registries")
    chance = np.random.default_rng(request.param)
    file = folder / "certificates.csv"
    pd.concat([certificates(year, chance) for year in YEARS]).to_csv(file, index=False)
    with engine("duckdb", memory_limit="600MB") as on:
        years = spanned(str(YEARS[0]), str(YEARS[-1]))
        summary = roll_up_files([file], Declaration(AS_OF), years, REFERENCE, folder / "out", on)
        figures = write_publication(
            summary, [file], AS_OF, Choice(["year"]), KNOWN, on, Wording("en")
        )
    truth = pd.read_parquet(figures)
    raw = folder / "raw"
    raw.mkdir()
    database = open_database(f"sqlite:///{folder / 'test.sqlite'}")
    refresh(database, raw=raw, named=Named([figures], "registry"), accepted="a test")
    public = all_observations(database)
    database.dispose()
    return World(truth, public)


def parts() -> dict[str, dict[str, list[str]]]:
    """Return the parts of each whole by dimension, as the code lists have them."""
    found: dict[str, dict[str, list[str]]] = {
        "region": {
            "ALL": ["100000"],
            "100000": KNOWN.regions.query("kind == 'province'")["code"].tolist(),
        },
        "industry": {"ALL": KNOWN.industries.query("level == 'section'")["code"].tolist()},
        "size": {
            "ALL": KNOWN.sizes.query("code != 'ALL' and members == ''")["code"].tolist(),
            "SMALL_MICRO": ["SMALL", "MICRO"],
        },
        "scheme": {},
    }
    for code, parent in KNOWN.schemes[["code", "parent"]].itertuples(index=False):
        if parent:
            found["scheme"].setdefault(parent, []).append(code)
    return found


def of(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    wanted = rows["indicator"].isin([CERTIFICATES, HOLDERS, OF_QUALITY])
    return rows[wanted & (rows["period"] == str(year))]


@pytest.mark.parametrize("year", YEARS)
def test_no_suppressed_figure_of_a_registry_follows(world: World, year: int) -> None:
    attack = Attack()
    registry(of(world.public, year), parts(), attack)
    true = {
        (0, *row[:-1]): row[-1]
        for row in of(world.truth, year)[[*KEY, "value"]].itertuples(index=False)
    }
    small = [
        cell for cell in attack.unknown if cell[1] != CERTIFICATES and true[cell] in (1.0, 2.0)
    ]
    found = recovered(attack, true, small)
    assert found.exactly == []
    assert found.within_rule == []


# Of a registry of which only some cells are published, drawn at random or table by table.


def some_cells(rows: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    share = float(chance.choice([0.3, 0.5, 0.7, 0.9]))
    chosen: pd.DataFrame = rows[chance.random(len(rows)) < share]
    return chosen


def some_tables(rows: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    whole = rows[list(DIMENSIONS)].isin(["ALL", "100000"]).astype(str)
    table = whole.agg("".join, axis=1) + rows["indicator"]
    chosen = chance.permutation(table.unique())[: table.nunique() // 3]
    return rows[table.isin(chosen).to_numpy(bool)]


@pytest.mark.parametrize(
    ("year", "chosen"),
    [(2000, some_tables), (2005, some_cells), (2010, some_tables)],
)
def test_no_suppressed_figure_follows_where_only_some_cells_are_published(
    world: World, year: int, chosen: Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]
) -> None:
    every = of(world.truth, year).reset_index(drop=True)
    rows = chosen(every, np.random.default_rng([year, len(every)]))
    few = (rows["indicator"] != CERTIFICATES) & rows["value"].between(1, 2)
    rule = few.map({True: "threshold", False: None})
    choice = complementary(rows[[*KEY, "value"]].assign(rule=rule), KNOWN)
    assert choice.exposed == []
    attack = Attack()
    public = rows.assign(value=rows["value"].mask(few.to_numpy() | choice.further))
    left_out = every[~every.index.isin(rows.index) & (every["value"] > 0)]
    # What is in no file may be zero or not: whoever attacks knows which.
    absent = left_out[KEY].itertuples(index=False, name=None) if chosen is some_cells else ()
    registry(public, parts(), attack, absent=absent)
    true = {(0, *row[:-1]): row[-1] for row in every[[*KEY, "value"]].itertuples(index=False)}
    small = [(0, *row) for row in rows.loc[few, KEY].itertuples(index=False, name=None)]
    found = recovered(attack, true, small)
    assert found.exactly == []
    assert found.within_rule == []
