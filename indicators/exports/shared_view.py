"""What goes on from a view: its address, how it is cited and embedded, where its data stand."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from indicators.exports.offered import vintage_notes
from indicators.periods import in_china
from indicators.regions import ALL
from indicators.store.queries import Vintage
from indicators.wording import Wording

EMBEDDED = "embed"  # with `true` in an address: Streamlit's own word for a page without menu
HEIGHT = 720  # px
# What of a page's address narrows its figures; a map, say, shows every region whichever is chosen.
_NARROWING = {
    "map": ("indicator", "period", "scheme", "industry", "size"),
    "comparison": ("indicator", "scheme", "industry", "size"),
    "industries": ("indicator", "period", "scheme", "size"),
    "province": ("region", "industry"),
}
_TOTALS = ("scheme", "industry", "size")  # what an address that is silent leaves whole
_OF_REGISTER = {"overview": "verdicts", "policy": "documents"}


def home_of(url: str, page: str) -> str:
    """Return where all pages stand, by the address of one as a browser has it."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/").removesuffix(f"/{page}")
    return f"{parts.scheme}://{parts.netloc}{path}" if parts.netloc else path


class View(NamedTuple):
    """One page as a reader has it. url: as the browser has it; said: what its address says."""

    page: str
    url: str
    said: Mapping[str, str]
    vintage: Vintage
    published: str  # ISO date and time

    def address(self) -> str:
        """Return the address that opens this view again, whatever is published meanwhile."""
        said = {name: text for name, text in self.said.items() if not name.startswith(EMBEDDED)}
        said["release"] = str(self.vintage.release)
        return f"{self.url.partition('?')[0]}?{urlencode(said)}"

    def data_address(self, form: str = "") -> str:
        """Return where programs find the figures of this view."""
        narrowing = _NARROWING.get(self.page, ())
        asked = {name: self.said[name] for name in narrowing if self.said.get(name)}
        if self.page == "province":  # of a region all is shown, not its totals alone
            asked = {name: code for name, code in asked.items() if code != ALL}
        else:
            asked = dict.fromkeys((name for name in narrowing if name in _TOTALS), ALL) | asked
        path = _OF_REGISTER.get(self.page, "observations")
        if self.page == "objectives" and {"target", "region"} <= self.said.keys():
            path = f"verdicts/{quote(self.said['target'], '')}/{quote(self.said['region'], '')}"
        if self.vintage.dataset != "real":
            asked["data"] = self.vintage.dataset
        asked |= {"release": str(self.vintage.release)} | ({"format": form} if form else {})
        return f"{home_of(self.url, self.page)}/api/v1/{path}?{urlencode(asked)}"

    def forms(self) -> tuple[str, ...]:
        """Return the forms in which programs get these figures."""
        return ("json",) if self.page == "objectives" else ("json", "csv", "parquet")

    def citation(self, title: str, seen: str, words: Wording) -> str:
        """Return how a chart is cited: as GB/T 7714 has data online; `seen` is a date."""
        return words(
            "{home}. {title}[DB/OL]. {release}. ({published})[{seen}]. {url}.",
            home=words("Quality-governance dashboard"),
            title=title,
            release=" ".join(vintage_notes(self.vintage, words)),
            published=in_china(self.published).date().isoformat(),
            seen=seen,
            url=self.address(),
        )

    def embedding(self, title: str) -> str:
        """Return the HTML that shows this view, without menu, in a page elsewhere."""
        source = escape(f"{self.address()}&{EMBEDDED}=true")
        size = f'width="100%" height="{HEIGHT}"'
        return f'<iframe src="{source}" title="{escape(title)}" {size} loading="lazy"></iframe>'
