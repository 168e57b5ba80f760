"""The analysts' command line: `python -m etl`."""

from etl.commands import app

if __name__ == "__main__":
    app()
