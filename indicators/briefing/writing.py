"""Writing a region's briefing to a folder: .docx, .pdf, and its figures as .xlsx."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import sqlalchemy as sa

from indicators import maps, province
from indicators.briefing.content import briefing, name_of
from indicators.briefing.document import docx_file
from indicators.briefing.figures import xlsx_file
from indicators.briefing.paper import pdf_file
from indicators.queries import Vintage
from indicators.views import NATION
from indicators.wording import Wording

SUFFIXES = (".docx", ".pdf", ".xlsx")


def file_names(region: str, vintage: Vintage, words: Wording) -> list[str]:
    """Return the names of the files that a region's briefing is written to."""
    return [name_of(region, vintage, words) + suffix for suffix in SUFFIXES]


def write_briefing(
    material: province.Material, folder: Path, words: Wording
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
    wanted = [(region, province.parent_of(region)) for region in regions]
    judged = province.judged(engine, vintage.release)
    boundaries = maps.load()
    common = {
        parent: province.shared(engine, vintage, boundaries, judged, parent)
        for parent in dict.fromkeys(parent or NATION for _, parent in wanted)
    }
    for region, parent in wanted:
        material = province.material(common[parent], region)
        yield region, write_briefing(material, folder, words)
