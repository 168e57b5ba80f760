"""What every verb hangs on: the command line itself, and the language it speaks."""

from __future__ import annotations

from typing import Annotated

import typer

from etl.screen import screen
from indicators.wording import Wording

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def settings(
    language: Annotated[str, typer.Option(help="zh / en", envvar="ETL_LANGUAGE")] = "zh",
) -> None:
    """质量治理看板的数据维护命令 · Data maintenance for the quality-governance dashboard."""
    screen.words = Wording("en" if language == "en" else "zh")
