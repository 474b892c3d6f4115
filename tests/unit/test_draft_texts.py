"""Documents of each kind are read as text; what is hostile, damaged or empty is refused with a sentence."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from tests.unit.portable import portable

from gradeeval.drafting.texts import opening, text
from gradeeval.drafting.texts.child import read
from gradeeval.drafting.texts.encodings import decoded
from gradeeval.drafting.texts.opening import open_document
from gradeeval.drafting.texts.text import Unreadable, cleaned
from gradeeval.errors import InvalidContent, MissingExtra, NotFound

WORDS = "一、总体要求\n到2025年，建成老年医院1所；二级以上医院比例达到85%。\n（一）优化资源配置。每个县（市、区）至少设置1所。\n"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def refusal(path: Path, encoding: str | None = None) -> str:
    with pytest.raises(InvalidContent) as refused:
        open_document(path, encoding)
    (problem,) = refused.value.problems
    assert problem.file == str(path)
    return problem.message


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def packed(raw: bytes, **parts: bytes) -> bytes:
    """A package with other or further parts; ``word__document`` is word/document.xml."""
    changed = {name.replace("__", "/") + ".xml": content for name, content in parts.items()}
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, content in changed.items():
            new.writestr(name, content)
    return stream.getvalue()


# -- text and its encoding ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8（按内容判定）"),
        ("utf-8-sig", "utf-8（按字节序标记）"),
        ("utf-16", "utf-16-le（按字节序标记）"),
        ("gbk", "gb18030（按内容判定"),
        ("gb18030", "gb18030（按内容判定"),
        ("big5", "big5（按内容判定"),
    ],
)
def test_the_encoding_is_found_out_and_told(encoding: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    words = WORDS.translate({ord("级"): "級", ord("县"): "縣"} if encoding == "big5" else {})
    path.write_bytes(words.encode(encoding, "ignore") * 3)
    found = open_document(path)
    assert "老年" in found.text
    assert found.text.splitlines()[0] == words.encode(encoding, "ignore").decode(encoding).splitlines()[0]
    assert told in found.notes[0]


def test_the_encoding_that_is_given_decides(tmp_path: Path) -> None:
    path = tmp_path / "a.TXT"
    path.write_bytes("甲".encode("gbk"))
    found = open_document(path, "gb2312")
    assert (found.text, found.notes) == ("甲\n", ("编码：gb2312（按 --encoding）",))
    assert "不是 utf-8 编码：第 1 个字节" in refusal(path, "utf-8")
    assert "没有名为 klingon 的文字编码" in refusal(path, "klingon")
    assert "没有名为 rot13 的文字编码" in refusal(path, "rot13")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(bytes(range(128, 256)) * 40)
    assert "认不出文字编码" in refusal(path)
    path.write_bytes(b"%PDF-1.4 and more")
    assert "内容是 pdf" in refusal(path)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \n\t\r\n", "\u200b\u202e".encode()])
def test_an_empty_text_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    assert "文件为空" in refusal(path) or "没有文字" in refusal(path)


def test_what_cannot_be_seen_is_left_out_and_lines_end_alike() -> None:
    found = cleaned("甲\u202e乙\x00\r\n丙\x0c丁\ufeff")
    assert found.text == "甲乙\n丙\n丁\n"
    assert found.notes == ("略去 3 个不可见的控制字符",)


def test_a_text_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MAX_CHARACTERS", 10)
    with pytest.raises(Unreadable, match="11 个字符，超过 10 的上限"):
        cleaned("甲" * 11)


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(Unreadable, match="超过 15000 行"):
        cleaned("甲\n" * 20_000)


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as stream:
        stream.truncate(65 << 20)
    assert "65 MiB" in refusal(path)


@pytest.mark.parametrize("name", ["a.doc", "a.wps", "a.ofd", "a.rtf"])
def test_other_formats_are_to_be_saved_anew(name: str) -> None:
    with pytest.raises(NotFound, match=r"另存为 \.docx"):
        open_document(Path(name))


def test_an_unknown_suffix_and_a_missing_file_are_named() -> None:
    with pytest.raises(NotFound, match=r"后缀之一：\.txt"):
        open_document(Path("a.exe"))
    with pytest.raises(NotFound, match="不存在"):
        open_document(Path("nowhere.txt"))


def test_an_extra_that_is_absent_is_named_with_its_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(opening._NEEDED, "pdf", "no_such_module_here")
    with pytest.raises(MissingExtra, match=r"pip install 'gradeeval\[draft\]'"):
        open_document(Path("a.pdf"))


# -- web pages ---------------------------------------------------------------------------------------------------------


def test_a_page_becomes_lines_without_menus_scripts_and_hidden_text(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    page = (
        "<html><head><meta charset='gb2312'><title>网站</title></head><body><nav>首页</nav>"
        "<ul><li><a href='http://e.invalid/1'>要闻</a></li><li><a href=x>政策</a></li><li><a href=y>互动</a></li></ul>"
        "<script>alert('x')</script><div style='display:none'>藏</div><h1>关于&nbsp;建设的<br>通知</h1>"
        "<p>一、目标</p><p>达到 <b>85%</b> 以上，&#x5230;2025年。</p><table><tr><td>甲</td><td>乙</td></tr></table></body></html>"
    )
    path.write_bytes(page.encode("gb2312"))
    found = open_document(path)
    assert [line.replace("\xa0", " ") for line in found.text.splitlines()] == [
        "关于 建设的",
        "通知",
        "一、目标",
        "达到 85% 以上，到2025年。",
        "甲 乙",
    ]
    assert "gb18030（按网页声明）" in found.notes[0]
    assert "略去 1 处导航链接" in found.notes[1]


def test_a_declaration_that_is_wrong_is_not_believed() -> None:
    page = ("<meta charset=ascii><p>" + WORDS * 3).encode("gbk")
    words, told = decoded(page, markup=True)
    assert "老年医院" in words
    assert "gb18030（按内容判定" in told


def test_entities_of_a_page_are_not_expanded_and_nothing_is_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("秘密", encoding="utf-8")
    bomb = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
    page = (
        f"<?xml version='1.0'?><!DOCTYPE html [<!ENTITY l0 'lol'>{bomb}<!ENTITY x SYSTEM 'file://{secret}'>]>"
        "<html><body><p>甲&x;&l11;乙</p></body></html>"
    )
    found = read("html", page.encode(), None)
    assert "秘密" not in found.text
    assert len(found.text) < 2_000


@pytest.mark.parametrize(
    "before",
    [
        "<!DOCTYPE html>",
        "<!DOCTYPE html [<!ENTITY a 'b'>]>",
        "<?xml version='1.0'?>\n<!-- 一 --> <!-- 二 -->\n<!doctype html [\n<!ENTITY a 'b'>\n]  >",
    ],
)
def test_what_a_page_declares_is_no_text_of_it(before: str) -> None:
    assert read("html", f"{before}<html><body><p>甲</p></body></html>".encode(), None).text.strip() == "甲"


def test_declarations_that_do_not_end_take_no_time() -> None:
    for many in ("<!-- a -->" * 20_000, "<!DOCTYPE a [" * 20_000, "<!DOCTYPE a [" + "] " * 100_000):
        assert read("html", f"{many}<p>甲</p>".encode(), None).text.rstrip().endswith("甲")


def test_a_page_that_is_nested_too_deeply_is_refused_or_flat() -> None:
    try:
        found = read("html", b"<div>" * 100_000 + "甲".encode() + b"</div>" * 100_000, None).text
    except Unreadable as refused:
        found = str(refused)
    assert len(found) < 1_000


def test_a_page_without_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b"<html><body><script>x</script></body></html>")
    assert "没有文字" in refusal(path)


# -- Word --------------------------------------------------------------------------------------------------------------


def test_a_document_becomes_lines(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("一、目标")
    paragraph = document.add_paragraph("达到")
    paragraph.add_run("85%")
    paragraph._p.append(parse_xml(f"<w:ins {W}><w:r><w:t>以上</w:t></w:r></w:ins>"))
    paragraph._p.append(parse_xml(f"<w:del {W}><w:r><w:delText>以下</w:delText></w:r></w:del>"))
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "甲", "乙"
    path = tmp_path / "a.docx"
    document.save(str(path))
    found = open_document(path)
    assert [line for line in found.text.splitlines() if line] == ["一、目标", "达到85%以上", "甲 乙"]
    assert any("修订" in note for note in found.notes)


NUMBERING = f"""<w:numbering {W}><w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
</w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="7"/></w:num></w:numbering>"""


def test_numbers_that_word_makes_are_written_out() -> None:
    def numbered(level: int, words: str) -> str:
        properties = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="5"/></w:numPr></w:pPr>'
        return f"<w:p>{properties}<w:r><w:t>{words}</w:t></w:r></w:p>"

    lines = [(0, "甲"), (1, "乙"), (2, "丙"), (2, "丁"), (1, "戊"), (0, "己"), (1, "庚")]
    body = "".join(numbered(level, words) for level, words in lines)
    raw = packed(
        word("x"),
        word__document=f"<w:document {W}><w:body>{body}</w:body></w:document>".encode(),
        word__numbering=NUMBERING.encode(),
    )
    found = read("docx", raw, None)
    assert found.text.split() == ["一、甲", "（一）乙", "3.丙", "4.丁", "（二）戊", "二、己", "（一）庚"]
    assert any("7 段的编号" in note for note in found.notes)


@pytest.mark.parametrize(
    "hostile",
    [
        '<!DOCTYPE d [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE d SYSTEM "http://e.invalid/x.dtd">',
    ],
)
def test_entities_in_a_document_are_refused(hostile: str) -> None:
    body = f"{hostile}<w:document {W}><w:body><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:body></w:document>"
    with pytest.raises(Unreadable, match="实体或 DTD"):
        read("docx", packed(word("x"), word__document=body.encode()), None)
    with pytest.raises(Unreadable, match="实体或 DTD"):
        read("docx", packed(word("x"), word__styles=body.encode()), None)


def test_a_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(packed(word("x"), word__media__a=b"\x00" * (40 << 20)))
    assert "压缩炸弹" in refusal(path)


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 and no more", word("甲")[:900], b"plain words", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_a_damaged_or_old_document_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(content)
    assert "另存为 .docx" in refusal(path)


def test_a_document_that_is_no_word_document_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(Unreadable, match="已损坏"):
        read("docx", stream.getvalue(), None)
    with pytest.raises(Unreadable, match="没有文字"):
        read("docx", word(" "), None)
    stream = io.BytesIO(word("x"))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    with pytest.raises(Unreadable, match="宏"):
        read("docx", stream.getvalue(), None)


# -- PDF ---------------------------------------------------------------------------------------------------------------

LONG = "坚持以人民为中心推进医疗服务体系建设完善分级诊疗制度加强基层能力"  # 32 letters, 320 points


def test_lines_of_a_page_become_paragraphs_again(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(
        portable(
            [
                [
                    (200, 780, "关于建设的通知"),
                    (110, 750, "一、总体要求"),
                    (110, 730, LONG[:30]),
                    (90, 710, LONG),
                    (90, 690, "到2025年达到85%。"),
                    (110, 670, "（一）另起一段" + LONG[:23]),
                    (250, 40, "— 1 —"),
                ],
                [(90, 780, "接上一页完。"), (250, 40, "— 2 —")],
            ]
        )
    )
    found = open_document(path)
    assert found.text.splitlines() == [
        "关于建设的通知",
        "一、总体要求",
        LONG[:30] + LONG + "到2025年达到85%。",
        "（一）另起一段" + LONG[:23] + "接上一页完。",
    ]
    assert any("共 2 页" in note for note in found.notes)
    assert any("略去 2 行页码" in note for note in found.notes)


def test_radicals_are_the_characters_they_stand_for() -> None:
    found = read("pdf", portable([[(90, 700, "⻓沙市⼈⺠医院⻘年人才1〜3名到二〇二五年底基本达标")]]), None)
    assert found.text == "长沙市人民医院青年人才1〜3名到二〇二五年底基本达标\n"
    assert any("4 个部首" in note for note in found.notes)


def test_running_heads_are_left_out() -> None:
    pages = [[(90, 800, "某市人民政府公报"), (90, 700, f"第{n}段" + LONG)] for n in "一二三"]
    found = read("pdf", portable(pages), None)
    assert "公报" not in found.text
    assert "第三段" in found.text


def test_a_page_of_pictures_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(portable([[]]))
    assert "1 页没有文字层" in refusal(path)
    assert "OCR" in refusal(path)


def test_letters_without_text_are_refused() -> None:
    with pytest.raises(Unreadable, match="乱码"):
        read("pdf", portable([[(90, 700, LONG)] * 2], mapped=False), None)


def test_an_encrypted_file_is_refused() -> None:
    entry = f"/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -44/O<{'41' * 32}>/U<{'42' * 32}>>>/ID[<{'43' * 16}><{'43' * 16}>]"
    with pytest.raises(Unreadable, match="已加密"):
        read("pdf", portable([[(90, 700, LONG)]], extra=entry), None)


@pytest.mark.parametrize("content", [b"%PDF-1.4\n%%EOF", b"%PDF-1.4\n" + b"9" * 5000, b"no portable document"])
def test_a_damaged_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    said = refusal(path)
    assert "已损坏" in said or "没有文字层" in said or "不是 PDF" in said


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradeeval.drafting.texts import portable as module

    monkeypatch.setattr(module, "MAX_PAGES", 2)
    with pytest.raises(Unreadable, match="超过 2 页"):
        read("pdf", portable([[(90, 700, LONG)]] * 3), None)


# -- the process of its own --------------------------------------------------------------------------------------------


def test_a_reader_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(word("甲"))
    monkeypatch.setattr(opening, "MAX_SECONDS", 0.001)
    assert "已停止" in refusal(path)


def test_a_reader_that_dies_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(word("甲"))
    monkeypatch.setattr(opening.sys, "executable", "/bin/false")
    assert "没有答复（退出码 1）" in refusal(path)
