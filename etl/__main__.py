"""The analysts' command line: `python -m etl`."""

from etl.commands import main

if __name__ == "__main__":
    main()
