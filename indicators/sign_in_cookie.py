"""What a browser keeps of a sign-in: as little as pages need, signed by Streamlit.

Streamlit itself keeps every claim and both tokens, and the browser sends them along with all that
it asks for. Somebody in many groups would so send more than the 8,192 bytes that a line of a
request may have, and no page would open.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

# Streamlit has no public way to read or write who has signed in outside a page; its version is
# pinned.
from streamlit.web.server.starlette.starlette_auth_routes import (
    _create_oauth_client,
    _get_cookie_path,
    _get_cookie_value_from_request,
    _set_auth_cookie,
)

from indicators.roles import Roles

_log = logging.getLogger("quality")
_USER, _TOKENS = "_streamlit_user", "_streamlit_user_tokens"
_PART = re.compile(rf"{_USER}(?:_tokens)?_+\d+")  # of a cookie that is longer than one may be
_NEEDED = (
    *("is_logged_in", "origin", "provider", "iss", "aud", "iat", "exp", "sub", "nonce"),
    *("name", "email", "preferred_username"),
)
_MOST_HINT = 2_000  # characters of an ID token that goes along to the provider at sign-out


def claims_of(asking: HTTPConnection) -> Mapping[str, Any]:
    """Return the claims of who asks, as they were signed here; none of anybody else."""
    return _opened(asking, _USER)


def _opened(asking: HTTPConnection, name: str) -> Mapping[str, Any]:
    signed = _get_cookie_value_from_request(Request({**asking.scope, "type": "http"}), name)
    try:
        content = json.loads(signed or b"{}")
    except ValueError:
        return {}
    return content if isinstance(content, Mapping) else {}


async def keep_needed(asking: HTTPConnection, headers: MutableHeaders, roles: Roles | None) -> bool:
    """Let an answer keep no more of a sign-in than is needed; say whether it is one.

    Where the ID token has no claim of roles the provider is asked for it.
    """
    given = SimpleCookie()
    for line in headers.getlist("set-cookie"):
        given.load(line)
    kept = {name: each.value for name, each in given.items() if name.startswith(_USER)}
    if not any(kept.values()):
        return False
    sent = "; ".join(f"{name}={value}" for name, value in kept.items())
    answer = HTTPConnection({"type": "http", "headers": [(b"cookie", sent.encode("latin-1"))]})
    claims, tokens = _opened(answer, _USER), _opened(answer, _TOKENS)
    needed = {name: claims[name] for name in _NEEDED if name in claims}
    if not needed:
        return True
    if roles is not None and roles.claim not in needed:
        values = roles.values(claims)
        if values is None:
            values = roles.values(await _userinfo(claims, tokens))
        needed[roles.claim] = values or []
    hint = str(tokens.get("id_token", ""))
    small = Response()
    for name in filter(_PART.fullmatch, {*asking.cookies, *kept}):
        small.delete_cookie(name, path=_get_cookie_path())
    await _set_auth_cookie(small, needed, {"id_token": hint} if len(hint) <= _MOST_HINT else {})
    others = [line for line in headers.getlist("set-cookie") if not line.startswith(_USER)]
    del headers["set-cookie"]
    for line in (*others, *small.headers.getlist("set-cookie")):
        headers.append("set-cookie", line)
    return True


async def _userinfo(claims: Mapping[str, Any], tokens: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the provider tells of somebody beside the ID token; nothing where it fails."""
    try:
        client, _ = _create_oauth_client(str(claims["provider"]))
        token = {"access_token": tokens["access_token"], "token_type": "Bearer"}
        told: Mapping[str, Any] = await client.userinfo(token=token)
    except Exception:
        # Whatever it was: they are signed in without a role, and those who run the server see why.
        _log.warning("the provider of identities does not tell the claim of roles", exc_info=True)
        return {}
    # OpenID Connect Core 1.0, 5.3.2: of anybody else it must not be used.
    return told if told.get("sub") == claims.get("sub") else {}
