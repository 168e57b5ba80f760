"""Which figures the Data page explains, and which release it tells of."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from indicators import catalogue, tables
from indicators.address import EVERY, choose
from indicators.cached import queries as cached_queries
from indicators.store.queries import Selection, Vintage
from indicators.wording import Wording

ALL, FIRST = "ALL", "certificates_valid"
MOST = 20_000  # figures of an indicator, to choose from all of them at once


def choose_figure(words: Wording, vintage: Vintage) -> Selection:
    """Return the figures to explain: an indicator, and scheme, period and region, or all.

    Of an indicator with more than MOST figures, one scheme, industry, size and period.
    """
    known = catalogue.load()
    reach = set(cached_queries.reach(vintage)["indicator"])
    indicator = choose(
        words("Indicator"), "indicator", [key for key in known.indicators if key in reach],
        name=lambda key: words.text(known.indicators[key].title),
        default=FIRST, words=words,
    )  # fmt: skip
    held = cached_queries.choices(indicator, vintage)
    many = held["rows"].sum() > MOST
    every = words("All")
    named: dict[str, tuple[str, Callable[[str], str]]] = {
        "scheme": (words("Certification scheme"), partial(tables.scheme_name, words=words)),
        "industry": (words("Industry"), partial(tables.industry_name, words=words)),
        "size": (words("Enterprise size"), partial(tables.size_name, words=words)),
        "period": (words("Period"), words.period),
        "region": (words("Region"), tables.region_names(words.language).__getitem__),
    }

    def one(key: str, codes: list[str], *, all_too: bool) -> str | None:
        label, name = named[key]
        code = choose(
            label, f"of_{key}", [EVERY, *codes] if all_too else codes,
            default=EVERY if all_too else codes[0], words=words,
            name=lambda code: every if code == EVERY else name(code),
        )  # fmt: skip
        return None if code == EVERY else code

    chosen: dict[str, str | None] = {"industry": None, "size": None}
    for key in ("scheme", "industry", "size", "period") if many else ("scheme", "period"):
        codes = sorted(set(held[key]), reverse=key == "period")
        codes.sort(key=lambda code: code != ALL)  # a total first
        chosen[key] = one(key, codes, all_too=not many)
        if chosen[key] is not None:
            held = held[held[key] == chosen[key]]
    rows = cached_queries.observations(Selection(indicator, **chosen), vintage)
    return Selection(indicator, **chosen, region=one("region", sorted(set(rows["region"])),
                                                     all_too=True))  # fmt: skip


def choose_release(words: Wording, newest: Vintage) -> Vintage:
    """Return the release to tell of, the newest where none is chosen."""
    published = cached_queries.releases(newest).set_index("release")["published_at"]
    code = choose(
        words("Release"), "changes", [str(number) for number in published.index],
        name=lambda code: words("{number} of {date}", number=code,
                                date=words.date(published[int(code)])),
        default=str(newest.release), words=words,
    )  # fmt: skip
    return newest._replace(release=int(code))
