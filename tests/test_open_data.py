"""A whole release as open data: valid by its standards, the same in each, with no secret in any."""

from __future__ import annotations

import hashlib
import json
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import frictionless
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from csvw import CSVW
from pysdmx.io import get_datasets, read_sdmx
from pysdmx.model import Codelist
from typer.testing import CliRunner

from etl.__main__ import app
from etl.commands.screen import Outcome
from etl.intake import Named
from etl.open_data.taken import taken
from etl.publish.gate import Decision, publish
from etl.refresh import refresh
from indicators import catalogue
from indicators.cached import releases as cached_releases
from indicators.exports.open_data.release_package import OccupiedError, write_package
from indicators.store.bulk import insert_rows
from indicators.store.database import open_database
from indicators.store.queries import Vintage, all_observations
from indicators.store.tables import KEY, observation, release
from indicators.store.whole_release import NoReleaseError
from tests.conftest import CITATION, WORLD, edition_of, publish_rows, publish_then_suppress, rows_of
from tests.opened_pages import opened, reading

NAMESPACES = {
    "str": "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/structure",
    "com": "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common",
    "mes": "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/message",
}
CODED = {
    "FREQ": "CL_FREQ",
    "INDICATOR": "CL_INDICATOR",
    "SCHEME": "CL_SCHEME",
    "INDUSTRY": "CL_INDUSTRY",
    "SIZE": "CL_SIZE",
    "REF_AREA": "CL_REGION",
    "OBS_STATUS": "CL_OBS_STATUS",
    "CONF_STATUS": "CL_CONF_STATUS",
    "UNIT_MEASURE": "CL_UNIT",
}
SECRET = 731_719.0
FORMULA = '=HYPERLINK("http://a.invalid","看")'


@pytest.fixture(scope="module")
def package(shipped: sa.Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package of the figures that the project ships."""
    out = tmp_path_factory.mktemp("package") / "release"
    write_package(shipped, "real", out)
    return out


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[sa.Engine]:
    """Yield the tiny known world on SQLite, for what does not depend on the database."""
    engine = open_database(f"sqlite:///{tmp_path / 'figures.sqlite'}")
    publish_rows(engine, WORLD)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def secretive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield a database in whose second release one figure is suppressed, and in the first open.

    Its document tells the number in a note and by a second source; the database holds it still,
    as one changed by hand may.
    """
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('secret') / 'figures.sqlite'}")
    told = {
        "citation": "c2",
        "note": f"约 {SECRET:.0f} 张",
        "second_sources": json.dumps([{"value": SECRET, "publisher": "甲", "document": "乙"}]),
    }
    plain = {"note": FORMULA}
    cited = pd.DataFrame([CITATION | plain, CITATION | told])
    publish_then_suppress(engine, cited, SECRET)
    hidden = observation.c.confidentiality == "C"
    with engine.begin() as connection:
        by_hand = {"value": SECRET, "numerator": SECRET, "denominator": SECRET}
        connection.execute(sa.update(observation).where(hidden).values(by_hand))
    yield engine
    engine.dispose()


def texts(folder: Path) -> dict[str, str]:
    return {
        file.name: file.read_text("utf-8-sig")
        for file in folder.iterdir()
        if file.suffix != ".parquet"
    }


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


def valid_by_csvw(folder: Path) -> bool:
    # What a validator only warns of is wrong too, and with warnings off it warns of nothing.
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        read = CSVW(str(folder / "csv-metadata.json"), validate=True)
        try:
            return bool(read.is_valid) and not read.warnings and not told
        except ValueError:
            return False


def test_frictionless_finds_the_package_valid(package: Path) -> None:
    report = frictionless.validate(str(package / "datapackage.json"))
    assert report.flatten(["message"]) == []
    assert report.valid
    names = {task.name for task in report.tasks}
    assert {"observations", "indicators", "regions", "citations", "sources", "targets"} <= names


def test_csvw_finds_the_package_valid(package: Path) -> None:
    assert valid_by_csvw(package)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("observations.csv", '"320000"', '"329999"'),
        ("observations.csv", '"2024-12"', '"2024-13"'),
        ("observations.csv", "537498", "many"),
        ("observations.csv", '"platform_provinces"', '"nobody"'),
    ],
)
def test_the_validators_see_what_is_wrong(
    tiny: sa.Engine, tmp_path: Path, file: str, old: str, new: str
) -> None:
    out = tmp_path / "package"
    write_package(tiny, "real", out)
    content = (out / file).read_text("utf-8")
    assert old in content
    (out / file).write_text(content.replace(old, new), "utf-8")
    assert not valid_by_csvw(out)
    descriptor = json.loads((out / "datapackage.json").read_text("utf-8"))
    for resource in descriptor["resources"]:  # nor by the checksums alone
        del resource["hash"], resource["bytes"]
    (out / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    assert not frictionless.validate(str(out / "datapackage.json")).valid


def test_pysdmx_reads_the_structure_and_the_data_by_it(package: Path) -> None:
    structure = package / "sdmx-structure.xml"
    message = read_sdmx(structure, validate=True)  # against the schemas of SDMX-ML 3.0
    lists = {
        each.id: {code.id for code in each.codes}
        for each in message.structures or ()
        if isinstance(each, Codelist)
    }
    (data,) = get_datasets(package / "sdmx-observations.csv", structure)
    rows = data.data
    for component, code_list in CODED.items():
        assert set(rows[component]) <= lists[code_list], component
    plain = table(package, "observations")
    assert rows["INDICATOR"].tolist() == plain["indicator"].tolist()
    assert rows["REF_AREA"].tolist() == plain["region"].tolist()
    assert rows["OBS_VALUE"].astype(float).equals(pd.to_numeric(plain["value"]))
    key = [name for name in CODED if name not in ("OBS_STATUS", "CONF_STATUS", "UNIT_MEASURE")]
    assert not rows.duplicated([*key, "TIME_PERIOD"]).any()


def test_every_name_of_the_structure_is_in_both_languages(package: Path) -> None:
    root = ElementTree.parse(package / "sdmx-structure.xml").getroot()
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    found = 0
    for element in root.iter():
        names = element.findall("com:Name", NAMESPACES)
        if names:
            found += 1
            assert [name.get(language) for name in names] == ["zh", "en"]
            assert all(name.text for name in names)
    assert found > 500
    (zhejiang,) = (
        code
        for code in root.iterfind(".//str:Codelist[@id='CL_REGION']/str:Code", NAMESPACES)
        if code.get("id") == "330000"
    )
    assert [name.text for name in zhejiang.findall("com:Name", NAMESPACES)] == [
        "浙江省",
        "Zhejiang",
    ]


def test_all_formats_hold_the_figures_of_the_database(package: Path, shipped: sa.Engine) -> None:
    names = [column.name for column in observation.columns]
    there = all_observations(shipped)[names].sort_values(list(KEY)).reset_index(drop=True)
    kinds = dict.fromkeys(names, "str") | dict.fromkeys(
        ("value", "numerator", "denominator"), "float64"
    )
    there = there.astype(kinds | {"release": "int32"})
    typed = package / "observations.parquet"
    found = {
        "csv": pd.read_csv(package / "observations.csv", dtype=kinds | {"release": "int32"}),
        "pandas": pd.read_parquet(typed),
        "duckdb": duckdb.read_parquet(str(typed)).df(),
        "polars": pl.read_parquet(typed).to_pandas(),
    }
    for reader, rows in found.items():
        same = rows[names].astype(kinds | {"release": "int32"})
        pd.testing.assert_frame_equal(same, there, check_exact=True, obj=reader)
    read = pq.ParquetFile(typed)
    assert {field.name: str(field.type) for field in read.schema_arrow} == {
        **dict.fromkeys((*KEY, "status", "confidentiality", "source", "citation"), "string"),
        **dict.fromkeys(("value", "numerator", "denominator"), "double"),
        "release": "int32",
    }
    order = [
        read.schema.column(each.column_index).name
        for each in read.metadata.row_group(0).sorting_columns
    ]
    assert order == list(KEY)


def test_a_figure_leads_to_its_document_place_and_terms(package: Path) -> None:
    rows, cited, sources = (
        table(package, name) for name in ("observations", "citations", "sources")
    )
    whole = rows.merge(cited, on="citation", validate="m:1", suffixes=("", "_cited"))
    whole = whole.merge(sources, on="source", validate="m:1", suffixes=("", "_source"))
    assert len(whole) == len(rows)
    for name in ("document", "publisher", "place", "licence", "licence_zh", "licence_en"):
        assert (whole[name] != "").all(), name
    descriptor = json.loads((package / "datapackage.json").read_text("utf-8"))
    observations = descriptor["resources"][0]
    assert len(observations["sources"]) == rows["source"].nunique()
    assert observations["licenses"]


def test_the_checksums_are_those_of_the_files(package: Path) -> None:
    listed = {}
    for line in (package / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    files = {file.name: file for file in package.iterdir() if file.name != "SHA256SUMS"}
    assert listed == {
        name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()
    }
    described = json.loads((package / "datapackage.json").read_text("utf-8"))["resources"]
    for resource in described:
        assert resource["hash"] == f"sha256:{listed[resource['path']]}"
        assert resource["bytes"] == files[resource["path"]].stat().st_size


@pytest.mark.parametrize("number", [1, 2])
def test_a_suppressed_figure_is_in_no_file(
    secretive: sa.Engine, tmp_path: Path, number: int
) -> None:
    out = tmp_path / "package"
    write_package(secretive, "real", out, number)
    for name, text in texts(out).items():
        assert f"{SECRET:.0f}" not in text, name
    rows = pd.read_parquet(out / "observations.parquet")
    (hidden,) = rows[rows["confidentiality"] != "F"].to_dict("records")
    assert (hidden["region"], hidden["period"], hidden["confidentiality"]) == (
        "330000",
        "2024-12",
        "C",
    )
    assert pd.isna([hidden[name] for name in ("value", "numerator", "denominator")]).all()
    assert rows["value"].notna().sum() == len(WORLD) - 1
    # Nor in what a file says of its columns, compressed or not.
    found = pq.ParquetFile(out / "observations.parquet").metadata.row_group(0)
    statistics = found.column(list(rows).index("value")).statistics
    assert statistics.null_count == 1
    assert statistics.max == 4_158_266
    as_sdmx = pd.read_csv(out / "sdmx-observations.csv", dtype=str)
    (withheld,) = as_sdmx[as_sdmx["CONF_STATUS"] == "C"].to_dict("records")
    assert pd.isna([withheld[name] for name in ("OBS_VALUE", "NUMERATOR", "DENOMINATOR")]).all()
    cited = {row["citation"]: row for row in table(out, "citations").to_dict("records")}
    assert (cited["c2"]["note"], cited["c2"]["second_sources"]) == ("", "")


def test_no_cell_is_altered_for_a_spreadsheet(secretive: sa.Engine, tmp_path: Path) -> None:
    write_package(secretive, "real", tmp_path / "package")
    cited = table(tmp_path / "package", "citations")
    assert FORMULA in cited["note"].tolist()


def test_demonstration_figures_are_a_package_that_says_so_in_every_part(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'figures.sqlite'}", "demonstration")
    rows = rows_of(WORLD).assign(source="demonstration")
    cited = pd.DataFrame([CITATION | {"source": "demonstration", "verification": "demonstration"}])
    publish(engine, edition_of(rows, cited), Decision("a test"))
    out = tmp_path / "package"
    write_package(engine, "demonstration", out)
    engine.dispose()
    about = {"README.md", "datapackage.json", "csv-metadata.json", "SHA256SUMS"}
    data = {file.name for file in out.iterdir()} - about
    assert all(name.startswith("demonstration-") for name in data)
    for name in about - {"SHA256SUMS"}:
        text = (out / name).read_text("utf-8")
        assert "演示数据：由程序生成" in text, name
        assert "true of no region" in text, name
    described = json.loads((out / "datapackage.json").read_text("utf-8"))
    assert described["name"] == "quality-governance-demonstration-1"
    assert all("演示数据" in resource["title"] for resource in described["resources"])
    assert set(table(out, "demonstration-observations")["source"]) == {"demonstration"}
    as_sdmx = table(out, "demonstration-sdmx-observations")
    assert set(as_sdmx["STRUCTURE_ID"]) == {"QUALITY_GOVERNANCE:DEMONSTRATION(1.0.0)"}
    root = ElementTree.parse(out / "demonstration-sdmx-structure.xml").getroot()
    assert root.findtext(".//mes:Test", namespaces=NAMESPACES) == "true"
    said = pq.read_schema(out / "demonstration-observations.parquet").metadata
    assert "演示数据" in said[b"description"].decode()
    assert frictionless.validate(str(out / "datapackage.json")).valid
    assert read_sdmx(out / "demonstration-sdmx-structure.xml", validate=True)


def test_the_same_release_gives_the_same_bytes_on_both_databases(
    engine: sa.Engine, tmp_path: Path
) -> None:
    with engine.begin() as connection:
        connection.execute(sa.update(release).values(published_at="2025-01-31T08:00:00+00:00"))
    for name in ("a.zip", "b.zip", "a", "b"):
        write_package(engine, "real", tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    held = {file.name: file.read_bytes() for file in (tmp_path / "a").iterdir()}
    assert held == {file.name: file.read_bytes() for file in (tmp_path / "b").iterdir()}
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == held
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    digest = hashlib.sha256(held["observations.csv"]).hexdigest()
    whole = "".join(
        f'"certificates_valid","{period}","ALL","ALL","ALL","{region}",{value:.0f},"A","F",,,'
        '"platform_provinces","c1",1\n'
        for _, period, region, value in sorted(WORLD, key=lambda row: row[1:3])
    )
    names = ",".join(f'"{column.name}"' for column in observation.columns)
    assert digest == hashlib.sha256(f"\ufeff{names}\n{whole}".encode()).hexdigest()


def test_a_package_loads_back_on_both_databases(
    package: Path, shipped: sa.Engine, empty: sa.Engine, tmp_path: Path
) -> None:
    for name in ("raw", "tables", "again"):
        (tmp_path / name).mkdir()
    files = taken([package], empty, tmp_path / "tables")
    refresh(empty, raw=tmp_path / "raw", named=Named(files, "bureau"), accepted="a test")
    columns = [*KEY, "value", "status", "confidentiality", "numerator", "denominator"]
    there, here = (
        all_observations(each).sort_values(list(KEY))[columns].reset_index(drop=True)
        for each in (shipped, empty)
    )
    pd.testing.assert_frame_equal(here, there, check_exact=True)
    assert taken([package], empty, tmp_path / "again") == []


def test_numbers_leave_to_their_last_digit_from_both_databases(
    engine: sa.Engine, tmp_path: Path
) -> None:
    numbers = [67.23599996229581, 269.73257914864803, 0.1 + 0.2, 100 / 3, -0.07, 5e-324, 1e300, 7.0]
    with engine.begin() as connection:
        for (_, period, region, _), number in zip(WORLD, numbers, strict=True):
            found = (observation.c.period == period) & (observation.c.region == region)
            connection.execute(sa.update(observation).where(found).values(value=number))
    write_package(engine, "real", tmp_path / "package")
    ordered = [number for _, number in sorted(zip(WORLD, numbers, strict=True))]
    assert pd.read_parquet(tmp_path / "package/observations.parquet")["value"].tolist() == ordered
    assert table(tmp_path / "package", "observations")["value"].map(float).tolist() == ordered
    as_sdmx = table(tmp_path / "package", "sdmx-observations")
    assert as_sdmx["OBS_VALUE"].map(float).tolist() == ordered


def test_a_package_is_there_whole_or_not_at_all(empty: sa.Engine, tmp_path: Path) -> None:
    with pytest.raises(NoReleaseError):
        write_package(empty, "real", tmp_path / "package")
    publish_rows(empty, WORLD)
    with pytest.raises(NoReleaseError):
        write_package(empty, "real", tmp_path / "package.zip", 7)
    with empty.begin() as connection:  # the figures are written by the time that this is missed
        connection.execute(sa.text("ALTER TABLE citation RENAME TO elsewhere"))
    for name in ("package", "package.zip"):
        with pytest.raises(sa.exc.DBAPIError):
            write_package(empty, "real", tmp_path / name)
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith("test.")] == []


def test_only_a_package_is_written_over(tiny: sa.Engine, tmp_path: Path) -> None:
    own, note = tmp_path / "own", tmp_path / "own.zip"
    own.mkdir()
    (own / "letter.txt").write_text("mine", "utf-8")
    note.write_text("mine", "utf-8")
    for place in (own, note):
        with pytest.raises(OccupiedError):
            write_package(tiny, "real", place)
    assert (own / "letter.txt").read_text("utf-8") == note.read_text("utf-8") == "mine"
    out = tmp_path / "package"
    write_package(tiny, "real", out)
    (out / "units.csv").unlink()
    write_package(tiny, "real", out)
    assert (out / "units.csv").exists()


def test_the_rows_of_a_large_release_come_in_groups(tiny: sa.Engine, tmp_path: Path) -> None:
    known = catalogue.load()
    provinces, industries = catalogue.tree().provinces, known.industries["code"]
    periods = [f"{year}-{month:02}" for year in (2020, 2021, 2022) for month in range(1, 11)]
    keys = pd.MultiIndex.from_product(
        [periods, industries, provinces], names=["period", "industry", "region"]
    ).to_frame(index=False)
    rows = keys.assign(
        indicator="certificates_valid",
        scheme="ALL",
        size="ALL",
        value=range(len(keys)),
        status="A",
        confidentiality="F",
        source="platform_provinces",
        citation="c1",
        release=1,
    )
    rows["value"] = rows["value"].astype(float)
    with tiny.begin() as connection:
        insert_rows(connection, observation, rows)
    written = write_package(tiny, "real", tmp_path / "package")
    count = len(WORLD) + len(rows)
    assert (written.rows, written.left_out) == (count, 0)
    read = pq.ParquetFile(tmp_path / "package" / "observations.parquet")
    groups = [read.metadata.row_group(n).num_rows for n in range(read.num_row_groups)]
    assert groups == [100_000, count - 100_000]
    with (tmp_path / "package" / "observations.csv").open("rb") as file:
        assert sum(1 for _ in file) == count + 1


def test_what_the_catalogue_does_not_name_is_left_out_and_counted(
    tiny: sa.Engine, tmp_path: Path
) -> None:
    with tiny.begin() as connection:
        abroad = sa.update(observation).where(observation.c.region == "320000")
        connection.execute(abroad.values(region="399999"))
    written = write_package(tiny, "real", tmp_path / "package")
    assert (written.rows, written.left_out) == (len(WORLD) - 2, 2)


def test_the_data_page_offers_a_release_made_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'figures.sqlite'}"
    engine = open_database(url)
    publish_rows(engine, WORLD)
    write_package(engine, "real", tmp_path / "release.zip", 1)
    with reading(url):
        assert "整版数据（开放数据包）" in [button.label for button in opened("releases").button]
        content = cached_releases.package(Vintage(1))
    assert content == (tmp_path / "release.zip").read_bytes()
    engine.dispose()


def test_the_command_line_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")

    def said(*arguments: str, code: int = Outcome.DONE) -> str:
        result = CliRunner().invoke(app, ["--language", "en", "export", *arguments])
        assert result.exit_code == code, result.output
        return " ".join(result.output.split())

    out = str(tmp_path / "package.zip")
    assert "Nothing has been published yet" in said("-o", out, code=Outcome.USAGE)
    engine = open_database()
    publish_rows(engine, WORLD)
    assert "no release 7" in said("-o", out, "--release", "7", code=Outcome.USAGE)
    assert "8 figures" in said("-o", out, "--release", "1")
    assert "--force" in said("-o", out, code=Outcome.USAGE)
    assert "8 figures" in said("-o", out, "--force")
    other = tmp_path / "letter.zip"
    other.write_text("mine", "utf-8")
    assert "never written over" in said("-o", str(other), "--force", code=Outcome.USAGE)
    none = said("-o", str(tmp_path / "made-up"), "--demonstration", code=Outcome.USAGE)
    assert "There are no demonstration figures" in none
    engine.dispose()
