"""What a page shows: the charts and tables that each of its parts drew last."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st


@dataclass(frozen=True, slots=True)
class Drawn:
    """Of one part of a page, by their keys."""

    figures: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


_NOW: ContextVar[Drawn | None] = ContextVar("drawn", default=None)
_PAGE = ""


def drawn_here() -> dict[str, Drawn]:
    """All that this browser session's page shows, part by part."""
    parts: dict[str, Drawn] = st.session_state.setdefault("drawn", {})
    return parts


def drawn_now() -> Drawn:
    """Where what is drawn now is noted."""
    now = _NOW.get()
    return drawn_here().setdefault(_PAGE, Drawn()) if now is None else now


def begin_page() -> None:
    """Forget what another page drew, or this one before."""
    # In another place: an answer that is under way still notes what it draws in the one before.
    st.session_state["drawn"] = {}


@contextmanager
def drawing_part(name: str) -> Iterator[None]:
    """Note what a part draws; until all of it is drawn, what it drew before stays noted."""
    now = Drawn()
    token = _NOW.set(now)
    try:
        yield
    finally:
        _NOW.reset(token)
        drawn_here()[name] = now
