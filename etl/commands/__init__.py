"""The analysts' command line, one verb a function."""
