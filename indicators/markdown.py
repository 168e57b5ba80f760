"""Text for a page, shown as it stands: what Markdown would take for markup is escaped.

Names, places, notes and reasons come from files and from the address: `2016~2018年` must not be
struck out, nor `[a](b)` become a link. Streamlit's own marks (`$x$`, `:red[x]`, `:smile:`) count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_MARKUP = re.compile(
    r"[\\`*_\[\]<>~$|]"
    r"|&(?=[#\w]+;)"  # an entity
    r"|:(?=[A-Za-z0-9_+\[{])"  # a directive
    r"|^(?:[#+=-]|\d+(?=[.)]))"  # a heading, a list
)
# A picture, a web address, one of mail: Streamlit looks for these once escapes are undone, and a
# space without width keeps their parts from one another.
_JOINT = re.compile(r":(?=[\w+/-]+:)|:(?=//)|www(?=\.)|@(?=[-\w]+\.)", re.IGNORECASE)
_APART = "\u200b"


def escaped(text: str) -> str:
    """Return one line of Markdown that shows `text` as it stands, a line break as a blank."""
    line = _JOINT.sub(rf"\g<0>{_APART}", " ".join(text.splitlines()).strip())
    return _MARKUP.sub(lambda found: _escape(found[0]), line)


def _escape(mark: str) -> str:
    # Of a number that begins a list its point is escaped, for a digit cannot be.
    return f"{mark}\\" if mark[0].isdigit() else f"\\{mark}"


def strong(text: str) -> str:
    """Return text in bold."""
    return f"**{escaped(text)}**"


def address(url: str) -> str:
    """Return a web address as a link, and any other as text."""
    return f"<{url}>" if re.fullmatch(r"https?://[^\s<>]+", url) else escaped(url)


def link(label: str, url: str) -> str:
    """Return words that lead to an address of the web or of this server; to any other the words."""
    leads = re.fullmatch(r"(?:https?:/)?/[^\s<>]+", url)
    return f"[{escaped(label)}](<{url}>)" if leads else escaped(label)


def links(addresses: Mapping[str, str]) -> str:
    """Return words beside one another that lead to their addresses; see `link`."""
    return " · ".join(link(label, url) for label, url in addresses.items())


def lines(texts: Iterable[str]) -> str:
    """Return texts as lines of one paragraph."""
    return "  \n".join(escaped(text) for text in texts)


def bullets(texts: Iterable[str]) -> str:
    """Return texts as the items of a list; what is a web address and no more is a link."""
    return "\n".join(f"- {address(text)}" for text in texts)
