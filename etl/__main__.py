"""The analysts' command line: `python -m etl`, or `quality` from any folder."""

from etl.commands import figures, files, registry
from etl.commands.app import app, main

__all__ = ["app", "figures", "files", "main", "registry"]

if __name__ == "__main__":
    main()
