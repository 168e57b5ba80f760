"""What a file says is what its reader sees: nothing is taken for something else in silence."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import python_calamine as calamine
import pytest

from etl.own import propose, template
from etl.own.declaration import MEANINGS
from indicators import catalogue, maps
from indicators.statuses import OBSERVATION_STATUSES, ObservationStatus
from indicators.tables import footnote
from indicators.wording import LANGUAGES, Language, Wording
from tests.own_files import csv, loaded

KNOWN = catalogue.load()
WIDE = """
layout: wide
across: [period]
columns: {region: 地区}
fixed: {indicator: people_trained, scheme: ALL, industry: ALL, size: ALL}
unit: 人次
"""


def test_no_data_and_not_applicable_are_the_codes_of_sdmx() -> None:
    assert ObservationStatus.NO_DATA.code == "O"
    assert ObservationStatus.NOT_APPLICABLE.code == "M"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("code", "state", "chinese"), [("O", "missing", "无数据"), ("M", "not_applicable", "不适用")]
)
def test_a_mark_in_place_of_a_figure_says_the_same_from_declaration_to_page(
    tmp_path: Path, code: str, state: str, chinese: str, language: Language
) -> None:
    words = Wording(language)
    rows = loaded(csv(tmp_path, "地区,2023\n北京,-\n"), WIDE + f"missing: {{'-': {code}}}")
    row = rows.iloc[0].to_dict()
    name = words(OBSERVATION_STATUSES[code].sentence)
    assert maps.state_name(maps.state_of(row), words) == maps.state_name(state, words) == name
    assert footnote(row["status"], "F", row["value"], words).endswith(f" {name}")
    assert language == "en" or name == chinese
    sheets = calamine.load_workbook(io.BytesIO(template(["people_trained"], KNOWN, words)))
    guide = sheets.get_sheet_by_name("说明 Guide").to_python()
    line = next(str(row[0]) for row in guide if str(row[0]).startswith(f"{code}: "))
    assert name in line


def test_a_proposal_offers_the_marks_with_their_meanings(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,2022,2023\n北京,-,1\n天津,2,3\n河北,4,5\n")
    said = propose(path, KNOWN).yaml(Wording("zh"))
    assert "O 无数据、M 不适用" in said
    assert " / ".join(MEANINGS) in said


def test_what_is_suppressed_is_not_said_to_be_impossible(tmp_path: Path) -> None:
    rows = loaded(csv(tmp_path, "地区,2023\n北京,*\n"), WIDE + "missing: {'*': C}")
    row = rows.iloc[0]
    assert (row["status"], row["confidentiality"], pd.isna(row["value"])) == ("O", "C", True)
