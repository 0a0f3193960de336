"""Stages and their remote controls: a token steers a stage, a code shows its screen.

A remote is the page of a second device (`remote_page`). It displays the speaker's notes; its
requests are queued here until the stage polls and executes them. Nothing is stored: a stage ends
with its session.
"""

import hashlib
import re
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from threading import RLock
from typing import Literal, get_args
from urllib.parse import urlsplit

import streamlit as st

from engine.loop.lock import locked

Step = Literal["next", "back"]
"""Request of a remote that the stage's script executes."""
Verb = Literal[Step, "blank"]
"""All requests of a remote: a second device can change the presenter's loop by these alone."""
VERBS: tuple[Verb, ...] = get_args(Verb)
MAX_PRESSES, PRESS_INTERVAL = 12, 3.0
"""Maximum number of presses per interval, and the interval in seconds."""
ABSENT_AFTER = 6.0
"""Seconds without a poll after which a stage has no open page."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters of a code, without look-alikes, as people read it from a screen."""
_CODE = 6
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_TOKENS, _STORED_TOKENS = "stage-tokens", 5
"""Session-state key of a session's previous tokens, as Streamlit's session cache ends with each
connection, and their maximum number."""
_MAX_TOKENS = 20
"""Maximum number of tokens of one stage."""


_ROUNDS = 10_000


@lru_cache(maxsize=1_000)
def _code_of(token: str) -> str:
    """Return the code of a token, derived so that any server knows it without the token being
    revealed.

    Everybody in a room can read a code; finding another token for it takes a processor weeks.
    """
    digest = hashlib.pbkdf2_hmac("sha256", token.encode(), b"stage", _ROUNDS)
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:_CODE])


@dataclass(frozen=True, slots=True)
class Notes:
    """Speaker notes on the current screen.

    Attributes:
        title: the screen's sentence, as plain text.
        say: notes, and the effect of the next step.
        following: notes on the next screen; empty at the end.
        at, of: position of the screen, from 1, and number of screens.
    """

    title: str = ""
    say: str = ""
    following: str = ""
    at: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class StageReport:
    """State that only the stage's browser knows.

    Attributes:
        blank: True if the screen is dark.
        hands: answers, each with the number of hands.
    """

    blank: bool = False
    hands: Sequence[tuple[str, int]] = ()


class Remote:
    """A stage, as controlled by second devices.

    Attributes:
        token: secret that permits to steer.
        code: code that permits to watch.
        codes: codes by token: the current one, and those of the tab before a reload.
        notes: speaker notes on the current screen.
        report: last report of the stage's browser.
        hand_counts: hands for each answer at the last step.
        executed_steps: number of executed steps.
        link: link to the stage's content, to view and copy.

    Args:
        now: monotonic clock, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.lock, self._now = RLock(), now
        self.token = secrets.token_urlsafe(16)
        self.code = _code_of(self.token)
        self.codes: dict[str, str] = {}
        self.notes, self.report, self.link = Notes(), StageReport(), ""
        self.hand_counts: Sequence[int] = ()
        self._steps: deque[Step] = deque(maxlen=MAX_PRESSES)
        self._times: deque[float] = deque(maxlen=MAX_PRESSES)
        self.executed_steps, self._blanks, self._reported = 0, 0, now()
        self.register([self.token])

    # -- from the stage ---------------------------------------------------------------

    @locked
    def register(self, tokens: Iterable[str]) -> None:
        """Register under earlier tokens and codes, so that devices stay connected after a reload or
        a restart."""
        for token in tokens:
            if _TOKEN.fullmatch(token) and len(self.codes) < _MAX_TOKENS:
                self.codes[token] = code = _code_of(token)
                _remotes[token] = self
                # The token identifies the tab; another tab may have the same code, even on purpose.
                if token in _codes.setdefault(code, self).codes:
                    _codes[code] = self

    @locked
    def set_notes(self, notes: Notes, link: str) -> None:
        """Set the notes and the link of the current screen."""
        self.notes, self.link = notes, link

    @locked
    def next_step(self) -> Step | None:
        """Return the next requested step, or None."""
        if not self._steps:
            return None
        self.executed_steps += 1
        return self._steps.popleft()

    @locked
    def poll(self, report: StageReport) -> dict[str, int]:
        """Store a report of the stage's browser, and return the pending work for it.

        Returns:
            ``steps`` to execute, and ``blanks``, the number of requests to darken or light the
            screen since the stage began.
        """
        now = self._now()
        if now - self._reported > ABSENT_AFTER:
            self._steps.clear()  # Presses without an open stage are obsolete.
        self.report, self._reported = report, now
        return {"steps": len(self._steps), "blanks": self._blanks}

    # -- from a second device ---------------------------------------------------------

    @locked
    def press(self, verb: Verb) -> bool:
        """Queue a request; return False if presses were too frequent."""
        now = self._now()
        if len(self._times) == MAX_PRESSES and now - self._times[0] < PRESS_INTERVAL:
            return False
        self._times.append(now)
        if verb == "blank":
            self._blanks += 1
        else:
            self._steps.append(verb)
        return True

    @property
    @locked
    def state(self) -> dict[str, object]:
        """State for a second device, as JSON."""
        away = self._now() - self._reported > ABSENT_AFTER
        return {**asdict(self.notes), **asdict(self.report), "away": away}

    @property
    def relative_link(self) -> str:
        """Path and query of the link, valid on any host name."""
        parts = urlsplit(self.link)
        # Two slashes would start a host name.
        path = f"/{parts.path.lstrip('/')}"
        return f"{path}?{parts.query}" if parts.query else path

    @locked
    def leave(self) -> None:
        """Unregister the stage at the end of its session."""
        for token, code in self.codes.items():
            # After a reload, the entries may belong to another session.
            for register, key in ((_remotes, token), (_codes, code)):
                if register.get(key) is self:
                    del register[key]


_remotes: dict[str, Remote] = {}
_codes: dict[str, Remote] = {}


def remote_of_token(token: str) -> Remote | None:
    """Return the stage of a token, or None."""
    return _remotes.get(token)


def remote_of_code(code: str) -> Remote | None:
    """Return the stage of a code, or None."""
    return _codes.get(code)


@st.cache_resource(scope="session", on_release=Remote.leave, show_spinner=False)
def _of_session() -> Remote:
    return Remote()


def this_remote() -> Remote:
    """Return the remote of this browser session, registered under the tokens of earlier
    connections."""
    remote = _of_session()
    tokens = [*st.session_state.get(_TOKENS, []), remote.token]
    remote.register(tokens)
    st.session_state[_TOKENS] = list(dict.fromkeys(tokens))[-_STORED_TOKENS:]
    return remote
