"""Which figures of industries the page shows, how they are ordered, and the cell clicked."""

from __future__ import annotations

import streamlit as st

from indicators import address, catalogue, code_names
from indicators.address import choose
from indicators.cached import industries as cached
from indicators.catalogue import tree
from indicators.compare.industry_mix import is_additive
from indicators.drawing.industries import SELECTED
from indicators.periods import today
from indicators.regions import ALL, NATION
from indicators.store.queries import Selection, Vintage
from indicators.views.industries import GROUPS, SECTIONS, IndustryView, level_of, measure_name
from indicators.wording import Wording

CHART = "heat"
NEARLY_ALL = 0.95  # of the figures of the fullest period


def choose_view(words: Wording, vintage: Vintage, *, dark: bool) -> IndustryView:
    """Return what the heat map shows: figures, level, measure, order, and the cell chosen."""
    known = catalogue.load().indicators
    titles = {key: words.text(known[key].title) for key in cached.offered(vintage)}
    first = cached.opening(vintage)
    indicator = choose(words("Indicator"), "indicator", titles, words, default=first)
    periods = cached.cells(indicator, vintage)
    scheme, size = _choose_cell(periods, words)
    counts = periods[scheme, size]
    names = {period: words.period(period) for period in sorted(counts, reverse=True)}
    # The newest that hardly lacks a figure of the fullest: a few more are suppressed some years.
    enough = NEARLY_ALL * max(counts.values())
    best = [code for code, number in counts.items() if number >= enough][-1]
    period = choose(words("Period"), "period", names, words, default=best)
    selection = Selection(indicator, period, scheme=scheme, size=size)
    level = choose_level(words, selection, vintage)
    measures = ["value"]
    if is_additive(indicator):
        measures.append("quotient")
    if len(counts) > 1:
        measures.append("change")
    offered = {code: measure_name(code, words) for code in measures}
    measure = choose(words("Show"), "measure", offered, words)
    against = ""
    if measure == "change":
        others = {f"period:{code}": name for code, name in names.items() if code != period}
        before = [code for code in others if code < f"period:{period}"]
        default = before[0] if before else None
        chosen = choose(words("Against"), "against", others, words, default=default)
        against = chosen.removeprefix("period:")
    else:
        address.silence("against")
    orders = {
        "code": words("in the order of the code lists"),
        "value": words("by value"),
        "likeness": words("by similarity"),
    }
    order = choose(words("Order"), "order", orders, words)
    industry = choose_industry(words)
    return IndustryView(
        selection,
        level,
        measure,  # type: ignore[arg-type]
        order,  # type: ignore[arg-type]
        choose_region(words),
        industry,
        words.language,
        dark,
        against,
        today(),
    )


def _choose_cell(periods: dict[tuple[str, str], dict[str, int]], words: Wording) -> tuple[str, str]:
    """Return the scheme and the size chosen among those that there are figures of."""
    schemes = {scheme: code_names.scheme_name(scheme, words) for scheme, _ in periods}
    label = words("Certification scheme")
    scheme = next(iter(schemes))
    if len(schemes) > 1:
        scheme = choose(label, "scheme", schemes, words)
    sizes = {size: code_names.size_name(size, words) for each, size in periods if each == scheme}
    size = next(iter(sizes))
    if len(sizes) > 1:
        size = choose(words("Enterprise size"), "size", sizes, words)
    return scheme, size


def choose_level(words: Wording, selection: Selection, vintage: Vintage) -> str:
    """Return the level chosen: sections, sectors and groups, or the divisions of a section."""
    names = {
        SECTIONS: words("sections"),
        GROUPS: words("sectors and groups"),
    }
    offered = {
        code: names.get(code)
        or words("divisions of {industry}", industry=code_names.industry_name(code, words))
        for code in cached.levels(selection, vintage)
    }
    # An address that names an industry alone shows the level on which it stands.
    return choose(
        words("Level"), "level", offered, words, default=level_of(address.said("industry") or ALL)
    )


def choose_industry(words: Wording) -> str:
    """Return the industry chosen, `ALL` for none."""
    known = catalogue.industries().industries
    names = {ALL: code_names.industry_name(ALL, words)}
    names |= {code: f"{code} {code_names.industry_name(code, words)}" for code in known}
    return choose(words("Industry"), "industry", names, words, default=ALL)


def choose_region(words: Wording) -> str:
    """Return the province chosen, the nation for none."""
    names = tree().names(words.language)
    offered = {code: names[code] for code in (NATION, *tree().provinces)}
    return choose(words("Region"), "region", offered, words, default=address.home())


def select_cell() -> None:
    """Take over the region and the industry of the cell that was clicked."""
    chosen = st.session_state[CHART]["selection"][SELECTED]
    if chosen:
        address.say("region", chosen[0]["region"])
        address.say("industry", chosen[0]["industry"])


def choose_sized(words: Wording, vintage: Vintage) -> str:
    """Return the indicator whose enterprise sizes are set side by side."""
    known = catalogue.load().indicators
    titles = {key: words.text(known[key].title) for key in cached.sized(vintage)}
    return choose(words("Enterprise sizes of"), "sized", titles, words)
