"""A region's briefing as files: .docx, .pdf, and all its figures as .xlsx."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from indicators import tables
from indicators.drawing.boundaries import load_boundaries
from indicators.drawing.standalone import map_provenance
from indicators.exports import downloads
from indicators.store.holdings import NATION
from indicators.store.queries import Vintage
from indicators.views import facts, province
from indicators.views.briefing.content import briefing, name_of
from indicators.views.briefing.document import docx_file
from indicators.views.briefing.paper import pdf_file
from indicators.views.facts import Material
from indicators.views.objectives import citation_lines
from indicators.wording import Wording

SUFFIXES = (".docx", ".pdf", ".xlsx")


def file_names(region: str, vintage: Vintage, words: Wording) -> list[str]:
    """Return the names of the files that a region's briefing is written to."""
    return [name_of(region, vintage, words) + suffix for suffix in SUFFIXES]


def write_briefing(
    material: facts.Material, folder: Path, words: Wording
) -> tuple[Path, Path, Path]:
    """Write a region's briefing into a folder; return its .docx, .pdf and .xlsx.

    Raises `paper.NoFontError` before anything is written where a PDF cannot be made.
    """
    told = briefing(material, words)
    drawings = {".pdf": pdf_file(told), ".docx": docx_file(told),
                ".xlsx": xlsx_file(material, words)}  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for suffix in SUFFIXES:
        path = folder / (told.name + suffix)
        path.write_bytes(drawings[suffix])
        written.append(path)
    return written[0], written[1], written[2]


def write_briefings(
    engine: sa.Engine, regions: Iterable[str], folder: Path, words: Wording, vintage: Vintage
) -> Iterator[tuple[str, tuple[Path, Path, Path]]]:
    """Write the briefings of regions one by one; yield each region when its files are there.

    What regions have in common is asked once. Raises `KeyError` for an unknown region.
    """
    wanted = [(region, facts.parent_of(region)) for region in regions]
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
    facts, common = material.facts, material.shared
    return {
        words("Verdicts"): province.verdict_table(facts, common.judged.asked, words),
        words("Comparison"): province.comparison_table(facts, words),
        words("Figures"): figure_table(material, words),
        words("Missing"): province.missing_table(facts, words),
        words("Provenance"): _provenance(material, words),
    }


def figure_table(material: Material, words: Wording) -> pd.DataFrame:
    """Return every figure of a region, totals and parts, each with where it stands."""
    facts = material.facts
    every = pd.concat([facts.own, facts.parts[facts.parts["region"] == facts.region]])
    return tables.figure_table(every, material.citations, words)


def _provenance(material: Material, words: Wording) -> pd.DataFrame:
    """Return what the figures rest on, one line a row."""
    facts, common = material.facts, material.shared
    register = common.judged.register
    cited = material.citations[material.citations["basis"] != "derived"]
    documents = cited.drop_duplicates(["document", "publisher", "url"])
    lines = [
        (words("Release"), words(
            "Release {number}, published {date}. Figures are quoted as facts with their source.",
            number=common.vintage.release, date=words.date(str(common.release["published_at"])),
        )),
        (words("Reason"), words.known(str(common.release["reason"]))),
        (words("Code version"), str(common.release["code_version"])),
        *((words("Source"), tables.source_name(key, words))
          for key in sorted(set(facts.own["source"]))),
        *((words("Document"), _document(row, words)) for row in documents.to_dict("records")),
        *((words("Target"), line) for target in dict.fromkeys(facts.verdicts["target"])
          for line in citation_lines(register.record(target), words)[:1]),
        *((words("Map"), line) for line in map_provenance(common.boundaries, words)),
    ]  # fmt: skip
    if common.vintage.dataset == "demonstration":
        mark = words("Demonstration data: generated for trying things out, true of no region.")
        lines.insert(0, (words("Warning"), mark))
    return pd.DataFrame(lines, columns=[words("Part"), words("Text")]).drop_duplicates()


def _document(row: dict[object, object], words: Wording) -> str:
    parts = [row["document"], row["publisher"], row["date"], row["url"], row["licence"]]
    said = [str(part) for part in parts if isinstance(part, str) and part]
    return words.listed([*said, tables.verification_name(str(row["verification"]), words)])
