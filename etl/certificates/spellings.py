"""What the texts of certificate files mean. Each distinct text is looked at once.

A registry of millions writes few regions, industries and days, over and over. Each function takes
one column of it and returns a table of its texts, as published, with what they mean, for a join.
"""

from __future__ import annotations

from typing import Any

import ibis
import pandas as pd

from etl.certificates.cube import TOTAL, Reference
from etl.certificates.engine import Engine
from etl.certificates.plain_text import capitals, tidied, tidy

# GB 32100-2015: the letters of a credit code in the order of their values, without I O Z S V.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_CODE = f"^[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}$"


def spelled(column: Any) -> Any:
    """Return the texts of a column, as published under its name, and tidied as `text`."""
    texts = column.as_table().distinct()
    return texts.mutate(text=tidied(texts[column.get_name()]))


def codes(column: Any, known: dict[str, str], name: str, engine: Engine) -> Any:
    """Return what each text of a column stands for, NULL where that is not known."""
    texts = spelled(column)
    return _looked_up(texts, texts.text, known, name, engine).drop("text")


def regions(column: Any, known: dict[str, str], engine: Engine) -> Any:
    """Return `region`, the nearest listed one: 330106 is its prefecture or else its province."""
    texts = spelled(column)
    numbered = texts.text.re_search("^(?:[0-9]{2}){1,3}(?:[.]0)?$")
    area = texts.text.re_replace("[.]0$", "").rpad(6, "0")
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
    """Return `industry` and the tidied `industry_text`, GB/T 4754 as bureaux write it.

    With or without the section's letter, before its name or in brackets after it: C39, 39, 3911,
    39 电子, 电子（C39）; the letter or the name alone. A letter must be that of the section.
    """
    texts = spelled(column)
    code = "([A-Za-z]?[0-9]{2})([0-9]{0,2})"
    written = f"^(?:[^0-9A-Za-z()]+[(]{code}[)]|{code}(?:[.]0|[^0-9.][^0-9]*)?)$"
    first, further = (
        texts.text.re_extract(written, i).fill_null("")
        + texts.text.re_extract(written, i + 2).fill_null("")
        for i in (1, 2)
    )
    coded = texts.text.re_search(written)
    key = capitals(coded.ifelse(first, texts.text))
    rows = _looked_up(texts, key, known, "industry", engine)
    return rows.select(
        column.get_name(),
        "industry",
        industry_text=coded.ifelse(capitals(first + further), rows.industry),
    )


def wrong_credit_codes(column: Any) -> Any:
    """Return the codes that do not hold, few of a registry's, and whether `well_formed`."""
    texts = spelled(column)
    texts = texts.mutate(text=capitals(texts.text))
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
    known = _spellings(reference.industries, reference, "name_zh")
    columns = (reference.industries["code"], reference.industries["parent"])
    # A division may be written with the letter of its section, and of no other.
    return known | {
        f"{parent}{code}": code for code, parent in zip(*columns, strict=True) if code.isdigit()
    }


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
    spellings = {tidy(word): code for word, code in known.items()}
    table = engine.frame(
        pd.DataFrame({f"{name}_key": list(spellings), name: list(spellings.values())}, dtype="str")
    )
    keyed = rows.mutate(**{f"{name}_key": key})
    return keyed.left_join(table, f"{name}_key").drop(f"{name}_key", f"{name}_key_right")
