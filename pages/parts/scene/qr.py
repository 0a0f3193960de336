"""QR codes of links."""

from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import segno
import streamlit as st

_QUIET = 4
"""White margin in modules, needed by cameras."""


@lru_cache(maxsize=64)
def qr(link: str) -> str:
    """Return a link's QR code as SVG, dark on white in any theme; empty if the link is too long."""
    try:
        made = segno.make(link, error="l", micro=False)
    except segno.DataOverflowError:
        return ""
    drawn: str = made.svg_inline(
        border=_QUIET, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    return drawn.replace("<svg ", '<svg shape-rendering="crispEdges" ', 1)


def is_only_here(link: str) -> bool:
    """Return whether a link leads to this machine only."""
    host = urlsplit(link).hostname or "localhost"
    with suppress(ValueError):
        address = ip_address(host)
        return address.is_loopback or address.is_unspecified
    return host == "localhost" or host.endswith(".localhost")


def show_qr(link: str, leads_to: str, width: int) -> None:
    """Draw the QR code of a link, `width` pixels wide; nothing if the link is too long."""
    if drawn := qr(link):
        st.image(drawn, width=width, alt=f"QR code: {leads_to}")
