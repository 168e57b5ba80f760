"""What a map is drawn from: geometry by address, and figures joined to it by name."""

from __future__ import annotations

import altair as alt

from indicators.maps import moves
from indicators.maps.boundaries import MARITIME, NATION, Boundaries
from indicators.wording import Wording

FIGURES = "figures"


class Sources:
    """The geometry by address, and how figures are joined to it."""

    def __init__(self, boundaries: Boundaries, moving: bool) -> None:
        self.units = self._source(boundaries, boundaries.units_name)
        self.hatches = self._source(boundaries, boundaries.hatches_name)
        self.maritime = self._source(boundaries, MARITIME) if boundaries.inset else None
        self.national = boundaries.region == NATION
        self._key = moves.KEY if moving else "region"

    @staticmethod
    def _source(boundaries: Boundaries, name: str) -> alt.UrlData:
        return alt.UrlData(
            boundaries.boundary_url(name), format=alt.JsonDataFormat(property="features")
        )

    def with_figures(self, chart: alt.Chart, region: str = "datum.id") -> alt.Chart:
        """Return a chart of geometry whose rows have their unit's figures."""
        fields = ["name", "state", "fill", "ink", "label", "shown", "period", "rank", "status",
                  "share", "selected"]  # fmt: skip
        looked = chart.transform_calculate(region=region)
        if self._key != "region":
            looked = looked.transform_calculate(**{self._key: moves.KEY_OF_REGION})
        drawn: alt.Chart = looked.transform_lookup(
            lookup=self._key,
            from_=alt.LookupData(data=alt.NamedData(FIGURES), key=self._key, fields=fields),
        )
        return drawn


def tooltip(words: Wording) -> list[alt.Tooltip]:
    """Return what a map says of the unit under the pointer."""
    titles = {
        "name": words("Region"),
        "shown": words("Value"),
        "period": words("Period"),
        "rank": words("Rank"),
        "status": words("Status"),
    }
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]
