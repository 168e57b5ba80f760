"""What must hold before rows may enter the database.

Every check returns findings that name file, row and column; none of them stops at the first.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from etl.findings import Finding, Message, message
from indicators.catalogue import Catalogue
from indicators.database import KEY

# SDMX code lists 2.x: the codes that our sources and rules use.
OBS_STATUS = ["A", "B", "D", "E", "F", "I", "M", "O", "P", "U"]
CONF_STATUS = ["F", "N", "C", "D", "S"]


def findings(rows: pd.DataFrame, catalogue: Catalogue) -> list[Finding]:
    """Return everything that is wrong with `rows` (KEY, MEASURES, `file`, `row`)."""
    return [
        *_wrong_cells(rows, catalogue),
        *_duplicates(rows),
        *_out_of_range(rows, catalogue),
        *_schemes_that_do_not_add_up(rows, catalogue),
        *_parts_beyond_the_whole(rows, catalogue),
    ]


def _records(rows: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return rows.to_dict("records")


def _schema(catalogue: Catalogue) -> pa.DataFrameSchema:
    def code(known: Sequence[str]) -> pa.Column:
        return pa.Column(str, pa.Check.isin(list(known)))

    return pa.DataFrameSchema(
        {
            "indicator": code(list(catalogue.indicators)),
            "period": pa.Column(str, pa.Check.str_matches(r"^\d{4}(-Q[1-4]|-\d{2})?$")),
            "scheme": code(list(catalogue.schemes["code"])),
            "industry": code(["ALL", *catalogue.industries["code"]]),
            "size": code(list(catalogue.sizes["code"])),
            "region": code(list(catalogue.regions["code"])),
            "value": pa.Column(float, pa.Check(np.isfinite, name="finite"), nullable=True),
            "status": code(OBS_STATUS),
            "confidentiality": code(CONF_STATUS),
        }
    )


_EXPECTED: dict[str, Message] = {
    "indicator": message("an indicator of the catalogue"),
    "period": message("a period such as 2020, 2020-Q3 or 2020-06"),
    "scheme": message("a scheme of the code list"),
    "industry": message("an industry of GB/T 4754-2017"),
    "size": message("an enterprise size of NBS 2017"),
    "region": message("a region of GB/T 2260"),
    "value": message("a finite number"),
    "status": message("a status of SDMX CL_OBS_STATUS"),
    "confidentiality": message("a status of SDMX CL_CONF_STATUS"),
}


def _wrong_cells(rows: pd.DataFrame, catalogue: Catalogue) -> list[Finding]:
    rows = rows.reset_index(drop=True)
    try:
        _schema(catalogue).validate(rows, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        return [
            Finding(
                str(rows.at[index, "file"]),
                str(found),
                _EXPECTED[str(column)],
                message("correct the cell, or add the name to the code list"),
                row=int(str(rows.at[index, "row"])),
                column=str(column),
            )
            for index, column, found in zip(
                cases["index"], cases["column"], cases["failure_case"], strict=True
            )
        ]
    return []


def _duplicates(rows: pd.DataFrame) -> list[Finding]:
    twice = rows[rows.duplicated(list(KEY), keep=False)].sort_values([*KEY, "file", "row"])
    return [
        Finding(
            str(row["file"]),
            " ".join(str(row[name]) for name in KEY),
            message("one figure for each key"),
            message("keep the figure that holds and remove the other"),
            row=int(row["row"]),
        )
        for row in _records(twice)
    ]


def _out_of_range(rows: pd.DataFrame, catalogue: Catalogue) -> list[Finding]:
    ranges = pd.DataFrame(
        [(key, *indicator.range) for key, indicator in catalogue.indicators.items()],
        columns=["indicator", "low", "high"],
    ).astype({"low": float, "high": float})
    bounded = rows.merge(ranges, on="indicator", how="inner", validate="m:1")
    outside = bounded[(bounded["value"] < bounded["low"]) | (bounded["value"] > bounded["high"])]
    return [
        Finding(
            str(row["file"]),
            f"{row['value']:g}",
            message("between {low} and {high}", low=f"{row['low']:g}", high=f"{row['high']:g}"),
            message("look for a wrong unit (万, 亿, %) or a shifted decimal point"),
            row=int(row["row"]),
            column="value",
        )
        for row in _records(outside)
    ]


def _schemes_that_do_not_add_up(rows: pd.DataFrame, catalogue: Catalogue) -> list[Finding]:
    """Return groups of schemes that differ from the sum of their members.

    A table that gives only some of the members may not reach its total, but never exceeds it.
    """
    schemes = catalogue.schemes
    parents = schemes.loc[schemes["parent"] != ""].set_index("code")["parent"]
    additive = [key for key, item in catalogue.indicators.items() if "scheme" in item.additive]
    keys = ["indicator", "period", "industry", "size", "region", "source"]
    given = rows[rows["indicator"].isin(additive) & rows["value"].notna()]
    parts = given.assign(group=given["scheme"].map(parents)).dropna(subset="group")
    sums = parts.groupby([*keys, "group"], as_index=False).agg(
        total=("value", "sum"), members=("scheme", "size")
    )
    both = given.merge(
        sums, left_on=[*keys, "scheme"], right_on=[*keys, "group"], how="inner", validate="1:1"
    )
    needed = np.array(
        [
            _members(schemes, group, period)
            for group, period in zip(both["group"], both["period"], strict=True)
        ]
    )
    whole = both["members"].to_numpy() >= needed
    wrong = both[(whole & (both["total"] != both["value"])) | (both["total"] > both["value"])]
    return [
        Finding(
            str(row["file"]),
            f"{row['scheme']} = {row['value']:,.0f}",
            message("the sum of its schemes, {total}", total=f"{row['total']:,.0f}"),
            message("compare the rows of this period with the published table"),
            row=int(row["row"]),
            column="value",
        )
        for row in _records(wrong)
    ]


def _members(schemes: pd.DataFrame, group: str, period: str) -> int:
    """Return how many schemes a group had at a period; retired ones have their dates."""
    begun = (schemes["valid_from"] == "") | (schemes["valid_from"] <= period)
    going = (schemes["valid_to"] == "") | (schemes["valid_to"] >= period)
    return int(((schemes["parent"] == group) & begun & going).sum())


def _parts_beyond_the_whole(rows: pd.DataFrame, catalogue: Catalogue) -> list[Finding]:
    """Return provinces that together exceed the nation, in indicators that add up over regions."""
    additive = [key for key, item in catalogue.indicators.items() if "region" in item.additive]
    provinces = catalogue.regions.query("kind == 'province'")["code"]
    keys = ["indicator", "period", "scheme", "industry", "size"]
    given = rows[rows["indicator"].isin(additive) & rows["value"].notna()]
    sums = given[given["region"].isin(provinces)].groupby(keys, as_index=False)["value"].sum()
    nation = given[given["region"] == "100000"]
    both = nation.merge(sums, on=keys, how="inner", validate="1:1", suffixes=("", "_of_provinces"))
    wrong = both[both["value_of_provinces"] > both["value"]]
    return [
        Finding(
            str(row["file"]),
            f"{row['value']:,.0f}",
            message(
                "at least the sum of its provinces, {total}",
                total=f"{row['value_of_provinces']:,.0f}",
            ),
            message("compare the rows of this period with the published table"),
            row=int(row["row"]),
            column="value",
        )
        for row in _records(wrong)
    ]
