"""Briefings read back: what stands in the .docx, the .pdf and the .xlsx."""

from __future__ import annotations

import io
import math
import re
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pypdf
import pytest
import sqlalchemy as sa
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators import catalogue
from indicators.catalogue import tree
from indicators.drawing.boundary_files import load_boundaries
from indicators.store.queries import Vintage
from indicators.views import facts, province
from indicators.views.briefing import content, document, writing
from indicators.views.briefing.content import Briefing, Figure, Heading, Paragraph, Points, Table
from indicators.views.briefing.paper import FONTS, NoFontError, pdf_file
from indicators.views.facts import Material
from indicators.wording import Language, Wording
from tests.conftest import cannot_run

HAN = re.compile(r"[\u4e00-\u9fff]")
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")
WITHOUT_FIGURES, WITH_FIGURES = "710000", "320000"
ZH, EN = Wording("zh"), Wording("en")


@pytest.fixture(scope="module")
def common(shipped: sa.Engine) -> facts.Shared:
    return facts.shared(shipped, Vintage(1), load_boundaries(), facts.judged(shipped, 1))


@pytest.fixture(scope="module")
def material(shipped: sa.Engine, common: facts.Shared) -> Material:
    return facts.material(common, WITH_FIGURES)


@pytest.fixture(scope="module")
def told(material: Material) -> dict[Language, Briefing]:
    return {"zh": content.briefing(material, ZH), "en": content.briefing(material, EN)}


@pytest.fixture(scope="module")
def paper(told: dict[Language, Briefing]) -> pypdf.PdfReader:
    if not set(FONTS) & set(typst.Fonts().families()):
        cannot_run("no font with Chinese characters is installed")
    return pypdf.PdfReader(io.BytesIO(pdf_file(told["zh"])))


def texts(written: Briefing) -> list[str]:
    """Return the running text, list by list and paragraph by paragraph."""
    found = []
    for block in written.blocks:
        if isinstance(block, Heading | Paragraph):
            found.append(block.text)
        if isinstance(block, Points):
            found += block.texts
    return found


def test_the_word_file_has_real_headings_captions_tables_and_drawings(
    told: dict[Language, Briefing],
) -> None:
    written = docx.Document(io.BytesIO(document.docx_file(told["zh"])))
    headings = [p.text for p in written.paragraphs if p.style and p.style.name == "Heading 1"]
    assert headings == [
        "总体情况",
        "目标进展情况",
        "与全国和同类地区比较",
        "数据缺口与提供单位",
        "来源",
    ]
    expected = [block for block in told["zh"].blocks if isinstance(block, Table | Figure)]
    captions = written.element.body.xpath('.//w:pStyle[@w:val="Caption"]')
    assert len(captions) == len(expected)
    drawings = [block for block in expected if isinstance(block, Figure)]
    assert len(written.inline_shapes) == len(drawings) == 3
    assert [shape._inline.docPr.get("descr") for shape in written.inline_shapes] == [
        block.alt for block in drawings
    ]
    held = [block.rows for block in expected if isinstance(block, Table)]
    drawn = [table for table in written.tables if table.style and table.style.name == "Table Grid"]
    for table, rows in zip(drawn, held, strict=True):
        cells = [[cell.text for cell in row.cells] for row in table.rows]
        assert cells == [list(rows.columns), *rows.astype(str).to_numpy().tolist()]


def test_tables_of_the_word_file_are_as_wide_as_its_text_and_stay_with_what_leads_to_them(
    told: dict[Language, Briefing],
) -> None:
    written = docx.Document(io.BytesIO(document.docx_file(told["zh"])))
    for table in written.tables:
        cells = [cell.width.cm for cell in table.rows[0].cells if cell.width]
        columns = [column.width.cm for column in table.columns if column.width]
        assert sum(columns) == pytest.approx(16.6, abs=0.1)
        assert cells == pytest.approx(columns, abs=0.01)
    body = list(written.element.body)
    for before, table in pairwise(body):
        if table.tag.endswith("}tbl"):
            assert before.xpath("./w:pPr/w:keepNext[not(@w:val='0')]")
    fonts = written.styles["Normal"].element.rPr.rFonts
    assert "Microsoft YaHei" in fonts.values()


def test_a_briefing_opens_with_the_newest_figures_and_says_nothing_twice(
    material: Material, told: dict[Language, Briefing]
) -> None:
    opening = content.newest(material.facts)
    periods = [str(row["period"]) for row in opening]
    assert periods == sorted(periods, reverse=True)
    assert periods[0] == "2025-01"
    for written in told.values():
        first, second = written.blocks[:2]
        assert isinstance(first, Heading)
        assert isinstance(second, Points)
        assert len(second.texts) == len(opening)
        said = texts(written)
        assert len(set(said)) == len(said)
        # The drawings have their captions for titles.
        drawings = [block for block in written.blocks if isinstance(block, Figure)]
        assert not any("title" in drawing.specification for drawing in drawings)
        for row in opening:
            title = catalogue.load().indicators[row["indicator"]].title
            named = f"，{title.zh}为" if written.language == "zh" else f"{title.en} stood at"
            assert sum(named in f"，{text}" for text in said) == 1


def test_a_reader_chooses_the_parts_and_adds_a_note_that_stands_as_it_is(
    material: Material,
) -> None:
    note = "**请阅**\n\n<b>附件</b> =1+1 #let x = 1 $y$\n" + "\n".join("多" * 60)
    written = content.briefing(material, ZH, ["targets"], note)
    headings = [block.text for block in written.blocks if isinstance(block, Heading)]
    assert headings == ["附言", "目标进展情况", "来源"]
    noted = [block.text for block in written.blocks[1:13] if isinstance(block, Paragraph)]
    assert noted[:3] == ["**请阅**", "<b>附件</b> =1+1 #let x = 1 $y$", "多"]
    assert isinstance(written.blocks[13], Heading)  # twelve lines, and no more
    read = docx.Document(io.BytesIO(document.docx_file(written)))
    assert "<b>附件</b> =1+1 #let x = 1 $y$" in [part.text for part in read.paragraphs]
    printed = pypdf.PdfReader(io.BytesIO(pdf_file(written))).pages[0].extract_text()
    assert "#let x = 1 $y$" in printed
    assert "认证平台·分省快照" in written.footer  # where figures come from is not to be chosen
    long = content.briefing(material, ZH, [], "字" * 5000).blocks[1]
    assert isinstance(long, Paragraph)
    assert len(long.text) == 600


def test_titles_of_sources_are_in_simplified_characters_and_the_workbook_keeps_them() -> None:
    title = "第五次全國經濟普查公報(第三號)——第二產業基本情況"
    assert content.simplified(title, ZH) == "第五次全国经济普查公报(第三号)——第二产业基本情况"
    assert content.simplified(title, EN) == title
    kept = "乾县、著作权的公告"  # characters that simplified texts have too
    assert content.simplified(kept, ZH) == kept


def test_source_and_release_stand_at_the_foot_of_every_page_of_the_word_file(
    told: dict[Language, Briefing],
) -> None:
    written = docx.Document(io.BytesIO(document.docx_file(told["zh"])))
    for section in written.sections:
        assert not section.different_first_page_header_footer
        foot = section.footer.paragraphs[0].text
        assert "认证平台·分省快照" in foot
        assert "第 1 版" in foot
        assert section.header.paragraphs[0].text == "江苏质量治理简报"


def test_the_pdf_has_two_to_four_pages_with_source_and_release_on_each(
    paper: pypdf.PdfReader,
) -> None:
    assert 2 <= len(paper.pages) <= 4
    for page in paper.pages:
        said = page.extract_text().replace(" ", "").replace("\n", "")
        assert "第1版" in said
        # The font draws two characters with one dot, and a reader may take either.
        assert "认证平台·分省快照" in said.replace("•", "·")
        assert float(page.mediabox.width) == pytest.approx(595.3, abs=0.1)


def test_every_font_of_the_pdf_is_inside_it_and_only_what_is_used(paper: pypdf.PdfReader) -> None:
    names = set()
    for page in paper.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            described = inner["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(described)
            names.add(str(described["/FontName"]))
    assert all(re.match(r"/[A-Z]{6}\+", name) for name in names)
    assert any("CJK" in name or "Noto" in name for name in names)


def test_the_pdf_says_its_text_in_chinese_and_is_tagged(
    paper: pypdf.PdfReader, told: dict[Language, Briefing]
) -> None:
    said = "".join(page.extract_text() for page in paper.pages).replace(" ", "").replace("\n", "")
    for block in told["zh"].blocks:
        if isinstance(block, Heading):
            assert block.text in said
    assert "\ufffd" not in said
    assert paper.metadata is not None
    assert paper.metadata.title == "江苏质量治理简报"
    root = paper.trailer["/Root"]
    assert "/StructTreeRoot" in root  # type: ignore[operator]
    assert root["/Lang"].startswith("zh")  # type: ignore[index]
    # Typst refuses what breaks PDF/UA-1, such as a drawing without words, and says so in the file.
    marks = root["/Metadata"].get_object().get_data()  # type: ignore[index]
    assert b"pdfuaid:part>1<" in marks


def test_targets_that_are_all_the_nation_s_are_said_to_be(shipped: sa.Engine) -> None:
    common = facts.shared(
        shipped, Vintage(1), load_boundaries(), facts.judged(shipped, 1, "2026-11-29")
    )
    for region in ("120000", "320000"):  # none of its own, and some
        held = facts.material(common, region)
        texts = [b.text for b in content.briefing(held, ZH).blocks if isinstance(b, Paragraph)]
        own = int(held.facts.verdicts["own"].sum())
        assert any(text.endswith("；均为国家目标。") for text in texts) == (own == 0)
        whole = own == len(held.facts.verdicts)
        assert any(text.endswith("；均由本地区设定。") for text in texts) == whole
        assert not any("0 项由本地区设定" in text for text in texts)


def test_english_holds_no_chinese_but_the_titles_of_documents(
    material: Material, told: dict[Language, Briefing]
) -> None:
    proper = {
        *material.citations["document"],
        *material.citations["publisher"],
        str(material.shared.boundaries.metadata["origin"]),
    }
    written = told["en"]
    for text in [*texts(written), written.title, written.header, written.footer]:
        for name in sorted(proper, key=len, reverse=True):
            text = text.replace(name, "")
        assert not HAN.search(text), text
    for block in written.blocks:
        if isinstance(block, Table):
            assert not HAN.search(block.rows.to_csv())


def test_a_machine_without_chinese_fonts_is_told_what_to_install(
    told: dict[Language, Briefing],
) -> None:
    bare = typst.Fonts(include_system_fonts=False)
    with pytest.raises(NoFontError, match="Noto Sans CJK SC"):
        pdf_file(told["zh"], fonts=bare)


@pytest.mark.parametrize("language", ["zh", "en"])
@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(region=st.sampled_from(tree().provinces))
def test_every_number_in_the_text_is_a_figure_of_the_workbook(
    shipped: sa.Engine, common: facts.Shared, language: Language, region: str
) -> None:
    words = Wording(language)
    held = facts.material(common, region)
    written = content.briefing(held, words)
    known = figures_of(held, words)
    ends = [block for block in written.blocks if isinstance(block, Heading)][-1]
    body = texts(written)[: texts(written).index(ends.text)]
    for sentence in body:
        for number in NUMBER.findall(re.sub(r"\d{4}年(\d+月)?|[A-Z][a-z]{2} \d{4}", "", sentence)):
            assert number.rstrip(",") in known, sentence


def figures_of(held: Material, words: Wording) -> set[str]:
    """Return every number that the tables hold or that counts their rows."""
    sheets = writing.sheets(held, words)
    found = set()
    for table in sheets.values():
        for cell in [str(cell) for column in table for cell in [column, *table[column]]]:
            found |= set(NUMBER.findall(cell))
    verdicts, near = held.facts.verdicts, held.facts.nearest
    counted = [
        len(verdicts),
        len(facts.assessed(verdicts)),
        int(verdicts["own"].sum()),
        len(facts.standing_well(facts.assessed(verdicts))),
        len(province.missing_table(held.facts, words)),
        len(province.declared()),
        *verdicts.groupby("reason").size(),
    ]
    found |= {words.number(number) for number in counted}
    known = catalogue.load().indicators
    for key, value in held.facts.lines[["indicator", "value"]].itertuples(index=False):
        found.add(words.number(value, known[key].decimals))
    found |= {words.number(distance, 2) for distance in near["distance"]}
    for verdict in held.behind.values():
        found |= numbers_in(asdict(verdict), words)
    return found


def numbers_in(part: Any, words: Wording) -> set[str]:
    """Return every number of a verdict, however many decimals it is said with."""
    if isinstance(part, dict):
        return numbers_in(list(part.values()), words)
    if isinstance(part, list | tuple):
        return set().union(*(numbers_in(piece, words) for piece in part))
    if isinstance(part, float) and math.isfinite(part):
        said = {words.number(abs(part), decimals) for decimals in range(3)}
        return said | {words.number(100 * abs(part), 0)}
    return set(NUMBER.findall(part)) if isinstance(part, str) else set()


def test_a_region_without_figures_has_an_honest_briefing(
    shipped: sa.Engine, common: facts.Shared
) -> None:
    held = facts.material(common, WITHOUT_FIGURES)
    written = content.briefing(held, EN)
    said = " ".join(texts(written))
    assert "No source that this project holds has a figure of Taiwan." in said
    assert "ranks" not in said
    assert written.footer.startswith("Source: none has figures of this region.")
    pages = pypdf.PdfReader(io.BytesIO(pdf_file(written))).pages
    assert 2 <= len(pages) <= 4


def test_demonstration_figures_are_marked_on_every_page(
    shipped: sa.Engine, common: facts.Shared
) -> None:
    from dataclasses import replace

    pretended = replace(common, vintage=Vintage(1, "demonstration"))
    held = facts.material(pretended, WITH_FIGURES)
    written = content.briefing(held, ZH)
    for page in pypdf.PdfReader(io.BytesIO(pdf_file(written))).pages:
        assert page.extract_text().replace("\n", "").count("演示数据") >= 2
    section = docx.Document(io.BytesIO(document.docx_file(written))).sections[0]
    assert "演示数据" in section.header.paragraphs[0].text
    assert "演示数据" in section.footer.paragraphs[0].text
    assert written.name.startswith("演示_")
    assert "演示数据" in writing.sheets(held, ZH)["出处"].to_csv()


def test_the_workbook_says_what_its_figures_rest_on(material: Material) -> None:
    workbook = pd.read_excel(
        io.BytesIO(writing.xlsx_file(material, EN)), sheet_name=None, engine="calamine"
    )
    assert list(workbook) == ["Verdicts", "Comparison", "Figures", "Missing", "Provenance"]
    provenance = workbook["Provenance"].astype(str)
    assert provenance.loc[provenance["Part"] == "Release", "Text"].str.startswith("Release 1").all()
    assert provenance["Text"].str.startswith("Map-review number").sum() == 1
    assert len(workbook["Figures"]) >= len(material.facts.own)


def test_briefings_are_written_one_by_one_and_named_by_what_they_are(
    shipped: sa.Engine, tmp_path: Path
) -> None:
    wanted = [WITHOUT_FIGURES, WITH_FIGURES]
    done = dict(writing.write_briefings(shipped, wanted, tmp_path, ZH, Vintage(1)))
    assert list(done) == wanted
    assert [path.name for path in done[WITH_FIGURES]] == [
        f"质量治理简报_江苏_第1版{suffix}" for suffix in (".docx", ".pdf", ".xlsx")
    ]
    assert all(path.stat().st_size for paths in done.values() for path in paths)


def test_an_unknown_region_is_refused_before_anything_is_written(
    shipped: sa.Engine, tmp_path: Path
) -> None:
    with pytest.raises(KeyError):
        next(writing.write_briefings(shipped, ["999999"], tmp_path / "new", ZH, Vintage(1)))
    assert not (tmp_path / "new").exists()


def test_a_briefing_takes_any_text_of_a_source() -> None:
    text = "某局\x07\x0b\ufffe**粗**<b>"
    rows = pd.DataFrame({text: [text, "=1+1"]})
    blocks = (Heading(text), Paragraph(text), Points((text,)), Table(text, rows, (1.0,)))
    day = "2026-01-01T00:00:00+00:00"
    written = Briefing(text, text, text, text, "", "zh", "名称", day, blocks)
    read = docx.Document(io.BytesIO(document.docx_file(written)))
    shown = "某局   **粗**<b>"
    assert [part.text for part in read.paragraphs][:5] == [shown] * 5
    assert read.tables[0].cell(0, 0).text == shown
