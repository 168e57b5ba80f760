"""The analysts' command line: `python -m etl`, or `quality` from any folder."""

from etl.commands import certificates, figures, files, new
from etl.commands.verbs import app, main

__all__ = ["app", "certificates", "figures", "files", "main", "new"]

if __name__ == "__main__":
    main()
