"""Registry of the charts and tables drawn last by each part of a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st


@dataclass(frozen=True, slots=True)
class Drawn:
    """Charts and tables of one part, by key."""

    figures: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


_NOW: ContextVar[Drawn | None] = ContextVar("drawn", default=None)
_PAGE = ""


def drawn_here() -> dict[str, Drawn]:
    """Return the registry of this session's page, by part."""
    parts: dict[str, Drawn] = st.session_state.setdefault("drawn", {})
    return parts


def drawn_now() -> Drawn:
    """Return the entry for the part being drawn."""
    now = _NOW.get()
    return drawn_here().setdefault(_PAGE, Drawn()) if now is None else now


def begin_page() -> None:
    """Clear the registry before a page is drawn."""
    # A new dict, as a pending answer still writes to the previous one.
    st.session_state["drawn"] = {}


@contextmanager
def drawing_part(name: str) -> Iterator[None]:
    """Record the charts and tables of a part; its previous entry stays until completion."""
    now = Drawn()
    token = _NOW.set(now)
    try:
        yield
    finally:
        _NOW.reset(token)
        drawn_here()[name] = now
