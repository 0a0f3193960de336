"""Addresses of the server, for applications and for test calls."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

import streamlit as st

from pages.parts.text.base_path import base_path

API = "/personalizer"
"""Path of the service's operations; the official clients add it by themselves."""
_HERE = "127.0.0.1"
_ANY = {"", "localhost", "0.0.0.0", "::"}
"""Configured addresses of a server that can be reached on the same machine."""


def endpoint() -> str:
    """Return the address of the app in this browser, without a final slash."""
    asked = urlsplit(st.context.url or "")
    origin = f"{asked.scheme}://{asked.netloc}" if asked.netloc else f"http://localhost:{_port()}"
    return f"{origin}{base_path()}"


@dataclass(frozen=True, slots=True)
class OwnServer:
    """Loopback address of the running server.

    A browser's own idea of the address is not used, because it could name any other machine.

    Attributes:
        name: host name under which the browser reached the server, for the ``Host`` header.
        path: of the operations.
    """

    host: str
    port: int
    name: str
    path: str

    @classmethod
    def here(cls) -> Self:
        """Return the address of the running server."""
        configured = str(st.get_option("server.address") or "")
        host = _HERE if configured in _ANY else configured
        name = st.context.headers.get("Host", f"{host}:{_port()}")
        return cls(host, _port(), name, f"{base_path()}{API}")


def _port() -> int:
    return int(st.get_option("server.port"))
