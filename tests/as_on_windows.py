"""A process on Linux that refuses what Windows refuses, once `refuse` has been called in it.

Our own modules import nothing that POSIX alone has, and a file that the process has open is neither
removed nor renamed.
"""

from __future__ import annotations

import builtins
import os
import stat
import sys
from types import ModuleType
from typing import Any

ALONE = frozenset({"fcntl", "grp", "pwd", "resource", "termios", "pty", "tty", "syslog", "posix"})
OURS = ("app", "etl", "indicators", "pages")
_import = builtins.__import__


def _refused_import(name: str, globals: Any = None, *more: Any, **named: Any) -> ModuleType:  # noqa: A002
    importer = str((globals or {}).get("__name__", ""))
    if name in ALONE and importer.partition(".")[0] in OURS:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return _import(name, globals, *more, **named)


def _open_files() -> set[str]:
    found = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            path = os.readlink(f"/proc/self/fd/{number}")
            if stat.S_ISREG(os.stat(path).st_mode):
                found.add(path)
        except OSError:  # closed meanwhile, or no file
            continue
    return found


def _refused_move(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "os.remove":
        path, folder = arguments
    elif event == "os.rename":
        path, _, folder, _ = arguments
    else:
        return
    whole = os.fspath(path)
    if folder != -1:
        whole = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), whole)
    whole = os.path.realpath(whole)
    if any(f"{file}/".startswith(f"{whole}/") for file in _open_files()):
        raise PermissionError(13, "it is being used by another process", whole)


def refuse() -> None:
    """Refuse it from now on, as long as the process lives."""
    builtins.__import__ = _refused_import
    sys.addaudithook(_refused_move)
