"""The analysts' command line: `python -m etl`, or `quality` from any folder."""

from etl.commands import figures, files, new, registry
from etl.commands.app import app, main

__all__ = ["app", "figures", "files", "main", "new", "registry"]

if __name__ == "__main__":
    main()
