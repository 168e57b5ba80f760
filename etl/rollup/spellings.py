"""What the texts of certificate files mean. Each distinct text is looked at once.

A registry of millions writes few regions, industries and days, over and over. Each function takes
one column of it and returns a table of its texts, as published, with what they mean, for a join.
"""

from __future__ import annotations

from typing import Any

import ibis
import pandas as pd

from etl.rollup.engine import Engine
from etl.rollup.space import TOTAL, Reference

# GB 32100-2015: the letters of a credit code in the order of their values, without I O Z S V.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_CODE = f"^[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}$"


# Excel's no-break space and the full-width one stand around words as others do.
SPACE = "[\\s\u00a0\u3000]"


def trimmed(text: Any) -> Any:
    """Return a text without the spaces around it; few texts have any, and to look is quick."""
    spaced = text.re_search(f"^{SPACE}|{SPACE}$")
    return spaced.ifelse(text.re_replace(f"^{SPACE}+|{SPACE}+$", ""), text)


def spelled(column: Any) -> Any:
    """Return the texts of a column, as published under its name, and trimmed as `text`."""
    texts = column.as_table().distinct()
    return texts.mutate(text=trimmed(texts[column.get_name()]))


def codes(column: Any, known: dict[str, str], name: str, engine: Engine) -> Any:
    """Return what each text of a column stands for, NULL where that is not known."""
    texts = spelled(column)
    return _looked_up(texts, texts.text, known, name, engine).drop("text")


def regions(column: Any, known: dict[str, str], engine: Engine) -> Any:
    """Return `region`, the nearest listed one: 330106 is its prefecture or else its province."""
    texts = spelled(column)
    numbered = texts.text.re_search("^([0-9]{2}){1,3}$")
    area = texts.text.rpad(6, "0")
    rows = texts
    for name, key in (
        ("itself", numbered.ifelse(area, texts.text)),
        ("prefecture", numbered.ifelse(area[0:4] + "00", "")),
        ("province", numbered.ifelse(area[0:2] + "0000", "")),
    ):
        rows = _looked_up(rows, key, known, name, engine)
    return rows.select(
        column.get_name(), region=ibis.coalesce(rows.itself, rows.prefecture, rows.province)
    )


def industries(column: Any, known: dict[str, str], engine: Engine) -> Any:
    """Return `industry` and the trimmed `industry_text`, GB/T 4754 as bureaux write it.

    With or without the section's letter: C39, 39, 3911; the letter alone is a section.
    """
    texts = spelled(column)
    digits = texts.text.re_replace("[^0-9]", "")
    key = (digits == "").ifelse(texts.text, digits[0:2])
    return _looked_up(texts, key, known, "industry", engine).rename(industry_text="text")


def days(column: Any, name: str) -> Any:
    """Return the day `name`, NULL where there is none, and whether its text is unclear.

    2020-01-31, 2020/1/31, 20200131 or 2020年1月31日, with or without a time.
    """
    texts = spelled(column)
    pattern = r"^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T].*)?$"
    parts = [texts.text.re_extract(pattern, i) for i in (1, 2, 3)]
    joined = parts[0] + "-" + parts[1].lpad(2, "0") + "-" + parts[2].lpad(2, "0")
    day = texts.text.re_search(pattern).ifelse(joined, ibis.null("string")).try_cast("date")
    unclear = (texts.text != "") & day.isnull()
    return texts.select(column.get_name(), **{name: day, f"{name}_unclear": unclear})


def wrong_credit_codes(column: Any) -> Any:
    """Return the codes that do not hold, few of a registry's, and whether `well_formed`."""
    texts = spelled(column)
    texts = texts.mutate(text=texts.text.upper())
    alphabet = ibis.literal(ALPHABET)
    weighed = sum(
        (alphabet.find(texts.text.substr(i, 1)) * pow(3, i, 31) for i in range(17)),
        ibis.literal(0),
    )
    holds = alphabet.find(texts.text.substr(17, 1)) == (31 - weighed % 31) % 31
    checked = texts.select(
        column.get_name(), well_formed=texts.text.re_search(CREDIT_CODE), holds=holds
    )
    return checked.filter(~(checked.well_formed & checked.holds)).drop("holds")


def known_regions(reference: Reference, abroad: tuple[str, ...]) -> dict[str, str]:
    """Return the code of each way to write a region."""
    names = _spellings(reference.regions, reference, "name_zh", "short_zh")
    return names | dict.fromkeys(abroad, TOTAL)


def known_industries(reference: Reference) -> dict[str, str]:
    """Return the code of each way to write an industry."""
    return _spellings(reference.industries, reference, "name_zh")


def known_schemes(reference: Reference) -> dict[str, str]:
    """Return the code of each way to write a scheme."""
    return _spellings(reference.schemes, reference, "name_zh", "platform_code")


def _spellings(frame: pd.DataFrame, reference: Reference, *names: str) -> dict[str, str]:
    """Return what a code may be written as; a spelling of two codes is none."""
    groups = set(reference.groups["group"])
    rows = frame[(frame["code"] != TOTAL) & ~frame["code"].isin(groups)]
    written = pd.concat(
        [
            rows[["code", name]].set_axis(["code", "spelling"], axis=1)
            for name in names
            if name in rows
        ]
        or [pd.DataFrame({"code": [], "spelling": []})]
    ).drop_duplicates()
    written = written[written["spelling"].fillna("") != ""]
    once = written.drop_duplicates("spelling", keep=False)
    return dict(zip(once["spelling"], once["code"], strict=True)) | {
        code: code for code in rows["code"]
    }


def _looked_up(rows: Any, key: Any, known: dict[str, str], name: str, engine: Engine) -> Any:
    table = engine.frame(
        pd.DataFrame({f"{name}_key": list(known), name: list(known.values())}, dtype="str")
    )
    keyed = rows.mutate(**{f"{name}_key": key})
    return keyed.left_join(table, f"{name}_key").drop(f"{name}_key", f"{name}_key_right")
