"""The analysts' command line: `python -m etl`, or `quality` from any folder."""

from etl.commands import certificates, doctor, figures, files, new
from etl.commands.verbs import app, main

__all__ = ["app", "certificates", "doctor", "figures", "files", "main", "new"]

if __name__ == "__main__":
    main()
