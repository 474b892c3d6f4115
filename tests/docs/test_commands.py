"""Each command, each option of ``check`` and each exit code is in docs/commands.md and in the help, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module

import click
import pytest
from tests.docs.markdown import READMES, ROOT

from gradeeval import messages
from gradeeval.cli import main
from gradeeval.cli.main import COMMANDS, run

PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
CHINESE = re.compile("[\u4e00-\u9fff]")


def command(name: str) -> click.Command:
    found: click.Command = import_module(COMMANDS[name][0]).command
    return found


def every() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each command and subcommand with the words that call it."""
    for name in COMMANDS:
        found = command(name)
        yield (name,), found
        if isinstance(found, click.Group):
            yield from (((name, inner), sub) for inner, sub in found.commands.items())


ALL = dict(every())
OPTIONS = [
    (words, option) for words, found in ALL.items() for option in found.params if isinstance(option, click.Option)
]


def helped(words: tuple[str, ...], language: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert run([*words, "--help", "--lang", language]) == 0
    return capsys.readouterr().out


@pytest.fixture(autouse=True)
def _chinese_afterwards() -> Iterator[None]:
    yield
    messages.use("zh")


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_a_command_is_documented(words: tuple[str, ...]) -> None:
    called = " ".join(words)
    assert re.search(rf"`(gradeeval )?{called}[ `]", PAGE) or (len(words) == 1 and f"`gradeeval {called} " in PAGE)


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_a_command_has_help_in_both_languages(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    chinese, english = helped(words, "zh", capsys), helped(words, "en", capsys)
    assert f"gradeeval {' '.join(words)}" in chinese
    assert CHINESE.search(chinese)
    assert "Usage" in english
    said = [line for line in english.splitlines() if CHINESE.search(line)]
    assert said == [], "no English in the catalogue for these"


@pytest.mark.parametrize(
    ("words", "option"), OPTIONS, ids=lambda item: item.name if isinstance(item, click.Option) else " ".join(item)
)
def test_an_option_has_help(words: tuple[str, ...], option: click.Option) -> None:
    assert option.help


def test_every_option_of_check_is_documented() -> None:
    section = PAGE.partition("## check 的选项")[2].partition("\n## ")[0]
    options = [
        option for option in command("check").params if isinstance(option, click.Option) and option.name != "lang"
    ]
    for option in options:
        assert any(f"`{name}" in section for name in option.opts), option.opts
    for option in options:
        if isinstance(option.type, click.Choice) and option.name in ("fail_on", "engine"):
            assert all(choice in section for choice in option.type.choices), option.name
    documented = set(re.findall(r"`(--?[a-z-]+)", section))
    assert documented <= {name for option in options for name in option.opts}


def test_the_table_names_no_command_that_does_not_exist() -> None:
    table = PAGE.partition("\n| 命令 |")[2].partition("\n## ")[0]
    assert set(re.findall(r"`gradeeval ([a-z-]+)", table)) == set(COMMANDS)


def test_the_exit_codes_are_those_of_the_program() -> None:
    section = PAGE.partition("## 退出码")[2].partition("\n## ")[0]
    documented = {int(code) for code in re.findall(r"(?:^|· )(\d+) ", section, re.MULTILINE)}
    named = {main.INTERNAL, main.INTERRUPTED, main.USAGE, main.INVALID}
    assert documented == {0, 1, 4, 5, 6, *named}
    assert "70、130、2、3、5、6、1、4" in section


def test_the_readmes_name_only_commands_that_exist() -> None:
    for path in READMES:
        for name in re.findall(r"`gradeeval ([a-z-]+)", path.read_text(encoding="utf-8")):
            assert name in COMMANDS


def test_the_environment_variables_are_documented() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    for name in sorted(set(re.findall(r"\bGRADEEVAL_[A-Z_]+[A-Z]\b", sources))):
        assert f"`{name}" in PAGE, name
    assert "`NO_COLOR`" in PAGE
