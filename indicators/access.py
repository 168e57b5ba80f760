"""Who may see what: on this machine everybody, from any other who has signed in, or everybody.

The setting `ACCESS` says which. `Gate` stands before every route of the server, `gate` at the head
of every page: a page that Streamlit runs by itself has no other. Both look at how each request
came, not at the address that the server is bound to, and refuse what is not known to be allowed.
"""

from __future__ import annotations

import ipaddress
import json
import re
import time
import tomllib
from collections.abc import Mapping
from functools import cache
from html import escape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Streamlit has no public way to read who has signed in outside a page; its version is pinned.
from streamlit.web.server.starlette.starlette_auth_routes import _get_cookie_value_from_request

from indicators import markdown
from indicators.api.problem_json import QuestionError, problem
from indicators.findings import Finding, message
from indicators.findings import Message as Sentence
from indicators.settings import ACCESS, SIGN_IN_HOURS, SettingError
from indicators.wording import LANGUAGES, Wording

SECRETS = ".streamlit/secrets.toml"
LEAST_SECRET = 32  # characters of the key that signs cookies
_PROVIDER = ("client_id", "client_secret", "server_metadata_url")
_DISCOVERY = "/.well-known/openid-configuration"
_ASKED = "quality_asked"  # the cookie with the address that led to the sign-in
_USER = "_streamlit_user"  # Streamlit's cookie with the claims of who has signed in
# What a server in between says of whom it speaks for.
_FORWARDING = re.compile(r"forwarded|x-forwarded-.+|x-real-ip|via", re.IGNORECASE)
_INNER = {"metrics", "upload_file", "agent", "script-health-check"}  # for this machine alone
_SIGNING = (["auth", "login"], ["auth", "logout"], ["oauth2callback"])
_SHELL = {"health", "host-config", "stream"}  # what the sign-in page itself needs of `_stcore`
FIGURES = (["api"], ["catalog.jsonld"], ["releases.atom"])  # what programs ask for
HEALTH = (["healthz"], ["readyz"])  # open to all, whatever is set: they tell no figure and no name


def is_local(peer: str | None, headers: Mapping[str, str]) -> bool:
    """Tell whether a request was made on this machine and on nobody else's behalf.

    peer: the address that it came from. headers: in lower case. Names of other hosts are refused
    too, whatever they resolve to: a page elsewhere may have its name point here.
    """
    if any(_FORWARDING.fullmatch(name) for name in headers):
        return False
    origin = headers.get("origin")
    asked = [f"//{headers.get('host', '')}", *([origin] if origin else [])]
    return _is_loopback(peer) and all(_is_loopback(_host(address)) for address in asked)


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _is_loopback(address: str | None) -> bool:
    if address == "localhost":
        return True
    try:
        return address is not None and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def holds(claims: Mapping[str, Any], now: float) -> bool:
    """Tell whether a sign-in still holds: from our provider, for us, neither expired nor too old.

    claims: of the ID token, as OpenID Connect Core 1.0, section 2, names them; `now` and the times
    among them in seconds since 1970.
    """
    provider = _provider(str(claims.get("provider", "default")))
    audience = claims.get("aud")
    issuer = provider.get("issuer") or str(provider.get("server_metadata_url", "")).removesuffix(
        _DISCOVERY
    )
    expires, since = claims.get("exp"), claims.get("iat")
    return (
        claims.get("is_logged_in") is True
        and isinstance(expires, int | float)
        and isinstance(since, int | float)
        and now < min(expires, since + SIGN_IN_HOURS.value * 3600)
        and str(claims.get("iss", "")).rstrip("/") == str(issuer).rstrip("/") != ""
        and provider.get("client_id") in (audience if isinstance(audience, list) else [audience])
    )


def _access() -> str:
    """Return who may see what is shown; nobody where a setting is wrong."""
    try:
        return ACCESS.value
    except SettingError:
        return ""


def _auth() -> Mapping[str, Any]:
    found = st.secrets.get("auth") if st.secrets.load_if_toml_exists() else None
    return found if isinstance(found, Mapping) else {}


def _provider(name: str) -> Mapping[str, Any]:
    """Return what is set of a provider; the one without a name stands in `[auth]` itself."""
    found = _auth().get(name)
    return found if isinstance(found, Mapping) else _auth() if name == "default" else {}


def sign_in_mistakes() -> list[Finding]:
    """Return what is wrong with how signing in is set up, all of it and nothing secret."""
    return _mistakes(tuple(st.get_option("secrets.files"))) if _access() == "sign-in" else []


@cache
def _mistakes(secrets: tuple[str, ...]) -> list[Finding]:
    wrong: list[tuple[str, Sentence]] = []  # what was found, what was expected
    for place in map(Path, secrets):
        try:
            tomllib.loads(place.read_text(encoding="utf-8")) if place.is_file() else None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            where = re.search(r"\(at .*\)", str(error))
            wrong.append((where[0] if where else "", message("a file in TOML")))
    auth = _auth()
    if not auth:
        wrong.append(("", message("a table {name}", name="[auth]")))
    else:
        providers = {
            name: each
            for name, each in auth.items()
            if isinstance(each, Mapping) and name != "client_kwargs"
        }
        named = [f"[auth.{name}] {key}" for name in providers for key in _PROVIDER]
        for key in ["redirect_uri", *(named or _PROVIDER)]:
            table, _, name = key.rpartition(" ")
            inside = providers[table[6:-1]] if table else auth
            if not str(inside.get(name, "")).strip():
                wrong.append(("", message("a value of {name}", name=key)))
        if len(str(auth.get("cookie_secret", ""))) < LEAST_SECRET:
            wrong.append(("cookie_secret", message("{n} characters at least", n=LEAST_SECRET)))
        if not str(auth.get("redirect_uri", "/oauth2callback")).endswith("/oauth2callback"):
            wrong.append(("redirect_uri", message("ending in {end}", end="/oauth2callback")))
    advice = message("correct the file as README.md says, and start the server again")
    return [Finding(SECRETS, found, text, advice, check="setting") for found, text in wrong]


def is_closed() -> bool:
    """Tell whether nobody can be let in, because of how access is set."""
    return _access() == "" or bool(sign_in_mistakes())


class Gate:
    """Lets through what this machine asks, what anyone may have, and what a signed-in visitor asks.

    It goes before all else. After a sign-in, and after one that was refused, it leads back to the
    address that was asked for.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        asking = HTTPConnection(scope)
        refusal = _refusal(asking)
        if refusal is None:
            await self._app(scope, receive, _leading_back(asking, send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)


def _refusal(asking: HTTPConnection) -> Response | None:
    """Return the answer to what may not be asked; None for what may."""
    parts = [part for part in asking.url.path.split("/") if part]
    figures = parts[:1] in FIGURES  # nothing below these is a part of a page
    if parts in HEALTH or ("_stcore" in parts and parts[-1] == "health" and not figures):
        return None
    access = _access()
    if access == "local" and is_local(asking.client and asking.client.host, asking.headers):
        return None
    if access == "public" and not _INNER.intersection(parts):
        return None
    refused = _problem if figures else _page
    if access != "sign-in" or sign_in_mistakes():
        return refused(403, _why_closed(access))
    if _INNER.intersection(parts):
        return refused(403, message("Only this machine may ask for this."))
    # Streamlit's own browser code asks for `_stcore` below any page.
    shell = len(parts) <= 1 or parts[0] == "static" or (parts[-2:-1] == ["_stcore"])
    inner = parts[-2:-1] == ["_stcore"] and parts[-1] not in _SHELL
    if (
        parts in _SIGNING
        or (shell and not inner and not figures)
        or holds(_claims(asking), time.time())
    ):
        return None
    return refused(401, message("Please sign in"))


def _why_closed(access: str) -> Sentence:
    if access == "local":
        return message(
            "This server answers its own machine only. To open it to others set ACCESS to sign-in "
            "or public; README.md says how."
        )
    if access == "sign-in":
        return message(
            "Sign-in is not set up rightly; those who run this server find why on its screen."
        )
    return message(
        "It is not set who may see this: start the server with ACCESS=local for this machine "
        "alone, sign-in or public; README.md says how."
    )


def _page(status: int, text: Sentence) -> Response:
    said = {language: escape(text.said(Wording(language))) for language in LANGUAGES}
    lines = (f'<p lang="{language}">{line}</p>' for language, line in said.items())
    page = f'<!doctype html><meta charset="utf-8"><title>{status}</title>{"".join(lines)}'
    return HTMLResponse(page, status, {"cache-control": "no-store"})


def _problem(status: int, text: Sentence) -> Response:
    return problem(QuestionError(status, text))


def _claims(asking: HTTPConnection) -> Mapping[str, Any]:
    signed = _get_cookie_value_from_request(Request({**asking.scope, "type": "http"}), _USER)
    try:
        claims = json.loads(signed or b"{}")
    except ValueError:
        return {}
    return claims if isinstance(claims, Mapping) else {}


def _leading_back(asking: HTTPConnection, send: Send) -> Send:
    """Return `send` that remembers the address asked for, and leads back to it after a sign-in."""
    if asking.scope["type"] != "http" or _access() != "sign-in":
        return send
    path, secure = asking.url.path, _redirect().startswith("https:")
    page = "text/html" in asking.headers.get("accept", "") and asking.scope["method"] == "GET"
    asked = f"{path}?{asking.url.query}" if asking.url.query else path

    async def answer(sent: Message) -> None:
        if sent["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(sent["headers"]))
            if path.endswith("/oauth2callback"):
                if why := _lead(asking, headers):
                    _write_refusal(why)
            elif page and not path.startswith("/auth/") and len(asked) < 2000:
                kept = f"{_ASKED}={quote(asked, safe='')}; Path=/; HttpOnly; SameSite=Lax"
                headers.append("set-cookie", f"{kept}; Max-Age=900")
            raw = headers.raw
            if secure:
                raw = [
                    (name, value + b"; Secure")
                    if name == b"set-cookie" and b"; secure" not in value.lower()
                    else (name, value)
                    for name, value in raw
                ]
            sent = {**sent, "headers": raw}
        await send(sent)

    return answer


def _redirect() -> str:
    return str(_auth().get("redirect_uri", ""))


def _lead(asking: HTTPConnection, headers: MutableHeaders) -> str | None:
    """Turn the way back from the provider to the address asked for; return why where it refused."""
    if "location" not in headers:
        return None
    asked = unquote(asking.cookies.get(_ASKED, ""))
    place = asked if re.match(r"/(?![/\\])[^\s\\]*$", asked) else "/"
    given = SimpleCookie()
    for cookie in headers.getlist("set-cookie"):
        given.load(cookie)
    why = None
    if not any(name.startswith(_USER) and morsel.value for name, morsel in given.items()):
        why = re.sub(r"[^a-z_]", "", asking.query_params.get("error", ""))[:40] or "refused"
        place += ("&" if "?" in place else "?") + urlencode({"refused": why})
    headers["location"] = place
    return why


def _write_refusal(why: str) -> None:
    from indicators.sign_ins import refused  # the database, which the gate needs for nothing else

    refused(why)


def gate(words: Wording) -> None:
    """Stop a page that its visitor may not see; whom it lets in it tells who they are."""
    access = _access()
    headers = {name.lower(): value for name, value in st.context.headers.to_dict().items()}
    # Streamlit tells no address of a visitor on this machine.
    if access == "public" or (
        access == "local" and is_local(st.context.ip_address or "127.0.0.1", headers)
    ):
        return
    if access != "sign-in" or sign_in_mistakes():
        st.title(words("Nothing can be shown to you"))
        st.error(markdown.escaped(_why_closed(access).said(words)))
        st.stop()
    if holds(st.user.to_dict(), time.time()):
        if "signed_in" not in st.session_state:
            from indicators.sign_ins import signed_in

            signed_in(st.user.to_dict())
            st.session_state["signed_in"] = True
        with st.sidebar:
            name = str(st.user.get("name") or st.user.get("email") or st.user.get("sub"))
            st.caption(markdown.escaped(words("Signed in as {name}", name=name)))
            st.button(words("Sign out"), on_click=st.logout)
        return
    st.title(words("Please sign in"))
    if why := st.query_params.get("refused"):
        refused = words("The sign-in was refused ({reason}). Please try again.", reason=why[:40])
        st.error(markdown.escaped(refused))
    st.button(words("Sign in"), on_click=st.login, type="primary")
    st.stop()
