"""State of one browser session on the Connect page."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from threading import RLock
from typing import Any, Literal

import msgspec

from engine.errors import PersonalizerError
from engine.loop.lock import locked
from engine.service.configuration import change_configuration, change_policy
from engine.store import LoopLibrary, StoredLoop
from engine.store.learning_policies import restore_policy
from pages.parts.connect.sample_visitors import sample_world
from pages.parts.connect.server_address import OwnServer
from pages.parts.connect.simulated_calls import CallCounts, sending
from pages.parts.work.frame_pace import pace
from pages.parts.work.job_queue import Job, submit
from pages.parts.work.server_logging import refusals_logged

_log = logging.getLogger(__name__)

Place = Literal["keys", "settings"]
"""Part of the page with its own message."""
NAME = "My application"
"""Name of a new loop for an application."""
EVERY = 1.0
"""Seconds between two frames of the list of calls, on an idle server."""


class ConnectSession:
    """The displayed loop, the keys made in this session, and the test calls.

    Attributes:
        chosen: id of the displayed loop of an application; empty for the loop on Play.
        place: part of the page with the last act.
        refusal, done: messages about that act; one of them is empty.
    """

    is_live = True
    """The list of calls is redrawn without clicks."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.chosen = self.refusal = self.done = ""
        self.place: Place = "keys"
        self._keys: dict[tuple[str, int], str] = {}
        self._sending: tuple[str, Job[CallCounts]] | None = None

    @property
    def pace(self) -> float:
        """Seconds between two frames."""
        return pace(EVERY)

    @locked
    def attempt(self, place: Place, act: Callable[[], object], done: str) -> None:
        """Do an act; keep ``done``, or the message of its `PersonalizerError`."""
        self.place, self.refusal, self.done = place, "", ""
        try:
            with refusals_logged(_log):
                act()
        except PersonalizerError as error:
            self.refusal = error.message
        else:
            self.done = done

    @locked
    def choose(self, loop: str) -> None:
        """Display another loop."""
        self.chosen, self.refusal, self.done = loop, "", ""

    # -- keys -------------------------------------------------------------------------

    def key(self, loop: str, slot: int) -> str:
        """Return the text of a key made in this session, or an empty string."""
        return self._keys.get((loop, slot), "")

    def any_key(self, loop: str) -> str:
        """Return the text of the newest key of this session, or an empty string."""
        return next((key for (of, _), key in reversed(self._keys.items()) if of == loop), "")

    @locked
    def create_loop(self, library: LoopLibrary, owner: str) -> None:
        """Create a loop without a world, which takes any actions, and display it."""

        def create() -> None:
            stored = StoredLoop.create(library.store, owner=owner, name=NAME)
            stored.save()
            self.chosen = stored.id

        self.attempt("keys", create, f"{NAME} is a new session. It takes any actions.")

    @locked
    def make_key(self, library: LoopLibrary, owner: str, stored: StoredLoop, slot: int) -> None:
        """Make or replace a key of a loop, which is stored at the latest now."""

        def make() -> None:
            stored.save()
            self._keys.pop((stored.id, slot), None)
            self._keys[stored.id, slot] = library.store.rotate_key(stored.id, owner, slot)

        self.attempt("keys", make, "")

    # -- test calls -------------------------------------------------------------------

    @locked
    def send(self, stored: StoredLoop, server: OwnServer) -> None:
        """Send test calls to a loop with a key of this session."""
        with stored.lock:
            world, first = sample_world(stored), len(stored.loop.events)
        steps = sending(server, self.any_key(stored.id), world, stored.loop.seed, first)
        self._sending = stored.id, submit(steps)

    def sent(self, loop: str) -> Job[CallCounts] | None:
        """Return the last test calls of a loop; None without any."""
        of, job = self._sending or ("", None)
        return job if of == loop else None

    # -- settings ---------------------------------------------------------------------

    @locked
    def configure(
        self, stored: StoredLoop, configuration: Mapping[str, Any], restarts_model: bool
    ) -> None:
        """Change all settings of a loop, or none."""
        body = msgspec.json.encode(configuration)
        self.attempt(
            "settings",
            lambda: change_configuration(stored, body, restarts_model),
            "The settings are saved.",
        )

    @locked
    def import_policy(self, stored: StoredLoop, policy: str) -> None:
        """Replace the learning policy of a loop."""
        body = policy.encode(errors="replace")
        act = partial(change_policy, stored, body)
        self.attempt("settings", act, "The learning policy is in force.")

    @locked
    def reset_policy(self, stored: StoredLoop) -> None:
        """Return to the default learning policy."""
        act = partial(restore_policy, stored)
        self.attempt("settings", act, "The default learning policy is in force.")
