"""Pages run as a server runs them, on a database of a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

PAGES = Path(__file__).resolve().parent.parent / "pages"


@contextmanager
def reading(url: str) -> Iterator[None]:
    """Let pages read a database; nothing is remembered of another, before or after."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        forget()
        yield
    forget()


def forget() -> None:
    """Forget what was read for pages."""
    st.cache_resource.clear()
    st.cache_data.clear()


def opened(page: str, **address: str) -> AppTest:
    """Return a page that ran without an error at such an address."""
    test = AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=120)
    for key, value in address.items():
        test.query_params[key] = value
    test.run()
    assert not test.exception
    return test
