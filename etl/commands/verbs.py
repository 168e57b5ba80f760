"""What every verb hangs on: the command line itself, its language and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.exceptions import TyperException

from etl.commands.screen import Outcome, make_legible, screen
from etl.commands.usage import SpokenCommand, SpokenGroup, speak, translated, usage_line
from indicators.settings import ETL_LANGUAGE, SettingError, program_version, wrong_settings
from indicators.wording import Language, Wording

if TYPE_CHECKING:
    from indicators.findings import Finding


def catalogue_findings() -> list[Finding]:
    """Return what is wrong with the catalogue; files found to be right are not looked at again."""
    from etl.files import checksums

    right = checksums.right()
    if right is not None and right.exists():
        return []
    from etl import meaning

    findings = meaning.findings()
    if right is not None and not findings:
        with suppress(OSError):
            right.parent.mkdir(parents=True, exist_ok=True)
            right.touch()
    return findings


class Verb(SpokenCommand):
    """A command: the catalogue must be right before it begins, and faults are put into words."""

    def invoke(self, ctx: Any) -> Any:
        """Look at the catalogue, then run; answer in JSON where that was asked for."""
        with screen.answering(str(ctx.info_name), as_json=bool(ctx.params.get("as_json"))):
            self.prepare(ctx)
            return super().invoke(ctx)

    def prepare(self, ctx: Any) -> None:
        """End where settings or the catalogue are wrong, and where findings may not be written."""
        if (report := ctx.params.get("findings")) is not None:
            screen.check_report(report, ctx.params.get("files") or [])
        if wrong := wrong_settings():
            raise SettingError(wrong)
        if findings := catalogue_findings():
            if report is not None:
                from etl.reporting import write_findings

                write_findings(findings, report, screen.words)
            screen.findings(findings)
            screen.fail(
                "The catalogue has mistakes, so nothing else was looked at. Correct them and "
                "run the command again.",
                Outcome.FINDINGS,
            )


class Examining(Verb):
    """A command that looks at settings and the catalogue itself, and stops at neither."""

    def prepare(self, ctx: Any) -> None:
        """Leave it to the command."""


class Verbs(SpokenGroup):
    """A group of verbs: what it is called wrongly with is told in the reader's language."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line and end the process with an exit status of `Outcome`."""
        args = list(sys.argv[1:] if args is None else args)
        before, screen.words = screen.words, Wording(_language(args))
        speak(self, screen.words)
        try:
            status = super().main(args, prog_name, standalone_mode=False, **extra)
        except TyperException as error:
            self._tell(error, as_json="--json" in args)
            status = Outcome.USAGE
        except typer.Abort:
            status = 130  # as a shell says of what was interrupted
        finally:
            screen.words = before  # a language is one run's: a process may hold several
        if not standalone_mode:
            return status
        sys.exit(status if isinstance(status, int) else 0)

    @staticmethod
    def _tell(error: TyperException, *, as_json: bool) -> None:
        context, words = getattr(error, "ctx", None), screen.words
        lines = []
        if context is not None:
            lines.append(usage_line(context.get_usage(), Wording("en")))
            lines.append(words("More: {command}", command=f"{context.command_path} --help"))
        said = error.format_message()
        if said:  # none where a group is called without a command, which shows its help
            typer.echo("\n".join([*lines, translated(said, words)]), err=True)
        if as_json:
            command = "" if context is None else str(context.info_name)
            screen.answer(command, Outcome.USAGE, {"message": translated(said, words)})


class CommandLine(typer.Typer):
    """A Typer whose commands are verbs."""

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """Return the decorator that makes a function a verb."""
        return super().command(name, **{"cls": Verb} | settings)


app = CommandLine(
    cls=Verbs, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(program_version())
        raise typer.Exit


@app.callback()
def settings(
    language: Annotated[
        Literal["zh", "en"], typer.Option(help="语言 · language", envvar="ETL_LANGUAGE")
    ] = "zh",
    told: Annotated[
        bool,
        typer.Option(
            "--version", help="显示版本号 · tell the version", callback=_tell_version, is_eager=True
        ),
    ] = False,
) -> None:
    """质量治理看板的数据维护命令 · Data maintenance for the quality-governance dashboard."""
    screen.words = Wording(language)


def _language(args: Sequence[str]) -> Language:
    """Return the language asked for, before the command line is read."""
    asked = ETL_LANGUAGE.text
    for place, word in enumerate(args):
        if word == "--language":
            asked = args[place + 1] if place + 1 < len(args) else asked
        elif word.startswith("--language="):
            asked = word.partition("=")[2]
        elif not word.startswith("-"):
            break
    return "en" if asked == "en" else "zh"


def main(name: str | None = None) -> None:
    """Run the command line as the console script `name`, or as `python -m etl`."""
    make_legible(sys.stdout, sys.stderr)
    app(prog_name=name)
