"""A column of published figures to numbers, exactly: fast where it is plain, explained where not.

Multiples are applied to the decimal text, so 193.7 in 万 is the number nearest to 1,937,000.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.figures.cells import Amount, amount
from etl.figures.declaration import MEANINGS
from indicators.findings import message
from indicators.names import UnreadError, plain
from indicators.statuses import ObservationStatus

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
NUMBER, WRONG = 0, -1
NO_DATA = ObservationStatus.NO_DATA.code
_GROUPED = r"^-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?$"


@dataclass
class Figures:
    """values: NaN where there is none. meaning: NUMBER, WRONG, or 1 + the place in MEANINGS."""

    values: Floats
    meaning: Indices
    why: Callable[[int], tuple[str, UnreadError]]


@dataclass(frozen=True)
class Reading:
    """How a column's texts are to be read, a row each: `powers` of ten to be applied, whether it
    is a percentage, whether an empty cell is excused by the row's own status.
    """

    missing: Mapping[str, str]
    powers: Indices
    percentages: Truths
    excused: Truths

    def figures(self, column: Any) -> Figures:
        """Return the numbers of a column of texts or numbers."""
        count = len(column)
        values = np.full(count, np.nan)
        meaning = np.full(count, NUMBER, dtype=np.int64)
        column = _texts(column)
        rest = self._set_missing(column, meaning)
        wanted = column if rest is None else column.filter(pa.array(rest))
        places = np.arange(count) if rest is None else np.flatnonzero(rest)
        powers = self.powers[places]
        read = _plain(wanted, powers)
        reasons: dict[int, tuple[str, UnreadError]] = {}
        if read is None:
            read, wrong, reasons = self._explained(wanted, powers, self.percentages[places])
            meaning[places[wrong]] = WRONG
        values[places] = read
        return Figures(values, meaning, lambda place: reasons[_place(places, place)])

    def _set_missing(self, column: Any, meaning: Indices) -> Truths | None:
        """Mark what stands for nothing; return the rows that are left, None for all."""
        texts = list(self.missing)
        if "" not in texts and self.excused.any():
            texts.append("")
        if not texts:
            return None
        bare = pc.utf8_trim_whitespace(column)
        if not pc.all(pc.string_is_ascii(bare)).as_py():
            bare = pc.utf8_normalize(bare, form="NFKC")
        found = pc.index_in(bare, pa.array(texts, pa.string())).fill_null(-1)
        index = found.to_numpy(zero_copy_only=False).astype(np.int64)
        if "" not in self.missing and "" in texts:
            index[(index == len(texts) - 1) & ~self.excused] = -1
        gone = index >= 0
        if not gone.any():
            return None
        said = [1 + MEANINGS.index(self.missing.get(text, NO_DATA)) for text in texts]
        meaning[gone] = np.array(said)[index[gone]]
        left: Truths = ~gone
        return left

    def _explained(
        self, column: Any, powers: Indices, percentages: Truths
    ) -> tuple[Floats, Indices, dict[int, tuple[str, UnreadError]]]:
        """Return the numbers, the rows that are none, and why; each distinct text is read once."""
        encoded = column.dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        index = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        kinds, kind = np.unique(powers * 2 + percentages, return_inverse=True)
        pairs, pair = np.unique(index * len(kinds) + kind, return_inverse=True)
        read = np.full(len(pairs), np.nan)
        failed: dict[int, tuple[str, UnreadError]] = {}
        amounts: dict[int, Amount | UnreadError] = {}
        for place, both in enumerate(pairs.tolist()):
            text, said = both // len(kinds), int(kinds[both % len(kinds)])
            if text not in amounts:
                amounts[text] = _amount(texts[text])
            found = _scaled(amounts[text], said // 2, percentage=bool(said % 2))
            if isinstance(found, UnreadError):
                failed[place] = (texts[text], found)
            else:
                read[place] = found
        values = read[pair]
        wrong = np.flatnonzero(np.isnan(values))
        return values, wrong, {int(row): failed[int(pair[row])] for row in wrong[:2_000]}


def missing_texts(declared: Mapping[str, str]) -> dict[str, str]:
    """Return what stands for nothing, as a cell says it without blanks and in half width."""
    return {plain(text): meaning for text, meaning in declared.items()}


def _place(places: Indices, place: int) -> int:
    return int(np.searchsorted(places, place))


def _texts(column: Any) -> Any:
    kind = column.type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        return column
    # Half precision aside, Python writes the shortest text that is the same number.
    return pa.array(
        ["" if v is None or v != v else f"{Decimal(repr(v)):f}" if abs(v) != float("inf") else "∞"
         for v in column.to_pylist()],
        pa.string(),
    )  # fmt: skip


def _plain(column: Any, powers: Indices) -> Floats | None:
    """Return the numbers of a column of nothing but digits, None where there is more to it."""
    characters = _characters(column)
    if characters is None or characters.translate(None, b"0123456789.-,"):
        return None
    if b"," in characters:
        if not pc.all(pc.match_substring_regex(column, _GROUPED)).as_py():
            return None
        column = pc.replace_substring(column, ",", "")
    if powers.any():
        used, which = np.unique(powers, return_inverse=True)
        suffixes = pa.array([f"e{number}" if number else "" for number in used.tolist()])
        column = pc.binary_join_element_wise(column, suffixes.take(pa.array(which)), "")
    try:
        values: Floats = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    return values if np.isfinite(values).all() else None


def _characters(column: Any) -> bytes | None:
    """Return all characters of a column one after another, None where a cell is empty."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if not len(column):
        return b""
    _, starts, characters = column.buffers()
    offsets = np.frombuffer(starts, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    if characters is None or not np.diff(offsets).all():
        return None
    return memoryview(characters)[offsets[0] : offsets[-1]].tobytes()


def _amount(text: str) -> Amount | UnreadError:
    try:
        return amount(text)
    except UnreadError as reason:
        return reason


def _scaled(said: Amount | UnreadError, power: int, *, percentage: bool) -> float | UnreadError:
    if isinstance(said, UnreadError):
        return said
    if said.percent and not percentage:
        return UnreadError(
            message("a figure without a percent sign"),
            message("convert the figure, or correct the unit"),
        )
    if said.power and power:
        advice = message("write the figure with one multiple only")
        return UnreadError(message("a number"), advice)
    if said.percent and power:
        return UnreadError(
            message("a number"), message("declare the unit %: this cell says so too")
        )
    try:
        value = float(said.digits.scaleb(said.power + power))
    except (InvalidOperation, OverflowError):
        value = float("inf")
    if value in (float("inf"), float("-inf")):
        return UnreadError(message("a finite number"), message("correct the cell"))
    return value
