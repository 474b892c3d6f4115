"""Characters that a PDF gives as their radical: many programs write ⺠ where 民 is printed, and NFKC leaves it so."""

from __future__ import annotations

import unicodedata

_FORMS = (  # from EquivalentUnifiedIdeograph.txt of Unicode: the radicals of the supplement that are whole characters too
    "⺁厂⺄乙⺈刀⺊卜⺎兀⺒巳⺓幺⺛旡⺜日⺝月⺟母⺠民⺧牛⺩王⺫目⺬示⺮竹⺶羊⺼月⺽臼⻁虎⻄西⻅见⻆角⻉贝⻊足⻋车⻑長⻓长⻔门⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
_WHOLE = {ord(radical): character for radical, character in zip(_FORMS[::2], _FORMS[1::2], strict=True)}
_WHOLE |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}


def whole(text: str) -> tuple[str, int]:
    """The text with the characters that are meant, and how many were put right."""
    found = sum(ord(character) in _WHOLE for character in text)
    return text.translate(_WHOLE), found
