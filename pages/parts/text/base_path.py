"""Where the app is below its host."""

import streamlit as st


def base_path() -> str:
    """What stands before every path of ours: nothing, or ``/`` and what the operator has set."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""
