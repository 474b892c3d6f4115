"""消息目录：源码里每一句都有英文，click 的每一句都有中文，占位符一致，没有多余的句子，能编译成 .mo。"""

from __future__ import annotations

import ast
import gettext
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CJK = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
PERCENT = re.compile(r"%\(\w+\)[a-z]")

# English translations that quote Chinese on purpose. Nothing is quoted that the Chinese sentence does not have.
QUOTES = {
    "about 只能写 true；没有“左右”就不写": "the word of the source text that about stands for",
    "target 有 about，而引文“{words}”旁没有“左右”；请改正": "the word of the source text that about stands for",
    "引文没有“左右”": "the word of the source text that about stands for",
    "“左右”按 ±{percent}% 掌握（参数）": "the word of the source text that the tolerance is for",
    "“左右”按 ±{percent}% 掌握（参数），实际比较的界限：{limits}": "the word of the source text that the tolerance is for",
    "条款号用全角括号、不含空格，如 二（一）7": "a clause is written as the document prints it",
}


def script(path: Path) -> ModuleType:
    found = importlib.util.spec_from_file_location(path.stem, path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


CATALOGUE = script(ROOT / ".ci" / "catalogue.py")


def read(path: Path, locale: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


ENGLISH = read(CATALOGUE.ENGLISH, "en")
CLICK = read(CATALOGUE.CLICK, "zh")
SENTENCES = sorted({text if isinstance(text, str) else text[0] for text in CATALOGUE.sentences()})


def placeholders(sentence: str) -> list[str]:
    """What is filled in: ``{name}`` with its conversion and format, ``%(name)s``. An example in braces counts by its first word."""
    fields = (
        f"{name}!{conversion}" if conversion else name
        for _text, name, _format, conversion in Formatter().parse(sentence)
        if name is not None
    )
    return sorted([*fields, *PERCENT.findall(sentence)])


def messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _own(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def translated() -> Iterator[tuple[str, str]]:
    """Each sentence with each of its translations: those with a number have several."""
    for message in messages(ENGLISH):
        for text in message.string if message.pluralizable else (message.string,):
            yield _own(message), str(text)


def marked() -> Iterator[tuple[str, ast.expr]]:
    """Every argument of ``_`` and ``mark`` in the sources, with its place, also inside f-strings."""
    for path in sorted(CATALOGUE.SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {**CATALOGUE.KEYWORDS, **CATALOGUE.COUNTED}
            ):
                yield f"{path.relative_to(CATALOGUE.SOURCES)}:{node.lineno}", node.args[0]


def test_every_sentence_has_a_translation() -> None:
    lacking = {sentence for sentence, english in translated() if not english}
    assert not lacking | set(SENTENCES) - {sentence for sentence, _english in translated()}, (
        "run .ci/catalogue.py and fill in what is empty"
    )


def test_no_translation_is_superfluous() -> None:
    assert sorted({_own(message) for message in messages(ENGLISH)} - set(SENTENCES)) == []


def test_translations_fill_in_the_same() -> None:
    assert [pair for pair in translated() if placeholders(pair[0]) != placeholders(pair[1])] == []


def test_no_sentence_hides_from_the_catalogue() -> None:
    """Babel does not look inside f-strings, and what is put together cannot be looked up."""
    hidden = [
        (place, ast.unparse(node))
        for place, node in marked()
        if isinstance(node, ast.JoinedStr | ast.BinOp)
        or (isinstance(node, ast.Constant) and node.value not in SENTENCES)
    ]
    assert hidden == []


def test_english_is_english() -> None:
    for sentence, english in translated():
        quoted = CJK.findall(english)
        assert not quoted or sentence in QUOTES, english
        assert all(words in sentence for words in quoted), english


def test_every_exception_still_quotes_chinese() -> None:
    quoting = {sentence for sentence, english in translated() if CJK.search(english)}
    assert sorted(set(QUOTES) - quoting) == []


def test_marks_between_words_are_those_of_english() -> None:
    """What begins with a Chinese mark is glued to a word before it; English sets a space beside the mark."""
    for sentence, english in translated():
        if sentence[0] in "；，、" and sentence[1:2] not in ("", "且"):
            assert english.startswith(("; ", ", ", " (")), english
        assert "  " not in english.lstrip(), english


def test_click_speaks_chinese() -> None:
    for wanted in CATALOGUE.click_sentences():
        singular = wanted if isinstance(wanted, str) else wanted[0]
        message = CLICK.get(singular)
        assert message is not None, f"{singular}: run .ci/catalogue.py"
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        assert len(strings) == (1 if isinstance(wanted, str) else CLICK.num_plurals)
        assert all(strings), f"{singular}: not translated"


def test_click_fills_in_what_it_has() -> None:
    """Chinese has one form; it may use what either English form is given."""
    for message in messages(CLICK):
        forms = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        given = [set(placeholders(form)) for form in forms]
        for string in strings:
            assert set(placeholders(string)) <= set.union(*given), string
            assert any(set(placeholders(string)) == one for one in given) or len(forms) > 1, string


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    """The catalogues as ``python src/build_backend.py`` compiles them, in a copy: other tests read those of the tree."""
    source = tmp_path / "src"
    for catalogue in (CATALOGUE.ENGLISH, CATALOGUE.CLICK):
        copy = source / catalogue.relative_to(ROOT / "src")
        copy.parent.mkdir(parents=True)
        shutil.copy(catalogue, copy)
    shutil.copy(ROOT / "src" / "build_backend.py", source)
    said = subprocess.run(
        [sys.executable, "-I", "build_backend.py"], cwd=source, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    locale = source / "gradeeval" / "locale"
    assert [Path(line) for line in said] == sorted(locale.glob("*/LC_MESSAGES/*.mo"))
    return locale


def test_the_build_compiles_them(compiled: Path) -> None:
    english = gettext.translation("gradeeval", compiled, languages=["en"])
    for message in messages(ENGLISH):
        if message.pluralizable:
            assert tuple(english.ngettext(*message.id, count) for count in (1, 2)) == message.string
        else:
            assert english.gettext(_own(message)) == message.string
    click = gettext.translation("click", compiled, languages=["zh"])
    assert click.gettext("Show this message and exit.") == "显示本帮助后退出"
    assert "多余" in click.ngettext(
        "Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", 2
    )


def test_the_tree_has_what_the_build_compiles(compiled: Path) -> None:
    """An installation with ``-e`` reads the ``.mo`` of the tree: it must be no older than its ``.po``."""
    for fresh in compiled.glob("*/LC_MESSAGES/*.mo"):
        tree = CATALOGUE.LOCALE / fresh.relative_to(compiled)
        if not tree.is_file():
            pytest.skip(f"{tree.name} is not compiled here: pip install -e, or python src/build_backend.py")
        assert tree.read_bytes() == fresh.read_bytes(), "run python src/build_backend.py"
