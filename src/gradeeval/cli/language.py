"""Which language a run speaks: ``--lang`` anywhere on the line, ``GRADEEVAL_LANG``, the configuration, else Chinese."""

from __future__ import annotations

import os
from collections.abc import Sequence
from copy import copy

import click

from gradeeval.cli.configuration import configuration
from gradeeval.errors import Misuse
from gradeeval.messages import CATALOGUES, LANGUAGES, _


def chosen_language(arguments: Sequence[str]) -> str:
    """The language asked for, before anything is parsed, so that errors of parsing speak it too."""
    for index, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return _known(argument.removeprefix("--lang="))
        if argument == "--lang" and index + 1 < len(arguments):
            return _known(arguments[index + 1])
    return _known(os.environ.get("GRADEEVAL_LANG") or _configured())


def spoken(command: click.Command) -> click.Command:
    """The command with its help in the language in use; commands are declared with sentences yet to be translated."""
    said = copy(command)
    said.help = _(command.help) if command.help else command.help
    said.params = [_spoken(parameter) for parameter in command.params]
    if isinstance(said, click.Group):
        said.commands = {name: spoken(inner) for name, inner in said.commands.items()}
    return said


def speak_click(language: str) -> None:
    """Gives click's own sentences a catalogue; English is what they are written in."""
    import gettext

    if language == "en":
        gettext.textdomain("messages")
        return
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain("click", str(CATALOGUES))
    gettext.textdomain("click")


def _spoken(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Option) or not parameter.help:
        return parameter
    said = copy(parameter)
    said.help = _(parameter.help)
    return said


def _configured() -> str:
    try:
        return str(configuration()[1].get("lang", ""))
    except Misuse:  # told when the command reads its settings
        return ""


def _known(language: str) -> str:
    return language if language in LANGUAGES else LANGUAGES[0]
