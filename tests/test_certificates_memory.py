"""Whether a roll-up keeps to the memory it is allowed, and says so where that is no size."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.certificates.counting import Rows
from etl.certificates.cube import Dimension
from etl.certificates.engine import LIBRARIES, Memory, engine
from etl.certificates.validity import CERTIFICATES
from indicators.findings import FindingsError
from indicators.settings import ETL_MEMORY_LIMIT

SCHEME = Dimension("scheme", ("ALL", "MS", "QMS", "EMS"), (0, 0, 1, 1), (), shift=4)
MS, QMS, EMS = 1, 2, 3
Batch = list[tuple[int, int]]  # cell and what stands beside it


def memory(folder: Path, room: int) -> Memory:
    """Return the memory that leaves so many bytes for rows that wait."""
    return Memory(LIBRARIES + 4 * room, folder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4GB", 4_000_000_000),
        ("1.5 GB", 1_500_000_000),
        ("800mb", 800_000_000),
        ("1GiB", 1_073_741_824),
        (" 600MB ", 600_000_000),
    ],
)
def test_a_limit_is_a_number_with_its_unit(text: str, expected: int) -> None:
    assert ETL_MEMORY_LIMIT.read(text) == expected


@pytest.mark.parametrize("text", ["4", "GB", "4TB", "-4GB", "4,5GB", "599MB", "much"])
def test_any_other_limit_is_refused_with_the_name_of_the_setting(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETL_MEMORY_LIMIT", text)
    with pytest.raises(FindingsError) as refused, engine("duckdb"):
        pass
    (finding,) = refused.value.findings
    assert (finding.file, finding.found) == ("ETL_MEMORY_LIMIT", text)
    assert "600MB" in str(finding.expected)


def test_a_folder_to_spill_to_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETL_SPILL", str(tmp_path / "nowhere"))
    with pytest.raises(FindingsError, match="a folder that is there"), engine("duckdb"):
        pass


def test_the_engine_is_held_to_its_part_of_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_MEMORY_LIMIT", "1GB")
    with engine("duckdb") as on:
        said = on.connection.settings["memory_limit"]
    assert said == "333.7 MiB"  # half of what the libraries leave


def added(held: Rows, batches: list[list[int]]) -> dict[int, Batch]:
    """Add rows, each with a number of its own; return them by scheme."""
    numbers, expected = count(), dict[int, Batch]()
    for cells in batches:
        rows = [(cell, next(numbers)) for cell in cells]
        columns = {
            "cell": pa.array(cells, pa.int32()),
            "number": pa.array([number for _, number in rows], pa.int64()),
        }
        held.add(CERTIFICATES, pa.RecordBatch.from_pydict(columns))
        for row in rows:
            expected.setdefault(row[0] >> SCHEME.shift, []).append(row)
    return expected


@settings(max_examples=50, deadline=None)
@given(
    batches=st.lists(st.lists(st.integers(QMS << 4, (EMS << 4) + 15), max_size=40), max_size=6),
    room=st.sampled_from([0, 100, 1_000_000]),
)
def test_rows_come_back_whole_from_memory_and_from_files(
    batches: list[list[int]], room: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    held = Rows(SCHEME, memory(folder, room))
    expected = added(held, batches)
    assert {at: cells.tolist() for at, cells in held.cells().items() if at in expected} == {
        at: sorted({cell for cell, _ in rows}) for at, rows in expected.items()
    }
    for position, rows in expected.items():
        found = held.take(CERTIFICATES, position)
        assert sorted(zip(found["cell"], found["number"], strict=True)) == sorted(rows)
        assert held.take(CERTIFICATES, position) == {}
    assert not list(folder.iterdir())


@pytest.mark.parametrize(("room", "files"), [(0, 2), (1_000_000, 0)])
def test_rows_wait_in_files_where_there_is_no_room(tmp_path: Path, room: int, files: int) -> None:
    added(Rows(SCHEME, memory(tmp_path, room)), [[QMS << 4, EMS << 4]])
    assert len(list(tmp_path.iterdir())) == files


def test_the_cells_of_a_total_are_those_below_it_and_come_after_them(tmp_path: Path) -> None:
    held = Rows(SCHEME, memory(tmp_path, 0))
    added(held, [[(QMS << 4) + 1, (QMS << 4) + 2, (EMS << 4) + 2]])
    cells = held.cells()
    assert list(cells) == [EMS, QMS, MS, 0]  # the smaller scheme first
    assert cells[MS].tolist() == [(MS << 4) + 1, (MS << 4) + 2]
    assert cells[0].tolist() == [1, 2]


@pytest.mark.parametrize(("room", "in_file"), [(100, True), (1_000_000, False)])
def test_large_arrays_lie_in_a_file_that_leaves_nothing(
    tmp_path: Path, room: int, in_file: bool
) -> None:
    numbers = memory(tmp_path, room).zeros((2, 30, 4))
    assert isinstance(numbers.base, np.memmap) is in_file
    assert not numbers.any()
    numbers += 1
    assert numbers.sum() == 240
    assert not list(tmp_path.iterdir())
