"""The tables.

    release ──< observation      what is public now, one row a key
       │  └───< revision         what was public before, one row a key and release
       └──────< release_input    the files a release was made of
       ├───────< holding          how many figures a cell has, counted at publication
       └───────< warning ──< quoted    what was accepted, and the figures that it speaks of
    retraction                what was taken out of every release, by its key
    catalogue_file            the catalogue as last published
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


def _figures(release_in_key: bool) -> list[sa.Column[Any]]:
    return [
        *(sa.Column(name, sa.Text, primary_key=True) for name in KEY),
        sa.Column("value", sa.Double),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("confidentiality", sa.Text, nullable=False),
        sa.Column("numerator", sa.Double),
        sa.Column("denominator", sa.Double),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("citation", sa.Text, nullable=False),
        sa.Column("release", sa.Integer, primary_key=release_in_key, nullable=False),
    ]


# One row per indicator, period, scheme, industry, size and region. Totals are `ALL`.
# status: SDMX CL_OBS_STATUS; confidentiality: SDMX CL_CONF_STATUS.
# release: the one in which this value was published.
observation = sa.Table("observation", metadata, *_figures(False), sqlite_with_rowid=False)

# Totals are what one region's page and every verdict ask for: few among many, and found by region.
TOTAL = " AND ".join(f"{name} = '{ALL}'" for name in ("scheme", "industry", "size"))
sa.Index(
    "total",
    observation.c.region,
    observation.c.indicator,
    sqlite_where=sa.text(TOTAL),
    postgresql_where=sa.text(TOTAL),
)

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
    *(sa.Column(name, sa.Text, primary_key=True) for name in (*KEY[:-1], "above", "source")),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("known", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

# The files of the catalogue as last published; see `indicators.published_catalogue`.
catalogue_file = sa.Table(
    "catalogue_file",
    metadata,
    sa.Column("file", sa.Text, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)

# One row per place in a document that figures are taken from; the key is a digest of the rest.
citation = sa.Table(
    "citation",
    metadata,
    sa.Column("citation", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("publisher", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("date", sa.Text),
    sa.Column("copy", sa.Text),
    sa.Column("copy_kind", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("licence", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("verification", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("frequency", sa.Text),
)

# One row per published vintage of the figures.
release = sa.Table(
    "release",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("published_at", sa.Text, nullable=False),
    sa.Column("published_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("code_version", sa.Text, nullable=False),
    sa.Column("added", sa.Integer, nullable=False),
    sa.Column("changed", sa.Integer, nullable=False),
    sa.Column("withdrawn", sa.Integer, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("restored", sa.Integer),  # the release that a rollback brought back
    sa.Column("accepted", sa.Text),  # why warnings were accepted
)

# One row per release and indicator of which figures changed.
change = sa.Table(
    "change",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("indicator", sa.Text, primary_key=True),
    sa.Column("added", sa.Integer, nullable=False),
    sa.Column("changed", sa.Integer, nullable=False),
    sa.Column("withdrawn", sa.Integer, nullable=False),
)

# One row per release and verdict that it turned; the figure is the one that did it. Its values are
# gone where it is suppressed: see `etl.suppression.redaction`.
flip = sa.Table(
    "flip",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("target", sa.Text, primary_key=True),
    sa.Column("region", sa.Text, primary_key=True),
    *(
        sa.Column(name, sa.Text)
        for name in ("old_verdict", "new_verdict", "old_reason", "new_reason", "period")
    ),
    *(sa.Column(name, sa.Double) for name in ("old_value", "new_value")),
    *(sa.Column(name, sa.Text) for name in ("indicator", "scheme", "industry", "size")),
)

# One row per release and warning that was accepted. suppressed: its sentences are gone, since a
# suppressed figure could be read from them. fingerprint: what it is known again by.
warning = sa.Table(
    "warning",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True),
    *(
        sa.Column(name, sa.Text, nullable=False)
        for name in ("check", "file", "sheet", "column", "found", "expected")
    ),
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
    *(sa.Column(name, sa.Text, primary_key=True) for name in KEY),
    sqlite_with_rowid=False,
)

# One row per figure that was taken out of every release: that it was there, never its value.
# rule: `retracted`, or `complementary` where it would give a retracted one away. purged: when
# the bytes that held it were written over.
retraction = sa.Table(
    "retraction",
    metadata,
    *(sa.Column(name, sa.Text, primary_key=True) for name in KEY),
    *(
        sa.Column(name, sa.Text, nullable=False)
        for name in ("rule", "retracted_at", "retracted_by", "reason")
    ),
    sa.Column("purged", sa.Text),
    sqlite_with_rowid=False,
)

# One row per release and file that it was made of; figures of the file lie within its periods.
release_input = sa.Table(
    "release_input",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("file", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("bytes", sa.Integer, nullable=False),
    sa.Column("first_period", sa.Text),
    sa.Column("last_period", sa.Text),
)


def _text(*names: str, nullable: bool = True) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Double) for name in names]


# One row per policy document; one that sets no number stands here too.
document = sa.Table(
    "document",
    metadata,
    sa.Column("document", sa.Text, primary_key=True),
    *_text("title", "issuer", "region", nullable=False),
    *_text("number", "date", "policy", "read_in", "copy", "url", "note"),
    sa.Column("date_inferred", sa.Integer, nullable=False),
)

# One row per target. kind: docs/method.md §2; the window's ends are periods.
target = sa.Table(
    "target",
    metadata,
    sa.Column("target", sa.Text, primary_key=True),
    *_text(
        "document", "indicator", "region", "industry", "size", "scheme", "kind", "shape",
        "window_early", "window_late", "definition", "place", "verification",
        nullable=False,
    ),
    *_text("benchmark", "baseline_period", "department", "supersedes", "note"),
    *_numbers("value", "lower", "upper", "baseline_value", "bound_lower", "bound_upper"),
    sa.Column("approximate", sa.Integer, nullable=False),
)  # fmt: skip

# One row per target and period before its end that a value is set for.
milestone = sa.Table(
    "milestone",
    metadata,
    sa.Column("target", sa.Text, primary_key=True),
    sa.Column("period", sa.Text, primary_key=True),
    sa.Column("value", sa.Double, nullable=False),
    *_text("place", "verification", nullable=False),
    *_text("note"),
)

# One row per qualitative target and period for which evidence was recorded.
evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("target", sa.Text, primary_key=True),
    sa.Column("period", sa.Text, primary_key=True),
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
