"""The five-minute show: a talk that goes through the stages of four pages, in five minutes.

Each page has the screens of its act (`acts`); a step beyond them leads to the next act's page, for
the same world and seed. Nothing of it is stored: each page computes what it shows, and what takes
long, a log and a race, is computed while the first act is given (`prepare`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.setup import EvaluateSetup
from pages.parts.race.session import RaceSession
from pages.parts.race.setup import RaceSetup
from pages.parts.scene.show_acts import MINUTES
from pages.parts.scene.talk import LEADS, SCREEN, SHOW, STAGE, Stage
from pages.parts.settings.choices import SEED, WORLD
from pages.parts.settings.link import Linked, current_setup
from pages.parts.work.frames import pace
from pages.parts.work.pool import track
from pages.parts.work.session_state import session_of

PACE = 0.5
"""Seconds from one frame to the next while something is computed."""
_RACE = {"who": "ours,epsilon,ucb,ab", "drift": "halfway", "crowds": 5}
_LOG = {"log": "ready"}


@dataclass(frozen=True, slots=True)
class ShowSetup(Linked):
    """All that a link to the show can say: the world and the seed."""

    PREFIX = "show-"

    world: str = WORLD.as_field
    seed: int = SEED.as_field

    @property
    def _place(self) -> dict[str, Any]:
        return {"world": self.world, "seed": self.seed}

    @property
    def log(self) -> EvaluateSetup:
        """The log that is asked."""
        return EvaluateSetup().having(self._place | _LOG).fitted()

    @property
    def race(self) -> RaceSetup:
        """The race in which tastes change."""
        return RaceSetup().having(self._place | _RACE).fitted()

    def link_to(self, page: str, screen: str) -> Mapping[str, str]:
        """The address of a place in it."""
        own: Mapping[str, Linked] = {"evaluate": self.log, "race": self.race}
        told = own[page].query() if page in own else self._place
        return {STAGE: "1", SHOW: page, SCREEN: screen, **{n: str(v) for n, v in told.items()}}


class Ahead:
    """What of a show is computed in advance, each by the session of its page.

    Attributes:
        lock: that of the race, whose outcomes a frame takes in.
    """

    def __init__(self, setup: ShowSetup, log: EvaluateSession, race: RaceSession) -> None:
        self.setup, self.log, self.race, self.lock = setup, log, race, race.lock

    def start(self) -> None:
        """Begin with what was not begun yet. A race of another kind that still runs is let run."""
        self.log.adopt(self.setup.log, None)
        if not self._is_raced:
            self.race.start(self.setup.race, None)

    @property
    def _is_raced(self) -> bool:
        runs = self.race.state in {"queued", "running", "done"}
        return runs and self.race.raced == self.setup.race

    @property
    def is_begun(self) -> bool:
        """Whether both were begun."""
        return self.log.setup == self.setup.log and self._is_raced

    @property
    def is_live(self) -> bool:
        """Whether any of it is computed now."""
        return self.is_begun and (self.log.is_live or self.race.is_live)

    @property
    def pace(self) -> float | None:
        """Seconds from one frame to the next; None while nothing is computed."""
        return pace(PACE) if self.is_live else None

    def progress(self) -> tuple[float, float]:
        """Take in what has come; how much there is of the log, and of the race."""
        self.race.advance()
        self.log.adopt(self.log.setup, self.log.stored)
        has_log = self.log.setup == self.setup.log and self.log.result is not None
        raced = len(self.race.known) / self.race.known.plan.runs if self._is_raced else 0.0
        return 1.0 if has_log else min(self.log.share, 0.99), raced


def ahead(setup: ShowSetup) -> Ahead:
    """What is computed in advance for a show, in this browser session."""
    return Ahead(
        setup,
        session_of(EvaluateSession, lambda: EvaluateSession(setup.log)),
        session_of(RaceSession, lambda: RaceSession(setup.race, track())),
    )


def begin() -> None:
    """Lead to where the show begins, from its own page."""
    first = MINUTES[0]
    st.session_state[LEADS] = first.page, first.screen


def shown() -> ShowSetup | None:
    """For whom the show is given that the address tells of; None if it tells of none."""
    if not Stage.in_link().act:
        return None
    return ShowSetup.from_query(st.query_params.to_dict())[0]


def next_place() -> tuple[str, Mapping[str, str]] | None:
    """The page that a step led to which left this one, and its query; None if none did."""
    leads: tuple[str, str] | None = st.session_state.pop(LEADS, None)
    if leads is None:
        return None
    page, screen = leads
    # The address of the show's own page tells of no act.
    setup = shown() or current_setup(ShowSetup)
    return page, setup.link_to(page, screen)
