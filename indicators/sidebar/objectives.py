"""Which target the Objectives page shows."""

from __future__ import annotations

from indicators import address, code_names
from indicators.address import choose
from indicators.cached import objectives as cached
from indicators.catalogue import tree
from indicators.regions import NATION
from indicators.store.queries import Vintage
from indicators.views.objectives import target_text
from indicators.wording import Wording


def choose_target(words: Wording, vintage: Vintage) -> tuple[str, str] | None:
    """Return a region that targets apply to, and one of them; None if the release has none."""
    verdicts, names = cached.verdicts(vintage), tree().names(words.language)
    if verdicts.empty:
        return None
    with_targets = set(verdicts["region"])
    order = [code for code in (NATION, *tree().provinces) if code in with_targets]
    offered = {code: names[code] for code in order}
    region = choose(words("Region"), "region", offered, words, default=address.home())
    # Those that figures can be set against come first.
    own = verdicts[verdicts["region"] == region].sort_values(
        ["latest_period", "own", "target"], ascending=[False, False, True], na_position="last"
    )
    records = [cached.register(vintage).record(target) for target in own["target"]]
    aims = {
        str(
            record["target"]
        ): f"{code_names.aim_name(record, words)} · {target_text(record, words)}"
        for record in records
    }
    return region, choose(words("Objective"), "target", aims, words)
