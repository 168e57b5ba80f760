"""Which target the Objectives page shows."""

from __future__ import annotations

from indicators import address
from indicators.address import choose
from indicators.cached import objectives as cached
from indicators.cached.map import first_level
from indicators.catalogue import tree
from indicators.regions import NATION
from indicators.store.queries import Vintage
from indicators.target_register import AIM
from indicators.wording import Wording


def choose_target(words: Wording, vintage: Vintage) -> tuple[str, str] | None:
    """Return a region that targets apply to, and one of them; None if the release has none."""
    verdicts, names = cached.verdicts(vintage), tree().names(words.language)
    if verdicts.empty:
        return None
    with_targets = set(verdicts["region"])
    first = first_level(vintage)
    below = () if first == NATION else (first, *tree().children(first))
    order = [code for code in (*below, NATION, *tree().provinces) if code in with_targets]
    offered = {code: names[code] for code in order}
    region = choose(words("Region"), "region", offered, words, default=address.home())
    aims = cached.offered(region, words.language, vintage)
    # A target of the region left behind is no choice of this one's reader: the same aim is.
    left = verdicts[verdicts["target"] == address.wanted("target")]
    if len(left) and str(address.wanted("target")) not in aims:
        own = verdicts[verdicts["region"] == region]
        same = own.loc[(own[AIM] == left[AIM].iloc[0]).all(axis=1), "target"]
        if len(same):
            address.say("target", str(same.iloc[0]))
        else:
            address.forget("target")
    return region, choose(words("Objective"), "target", aims, words)
