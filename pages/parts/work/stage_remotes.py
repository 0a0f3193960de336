"""Stages of this process, as others reach them: who has a stage's token steers it, who has its
code looks at what it shows.

A remote is the page of a second device (`remote_page`). It is told what the speaker may say, and
what it asks for waits here until the stage, which asks for it, does it. Nothing of this is kept:
with its session a stage is gone.
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
"""What the stage's script does when a remote asks for it."""
Verb = Literal[Step, "blank"]
"""All that a remote may ask for: nothing else leads from it to a loop."""
VERBS: tuple[Verb, ...] = get_args(Verb)
MOST, IN_SECONDS = 12, 3.0
"""Presses that a stage takes in so many seconds."""
AWAY = 6.0
"""Seconds after which a stage that asked for nothing has no page open."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of a code that is read from a screen: none that looks like another."""
_CODE = 6
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_TOKENS, _MOST_TOKENS, _MOST_NAMES = "stage-tokens", 5, 20
"""What a session's stages were called: what Streamlit caches for it ends with each connection."""


_ROUNDS = 10_000


@lru_cache(maxsize=1_000)
def _code_of(token: str) -> str:
    """The code beside a token, which tells nothing of it: so any server knows it. Everybody in a
    room can read a code, so it takes a processor weeks to find another token for it."""
    digest = hashlib.pbkdf2_hmac("sha256", token.encode(), b"stage", _ROUNDS)
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:_CODE])


@dataclass(frozen=True, slots=True)
class Notes:
    """What a speaker is told of the screen that is on.

    Attributes:
        title: its sentence, as plain text.
        say: what may be said, and what the step on does.
        following: the same of the next screen; empty at the end.
        at, of: its place, from 1, and how many there are.
    """

    title: str = ""
    say: str = ""
    following: str = ""
    at: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What only the browser of the stage knows.

    Attributes:
        blank: whether the screen is dark.
        hands: how many were counted for each answer.
    """

    blank: bool = False
    hands: Sequence[tuple[str, int]] = ()


class Remote:
    """One stage, as its second devices have it.

    Attributes:
        token: of those that may steer it.
        code: of those that may look.
        names: its token with its code, and those of the same tab before it was reloaded.
        notes, seen: what the stage has told last.
        counted: hands for each answer as the last step was made, which told of them.
        taken: how many steps it has taken.
        link: leads to what it shows, to look and copy.

    Args:
        now: a clock in seconds that only goes forward.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.lock, self._now = RLock(), now
        self.token = secrets.token_urlsafe(16)
        self.code = _code_of(self.token)
        self.names: dict[str, str] = {}
        self.notes, self.seen, self.link = Notes(), Seen(), ""
        self.counted: Sequence[int] = ()
        self._steps: deque[Step] = deque(maxlen=MOST)
        self._times: deque[float] = deque(maxlen=MOST)
        self.taken, self._blanks, self._heard = 0, 0, now()
        self.be_found_as([self.token])

    # -- from the stage ---------------------------------------------------------------

    @locked
    def be_found_as(self, tokens: Iterable[str]) -> None:
        """Be reached by these tokens, and the codes beside them: whoever reached the tab before it
        was reloaded, or the server was started again, reaches it still."""
        for token in tokens:
            if _TOKEN.fullmatch(token) and len(self.names) < _MOST_NAMES:
                self.names[token] = code = _code_of(token)
                _remotes[token] = self
                # Who knows the token is that tab; another may have the same code, even on purpose.
                if token in _codes.setdefault(code, self).names:
                    _codes[code] = self

    @locked
    def tell(self, notes: Notes, link: str) -> None:
        """What is on the stage from here on."""
        self.notes, self.link = notes, link

    @locked
    def take(self) -> Step | None:
        """The step that was asked for first, and not taken yet."""
        if not self._steps:
            return None
        self.taken += 1
        return self._steps.popleft()

    @locked
    def hear(self, seen: Seen) -> dict[str, int]:
        """The stage's browser is there, and tells what it knows; what there is to do for it.

        Returns:
            ``steps`` that wait to be taken, and ``blanks``, how often the screen was to be
            darkened or lit since the stage began.
        """
        now = self._now()
        if now - self._heard > AWAY:
            self._steps.clear()  # Whoever pressed while nobody was there has given up.
        self.seen, self._heard = seen, now
        return {"steps": len(self._steps), "blanks": self._blanks}

    # -- from a second device ---------------------------------------------------------

    @locked
    def press(self, verb: Verb) -> bool:
        """Ask for something; False if that was too often."""
        now = self._now()
        if len(self._times) == MOST and now - self._times[0] < IN_SECONDS:
            return False
        self._times.append(now)
        if verb == "blank":
            self._blanks += 1
        else:
            self._steps.append(verb)
        return True

    @property
    @locked
    def told(self) -> dict[str, object]:
        """All that a second device is told, as JSON."""
        away = self._now() - self._heard > AWAY
        return {**asdict(self.notes), **asdict(self.seen), "away": away}

    @property
    def way(self) -> str:
        """Path and query of its link, on whichever address it is asked for."""
        parts = urlsplit(self.link)
        # Two slashes would lead to another address.
        path = f"/{parts.path.lstrip('/')}"
        return f"{path}?{parts.query}" if parts.query else path

    @locked
    def leave(self) -> None:
        """The session has ended, and the stage with it."""
        for token, code in self.names.items():
            # After a reload they may be another session's by now.
            for held, key in ((_remotes, token), (_codes, code)):
                if held.get(key) is self:
                    del held[key]


_remotes: dict[str, Remote] = {}
_codes: dict[str, Remote] = {}


def steered_by(token: str) -> Remote | None:
    """The stage of a token."""
    return _remotes.get(token)


def seen_by(code: str) -> Remote | None:
    """The stage of a code."""
    return _codes.get(code)


@st.cache_resource(scope="session", on_release=Remote.leave, show_spinner=False)
def _of_session() -> Remote:
    return Remote()


def this_remote() -> Remote:
    """That of this browser session; reached as before once a connection that broke is back."""
    remote = _of_session()
    tokens = [*st.session_state.get(_TOKENS, []), remote.token]
    remote.be_found_as(tokens)
    st.session_state[_TOKENS] = list(dict.fromkeys(tokens))[-_MOST_TOKENS:]
    return remote
