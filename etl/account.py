"""Who runs this program, as releases, retractions and locks record it."""

from __future__ import annotations

import getpass
import os


def account() -> str:
    """Return the account's name; its number where it has none, as in many containers."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # KeyError until Python 3.12
        return str(os.getuid())
