"""All figures of one region as a workbook, with what each rests on."""

from __future__ import annotations

import pandas as pd

from indicators import downloads, maps, province, tables
from indicators.objectives import citation_lines
from indicators.province import Material
from indicators.wording import Wording


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
        *((words("Map"), line) for line in maps.map_provenance(common.boundaries, words)),
    ]  # fmt: skip
    if common.vintage.dataset == "demonstration":
        mark = words("Demonstration data: generated for trying things out, true of no region.")
        lines.insert(0, (words("Warning"), mark))
    return pd.DataFrame(lines, columns=[words("Part"), words("Text")]).drop_duplicates()


def _document(row: dict[object, object], words: Wording) -> str:
    parts = [row["document"], row["publisher"], row["date"], row["url"], row["licence"]]
    said = [str(part) for part in parts if isinstance(part, str) and part]
    return words.listed([*said, tables.verification_name(str(row["verification"]), words)])
