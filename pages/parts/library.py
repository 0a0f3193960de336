"""Where loops are kept, for all sessions of this process."""

import os
import time
from functools import cache

import streamlit as st

from engine.store import Library, Limits, Store, StoreError, address
from pages.parts.text import plain


@cache
def _library(url: str) -> Library:
    return Library(Store.open(url, Limits.from_environment(os.environ)), time.monotonic)


def library() -> Library:
    """The kept loops; without a database the page says why and ends here."""
    try:
        return _library(address())
    except StoreError as error:
        st.error(plain(error.message), icon=":material/database_off:")
        st.stop()


def position_of(loop: str) -> int:
    """Length of a loop's history.

    Raises:
        StoreError: if there is no such loop, or the database cannot tell.
    """
    return _library(address()).store.length(loop)


def close_library() -> None:
    """Forget all open loops, as a new process has."""
    _library.cache_clear()
