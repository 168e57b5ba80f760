"""The verbs of the analysts' command line, by what they are about."""

from etl.commands import figures, files, regions, registry, targets
from etl.commands.app import app, main

__all__ = ["app", "figures", "files", "main", "regions", "registry", "targets"]
