"""What the texts of certificate files mean: codes, days, amounts.

Of codes and days each distinct text is looked at once: a registry of millions writes few regions,
industries and days, over and over. These functions take one column of it and return a table of its
texts, as published, with what they mean, for a join. Codes are looked up in this process, by the
dictionary of names that figures are read by too; all else are expressions that engines agree on.

An amount (`1,200`, `１２００人`, `0.5亿元`) is what one pattern matches from end to end. All else
(`-5`, `1e3`, `12%`, `1_000`, `约50`, `inf`) is no amount.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from etl.certificates.cube import Reference
from etl.certificates.engine import Engine, union
from etl.certificates.plain_text import capitals, tidied, tidy
from etl.certificates.registry_declaration import Declaration
from etl.figures.cells import MULTIPLES
from indicators.catalogue import Catalogue
from indicators.names import NATIONAL, names
from indicators.regions import ALL, NATION

_BATCH = 1 << 16  # texts looked up at once
# Columns of code lists that the dictionary of names is made from.
_NAMES = ["code", "parent", "name_zh", "short_zh", "name_en", "iso3166_2", "platform_code", "kind"]
_NAMES += ["level", "group", "members"]
_AREA = re.compile("((?:[0-9]{2}){1,3})(?:[.]0)?|([0-9]{6})0{6}")
_INDUSTRY = re.compile(
    r"[^0-9A-Za-z()]+[(]([A-Za-z]?[0-9]{2})([0-9]{0,2})[)]"
    r"|([A-Za-z]?[0-9]{2})([0-9]{0,2})(?:[.]0|[^0-9.][^0-9]*)?"
)
# GB 32100-2015: the letters of a credit code in the order of their values, without I O Z S V.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_CODE = f"^[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}$"

FIRST, LAST = "1900-01-01", "2101-01-01"  # and the day after the last
NEVER = date(9999, 12, 31)  # the expiry of a certificate that has none
OPEN_ENDED = (
    *("长期", "长期有效", "永久", "永久有效", "无固定期限"),
    *("2999-12-31", "9999-12-31", "9999/12/31", "9999.12.31", "99991231", "9999年12月31日"),
)
# Excel counts from here; it has a 29 February 1900 that never was, so later days alone are right.
_EVE = np.datetime64("1899-12-30")
_YEAR, _PART = "([0-9]{4})", "([0-9]{1,2})"
_CLOCK = "(?:[01]?[0-9]|2[0-3])(?::[0-5]?[0-9]){1,2}(?:[.][0-9]+)?(?: ?[AaPp][Mm])?"
# A moment elsewhere than in Beijing may be of another day there.
_TIME = rf"(?:[ T]{_CLOCK}(?: ?[+]08:?00)?)?$"
_FORMS = (
    *(rf"^{_YEAR} ?{mark} ?{_PART} ?{mark} ?{_PART}{_TIME}" for mark in ("-", "/", "[.]")),
    rf"^{_YEAR} ?年 ?{_PART} ?月 ?{_PART} ?[日号]?{_TIME}",
    rf"^{_YEAR}([0-9]{{2}})([0-9]{{2}}){_TIME}",
)
_SERIAL = "^([1-9][0-9]{4})(?:[.][0-9]+)?$"


AMOUNTS = ("employees", "revenue", "assets")
_DIGITS = "[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,3}(?: [0-9]{3}){1,4}"
_PEOPLE = f"^[+]?({_DIGITS})(?:[.]0*)?(?: ?[人名])?$"
_MULTIPLE = "|".join(sorted(MULTIPLES, key=len, reverse=True))
_MONEY = f"^[+]?((?:{_DIGITS})(?:[.][0-9]*)?|[.][0-9]+) ?((?:{_MULTIPLE})?)(元?)$"


# What a text means, NULL where that is not known: a code, or several values of one text.
Meaning = Callable[[str], tuple[str, ...] | None]


def understood(
    columns: Mapping[str, Any],
    meanings: Mapping[str, tuple[Meaning, tuple[str, ...]]],
    engine: Engine,
) -> dict[str, Any]:
    """Return of each column the texts that mean something, with that in columns so called.

    meanings: of each column what its texts mean, and what the columns with that are called. All
    are looked up in one pass: a pass costs a cluster seconds, however little there is in it.
    """
    texts = union(
        [
            columns[name].name("text").as_table().distinct().mutate(column=ibis.literal(name))
            for name in meanings
        ]
    )
    known: dict[str, list[tuple[str, ...]]] = {name: [] for name in meanings}
    for batch in engine.batches(texts, _BATCH):
        for row in batch.to_pylist():
            meaning, _ = meanings[row["column"]]
            if (values := meaning(tidy(row["text"]))) is not None:
                known[row["column"]].append((row["text"], *values))
    return {
        name: engine.codes(
            pd.DataFrame(rows, columns=[columns[name].get_name(), *meanings[name][1]], dtype="str")
        )
        for name, rows in known.items()
    }


def words(known: Mapping[str, str]) -> Meaning:
    """Return what the words of a declaration mean; the code itself may be written too."""
    codes = {code: code for code in known.values()}
    codes |= {tidy(word): code for word, code in known.items()}
    return lambda text: (codes[text],) if text in codes else None


def sizes(reference: Reference, declaration: Declaration) -> Meaning:
    """Return what a size means, nothing where it follows from the other columns."""
    find = _finder(reference, "size", declaration.sizes)
    blank = {"", *map(tidy, declaration.missing)}
    return lambda text: ("",) if text in blank else find(text)


def schemes(reference: Reference) -> Meaning:
    """Return what a scheme means."""
    return _finder(reference, "scheme")


def regions(reference: Reference, abroad: Iterable[str]) -> Meaning:
    """Return what a region means, the nearest listed one: 330106 is its prefecture or province.

    What is a province's name and short for a prefecture elsewhere (海南) means the province.
    """
    provinces = _finder(reference, "region", kinds={"province"})
    listed = NATION in set(reference.regions["code"])
    nation = {word: NATION for word in NATIONAL if listed and not word.isdigit()}
    every = _finder(reference, "region", nation)
    foreign = set(map(tidy, abroad))

    def region(text: str) -> tuple[str, ...] | None:
        if text in foreign:
            return (ALL,)
        area = _AREA.fullmatch(text)
        code = (area[1] or area[2]).ljust(6, "0") if area else ""
        nearest = (code, f"{code[:4]}00", f"{code[:2]}0000") if area else (text,)
        return next((found for each in nearest if (found := provinces(each) or every(each))), None)

    return region


def industries(reference: Reference) -> Meaning:
    """Return what an industry means and its tidied text, GB/T 4754 as bureaux write it.

    With or without the section's letter, before its name or in brackets after it: C39, 39, 3911,
    39 电子, 电子（C39）; the letter or the name alone. A letter must be that of the section.
    """
    frame = reference.industries
    divisions = {
        f"{parent}{code}": str(code)
        for code, parent in zip(frame["code"], frame["parent"], strict=True)
        if code.isdigit()
    }
    find = _finder(reference, "industry", divisions)

    def industry(text: str) -> tuple[str, ...] | None:
        coded = _INDUSTRY.fullmatch(text)
        if coded is None:
            return (code * 2) if (code := find(text)) else None
        first, further = coded[1] or coded[3], coded[2] or coded[4] or ""
        return (*code, (first + further).upper()) if (code := find(first)) else None

    return industry


def _finder(
    reference: Reference,
    dimension: str,
    own: Mapping[str, str] | None = None,
    kinds: Collection[str] | None = None,
) -> Meaning:
    """Return what the dictionary of names says of a text, if that can be counted.

    A total is no certificate's code, and neither is a group of codes.
    """
    counted = {*reference.lists[dimension]["code"], *(own or {}).values()} - {
        ALL,
        *reference.groups["group"],
    }
    known = names(_catalogue(reference), dimension, own=own, kinds=kinds)

    def find(text: str) -> tuple[str, ...] | None:
        code = known.find(text)
        return (code,) if code and code in counted else None

    return find


def _catalogue(reference: Reference) -> Catalogue:
    """Return a catalogue of these code lists alone; a name that a list has not is empty."""
    texts = {
        f"{name}.csv": getattr(reference, name)
        .reindex(columns=_NAMES, fill_value="")
        .to_csv(index=False, na_rep="")
        for name in ("regions", "industries", "sizes", "schemes")
    }
    return Catalogue(indicators={}, clauses={}, sources={}, units={}, texts=texts)


def odd_credit_codes(column: Any) -> Any:
    """Return the codes that are not as they should be, few of a registry's.

    Each with what it is, tidied, as `organisation`; whether it is `well_formed`, and its check
    digit `holds`.
    """
    texts = column.as_table().distinct()
    texts = texts.mutate(organisation=capitals(tidied(texts[column.get_name()])))
    code, alphabet = texts.organisation, ibis.literal(ALPHABET)
    weighed = sum(
        (alphabet.find(code.substr(i, 1)) * pow(3, i, 31) for i in range(17)), ibis.literal(0)
    )
    checked = texts.mutate(
        well_formed=code.re_search(CREDIT_CODE),
        holds=alphabet.find(code.substr(17, 1)) == (31 - weighed % 31) % 31,
    )
    as_written = code == checked[column.get_name()]
    return checked.filter(~(as_written & checked.well_formed & checked.holds))


def calendar(engine: Engine) -> Any:
    """Return every day of 1900 to 2100: `key`, 2020-01-31 or Excel's 43861; `day`."""
    listed = np.arange(FIRST, LAST, dtype="datetime64[D]")
    serials = listed[listed >= np.datetime64("1900-03-01")]
    keys = [np.datetime_as_string(listed), (serials - _EVE).astype("int64").astype("str")]
    days = pa.array(np.concatenate([listed, serials]))
    rows = pa.table({"key": pa.array(np.concatenate(keys), pa.string()), "day": days})
    return engine.kept(engine.frame(rows))


def days(columns: Sequence[Any], known: Any, declaration: Declaration) -> Any:
    """Return the texts of columns (`written`), each one's `day`, and whether it is unclear.

    2020-01-31, 2020/1/31, 2020.1.31, 20200131 or 2020年1月31日, with or without a time; days that
    spreadsheets count (43861) where that is declared. All else is `unclear`: 2020-01, 31/01/2020,
    2020113, a span, a day that never was, or one before 1900 or after 2100. `never`: as an expiry
    it says that there is none.
    """
    each = [column.name("written").as_table().distinct() for column in columns]
    texts = ibis.union(*each, distinct=True)
    texts = texts.mutate(text=tidied(texts.written))
    key: Any = ibis.null("string")
    for form in _FORMS:
        year, month, day = (texts.text.re_extract(form, i) for i in (1, 2, 3))
        joined = year + "-" + month.lpad(2, "0") + "-" + day.lpad(2, "0")
        key = texts.text.re_search(form).ifelse(joined, key)
    if declaration.serial:
        key = texts.text.re_search(_SERIAL).ifelse(texts.text.re_extract(_SERIAL, 1), key)
    rows = texts.mutate(key=key).left_join(known, "key")
    words = [tidy(word) for word in declaration.no_expiry]
    return rows.select(
        "written",
        "day",
        never=rows.text.isin(words) | rows.key.isin(words).fill_null(False),
        unclear=rows.day.isnull() & ~rows.text.isin(["", *map(tidy, declaration.missing)]),
    )


def on_the_day(days: Any, column: Any, name: str) -> Any:
    """Return what `days` says of a column: the day `name`, and `…_unclear`."""
    day, unclear = days.day, days.unclear
    if name == "expires":
        day, unclear = days.never.ifelse(ibis.literal(NEVER), day), unclear & ~days.never
    return days.select(**{column.get_name(): days.written, name: day, f"{name}_unclear": unclear})


def people(text: Any) -> Any:
    """Return a number of persons, NULL where the text says none."""
    return _quickly(text, "^[0-9]{1,15}$", _number(tidied(text), _PEOPLE))


def money(text: Any, unit: float) -> Any:
    """Return an amount in 10,000 yuan, NULL where the text says none.

    unit: how many yuan a bare number counts. A cell that ends in 元 says its own unit; 万 alone
    is unclear where a bare number counts more than a yuan already.
    """
    said = tidied(text)
    multiple, yuan = said.re_extract(_MONEY, 2), said.re_extract(_MONEY, 3)
    bare = (multiple == "") & (yuan == "")
    power: Any = ibis.cases(
        *((multiple == word, float(10**power)) for word, power in MULTIPLES.items()), else_=1.0
    )
    clear = bare | (yuan != "") | ibis.literal(unit == 1)
    amount = clear.ifelse(_number(said, _MONEY), None) * bare.ifelse(unit, power)
    # Whole yuan first, so that a limit of the size rule is met exactly.
    return _quickly(text, "^[0-9]{1,15}(?:[.][0-9]+)?$", amount, unit) / 10_000


def _quickly(text: Any, bare: str, otherwise: Any, unit: float = 1.0) -> Any:
    """Return the number of a bare text; most are bare or empty, and the rest takes long to read."""
    digits = text.re_search(bare)
    number = digits.ifelse(text, None).cast("float64") * unit
    return (text == "").ifelse(None, digits.ifelse(number, otherwise))


def _number(said: Any, pattern: str) -> Any:
    """Return the number that a text begins with; on digits alone, engines agree."""
    digits = said.re_extract(pattern, 1).replace(",", "").replace(" ", "")
    return said.re_search(pattern).ifelse(digits, None).cast("float64")
