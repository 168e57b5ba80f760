"""Help and usage errors in the reader's language: what Typer says, and what our verbs say.

A verb's own texts hold both languages, the Chinese first: `中文 · English`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from indicators.wording import Wording, sentence

Force = Annotated[
    bool, typer.Option("--force", help="覆盖已有的文件 · write over a file that is there")
]
# As Typer writes them; the names stand for what it fills in.
_SENTENCES = [
    sentence("No such command {name}. Did you mean {names}?"),
    sentence("No such command {name}."),
    sentence("No such option: {name} (Possible options: {names})"),
    sentence("No such option: {name} Did you mean {names}?"),
    sentence("No such option: {name}"),
    sentence("Missing argument {name}."),
    sentence("Missing option {name}."),
    sentence("Missing command."),
    sentence("Invalid value for {name} (env var: {variable}): {reason}"),
    sentence("Invalid value for {name}: {reason}"),
    sentence("Invalid value: {reason}"),
    sentence("file {name} does not exist."),
    sentence("path {name} does not exist."),
    sentence("file {name} is a directory."),
    sentence("path {name} is a directory."),
    sentence("folder {name} does not exist."),
    sentence("write why, in a few words."),
    sentence("file {name} is not readable."),
    sentence("path {name} is not readable."),
    sentence("Input should be a valid integer, unable to parse string as an integer"),
    sentence("Input should be a valid number, unable to parse string as a number"),
    sentence("Input should be greater than or equal to {number}"),
    sentence("Input should be {names}"),
    sentence("Value error, {name} is not one of {names}."),
    sentence("Value error, {name} does not match the formats {names}."),
    sentence("Option {name} requires an argument."),
    sentence("Option {name} does not take a value."),
    sentence("Got unexpected extra argument(s) ({names})"),
    sentence("Got unexpected extra argument(s) {names}"),
]
_PATTERNS = [
    (text, re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(text)), re.DOTALL))
    for text in _SENTENCES
]
_HALVES = re.compile(r"\s*·\s+(?=[A-Za-z])")  # between the Chinese and the English of a text


def translated(said: str, words: Wording) -> str:
    """Return a sentence of Typer in the language; one that is not known stands as it is."""
    for text, pattern in _PATTERNS:
        if match := pattern.fullmatch(said):
            values = match.groupdict()
            if "reason" in values:
                values["reason"] = translated(values["reason"], words)
            return words(text, **values)
    return said


def in_a_folder(path: Path | None) -> Path | None:
    """Return the path of a file to write; its folder must be there before the work begins."""
    if path is not None and not path.parent.is_dir():
        raise typer.BadParameter(f"folder '{path.parent}' does not exist.")
    return path


def spoken(reason: str | None) -> str | None:
    """Return a reason that was given; a blank one is none."""
    if reason is not None and not reason.strip():
        raise typer.BadParameter("write why, in a few words.")
    return reason


def half(text: str | None, words: Wording) -> str | None:
    """Return the reader's half of a text in both languages, all of a text in none."""
    if text is None:
        return None
    halves = _HALVES.split(text.strip(), maxsplit=1)
    return halves[0] if words.language == "zh" else halves[-1]


def _name_panels(words: Wording) -> None:
    from typer import rich_utils  # slow to load, and only help is drawn by it

    rich_utils.ARGUMENTS_PANEL_TITLE = words("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = words("Options")
    rich_utils.COMMANDS_PANEL_TITLE = words("Commands")
    rich_utils.DEFAULT_STRING = words("[default: {}]")
    rich_utils.ENVVAR_STRING = words("[env var: {}]")
    rich_utils.REQUIRED_LONG_STRING = words("[required]")


def speak(command: Any, words: Wording) -> None:
    """Let a command, and all below it, speak one language in their help."""
    command.words = words
    command.options_metavar = words("[OPTIONS]")
    for part in (command, *command.params):
        whole = getattr(part, "both", None) or part.help
        part.both, part.help = whole, half(whole, words)
    for part in command.params:
        part.process_value = _checking(part)
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = words("COMMAND [ARGS]...")
        for below in command.commands.values():
            speak(below, words)


def _checking(part: Any) -> Callable[[Any, Any], Any]:
    """Return what checks the value of a parameter: a default that is not required needs none.

    Typer asks Pydantic, which takes longer to load than most commands that need no value.
    """
    check: Callable[[Any, Any], Any] = part.process_value

    def process(context: Any, value: Any) -> Any:
        source = context.get_parameter_source(part.name)
        checked = part.required or source.name != "DEFAULT"
        return check(context, value) if checked else value

    return process


class Spoken(TyperCommand if TYPE_CHECKING else object):  # type: ignore[misc]
    """Adds to a command, or a group of them, help in one language."""

    words = Wording()

    def get_usage(self, ctx: Any) -> str:
        """Return how it is called."""
        return usage_line(super().get_usage(ctx), self.words)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        _name_panels(self.words)
        super().format_help(ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option that shows this help."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = self.words("Show this help and exit.")
            option.process_value = _checking(option)
        return option


class SpokenCommand(Spoken, TyperCommand):
    """A command whose help is in one language."""


class SpokenGroup(Spoken, TyperGroup):
    """A group of commands whose help is in one language."""


def usage_line(usage: str, words: Wording) -> str:
    """Return Typer's line of usage with its first word in the language."""
    return usage.replace("Usage: ", words("Usage: "), 1)
