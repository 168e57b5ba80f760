"""Which figures are withheld on publication, so that nobody's own figure can be read from them.

    primary        too few behind a figure (threshold), one of them too large (dominance), or
                   marked as confidential by its source
    complementary  as many others as it takes that no withheld figure follows by subtraction
    ratio          ratios that would give a withheld numerator or denominator away

A withheld figure loses value, numerator and denominator and bears confidentiality C, whatever
the rule, so that the mark does not tell which figure is the small one. Zero is a figure and
stays. Cell suppression as in Hundepool et al., Statistical Disclosure Control (2012), ch. 4:
no relation between parts and whole may hold one withheld figure only, nor may any follow from
several relations together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix, vstack
from scipy.sparse.linalg import lsmr

from etl.divisions import divisions
from etl.tidy import DERIVED, TidyRows
from indicators.catalogue import Catalogue, Indicator
from indicators.database import KEY

KEYS = ", ".join(KEY)
PLACES = ("industry", "size", "region")
WITHIN = ("scheme", "industry", "size", "region")  # the dimensions of one indicator and period
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def withheld(rows: TidyRows, catalogue: Catalogue) -> pd.DataFrame:
    """Return KEY and rule (marked, threshold, dominance, complementary, ratio) of what to withhold.

    Not for millions: see `keep_withheld`.
    """
    keep_withheld(rows, catalogue)
    return rows.query(f"SELECT {KEYS}, rule FROM withheld ORDER BY {KEYS}")  # noqa: S608


def keep_withheld(rows: TidyRows, catalogue: Catalogue) -> int:
    """Keep KEY and rule of what to withhold as the table `withheld` beside `tidy`; return how many.

    The view `tidy` may have two further columns: contributors, how many a figure is made of, and
    largest, the figure of the largest of them, in the unit of the value. One indicator and
    period is held in memory at a time.
    """
    _keep_primary(rows, catalogue)
    for name in WITHIN:  # as numbers, so that a table of a million cells is small
        names = f"SELECT DISTINCT {name} FROM tidy ORDER BY 1"  # noqa: S608
        rows.connection.execute(f"CREATE OR REPLACE TYPE {name}_code AS ENUM ({names})")
    chains = divisions(catalogue)
    tables = rows.query("SELECT DISTINCT indicator, period FROM withheld ORDER BY ALL")
    if tables.empty:
        return 0
    for indicator, period in tables.itertuples(index=False):
        if indicator not in catalogue.indicators:
            continue
        item = catalogue.indicators[indicator]
        # All but a few organisations stand in one place: where none of a whole stands in two, it
        # is the sum of its parts. Over schemes most overlap.
        dimensions = {*item.additive, *(PLACES if item.kind == "count" else ())}
        cells = _cells(rows, indicator, period)
        relevant = chains[chains["dimension"].isin(dimensions)]
        # Where nothing adds up over schemes each is a table of its own, which is far less work.
        apart = cells.groupby("scheme", observed=True).indices if "scheme" not in dimensions else {}
        for places in apart.values() or [slice(None)]:
            part = cells.iloc[places].reset_index(drop=True)
            others = part[complementary(part, relevant)]
            found = others.assign(indicator=indicator, period=period, rule="complementary")
            _add(rows, found[[*KEY, "rule"]])
    for item in catalogue.indicators.values():
        if item.numerator and item.denominator:
            _add_ratios(rows, item)
    (count,) = rows.connection.execute("SELECT count(*) FROM withheld").fetchone() or (0,)
    return int(count)


def _add(rows: TidyRows, found: pd.DataFrame) -> None:
    rows.connection.register("found", found)
    rows.connection.execute("INSERT INTO withheld SELECT * FROM found")
    rows.connection.unregister("found")


def _keep_primary(rows: TidyRows, catalogue: Catalogue) -> None:
    """Keep KEY and rule of what is withheld for its own sake as the table `withheld`."""
    rules = pd.DataFrame(
        [
            (item.key, item.kind == "count", item.suppression.threshold, item.suppression.dominance)
            for item in catalogue.indicators.values()
            if item.suppression
        ],
        columns=["indicator", "counted", "threshold", "dominance"],
    ).astype({"threshold": float, "dominance": float})
    columns = set(rows.query("DESCRIBE tidy")["column_name"])
    contributors = "contributors" if "contributors" in columns else "NULL"
    largest = "largest" if "largest" in columns else "NULL"
    rows.connection.register("suppression", rules)
    rows.connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE withheld AS
        WITH judged AS (
            SELECT {KEYS}, if(counted, value, numerator) AS few, value, threshold, dominance,
                confidentiality, {contributors} AS contributors, {largest} AS largest
            FROM tidy LEFT JOIN suppression USING (indicator)
            WHERE source <> '{DERIVED}' AND (confidentiality <> 'F' OR value IS NOT NULL
                AND indicator IN (SELECT indicator FROM suppression))
        )
        SELECT {KEYS}, CASE
            WHEN confidentiality <> 'F' THEN 'marked'
            WHEN few > 0 AND few < threshold OR contributors > 0 AND contributors < threshold
                THEN 'threshold'
            WHEN value > 0 AND largest > dominance / 100 * value THEN 'dominance'
        END AS rule
        FROM judged WHERE rule IS NOT NULL
        """  # noqa: S608
    )
    rows.connection.unregister("suppression")


def _cells(rows: TidyRows, indicator: str, period: str) -> pd.DataFrame:
    """Return WITHIN, value and hidden of one indicator and period."""
    codes = ", ".join(f"{name}::{name}_code AS {name}" for name in WITHIN)
    return rows.query(
        f"""
        SELECT {codes}, value, rule IS NOT NULL AS hidden
        FROM (SELECT * FROM tidy WHERE indicator = $1 AND period = $2)
        LEFT JOIN withheld USING ({KEYS})
        WHERE value IS NOT NULL OR rule IS NOT NULL
        ORDER BY ALL
        """,  # noqa: S608
        [indicator, period],
    )


def complementary(cells: pd.DataFrame, chains: pd.DataFrame) -> Mask:
    """Return which further cells to withhold, one indicator and period at a time.

    cells: WITHIN, value and hidden, one row a cell. chains: `divisions` of the dimensions over
    which a whole is the sum of its parts or, where they overlap, between the largest and the sum.
    """
    values = cells["value"].to_numpy(float)
    primary = cells["hidden"].to_numpy(bool)
    table = _table(cells, chains, values)
    hidden = primary.copy()
    while True:
        open_rows = table.open(hidden)
        if not len(open_rows):
            open_rows = table.solvable(hidden)
        if not len(open_rows):
            further: Mask = hidden & ~primary
            return further
        hidden[table.cheapest(open_rows, hidden)] = True


@dataclass(frozen=True)
class _Table:
    """Cells and their relations: a row a relation, +1 at its parts and −1 at its whole."""

    relations: csr_matrix
    values: Floats

    def open(self, hidden: Mask) -> Ints:
        """Return the relations that give a withheld cell away by themselves.

        That is those with one, and those whose withheld parts sum to their number: they are all 1.
        """
        members = abs(self.relations) @ hidden
        whole = (self.relations < 0) @ hidden > 0
        total = self.relations @ np.where(hidden, self.values, 0.0)
        ones = (members > 1) & ~whole & (total <= members)
        giving: Mask = ((members == 1) | ones) & self._can_grow(hidden)
        return np.flatnonzero(giving)

    def _can_grow(self, hidden: Mask) -> Mask:
        public: Floats = abs(self.relations) @ np.where(hidden, 0.0, 1.0)
        return np.greater(public, 0)

    def solvable(self, hidden: Mask) -> Ints:
        """Return, for each withheld cell that all relations together determine, one it is in.

        A cell is determined when it is zero in every vector that all relations send to zero; a
        vector drawn at random from that space is zero there and nowhere else.
        """
        columns = np.flatnonzero(hidden)
        used = self.relations[:, columns]
        used = used[np.diff(used.indptr) > 0]
        if not used.shape[0]:
            return np.empty(0, np.int64)
        drawn = np.random.default_rng(0).uniform(1, 2, len(columns))
        for _ in range(20):
            image = used @ drawn
            if np.abs(image).max() < 1e-10:
                break
            drawn -= lsmr(used, image, atol=1e-14, btol=1e-14, conlim=0)[0]
        determined = columns[np.abs(drawn) < 1e-6]
        if not len(determined):
            return determined
        growing = self._can_grow(hidden)
        holding = self.relations.tocsc()[:, determined].indices
        if not growing[holding].any():
            holding = self.relations.tocsc()[:, columns].indices
        return np.unique(holding[growing[holding]]).astype(np.int64)

    def cheapest(self, rows: Ints, hidden: Mask) -> Ints:
        """Return of each of these relations the smallest public cell: zero last, parts first."""
        chosen = self.relations[rows]
        entries = pd.DataFrame(
            {
                "row": np.repeat(np.arange(len(rows)), np.diff(chosen.indptr)),
                "cell": chosen.indices,
                "whole": chosen.data < 0,
            }
        )
        entries["value"] = self.values[entries["cell"]]
        entries["zero"] = entries["value"] == 0
        free = entries[~hidden[entries["cell"]]]
        first = free.sort_values(["row", "zero", "whole", "value", "cell"]).drop_duplicates("row")
        return np.unique(first["cell"].to_numpy(np.int64))


def _table(cells: pd.DataFrame, chains: pd.DataFrame, values: Floats) -> _Table:
    """Return the relations that hold between cells: each part and its nearest given whole.

    A relation whose parts fall short of the whole has a rest that nobody knows, and gives
    nothing away; with a value that is unknown to us too, it is taken to hold. Where parts overlap
    a bound that is reached tells as much as an equation, one that is not reached tells nothing:
    a cell keeps a margin as long as the reached ones together do not determine it.
    """
    codes = {name: cells[name].astype("category").cat for name in WITHIN}
    sizes = [len(codes[name].categories) for name in WITHIN]
    strides = dict(zip(WITHIN, np.cumprod([1, *sizes[:0:-1]])[::-1], strict=True))
    packed = np.zeros(len(cells), np.int64)
    for name in WITHIN:
        packed += codes[name].codes.to_numpy(np.int64) * strides[name]
    order = np.argsort(packed)
    blocks: list[csr_matrix] = []
    for (dimension, _), chain in chains.groupby(["dimension", "family"], sort=True):
        numbers = codes[str(dimension)].codes.to_numpy(np.int64)
        wholes = _wholes(chain, codes[str(dimension)].categories)
        whole = np.full(len(cells), -1)
        for above in wholes:
            at = above[numbers]
            asked = np.flatnonzero((whole < 0) & (at >= 0))
            wanted = packed[asked] + (at[asked] - numbers[asked]) * strides[str(dimension)]
            place = np.minimum(np.searchsorted(packed, wanted, sorter=order), len(cells) - 1)
            given = packed[order[place]] == wanted
            whole[asked[given]] = order[place[given]]
        blocks.append(_relations(whole, values))
    return _Table(csr_matrix(vstack([csr_matrix((0, len(cells))), *blocks])), values)


def _wholes(chain: pd.DataFrame, names: pd.Index) -> Iterator[Ints]:
    """Yield, nearest first, the number of the whole above each code, −1 for none."""
    for _, step in chain.groupby("distance", sort=True):
        above = np.full(len(names), -1)
        parts, wholes = (names.get_indexer(pd.Index(step[name])) for name in ("part", "whole"))
        both = (parts >= 0) & (wholes >= 0)
        above[parts[both]] = wholes[both]
        yield above


def _relations(whole: Ints, values: Floats) -> csr_matrix:
    """Return the relations of one family as a matrix, those that hold.

    Of parts that sum to more than their whole, those that are all of it.
    """
    parts = np.flatnonzero(whole >= 0)
    wholes, row = np.unique(whole[parts], return_inverse=True)
    total = np.bincount(row, values[parts], len(wholes))
    allowed = np.bincount(row, np.ones(len(parts)), len(wholes)) * 1e-9 * np.abs(values[wholes])
    # NaN, unknown to us too, is never beyond what is allowed.
    beyond = np.abs(total - values[wholes]) > np.maximum(allowed, 1e-9)
    overlapping = beyond & (total > values[wholes])
    all_of_it = parts[overlapping[row] & (values[parts] == values[whole[parts]])]
    return csr_matrix(
        vstack(
            [
                _matrix(row, parts, wholes, len(values))[~beyond],
                _matrix(np.arange(len(all_of_it)), all_of_it, whole[all_of_it], len(values)),
            ]
        )
    )


def _matrix(row: Ints, parts: Ints, wholes: Ints, width: int) -> csr_matrix:
    return csr_matrix(
        (
            np.r_[np.ones(len(parts)), -np.ones(len(wholes))],
            (np.r_[row, np.arange(len(wholes))], np.r_[parts, wholes]),
        ),
        shape=(len(wholes), width),
    )


_SAME = "h.scheme = a.scheme AND h.industry = a.industry AND h.size = a.size"
_BELOW = {
    "share": "h.period = a.period AND h.region = $whole",
    "same": "h.period = a.period AND h.region = a.region AND $whole IS NULL",
    # Any that the ratio may have been divided by.
    "earlier": """h.region = a.region AND h.period[1:4] <= a.period[1:4] AND $whole IS NULL
        AND CAST(h.period[1:4] AS INTEGER) + $years >= CAST(a.period[1:4] AS INTEGER)""",
}


def _add_ratios(rows: TidyRows, item: Indicator) -> None:
    """Add the ratios of one indicator that would give a withheld figure away."""
    below = _BELOW["share" if item.share_of else item.denominator_period]
    rows.connection.execute(
        f"""
        INSERT INTO withheld
        SELECT {KEYS}, 'ratio' FROM tidy a
        WHERE a.indicator = $ratio AND a.value IS NOT NULL AND (
            EXISTS (FROM withheld h WHERE h.indicator = $top AND h.period = a.period
                AND {_SAME} AND h.region = a.region)
            OR EXISTS (FROM withheld h WHERE h.indicator = $bottom AND {_SAME} AND {below}
                AND $years >= 0))
            AND NOT EXISTS (FROM withheld h WHERE h.indicator = a.indicator
                AND h.period = a.period AND {_SAME} AND h.region = a.region)
        """,  # noqa: S608
        {
            "ratio": item.key, "top": item.numerator, "bottom": item.denominator,
            "whole": item.share_of, "years": item.max_age or 100,
        },
    )  # fmt: skip
