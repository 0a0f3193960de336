"""Links as a picture that a phone's camera reads."""

from functools import lru_cache
from urllib.parse import urlsplit

import segno
import streamlit as st

_QUIET = 4
"""Modules of white around it, without which cameras do not find it."""
_OWN = {"localhost", "127.0.0.1", "::1"}


@lru_cache(maxsize=64)
def qr(link: str) -> str:
    """A link as SVG, dark on white whatever is around it, of any size; empty if the link is longer
    than any code."""
    try:
        made = segno.make(link, error="l", micro=False)
    except segno.DataOverflowError:
        return ""
    drawn: str = made.svg_inline(
        border=_QUIET, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    return drawn.replace("<svg ", '<svg shape-rendering="crispEdges" ', 1)


def is_only_here(link: str) -> bool:
    """Whether no other device gets anywhere by a link."""
    return (urlsplit(link).hostname or "localhost") in _OWN


def show_qr(link: str, leads_to: str, width: int) -> None:
    """Show a link, as wide as so many pixels; nothing where it is too long for a code."""
    if drawn := qr(link):
        st.image(drawn, width=width, alt=f"QR code: {leads_to}")
