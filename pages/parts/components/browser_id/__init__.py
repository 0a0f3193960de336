"""Which browser it is: a secret that only this browser and the server know.

It lies in the browser's local storage, so there is no cookie; the server keeps a digest
of it beside each loop. A browser that stores nothing is another one in every session.
A session has a secret of its own until the browser tells who it is. The browser keeps that one,
too, until it has told: the server may end before, and what was done in that session is its own.
Beside it lie the ids of other people's loops that this browser may change, its keys: each
came in the part of a link that no browser sends to a server, or in an older link.
It remembers, too, what was shown to it that is shown once. What it cannot remember is not shown.
"""

import hashlib
import re
import secrets
from collections.abc import Callable

import streamlit as st

from pages.parts.components import beside, told

_component = st.components.v2.component("playground_browser", js=beside(__file__, "index.js"))
_SECRET = re.compile(r"[0-9a-f]{32}")
LOOP = re.compile(r"[A-Za-z0-9_-]{16,64}")
"""How a loop may be named in a link."""
_MOST = 100
"""Keys that a browser keeps."""
MOST_GIVEN = 8
"""Secrets of its sessions that a browser keeps until it has told who it is."""


def owner() -> str:
    """A digest of the browser's secret: under it its loops are kept."""
    return _digest(_secret())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _secret() -> str:
    secret: str = st.session_state.setdefault("secret", secrets.token_hex(16))
    return secret


def keys() -> set[str]:
    """The ids of other people's loops that this browser may change; it keeps what is added."""
    known: set[str] = st.session_state.setdefault("keys", set())
    return known


def has_told() -> bool:
    """Whether the browser has told its secret in this session."""
    return bool(st.session_state.get("has-told"))


def ask_browser(
    known_as: Callable[[str, str], None],
    must_tell: bool,
    once: str = "",
    shows: Callable[[], None] = lambda: None,
) -> None:
    """Ask the browser for its secret and its keys, and give it a secret if it has none.

    Args:
        known_as: gets the owner before and now, if it has been here before; once for each of its
            sessions that may own something.
        must_tell: whether it shall tell its secret even if that is new.
        once: what is to be shown if it never was in this browser; it is not asked for again.
        shows: called if so.
    """

    def adopt() -> None:
        if secrets_told := _secrets_told():
            earlier = [_secret(), *secrets_told[1:]]
            st.session_state["secret"], st.session_state["has-told"] = secrets_told[0], True
            for before in dict.fromkeys(map(_digest, earlier)):
                if before != owner():
                    known_as(before, owner())

    def add_keys() -> None:
        new = told("browser", "keys")
        if isinstance(new, list):
            keys().update(k for k in new[:_MOST] if isinstance(k, str) and LOOP.fullmatch(k))

    def show_first() -> None:
        if once and told("browser", "first") == once:
            shows()

    asked = {
        "once": once,
        "secret": _secret(),
        "keys": sorted(keys()),
        "most": _MOST,
        "mostGiven": MOST_GIVEN,
        "mustTell": must_tell and not has_told(),
    }
    _component(
        key="browser",
        data=asked,
        height=1,
        on_secrets_change=adopt,
        on_keys_change=add_keys,
        on_first_change=show_first,
    )
    # A tab whose connection came back to a server that does not know it, as after a restart, has
    # Streamlit send again what was told before: that is no change, so nobody is called for it.
    known = has_told(), len(keys())
    if not has_told():
        adopt()
    add_keys()
    if (has_told(), len(keys())) != known:
        st.rerun()


def _secrets_told() -> list[str]:
    """Return the browser's secret, and those of sessions in which it has not told it; [] if what it
    told is no list of secrets."""
    match told("browser", "secrets"):
        case list(secrets_told) if all(
            isinstance(each, str) and _SECRET.fullmatch(each) for each in secrets_told
        ):
            return secrets_told[: 1 + MOST_GIVEN]
    return []
