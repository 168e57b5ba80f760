"""Every setting stands in one place, typed and documented; all that are wrong are told at once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from indicators.settings import ETL_SPILL, ROOT, SETTINGS, SettingError, wrong_settings
from indicators.wording import Wording

TABLE = re.compile(r"^\| `([A-Z_]+)` \| (.*) \| (.*) \|$", re.MULTILINE)


def test_readme_lists_the_settings_as_they_are() -> None:
    listed = TABLE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert listed == [(each.name, each.about.zh, each.usual.zh) for each in SETTINGS]


def test_what_is_not_set_holds_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in SETTINGS:
        monkeypatch.delenv(each.name, raising=False)
    assert wrong_settings() == []
    assert ETL_SPILL.value is None


def test_all_wrong_settings_are_told_at_once_without_a_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = {
        "DATABASE_URL": "mysql://anna:geheim@host/x",
        "ETL_MEMORY_LIMIT": "much",
        "ETL_SPILL": str(tmp_path / "nowhere"),
        "ETL_LANGUAGE": "fr",
        "MAP_BOUNDARIES": str(tmp_path / "nowhere"),
    }
    for name, text in wrong.items():
        monkeypatch.setenv(name, text)
    with pytest.raises(SettingError) as refused:
        _ = ETL_SPILL.value
    assert [finding.file for finding in refused.value.findings] == list(wrong)
    said = "".join(finding.said(Wording("en")) for finding in refused.value.findings)
    assert "anna" not in said
    assert "geheim" not in said


def test_the_command_line_tells_them_and_does_nothing(tmp_path: Path) -> None:
    wrong = {"DATABASE_URL": "oracle://x", "ETL_SPILL": str(tmp_path / "no")}
    environment = os.environ | wrong | {"COLUMNS": "300"}
    command = [sys.executable, "-m", "etl", "--language", "en", "status"]
    run = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 6
    assert "DATABASE_URL" in run.stdout
    assert "ETL_SPILL" in run.stdout


@pytest.mark.parametrize("folder", ["indicators", "etl", "pages"])
def test_the_environment_is_read_in_one_place(folder: str) -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"os\.environ(\.get|\[)|getenv", path.read_text(encoding="utf-8"))
    ]
    assert readers == (["indicators/settings.py"] if folder == "indicators" else [])
