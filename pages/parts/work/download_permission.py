"""Downloads of a browser session, under links with a secret token."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock

import streamlit as st

from pages.parts.text.format import counted
from pages.parts.work.browser_session import BrowserSession
from pages.parts.work.job_queue import Job

ELSEWHERE = "This link belongs to another session. Reload the page."
OVER = "The session of this file has ended. Reload the page."
_permissions: dict[str, "DownloadPermission"] = {}


@dataclass(frozen=True, slots=True)
class File:
    """A file that a page offers as a download.

    Attributes:
        name: file name.
        kind: media type.
        make: returns the content; None while there is none.
    """

    name: str
    kind: str
    make: Callable[[], bytes | None]


class DownloadPermission:
    """Permission of one browser session to download files.

    Attributes:
        token: secret part of its links.
        is_live: always True: the page is redrawn at intervals to show the progress of a file.
        job: writes the part of a file that was last asked for.
        files: files that a page offers, by the keys of their links, as they were drawn last.
    """

    is_live = True

    def __init__(self, session: BrowserSession) -> None:
        self.session, self.token = session, secrets.token_urlsafe(16)
        self.lock = RLock()
        self.job: Job[bytes] | None = None
        self.files: dict[str, File] = {}
        _permissions[self.token] = self

    @property
    def waiting_text(self) -> str:
        """Sentence on the jobs ahead of the file; empty for none."""
        ahead = self.job.ahead if self.job is not None else 0
        return f"Your file waits: {counted(ahead, 'job')} of others first." if ahead else ""

    def leave(self) -> None:
        """Invalidate the token at the end of the session."""
        _permissions.pop(self.token, None)


@st.cache_resource(scope="session", on_release=DownloadPermission.leave, show_spinner=False)
def download_permission(_session: BrowserSession) -> DownloadPermission:
    """Return the permission of the current browser session."""
    return DownloadPermission(_session)


def permission_of(token: str) -> DownloadPermission | None:
    """Return the permission with a token; None after the end of its session."""
    return _permissions.get(token)
