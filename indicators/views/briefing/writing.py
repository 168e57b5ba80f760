"""A region's briefing as files: .docx, .pdf, and all its figures as .xlsx."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from indicators import code_names
from indicators.catalogue import tree
from indicators.drawing import province as charts
from indicators.drawing.boundary_files import load_boundaries
from indicators.drawing.charts import Specification
from indicators.drawing.standalone import exported_chart, map_provenance
from indicators.exports import downloads, readable_tables
from indicators.exports.offered import Export, Offer, demonstration_note, vintage_notes
from indicators.regions import NATION
from indicators.store.queries import Vintage
from indicators.views import facts, province
from indicators.views.briefing.content import Briefing, briefing, name_of
from indicators.views.briefing.document import docx_file
from indicators.views.briefing.paper import pdf_file
from indicators.views.facts import Material
from indicators.views.objectives import citation_lines
from indicators.views.province import ProvinceTables
from indicators.wording import Wording

SUFFIXES = (".docx", ".pdf", ".xlsx")


def file_names(region: str, vintage: Vintage, words: Wording) -> list[str]:
    """Return the names of the files that a region's briefing is written to."""
    name = name_of(tree().names(words.language)[region], vintage, words)
    return [name + suffix for suffix in SUFFIXES]


def write_briefing(
    material: facts.Material, folder: Path, words: Wording
) -> tuple[Path, Path, Path]:
    """Write a region's briefing into a folder; return its .docx, .pdf and .xlsx.

    Raises `paper.NoFontError` before anything is written where a PDF cannot be made.
    """
    content = briefing(material, words)
    files = pdf_file(content), docx_file(content), xlsx_file(material, words)
    pdf, docx, xlsx = (folder / (content.name + suffix) for suffix in (".pdf", ".docx", ".xlsx"))
    folder.mkdir(parents=True, exist_ok=True)
    for path, written in zip((pdf, docx, xlsx), files, strict=True):
        path.write_bytes(written)
    return docx, pdf, xlsx


def write_briefings(
    engine: sa.Engine, regions: Iterable[str], folder: Path, words: Wording, vintage: Vintage
) -> Iterator[tuple[str, tuple[Path, Path, Path]]]:
    """Write the briefings of regions one by one; yield each region when its files are there.

    What regions have in common is asked once. Raises `KeyError` for an unknown region.
    """
    wanted = [(region, tree().parent(region)) for region in regions]
    judged = facts.judged(engine, vintage.release)
    boundaries = load_boundaries()
    common = {
        parent: facts.shared(engine, vintage, boundaries, judged, parent)
        for parent in dict.fromkeys(parent or NATION for _, parent in wanted)
    }
    for region, parent in wanted:
        material = facts.material(common[parent], region)
        yield region, write_briefing(material, folder, words)


def xlsx_file(material: Material, words: Wording) -> bytes:
    """Return a region's workbook: verdicts, comparison, figures, what is missing, provenance."""
    return downloads.xlsx_file(sheets(material, words))


def sheets(material: Material, words: Wording) -> dict[str, pd.DataFrame]:
    """Return the tables of a region's workbook by the names of their sheets."""
    facts = material.facts
    return {
        words("Verdicts"): province.verdict_table(material, words),
        words("Comparison"): province.comparison_table(facts, words),
        words("Figures"): figure_table(material, words),
        words("Missing"): province.missing_table(facts, words),
        words("Provenance"): _provenance(material, words),
    }


def figure_table(material: Material, words: Wording) -> pd.DataFrame:
    """Return every figure of a region, of every cell, each with where it stands."""
    rows, citations = material.every_figure()
    return readable_tables.figure_table(rows, citations, words)


def _provenance(material: Material, words: Wording) -> pd.DataFrame:
    """Return what the figures rest on, one line a row."""
    common, verdicts = material.shared, material.facts.verdicts
    register, release = common.judged.register, common.release
    cited = pd.concat([material.citations, material.every_figure()[1]])
    cited = cited[cited["basis"] != "derived"]
    documents = cited.drop_duplicates(["document", "publisher", "url"]).to_dict("records")
    targets = verdicts["target"].unique()
    published = words(
        "Release {number}, published {date}. All figures are cited to published sources.",
        number=common.vintage.release,
        date=words.date(str(release["published_at"])),
    )
    made_up = common.vintage.dataset == "demonstration"
    parts = {
        words("Warning"): [demonstration_note(words)] if made_up else [],
        words("Release"): [published],
        words("Reason"): [words.known(str(release["reason"]))],
        words("Code version"): [str(release["code_version"])],
        words("Source"): province.source_names(material.facts, words),
        words("Document"): [_document(row, words) for row in documents],
        words("Target"): [citation_lines(register.record(key), words)[0] for key in targets],
        words("Map"): map_provenance(common.boundaries, words),
    }
    lines = [(part, text) for part, texts in parts.items() for text in texts]
    return pd.DataFrame(lines, columns=[words("Part"), words("Text")]).drop_duplicates()


def _document(row: dict[object, object], words: Wording) -> str:
    parts = [row["document"], row["publisher"], row["date"], row["url"], row["licence"]]
    said = [str(part) for part in parts if isinstance(part, str) and part]
    return words.listed([*said, code_names.verification_name(str(row["verification"]), words)])


def exports(
    material: Material,
    page: ProvinceTables,
    words: Wording,
    dark: bool,
    vintage: Vintage,
    parts: Collection[str] | None = None,
    note: str = "",
) -> list[Export]:
    """Return what can be taken away from a region; `parts` and `note`: see `content.briefing`."""
    region = material.facts
    where = region.name(words)
    release = vintage_notes(vintage, words)

    def offer(title: str) -> Offer:
        return Offer((where, title), vintage, words)

    def written() -> Briefing:
        return briefing(material, words, parts, note)

    def spine() -> Specification:
        notes = [page.beside.peers, *province.comparison_notes(words), *page.sources, *release]
        rows = {charts.SPINE: province.spine_rows(region, words)}
        chart, title = charts.spine_chart(words, dark=dark), page.beside.compared
        return exported_chart(chart, rows, title=title, dark=dark, width=760, notes=notes)

    def trends() -> Specification:
        notes = [page.trends_note, *page.sources, *release]
        rows = province.trends(region, material.shared.judged.asked, words)
        chart = charts.trends_chart(words, dark=dark)
        return exported_chart(chart, rows, title=page.trends, dark=dark, width=760, notes=notes)

    def comparison() -> pd.DataFrame:
        told = {words("Source"): page.sources[0], words("Release"): "; ".join(release)}
        return province.comparison_table(region, words).assign(**told)

    report, figures = offer(words("briefing")), offer(words("figures"))
    beside, developed = offer(words("comparison")), offer(words("trends"))
    offered = [
        report.file(words("Briefing (DOCX)"), ".docx", lambda: docx_file(written())),
        report.file(words("Briefing (PDF)"), ".pdf", lambda: pdf_file(written())),
        figures.file(words("All its figures (XLSX)"), ".xlsx", lambda: xlsx_file(material, words)),
        figures.csv(lambda: figure_table(material, words), words("All figures (CSV)")),
        beside.csv(comparison, words("Comparison (CSV)")),
    ]
    if page.beside.compared:
        offered += beside.images(spine, (words("Comparison (PNG)"), words("Comparison (SVG)")))
    if page.trends:
        offered += developed.images(trends, (words("Trends (PNG)"), words("Trends (SVG)")))
    return offered
