"""What can be searched on every page, each with the page and the address that open it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from indicators import catalogue, code_names, target_register
from indicators.catalogue import tree
from indicators.regions import NATION
from indicators.search_index import Entry
from indicators.target_register import Register
from indicators.views.objectives import target_text
from indicators.views.policy import clause_name
from indicators.wording import Wording

ZH, EN = Wording("zh"), Wording("en")


def entries(register: Register, held: Collection[str], mapped: Collection[str]) -> list[Entry]:
    """Return all that can be found: of two alike the first is named first.

    held: the indicators that have figures; mapped: those with a map.
    """
    return [
        *_regions(),
        *_indicators(held, mapped),
        *_industries(),
        *_clauses(),
        *_targets(register),
        *_documents(register),
    ]


def _other_names() -> dict[str, list[str]]:
    """Return by code what regions are called besides, and were called before."""
    found: dict[str, list[str]] = {}
    for row in catalogue.load().region_spellings.to_dict("records"):
        if row["relation"] in ("alias", "renamed"):
            found.setdefault(row["code"], []).append(row["spelling"])
    return found


def _regions() -> Iterator[Entry]:
    known, others = tree(), _other_names()
    for region in known.regions.values():
        if region.kind not in ("nation", "province", "prefecture"):
            continue
        names = (region.short_zh, region.name_zh)
        page = "overview" if region.code == NATION else "province"
        where = known.province_of(region.code)
        zh, en = region.name_zh, region.name_en
        if where:  # two prefectures may have one name
            zh = f"{region.name_zh}（{known[where].short_zh}）"
            en = f"{region.name_en} ({known[where].name_en})"
        address = () if region.code == NATION else (("region", region.code),)
        further = (*names, region.name_en, *others.get(region.code, ()))
        yield Entry("region", region.code, zh, en, page, address, further)


def _indicators(held: Collection[str], mapped: Collection[str]) -> Iterator[Entry]:
    for key, item in catalogue.load().indicators.items():
        page, address = "policy", (("clause", item.clause),)
        if key in mapped:
            page, address = "map", (("indicator", key),)
        elif key in held:
            page, address = "releases", (("indicator", key),)
        yield Entry("indicator", key, item.title.zh, item.title.en, page, address)


def _industries() -> Iterator[Entry]:
    for code in catalogue.industries().industries:
        names = [code_names.industry_name(code, words) for words in (ZH, EN)]
        section = catalogue.industries().industries[code].parent
        further = (f"{section}{code}",) if section else ()
        address = (("industry", code),)
        yield Entry("industry", code, names[0], names[1], "industries", address, further)


def industry_there(region: Entry, industry: Entry) -> Entry:
    """Return a region and an industry in one: what the region's page tells of the industry."""
    zh, en = (f"{region.zh} · {industry.zh}", f"{region.en} · {industry.en}")
    page = "industries" if region.code == NATION else region.page
    address = (*region.address, *industry.address)
    return Entry("region", f"{region.code} {industry.code}", zh, en, page, address)


def _clauses() -> Iterator[Entry]:
    for key, clause in catalogue.load().clauses.items():
        names = [clause_name(clause, words) for words in (ZH, EN)]
        further = clause.title.zh, clause.title.en, clause.ask.zh, clause.ask.en
        yield Entry("clause", key, names[0], names[1], "policy", (("clause", key),), further)


def _targets(register: Register) -> Iterator[Entry]:
    lost = set(target_register.unknown(register)["target"])
    for target in register.target["target"]:
        if target in lost:
            continue
        record = register.record(target)
        zh, en = (
            " ".join(
                [
                    tree().names(words.language)[record["region"]],
                    code_names.aim_name(record, words),
                    target_text(record, words),
                ]
            )
            for words in (ZH, EN)
        )
        address = (("region", str(record["region"])), ("target", str(target)))
        yield Entry("target", str(target), zh, en, "objectives", address)


def _documents(register: Register) -> Iterator[Entry]:
    with_targets = set(register.target["document"])
    for row in register.document.to_dict("records"):
        key, title = str(row["document"]), str(row["title"])
        number = (str(row["number"]),) if isinstance(row["number"], str) else ()
        entry = Entry("document", key, title, title, "policy", (), number)
        if key in with_targets:
            entry = replace(entry, page="overview", address=(("only_document", key),))
        yield entry
