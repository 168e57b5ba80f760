"""A registry of certificates as bureaux export it, made clean; what is not clean set aside.

    published rows ─▶ parsed (codes, dates, reasons) ─┬─▶ clean registry ─▶ lives
                                                      └─▶ quarantine, with reasons

One row of the clean registry is one issue of one certificate:

    issued     the first day it is in force
    suspended  the day from which it is suspended, if it is
    ends       the first day it is no longer in force: the day after expiry, the day it is
               withdrawn or cancelled, or the day it is issued anew under its number
    ended_by   lapsed · withdrawn (cancelled too) · replaced
    reissue    it continues a certificate of the same number that was still in force
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import pandas as pd

from etl.rollup.declaration import COLUMNS, OPTIONAL, REASONS, STATUS_CODES, Declaration
from etl.rollup.engine import Engine
from etl.rollup.size_class import add_size_class
from etl.rollup.space import TOTAL, Reference

# GB 32100-2015: the letters of a credit code in the order of their values, without I O Z S V.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_CODE = f"^[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}$"


@dataclass(frozen=True)
class Registry:
    """The clean rows and those set aside, both made from `parsed`, which the engine keeps."""

    clean: Any
    quarantine: Any
    parsed: Any


def registry(
    published: Any, declaration: Declaration, reference: Reference, engine: Engine
) -> Registry:
    """Return the rows of published files as a clean registry and a quarantine."""
    parsed = engine.kept(_parsed(published, declaration, reference, engine))
    sound = parsed.filter(parsed.reasons == "")
    lives, repeats = _issues(sound, engine)
    raw = [name for name in parsed.columns if name.startswith("published_")]
    set_aside = ibis.union(
        parsed.filter(parsed.reasons != "").select("file", "row", "reasons", *raw),
        repeats.mutate(reasons=ibis.literal("duplicate")).select("file", "row", "reasons", *raw),
    )
    plain = set_aside.rename({name.removeprefix("published_"): name for name in raw})
    return Registry(lives.drop("reasons", *raw), plain, parsed)


def reason_counts(quarantine: Any, engine: Engine) -> pd.DataFrame:
    """Return how many rows each reason set aside; a row may have several reasons."""
    marked = quarantine.reasons.split(";")
    counts = engine.rows(
        quarantine.agg(
            **{reason: marked.contains(reason).cast("int64").sum() for reason in REASONS}
        )
    )
    table = counts.fillna(0).astype("int64").T.reset_index().set_axis(["reason", "rows"], axis=1)
    return table[table["rows"] > 0].reset_index(drop=True)


def _parsed(published: Any, declaration: Declaration, reference: Reference, engine: Engine) -> Any:
    rows = published.select(
        file="file",
        row=published["row"].cast("int64"),
        **{
            f"published_{name}": _column(published, declaration.columns.get(name), name)
            for name in COLUMNS
        },
    )
    text = {name: rows[f"published_{name}"].fill_null("").strip() for name in COLUMNS}
    days = {name: _day(text[name]) for name in ("issued", "expires", "status_date")}
    # GB/T 4754 with or without the section's letter: C39, 39, 3911; the letter alone is a section
    digits = text["industry"].re_replace("[^0-9]", "")
    numbered = text["region"].re_search("^([0-9]{2}){1,3}$")
    area = numbered.ifelse(text["region"].rpad(6, "0"), text["region"])
    rows = rows.mutate(
        certificate=text["certificate"],
        organisation=text["organisation"].upper(),
        body=text["body"],
        industry_text=text["industry"],
        industry_key=(digits == "").ifelse(text["industry"], digits[0:2]),
        # A county counts in its prefecture where counties are not listed, else in its province.
        region_key=area,
        prefecture_key=numbered.ifelse(area[0:4] + "00", ""),
        province_key=numbered.ifelse(area[0:2] + "0000", ""),
        scheme_key=text["scheme"],
        size_key=text["size"],
        status_key=text["status"],
        **days,
        status_date_text=text["status_date"],
        **{
            name: text[name].replace(",", "").try_cast("float64")
            for name in ("employees", "revenue", "assets")
        },
    )
    sizes = {
        **{code: code for code in reference.sizes["code"] if code != TOTAL},
        **declaration.sizes,
    }
    statuses = {**{code: code for code in STATUS_CODES}, **declaration.statuses}
    groups = set(reference.groups["group"])
    areas = _spellings(reference.regions, groups, "name_zh", "short_zh")
    areas |= dict.fromkeys(declaration.abroad, TOTAL)
    rows = _looked_up(rows, "region_key", areas, "region_1", engine)
    rows = _looked_up(rows, "prefecture_key", areas, "region_2", engine)
    rows = _looked_up(rows, "province_key", areas, "region_3", engine)
    rows = _looked_up(
        rows,
        "industry_key",
        _spellings(reference.industries, groups, "name_zh"),
        "industry",
        engine,
    )
    rows = _looked_up(
        rows,
        "scheme_key",
        _spellings(reference.schemes, groups, "name_zh", "platform_code"),
        "scheme",
        engine,
    )
    rows = _looked_up(rows, "size_key", sizes, "size_given", engine)
    rows = _looked_up(rows, "status_key", statuses, "status", engine)
    codes = _credit_codes(rows, engine)
    rows = rows.left_join(codes, "organisation").drop("organisation_right")
    region = ibis.coalesce(rows.region_1, rows.region_2, rows.region_3)
    ten_thousand = declaration.revenue_unit / 10_000
    rows = add_size_class(
        rows.mutate(
            region=region,
            revenue_10k=rows.revenue * ten_thousand,
            assets_10k=rows.assets * ten_thousand,
        ),
        reference.size_rules,
        reference.industries,
        engine,
    )
    rows = rows.mutate(size=(rows.size_key == "").ifelse(rows.size_class, rows.size_given))
    raw = [name for name in rows.columns if name.startswith("published_")]
    return rows.select(
        "file",
        "row",
        *raw,
        "certificate",
        "organisation",
        "region",
        "industry",
        "size",
        "scheme",
        "issued",
        "expires",
        "status",
        "status_date",
        "body",
        reasons=_reasons(rows, declaration.as_of),
    )


def _column(published: Any, header: str | None, name: str) -> Any:
    if header is None or header not in published.columns:
        if name not in OPTIONAL:
            raise KeyError(header or name)
        return ibis.literal("")
    return published[header].cast("string")


def _day(text: Any) -> Any:
    """Read 2020-01-31, 2020/1/31, 20200131 and 2020年1月31日, with or without a time."""
    pattern = r"^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T].*)?$"
    parts = [text.re_extract(pattern, i) for i in (1, 2, 3)]
    joined = parts[0] + "-" + parts[1].lpad(2, "0") + "-" + parts[2].lpad(2, "0")
    other = text.re_search(pattern).ifelse(joined, ibis.null("string")).try_cast("date")
    # Nearly all dates are written in one of two ways, and patterns take long.
    dashed = text.replace("/", "-")
    usual = (dashed.length() == 10) & (dashed[4:5] == "-") & (dashed[7:8] == "-")
    return usual.ifelse(dashed.try_cast("date"), other)


def _spellings(frame: pd.DataFrame, groups: set[str], *names: str) -> dict[str, str]:
    """Return what a code may be written as; a spelling of two codes is none."""
    spelled: dict[str, str] = {}
    twice: set[str] = set()
    rows = frame[(frame["code"] != TOTAL) & ~frame["code"].isin(groups)]
    for name in names:
        if name in rows:
            for spelling, code in zip(rows[name], rows["code"], strict=True):
                if isinstance(spelling, str) and spelling:
                    if spelled.get(spelling, code) != code:
                        twice.add(spelling)
                    spelled[spelling] = code
    for spelling in twice:
        del spelled[spelling]
    return {**spelled, **{code: code for code in rows["code"]}}


def _looked_up(rows: Any, key: str, codes: dict[str, str], name: str, engine: Engine) -> Any:
    table = engine.frame(pd.DataFrame({key: list(codes), name: list(codes.values())}, dtype="str"))
    joined = rows.left_join(table, key)
    return joined.drop(f"{key}_right")


def _credit_codes(rows: Any, engine: Engine) -> Any:
    """Return each organisation's code once, with what is wrong with it."""
    codes = rows.select("organisation").distinct()
    well_formed = codes.organisation.re_search(CREDIT_CODE)
    alphabet = ibis.literal(ALPHABET)
    weighed = sum(
        (alphabet.find(codes.organisation.substr(i, 1)) * (pow(3, i, 31)) for i in range(17)),
        ibis.literal(0),
    )
    digit = (31 - weighed % 31) % 31
    holds = alphabet.find(codes.organisation.substr(17, 1)) == digit
    return codes.mutate(code_well_formed=well_formed, code_holds=holds)


def _reasons(rows: Any, as_of: date) -> Any:
    today = ibis.literal(as_of)
    dated = rows.status.isin(["suspended", "withdrawn", "cancelled"])
    told = rows.status.isin(STATUS_CODES[1:]) & rows.status_date.notnull()
    at_home = (rows.region != TOTAL).fill_null(True)
    unclear = (rows.status_date_text != "") & rows.status_date.isnull()
    tests = {
        "certificate_missing": rows.certificate == "",
        "credit_code_malformed": at_home & ~rows.code_well_formed | (rows.organisation == ""),
        "credit_code_check_digit": at_home & rows.code_well_formed & ~rows.code_holds,
        "region_unknown": rows.region.isnull(),
        "industry_unknown": rows.industry.isnull(),
        "scheme_unknown": rows.scheme.isnull(),
        "size_unknown": rows["size"].isnull(),
        "status_unknown": rows.status.isnull(),
        "issue_date_unreadable": rows.issued.isnull(),
        "expiry_date_unreadable": rows.expires.isnull(),
        "expiry_before_issue": rows.expires < rows.issued,
        "issue_in_future": rows.issued > today,
        "status_date_missing": (dated & rows.status_date.isnull()) | unclear,
        "status_date_before_issue": told & (rows.status_date < rows.issued),
        "status_date_in_future": told & (rows.status_date > today),
    }
    marks = [(holds.fill_null(False)).ifelse(f"{name};", "") for name, holds in tests.items()]
    return sum(marks[1:], marks[0]).re_replace(";$", "")


def _issues(sound: Any, engine: Engine) -> tuple[Any, Any]:
    """Return one row an issue with its life, and the rows that repeat an issue."""
    closed = sound.status.isin(["withdrawn", "cancelled", "expired"]) & sound.status_date.notnull()
    after = (sound.expires + ibis.interval(days=1)).cast("date")
    early = closed & (sound.status_date < after)
    rows = sound.mutate(
        ends=early.ifelse(sound.status_date, after),
        ended_by=(early & (sound.status != "expired")).ifelse("withdrawn", "lapsed"),
    )
    number = ["certificate", "scheme"]
    often = rows.group_by(number).agg(issues=rows.count())
    often = often.filter(often.issues > 1).select(*number)
    single = rows.anti_join(often, number).mutate(
        replaced=ibis.null("date"), reissue=ibis.literal(False)
    )
    several = rows.semi_join(often, number)
    # The latest word on an issue counts; the rest of the order only makes it the same every time.
    latest = several.mutate(
        turn=ibis.row_number().over(
            ibis.window(
                group_by=[*number, "issued"],
                order_by=[
                    several.status_date.fill_null(several.issued).desc(),
                    several.ends.desc(),
                    several.status,
                    several.organisation,
                    several.region,
                    several.industry,
                    several["size"],
                    several.file,
                    several.row,
                ],
            )
        )
    )
    repeats = latest.filter(latest.turn > 0).drop("turn", "ends", "ended_by")
    kept = latest.filter(latest.turn == 0).drop("turn")
    by_issue = ibis.window(group_by=number, order_by="issued")
    chained = kept.mutate(
        following=kept.issued.lead().over(by_issue), earlier=kept.ends.lag().over(by_issue)
    )
    chained = chained.mutate(
        replaced=(chained.following <= chained.ends).ifelse(chained.following, ibis.null("date")),
        reissue=(chained.issued <= chained.earlier).fill_null(False),
    ).drop("following", "earlier")
    rows = ibis.union(single, chained.select(*single.columns))
    ends = rows.replaced.fill_null(rows.ends)
    in_time = (rows.status == "suspended") & (rows.status_date < ends)
    return rows.mutate(
        suspended=in_time.ifelse(rows.status_date, ibis.null("date")),
        ends=ends,
        ended_by=rows.replaced.notnull().ifelse("replaced", rows.ended_by),
    ).drop("replaced"), repeats
