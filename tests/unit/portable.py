"""Small PDF files made by hand: one page a list of lines, with or without a text layer."""

from __future__ import annotations

from collections.abc import Sequence

Placed = tuple[float, float, str]
"""A line: x and y in points from the lower left corner of an A4 page, and its text."""


def portable(pages: Sequence[Sequence[Placed]], *, mapped: bool = True, extra: str = "") -> bytes:
    """A PDF whose letters are all 10 points wide; ``mapped`` gives them their text, ``extra`` goes into the trailer."""
    letters = sorted({letter for page in pages for _x, _y, text in page for letter in text})
    codes = {letter: place + 1 for place, letter in enumerate(letters)}
    objects = ["<</Type/Catalog/Pages 2 0 R>>", ""]
    mapping = "\n".join(f"<{code:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for letter, code in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{mapping}\nendbfchar\nendcmap end end"
    )
    unicode = "/ToUnicode 5 0 R" if mapped else ""
    objects.append(f"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[4 0 R]{unicode}>>")
    objects.append(
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        "/DW 1000/FontDescriptor 6 0 R>>"
    )
    objects.append(_stream(cmap))
    objects.append(
        "<</Type/FontDescriptor/FontName/X/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 880/Descent -120"
        "/CapHeight 700/StemV 80>>"
    )
    kids = []
    for page in pages:
        content = "".join(
            f"BT /F1 10 Tf 1 0 0 1 {x} {y} Tm <{''.join(f'{codes[letter]:04X}' for letter in text)}> Tj ET\n"
            for x, y, text in page
        )
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
            f"/Contents {len(objects) + 2} 0 R>>"
        )
        objects.append(_stream(content))
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>"
    written = "%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(written))
        written += f"{number} 0 obj\n{body}\nendobj\n"
    start = len(written)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    written += "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    written += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R{extra}>>\nstartxref\n{start}\n%%EOF\n"
    return written.encode("latin-1")


def _stream(content: str) -> str:
    return f"<</Length {len(content)}>>\nstream\n{content}\nendstream"
