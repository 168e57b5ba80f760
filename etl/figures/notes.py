"""Marks of notes that stand at the end of names, periods and figures: 2023年①, 1,234*."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from indicators.statuses import OBSERVATION_STATUSES


@dataclass(frozen=True)
class Notes:
    """What the marks mean, as declared: the code of an observation status, or any text."""

    meanings: Mapping[str, str]

    def split(self, text: str) -> tuple[str, str]:
        """Return a text without its marks, and the status that they give it, or nothing."""
        bare, status = text.rstrip(), ""
        while mark := next((mark for mark in self.meanings if bare.endswith(mark)), ""):
            bare = bare.removesuffix(mark).rstrip()
            status = status or self.status(mark)
        return (bare, status) if bare != text.rstrip() else (text, "")

    def status(self, mark: str) -> str:
        """Return the status that a mark gives, or nothing."""
        said = self.meanings[mark]
        return said if said in OBSERVATION_STATUSES else ""

    def column(self, texts: Any) -> tuple[Any, dict[str, npt.NDArray[np.bool_]]]:
        """Return an Arrow column without marks, and which rows they give which status."""
        if not self.meanings or not pa.types.is_string(texts.type):
            return texts, {}
        marks = "|".join(map(re.escape, sorted(self.meanings, key=len, reverse=True)))
        ended = rf"(?:\s*(?:{marks}))+\s*$"
        rows: dict[str, npt.NDArray[np.bool_]] = {}
        for mark in filter(self.status, self.meanings):
            one = rf"{re.escape(mark)}\s*(?:(?:{marks})\s*)*$"
            found = pc.match_substring_regex(texts, one).to_numpy(zero_copy_only=False)
            status = self.status(mark)
            rows[status] = rows[status] | found if status in rows else found
        return pc.replace_substring_regex(texts, ended, ""), rows

    def sentences(self) -> str:
        """Return what the marks say that is no status, one after another."""
        said = (f"{m} {text}" for m, text in self.meanings.items() if not self.status(m))
        return "；".join(said)
