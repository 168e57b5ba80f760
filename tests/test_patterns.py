"""Whether figures lie in folders of any name without one being taken for a pattern."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from etl.tidy import COLUMNS, TidyRows


@pytest.mark.parametrize("name", ["看板[2026]", "a?b", "**", "region=ALL;50% {a,b}", 'it\'s "so"'])
def test_tidy_rows_lie_in_a_folder_of_any_name(name: str, tmp_path: Path) -> None:
    row = pd.DataFrame([dict.fromkeys(COLUMNS, None) | {"indicator": "i", "region": "110000"}])
    for folder in (name, "axb"):  # what a pattern would find beside it
        (tmp_path / folder).mkdir()
        rows = TidyRows(tmp_path / folder)
        rows.add(row)
    rows = TidyRows(tmp_path / name)
    rows.add(row)
    assert rows.frame()["region"].tolist() == ["110000"]
