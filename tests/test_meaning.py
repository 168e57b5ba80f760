"""The hand-written files that everything rests on: every slip is told by file, line and entry."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

import app as door
from etl import code_lists, meaning, refresh
from etl.__main__ import app
from etl.certificates import size_class
from etl.commands import verbs as line
from etl.commands.screen import screen
from etl.files import checksums
from indicators import catalogue, frame
from indicators.cached import remembered as cached_queries
from indicators.published_catalogue import kept_catalogue
from indicators.schema import schema_findings
from indicators.settings import ROOT
from indicators.store.database import open_database
from indicators.strict_yaml import read
from tests.conftest import WORLD, publish_rows
from tests.opened_pages import forget, opened

HAN = re.compile(r"[\u4e00-\u9fff]")
INDICATORS, TARGETS = "catalogue/indicators.yaml", "catalogue/targets"
BOUNDARIES = "reference/boundaries/boundaries.yaml"
GUIZHOU = f"{TARGETS}/guizhou-certification-2018.yaml"
GUANGDONG = f"{TARGETS}/guangdong-certification-2018.yaml"

# file, what stands there, what a slip makes of it, the entry told; the line is the first changed.
SLIPS = [
    (INDICATORS, "clause: preamble", "clause: prologue", "certificates_valid · clause"),
    (BOUNDARIES, "vintage: '2021'", "vintage: 2021", "vintage"),
    (INDICATORS, "polarity: higher_better", "polarity: higher", "certificates_valid · polarity"),
    (INDICATORS, "unit: certificates", "unit: sheets", "certificates_valid · unit"),
    (INDICATORS, "range: [0, 20000000]", "range: [20000000, 0]", "certificates_valid · range"),
    (INDICATORS, "range: [0, 20000000]", "range: [0]", "certificates_valid · range"),
    (INDICATORS, "decimals: 0", "decimals: none", "certificates_valid · decimals"),
    (INDICATORS, "decimals: 0", "decimals: 0\n    decimal: 0", "certificates_valid · decimal"),
    (INDICATORS, "decimals: 0", "decimals: 0\n    kind: count", "kind"),
    (INDICATORS, "  certified_organisations:\n", "  certificates_valid:\n", "certificates_valid"),
    (INDICATORS, "    timing: stock", "   timing: stock", None),
    (INDICATORS, "    timing: stock", "\ttiming: stock", None),
    (INDICATORS, "zh: 有效认证证书数,", "zh: Certificates,", "certificates_valid · title · zh"),
    (
        INDICATORS,
        "denominator: population",
        "denominator: residents",
        "organisations_per_10000_residents · ratio · denominator",
    ),
    (
        INDICATORS,
        'share_of: "100000"',
        'share_of: "100001"',
        "organisation_national_share · ratio · share_of",
    ),
    (
        INDICATORS,
        'share_of: "100000"',
        "share_of: 100000",
        "organisation_national_share · ratio · share_of",
    ),
    (
        INDICATORS,
        "{threshold: 3}",
        "{treshold: 3}",
        "certified_organisations · suppression · treshold",
    ),
    (
        INDICATORS,
        "additive: [region, industry, size, scheme]",
        "additive: [regions]",
        "certificates_valid · additive · [1]",
    ),
    (
        INDICATORS,
        "holders_of: registry_certificates_valid",
        "holders_of: certificates",
        "registry_organisations_certified · holders_of",
    ),
    (
        INDICATORS,
        "subset_of: legal_units",
        "subset_of: units",
        "enterprise_legal_units · subset_of",
    ),
    (INDICATORS, "scheme: QMS}", "scheme: QSM}", "registry_qms_organisations · same_as · scheme"),
    (
        INDICATORS,
        "{indicator: registry_organisations_certified, s",
        "{indicator: organisations, s",
        "registry_qms_organisations · same_as · indicator",
    ),
    (
        "catalogue/clauses.yaml",
        "en: Guiding ideology",
        "en: 指导思想",
        "guiding_ideology · title · en",
    ),
    (
        "catalogue/clauses.yaml",
        "key: principles",
        "key: guiding_ideology",
        "guiding_ideology · key",
    ),
    (
        "catalogue/sources.yaml",
        "    frequency: {zh: 月度,",
        "    frequence: {zh: 月度,",
        "platform_schemes · frequence",
    ),
    (
        "catalogue/sources.yaml",
        "indicators: {certification_bodies: {}}",
        "indicators: {certification_body: {}}",
        "platform_provinces · calendar · indicators · certification_body",
    ),
    (
        "catalogue/sources.yaml",
        "{legal_units: {every: 60,",
        "{legal_units: {each: 60,",
        "legal_units · calendar · indicators · legal_units · each",
    ),
    ("catalogue/units.yaml", "zh: 张, en: certificates", "zh: 张", "certificates"),
    ("catalogue/units.yaml", "{zh: 张, en: certificates}", "张", "certificates"),
    ("catalogue/units.yaml", "zh: 张, en: certificates}", "zh: 张, en: certificates", None),
    (
        GUIZHOU,
        "  indicator: certified_organisations",
        "  indicator: certified_organisation",
        "guizhou-certified-organisations-2022 · indicator",
    ),
    (GUIZHOU, "  kind: at_least", "  kind: at_last", "guizhou-certified-organisations-2022 · kind"),
    (GUANGDONG, "issuer: 广东省人民政府", "issuer: 广东省人民政府\n  issuer: 广东省", "issuer"),
    (GUANGDONG, "date: '2018'", "date: 2018-09-01", "document · date"),
    ("reference/regions.csv", "120000,天津市", "110000,天津市", "110000"),
    ("reference/regions.csv", "province,100000,EAST", "province,100000,EASST", "110000 · group"),
    ("reference/regions.csv", "110000 120000 130000", "110000 120000 139999", "EAST · members"),
    ("reference/regions.csv", "short_zh,", "short,", None),
    ("reference/regions.csv", "320000,江苏", "390000,江苏", "390000"),
    ("reference/regions.csv", "320100,南京", "329100,南京", "329100"),
    ("reference/industries.csv", "division,C,\n", "division,Z,\n", "13 · parent"),
    ("reference/industries.csv", "division,C,\n", "division,\n", None),
    ("reference/schemes.csv", "(ISO 9001),MS", "(ISO 9001),SM", "QMS · parent"),
    ("reference/peer_groups.yaml", '"120000"', '"129999"', "EAST · members · [2]"),
    ("reference/peer_groups.yaml", '"120000"', "120000", "EAST · members · [2]"),
    (
        "reference/peer_groups.yaml",
        "indicator: population",
        "indicator: populace",
        "neighbours · features · [1] · indicator",
    ),
    ("reference/regions.csv", "CN-BJ,province", "CN-BJ,provnce", "110000 · kind"),
    ("reference/regions.csv", "310000,", "31000,", "31000"),
    (
        INDICATORS,
        "{numerator: certificates_valid, d",
        "{numerator: certificates_per_organisation, d",
        "certificates_per_organisation · ratio · numerator",
    ),
    (INDICATORS, "range: [0, 20000000]", "range: [0, .inf]", "certificates_valid · range · [2]"),
    (INDICATORS, "range: [0, 20000000]", "range: [.nan, 1]", "certificates_valid · range · [1]"),
    (
        "reference/size_rules.csv",
        "revenue_10k,20000,",
        "revenue_10k,0x,",
        "农、林、牧、渔业 · large_min",
    ),
    ("reference/label_points.csv", "116.35", "116_35", "110000 · longitude"),
    ("reference/region_spellings.csv", "renamed,2011,", "renamed,2091,", "毕节地区 · since"),
    (
        "catalogue/standards.yaml",
        "scheme: QMS",
        "scheme: QSM",
        "standards · iso_9001_2015 · scheme",
    ),
    (
        INDICATORS,
        "current_standard_of: QMS",
        "current_standard_of: SERVICE",
        "current_standard_share · current_standard_of",
    ),
    ("reference/region_spellings.csv", ",520500,", ",520555,", "毕节地区 · code"),
    ("reference/region_changes.csv", "introduced,2020,", "introduced,202,", "130502 · since"),
    ("reference/region_changes.csv", "130502 130503", "130502 13053", "130521 · successors"),
    ("reference/region_changes.csv", ",secondary,", ",secondry,", "130502 · verification"),
    ("reference/region_changes.csv", ",introduced,", ",introduce,", "130502 · change"),
    (
        "reference/region_changes.csv",
        "introduced,2020,,",
        "introduced,2020,2019,",
        "130502 · until",
    ),
    ("reference/region_changes.csv", "河北省,邢台市", "河南省,邢台市", "130502 · province"),
    ("reference/region_changes.csv", "河北省,邢台市", "河北省,邢台", "130502 · prefecture"),
    (
        "catalogue/standards.yaml",
        '"2026-09-16"',
        '"2026-09-31"',
        "standards · iso_9001_2026 · published",
    ),
    (
        "catalogue/standards.yaml",
        'published: "2015"',
        'published: "2015-13"',
        "standards · iso_9001_2015 · published",
    ),
    ("reference/region_spellings.csv", ",renamed,2011,", ",renames,2011,", "毕节地区 · relation"),
    ("reference/region_spellings.csv", "毕节地区,520500,", "毕节地区,,", "毕节地区 · code"),
    ("reference/region_spellings.csv", "毕节地区,", "\t毕节地区,", "\t毕节地区 · spelling"),
    ("reference/regions.csv", "prefecture,620000,", "prefecture,,", "620100 · parent"),
    ("reference/regions.csv", "prefecture,620000,", "prefecture,100000,", "620100 · parent"),
    ("reference/regions.csv", "province,100000,WEST", "province,EAST,WEST", "150000 · parent"),
    ("reference/sizes.csv", "LARGE,", " LARGE,", "LARGE"),
    ("reference/sizes.csv", "LARGE,", "large,", "large"),
    ("reference/schemes.csv", "QMS,质量", "Q MS,质量", "Q MS"),
    ("reference/schemes.csv", ",2021-07,", ",2021.7,", "FOREST · valid_to"),
    ("reference/industries.csv", "71,租赁业", "071,租赁业", "071"),
    ("reference/industries.csv", "division,J,", "division,,", "66 · parent"),
    ("reference/industries.csv", ",section,", ",sektion,", "A · level"),
    ("reference/industries.csv", "71,租赁业", "71,Leasing", "71 · name_zh"),
    (
        "reference/size_rules.csv",
        "revenue_10k,20000",
        "revenue10k,20000",
        "农、林、牧、渔业 · measure",
    ),
    ("reference/size_rules.csv", "20000,500,50", "200,500,50", "农、林、牧、渔业 · large_min"),
    ("reference/size_rules.csv", "01 02 03", "01 00 03", "农、林、牧、渔业 · selector"),
    ("reference/size_rules.csv", "01 02 03", "01 02 02", "农、林、牧、渔业 · selector"),
    ("reference/label_points.csv", "110000,", "119000,", "119000 · code"),
    ("reference/label_points.csv", "116.35", "11635", "110000 · longitude"),
    ("reference/readings.csv", "长治,chang zhi,", "长治,,", "长治 · reading"),
]
# Where a reader of YAML stops after the slip, or what lacks an entry stands before it.
FURTHER = {"zh: 张, en: certificates": 1}


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder above copies of the hand-written files, which all then goes by."""
    for name in ("catalogue", "reference"):
        shutil.copytree(ROOT / "data" / name, tmp_path / name)
    monkeypatch.setattr(catalogue, "CATALOGUE", tmp_path / "catalogue")
    monkeypatch.setattr(catalogue, "REFERENCE", tmp_path / "reference")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    monkeypatch.setattr(screen.console, "width", 250)
    monkeypatch.setattr(checksums, "KEPT", tmp_path / "tidy")
    yield tmp_path
    catalogue.stand_on(None)


def plant(file: Path, right: str, wrong: str) -> int:
    """Put a slip into a file; return the first line that it changes."""
    text = file.read_text(encoding="utf-8")
    assert right in text
    broken = text.replace(right, wrong, 1)
    file.write_text(broken, encoding="utf-8")
    pairs = zip(text.splitlines(), [*broken.splitlines(), ""], strict=False)
    return next(number for number, (old, new) in enumerate(pairs, 1) if old != new)


def checked(report: Path) -> tuple[str, list[dict[str, Any]]]:
    """Run `check`; return what it prints and the findings that it writes."""
    result = CliRunner().invoke(app, ["check", "--findings", str(report)])
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code
    return result.output, json.loads(report.read_text(encoding="utf-8"))


def test_a_slip_is_found_though_the_files_were_right_before(copies: Path) -> None:
    assert line.catalogue_findings() == line.catalogue_findings() == []
    assert len(list((copies / "tidy").iterdir())) == 1
    for file, right, wrong in (
        (INDICATORS, "polarity: higher_better", "polarity: higher"),
        (GUIZHOU, "  kind: at_least", "  kind: at_last"),
        ("reference/sizes.csv", "code,", "kode,"),
        (BOUNDARIES, "datum: GCJ-02", "dates: GCJ-02"),
    ):
        plant(copies / file, right, wrong)
        assert line.catalogue_findings() != []
        plant(copies / file, wrong, right)
        assert line.catalogue_findings() == []
    (copies / "raw" / "platform_scheme").mkdir(parents=True)
    assert line.catalogue_findings() != []


def test_the_shipped_files_hold_no_mistake() -> None:
    assert meaning.findings() == []


@pytest.mark.parametrize(("file", "right", "wrong", "entry"), SLIPS)
def test_a_slip_is_told_in_chinese_by_file_line_and_entry(
    copies: Path, file: str, right: str, wrong: str, entry: str | None
) -> None:
    line = plant(copies / file, right, wrong)
    output, findings = checked(copies / "findings.json")
    told = [finding for finding in findings if finding["file"] == Path(file).name]
    assert told
    assert "Traceback" not in output
    first = told[0]
    assert first["column"] == entry
    assert first["row"] == line + FURTHER.get(wrong, 0)
    for part in ("expected", "advice"):
        assert HAN.search(first[part]), first
    assert Path(file).name in output


def test_every_mistake_of_every_file_is_told_at_once(copies: Path) -> None:
    plant(copies / INDICATORS, "clause: preamble", "clause: prologue")
    plant(copies / INDICATORS, "range: [0, 20000000]", "range: [20000000, 0]")
    plant(copies / "catalogue" / "units.yaml", "zh: 人,", "zh: 人, cn: 人,")
    plant(copies / GUIZHOU, "  kind: at_least", "  kind: at_last")
    (copies / "reference" / "sizes.csv").write_bytes("code,规模".encode("gbk"))
    (copies / "catalogue" / "sources.yaml").unlink()
    files = {finding.file for finding in meaning.findings()}
    assert files == {
        "indicators.yaml",
        "units.yaml",
        GUIZHOU.rpartition("/")[2],
        "sizes.csv",
        "sources.yaml",
    }


def test_a_misspelt_word_is_answered_by_the_nearest_one(copies: Path) -> None:
    plant(copies / INDICATORS, "polarity: higher_better", "polarity: higher_beter")
    (finding,) = meaning.findings()
    assert "higher_better" in str(finding.advice)


def test_a_circle_of_ratios_is_told_once(copies: Path) -> None:
    indicators = copies / INDICATORS
    plant(
        indicators,
        "{numerator: certificates_valid, d",
        "{numerator: organisations_per_10000_residents, d",
    )
    plant(
        indicators,
        "numerator: certified_organisations, denominator: population",
        "numerator: certificates_per_organisation, denominator: population",
    )
    (finding,) = meaning.findings()
    assert finding.found.count("organisations_per_10000_residents") == 2


def test_a_malformed_code_is_told_where_it_stands_and_nowhere_else(copies: Path) -> None:
    line = plant(copies / "reference" / "regions.csv", "310000,", "31000,")
    (finding,) = meaning.findings()
    assert (finding.file, finding.row, finding.found) == ("regions.csv", line, "31000")


def test_a_code_that_the_program_goes_by_is_missed(copies: Path) -> None:
    for file, code in (("regions", "100000"), ("schemes", "ALL"), ("sizes", "MICRO")):
        plant(copies / "reference" / f"{file}.csv", f"\n{code},", f"\n{code[:-1]}9,")
    told = {(item.file, item.column) for item in meaning.findings() if item.row == 1}
    assert told >= {("regions.csv", "100000"), ("schemes.csv", "ALL"), ("sizes.csv", "MICRO")}


def test_a_code_of_another_list_is_looked_for_in_that_list(copies: Path) -> None:
    plant(copies / "reference" / "region_spellings.csv", ",520500,", ",520555,")
    (finding,) = meaning.findings()
    assert "regions.csv" in str(finding.expected)


def test_the_sizes_and_measures_of_code_lists_are_those_that_certificates_are_counted_by() -> None:
    assert code_lists.MEASURES == size_class.MEASURES
    assert {*size_class.SIZES, size_class.NOT_CLASSIFIED} < {*code_lists.SIZES}


def test_a_source_whose_folder_has_another_name_is_told_with_both(copies: Path) -> None:
    for name in catalogue.load().sources:
        (copies / "raw" / name).mkdir(parents=True)
    for name in ("registry", "demonstration"):
        (copies / "raw" / name).rmdir()
    (copies / "raw" / "bureau").mkdir()  # an office's own needs no entry
    assert meaning.findings() == []
    line = plant(copies / "catalogue" / "sources.yaml", "  platform_schemes:", "  platform_scheme:")
    (finding,) = meaning.findings()
    assert (finding.row, finding.found) == (line, "platform_scheme")
    assert "platform_schemes" in str(finding.expected)
    assert "platform_schemes" in str(finding.advice)


@pytest.mark.parametrize("text", ["", "- 1", "a: &b [1]\nc: *b", "a: !x 1", "units: null", "\x00"])
def test_what_is_no_such_file_is_a_finding_and_no_traceback(copies: Path, text: str) -> None:
    (copies / "catalogue" / "units.yaml").write_text(text, encoding="utf-8")
    assert any(finding.file == "units.yaml" for finding in meaning.findings())


def test_every_rule_of_our_schemas_is_put_into_words() -> None:
    from indicators.schema import _bound

    known = {"required", "additionalProperties", "enum", "pattern", "type"}
    structure = {
        "$schema",
        "$ref",
        "$defs",
        "title",
        "properties",
        "items",
        "propertyNames",
        "if",
        "then",
        "allOf",
        "const",
        "prefixItems",
        "description",
        "expected",
    }

    def rules(schema: Any) -> Iterator[str]:
        if isinstance(schema, dict):
            for key, value in schema.items():
                if key in ("properties", "$defs"):
                    for part in value.values():
                        yield from rules(part)
                else:
                    if "expected" not in schema:  # this says it in words
                        yield key
                    yield from rules(value)
        elif isinstance(schema, list):
            for part in schema:
                yield from rules(part)

    for path in (ROOT / "data").rglob("*.schema.json"):
        for rule in set(rules(json.loads(path.read_text(encoding="utf-8")))) - known - structure:
            assert "{rule}" not in _bound(rule, 1).text, (path, rule)


def test_each_missing_entry_is_named_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("units: {a: {}}", encoding="utf-8")
    written, wrong = read(tmp_path / "a.yaml")
    assert written is not None
    assert wrong == []
    schema = json.loads(meaning.SCHEMA.read_text(encoding="utf-8"))
    part = {"$ref": "#/$defs/units_file", "$defs": schema["$defs"]}
    (finding,) = schema_findings(written, part)
    assert str(finding.expected) == "the entries zh, en"


# The server


@pytest.fixture
def _server() -> Iterator[None]:
    def anew() -> None:
        catalogue.stand_on(None)
        frame.mistakes.clear()
        forget()

    anew()
    yield
    anew()


@pytest.mark.usefixtures("_server")
def test_the_server_stands_on_the_catalogue_as_last_published_and_says_so(
    copies: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refresh.fill_if_empty(open_database())
    plant(copies / INDICATORS, "clause: preamble", "clause: prologue")
    plant(copies / "catalogue" / "units.yaml", "zh: 张, en: certificates}", "zh: 张")
    door.open_figures()
    assert "units.yaml" in capsys.readouterr().err
    door.warm()
    page = opened("overview")
    assert "按最近一次发布时的目录显示" in page.warning[0].value
    assert re.match(r"截至.+，\d+项目标中可判定[1-9]", page.title[0].value)
    assert ("有效认证证书数（含境外）", "419.0万") in [
        (metric.label, metric.value) for metric in page.metric
    ]
    assert not opened("objectives").error


@pytest.mark.usefixtures("_server")
def test_a_first_start_with_a_broken_catalogue_shows_the_mistakes_and_nothing_else(
    copies: Path,
) -> None:
    plant(copies / INDICATORS, "clause: preamble", "clause: prologue")
    door.open_figures()
    door.warm()
    page = opened("overview")
    assert page.title[0].value == "文件有误，暂无内容可供显示"
    assert "prologue" in page.dataframe[0].value.to_string()
    plant(copies / INDICATORS, "clause: prologue", "clause: preamble")
    frame.mistakes.clear()
    door.open_figures()
    newest = cached_queries.newest()
    assert newest is not None
    assert newest.release == 1


@pytest.mark.usefixtures("_server")
def test_a_server_with_a_malformed_database_address_says_so_on_its_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://anna:geheim@host:port/x")
    door.open_figures()
    door.warm()
    page = opened("overview")
    assert page.title[0].value == "设置有误，暂无内容可供显示"
    shown = page.dataframe[0].value.to_string()
    assert "DATABASE_URL" in shown
    assert "geheim" not in shown


@pytest.mark.usefixtures("_server")
def test_a_broken_register_keeps_no_page_from_what_was_published(copies: Path) -> None:
    refresh.fill_if_empty(open_database())
    plant(copies / GUIZHOU, "  kind: at_least", "  kind: at_last")
    door.open_figures()
    page = opened("objectives")
    assert not page.warning
    assert not page.error


def test_a_publication_keeps_the_catalogue_it_went_by(empty: sa.Engine) -> None:
    assert kept_catalogue(empty) == {}
    publish_rows(empty, WORLD)
    assert kept_catalogue(empty) == catalogue.load().texts
    catalogue.stand_on(kept_catalogue(empty) | {"units.yaml": "units: {}"})
    try:
        publish_rows(empty, WORLD)  # which changes no figure
    finally:
        catalogue.stand_on(None)
    assert kept_catalogue(empty)["units.yaml"] == "units: {}"
