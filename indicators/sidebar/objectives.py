"""Which target the Objectives page shows."""

from __future__ import annotations

from indicators import tables
from indicators.address import choose
from indicators.cached import objectives as cached_objectives
from indicators.store.holdings import NATION
from indicators.store.queries import Vintage
from indicators.views import objectives
from indicators.wording import Wording


def choose_target(words: Wording, vintage: Vintage) -> tuple[str, str]:
    """Return a region that targets apply to, and one of them."""
    verdicts = cached_objectives.verdicts(vintage)
    names = tables.region_names(words.language)
    held = set(verdicts["region"])
    order = [NATION, *tables.provinces()]
    region = choose(
        words("Region"),
        "region",
        [code for code in order if code in held],
        name=names.__getitem__,
        default=NATION,
        words=words,
    )
    # Those that figures can be set against come first.
    own = verdicts[verdicts["region"] == region].sort_values(
        ["latest_period", "own", "target"], ascending=[False, False, True], na_position="last"
    )
    rows = own.set_index("target").to_dict("index")
    register = cached_objectives.register(vintage).target.set_index("target").to_dict("index")
    target = choose(
        words("Objective"),
        "target",
        [str(key) for key in rows],
        name=lambda key: (
            f"{tables.aim_name(rows[key], words)} · {objectives.target_text(register[key], words)}"
        ),
        default=str(next(iter(rows))),
        words=words,
    )
    return region, target
