"""Where loops are kept, for all sessions of this process."""

import os
import time

import streamlit as st

from engine.store import Library, Limits, Store, StoreError, address
from pages.parts.look import plain


@st.cache_resource(show_spinner=False)
def _library() -> Library:
    return Library(Store.open(address(), Limits.from_environment(os.environ)), time.monotonic)


def library() -> Library:
    """The kept loops; without a database the page says why and ends here."""
    try:
        return _library()
    except StoreError as error:
        st.error(plain(error.message), icon=":material/database_off:")
        st.stop()
