"""Files of one's own: an empty workbook to fill in, a declaration proposed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from etl.commands.app import Force, app
from etl.commands.screen import screen
from indicators import catalogue


@app.command()
def template(
    indicators: Annotated[list[str], typer.Argument(help="指标代码 · keys of the catalogue")],
    out: Annotated[Path, typer.Option("-o", "--out", help=".xlsx")],
    force: Force = False,
) -> None:
    """生成自带说明的空白工作簿 · Write an empty workbook that explains itself."""
    from etl.figures.template import template as empty_workbook

    words, known = screen.words, catalogue.load()
    unknown = [key for key in indicators if key not in known.indicators]
    if unknown:
        screen.fail(words(
            "There is no indicator {names}. The keys are: {keys}",
            names=words.listed(unknown), keys=" ".join(known.indicators),
        ))  # fmt: skip
    screen.check_free([out], force=force)
    out.write_bytes(empty_workbook(indicators, known, words))
    screen.say(words("Written to {file}", file=str(out)))


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="存为声明文件 · save the declaration there")
    ] = None,
    force: Force = False,
) -> None:
    """由文件本身提出声明，并说明把握程度 · Propose a file's declaration, and say how sure it is."""
    from etl.figures.proposal import propose

    words = screen.words
    if out is not None:
        if out.exists() and out.samefile(file):
            screen.fail(words("{file} is what is looked at, and is never written over. Choose "
                              "another name with -o.", file=str(out)))  # fmt: skip
        screen.check_free([out], force=force)
    proposal = propose(file, catalogue.load())
    text = proposal.yaml(words)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    screen.console.print(text, markup=False, highlight=False)
    if out is not None:
        screen.say(words("Written to {file}", file=str(out)))
