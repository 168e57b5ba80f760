"""On Windows POSIX is lacking, `os.kill(process, 0)` ends a process, and open files stay."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import mypy
import pytest

from tests.as_on_windows import ALONE
from tests.test_house import ROOT, ours

STUBS = Path(mypy.__file__).parent / "typeshed" / "stdlib"
PLACES = {"os": "os/__init__.pyi", "signal": "signal.pyi", "time": "time.pyi"}
ELSEWHERE = ("sys.platform != 'win32'", "sys.platform == 'linux'", "sys.platform == 'darwin'")


def declared(body: Iterable[ast.stmt], on_windows: bool = True) -> Iterator[tuple[str, bool]]:
    """Yield the names that a stub declares, and whether Windows has them."""
    for node in body:
        if isinstance(node, ast.If):
            says = ast.unparse(node.test)
            yield from declared(node.body, on_windows and not any(e in says for e in ELSEWHERE))
            yield from declared(node.orelse, on_windows and says != "sys.platform == 'win32'")
        elif isinstance(node, ast.ClassDef):
            yield from declared(node.body, on_windows)
        elif isinstance(node, ast.FunctionDef):
            yield node.name, on_windows
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, on_windows
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, on_windows) for alias in node.names)


@cache
def lacking(module: str) -> set[str]:
    """Return the names of a module that Windows lacks, and `os.kill`, which does another thing."""
    stub = ast.parse((STUBS / PLACES[module]).read_text(encoding="utf-8"))
    names = set(declared(stub.body))
    found = {name for name, on_windows in names if not on_windows and (name, True) not in names}
    return found | ({"kill"} if module == "os" else set())


def posix_alone(source: str) -> list[str]:
    """Return what a source text needs of POSIX, unless it asks first whether that is there."""
    tree = ast.parse(source)
    guarded = {
        id(node)
        for choice in ast.walk(tree)
        if isinstance(choice, ast.If | ast.IfExp)
        and ("hasattr(" in (test := ast.unparse(choice.test)) or "sys.platform" in test)
        for node in ast.walk(choice)
    }
    found = []
    for node in (node for node in ast.walk(tree) if id(node) not in guarded):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in ALONE]
        elif isinstance(node, ast.ImportFrom):
            names = lacking(node.module) if node.module in PLACES else set()
            found += [node.module] if node.module in ALONE else []
            found += [alias.name for alias in node.names if alias.name in names]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = node.value.id
            if module in PLACES and node.attr in lacking(module):
                found.append(f"{module}.{node.attr}")
    return found


@pytest.mark.parametrize("path", ours())
def test_nothing_needs_what_posix_alone_has(path: str) -> None:
    assert posix_alone((ROOT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        "import fcntl",
        "from pwd import getpwuid",
        "import os\nos.open('x', os.O_RDONLY | os.O_DIRECTORY)",
        "from os import geteuid",
        "import os\nos.kill(1, 0)",
        "import os\nos.fork()",
        "import signal\nsignal.SIGKILL",
        "import time\ntime.tzset()",
    ],
)
def test_a_planted_need_of_posix_is_found(planted: str) -> None:
    assert posix_alone(planted)


def test_what_windows_has_too_is_left_alone() -> None:
    ask_first = "import os, sys\nif hasattr(os, 'nice'):\n    os.nice(10)\n"
    assert posix_alone(ask_first) == []
    assert posix_alone("import os, signal\nos.getpid()\nos.O_RDONLY\nsignal.SIGINT") == []


def texts_of_a_guessed_encoding(source: str) -> list[int]:
    """Return the lines where a text file is read or written in the encoding of the machine."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or any(word.arg == "encoding" for word in node.keywords):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if called in ("read_text", "write_text") or ast.unparse(node.func) == "open":
            found.append(node.lineno)
    return found


@pytest.mark.parametrize("path", ours())
def test_every_text_says_its_encoding(path: str) -> None:
    # On Windows in Chinese it would be GBK.
    assert texts_of_a_guessed_encoding((ROOT / path).read_text(encoding="utf-8")) == []


def test_a_planted_text_of_a_guessed_encoding_is_found() -> None:
    assert texts_of_a_guessed_encoding("path.read_text()\nopen('x')\npath.write_text('y')")


PUBLISHED = """
import os, sys
from tests.as_on_windows import refuse

refuse()
from pathlib import Path
from etl.account import account
from etl.publish.backup import back_up
from etl.publish.lock import abandoned
from indicators.exports.workshop import _discard
from indicators.scratch import scratch
from indicators.store.database import open_database
from tests.conftest import WORLD, publish_rows

folder = Path(sys.argv[1])
engine = open_database(f"sqlite:///{folder / 'figures.sqlite'}")
assert account()
assert publish_rows(engine, WORLD) == 1
assert publish_rows(engine, WORLD[:4]) == 2
assert abandoned(engine) is None
back_up(engine, folder / "backup.sqlite")
back_up(engine, folder / "backup.sqlite")

with scratch() as left:
    held = (left / "figures").open("w")
assert left.exists()
_discard(left / "figures")
held.close()
with scratch():
    assert not left.exists()
assert not list(folder.glob("temporary/*"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux which files are open")
def test_figures_are_published_where_posix_is_not(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", PUBLISHED, str(tmp_path)],
        cwd=ROOT,
        env={"TMPDIR": str(tmp_path / "temporary"), "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
