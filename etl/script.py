"""`python -m etl.script`: puts the console scripts of pyproject.toml beside this Python.

The project is run from its folder and never built, so nothing is fetched: a `.pth` file says
where it is, and the scripts call it from any folder.
"""

from __future__ import annotations

import shlex
import sys
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def write_scripts() -> list[Path]:
    """Write the scripts and the `.pth` file of this environment; return the scripts."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    places = sysconfig.get_paths()
    (Path(places["purelib"]) / f"{project['name']}.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    written = []
    for name, place in project["scripts"].items():
        # The module is run as by `python -m`, so a script outlives the names inside it.
        module = place.partition(":")[0]
        run = f"runpy.run_module('{module}', run_name='__main__')"
        call = f"import runpy, sys; sys.argv[0] = '{name}'; {run}"
        if sys.platform == "win32":
            script = Path(places["scripts"]) / f"{name}.cmd"
            script.write_text(f'@"{sys.executable}" -c "{call}" %*\n', encoding="utf-8")
        else:
            script = Path(places["scripts"]) / name
            script.write_text(
                f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{call}" "$@"\n',
                encoding="utf-8",
            )
            script.chmod(0o755)
        written.append(script)
    return written


if __name__ == "__main__":
    write_scripts()
