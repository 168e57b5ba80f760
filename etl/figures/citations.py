"""Where the figures of a file stand: its document, and what single rows say of theirs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from etl.figures.declaration import CITED, PROVENANCE, Declaration
from etl.figures.values import Coded, Codes, Notes
from etl.files.listing import Listing
from indicators.findings import message

# A is an official outlet, B a copy of an official figure, C what nothing else confirms.
GRADES = {"A": "primary", "B": "secondary", "C": "unconfirmed"}
_COPIED = ("copy", "copy_kind", "url")
_TOLD_APART = ("file", "publisher", "document", "place", "basis", "verification", "note")


@dataclass
class Citations:
    """The citations of one file, as they are met."""

    declaration: Declaration
    listing: Listing
    source: str
    _rows: dict[str, dict[str, str | None]] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return what was cited, columns as the table `citation`."""
        return pd.DataFrame(self._rows.values())

    @cached_property
    def of_file(self) -> str:
        """The citation of figures whose rows say nothing of where they stand."""
        row = self._row({})
        # What says nothing of the columns that came later keeps the key it was published with.
        late = ("frequency", "second_sources")
        return self._key(row, [name for name in row if name not in late or row[name]])

    def of_rows(self, columns: Mapping[str, Coded], rows: Any, labels: Mapping[str, str]) -> Codes:
        """Return the citation of each row by what stands in its `columns`; list what is wrong."""
        names = [name for name in CITED if name in columns]
        which = np.zeros(len(rows), dtype=np.int64)
        for name in names:
            pairs = which * (len(columns[name].texts) + 1) + columns[name].rows
            _, first, which = np.unique(pairs, return_index=True, return_inverse=True)
        apart = [*_TOLD_APART, *(n for n in names if n not in (*_TOLD_APART, "grade"))]
        keys = []
        for place in first.tolist():
            cells = {name: columns[name].texts[columns[name].rows[place]] for name in names}
            row = self._row({name: text.strip() for name, text in cells.items()})
            self._check(row, cells, int(rows[place]), labels)
            keys.append(self._key(row, apart))
        codes = list(dict.fromkeys(keys))
        return Codes(codes, np.array([codes.index(key) for key in keys], dtype=np.int64)[which])

    def with_second_source(self, key: str, said: Mapping[str, str]) -> str:
        """Return the key of a citation that also names a further document, and what that says."""
        row = self._rows[key]
        names = ("publisher", "document", "place", "basis", "note", "date", *_COPIED)
        second: dict[str, object] = {name: said[name] for name in names if said.get(name)}
        second |= {"value": float(said["value"]), "verification": GRADES[_grade(said)]}
        every = [*json.loads(row["second_sources"] or "[]"), second]
        row = row | {"second_sources": json.dumps(every, ensure_ascii=False)}
        return self._key(row, [*_TOLD_APART, "second_sources"])

    def _row(self, cells: Mapping[str, str]) -> dict[str, str | None]:
        said = {**self.declaration.provenance, **{n: text for n, text in cells.items() if text}}
        sentences = Notes(self.declaration.notes).sentences()
        return {
            "source": self.source,
            "publisher": said.get("publisher", ""),
            "document": said.get("document", ""),
            "date": said.get("date"),
            **{name: said.get(name) for name in _COPIED},
            "licence": said.get("licence", ""),
            "place": said.get("place") or self.declaration.sheet or Path(self.listing.file).name,
            "basis": said.get("basis") or "as_published",
            "verification": GRADES.get(_grade(said), ""),
            "note": "；".join(filter(None, (said.get("note"), sentences))),
            "file": self.listing.file,
            "frequency": said.get("frequency"),
            "second_sources": None,
        }

    def _key(self, row: Mapping[str, str | None], apart: list[str]) -> str:
        parts = "\x1f".join(str(row[name]) for name in apart)
        key = hashlib.sha256(parts.encode()).hexdigest()[:12]
        self._rows.setdefault(key, {**row, "citation": key})
        return key

    def _check(
        self,
        row: Mapping[str, str | None],
        cells: Mapping[str, str],
        number: int,
        labels: Mapping[str, str],
    ) -> None:
        if not row["verification"]:
            self.listing.add(
                cells["grade"],
                message("one of {names}", names=" ".join(GRADES)),
                message("A is an official outlet, B a copy of an official figure, C unconfirmed"),
                row=number,
                column=labels["grade"],
            )
        for name in PROVENANCE:
            if not row[name]:
                self.listing.add(
                    "",
                    message("the document's {keys}", keys=name),
                    message("fill the cell, or say it of the whole file under `provenance`"),
                    row=number,
                    column=labels[name],
                )


def _grade(said: Mapping[str, str]) -> str:
    return said.get("grade") or ("B" if said.get("copy") else "A")
