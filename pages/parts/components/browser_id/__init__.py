"""Which browser it is: a secret that only this browser and the server know.

It lies in the browser's local storage, so there is no cookie; the server keeps a digest
of it beside each loop. A browser that stores nothing is another one in every session.
"""

import hashlib
import re
import secrets
from collections.abc import Callable

import streamlit as st

from pages.parts.components import beside

_component = st.components.v2.component("playground_browser", js=beside(__file__, "index.js"))
_SECRET = re.compile(r"[0-9a-f]{32}")


def owner() -> str:
    """A digest of the browser's secret: under it its loops are kept."""
    return hashlib.sha256(_secret().encode()).hexdigest()


def _secret() -> str:
    secret: str = st.session_state.setdefault("secret", secrets.token_hex(16))
    return secret


def ask_browser(known_as: Callable[[str, str], None]) -> None:
    """Ask the browser for its secret, and give it one if it has none.

    If it has been here before, ``known_as`` gets the owner before and now.
    """

    def adopt() -> None:
        told = st.session_state["browser"]["secret"]
        if isinstance(told, str) and _SECRET.fullmatch(told):
            before = owner()
            st.session_state.secret = told
            known_as(before, owner())

    _component(key="browser", data={"secret": _secret()}, height=1, on_secret_change=adopt)
