"""Base path of the app's URLs."""

import streamlit as st


def base_path() -> str:
    """Return the prefix of all URL paths: ``server.baseUrlPath`` after a ``/``, or empty text."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""
