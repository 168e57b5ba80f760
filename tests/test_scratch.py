"""What a run needs on disk meanwhile goes with it, or with the next one where it was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from etl.publish.moves import between
from indicators.scratch import PREFIX, scratch

PUBLISHER = """
import sys
from etl.publish.moves import between
with between([], []):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that takes the place of the system's for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def folders(places: Path) -> set[Path]:
    return {path for path in places.iterdir() if path.is_dir()}


def publisher(places: Path) -> subprocess.Popen[str]:
    """Return a publisher whose figures meet the public ones just now."""
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(places)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_folder_goes_with_what_needed_it(places: Path) -> None:
    with scratch() as folder:
        (folder / "figures").write_text("1")
        assert folders(places) == {folder}
    assert not list(places.iterdir())


def test_what_a_killed_publisher_left_behind_the_next_clears(places: Path) -> None:
    with publisher(places) as process:
        process.kill()
    [left] = folders(places)
    assert any(left.iterdir())
    with between([], []):
        [ours] = folders(places)
        assert ours != left
    assert not list(places.iterdir())


def test_what_another_publisher_needs_stays(places: Path) -> None:
    with publisher(places) as process:
        [theirs] = folders(places)
        with scratch() as ours:
            assert folders(places) == {theirs, ours}
        assert any(theirs.iterdir())
        process.communicate()
    assert not list(places.iterdir())


def test_what_is_no_folder_of_ours_stays(places: Path) -> None:
    (places / "elsewhere").mkdir()
    (places / f"{PREFIX}link").symlink_to(places / "elsewhere")
    (places / f"{PREFIX}file").touch()
    (places / f"{PREFIX}older").mkdir()  # which an older build holds in its own way
    for name in ("link", "file"):
        (places / f"{PREFIX}{name}.lock").touch()
    before = set(places.iterdir())
    with scratch():
        pass
    assert set(places.iterdir()) == before
