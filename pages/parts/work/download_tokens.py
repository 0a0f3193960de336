"""What one browser session may take along; its links have a token that only it was given."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock

import streamlit as st

from pages.parts.text.format import counted
from pages.parts.work.clients import Client
from pages.parts.work.jobs import Job

ELSEWHERE = "This link belongs to another visit. Load the page again."
OVER = "The visit that this file was for has ended. Load the page again."
_passes: dict[str, "Pass"] = {}


@dataclass(frozen=True, slots=True)
class File:
    """What a page offers to take along.

    Attributes:
        name: what it is called.
        kind: what browsers call it.
        make: makes it; None while there is nothing to tell.
    """

    name: str
    kind: str
    make: Callable[[], bytes | None]


class Pass:
    """Lets one browser session take files along.

    Attributes:
        token: in its links.
        is_live: whether a page shows how far a file is: as long as it shows links.
        job: writes the part of a file that was last asked for.
        files: that a page offers, by the keys of their links: each as it was last drawn.
    """

    is_live = True

    def __init__(self, client: Client) -> None:
        self.client, self.token = client, secrets.token_urlsafe(16)
        self.lock = RLock()
        self.job: Job[bytes] | None = None
        self.files: dict[str, File] = {}
        _passes[self.token] = self

    @property
    def told(self) -> str:
        """Whom a file waits for; nothing, if it waits for nobody."""
        ahead = self.job.ahead if self.job is not None else 0
        return f"Your file waits: {counted(ahead, 'job')} of others first." if ahead else ""

    def leave(self) -> None:
        """The session has ended."""
        _passes.pop(self.token, None)


@st.cache_resource(scope="session", on_release=Pass.leave, show_spinner=False)
def this_pass(_client: Client) -> Pass:
    """That of this browser session."""
    return Pass(_client)


def pass_of(token: str) -> Pass | None:
    """That with a token; none after its session."""
    return _passes.get(token)
