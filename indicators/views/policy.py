"""What the Policy page says: the opinion clause by clause, its documents, what is not measured."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from indicators import catalogue, code_names, opinion
from indicators.catalogue import Clause, tree
from indicators.code_names import Cell, listing, own_first
from indicators.drawing import charts
from indicators.drawing.charts import Specification
from indicators.drawing.palette import VERDICTS, palette, readable_on
from indicators.drawing.policy import DOCUMENTS, documents_chart, spread_chart
from indicators.drawing.policy import SPREAD as SPREAD_ROWS
from indicators.drawing.policy import WINDOW as WINDOW_ROWS
from indicators.drawing.standalone import exported_chart
from indicators.exports.offered import Export, Offer, vintage_notes
from indicators.frequencies import in_time, one_frequency
from indicators.freshness import Freshness
from indicators.periods import last_of
from indicators.progress.explanation import said_of
from indicators.regions import ALL, NATION
from indicators.standards import editions
from indicators.statuses import State, VerdictClass
from indicators.store.queries import Vintage
from indicators.target_register import Register
from indicators.views.facts import assessed, standing_well
from indicators.views.objectives import GRADE
from indicators.wording import Wording

Row = dict[Any, Any]
Columns = dict[str, Cell]
SYSTEMS, SPREAD, UPGRADE = "objectives_systems", "spread", "upgrade"
GOVERNMENT, TOOLS = "government", "tools"
CAMPAIGN = "campaign_enterprises"
# Three to five years from January 2018, as the opinion asks.
WINDOW = ("2020-12-31", "2023-01-31")
OPINION = "国发〔2018〕3号"
FOLLOWED = "质量强国建设纲要"


@dataclass(frozen=True)
class Known:
    """What clauses are told from, of one release on one day.

    national: figures of the nation, as `queries.national` returns them; reach: `holdings.reach`;
    mapped: the indicators with a map. fresh: says how old figures are.
    """

    verdicts: pd.DataFrame
    register: Register
    national: pd.DataFrame
    reach: pd.DataFrame
    holdings: Mapping[str, Mapping[str, int]]
    publishers: code_names.Publishers
    fresh: Freshness
    mapped: frozenset[str]

    @cached_property
    def newest(self) -> dict[str, Row]:
        """The newest figure of each indicator: the nation's, else that of all with those abroad."""
        national = self.national[self.national["value"].notna()]
        free = national[national["confidentiality"] == "F"]
        lines = in_time(one_frequency(free, ["indicator", "region", "industry"]))
        whole = lines["region"].map({NATION: 1, ALL: 0})
        last = lines.iloc[whole.argsort(kind="stable")].drop_duplicates("indicator", keep="last")
        return {str(row["indicator"]): row for row in last.to_dict("records")}

    @cached_property
    def verdicts_on(self) -> Mapping[str, pd.DataFrame]:
        """The verdicts on the targets of each indicator."""
        found = {str(key): rows for key, rows in self.verdicts.groupby("indicator")}
        return defaultdict(lambda: self.verdicts.head(0), found)

    def tracking(self, clause: str) -> list[str]:
        """Return the indicators that track a clause, those with figures first."""
        held = set(self.reach["indicator"])
        known = catalogue.load().indicators
        own = [key for key, item in known.items() if item.clause == clause]
        return sorted(own, key=lambda key: key not in held)

    def measured(self, clause: str) -> list[str]:
        """Return those of them that have figures."""
        held = set(self.reach["indicator"])
        return [key for key in self.tracking(clause) if key in held]

    def judged(self, clause: str) -> pd.DataFrame:
        """Return the verdicts on targets for a clause's indicators."""
        rows: pd.DataFrame = self.verdicts[self.verdicts["indicator"].isin(self.tracking(clause))]
        return rows


def clause_name(clause: Clause, words: Wording) -> str:
    """Return a clause's number and heading; the preamble has no number."""
    title = words.text(clause.title)
    if clause.number == "0":
        return title
    return words("{number} {title}", number=clause.number, title=title)


def statement(known: Known, day: str, words: Wording) -> str:
    """Return the page's title: how many clauses have figures, and how their targets stand."""
    clauses = catalogue.load().clauses
    judged = assessed(known.verdicts)
    values = {
        "day": words.date(day),
        "held": words.number(sum(bool(known.measured(key)) for key in clauses)),
        "n": words.number(len(clauses)),
    }
    if judged.empty:
        return words(
            "{day}: {held} of {n} clauses of the opinion have figures; none of {all} targets can "
            "be judged",
            all=words.number(len(known.verdicts)),
            **values,
        )
    return words(
        "{day}: {held} of {n} clauses of the opinion have figures; of {judged} targets that can be "
        "judged {good} are met or on track",
        judged=words.number(len(judged)),
        good=words.number(len(standing_well(judged))),
        **values,
    )


def home_verdicts(home: str, verdicts: Callable[[Row], pd.DataFrame], words: Wording) -> Columns:
    """Return the column that says how the reader's own province stands; none without one."""
    if not home:
        return {}

    def own(row: Row) -> str:
        rows = verdicts(row)
        return counted(rows[rows["region"] == home], words)

    return {words("Verdicts of {region}", region=tree().names(words.language)[home]): own}


def clause_table(known: Known, words: Wording, home: str = "") -> pd.DataFrame:
    """Return the opinion, a clause a row: heading, what tracks it, how it stands, our reading.

    home: the reader's own province, whose verdicts come first.
    """
    rows = pd.DataFrame({"clause": list(catalogue.load().clauses)})
    clauses = catalogue.load().clauses

    def newest(key: str) -> str:
        held = known.reach[known.reach["indicator"].isin(known.measured(key))]
        if held.empty:
            return "—"
        return words.period(max(held["last_period"], key=lambda text: last_of(text).last_day))

    def gaps(key: str) -> str:
        return words.number(len(known.tracking(key)) - len(known.measured(key)))

    columns: dict[str, Cell] = {
        words("Clause"): lambda row: clause_name(clauses[row["clause"]], words),
        words("Indicators"): lambda row: words.number(len(known.tracking(row["clause"]))),
        words("With figures"): lambda row: words.number(len(known.measured(row["clause"]))),
        words("Not measured"): lambda row: gaps(row["clause"]),
        words("Newest figure"): lambda row: newest(row["clause"]),
        **home_verdicts(home, lambda row: known.judged(row["clause"]), words),
        words("Verdicts"): lambda row: counted(known.judged(row["clause"]), words),
        words("Explained"): lambda row: f"/policy?clause={row['clause']}&lang={words.language}",
        words("What it asks, in our words"): lambda row: words.text(clauses[row["clause"]].ask),
    }
    return listing(rows, columns)


def counted(verdicts: pd.DataFrame, words: Wording) -> str:
    """Return how many verdicts are of each kind, in one line; a dash for none."""
    found = Counter(verdicts["verdict"])
    said = [
        f"{each.symbol} {words(each.sentence)} {found[each]}"
        for each in VerdictClass
        if each in found
    ]
    return words.listed(said) or "—"


def spread_rows(
    groups: Mapping[str, tuple[str, pd.DataFrame]], words: Wording, *, dark: bool
) -> pd.DataFrame:
    """Return the bars of verdicts: `groups` by key, each with its name and its verdicts.

    A group without any is one bar that has no colour and says so, one of a single kind names it.
    """
    rows = []
    for place, (key, (name, verdicts)) in enumerate(groups.items()):
        counts = Counter(verdicts["verdict"])
        start, whole = 0, {"key": key, "name": name, "place": place}
        for verdict in (each for each in VerdictClass if each in counts):
            number, said = int(counts[verdict]), words(verdict.sentence)
            fill = VERDICTS[GRADE[verdict]][dark]
            bar = {"verdict": said, "number": number, "fill": fill, "ink": readable_on(fill)}
            ends = {"start": start / len(verdicts), "end": (start + number) / len(verdicts)}
            label = f"{verdict.symbol}{number}" if number > 1 else verdict.symbol
            if number == len(verdicts):  # a bar in one piece has room to say what it is
                label = f"{label} {said}"
            rows.append(whole | ends | bar | {"label": label, "spoken": f"{name} {said} {number}"})
            start += number
        if not start:
            said = words("no target on record")
            bar = {"verdict": said, "number": 0, "fill": "transparent", "ink": palette(dark).text}
            ends = {"start": 0.0, "end": 1.0}
            rows.append(whole | ends | bar | {"label": said, "spoken": f"{name} {said}"})
    return pd.DataFrame(rows)


def tracked_table(known: Known, clause: str, words: Wording, home: str = "") -> pd.DataFrame:
    """Return the indicators that track a clause: newest figure, date, verdicts, where explained.

    home: the reader's own province, whose verdicts come first.
    """
    items = catalogue.load().indicators
    reach = known.reach.set_index("indicator")
    rows = pd.DataFrame({"indicator": known.measured(clause)})

    def figure(row: Row) -> str:
        own = known.newest.get(row["indicator"])
        if own is None:
            return words("no overall figure of the nation")
        item = items[row["indicator"]]
        value = f"{words.number(own['value'], item.decimals)} "
        value += code_names.unit_name(item.key, words)
        part = code_names.cell_name(own, words)
        return f"{value} ({part})" if part else value

    def period(row: Row) -> str:
        own = known.newest.get(row["indicator"])
        last = reach["last_period"][row["indicator"]] if own is None else own["period"]
        return known.fresh.said(row["indicator"], str(last), words)

    columns: dict[str, Cell] = {
        words("Indicator"): lambda row: words.text(items[row["indicator"]].title),
        words("Newest figure, nation"): figure,
        words("Period"): period,
        words("Provinces"): lambda row: words.number(int(reach["provinces"][row["indicator"]])),
        **home_verdicts(home, lambda row: known.verdicts_on[row["indicator"]], words),
        words("Verdicts"): lambda row: counted(known.verdicts_on[row["indicator"]], words),
        words("Explained"): lambda row: address_of(row["indicator"], known, words, home),
    }
    return listing(rows, columns)


def address_of(indicator: str, known: Known, words: Wording, home: str = "") -> str:
    """Return what of this dashboard explains an indicator: a target, a map, or its figures.

    Of several targets one of the reader's own province, `home`, comes first.
    """
    own = known.verdicts_on[indicator]
    if len(own):
        own = own.assign(home=own["region"] == home)
        first = own.sort_values(["home", "own"], ascending=False, kind="stable").iloc[0]
        place = f"objectives?region={first['region']}&target={first['target']}"
    elif indicator in known.mapped:
        place = f"map?indicator={indicator}"
    else:
        place = f"releases?indicator={indicator}"
    return f"/{place}&lang={words.language}"


def passage_lines(clause: str, words: Wording) -> list[str]:
    """Return the opinion's own wording of a clause, each with where it was read."""
    return [
        words(
            "“{text}” ({place}; read in: {read_in}; {verification})",
            text=passage.text,
            place=passage.place,
            read_in=passage.read_in,
            verification=code_names.verification_name(passage.verification, words),
        )
        for passage in opinion.passages_of(clause)
    ]


def systems_table(known: Known, words: Wording) -> pd.DataFrame:
    """Return the milestone board of the six systems: state, regions by state, newest evidence."""
    items, names = catalogue.load().indicators, tree().names(words.language)
    register = known.register
    targets = register.target.set_index("target")
    evidence = register.evidence.sort_values("period")
    systems = [key for key in known.tracking(SYSTEMS) if items[key].kind == "milestone"]

    def state(row: Row) -> str:
        own = known.verdicts[
            (known.verdicts["indicator"] == row["key"]) & (known.verdicts["region"] == NATION)
        ]
        if own.empty:
            return "—"
        return f"{VerdictClass(own['verdict'].iloc[0]).symbol} {said_of(own.iloc[0], words)}"

    def shown(row: Row) -> str:
        own = evidence[evidence["target"].map(targets["indicator"]) == row["key"]]
        lines = [
            words(
                "{region}, {period}: {text} ({source})",
                region=names[targets["region"][each["target"]]],
                period=words.period(each["period"]),
                text=each["text"],
                source=each["source"],
            )
            for each in own.tail(3).to_dict("records")
        ]
        return words.sequence(lines) or words("no evidence recorded yet")

    def regions(row: Row) -> str:
        own = evidence[evidence["target"].map(targets["indicator"]) == row["key"]]
        counts = own.drop_duplicates("target", keep="last")["state"].value_counts()
        said = {state: words(VerdictClass(state).sentence) for state in State}
        return (
            words.listed([f"{said[each]} {counts[each]}" for each in State if each in counts])
            or "—"
        )

    columns: dict[str, Cell] = {
        words("System"): lambda row: words.text(items[row["key"]].title),
        words("Nation"): state,
        words("Regions by state"): regions,
        words("Newest evidence"): shown,
    }
    return listing(pd.DataFrame({"key": systems}), columns)


def standards_table(words: Wording) -> pd.DataFrame:
    """Return the editions of standards, when each came and until when it counts, how sure it is."""
    grade, every = words("{date} (grade {grade})"), editions(catalogue.load())

    def dated(date: str | None, given: str) -> str:
        if date is None:
            return "—"
        when = words.date(date) if len(date) == 10 else words.period(date)
        return grade.format(date=when, grade=given)

    columns: dict[str, list[str]] = {
        words("Standard"): [words.text(edition.title) for edition in every],
        words("Published"): [
            dated(edition.published, dict(edition.grades)["published"]) for edition in every
        ],
        words("Counts until"): [
            dated(edition.until, dict(edition.grades).get("until", "")) for edition in every
        ],
        words("Source"): [words.text(edition.source) for edition in every],
    }
    return pd.DataFrame(columns)


def documents(register: Register) -> pd.DataFrame:
    """Return the documents of the register with a date, oldest first, and what each follows.

    kind: `opinion` for those that implement it, `followed` for the outline of 2023, `other`.
    """
    targets = register.target.groupby("document").agg(
        last=("window_late", "max"), aims=("target", "size")
    )
    rows = register.document.merge(targets, on="document", how="left", validate="1:1")
    kinds = {OPINION: "opinion", FOLLOWED: "followed"}
    rows = rows.assign(kind=rows["policy"].map(kinds).fillna("other"), aims=rows["aims"].fillna(0))
    return rows.sort_values(["date", "document"], na_position="last", ignore_index=True)


def document_rows(register: Register, words: Wording) -> pd.DataFrame:
    """Return the documents as the line of time draws them: those whose date is known."""
    rows = documents(register)
    rows = rows[rows["date"].notna()]
    names = tree().names(words.language)

    def end(period: object) -> str | None:
        return charts.period_end(str(period)) if isinstance(period, str) else None

    columns: dict[str, Cell] = {
        "name": lambda row: f"{names[row['region']]} {row['date']}",
        "told": lambda row: row["title"],
        "day": lambda row: day_text(row, words),
        "aims": lambda row: words.number(int(row["aims"])),
        "date": lambda row: charts.period_end(str(row["date"])),
        "last": lambda row: end(row["last"]),
        "kind": lambda row: row["kind"],
        "spoken": lambda row: f"{names[row['region']]} {row['title']} {row['date']}",
    }
    drawn = listing(rows, columns)
    doubled = drawn.groupby("name").cumcount()
    drawn = drawn.assign(name=drawn["name"] + doubled.map(lambda n: f" ({n + 1})" if n else ""))
    return drawn.assign(place=range(len(drawn)))


def window_rows(words: Wording) -> pd.DataFrame:
    """Return the policy's window as the line of time shades it."""
    label = words("three to five years")
    return pd.DataFrame([(*WINDOW, label)], columns=["start", "end", "label"])


def day_text(row: Row, words: Wording) -> str:
    """Return a document's date as it is known, and whether it is inferred."""
    date = row["date"]
    if not isinstance(date, str):
        return words("date not stated")
    said = words.date(date) if len(date) == 10 else words.period(date)
    return words("{date} (inferred)", date=said) if row["date_inferred"] else said


def document_table(register: Register, words: Wording, home: str = "") -> pd.DataFrame:
    """Return every document of the register: what it follows, its date, its copy, its targets.

    Oldest first, those of the reader's own province, `home`, before all others.
    """
    names = tree().names(words.language)
    columns: dict[str, Cell] = {
        words("Region"): lambda row: names[row["region"]],
        words("Title of the document"): lambda row: row["title"],
        words("Number of the document"): lambda row: row["number"] or words("number not stated"),
        words("Date of the document"): lambda row: day_text(row, words),
        words("Implements"): lambda row: row["policy"] or "—",
        words("Targets"): lambda row: words.number(int(row["aims"])),
        words("Read in"): lambda row: (
            words.listed([text for text in (row["read_in"], row["copy"]) if isinstance(text, str)])
            or "—"
        ),
        words("Note"): lambda row: row["note"] or "",
        words("Address"): lambda row: row["url"] or "",
    }
    rows = own_first(documents(register), home)
    return listing(rows.astype(object).where(rows.notna(), None), columns)


def audience_table(rows: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return people trained by audience, the size of their enterprises; newest period of each."""
    free = rows[rows["value"].notna() & (rows["confidentiality"] == "F")]
    free = free[(free["size"] != ALL) & (free["region"] == NATION)]
    newest = in_time(free).drop_duplicates("size", keep="last")
    columns: dict[str, Cell] = {
        words("Audience"): lambda row: code_names.size_name(row["size"], words),
        words("Period"): lambda row: words.period(row["period"]),
        words("Participations"): lambda row: words.number(row["value"], 0),
    }
    return listing(newest, columns)


def verdict_counts(known: Known, words: Wording) -> pd.DataFrame:
    """Return what the bars of verdicts show, a row per clause, indicator and kind of verdict."""
    items = catalogue.load().indicators
    parts = [
        known.judged(key)
        .groupby(["indicator", "verdict"], sort=True)
        .size()
        .reset_index(name="number")
        .assign(clause=clause_name(clause, words))
        for key, clause in catalogue.load().clauses.items()
    ]
    columns: dict[str, Cell] = {
        words("Clause"): lambda row: row["clause"],
        words("Indicator"): lambda row: words.text(items[row["indicator"]].title),
        words("Verdict"): lambda row: words(VerdictClass(row["verdict"]).sentence),
        words("Targets"): lambda row: row["number"],
    }
    return listing(pd.concat(parts, ignore_index=True), columns)


def exports(known: Known, words: Wording, dark: bool, vintage: Vintage) -> list[Export]:
    """Return what can be taken away of the whole: bars and line of time, drawn and as data."""
    clauses = catalogue.load().clauses
    title, timed = words("Verdicts by clause"), words("Documents on a line of time")
    notes = vintage_notes(vintage, words)

    def bars() -> Specification:
        groups = {
            key: (clause_name(clause, words), known.judged(key)) for key, clause in clauses.items()
        }
        rows = {SPREAD_ROWS: spread_rows(groups, words, dark=dark)}
        chart = spread_chart(words, dark=dark)
        return exported_chart(chart, rows, title=title, dark=dark, notes=notes)

    def line() -> Specification:
        rows = {
            DOCUMENTS: document_rows(known.register, words),
            WINDOW_ROWS: window_rows(words),
        }
        chart = documents_chart(words, dark=dark)
        return exported_chart(chart, rows, title=timed, dark=dark, notes=notes)

    def counts() -> pd.DataFrame:
        return verdict_counts(known, words)

    def dated() -> pd.DataFrame:
        return document_table(known.register, words)

    labels = words("Line of time (PNG)"), words("Line of time (SVG)")
    of_bars, of_line = (Offer((name,), vintage, words) for name in (title, timed))
    return [
        *of_bars.images(bars),
        of_bars.csv(counts),
        of_bars.xlsx(lambda: {title: counts(), timed: dated()}),
        *of_line.images(line, labels),
        of_line.csv(dated, words("Line of time (CSV)")),
    ]
