"""A briefing as .docx: to be edited, so with real headings, captions, tables and fields."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from indicators.exports.downloads import fit_for_xml
from indicators.views.briefing.content import (
    Block,
    Briefing,
    Figure,
    Heading,
    Paragraph,
    Points,
    Table,
    introduces,
    paired,
)
from indicators.wording import Wording

LATIN, CHINESE = "Calibri", "Microsoft YaHei"  # fonts that an office has; Word replaces others
INK, MARK = RGBColor(0x1F, 0x29, 0x37), RGBColor(0xB9, 0x1C, 0x1C)
MARGIN, WIDTH = 2.2, 16.6  # cm on A4
SIZES = {"Normal": 10, "Title": 20, "Subtitle": 11, "Heading 1": 14, "Caption": 9}
SIZES |= {"List Bullet": SIZES["Normal"]}  # pt
GAP = 0.4  # cm between drawings that stand side by side
SHORT = 8  # rows: a table of so few is kept on one page


def docx_file(briefing: Briefing) -> bytes:
    """Return a briefing as a Word document."""
    document = docx.Document()
    _set_up(document, briefing)
    writer = _Writer(document, briefing)
    document.add_paragraph(fit_for_xml(briefing.title), style="Title")
    document.add_paragraph(fit_for_xml(briefing.subtitle), style="Subtitle")
    # A drawing takes most of the time, and what makes them waits for no other.
    with ThreadPoolExecutor() as several:
        list(several.map(lambda figure: figure.png, _figures(briefing)))
    blocks = paired(briefing.blocks)
    for block, follower in zip(blocks, [*blocks[1:], None], strict=True):
        _write(block, writer, keep=introduces(block, follower))
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _figures(briefing: Briefing) -> list[Figure]:
    return [block for block in briefing.blocks if isinstance(block, Figure)]


class _Writer:
    def __init__(self, document: Any, briefing: Briefing) -> None:
        self.document = document
        self.words = Wording("en" if briefing.language == "en" else "zh")
        self.numbers = {"Table": 0, "Figure": 0}

    def caption(self, kind: str, text: str, *, keep: bool = False, place: Any = None) -> None:
        """Add `Figure 1  text`, its number a field that Word counts anew; in a cell if one is."""
        self.numbers[kind] += 1
        name = {"Table": self.words("Table"), "Figure": self.words("Figure")}[kind]
        paragraph = (place or self.document).add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = keep
        paragraph.add_run(f"{name} ")
        _field(paragraph, f"SEQ {kind} \\* ARABIC", str(self.numbers[kind]))
        paragraph.add_run(fit_for_xml(f"  {text}"))


def _write(block: Block | list[Figure], writer: _Writer, *, keep: bool) -> None:
    """Write a block; with `keep` it stays on the page of what follows, which it introduces."""
    document = writer.document
    if isinstance(block, Heading):
        document.add_heading(fit_for_xml(block.text), level=1)
    elif isinstance(block, Paragraph):
        document.add_paragraph(fit_for_xml(block.text)).paragraph_format.keep_with_next = keep
    elif isinstance(block, Points):
        for text in block.texts:
            document.add_paragraph(fit_for_xml(text), style="List Bullet")
    elif isinstance(block, Table):
        writer.caption("Table", block.caption, keep=True)
        _table(block, document)
    elif isinstance(block, Figure):
        _picture(document.add_paragraph(), block, WIDTH * block.width / 100)
        writer.caption("Figure", block.caption)
    else:
        _row(block, writer)


def _table(block: Table, document: Any) -> None:
    lines = [list(block.rows.columns), *block.rows.to_numpy().tolist()]
    widths = [WIDTH * share / sum(block.shares) for share in block.shares]
    table = _grid(document, len(lines), widths, "Table Grid")
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader", val="true"))
    for place, (line, cells) in enumerate(zip(table.rows, lines, strict=True)):
        line._tr.get_or_add_trPr().append(_element("w:cantSplit", val="true"))
        # A short table is whole on a page; of a longer one the heading is beside a row.
        together = place < len(lines) - 1 if len(lines) <= SHORT else place == 0
        for cell, text in zip(line.cells, cells, strict=True):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(fit_for_xml(str(text)))
            run.font.size, run.font.bold = Pt(8.5), place == 0
            paragraph.paragraph_format.space_after = Pt(1)
            paragraph.paragraph_format.keep_with_next = together
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _row(figures: list[Figure], writer: _Writer) -> None:
    """Write drawings side by side, each with its caption under it."""
    each = WIDTH / len(figures)
    table = _grid(writer.document, 1, [each] * len(figures), None)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:cantSplit", val="true"))
    for cell, figure in zip(table.rows[0].cells, figures, strict=True):
        _picture(cell.paragraphs[0], figure, each - GAP)
        writer.caption("Figure", figure.caption, place=cell)


def _grid(document: Any, rows: int, widths: list[float], style: str | None) -> Any:
    """Return a table whose columns are as wide as said, in cm, whichever program draws it."""
    table = document.add_table(rows, len(widths), style=style)
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    return table


def _picture(paragraph: Any, figure: Figure, width: float) -> None:
    picture = paragraph.add_run().add_picture(io.BytesIO(figure.png), width=Cm(width))
    picture._inline.docPr.set("descr", fit_for_xml(figure.alt))
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True


def _set_up(document: Any, briefing: Briefing) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(MARGIN)
    section.top_margin = section.bottom_margin = Cm(2)
    for name, size in SIZES.items():
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = LATIN, Pt(size), INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), CHINESE)
    document.styles["Normal"].paragraph_format.space_after = Pt(5)
    language = "zh-CN" if briefing.language == "zh" else "en-GB"
    document.styles["Normal"].element.get_or_add_rPr().append(
        _element("w:lang", val=language, eastAsia="zh-CN")
    )
    told = document.core_properties
    told.title, told.subject = fit_for_xml(briefing.title), fit_for_xml(briefing.subtitle)
    told.language = language
    told.author = told.comments = ""
    for part, text in ((section.header, briefing.header), (section.footer, briefing.footer)):
        paragraph = part.paragraphs[0]
        _small(paragraph.add_run(fit_for_xml(text)))
        if briefing.mark:
            _small(paragraph.add_run(f"  {briefing.mark}"), MARK)
    page = section.footer.add_paragraph()
    page.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _field(page, "PAGE", "1")


def _small(run: Any, colour: RGBColor = INK) -> None:
    run.font.size, run.font.color.rgb = Pt(8), colour


def _element(name: str, **values: str) -> Any:
    element = OxmlElement(name)
    for key, value in values.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _field(paragraph: Any, instruction: str, shown: str) -> None:
    field = _element("w:fldSimple", instr=instruction)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
