"""Targets: the register checked, a planner's own series judged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from etl.commands.app import app
from etl.screen import screen
from indicators import catalogue

targets = typer.Typer(no_args_is_help=True, help="目标登记册 · The target register")
app.add_typer(targets, name="targets")


@targets.command("check")
def check_targets() -> None:
    """检查 data/catalogue/targets 中的全部目标 · Check every file of the register."""
    from etl.targets import register

    words = screen.words
    with screen.explained():
        read = register(catalogue.load())
    screen.say(words(
        "{targets} targets in {documents} documents: no mistake found",
        targets=len(read.target), documents=len(read.document),
    ))  # fmt: skip


@app.command()
def judge(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV / XLSX")],
) -> None:
    """判定自备的序列与目标 · Judge a planner's own series and targets."""
    from etl.judging import judged, write_verdicts
    from indicators.progress import SYMBOLS, VerdictClass, said

    words = screen.words
    with screen.explained():
        verdicts = judged(file)
        written = write_verdicts(file, verdicts, words)
    shown = pd.DataFrame({
        words("Series"): verdicts["series"],
        words("Latest"): [words.number(value) for value in verdicts["latest_value"]],
        words("Target"): [words.number(value) for value in verdicts["target_value"]],
        words("Verdict"): [
            f"{SYMBOLS[VerdictClass(verdict)]} {said(verdict, reason, words)}"
            for verdict, reason in zip(verdicts["verdict"], verdicts["reason"], strict=True)
        ],
    })  # fmt: skip
    screen.table(shown, words("Verdicts"))
    screen.say(words("Written to {file}", file=written.name))
