"""Packages of open data are taken in as files of one's own: their own figures are nothing new."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
import yaml
from typer.testing import CliRunner

from etl.__main__ import app
from etl.commands.screen import Outcome
from etl.figures.declaration import beside
from etl.files.listing import Listing
from etl.intake import Named
from etl.open_data import contents
from etl.open_data.contents import opened_package
from etl.open_data.described import role_of
from etl.open_data.taken import demonstration, taken
from etl.publish.gate import Decision, publish
from etl.refresh import RAW, refresh
from indicators.exports.open_data.release_package import write_package
from indicators.findings import Finding, FindingsError
from indicators.store.database import open_database
from indicators.store.queries import all_observations
from indicators.store.tables import KEY
from indicators.wording import Wording
from tests.conftest import CITATION, WORLD, edition_of, publish_rows, publish_then_suppress, rows_of

MEASURED = ["value", "status", "confidentiality", "numerator", "denominator"]
FIXED = {"indicator": "certificates_valid", "scheme": "ALL", "industry": "ALL", "size": "ALL"}
LACKING = {"fixed": FIXED, "unit": "张"}
PROVENANCE = {"publisher": "某局", "document": "某表", "licence": "公开"}
GOOD = {("320000", "2024-12"): 537_498.0, ("330000", "2024-12"): 553_393.0}


@pytest.fixture(scope="module")
def package(shipped: sa.Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package of the figures that the project ships, a folder; beside it the .zip."""
    folder = tmp_path_factory.mktemp("package")
    write_package(shipped, "real", folder / "release")
    write_package(shipped, "real", folder / "release.zip")
    return folder / "release"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'figures.sqlite'}")
    yield engine
    engine.dispose()


def unpacked(path: Path, engine: sa.Engine, folder: Path) -> list[Path]:
    place = folder / "unpacked"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    return taken([path], engine, place)


def published(engine: sa.Engine) -> pd.DataFrame:
    return all_observations(engine).sort_values(list(KEY)).reset_index(drop=True)


def loaded(engine: sa.Engine, folder: Path, path: Path) -> pd.DataFrame:
    """Return what is public once a package was published where nothing else is."""
    raw = folder / "raw"
    raw.mkdir(exist_ok=True)
    files = unpacked(path, engine, folder)
    refresh(engine, raw=raw, named=Named(files, "bureau"), accepted="a test")
    return published(engine)


def faults(engine: sa.Engine, folder: Path, path: Path) -> list[Finding]:
    with pytest.raises(FindingsError) as refusal:
        loaded(engine, folder, path)
    for finding in refusal.value.findings:
        for part in (finding.expected, finding.advice):
            assert part.said(Wording("zh")) != part.said(Wording("en"))
    return refusal.value.findings


@pytest.mark.parametrize(
    "form", ["", ".zip", "/datapackage.json", "/csv-metadata.json", "/sdmx-observations.csv"]
)
def test_what_is_public_is_nothing_new_in_any_form(
    package: Path, shipped: sa.Engine, tmp_path: Path, form: str
) -> None:
    assert unpacked(Path(f"{package}{form}"), shipped, tmp_path) == []


def test_all_shipped_figures_load_unchanged_where_there_are_none(
    package: Path, shipped: sa.Engine, empty: sa.Engine, tmp_path: Path
) -> None:
    there, here = published(shipped), loaded(empty, tmp_path, package)
    same = [*KEY, *MEASURED]
    pd.testing.assert_frame_equal(here[same], there[same], check_exact=True)
    again = refresh(empty, raw=tmp_path / "raw")
    assert again.release is None
    assert (tmp_path / "raw/bureau/quality-governance-1.csv.yaml").exists()


def test_a_figure_of_others_comes_with_its_document_and_second_source(
    empty: sa.Engine, tmp_path: Path
) -> None:
    other = open_database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    second = {"value": 553_000.0, "publisher": "甲", "document": "乙", "verification": "primary"}
    cited = CITATION | {"second_sources": json.dumps([second], ensure_ascii=False)}
    publish(other, edition_of(rows_of(WORLD), pd.DataFrame([cited])), Decision("theirs"))
    publish_rows(empty, WORLD[:5] + WORLD[6:])
    write_package(other, "real", tmp_path / "theirs.zip")
    other.dispose()
    [file] = unpacked(tmp_path / "theirs.zip", empty, tmp_path)
    rows = pd.read_csv(file, dtype=str, skip_blank_lines=False)
    [line] = rows.index[rows["region"].notna()]
    with zipfile.ZipFile(tmp_path / "theirs.zip") as packed:
        theirs = pd.read_csv(packed.open("observations.csv"))
    assert theirs["value"][line] == float(rows["value"][line]) == 553_393
    assert rows["document"][line] == CITATION["document"]
    declared = yaml.safe_load(beside(file).read_text("utf-8"))
    [said] = declared["second_sources"]
    assert (said["region"], said["value"], said["grade"]) == ("330000", "553000.0", "A")


def test_what_is_suppressed_on_either_side_is_not_opened(empty: sa.Engine, tmp_path: Path) -> None:
    other = open_database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    publish_then_suppress(other, pd.DataFrame([CITATION, CITATION | {"citation": "c2"}]), 7.0)
    for number in (1, 2):
        write_package(other, "real", tmp_path / f"{number}.zip", number)
    publish_rows(empty, WORLD)
    assert unpacked(tmp_path / "2.zip", empty, tmp_path) == []
    assert unpacked(tmp_path / "1.zip", other, tmp_path) == []
    other.dispose()


def data_package(folder: Path, rows: str, **said: Any) -> Path:
    """Write a Data Package of others with one table."""
    place = folder / "theirs"
    place.mkdir()
    (place / "data.csv").write_text(rows, "utf-8")
    names = rows.splitlines()[0].split(said.pop("delimiter", ","))
    fields = said.pop("fields", [{"name": name, "type": "string"} for name in names])
    resource = {"name": "data", "path": "data.csv", "schema": {"fields": fields}}
    whole = {
        "name": "theirs",
        "title": "某表",
        "contributors": [{"title": "某局", "roles": ["publisher"]}],
        "licenses": [{"name": "CC-BY-4.0"}],
        "resources": [resource | said],
    }
    (place / "datapackage.json").write_text(json.dumps(whole), "utf-8")
    return place


ROWS = "region,period,value,other\n320000,2024-12,537498,a\n330000,2024-12,553393,b\n"


def figures(rows: pd.DataFrame) -> dict[tuple[str, str], float]:
    counts = rows[rows["indicator"] == "certificates_valid"]
    return dict(
        zip(zip(counts["region"], counts["period"], strict=True), counts["value"], strict=True)
    )


@pytest.mark.parametrize("packed", [False, True])
def test_a_data_package_of_others_loads_by_its_descriptor_and_a_declaration(
    empty: sa.Engine, tmp_path: Path, packed: bool
) -> None:
    path = data_package(tmp_path, ROWS)
    if packed:
        path = Path(shutil.make_archive(str(path), "zip", tmp_path, "theirs"))
    beside(path).write_text(yaml.safe_dump(LACKING, allow_unicode=True), "utf-8")
    assert figures(loaded(empty, tmp_path, path)) == GOOD
    assert unpacked(path, empty, tmp_path) != []
    again = refresh(
        empty, raw=tmp_path / "raw", named=Named(unpacked(path, empty, tmp_path), "bureau")
    )
    assert again.release is None


def test_csv_on_the_web_loads_by_the_properties_of_its_columns(
    empty: sa.Engine, tmp_path: Path
) -> None:
    sdmx = "http://purl.org/linked-data/sdmx/2009"
    columns = [
        {"titles": "地区", "propertyUrl": f"{sdmx}/dimension#refArea"},
        {"titles": {"zh": "时期"}, "propertyUrl": f"{sdmx}/dimension#refPeriod"},
        {"titles": ["数值"], "propertyUrl": f"{sdmx}/measure#obsValue", "null": ["-"]},
    ]
    described = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": "data.csv",
        "dc:title": {"@value": "某表", "@language": "zh"},
        "dc:publisher": [{"schema:name": "某局"}],
        "dc:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
        "dialect": {"delimiter": ";"},
        "tableSchema": {"columns": columns},
    }
    (tmp_path / "data.csv-metadata.json").write_text(json.dumps(described), "utf-8")
    (tmp_path / "data.csv").write_text(
        "地区;时期;数值\n江苏;2024-12;537498\n浙江;2024-12;553393\n安徽;2024-12;-\n", "utf-8"
    )
    declared = tmp_path / "data.csv.yaml"
    declared.write_text(yaml.safe_dump(LACKING | {"regions": "province"}), "utf-8")
    rows = loaded(empty, tmp_path, tmp_path / "data.csv-metadata.json")
    assert figures(rows.dropna(subset="value")) == GOOD
    assert rows.loc[rows["region"] == "340000", "status"].tolist() == ["O"]


@pytest.mark.parametrize(
    "head", ["DATAFLOW,", "STRUCTURE,STRUCTURE_ID,ACTION,", "STRUCTURE;STRUCTURE_ID;ACTION;"]
)
def test_sdmx_csv_of_others_loads_by_its_concepts(
    empty: sa.Engine, tmp_path: Path, head: str
) -> None:
    sign, told = head[-1], head.count(head[-1])
    first = sign.join(["dataflow", "ESTAT:NAMQ(1.0)", "I"][:told])
    lines = [
        head + sign.join(["FREQ", "REF_AREA", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"]),
        sign.join([first, "M", "320000", "2024-12", "537498", "A"]),
        sign.join([first, "M", "330000", "2024-12", "553393", "P"]),
    ]
    path = tmp_path / "theirs.csv"
    path.write_text("\n".join(lines), "utf-8")
    said = LACKING | {"provenance": PROVENANCE}
    beside(path).write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    rows = loaded(empty, tmp_path, path)
    assert figures(rows) == GOOD
    assert set(rows["status"]) == {"A", "P"}


@pytest.mark.parametrize(
    ("names", "role"),
    [
        (("REF_AREA",), "region"),
        (("code", "http://purl.org/linked-data/sdmx/2009/dimension#refArea"), "region"),
        (("Value",), "value"),
        (("x", None), None),
        (("date",), None),
        ((7,), None),
    ],
)
def test_a_column_is_known_by_name_concept_or_property(
    names: tuple[object, ...], role: str | None
) -> None:
    assert role_of(*names) == role


def test_a_cell_that_cannot_be_read_is_told_by_its_row_and_column(
    empty: sa.Engine, tmp_path: Path
) -> None:
    path = data_package(tmp_path, ROWS.replace("553393", "many"))
    beside(path).write_text(yaml.safe_dump(LACKING, allow_unicode=True), "utf-8")
    [found] = faults(empty, tmp_path, path)
    assert (found.file, found.row, found.column, found.found) == (
        "bureau/data.csv",
        3,
        "value",
        "many",
    )


def test_what_nobody_declares_is_asked_for(empty: sa.Engine, tmp_path: Path) -> None:
    path = data_package(tmp_path, ROWS)
    found = faults(empty, tmp_path, path)
    assert {each.column for each in found} >= {"indicator", "scheme", "industry", "size", "unit"}
    assert {each.file for each in found} == {"bureau/data.csv.yaml"}
    shutil.rmtree(path)
    path = data_package(tmp_path, ROWS.replace("value", "count"))
    [lacking] = faults(empty, tmp_path, path)
    assert lacking.found == "region | period | count | other"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"path": "../figures.sqlite"}, "../figures.sqlite"),
        ({"path": "/etc/passwd"}, "/etc/passwd"),
        ({"path": "https://example.org/data.csv"}, "https://example.org/data.csv"),
        ({"path": ["data.csv", "data.csv"]}, "['data.csv', 'data.csv']"),
        ({"path": "link.csv"}, "link.csv"),
        ({"path": "sub/../../figures.sqlite"}, "sub/../../figures.sqlite"),
        ({"path": ""}, ""),
        ({"path": None}, "None"),
        ({"hash": "sha256:" + "0" * 64}, "data.csv"),
    ],
)
def test_nothing_is_read_from_outside_nor_what_is_another_file(
    empty: sa.Engine, tmp_path: Path, said: dict[str, Any], found: str
) -> None:
    path = data_package(tmp_path, ROWS, **said)
    (path / "link.csv").symlink_to(tmp_path / "figures.sqlite")
    beside(path).write_text(yaml.safe_dump(LACKING, allow_unicode=True), "utf-8")
    [told] = faults(empty, tmp_path, path)
    assert (told.file, told.found) == ("theirs", found)


@pytest.mark.parametrize(
    "descriptor",
    [
        *("", "[]", "{", "[" * 100_000, '{"resources": 7}', '{"tables": [1]}'),
        '{"resources": [{"path": "data.csv", "schema": {"fields": 3}, "dialect": []}]}',
        '{"url": "data.csv", "tableSchema": "elsewhere.json"}',
    ],
)
def test_a_descriptor_that_says_nothing_is_told(
    empty: sa.Engine, tmp_path: Path, descriptor: str
) -> None:
    path = data_package(tmp_path, ROWS)
    (path / "datapackage.json").write_text(descriptor, "utf-8")
    assert faults(empty, tmp_path, path)


def test_what_is_no_package_is_told(empty: sa.Engine, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and nothing more")
    for name in ("folder", "broken.zip"):
        [found] = faults(empty, tmp_path, tmp_path / name)
        assert found.file == name


def zipped(folder: Path, **files: bytes) -> Path:
    path = folder / "packed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name.replace("_", "."), content)
    return path


def test_a_package_is_unpacked_within_bounds(
    empty: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = (data_package(tmp_path, ROWS) / "datapackage.json").read_bytes()
    monkeypatch.setattr(contents, "LITTLE", 1 << 20)
    bomb = zipped(tmp_path, datapackage_json=described, data_csv=bytes(2 << 20))
    beside(bomb).write_text(yaml.safe_dump(LACKING, allow_unicode=True), "utf-8")
    [found] = faults(empty, tmp_path, bomb)
    assert found.found == "data.csv: 2 KB → 2 MB"
    plain = zipped(tmp_path, datapackage_json=described, data_csv=ROWS.encode())
    assert unpacked(plain, empty, tmp_path)
    for name, limit in (("UNPACKED", 10), ("ENTRIES", 1), ("DESCRIBED", 10)):
        with monkeypatch.context() as bounded:
            bounded.setattr(contents, name, limit)
            assert len(faults(empty, tmp_path, plain)) == 1
    damaged = bytearray(plain.read_bytes())
    place = damaged.index(b"data.csv") + len("data.csv")
    damaged[place : place + 8] = bytes(8)
    plain.write_bytes(damaged)
    [found] = faults(empty, tmp_path, plain)
    assert found.found == "data.csv"


def test_a_file_that_stands_twice_or_is_locked_is_refused(empty: sa.Engine, tmp_path: Path) -> None:
    path = tmp_path / "packed.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("datapackage.json", "{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            packed.writestr("datapackage.json", "{}")
    [found] = faults(empty, tmp_path, path)
    assert found.found == "datapackage.json"
    locked = bytearray(zipped(tmp_path, datapackage_json=b"{}").read_bytes())
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(locked)
    [found] = faults(empty, tmp_path, path)
    assert found.found == "datapackage.json"


def test_a_large_folder_is_not_looked_through_for_one_table(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("x", "utf-8")
    with opened_package(tmp_path / "a.csv", Listing("a.csv")) as alone:
        assert alone.names == ["a.csv"]


def test_made_up_figures_never_come_among_real_ones(empty: sa.Engine, tmp_path: Path) -> None:
    made_up = open_database(f"sqlite:///{tmp_path / 'other.sqlite'}", "demonstration")
    rows = rows_of(WORLD).assign(source="demonstration")
    cited = pd.DataFrame([CITATION | {"source": "demonstration", "verification": "demonstration"}])
    publish(made_up, edition_of(rows, cited), Decision("a test"))
    # As one who changed its names by hand would have it.
    write_package(made_up, "real", tmp_path / "package")
    made_up.dispose()
    (tmp_path / "tables").mkdir()
    assert demonstration(tmp_path / "package", tmp_path / "tables") is None
    [found] = faults(empty, tmp_path, tmp_path / "package")
    assert found.found == "demonstration"


def test_the_command_line_takes_a_package(
    package: Path, shipped: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", shipped.url.render_as_string(hide_password=False))
    before = sorted(RAW.glob("*"))
    for verb in ("check", "publish"):
        result = CliRunner().invoke(app, ["--language", "en", verb, f"{package}.zip"])
        assert result.exit_code == Outcome.NOTHING, result.output
        assert "Nothing to change" in " ".join(result.output.split())
    assert sorted(RAW.glob("*")) == before
