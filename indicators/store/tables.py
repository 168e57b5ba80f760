"""The tables.

    release ──< observation      what is public now, one row a key
       │  └───< revision         what was public before, one row a key and release
       └──────< release_input    the files a release was made of
       ├───────< holding          how many figures a cell has, counted at publication
       └───────< warning ──< quoted    what was accepted, and the figures that it speaks of
    retraction                what was taken out of every release, by its key
    catalogue_file            the catalogue as last published
    last_check                what the newest check found, for analysts: one row
    draft                     what planners would have a series reach: only ever added to
    audit                     who published, retracted, signed in …: only ever added to
    identity                  which database this is, a word drawn when it was made
    citation ─< observation      where a figure stands: document, place, verification
    document ─< target ──< milestone, evidence      what is to be reached, and who says so

Figures as published in release N are the observations with `release <= N` plus the
revisions with `release <= N < superseded`: the archive holds only what changed. The register
as it stood in release N is the newest `register_archive` not later, or the tables themselves.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from indicators.regions import ALL

metadata = sa.MetaData()

# The order in which the map asks: all regions of one indicator and period lie together.
KEY = ("indicator", "period", "scheme", "industry", "size", "region")
MEASURES = (
    "value",
    "status",
    "confidentiality",
    "numerator",
    "denominator",
    "source",
    "citation",
)


def _text(*names: str, nullable: bool = True) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Double) for name in names]


def _counts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def _keys(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, primary_key=True) for name in names]


def _figures(release_in_key: bool) -> list[sa.Column[Any]]:
    return [
        *_keys(*KEY),
        *_numbers("value"),
        *_text("status", "confidentiality", nullable=False),
        *_numbers("numerator", "denominator"),
        *_text("source", "citation", nullable=False),
        sa.Column("release", sa.Integer, primary_key=release_in_key, nullable=False),
    ]


# One row per indicator, period, scheme, industry, size and region. Totals are `ALL`.
# status: SDMX CL_OBS_STATUS; confidentiality: SDMX CL_CONF_STATUS.
# release: the one in which this value was published.
observation = sa.Table("observation", metadata, *_figures(False), sqlite_with_rowid=False)

# Totals are what one region's page and every verdict ask for: few among many, and found by region.
# The migration makes the index on PostgreSQL of these rows too; named here, the condition would
# load PostgreSQL's dialect for every command.
TOTAL = " AND ".join(f"{name} = '{ALL}'" for name in ("scheme", "industry", "size"))
sa.Index("total", observation.c.region, observation.c.indicator, sqlite_where=sa.text(TOTAL))

# One row per key and release whose figure a later release changed or withdrew.
revision = sa.Table(
    "revision",
    metadata,
    *_figures(True),
    sa.Column("superseded", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

# One row per cell, region above and source: how many figures there are of the regions just below
# it, and how many of those are known. See `indicators.store.holdings`.
holding = sa.Table(
    "holding",
    metadata,
    *_keys(*KEY[:-1], "above", "source"),
    *_counts("rows", "known"),
    sqlite_with_rowid=False,
)

# The files of the catalogue as last published; see `indicators.published_catalogue`.
catalogue_file = sa.Table(
    "catalogue_file",
    metadata,
    *_keys("file"),
    *_text("content", nullable=False),
)

# One row. A backup does not hold it: what is restored from one is another database.
identity = sa.Table("identity", metadata, *_keys("identity"))

# One row per place in a document that figures are taken from; the key is a digest of the rest.
# second_sources: JSON, see `indicators.second_sources`.
citation = sa.Table(
    "citation",
    metadata,
    *_keys("citation"),
    *_text("source", "publisher", "document", nullable=False),
    *_text("date", "copy", "copy_kind", "url"),
    *_text("licence", "place", "basis", "verification", "note", "file", nullable=False),
    *_text("frequency", "second_sources"),
)

# One row per published vintage of the figures.
release = sa.Table(
    "release",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True, autoincrement=False),
    *_text("published_at", "published_by", "reason", "code_version", nullable=False),
    *_counts("added", "changed", "withdrawn", "rows"),
    sa.Column("restored", sa.Integer),  # the release that a rollback brought back
    sa.Column("accepted", sa.Text),  # why warnings were accepted
)

# One row per release and indicator of which figures changed.
change = sa.Table(
    "change",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    *_keys("indicator"),
    *_counts("added", "changed", "withdrawn"),
)

# One row per release and verdict that it turned; the figure is the one that did it. Its values are
# gone where it is suppressed: see `etl.suppression.redaction`.
flip = sa.Table(
    "flip",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    *_keys("target", "region"),
    *_text("old_verdict", "new_verdict", "old_reason", "new_reason", "period"),
    *_numbers("old_value", "new_value"),
    *_text("indicator", "scheme", "industry", "size"),
)

# One row per release and warning that was accepted. suppressed: its sentences are gone, since a
# suppressed figure could be read from them. fingerprint: what it is known again by.
warning = sa.Table(
    "warning",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True),
    *_text("check", "file", "sheet", "column", "found", "expected", nullable=False),
    sa.Column("row", sa.Integer),
    sa.Column("suppressed", sa.Integer, nullable=False, server_default="0"),
    sa.Column("fingerprint", sa.Text, nullable=False, server_default=""),
    sa.Column("reason", sa.Text),  # why it was accepted
    sa.Column("since", sa.Integer),  # with which release
)

# One row per warning and figure that it quotes or rests on.
quoted = sa.Table(
    "quoted",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True),
    *_keys(*KEY),
    sqlite_with_rowid=False,
)

# One row per figure that was taken out of every release: that it was there, never its value.
# rule: `retracted`, or `complementary` where it would give a retracted one away. purged: when
# the bytes that held it were written over.
retraction = sa.Table(
    "retraction",
    metadata,
    *_keys(*KEY),
    *_text("rule", "retracted_at", "retracted_by", "reason", nullable=False),
    sa.Column("purged", sa.Text),
    sqlite_with_rowid=False,
)

# One row per thing that somebody did, with a word drawn for it as its key: see
# `indicators.store.trail`. moment: ISO 8601, UTC.
audit = sa.Table(
    "audit",
    metadata,
    *_keys("event"),
    *_text("moment", "action", "account", nullable=False),
    sa.Column("release", sa.Integer),
    *_text("about", nullable=False),
)

# One row per draft target, and one without a value once it was given up: see
# `indicators.store.drafts`. owner: the key of an account. by: the period that it is to be reached
# by.
draft = sa.Table(
    "draft",
    metadata,
    *_keys("event"),
    *_text("draft", "moment", "owner", nullable=False),
    *_text("indicator", "scheme", "industry", "size", "region", "kind", "by", nullable=False),
    *_numbers("value"),
)
sa.Index("draft_owner", draft.c.owner)

# One row at most: see `indicators.store.last_check`. content: JSON. A backup does not hold it.
last_check = sa.Table(
    "last_check",
    metadata,
    *_keys("moment"),
    *_text("content", nullable=False),
)

# One row per release and file that it was made of; figures of the file lie within its periods.
release_input = sa.Table(
    "release_input",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    *_keys("file"),
    *_text("source", "sha256", nullable=False),
    *_counts("bytes"),
    *_text("first_period", "last_period"),
)


# One row per policy document; one that sets no number stands here too.
document = sa.Table(
    "document",
    metadata,
    *_keys("document"),
    *_text("title", "issuer", "region", nullable=False),
    *_text("number", "date", "policy", "read_in", "copy", "url", "note"),
    sa.Column("date_inferred", sa.Integer, nullable=False),
)

# One row per target. kind: docs/method.md §2; the window's ends are periods.
target = sa.Table(
    "target",
    metadata,
    *_keys("target"),
    *_text("document", "indicator", "region", "industry", "size", "scheme", nullable=False),
    *_text("kind", "shape", "window_early", "window_late", nullable=False),
    *_text("definition", "place", "verification", nullable=False),
    *_text("benchmark", "baseline_period", "department", "supersedes", "note"),
    *_numbers("value", "lower", "upper", "baseline_value", "bound_lower", "bound_upper"),
    sa.Column("approximate", sa.Integer, nullable=False),
)

# One row per target and period before its end that a value is set for.
milestone = sa.Table(
    "milestone",
    metadata,
    *_keys("target", "period"),
    sa.Column("value", sa.Double, nullable=False),
    *_text("place", "verification", nullable=False),
    *_text("note"),
)

# One row per qualitative target and period for which evidence was recorded.
evidence = sa.Table(
    "evidence",
    metadata,
    *_keys("target", "period"),
    *_text("state", "text", "source", nullable=False),
)

REGISTER = (document, target, milestone, evidence)

# One row per register that a release replaced: public from `release` until before `superseded`.
register_archive = sa.Table(
    "register_archive",
    metadata,
    sa.Column("superseded", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", sa.Text, nullable=False),
)
