"""What a search costs among 100,000 entries: the goal is 30 ms for each of 60 queries."""

from __future__ import annotations

import random
import time
from statistics import median

from rich.console import Console
from rich.table import Table

from indicators.catalogue import tree
from indicators.search_index import Entry, Index

ENTRIES = 100_000
GOAL = 0.030  # seconds
SIGNS = "质量认证管理体系产品服务检验检测机构标准企业合格率监督抽查制造业农业建设江苏浙江广东山东"
WORDS = ("quality", "certification", "management", "system", "product", "inspection", "body")


def entries(number: int) -> list[Entry]:
    """Return that many entries of made-up names, of many parts alike, as real ones are."""
    chance = random.Random(2018)
    return [
        Entry(
            "indicator",
            f"made_up_{at}",
            "".join(chance.choices(SIGNS, k=chance.randint(4, 14))),
            " ".join(chance.choices(WORDS, k=chance.randint(2, 6))),
            "map",
            (),
        )
        for at in range(number)
    ]


def main() -> None:
    """Print what CPU time the index takes to make and queries to answer."""
    begun = time.process_time()
    regions = [region for region in tree().regions.values() if region.kind == "province"]
    named = [
        Entry("region", each.code, each.name_zh, each.name_en, "province", (), (each.short_zh,))
        for each in regions
    ]
    index = Index([*named, *entries(ENTRIES - len(named))])
    made = time.process_time() - begun
    names = [each.short_zh for each in regions[:20]] + [each.name_en for each in regions[:20]]
    slips = ["zhejiagn", "guangdnog", "qualty certifcation", "managment sytem", "inspecton bdy"]
    typed = [
        *names,
        *slips,
        "质量认证",
        "zlrz",
        "合格绿",
        "an",
        "zh",
        "g",
        "制造业江",
        "made_up_77",
    ]
    waits = []
    for text in [*typed, *(text[:3] for text in typed)][:60]:
        begun = time.process_time()
        index.find(text)
        waits.append((time.process_time() - begun, text))
    table = Table(title=f"Search among {len(index.entries):,} entries")
    for heading in ("what", "ms", "goal"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    slowest, text = max(waits)
    table.add_row("making the index, once a release", f"{made * 1000:,.0f}", "")
    table.add_row("median query", f"{median(wait for wait, _ in waits) * 1000:.1f}", "≤ 30")
    table.add_row(f"slowest of {len(waits)}: {text}", f"{slowest * 1000:.1f}", "≤ 30")
    Console(width=90).print(table)


if __name__ == "__main__":
    main()
