"""Who may see what: on this machine everybody, from any other who has signed in, or everybody.

The setting `ACCESS` says which. `Gate` stands before every route of the server, `gate` at the head
of every page. Both look at how each request came, not at the address that the server is bound to,
and refuse what is not known to be allowed. Who has signed in sees what `roles` say.
"""

from __future__ import annotations

import ipaddress
import re
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, unquote, urlencode, urlsplit

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from indicators import markdown, sign_ins
from indicators.api.problem_json import QuestionError, problem
from indicators.catalogue import tree
from indicators.findings import Finding, message
from indicators.findings import Message as Sentence
from indicators.regions import Tree
from indicators.roles import (
    EVERYTHING,
    PUBLISHED,
    Account,
    Grant,
    Rights,
    Role,
    Roles,
    role_mistakes,
    roles_of,
)
from indicators.settings import ACCESS, SIGN_IN_HOURS, SettingError
from indicators.sign_in_cookie import claims_of, keep_needed
from indicators.wording import LANGUAGES, Wording

SECRETS = ".streamlit/secrets.toml"
LOCAL = Account("local", "local")  # whoever sits at this machine: it has one user
LEAST_SECRET = 32  # characters of the key that signs cookies
_PROVIDER = ("client_id", "client_secret", "server_metadata_url")
_DISCOVERY = "/.well-known/openid-configuration"
_ASKED = "quality_asked"  # the cookie with the address that led to the sign-in
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
    """Tell whether a sign-in still holds: from our provider, for us, neither expired nor ended.

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
        and not sign_ins.has_ended(claims)
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


def _table(name: str) -> Any:
    """Return a table of the file of secrets, None where there is none."""
    return st.secrets.get(name) if st.secrets.load_if_toml_exists() else None


def _auth() -> Mapping[str, Any]:
    found = _table("auth")
    return found if isinstance(found, Mapping) else {}


def _roles() -> Roles | None:
    """Return who has which role, in which nothing may be wrong; None where that is not set."""
    found = _table("roles")
    return None if found is None else roles_of(found)


def has_roles() -> bool:
    """Tell whether it is set who has which role."""
    return _table("roles") is not None


def _provider(name: str) -> Mapping[str, Any]:
    """Return what is set of a provider; the one without a name stands in `[auth]` itself."""
    found = _auth().get(name)
    return found if isinstance(found, Mapping) else _auth() if name == "default" else {}


def _named_providers() -> dict[str, Mapping[str, Any]]:
    """Return the providers that have a name, `[auth.name]`: where there are any, only those."""
    return {
        name: each
        for name, each in _auth().items()
        if isinstance(each, Mapping) and name != "client_kwargs"
    }


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
        providers = _named_providers()
        # Which Streamlit 1.67 takes apart at it.
        wrong += [(name, message("a name without _")) for name in providers if "_" in name]
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
    return [
        *(Finding(SECRETS, found, text, advice, check="setting") for found, text in wrong),
        *_wrong_roles(),
    ]


def _regions() -> Tree | None:
    """Return the tree of regions; None where the catalogue has mistakes, which are told elsewhere.

    Such files may fail in any way, and the gate must stand all the same.
    """
    try:
        return tree()
    except Exception:
        return None


def _wrong_roles() -> list[Finding]:
    found = _table("roles")
    if found is None:
        return []
    table = found.to_dict() if hasattr(found, "to_dict") else found
    return [
        Finding(
            SECRETS,
            wrong.found,
            wrong.expected,
            wrong.advice,
            # As TOML counts none, a grant is told by its place among them.
            column=".".join(
                str(step + 1) if isinstance(step, int) else step for step in ("roles", *wrong.path)
            ),
            check="setting",
        )
        for wrong in role_mistakes(table, _regions())
    ]


def is_closed() -> bool:
    """Tell whether nobody can be let in, because of how access is set."""
    return _access() == "" or bool(sign_in_mistakes())


class Gate:
    """Lets through what this machine asks, what anyone may have, and what a signed-in visitor asks.

    It goes before all else. After a sign-in, and after one that was refused, it leads back to the
    address that was asked for.
    """

    stands = False  # whether one stands before the pages of this process

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        Gate.stands = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        asking = HTTPConnection(scope)
        refusal = _refusal(asking)
        if scope["type"] == "websocket":
            if refusal is not None or _is_of_another_site(asking):
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, _overheard(asking, receive), send)
        elif refusal is None:
            if asking.url.path.endswith("/auth/logout") and holds(
                claims := claims_of(asking), time.time()
            ):
                sign_ins.signed_out(claims)
            await self._app(scope, receive, _answering(asking, send))
        else:
            await refusal(scope, receive, send)


def _is_of_another_site(asking: HTTPConnection) -> bool:
    """Tell whether a page of another server asks for a session, by the browser's own word.

    Streamlit 1.67 would refuse it too, but first ask the internet for this machine's address, while
    everybody waits.
    """
    origin = asking.headers.get("origin")
    return origin is not None and origin.partition("//")[2] != asking.headers.get("host")


def _overheard(asking: HTTPConnection, receive: Receive) -> Receive:
    """Return `receive` of a session that clears no cache: caches are everybody's.

    Where a sign-in does not hold, or holds no more, it lets a whole page be run and nothing else:
    the page looks again who asks, but a part of it or a file that it has offered does not.
    """
    access = _access()
    if access == "local":
        return receive
    claims = claims_of(asking)

    async def heard() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            try:
                asked = BackMsg.FromString(message.get("bytes") or b"")
            except Exception:  # no message of Streamlit's: the session itself refuses it
                return message
            kind = asked.WhichOneof("type")
            if kind == "clear_cache":
                continue
            if access == "public" or holds(claims, time.time()):
                return message
            if kind == "rerun_script":
                asked.rerun_script.ClearField("fragment_id")
                return {**message, "bytes": asked.SerializeToString()}
            if kind == "app_heartbeat":
                return message

    return heard


def _refusal(asking: HTTPConnection) -> Response | None:
    """Return the answer to what may not be asked; None for what may."""
    parts = [part for part in asking.url.path.split("/") if part]
    figures = parts[:1] in FIGURES  # nothing below these is a part of a page
    if parts in HEALTH or ("_stcore" in parts and parts[-1] == "health" and not figures):
        return None
    access = _access()
    if access == "local" and is_local(asking.client and asking.client.host, asking.headers):
        return None
    refused, inner = _problem if figures else _page, _INNER.intersection(parts)
    if access == "public" and not inner:
        return None
    if access != "public" and (access != "sign-in" or sign_in_mistakes()):
        return refused(403, _why_closed(access))
    if inner:
        return refused(403, message("Only this machine may ask for this."))
    # Streamlit's own browser code asks for `_stcore` below any page.
    shell = len(parts) <= 1 or parts[0] == "static" or (parts[-2:-1] == ["_stcore"])
    beyond = parts[-2:-1] == ["_stcore"] and parts[-1] not in _SHELL
    if parts in _SIGNING or (shell and not beyond and not figures):
        return None
    claims, roles = claims_of(asking), _roles()
    if not holds(claims, time.time()):
        return refused(401, message("Please sign in"))
    if roles is not None and not roles.granted(claims):
        return refused(403, _NO_ROLE)
    return None


_NO_ROLE = message(
    "Your account has no role here. Those who run this server can give it one, from the next "
    "sign-in on."
)


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


def _answering(asking: HTTPConnection, send: Send) -> Send:
    """Return `send` that keeps cookies off what is not encrypted, where the request was.

    Where visitors sign in it remembers the address asked for, and leads back to it afterwards.
    """
    path, signing = asking.url.path, _access() == "sign-in"
    # The scheme is that of the proxy in front, where the server trusts it.
    secure = asking.url.scheme == "https" or (signing and _redirect().startswith("https:"))
    page = "text/html" in asking.headers.get("accept", "") and asking.scope["method"] == "GET"
    asked = f"{path}?{asking.url.query}" if asking.url.query else path

    async def answer(sent: Message) -> None:
        if sent["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(sent["headers"]))
            if signing and path.endswith("/oauth2callback"):
                if why := await _lead(asking, headers):
                    sign_ins.refused(why)
            elif signing and page and not path.startswith("/auth/") and len(asked) < 2000:
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


async def _lead(asking: HTTPConnection, headers: MutableHeaders) -> str | None:
    """Turn the way back from the provider to the address asked for; return why if it refused."""
    if "location" not in headers:
        return None
    asked = unquote(asking.cookies.get(_ASKED, ""))
    place = asked if re.match(r"/(?![/\\])[^\s\\]*$", asked) else "/"
    why = None
    # After a sign-out the provider leads here too, and tells neither.
    answered = {"code", "error"} & set(asking.query_params)
    if not await keep_needed(asking, headers, _roles()) and answered:
        why = re.sub(r"[^a-z_]", "", asking.query_params.get("error", ""))[:40] or "refused"
        place += ("&" if "?" in place else "?") + urlencode({"refused": why})
    headers["location"] = place
    return why


def gate(words: Wording) -> Rights:
    """Stop a page that its visitor may not see; tell whom it lets in who they are.

    Return what they may see.
    """
    access = _access()
    headers = {name.lower(): value for name, value in st.context.headers.to_dict().items()}
    # Streamlit tells no address of a visitor on this machine.
    if access == "local" and is_local(st.context.ip_address or "127.0.0.1", headers):
        return replace(EVERYTHING, account=LOCAL)
    if access == "public":
        return PUBLISHED if has_roles() else EVERYTHING
    if access != "sign-in" or sign_in_mistakes():
        _close(_why_closed(access), words)
    if not Gate.stands:
        _close(message("A page by itself shows nothing to visitors: start app.py."), words)
    claims = st.user.to_dict()
    if not holds(claims, time.time()):
        st.title(words("Please sign in"))
        if why := st.query_params.get("refused"):
            refused = words(
                "The sign-in was refused ({reason}). Please try again.", reason=why[:40]
            )
            st.error(markdown.escaped(refused))
        for provider in _named_providers() or [None]:
            label = words("Sign in") if provider is None else _with_name(provider, words)
            st.button(label, on_click=st.login, args=(provider,), type="primary")
        st.stop()
    roles = _roles()
    granted = [] if roles is None else roles.granted(claims)
    closed = roles is not None and not granted
    if "signed_in" not in st.session_state:
        sign_ins.without_role(claims) if closed else sign_ins.signed_in(claims)
        st.session_state["signed_in"] = True
    with st.sidebar:
        name = str(claims.get("name") or claims.get("email") or claims.get("sub"))
        st.caption(
            markdown.lines([words("Signed in as {name}", name=name), *_told(granted, words)])
        )
        st.button(words("Sign out"), on_click=st.logout)
    if closed:
        _close(_NO_ROLE, words)
    rights = EVERYTHING if roles is None else roles.rights(claims, _regions())
    return replace(rights, account=sign_ins.account_of(claims))


def _with_name(provider: str, words: Wording) -> str:
    return markdown.escaped(words("Sign in with {provider}", provider=provider))


def _close(why: Sentence, words: Wording) -> NoReturn:
    st.title(words("Nothing can be shown to you"))
    st.error(markdown.escaped(why.said(words)))
    st.stop()


def _told(granted: Sequence[Grant], words: Wording) -> list[str]:
    """Return in a line which roles somebody has and for which regions; none where none are set."""
    regions = _regions()
    names = regions.names(words.language) if regions else {}

    def one(grant: Grant) -> str:
        role = words(grant.role.sentence)
        if not grant.regions or grant.role == Role.VIEWER:  # who sees what is published of all
            return role
        bound = words.listed([names.get(code, code) for code in grant.regions])
        return words("{role} ({regions})", role=role, regions=bound)

    told = list(dict.fromkeys(map(one, granted)))
    return [words("Role: {roles}", roles=words.listed(told))] if told else []
