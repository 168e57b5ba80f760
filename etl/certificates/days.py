"""Days as bureaux write them: looked up in a calendar of ours, so that every engine agrees."""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from etl.certificates.declaration import Declaration
from etl.certificates.engine import Engine
from etl.certificates.plain_text import tidy
from etl.certificates.spellings import spelled

FIRST, LAST = "1900-01-01", "2101-01-01"  # and the day after the last
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


def calendar(engine: Engine) -> Any:
    """Return every day of 1900 to 2100: `key`, 2020-01-31 or Excel's 43861; `day`."""
    listed = np.arange(FIRST, LAST, dtype="datetime64[D]")
    serials = listed[listed >= np.datetime64("1900-03-01")]
    keys = [np.datetime_as_string(listed), (serials - _EVE).astype("int64").astype("str")]
    days = pa.array(np.concatenate([listed, serials]))
    rows = pa.table({"key": pa.array(np.concatenate(keys), pa.string()), "day": days})
    return engine.kept(engine.frame(rows))


def days(column: Any, name: str, known: Any, declaration: Declaration) -> Any:
    """Return the day `name`, NULL where there is none, and whether its text is unclear.

    2020-01-31, 2020/1/31, 2020.1.31, 20200131 or 2020年1月31日, with or without a time; days that
    spreadsheets count (43861) where that is declared. All else is unclear: 2020-01, 31/01/2020,
    2020113, a span, a day that never was, or one before 1900 or after 2100.
    """
    texts = spelled(column)
    key: Any = ibis.null("string")
    for form in _FORMS:
        year, month, day = (texts.text.re_extract(form, i) for i in (1, 2, 3))
        joined = year + "-" + month.lpad(2, "0") + "-" + day.lpad(2, "0")
        key = texts.text.re_search(form).ifelse(joined, key)
    if declaration.serial:
        key = texts.text.re_search(_SERIAL).ifelse(texts.text.re_extract(_SERIAL, 1), key)
    rows = texts.mutate(key=key).left_join(known, "key")
    blank = ["", *map(tidy, declaration.missing)]
    unclear = rows.day.isnull() & ~rows.text.isin(blank)
    return rows.select(column.get_name(), **{name: rows.day, f"{name}_unclear": unclear})
