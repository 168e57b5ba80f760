"""A registry of certificates as bureaux export it, made clean; what is not clean set aside.

    published rows ─▶ parsed (codes, dates, reasons) ─┬─▶ clean registry ─▶ counts
                                                      └─▶ quarantine, with reasons

One row of the clean registry is one issue of one certificate:

    issued     the first day it is in force
    suspended  the day from which it is suspended, if it is
    ends       the first day it is no longer in force: the day after expiry, the day it is
               withdrawn or cancelled, or the day it is issued again under its number
    ended_by   lapsed · withdrawn (cancelled too) · replaced
    reissue    it continues a certificate of the same number that was still in force
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from etl.certificates import meanings
from etl.certificates.cube import Reference
from etl.certificates.engine import Engine, Progress, union
from etl.certificates.meanings import AMOUNTS, NEVER, OPEN_ENDED, understood
from etl.certificates.plain_text import tidied, tidy
from etl.certificates.registry_declaration import COLUMNS, STATUS_CODES, Declaration
from etl.certificates.results import remove, standing
from etl.certificates.size_class import MEASURES, limits_of, size_class
from etl.certificates.texts import damage_found, tables
from indicators.findings import message
from indicators.regions import ALL
from indicators.wording import Wording

# Why a row is set aside, in the order in which reasons are looked for.
REASONS = {
    "certificate_missing": message("certificate number missing"),
    "credit_code_malformed": message("unified social credit code malformed"),
    "credit_code_check_digit": message("unified social credit code fails its check digit"),
    "region_unknown": message("region unknown"),
    "industry_unknown": message("industry unknown"),
    "scheme_unknown": message("scheme unknown"),
    "size_unknown": message("enterprise size unknown"),
    "status_unknown": message("status unknown"),
    "issue_date_unreadable": message("issue date is no day from 1900 to 2100"),
    "expiry_date_unreadable": message("expiry date is no day from 1900 to 2100"),
    "expiry_before_issue": message("expiry before issue"),
    "issue_in_future": message("issued after the files were drawn"),
    "status_date_missing": message("date of the status missing"),
    "status_date_unreadable": message("date of the status is no day from 1900 to 2100"),
    "status_date_before_issue": message("date of the status before issue"),
    "status_date_in_future": message("date of the status after the files were drawn"),
    "duplicate": message("the same certificate twice"),
}
# Why a row counts without a size of its own, beside what its sector's rule leaves open.
REMARKS = {
    "employees_unreadable": message("employees are no number of persons"),
    "revenue_unreadable": message("revenue is no amount of money"),
    "assets_unreadable": message("assets are no amount of money"),
}
WORDS = REASONS | REMARKS
_BITS = {reason: 1 << bit for bit, reason in enumerate(REASONS)}
DAYS = ("issued", "expires", "status_date")
NUMBER = ("certificate", "scheme")
ISSUE = (*NUMBER, "issued")
PLACE = ("file", "row")
PARSED = (
    *("file", "row", "certificate", "organisation", "region", "industry", "size", "scheme"),
    *("issued", "expires", "status", "status_date", "body", "remarks", "marks"),
)
Part = tuple[Any, Declaration]


Meant = Callable[[Any], Any]


def _all(rows: Any) -> Any:
    return rows


@dataclass(frozen=True)
class Parsed:
    """The rows of files as published, and what they mean once it is asked for.

    parts: rows and what makes of them, or of some, what they mean. kept: by the engine for it.
    """

    raw: Any
    parts: tuple[tuple[Any, Meant], ...]
    kept: tuple[Any, ...]

    def rows(self, chosen: Meant = _all) -> Any:
        """Return what all rows mean, or those chosen by `file` and `row`."""
        return union([meant(chosen(rows)) for rows, meant in self.parts])


@dataclass(frozen=True)
class Registry:
    """The clean rows and those set aside, and what the engine keeps to make both."""

    clean: Any
    quarantine: Any
    kept: tuple[Any, ...]


def parsed(published: Sequence[Part], reference: Reference, engine: Engine) -> Parsed:
    """Return what the rows of published files mean.

    published: the texts of each file with `file` and `row`. They are read several times.
    """
    groups: list[tuple[Declaration, list[Any]]] = []
    for table, declaration in published:
        alike = next((tables for other, tables in groups if other == declaration), None)
        if alike is None:
            groups.append((declaration, alike := []))
        alike.append(_by_our_names(table, declaration))
    raws = [engine.once(union(tables)) for _, tables in groups]
    parts: list[tuple[Any, Meant]] = []
    kept: list[Any] = []
    for raw, (declaration, _) in zip(raws, groups, strict=True):
        meant, *tables = _meaning(raw, declaration, reference, engine)
        # A cluster keeps what it has made; here it is made again more quickly than written.
        parts.append((engine.stored(meant(raw)), _all) if engine.is_spark else (raw, meant))
        kept += tables
    return Parsed(union(raws), tuple(parts), tuple(kept))


def registry(published: Sequence[Part], reference: Reference, engine: Engine) -> Registry:
    """Return the rows of published files as a clean registry and a quarantine."""
    read = parsed(published, reference, engine)
    rows = read.rows()
    if engine.is_spark:
        return resolved(read, rows, engine)
    # Most rows are sound and alone of their number: they are written as they are read.
    told = engine.kept(rows.select(*PLACE, "marks", hashed=_hashed(rows)))
    often = _often(told.filter(told.marks == 0), engine)
    wanted = (told.marks != 0) | told.hashed.isin(often.hashed)
    apart = engine.kept(told.filter(wanted).select(*PLACE))
    engine.release(told, often)
    few = engine.kept(read.rows(lambda rows: rows.semi_join(apart, PLACE)))
    alone = read.rows(lambda rows: rows.anti_join(apart, PLACE))
    found = resolved(read, few, engine, alone=alone)
    return replace(found, kept=(*found.kept, apart, few))


def resolved(
    read: Parsed, rows: Any, engine: Engine, *, before: Any = None, alone: Any = None
) -> Registry:
    """Return parsed rows as a clean registry and a quarantine.

    rows: all of those read, or the ones chosen. before: clean rows of other issues of their
    numbers, with which they stand in turn. alone: further rows, sound and alone of their number.
    """
    sound = rows.filter(rows.marks == 0).drop("marks")
    if before is not None:
        sound = ibis.union(sound, before.select(*sound.columns).cast(sound.schema()))
    single, chained, repeats, *kept = _issues(sound, engine)
    repeats = repeats.mutate(marks=ibis.literal(_BITS["duplicate"], "int32"))
    set_aside = ibis.union(rows.filter(rows.marks != 0).select(*repeats.columns), repeats)
    set_aside = set_aside.select(*PLACE, "marks", issue=issue(set_aside))
    quarantine = set_aside.inner_join(read.raw, PLACE)
    reasons = _reasons(quarantine.marks)
    quarantine = quarantine.select(*PLACE, *COLUMNS, "issue", reasons=reasons)
    parts = [single, chained] if alone is None else [_alone(alone.drop("marks")), single, chained]
    return Registry(_dated(union(parts)), quarantine, (*read.kept, *kept))


def issue(rows: Any) -> Any:
    """Return by what an issue of a certificate is known, NULL where part of it is not."""
    known = (rows.certificate != "") & rows.scheme.notnull() & rows.issued.notnull()
    name = rows.certificate + "|" + rows.scheme + "|" + rows.issued.cast("string")
    return known.fill_null(False).ifelse(name, ibis.null("string"))


def reason_counts(rows: Any, engine: Engine, column: str = "reasons") -> pd.DataFrame:
    """Return how many rows each reason (or remark) holds for, and where the first of them stands.

    Columns: reason, rows, file, row. A row may have several reasons.
    """
    each = rows.select("file", "row", reason=rows[column].split(";").unnest())
    place = ibis.row_number().over(ibis.window(group_by="reason", order_by=["file", "row"]))
    rows = each.mutate(first=place == 0)
    file, row = rows.file.max(where=rows.first), rows.row.max(where=rows.first)
    counts = engine.rows(rows.group_by("reason").agg(rows=rows.count(), file=file, row=row))
    order = list(WORDS).index
    return counts.sort_values("reason", key=lambda names: names.map(order), ignore_index=True)


def _by_our_names(published: Any, declaration: Declaration) -> Any:
    """Return a table with all of `COLUMNS` as texts, empty where its files have none."""
    texts = {
        name: published[header].cast("string").fill_null("")
        if (header := declaration.columns[name]) in published.columns
        else ibis.literal("")
        for name in COLUMNS
    }
    return published.select(file="file", row=published["row"].cast("int64"), **texts)


def _meaning(
    raw: Any, declaration: Declaration, reference: Reference, engine: Engine
) -> tuple[Any, ...]:
    """Return what makes of the texts, or some of them, what they mean, and what is kept for it.

    Codes, days and check digits are those of each different text, looked up here and now.
    """
    texts = _published(raw)
    column = {name: texts[f"published_{name}"] for name in COLUMNS}
    calendar = meanings.calendar(engine)

    known = understood(
        column,
        {
            "industry": (meanings.industries(reference), ("industry", "industry_text")),
            "region": (meanings.regions(reference, declaration.abroad), ("region",)),
            "scheme": (meanings.schemes(reference), ("scheme",)),
            "size": (meanings.sizes(reference, declaration), ("size_given",)),
            "status": (meanings.words(declaration.statuses), ("status",)),
        },
        engine,
    )
    known["industry"] = limits_of(
        known["industry"], reference.size_rules, reference.industries, engine
    )
    days = engine.kept(meanings.days([column[name] for name in DAYS], calendar, declaration))
    odd = engine.kept(meanings.odd_credit_codes(column["organisation"]))
    dated = [meanings.on_the_day(days, column[name], name) for name in DAYS]
    engine.release(calendar)
    tables = (*known.values(), *dated, odd)
    return (lambda rows: _meant(rows, tables, declaration)), days, odd


def _published(raw: Any) -> Any:
    return raw.rename({f"published_{name}": name for name in COLUMNS})


def _meant(raw: Any, tables: Sequence[Any], declaration: Declaration) -> Any:
    """Return what texts mean, a row each, and in `marks` what is wrong with it, bit by bit."""
    rows = _published(raw)
    for table in tables:
        key = table.columns[0]
        rows = rows.left_join(table, key).drop(f"{key}_right")
    rows = rows.mutate(
        # What a size given goes before need not be read.
        **{name: (rows.size_given == "").ifelse(rows[f"published_{name}"], "") for name in AMOUNTS},
        **{name: tidied(rows[f"published_{name}"]) for name in ("certificate", "body")},
        organisation=rows.organisation.fill_null(rows.published_organisation),
    )
    unit = declaration.revenue_unit
    rows = rows.mutate(
        **{f"{name}_text": rows[name] for name in AMOUNTS},
        employees=meanings.people(rows.employees),
        revenue_10k=meanings.money(rows.revenue, unit),
        assets_10k=meanings.money(rows.assets, unit),
    )
    rows = rows.mutate(
        size=(rows.size_given == "").ifelse(size_class(rows), rows.size_given),
        remarks=_remarks(rows, declaration.missing),
    )
    return rows.mutate(marks=_marks(rows, declaration.as_of)).select(*PARSED)


def _remarks(rows: Any, missing: Sequence[str]) -> Any:
    """Return which amounts that a size depends on are no amounts, parted by semicolons."""
    blank = f"^(?:{'|'.join(re.escape(tidy(word)) for word in missing)})?$"
    words: Any = ibis.literal("")
    for measure, name, remark in zip(MEASURES, AMOUNTS, REMARKS, strict=True):
        text = rows[f"{name}_text"]
        # By a pattern and in this order, so that engines look at few rows.
        said = ((text != "") & rows[measure].isnull()).ifelse(~tidied(text).re_search(blank), False)
        unread = rows[f"{measure}_small_min"].notnull() & said
        words = words + unread.fill_null(False).ifelse(f"{remark};", "")
    return (words == "").ifelse("", words.re_replace(";$", ""))


def _marks(rows: Any, as_of: date) -> Any:
    today = ibis.literal(as_of)
    dated = rows.status.isin(["suspended", "withdrawn", "cancelled"])
    # What never expires has expired on the day that its status says.
    dated = dated | ((rows.status == "expired") & (rows.expires == NEVER))
    # The day that a valid one has stood so ends nothing.
    not_valid = rows.status.isin(STATUS_CODES[1:])
    day_given = not_valid & rows.status_date.notnull()
    at_home = (rows.region != ALL).fill_null(True)
    tests = {
        "certificate_missing": rows.certificate == "",
        "credit_code_malformed": at_home & ~rows.well_formed | (rows.organisation == ""),
        "credit_code_check_digit": at_home & rows.well_formed & ~rows.holds,
        "region_unknown": rows.region.isnull(),
        "industry_unknown": rows.industry.isnull(),
        "scheme_unknown": rows.scheme.isnull(),
        "size_unknown": rows["size"].isnull(),
        "status_unknown": rows.status.isnull(),
        "issue_date_unreadable": rows.issued.isnull(),
        "expiry_date_unreadable": rows.expires.isnull(),
        "expiry_before_issue": rows.expires < rows.issued,
        "issue_in_future": rows.issued > today,
        "status_date_missing": dated & rows.status_date.isnull() & ~rows.status_date_unclear,
        "status_date_unreadable": not_valid & rows.status_date_unclear,
        "status_date_before_issue": day_given & (rows.status_date < rows.issued),
        "status_date_in_future": day_given & (rows.status_date > today),
    }
    bits = [
        holds.fill_null(False).ifelse(ibis.literal(_BITS[name], "int32"), 0)
        for name, holds in tests.items()
    ]
    return sum(bits[1:], bits[0]).cast("int32")


def _reasons(marks: Any) -> Any:
    """Return the reasons in words, parted by semicolons."""
    words = [((marks & bit) != 0).ifelse(f"{reason};", "") for reason, bit in _BITS.items()]
    return sum(words[1:], words[0]).re_replace(";$", "")


def _issues(sound: Any, engine: Engine) -> tuple[Any, Any, Any, Any, Any]:
    """Return the issues without and with another of their number, the rows that repeat one, …

    … and what the engine keeps for it.
    """
    rows = sound.mutate(hashed=_hashed(sound))
    often = _often(rows, engine)
    single = _alone(rows.anti_join(often, "hashed").drop("hashed"))
    several = _ended(rows.semi_join(often, "hashed").drop("hashed"))
    # The latest word on an issue counts; the rest of the order only makes it the same every time.
    said_on = several.status_date.fill_null(several.issued)
    order = ("status", "organisation", "region", "industry", "size", "file", "row")
    by_day = ibis.window(group_by=[*ISSUE], order_by=[said_on.desc(), several.ends.desc(), *order])
    latest = engine.kept(several.mutate(turn=ibis.row_number().over(by_day)))
    repeats = latest.filter(latest.turn > 0).select("file", "row", *ISSUE)
    kept = latest.filter(latest.turn == 0).drop("turn")
    by_issue = ibis.window(group_by=NUMBER, order_by="issued")
    chained = kept.mutate(
        following=kept.issued.lead().over(by_issue), earlier=kept.ends.lag().over(by_issue)
    )
    chained = chained.mutate(
        replaced=(chained.following <= chained.ends).ifelse(chained.following, ibis.null("date")),
        reissue=(chained.issued <= chained.earlier).fill_null(False),
    )
    return single, chained.select(*single.columns), repeats, often, latest


def _hashed(rows: Any) -> Any:
    """Return the number of a certificate as one that takes little room; two may share it."""
    return (rows.certificate + rows.scheme).hash()


def _often(rows: Any, engine: Engine) -> Any:
    """Return what is `hashed` more than once."""
    often = rows.group_by("hashed").agg(issues=rows.count())
    return engine.kept(often.filter(often.issues > 1).select("hashed"))


def _ended(sound: Any) -> Any:
    """Return issues with when and how they end, whatever else their number has."""
    closed = sound.status.isin(["withdrawn", "cancelled"]) & sound.status_date.notnull()
    # The day on which one expires is its last, whatever says so: its expiry or its status.
    expired = (sound.status == "expired").fill_null(False) & sound.status_date.notnull()
    after = (sound.expires == NEVER).ifelse(ibis.literal(NEVER), _next_day(sound.expires))
    end = closed.ifelse(sound.status_date, expired.ifelse(_next_day(sound.status_date), after))
    return sound.mutate(
        ends=ibis.least(end, after),
        ended_by=(closed & (end < after)).ifelse("withdrawn", "lapsed"),
    )


def _alone(sound: Any) -> Any:
    """Return issues of which none stands in turn with another."""
    return _ended(sound).mutate(replaced=ibis.null("date"), reissue=ibis.literal(False))


def _next_day(day: Any) -> Any:
    # Ibis takes the sum for a day already; to DuckDB it is a moment.
    return (day + ibis.interval(days=1)).cast("timestamp").cast("date")


def _dated(rows: Any) -> Any:
    """Return issues with the days on which they are suspended and end."""
    ends = rows.replaced.fill_null(rows.ends)
    in_time = (rows.status == "suspended") & (rows.status_date < ends)
    return rows.mutate(
        suspended=in_time.ifelse(rows.status_date, ibis.null("date")),
        ends=ends,
        ended_by=rows.replaced.notnull().ifelse("replaced", rows.ended_by),
    ).drop("replaced")


@dataclass(frozen=True)
class Summary:
    """What a roll-up read and set aside, the reasons, and where the results are.

    remarks: why rows count without a size although one could follow from their amounts.
    open_ended: texts set aside as expiry that may say that there is none.
    """

    rows: int
    set_aside: int
    reasons: pd.DataFrame  # see `reason_counts`
    remarks: pd.DataFrame
    out: Path
    open_ended: tuple[str, ...] = ()

    @property
    def share_set_aside(self) -> float:
        """Return the share of rows set aside, in per cent."""
        return 100 * self.set_aside / self.rows if self.rows else 0.0

    def sentence_in(self, words: Wording) -> str:
        """Return how many certificates were read and set aside."""
        return words(
            "{rows} certificates read, {aside} set aside ({share})",
            rows=words.number(self.rows),
            aside=words.number(self.set_aside),
            share=words.percent(self.share_set_aside),
        )


def cleaned(
    paths: Sequence[Path],
    declaration: Declaration,
    reference: Reference,
    out: Path,
    engine: Engine,
    progress: Progress | None = None,
) -> Summary:
    """Read certificate files into registry.parquet and quarantine.parquet.

    Raises `FindingsError` with what is wrong with each file; see `texts`.
    """
    progress = progress or Progress()
    progress.steps += len(paths) + 2
    with standing(out), damage_found(), engine.beside(out) as folder:
        published = tables(paths, declaration, engine, folder, progress)
        progress(message("checking certificates"))
        found = registry(published, reference, engine)
        progress(message("writing the clean registry"))
        for name, rows in (("registry", found.clean), ("quarantine", found.quarantine)):
            remove(out / f"{name}.parquet")
            engine.write(rows, out / f"{name}.parquet")
        engine.release(*found.kept)
    return summarised(out, engine)


def summarised(out: Path, engine: Engine) -> Summary:
    """Return what stands in registry.parquet and quarantine.parquet."""
    clean = engine.parquet(out / "registry.parquet")
    quarantine = engine.parquet(out / "quarantine.parquet")
    set_aside = engine.number(quarantine)
    reasons = reason_counts(quarantine, engine)
    remarks = reason_counts(clean.filter(clean.remarks != ""), engine, "remarks")
    rows, open_ended = engine.number(clean) + set_aside, _open_ended(quarantine, engine)
    return Summary(rows, set_aside, reasons, remarks, out, open_ended)


def _open_ended(quarantine: Any, engine: Engine) -> tuple[str, ...]:
    unread = quarantine.filter(quarantine.reasons.contains("expiry_date_unreadable"))
    texts = unread.select(text=tidied(unread.expires)).distinct()
    return tuple(sorted(engine.rows(texts.filter(texts.text.isin(OPEN_ENDED)))["text"]))
