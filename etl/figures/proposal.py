"""A declaration proposed from the file itself: each item with how sure it is, and why.

What is not sure is left as a marked TODO, which loading refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from etl.figures.declaration import beside
from etl.figures.evidence import Evidence, Item
from etl.figures.grammar import SCHEMA
from etl.files.listing import Listing
from etl.files.opening import opened
from etl.files.table import Sample
from indicators.catalogue import Catalogue
from indicators.findings import message
from indicators.schema import load_schema
from indicators.wording import Wording


@dataclass(frozen=True)
class Proposal:
    """What a file's declaration may be."""

    file: str
    items: list[Item]

    def yaml(self, words: Wording) -> str:
        """Return the declaration, ready to be saved, with its reasons as comments."""
        sure = {
            "certain": words("certain"),
            "likely": words("likely"),
            "unsure": words("unsure"),
        }
        unsure = any(item.certainty == "unsure" for item in self.items)
        about = (
            words("Proposed for {file}. Replace every TODO: nothing loads before.", file=self.file)
            if unsure
            else words(
                "Proposed for {file}. Nothing is left open: read it before it loads.",
                file=self.file,
            )
        )
        lines = [f"# {about}"]
        for top in load_schema(SCHEMA)["properties"]:  # in the order of the schema
            nested = False
            for item in (item for item in self.items if item.key.partition(".")[0] == top):
                _, inner, key = item.key.partition(".")
                if inner and not nested:
                    nested = True
                    lines.append(f"{top}:")
                indent = "  " if inner else ""
                why = words(item.why.text, **item.why.values).replace("\n", " ")
                lines.append(f"{indent}# {sure[item.certainty]}: {why}")
                said = yaml.safe_dump(
                    {key if inner else top: item.value},
                    allow_unicode=True,
                    default_flow_style=False,
                    sort_keys=False,
                    width=1_000,
                )
                said = said.replace("? ''\n: ", "'': ")
                lines += [indent + line for line in said.splitlines()]
        return "\n".join(lines) + "\n"


def propose(path: Path, catalogue: Catalogue) -> Proposal:
    """Return a proposed declaration; raises `FindingsError` where a file holds no table."""
    listing = Listing(path.name)
    with opened(path, listing) as source:
        first, *others = source.samples()
    looking = Evidence(catalogue, first, path, others)
    return Proposal(beside(path).name, [*_written(first), *looking.items()])


def _written(sample: Sample) -> list[Item]:
    """Return how a text is written."""
    if not sample.encoding:
        return []
    marked, utf8 = sample.marked, sample.encoding == "utf-8"
    why = (
        message("the file's first bytes say so")
        if marked
        else message("the first rows are text in it")
        if utf8
        else message("they are not UTF-8, and are text in it")
    )
    parted = message("the sign that parts the first rows")
    return [
        Item("encoding", sample.encoding, "certain" if marked or utf8 else "likely", why),
        Item("separator", sample.separator, "likely", parted),
    ]
