"""Identity of a browser: a secret known only to the browser and the server.

The secret is in the browser's local storage, so there is no cookie; the server keeps its digest
with each loop. A browser without storage has a new identity in each session. A session has a secret
of its own until the browser reports one. The browser stores that secret, too, until it has
reported: the server may end before, and loops of that session belong to the browser. It also
stores its keys: ids of other people's loops that it may change, from the fragment of a link, which
is not sent to servers, or from an older link. And it stores which one-time messages were shown;
without storage, they are not shown.
"""

import hashlib
import re
import secrets
from collections.abc import Callable

import streamlit as st

from pages.parts.components import component_value, folder_text

_component = st.components.v2.component("playground_browser", js=folder_text(__file__, "index.js"))
_SECRET = re.compile(r"[0-9a-f]{32}")
LOOP = re.compile(r"[A-Za-z0-9_-]{16,64}")
"""Valid names of loops in links."""
_MOST = 100
"""Maximum number of keys of a browser."""
MOST_GIVEN = 8
"""Maximum number of session secrets that a browser keeps until it has reported its own."""


def owner() -> str:
    """Return a digest of the browser's secret, the owner id of its loops."""
    return _digest(_secret())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _secret() -> str:
    secret: str = st.session_state.setdefault("secret", secrets.token_hex(16))
    return secret


def keys() -> set[str]:
    """Return the ids of other people's loops that this browser may change; additions are kept."""
    known: set[str] = st.session_state.setdefault("keys", set())
    return known


def has_reported() -> bool:
    """Return True if the browser has reported its secret in the session."""
    return bool(st.session_state.get("has-told"))


def ask_browser(
    known_as: Callable[[str, str], None],
    must_tell: bool,
    once: str = "",
    shows: Callable[[], None] = lambda: None,
) -> None:
    """Request the browser's secret and keys, and give it a secret if it has none.

    Args:
        known_as: gets the previous and the current owner id of a returning browser, once for each
            of its sessions that may own something.
        must_tell: True to have even a new secret reported.
        once: name of a one-time message, shown if new to the browser.
        shows: called to show the message.
    """

    def adopt() -> None:
        if secrets := _secrets_reported():
            earlier = [_secret(), *secrets[1:]]
            st.session_state["secret"], st.session_state["has-told"] = secrets[0], True
            for before in dict.fromkeys(map(_digest, earlier)):
                if before != owner():
                    known_as(before, owner())

    def add_keys() -> None:
        new = component_value("browser", "keys")
        if isinstance(new, list):
            keys().update(k for k in new[:_MOST] if isinstance(k, str) and LOOP.fullmatch(k))

    def show_first() -> None:
        if once and component_value("browser", "first") == once:
            shows()

    data = {
        "once": once,
        "secret": _secret(),
        "keys": sorted(keys()),
        "most": _MOST,
        "mostGiven": MOST_GIVEN,
        "mustTell": must_tell and not has_reported(),
    }
    _component(
        key="browser",
        data=data,
        height=1,
        on_secrets_change=adopt,
        on_keys_change=add_keys,
        on_first_change=show_first,
    )
    # After a server restart, Streamlit replays a tab's widget state without calling `on_change`,
    # so secret and keys are read here as well.
    known = has_reported(), len(keys())
    if not has_reported():
        adopt()
    add_keys()
    if (has_reported(), len(keys())) != known:
        st.rerun()


def _secrets_reported() -> list[str]:
    """Return the browser's secret, then those of sessions that ended before it reported; empty if
    the message is invalid."""
    match component_value("browser", "secrets"):
        case list(secrets) if all(
            isinstance(secret, str) and _SECRET.fullmatch(secret) for secret in secrets
        ):
            return secrets[: 1 + MOST_GIVEN]
    return []
