"""A briefing as .docx: to be edited, so with real headings, captions, tables and fields."""

from __future__ import annotations

import io
from functools import singledispatch
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
)
from indicators.wording import Wording

LATIN, CHINESE = "Calibri", "Microsoft YaHei"  # fonts that an office has; Word replaces others
INK, MARK = RGBColor(0x1F, 0x29, 0x37), RGBColor(0xB9, 0x1C, 0x1C)
MARGIN, WIDTH = 2.2, 16.6  # cm on A4
SIZES = {"Normal": 10.5, "Title": 20, "Subtitle": 11, "Heading 1": 14, "Caption": 9}
SIZES |= {"List Bullet": SIZES["Normal"]}  # pt
NARROW = 68  # per cent of the width: a page of Word has no second drawing beside it


def docx_file(briefing: Briefing) -> bytes:
    """Return a briefing as a Word document."""
    document = docx.Document()
    _set_up(document, briefing)
    writer = _Writer(document, briefing)
    document.add_paragraph(fit_for_xml(briefing.title), style="Title")
    document.add_paragraph(fit_for_xml(briefing.subtitle), style="Subtitle")
    for block in briefing.blocks:
        _write(block, writer)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


class _Writer:
    def __init__(self, document: Any, briefing: Briefing) -> None:
        self.document = document
        self.words = Wording("en" if briefing.language == "en" else "zh")
        self.numbers = {"Table": 0, "Figure": 0}

    def caption(self, kind: str, text: str, *, keep: bool = False) -> None:
        """Add `Figure 1  text`, its number a field that Word counts anew."""
        self.numbers[kind] += 1
        name = {"Table": self.words("Table"), "Figure": self.words("Figure")}[kind]
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = keep
        paragraph.add_run(f"{name} ")
        _field(paragraph, f"SEQ {kind} \\* ARABIC", str(self.numbers[kind]))
        paragraph.add_run(fit_for_xml(f"  {text}"))


@singledispatch
def _write(block: Block, writer: _Writer) -> None:
    raise TypeError(f"not a block: {block!r}")


@_write.register
def _(block: Heading, writer: _Writer) -> None:
    writer.document.add_heading(fit_for_xml(block.text), level=1)


@_write.register
def _(block: Paragraph, writer: _Writer) -> None:
    writer.document.add_paragraph(fit_for_xml(block.text))


@_write.register
def _(block: Points, writer: _Writer) -> None:
    for text in block.texts:
        writer.document.add_paragraph(fit_for_xml(text), style="List Bullet")


@_write.register
def _(block: Table, writer: _Writer) -> None:
    writer.caption("Table", block.caption, keep=True)
    rows = block.rows.to_numpy().tolist()
    table = writer.document.add_table(1 + len(rows), len(block.rows.columns), style="Table Grid")
    table.autofit = False
    heading = table.rows[0]
    heading._tr.get_or_add_trPr().append(_element("w:tblHeader", val="true"))
    widths = [Cm(WIDTH * share / sum(block.shares)) for share in block.shares]
    for line, cells in zip(table.rows, [list(block.rows.columns), *rows], strict=True):
        line._tr.get_or_add_trPr().append(_element("w:cantSplit", val="true"))
        for cell, width, text in zip(line.cells, widths, cells, strict=True):
            cell.width = width
            cell.text = fit_for_xml(str(text))
            for run in cell.paragraphs[0].runs:
                run.font.size, run.font.bold = Pt(8.5), line is heading
            cell.paragraphs[0].paragraph_format.space_after = Pt(1)
    writer.document.add_paragraph().paragraph_format.space_after = Pt(2)


@_write.register
def _(block: Figure, writer: _Writer) -> None:
    picture = writer.document.add_picture(
        io.BytesIO(block.png), width=Cm(WIDTH * max(block.width, NARROW) / 100)
    )
    picture._inline.docPr.set("descr", fit_for_xml(block.alt))
    holder = writer.document.paragraphs[-1]
    holder.alignment = WD_ALIGN_PARAGRAPH.CENTER
    holder.paragraph_format.keep_with_next = True
    writer.caption("Figure", block.caption)


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
