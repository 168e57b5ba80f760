"""Published columns to codes and numbers, a batch at a time, exactly; explained where they are not.

A column holds few distinct texts: each is understood once, and the rows point at it. Multiples are
applied to the decimal text, so 193.7 in 万 is the number nearest to 1,937,000.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.checks.one_figure import CONF_STATUS, OBS_STATUS
from etl.figures.cells import Amount, amount, attempt, month, period, quarter, year
from etl.figures.declaration import MEANINGS, Declaration
from etl.figures.units import power
from etl.files.listing import Listing
from indicators.catalogue import Catalogue
from indicators.findings import Message, message
from indicators.names import EXPECTED, Names, UnreadError, folded, is_note, names, plain
from indicators.statuses import OBSERVATION_STATUSES, ObservationStatus
from indicators.store.tables import KEY
from indicators.wording import LANGUAGES, Text, Wording


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


Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
Why = Callable[[int], tuple[str, UnreadError]]  # what stands in a row, and why it is wrong
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
                self._wrong(key, EXPECTED["indicator"], f"unit.{key}")

    def _wrong(self, found: str, expected: Message, key: str) -> None:
        """List what the declaration says under a key."""
        advice = message("correct {key} in the declaration", key=key)
        self.listing.add(found, expected, advice)

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
                self._wrong(code, expected, f"names.{key}.{name}")
        spelt = {code.casefold(): code for code in ("", *codes)} | dict(said)
        spelt |= {folded(name): code for name, code in own.items()}

        def read(text: str) -> str:
            bare = folded(text)
            if bare not in spelt:
                advice = message(
                    "one of {names}; say under {key} what other words mean",
                    names=" ".join(codes),
                    key=f"`names.{key}`",
                )
                raise UnreadError(expected, advice)
            return spelt[bare] or default

        return read

    def _period(self) -> Callable[[str], str]:
        """Return how periods are read: first the file's own words for them, such as 上年."""
        read = partial(period, serial=self.declaration.dates == "serial")
        own: dict[str, str] = {}
        for name, said in self.declaration.names.get("period", {}).items():
            if isinstance(meaning := attempt(period, said), UnreadError):
                key = f"names.period.{name}"
                self.listing.add(said, meaning.expected, meaning.advice, column=key)
            else:
                own[folded(name)] = meaning
        return lambda text: own.get(folded(text)) or read(text) if own else read(text)

    def _names(self, key: str) -> Names:
        declared = self.declaration
        known = names(
            self.catalogue,
            key,
            own=declared.names.get(key),
            scope=declared.scope,
            whole=declared.whole,
            kinds={declared.regions} if declared.regions else None,
            within=declared.within,
        )
        # A total may be of another kind than the regions that are its parts.
        codes = set(self.catalogue.regions["code"] if key == "region" else known.shown)
        for name, code in declared.names.get(key, {}).items():
            if code not in codes:
                self._wrong(code, known.expected, f"names.{key}.{name}")
        for place, region in (("whole", declared.whole), ("within", declared.within)):
            if key == "region" and region and region not in codes:
                self._wrong(region, known.expected, place)
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

    def list_rows(self, wrong: Indices, rows: Indices, label: str, said: Why) -> None:
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
        advice = found.advice
        if is_note(text):
            advice = message(
                "if the table ends here, leave out what stands below it: `column: {column}` with "
                "`from`",
                column=self.declaration.columns[key],
            )
        elif not text.strip():
            advice = message(
                "fill the cell; if the one above is meant, declare `merged: [{key}]`", key=key
            )
        return text, UnreadError(found.expected, advice)

    def _understood(self, key: str, text: str) -> str | UnreadError:
        known = self._known.setdefault(key, {})
        if text not in known:
            if len(known) >= _REMEMBERED:
                known.clear()
            known[text] = attempt(self._readers[key], self.notes.split(text)[0])
        return known[text]

    def _power(self, indicator: str, unit: str | None) -> int | UnreadError:
        """Return the power of ten from the file's unit to the indicator's."""
        said, own = self.unit(indicator, unit)
        if not said:
            return UnreadError(
                message("the unit of {indicator}", indicator=indicator),
                message("correct {key} in the declaration", key="unit"),
            )
        return attempt(power, said, own)

    def unit(self, indicator: str, unit: str | None) -> tuple[str, Text]:
        """Return the unit that an indicator's figures are read in, and the indicator's own."""
        declared = self.declaration.unit
        said = unit if unit is not None else declared
        if isinstance(said, Mapping):
            said = said.get(indicator)
        return said or "", self.catalogue.units[self.catalogue.indicators[indicator].unit]

    def is_percentage(self, indicator: str) -> bool:
        """Return whether an indicator's figures are percentages, or a difference of two."""
        return self.catalogue.indicators[indicator].unit in ("percent", "points")

    def is_share(self, indicator: str) -> bool:
        """Return whether figures are percentages of a whole; growth, which may fall, is not."""
        item = self.catalogue.indicators[indicator]
        return item.unit == "percent" and item.range[0] >= 0


NO_DATA, NOT_APPLICABLE, SUPPRESSED, OMITTED = range(1, 1 + len(MEANINGS))
WITHOUT_VALUE = tuple(status.code for status in ObservationStatus if not status.has_value)


def says(codes: Codes | None, wanted: tuple[str | None, ...]) -> Any:
    """Return which rows say one of `wanted`; None stands for a file without such a column."""
    if codes is None:
        return np.bool_(None in wanted)
    return np.array([*(code in wanted for code in codes.codes), False])[codes.rows]


def marked(status: Codes, secret: Codes, meaning: Any) -> tuple[Codes, Codes]:
    """Return status and confidentiality, where there is no figure by what stands in its place."""
    for code, wanted, marks in (
        (ObservationStatus.NO_DATA.code, (NO_DATA, SUPPRESSED), status),
        (ObservationStatus.NOT_APPLICABLE.code, (NOT_APPLICABLE,), status),
        ("C", (SUPPRESSED,), secret),
    ):
        here = np.isin(meaning, wanted)
        if marks is status:
            here &= ~says(status, WITHOUT_VALUE)
        put(marks, code, here)
    return status, secret


def put(codes: Codes, code: str, here: Any) -> None:
    """Make a code that of the rows `here`."""
    if here.any():
        if code not in codes.codes:
            codes.codes.append(code)
        codes.rows = np.where(here, codes.codes.index(code), codes.rows)


NUMBER, WRONG = 0, -1
_GROUPED = r"^-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?$"


@dataclass
class Figures:
    """values: NaN where there is none. meaning: NUMBER, WRONG, or 1 + the place in MEANINGS."""

    values: Floats
    meaning: Indices
    why: Why


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
        return Figures(values, meaning, lambda place: reasons[int(np.searchsorted(places, place))])

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
        no_data = ObservationStatus.NO_DATA.code
        said = [1 + MEANINGS.index(self.missing.get(text, no_data)) for text in texts]
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
                amounts[text] = attempt(amount, texts[text])
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


def _texts(column: Any) -> Any:
    kind = column.type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        return column
    # Half precision aside, Python writes the shortest text that is the same number.
    return pa.array(map(_written, column.to_pylist()), pa.string())


def _written(value: float | None) -> str:
    if value is None or value != value:
        return ""
    return "∞" if abs(value) == float("inf") else f"{Decimal(repr(value)):f}"


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
