"""What ratios and growth rates say of the figures that they are made of.

    hidden    a quotient that would give a suppressed part away is suppressed too
    implied   a source's own quotient says of a part that is in no file what the other part and
              rounding leave: where that is less than its threshold it counts as public, and as
              small if nothing else is possible
    bounded   a quotient that an earlier release published is known for good: it bounds either part
              by the other, where that is public or was

A quotient is top / bottom × factor + offset: a ratio as the catalogue declares it, the growth of
one indicator on the year before, or an industry's share of one, in per cent. A part that stands
under another indicator too (`same_as`) is looked for there as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from etl.suppression.earlier import Earlier
from etl.suppression.margins import Floats
from etl.tidy import DERIVED, KEYS, WITHHELD, TidyRows
from indicators.catalogue import Catalogue
from indicators.periods import SQL_MONTH
from indicators.regions import ALL
from indicators.store.tables import KEY

_PART = ", ".join(f"n.{name}" for name in KEY)
_AGE = "CAST({one}.period[1:4] AS INTEGER) - CAST({other}.period[1:4] AS INTEGER)"


@dataclass(frozen=True)
class Quotient:
    """top / bottom × factor + offset of one indicator, as it is written: decimals.

    way: where the bottom stands, beside the quotient: `same`, `share` (at the region `whole`),
    `industries` (at all of them), `earlier` (up to `years` before) or `before` (a year). schemes:
    where top and bottom stand, in SQL about `{row}`, a row of the quotient. stock: its periods are
    dates. declared: top and bottom as the catalogue names them.
    """

    key: str
    top: str
    bottom: str
    way: str
    factor: float
    offset: float
    decimals: int
    whole: str | None
    years: float
    stock: bool
    schemes: tuple[str, str]
    declared: tuple[str, str]

    def at(self, part: str, quotient: str, table: str) -> str:
        """Return the condition in SQL that a row of `table` is a part of a row of `quotient`."""
        place = self.place(part, quotient)
        period = place.pop("period")
        when = f"{table}.period = {period}"
        if part == "bottom" and self.way == "earlier":
            when = f"{_AGE.format(one=quotient, other=table)} BETWEEN 0 AND {self.years:g}"
        elif self.stock:  # of a year, its last quarter or its last month alike
            when = f"{_month(f'{table}.period')} = {_month(period)}"
        return " AND ".join([when, *(f"{table}.{name} = {at}" for name, at in place.items())])

    def place(self, part: str, quotient: str) -> dict[str, str]:
        """Return where a part of a row of `quotient` stands: SQL by KEY but the indicator."""
        place = {name: f"{quotient}.{name}" for name in KEY if name != "indicator"}
        place["scheme"] = self.schemes[part == "bottom"].format(row=quotient)
        if part == "bottom" and self.way == "before":
            period = place["period"]
            year = f"printf('%04d', CAST({period}[1:4] AS INTEGER) - 1)"
            place["period"] = f"({year} || {period}[5:])"
        if part == "bottom" and self.way == "share":
            place["region"] = f"'{self.whole}'"
        if part == "bottom" and self.way == "industries":
            place["industry"] = f"'{ALL}'"
        return place

    def bounds(
        self, part: str, quotient: Floats, other: Floats, step: float
    ) -> tuple[Floats, Floats, Floats]:
        """Return the least, the nearest and the most that a part may be, in whole steps."""
        written = [len(f"{each:.12f}".rstrip("0").split(".")[1]) for each in quotient]
        half = 0.5 * 10.0 ** -np.maximum(written, self.decimals).astype(float)
        least, nearest, most = (
            np.maximum(quotient + by - self.offset, 0.0) / self.factor for by in (-half, 0, half)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            if part == "top":
                low, value, high = least * other, nearest * other, most * other
            else:
                low, value = other / most, np.where(nearest > 0, other / nearest, 0.0)
                high = np.where(least > 0, other / least, np.inf)
        low = np.ceil(np.nan_to_num(low) / step - 1e-9) * step
        high = np.floor(high / step + 1e-9) * step
        return low, np.clip(np.round(value / step) * step, low, np.maximum(low, high)), high


def _month(period: str) -> str:
    return f"({SQL_MONTH.replace('period', period)})"


def quotients(catalogue: Catalogue) -> Iterator[Quotient]:
    """Yield the quotients that the catalogue declares."""
    for item in catalogue.indicators.values():
        of = item.growth_of or item.industry_share_of
        bottoms = item.denominators
        if of:
            top, bottoms = of, (of,)
            way = "before" if item.growth_of else "industries"
        elif item.numerator:
            top = item.numerator
            way = "share" if item.share_of else item.denominator_period
        else:
            continue
        for bottom in bottoms:  # any that it may have been divided by
            names = product(_names(top, catalogue), _names(bottom, catalogue))
            for (above, over), (below, under) in names:
                yield Quotient(
                    item.key,
                    above,
                    below,
                    way=way,
                    factor=100.0 if of else item.factor,
                    offset=-100.0 if item.growth_of else 0.0,
                    decimals=item.decimals,
                    whole=item.share_of,
                    years=item.max_age or 100.0,
                    stock=item.timing == "stock",
                    schemes=(over, under),
                    declared=(top, bottom),
                )


def _names(key: str, catalogue: Catalogue) -> list[tuple[str, str]]:
    """Return under which indicators a part of a quotient stands, and at which scheme each."""
    same = catalogue.indicators[key].same_as
    if same is None or same.scheme is None:
        return [(key, "{row}.scheme")]
    # What is counted for one scheme alone stands at all of them; its rates may name the scheme.
    own = f"if({{row}}.scheme = '{same.scheme}', '{ALL}', {{row}}.scheme)"
    return [(key, own), (same.indicator, f"'{same.scheme}'")]


def _telling(each: Quotient) -> str:
    """Return the condition in SQL that a part of a row `a` is suppressed: $top, $bottom."""
    return " OR ".join(
        f"EXISTS (FROM withheld h WHERE h.indicator = ${part} AND {each.at(part, 'a', 'h')})"
        for part in ("top", "bottom")
    )


def add_quotients(rows: TidyRows, catalogue: Catalogue) -> None:
    """Add the quotients that would give a suppressed figure away to the table `withheld`."""
    hidden = set(rows.query("SELECT DISTINCT indicator FROM withheld")["indicator"])
    given = rows.indicators
    for each in quotients(catalogue):
        if each.key not in given or not hidden & {each.top, each.bottom}:
            continue  # a question about nothing costs as much to plan as one about something
        hidden.add(each.key)  # a quotient may be a part of another one
        telling = _telling(each)
        rows.connection.execute(
            f"""
            INSERT INTO withheld
            SELECT {KEYS}, 'ratio' FROM (
                SELECT * FROM tidy a
                WHERE a.indicator = $quotient AND a.value IS NOT NULL AND ({telling})
            ) ANTI JOIN withheld USING ({KEYS})
            """,
            {"quotient": each.key, "top": each.top, "bottom": each.bottom},
        )


def add_blanks(rows: TidyRows, catalogue: Catalogue) -> None:
    """Add what could not be computed of suppressed figures to the rows, as suppressed too.

    A ratio out of its range or over zero is no figure: see `etl.derive`. Where a part is suppressed
    it is missing for all to see, and tells of that part.
    """
    absent = rows.query(
        "SELECT table_name FROM duckdb_tables() WHERE table_name IN ('beyond', 'undefined')"
    )
    for table in absent["table_name"]:
        given = set(rows.query(f"SELECT DISTINCT indicator FROM {table}")["indicator"])
        for each in quotients(catalogue):
            if each.key in given:
                rows.add_answer(
                    f"""
                    SELECT * EXCLUDE (below_period) REPLACE (
                        NULL AS value, NULL AS numerator, NULL AS denominator,
                        '{WITHHELD}' AS confidentiality, 'A' AS status)
                    FROM {table} a
                    ANTI JOIN (SELECT {KEYS} FROM tidy WHERE indicator = $quotient) USING ({KEYS})
                    WHERE a.indicator = $quotient AND ({_telling(each)})
                    """,
                    {"quotient": each.key, "top": each.top, "bottom": each.bottom},
                )


def keep_implied(
    rows: TidyRows, catalogue: Catalogue, limits: dict[str, float], earlier: Earlier | None
) -> pd.DataFrame:
    """Keep what follows from sources' own quotients; return the KEY of what is small by that.

    `implied`: KEY and value of figures in no file. `bounded`: KEY, low and high of what quotients
    of earlier releases leave of a part. limits: the thresholds of indicators that have one.
    """
    own = f"SELECT DISTINCT indicator FROM tidy WHERE source <> '{DERIVED}'"
    given = set(rows.query(own)["indicator"])
    every = list(quotients(catalogue))
    once = _once(rows, [each.key for each in every], earlier)
    known = _known(rows, every, once, earlier)
    implied, bounded = [_nothing("value", "few")], [_nothing("low", "high")]
    for each in every:
        if each.key not in given and each.key not in once:
            continue
        for part in ("top", "bottom"):
            of, other, _ = _parts(each, part)
            if other not in known:  # it says nothing of a part beside which nothing stands
                continue
            asked = [_today] * (each.key in given) + [_then] * (each.key in once)
            found = pd.concat([ask(rows, each, part) for ask in asked])
            figures, others = (found[name].to_numpy(float) for name in ("quotient", "other"))
            step = 10.0 ** -catalogue.indicators[of].decimals
            low, value, high = each.bounds(part, figures, others, step)
            limit = limits.get(of, 0.0)
            found = found.assign(value=value, low=low, high=high)
            found = found.assign(few=(low >= 1) & (high < limit))
            # Under one name is enough: the other is the same count.
            if of in each.declared and (part == "top" or each.way != "earlier"):
                near = found["absent"] & (found["high"] - found["low"] + 1 < limit)
                implied.append(found.loc[near, [*KEY, "value", "few"]])
            bounded.append(found.loc[found["once"], [*KEY, "low", "high"]])
    every_one = pd.concat(implied).sort_values("few", ascending=False).drop_duplicates(list(KEY))
    _keep(rows, "implied", every_one.astype({"value": float, "few": bool}))
    _keep(rows, "bounded", pd.concat(bounded).astype({"low": float, "high": float}))
    return every_one.loc[every_one["few"].astype(bool), list(KEY)]


def _nothing(*columns: str) -> pd.DataFrame:
    return pd.DataFrame(columns=[*KEY, *columns])


def _keep(rows: TidyRows, name: str, table: pd.DataFrame) -> None:
    rows.connection.register("given", table.astype(dict.fromkeys(KEY, "str")))
    rows.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM given")
    rows.connection.unregister("given")


def _once(rows: TidyRows, keys: list[str], earlier: Earlier | None) -> set[str]:
    """Keep what earlier releases published of sources' own quotients as the table `once`.

    Of those public as they are, too: they may be suppressed now. Returns their indicators.
    """
    archived = _nothing("value") if earlier is None else earlier.archived(keys, own=True)
    _keep(rows, "once", archived.astype({"value": float}))
    if earlier is not None:
        rows.connection.execute(
            f"""
            INSERT INTO once SELECT {KEYS}, value FROM published
            WHERE list_contains($keys, indicator) AND source <> '{DERIVED}'
                AND value IS NOT NULL AND confidentiality = 'F'
            """,
            {"keys": keys},
        )
    return set(rows.query("SELECT DISTINCT indicator FROM once")["indicator"])


def _known(
    rows: TidyRows, every: list[Quotient], once: set[str], earlier: Earlier | None
) -> set[str]:
    """Keep what is public, or was, of the parts of quotients as the view `known`.

    Returns its indicators, without asking it: to tell its rows apart costs as much as there are.
    """
    parts = {part for each in every if each.key in once for part in (each.top, each.bottom)}
    archived = _nothing("value") if earlier is None else earlier.archived(sorted(parts))
    _keep(rows, "archived", archived.astype({"value": float}))
    published = "" if earlier is None else f"UNION SELECT {KEYS}, value FROM published"
    rows.connection.execute(
        f"""
        CREATE OR REPLACE TEMP VIEW known AS
        SELECT {KEYS}, value FROM tidy UNION FROM archived {published}
        """
    )
    tables = ["archived"] if earlier is None else ["archived", "published"]
    asked = (rows.query(f"SELECT DISTINCT indicator FROM {name}") for name in tables)
    return rows.indicators.union(*(found["indicator"] for found in asked))


def _today(rows: TidyRows, each: Quotient, part: str) -> pd.DataFrame:
    """Return what sources' own quotients say of a part that no file gives, by the other part.

    KEY of the part; quotient and other, the figures, that of the nearest period first; once:
    whether an earlier release published the quotient; absent: whether no file gives the part.
    """
    of, other, beside = _parts(each, part)
    return rows.connection.execute(
        f"""
        SELECT $of AS indicator, {_placed(each, part)}, a.value AS quotient, h.value AS other,
            false AS once, true AS absent
        FROM tidy a JOIN tidy h ON h.indicator = $other AND h.value > 0
            AND {each.at(beside, "a", "h")}
        WHERE a.indicator = $quotient AND a.source <> '{DERIVED}' AND a.value IS NOT NULL
            AND a.confidentiality = 'F' AND NOT EXISTS (
                FROM tidy n WHERE n.indicator = $of AND {each.at(part, "a", "n")})
        ORDER BY h.period DESC
        """,
        {"quotient": each.key, "of": of, "other": other},
    ).df()


def _then(rows: TidyRows, each: Quotient, part: str) -> pd.DataFrame:
    """Return what quotients of earlier releases say of a part, as `_today` does."""
    of, other, beside = _parts(each, part)
    return rows.connection.execute(
        f"""
        WITH pair AS (
            SELECT a.*, h.value AS other FROM once a
            JOIN known h ON h.indicator = $other AND h.value > 0 AND {each.at(beside, "a", "h")}
            WHERE a.indicator = $quotient
        )
        SELECT {_PART}, a.value AS quotient, other, true AS once, false AS absent
        FROM pair a JOIN tidy n ON n.indicator = $of AND {each.at(part, "a", "n")}
        UNION ALL
        SELECT $of, {_placed(each, part)}, a.value, other, true, true
        FROM pair a
        WHERE NOT EXISTS (FROM tidy n WHERE n.indicator = $of AND {each.at(part, "a", "n")})
        """,
        {"quotient": each.key, "of": of, "other": other},
    ).df()


def _placed(each: Quotient, part: str) -> str:
    """Return the KEY, but for the indicator, of a part of a row `a`, as columns in SQL."""
    place = each.place(part, "a")
    return ", ".join(f"{place[name]} AS {name}" for name in KEY if name != "indicator")


def _parts(each: Quotient, part: str) -> tuple[str, str, str]:
    """Return the indicators of a part and of the other, and which one that is."""
    return (each.top, each.bottom, "bottom") if part == "top" else (each.bottom, each.top, "top")
