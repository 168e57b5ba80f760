"""How long a change of filter takes in the browser, until the page stands still again.

From the key that chooses another option to the last change of the page, in Chromium, beside a page
of one select box, one chart and one table on a Streamlit server with its own settings: what any
page of that kind costs. Each page goes to and fro between two options, so that all was seen before.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from benchmarks.server import ROOT, serving

CHANGES = 14
SETTLED = 1500  # milliseconds in which a page comes to rest
GOAL = 250  # milliseconds
# The select box that is changed, by the key that its page gives it.
CHANGED = {"map": "choice_period", "province": "choice_region"}
PLAIN = """
import altair as alt, pandas as pd, streamlit as st
chosen = st.selectbox("x", range(1, 32), key="x")
rows = pd.DataFrame({"a": range(20), "b": [chosen * number % 17 for number in range(20)]})
st.altair_chart(alt.Chart(rows).mark_bar().encode(x="a:O", y="b:Q"))
st.dataframe(rows)
"""
# Streamlit's own sign that a script runs is none of the page.
WATCHED = """
new MutationObserver(changes => {
  const apart = "[data-testid=stStatusWidget], [data-testid=stHeader]"
  const told = changes.map(change => change.target.closest ? change.target : null)
  if (told.some(one => !one || !one.closest(apart))) window.changed = performance.now()
}).observe(document, {subtree: true, childList: true, characterData: true, attributes: true})
document.addEventListener("keydown", event => {
  if (event.key === "Enter") window.chosen = performance.now()
}, true)
"""


def waits(page: Page, key: str) -> list[float]:
    """Return milliseconds of each change of the select box `key`, those of the first two left out.

    The first ones make the browser compile what it then keeps.
    """
    box, found = page.locator(f".st-key-{key} input").first, []
    for change in range(CHANGES):
        box.click()
        page.wait_for_timeout(200)
        page.keyboard.press("ArrowUp" if change % 2 else "ArrowDown")
        page.wait_for_timeout(100)
        page.keyboard.press("Enter")
        page.wait_for_timeout(SETTLED)
        found.append(page.evaluate("window.changed - window.chosen"))
    return found[2:]


def feedback(script: Path, folder: Path, database: str, name: str, key: str) -> float:
    """Return the median of milliseconds from a choice to the page at rest."""
    environment = {"DATABASE_URL": database}
    with (
        sync_playwright() as playwright,
        serving(script, folder=folder, environment=environment) as (_, port),
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(WATCHED)
        page.goto(f"http://127.0.0.1:{port}/{name}")
        page.wait_for_selector("canvas, svg.marks", state="attached", timeout=60_000)
        page.wait_for_timeout(2 * SETTLED)
        measured = median(waits(page, key))
        browser.close()
    return measured


def main() -> None:
    """Print the figures as a table; `OTHER`: the folder of another build, measured in turn."""
    builds = {"this build": ROOT}
    if other := os.environ.get("OTHER"):
        builds["the other build"] = Path(other).resolve()
    table = Table(title="From a choice to the page at rest, in the browser")
    for heading in ("page", "build", "ms", "of a plain page", "goal"):
        table.add_column(heading, justify="left" if heading in ("page", "build") else "right")
    with tempfile.TemporaryDirectory() as made:
        plain = Path(made) / "plain.py"
        plain.write_text(PLAIN, encoding="utf-8")
        floor = feedback(plain, Path(made), "", "", "x")
        table.add_row("one chart, one table", "untuned", f"{floor:.0f}", "1.00", "")
        for name, key in CHANGED.items():
            for build, folder in builds.items():
                database = (
                    os.environ.get("DATABASE_URL") or f"sqlite:///{made}/{folder.name}.sqlite"
                )
                took = feedback(folder / "app.py", folder, database, name, key)
                table.add_row(name, build, f"{took:.0f}", f"{took / floor:.2f}", f"≤ {GOAL} ms")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
