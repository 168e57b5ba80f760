"""Which figures the Data page explains, and which release it tells of."""

from __future__ import annotations

from indicators import catalogue
from indicators.address import EVERY, choose
from indicators.cached import remembered
from indicators.catalogue import tree
from indicators.regions import ALL
from indicators.sidebar.map import narrowings
from indicators.store.queries import Selection, Vintage
from indicators.wording import Wording

FIRST = "certificates_valid"
MOST = 20_000  # figures of an indicator, to choose from all of them at once


def choose_figure(words: Wording, vintage: Vintage) -> Selection:
    """Return the figures to explain: an indicator, and the part of it chosen, or all.

    Of an indicator with more than MOST figures, one scheme, industry, size and period.
    """
    reach = set(remembered.reach(vintage)["indicator"])
    known = catalogue.load().indicators
    titles = {key: words.text(item.title) for key, item in known.items() if key in reach}
    indicator = choose(words("Indicator"), "indicator", titles, words, default=FIRST)
    cells = remembered.choices(indicator, vintage)
    many = cells["rows"].sum() > MOST
    parts = narrowings(words) | {
        "period": (words("Period"), words.period),
        "region": (words("Region"), tree().names(words.language).__getitem__),
    }

    def one(key: str, codes: list[str], *, all_too: bool) -> str | None:
        label, name = parts[key]
        # A total is called "all" itself.
        every = words("All regions") if key == "region" else words("All")
        names = {EVERY: every} if all_too else {}
        names |= {code: name(code) for code in codes}
        code = choose(label, f"of_{key}", names, words)
        return None if code == EVERY else code

    chosen: dict[str, str | None] = {"industry": None, "size": None}
    divided = [key for key in ("industry", "size") if many or cells[key].nunique() > 1]
    for key in ("scheme", *divided, "period"):
        codes = sorted(set(cells[key]), reverse=key == "period")
        codes.sort(key=lambda code: code != ALL)  # a total first
        chosen[key] = one(key, codes, all_too=not many)
        if chosen[key] is not None:
            cells = cells[cells[key] == chosen[key]]
    rows = remembered.observations(Selection(indicator, **chosen), vintage)
    region = one("region", sorted(set(rows["region"])), all_too=True)
    return Selection(indicator, **chosen, region=region)


def choose_release(words: Wording, newest: Vintage) -> Vintage:
    """Return the release to tell of, the newest where none is chosen."""
    names = {
        str(number): words("Release {number} ({date})", number=number, date=words.date(moment))
        for number, moment in remembered.published(newest).items()
    }
    code = choose(words("Release"), "changes", names, words, default=str(newest.release))
    return newest._replace(release=int(code))
