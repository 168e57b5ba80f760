"""What is named on a command, packages among it, as files that each have their declaration.

A declaration beside a package (`package.zip.yaml`), or in it beside one of its tables
(`data.csv.yaml`), says what the descriptor does not, and goes before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from etl.figures.declaration import beside
from etl.figures.grammar import merged, said_in
from etl.files.checksums import sha256
from etl.files.listing import Listing
from etl.files.table import SUFFIXES, TEXT_FILES
from etl.open_data import made_up, own_release
from etl.open_data.contents import Contents, opened_package
from etl.open_data.described import (
    OUR_FLOW,
    Described,
    described,
    descriptor_of,
    is_sdmx,
    of_sdmx,
)
from indicators.exports.open_data.sdmx import COLUMNS_OF
from indicators.findings import message

_NAME = re.compile(r"\w[^/\\:*?\"<>|\x00-\x1f]{0,120}")


def is_package(path: Path) -> bool:
    """Return whether a path is that of open data, which says itself what is in it."""
    if path.is_dir() or path.suffix.lower() in (".zip", ".json"):
        return True
    if path.suffix.lower() not in TEXT_FILES:
        return False
    with path.open("rb") as stream:
        return is_sdmx(stream.readline(1 << 16).decode("utf-8-sig", "replace"))


def taken(paths: Sequence[Path], engine: sa.Engine, folder: Path) -> list[Path]:
    """Return the files of figures that are named: of packages, their tables, put into `folder`.

    Of a package of our own what is public is left out, and maybe nothing stays. Raises
    `FindingsError`.
    """
    files = []
    for number, path in enumerate(paths):
        if not is_package(path):
            files.append(path)
            continue
        place = folder / str(number)
        place.mkdir()
        files += _Package(path, place).files(engine)
    return files


def demonstration(path: Path, folder: Path) -> dict[str, Path] | None:
    """Return the tables of a package of demonstration figures, None for all else."""
    return _Package(path, folder).of_demonstration() if is_package(path) else None


class _Package:
    """One package, the tables of which come into a folder."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path, self.folder = path, folder
        self.listing = Listing(path.name)

    def _tables(self, contents: Contents) -> list[Described]:
        if self.path.is_dir() or self.path.suffix.lower() == ".zip":
            descriptor = descriptor_of(contents, self.listing)
        elif self.path.suffix.lower() == ".json":
            descriptor = self.path.name
        else:
            return [of_sdmx(self.path.name, contents)]
        return described(descriptor, contents, self.listing)

    def of_demonstration(self) -> dict[str, Path] | None:
        with opened_package(self.path, self.listing) as contents:
            mark = f"{own_release.MADE_UP}-"
            ours = {
                each.file.rpartition("/")[2].removesuffix(".csv").removeprefix(mark): each
                for each in self._tables(contents)
                if each.ours and each.file.rpartition("/")[2].startswith(mark)
            }
            if not ours:
                return None
            files = {name: self.folder / f"{mark}{name}.csv" for name in made_up.TABLES}
            for name, to in files.items():
                if name not in ours:
                    self.listing.stop(
                        " ".join(ours),
                        message("the table {name}", name=name),
                        message("the package is damaged: copy it anew"),
                    )
                self._copy(ours[name], contents, to)
        return files

    def files(self, engine: sa.Engine) -> list[Path]:
        with opened_package(self.path, self.listing) as contents:
            tables = self._tables(contents)
            if own := [each for each in tables if each.ours or self._is_our_flow(each, contents)]:
                return self._own(own, contents, engine)
            said = {each.file: self._said(each, contents, len(tables)) for each in tables}
            of_figures = [each for each in tables if _holds_figures(each, said[each.file])]
            if not of_figures:
                self.listing.stop(
                    " | ".join(name for each in tables for name in each.headings),
                    message("a table whose columns are declared: region, period, value"),
                    message("write a declaration beside it: {file}", file=beside(self.path).name),
                )
            return [self._put(each, said[each.file], contents) for each in of_figures]

    def _is_our_flow(self, table: Described, contents: Contents) -> bool:
        if "STRUCTURE_ID" not in table.headings:
            return False
        with contents.opened(table.file) as stream:
            stream.readline(1 << 16)
            return OUR_FLOW.search(stream.readline(1 << 16).decode("utf-8", "replace")) is not None

    def _said(self, table: Described, contents: Contents, number: int) -> dict[str, Any]:
        """Return what is declared of a table beside the package, or beside the table in it."""
        place = self.folder / "said.yaml"
        inside = f"{table.file}.yaml"
        if inside in contents.names:
            contents.copy(inside, place)
            return said_in(place, inside)
        outer = beside(self.path)
        return said_in(outer, outer.name) if number == 1 and outer.exists() else {}

    def _own(self, tables: list[Described], contents: Contents, engine: sa.Engine) -> list[Path]:
        """Return a file of what is not public yet of a package of our own."""
        named = {each.file.rpartition("/")[2].removesuffix(".csv"): each for each in tables}
        figures = named.get("observations", tables[0])
        whole = self.folder / "figures.csv"
        self._copy(figures, contents, whole)
        columns = {name: name for name in (*own_release.COLUMNS, "source", "citation")}
        cited = None
        if "STRUCTURE_ID" in figures.headings:
            columns = {ours: theirs for theirs, ours in COLUMNS_OF.items() if ours in columns}
        if "citations" in named:
            cited = self.folder / "citations.csv"
            self._copy(named["citations"], contents, cited)
        out = self.folder / f"{figures.ours or self.path.stem}.csv"
        declared = own_release.unpublished(engine, whole, columns, cited, out, self.listing)
        if declared is None:
            return []
        outer = beside(self.path)
        said = said_in(outer, outer.name) if outer.exists() else {}
        return [_declared(out, merged(declared, said))]

    def _put(self, table: Described, said: Mapping[str, Any], contents: Contents) -> Path:
        """Return a table as a file of figures, with what is declared of it beside."""
        name = table.file.rpartition("/")[2]
        if not _NAME.fullmatch(name) or Path(name).suffix.lower() not in SUFFIXES:
            self.listing.stop(
                name,
                message("one of {kinds}", kinds=", ".join(SUFFIXES)),
                message("save the table again in one of these formats"),
            )
        out = self.folder / name
        self._copy(table, contents, out)
        return _declared(out, _together(table, said))

    def _copy(self, table: Described, contents: Contents, to: Path) -> None:
        contents.copy(table.file, to)
        if table.sha256 and sha256(to) != table.sha256:
            self.listing.stop(
                table.file,
                message("the checksum {sum} of its descriptor", sum=table.sha256[:12]),
                message("the file is another than was packed: copy the package anew"),
            )


def _holds_figures(table: Described, said: Mapping[str, Any]) -> bool:
    columns = table.declared.get("columns", {})
    return bool(said) or {"value", "period"} <= set(columns)


def _together(table: Described, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what descriptor and declaration say of a table; what neither reads is ignored."""
    if not all(isinstance(said.get(key, {}), dict) for key in ("columns", "fixed")):
        return dict(said)  # the grammar tells what is wrong with it
    elsewhere = {*said.get("fixed", {}), *said.get("across", []), said.get("across_sheets")}
    declared = dict(table.declared)
    declared["columns"] = {
        key: name for key, name in declared["columns"].items() if key not in elsewhere
    }
    if "unit" in said:
        declared["columns"].pop("unit", None)
    whole: dict[str, Any] = merged(declared, said)
    if whole.get("layout", "long") == "long":
        rules = [rule for rule in whole.get("leave_out", []) if isinstance(rule, dict)]
        read = {*whole["columns"].values(), *(rule.get("column") for rule in rules)}
        whole["ignore"] = [name for name in table.headings if name and name not in read]
    return whole


def _declared(file: Path, content: Mapping[str, Any]) -> Path:
    """Return the file, with what is declared of it beside it."""
    text = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False)
    beside(file).write_text(text, encoding="utf-8")
    return file
