"""A briefing as .pdf: to be printed and handed on, its fonts inside."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from indicators.views.briefing.content import (
    Block,
    Briefing,
    Figure,
    Heading,
    Paragraph,
    Points,
    introduces,
    paired,
)
from indicators.wording import Wording

TEMPLATE = Path(__file__).with_name("paper.typ")
FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC")


class NoFontError(RuntimeError):
    """There is no font with Chinese characters on this machine that a PDF could take in."""


def pdf_file(briefing: Briefing, fonts: Any = None) -> bytes:
    """Return a briefing as a tagged PDF that keeps PDF/UA-1.

    Raises `NoFontError` where `fonts` (default: the machine's) hold none of `FONTS`.
    """
    fonts = fonts or _fonts()
    words = Wording("en" if briefing.language == "en" else "zh")
    if not set(FONTS) & set(fonts.families()):
        remedy = words(
            "No font with Chinese characters: install `Noto Sans CJK SC` (on Debian and Ubuntu "
            "the package `fonts-noto-cjk`)."
        )
        raise NoFontError(remedy)
    names = ("title", "subtitle", "header", "footer", "mark", "language")
    texts = {name: getattr(briefing, name) for name in names}
    texts |= {"table": words("Table"), "figure": words("Figure")}
    blocks = paired(briefing.blocks)
    followed = zip(blocks, [*blocks[1:], None], strict=True)
    texts |= {"blocks": [_data(a) | {"keep": introduces(a, b)} for a, b in followed]}
    pdf: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        font_paths=fonts,
        format="pdf",
        pdf_standards="ua-1",
        timestamp=datetime.fromisoformat(briefing.published),
        sys_inputs={"briefing": json.dumps(texts, ensure_ascii=False)},
    )
    return pdf


@cache
def _fonts() -> Any:
    # Reading the machine's fonts takes most of a first document's time.
    return typst.Fonts()


def _data(block: Block | list[Figure]) -> dict[str, Any]:
    if isinstance(block, list):
        return {"kind": "row", "figures": [_data(each) | {"width": 100.0} for each in block]}
    if isinstance(block, Heading):
        return {"kind": "heading", "text": block.text}
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": block.text}
    if isinstance(block, Points):
        return {"kind": "points", "texts": block.texts}
    if isinstance(block, Figure):
        figure = {"caption": block.caption, "alt": block.alt}
        return {"kind": "figure", "drawing": block.svg, "width": block.width} | figure
    table = {"caption": block.caption, "shares": [float(share) for share in block.shares]}
    return table | {
        "kind": "table",
        "columns": [str(name) for name in block.rows.columns],
        "rows": [[str(cell) for cell in row] for row in block.rows.to_numpy().tolist()],
    }
