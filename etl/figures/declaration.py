"""What a person says of a file of figures: where it is from, and which column is what.

It stands beside the file as `<file name>.yaml`, or inside a filled template. What the files of a
source have in common may stand once, in `declaration.yaml` of its folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from etl.files.table import Form
from indicators.regions import ALL, NATION
from indicators.statuses import ObservationStatus

TODO = "TODO"
PROVENANCE = ("publisher", "document", "licence")
OPTIONAL = ("date", "url", "place", "note", "copy", "copy_kind", "frequency")
# What a row may say of where its figure stands; it goes before what is said of the whole file.
CITED = (
    *PROVENANCE,
    *("date", "url", "place", "note", "copy", "copy_kind"),
    "basis",
    "grade",
)
MARKS = ("status", "confidentiality")
PARTS = ("year", "quarter", "month")  # a period in parts: the year, and its quarter or month
SCOPES = {"domestic": NATION, "all": ALL}
# What a text in place of a figure may mean; `omit`: there is no figure, and no row either.
MEANINGS = (
    ObservationStatus.NO_DATA.code,
    ObservationStatus.NOT_APPLICABLE.code,
    "C",  # of CL_CONF_STATUS: suppressed by its source
    "omit",
)
REPEATED = "repeated_header"
# Of a template: how its declaration begins, and the sheet of its provenance.
MARKER, SOURCE = "quality-governance figures, template 1", "来源 Source"


@dataclass(frozen=True)
class Rule:
    """Rows to leave out: those in which the text of `column` equals or begins with one of these.

    since: the first row that begins with one of these is left out with all that follow.
    """

    column: str
    equals: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    since: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Declaration(Form):
    """All that is said of one file, beside how it is written.

    columns: our names to the headers of the file. fixed: what holds for the whole file. across:
    what each header row of a wide table holds. across_sheets: what the sheets of a workbook are
    parted by, each of which is a table; sheets: which of them are read, and what each one says
    (all that are visible, by their names, unless given). scope: the code of what the nation
    means, and scope_by_scheme where it means another, by the scheme's name in the file; whole: of
    the region that 全省 or 全市 means. regions: what kind of region is meant
    where a name has two meanings; within: the code of the region that all others are parts of.
    names: per dimension or mark, the file's own spellings with their codes. unit: of all figures,
    or by indicator. notes: what the marks of notes mean, such as ①: a status, or a text. breaks:
    codes of the key, by their dimensions, of figures with which a series begins to mean something
    else. second_sources: what further documents say of one figure each: its codes, as of breaks,
    with `value` and of CITED what is known.
    """

    provenance: Mapping[str, str]
    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    layout: str = "long"
    across: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    across_sheets: str | None = None
    sheets: Mapping[str, str] = field(default_factory=dict)
    unit: str | Mapping[str, str] | None = None
    unit_overrules: tuple[str, ...] = ()
    scope: str | None = None
    scope_by_scheme: Mapping[str, str] = field(default_factory=dict)
    whole: str | None = None
    regions: str | None = None
    within: str | None = None
    merged: tuple[str, ...] = ()
    dates: str = "text"
    missing: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    breaks: tuple[Mapping[str, str], ...] = ()
    second_sources: tuple[Mapping[str, str], ...] = ()
    leave_out: tuple[Rule, ...] = ()
    left_rows: frozenset[int] = frozenset()
    repeated_header: bool = False
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def beside(path: Path) -> Path:
    """Return where the declaration of a file of figures stands."""
    return path.with_name(path.name + ".yaml")


SHARED = "declaration.yaml"  # in the folder of a source: what its files have in common
