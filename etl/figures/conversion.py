"""Published columns to our codes and numbers, a batch at a time.

A column holds few distinct texts: each is understood once, and the rows point at it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.checks.cells import CONF_STATUS, OBS_STATUS
from etl.figures.cells import month, period, quarter, year
from etl.figures.declaration import Declaration
from etl.figures.notes import Notes
from etl.figures.units import power
from etl.files.listing import Listing
from indicators.catalogue import Catalogue, Text
from indicators.findings import Message, message
from indicators.names import EXPECTED, Names, UnreadError, folded, is_note, names
from indicators.statuses import OBSERVATION_STATUSES
from indicators.store.tables import KEY
from indicators.wording import LANGUAGES, Wording

Indices = npt.NDArray[np.int64]
_REMEMBERED = 100_000


@dataclass
class Coded:
    """A column as its distinct texts and, a row, which of them."""

    texts: Sequence[str]
    rows: Indices

    def take(self, chosen: npt.NDArray[np.bool_]) -> Coded:
        return Coded(self.texts, self.rows[chosen])

    def where(self, holds: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """Return the rows whose text `holds`."""
        return np.array([*map(holds, self.texts), False])[self.rows]


def coded(column: Any) -> Coded:
    """Return an Arrow column of texts as `Coded`."""
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).fill_null("").dictionary_encode()
    return Coded(
        column.dictionary.to_pylist(),
        column.indices.to_numpy(zero_copy_only=False).astype(np.int64),
    )


def present(places: Indices) -> Indices:
    """Return which places (from 0) occur, each once."""
    return np.flatnonzero(np.bincount(places))


@dataclass
class Codes:
    """Codes of our lists and, a row, which of them; −1 where there is none."""

    codes: list[str]
    rows: Indices

    def dictionary(self) -> Any:
        """Return the column for writing."""
        return pa.DictionaryArray.from_arrays(
            pa.array(self.rows.astype(np.int32)), pa.array(self.codes, pa.string())
        )


def repeated(code: str, count: int) -> Codes:
    """Return a column that says the same in every row."""
    return Codes([code], np.zeros(count, dtype=np.int64))


@dataclass
class Conversion:
    """What one file's texts mean, by its declaration."""

    declaration: Declaration
    catalogue: Catalogue
    listing: Listing
    notes: Notes = field(init=False)
    _readers: dict[str, Callable[[str], str]] = field(default_factory=dict)
    _known: dict[str, dict[str, str | UnreadError]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.notes = Notes(self.declaration.notes)
        self._readers["period"] = self._period()
        self._readers |= {"year": year, "quarter": quarter, "month": month}
        for key in KEY:
            if key != "period":
                self._readers[key] = self._names(key).code
        said = {
            folded(Wording(language)(status.sentence)): code
            for language in LANGUAGES
            for code, status in OBSERVATION_STATUSES.items()
        }
        self._readers["status"] = self._member(
            "status", OBS_STATUS, "A", message("a status of SDMX CL_OBS_STATUS"), said
        )
        self._readers["confidentiality"] = self._member(
            "confidentiality", CONF_STATUS, "F", message("a status of SDMX CL_CONF_STATUS"), {}
        )
        self._readers["unit"] = lambda text: text.strip()
        self.power = cache(self._power)
        units = self.declaration.unit
        for key in units if isinstance(units, Mapping) else ():
            if key not in self.catalogue.indicators:
                self.listing.add(
                    key,
                    EXPECTED["indicator"],
                    message("correct {key} in the declaration", key=f"unit.{key}"),
                )

    def _member(
        self,
        key: str,
        codes: Sequence[str],
        default: str,
        expected: Message,
        said: Mapping[str, str],
    ) -> Callable[[str], str]:
        """Return the reader of a mark: a code, a sentence that is one's, a name as declared."""
        own = self.declaration.names.get(key, {})
        for name, code in own.items():
            if code not in codes:
                self.listing.add(
                    code,
                    expected,
                    message("correct {key} in the declaration", key=f"names.{key}.{name}"),
                )
        spelt = {code.casefold(): code for code in ("", *codes)} | dict(said)
        spelt |= {folded(name): code for name, code in own.items()}

        def read(text: str) -> str:
            bare = folded(text)
            if bare not in spelt:
                raise UnreadError(
                    expected,
                    message(
                        "one of {names}; say under {key} what other words mean",
                        names=" ".join(codes),
                        key=f"`names.{key}`",
                    ),
                )
            return spelt[bare] or default

        return read

    def _period(self) -> Callable[[str], str]:
        """Return how periods are read: first the file's own words for them, such as 上年."""
        read = partial(period, serial=self.declaration.dates == "serial")
        own: dict[str, str] = {}
        for name, said in self.declaration.names.get("period", {}).items():
            try:
                own[folded(name)] = period(said)
            except UnreadError as reason:
                key = f"names.period.{name}"
                self.listing.add(said, reason.expected, reason.advice, column=key)
        return lambda text: own.get(folded(text)) or read(text) if own else read(text)

    def _names(self, key: str) -> Names:
        declared = self.declaration
        kinds = {declared.regions} if declared.regions else None
        known = names(
            self.catalogue,
            key,
            own=declared.names.get(key),
            scope=declared.scope,
            whole=declared.whole,
            kinds=kinds,
            within=declared.within,
        )
        # A total may be of another kind than the regions that are its parts.
        codes = set(self.catalogue.regions["code"] if key == "region" else known.shown)
        for name, code in declared.names.get(key, {}).items():
            if code not in codes:
                self.listing.add(
                    code, known.expected,
                    message("correct {key} in the declaration", key=f"names.{key}.{name}"),
                )  # fmt: skip
        for place, region in (("whole", declared.whole), ("within", declared.within)):
            if key == "region" and region and region not in codes:
                self.listing.add(
                    region, known.expected, message("correct {key} in the declaration", key=place)
                )
        return known

    def fixed(self, key: str, text: str, column: str, row: int | None = None) -> str:
        """Return the code of what holds for many rows, read from the declaration or the header."""
        found = self._understood(key, text)
        if isinstance(found, UnreadError):
            self.listing.add(text, found.expected, found.advice, row=row, column=column)
            return ""
        return found

    def codes(self, key: str, column: Coded, rows: Indices, label: str) -> Codes:
        """Return a column's codes; every row without one is listed."""
        places: dict[str, int] = {}
        meaning = np.full(len(column.texts) + 1, -1, dtype=np.int64)
        for index in present(column.rows):
            found = self._understood(key, column.texts[index])
            if not isinstance(found, UnreadError):
                meaning[index] = places.setdefault(found, len(places))
        indices = meaning[column.rows]
        wrong = np.flatnonzero(indices < 0)
        self.list_rows(wrong, rows, label, lambda place: self._said(key, column, place))
        return Codes(list(places), indices)

    def list_rows(
        self, wrong: Indices, rows: Indices, label: str,
        said: Callable[[int], tuple[str, UnreadError]],
    ) -> None:  # fmt: skip
        """List the rows that are wrong, as many as people can read, and count the others."""
        for done, place in enumerate(wrong.tolist()):
            if self.listing.full:
                self.listing.uncounted(len(wrong) - done)
                break
            text, why = said(place)
            self.listing.add(text, why.expected, why.advice, row=int(rows[place]), column=label)

    def _said(self, key: str, column: Coded, place: int) -> tuple[str, UnreadError]:
        text = column.texts[column.rows[place]]
        found = self._understood(key, text)
        if not isinstance(found, UnreadError):
            raise AssertionError
        if is_note(text):
            advice = message(
                "if the table ends here, leave out what stands below it: `column: {column}` with "
                "`from`",
                column=self.declaration.columns[key],
            )
            return text, UnreadError(found.expected, advice)
        if not text.strip():
            advice = message(
                "fill the cell; if the one above is meant, declare `merged: [{key}]`", key=key
            )
            return text, UnreadError(found.expected, advice)
        return text, found

    def _understood(self, key: str, text: str) -> str | UnreadError:
        known = self._known.setdefault(key, {})
        if text not in known:
            if len(known) >= _REMEMBERED:
                known.clear()
            try:
                known[text] = self._readers[key](self.notes.split(text)[0])
            except UnreadError as reason:
                known[text] = reason
        return known[text]

    def _power(self, indicator: str, unit: str | None) -> int | UnreadError:
        """Return the power of ten from the file's unit to the indicator's."""
        said, own = self.unit(indicator, unit)
        if not said:
            return UnreadError(
                message("the unit of {indicator}", indicator=indicator),
                message("correct {key} in the declaration", key="unit"),
            )
        try:
            return power(said, own)
        except UnreadError as reason:
            return reason

    def unit(self, indicator: str, unit: str | None) -> tuple[str, Text]:
        """Return the unit that an indicator's figures are read in, and the indicator's own."""
        declared = self.declaration.unit
        said = unit if unit is not None else declared
        if isinstance(said, Mapping):
            said = said.get(indicator)
        return said or "", self.catalogue.units[self.catalogue.indicators[indicator].unit]

    def is_percentage(self, indicator: str, *, difference: bool = True) -> bool:
        """Return whether an indicator's figures are percentages, or a `difference` of two."""
        unit = self.catalogue.indicators[indicator].unit
        return unit == "percent" or (difference and unit == "points")
