"""Who runs this program, as releases, retractions and locks record it."""

from __future__ import annotations

import getpass
import os
import socket
import sys


def account() -> str:
    """Return the account's name; its number where it has none, as in many containers."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # OSError alone from Python 3.13
        return socket.gethostname() if sys.platform == "win32" else str(os.getuid())
