"""Who may see what: on this machine everybody, from any other who has signed in."""

from __future__ import annotations

import ipaddress

import streamlit as st

from indicators.wording import Wording


def gate(words: Wording) -> None:
    """Let nobody in beyond loopback who has not signed in."""
    if st.secrets.load_if_toml_exists() and "auth" in st.secrets:
        if not st.user.is_logged_in:
            st.title(words("Please sign in"))
            st.button(words("Sign in"), on_click=st.login, type="primary")
            st.stop()
        return
    if not _is_loopback(st.get_option("server.address")):
        st.title(words("Sign-in is not set up"))
        open_to_all = words(
            "This server can be reached from other machines. Configure [auth] in "
            ".streamlit/secrets.toml, or serve on 127.0.0.1 only."
        )
        st.error(open_to_all)
        st.stop()


def _is_loopback(address: str | None) -> bool:
    if address == "localhost":
        return True
    try:
        return address is not None and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
