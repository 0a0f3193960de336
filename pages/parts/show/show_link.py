"""Show: a talk of five or fifteen minutes across the stages of several pages.

Each page has the screens of its act (`show_acts`); a step past the last screen leads to the next
act's page, with the same world and seed. Nothing is stored: pages compute their own results. The
slow computations, a log and a race, run during the first act (`Ahead`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.race.page_settings import RaceSetup
from pages.parts.race.session import RaceSession
from pages.parts.scene.show_acts import ACTS, BOOKMARKS
from pages.parts.scene.stage_show import LEADS, SCREEN, SHOW, STAGE, Stage
from pages.parts.settings.page_settings_base import Linked, current_setup
from pages.parts.settings.setting import Setting
from pages.parts.settings.shared_settings import SEED, WORLD
from pages.parts.work.frame_pace import pace
from pages.parts.work.race_pool import race_queue
from pages.parts.work.session_singletons import session_of

LENGTH = Setting(5, "Length", {5: "5 minutes", 15: "15 minutes"})
PACE = 0.5
"""Seconds between frames during a computation."""
_RACE = {"who": "ours,epsilon,ucb,ab", "drift": "halfway", "crowds": 5}
_LOG = {"log": "ready"}


@dataclass(frozen=True, slots=True)
class ShowSetup(Linked):
    """World, seed and minutes of the show, as carried by its link."""

    PREFIX = "show-"

    world: str = WORLD.as_field
    seed: int = SEED.as_field
    length: int = LENGTH.as_field

    @property
    def _place(self) -> dict[str, Any]:
        return {"world": self.world, "seed": self.seed}

    @property
    def log(self) -> EvaluateSetup:
        """Setup of the evaluated log."""
        return EvaluateSetup().having(self._place | _LOG).fitted()

    @property
    def race(self) -> RaceSetup:
        """Setup of the race with changing tastes."""
        return RaceSetup().having(self._place | _RACE).fitted()

    def link_to(self, act: str, screen: str) -> Mapping[str, str]:
        """Return the query of a screen of the show."""
        own: Mapping[str, Linked] = {"evaluate": self.log, "race": self.race}
        page = ACTS[act].page
        query = own[page].query() if page in own else self._place
        return {STAGE: "1", SHOW: act, SCREEN: screen, **{n: str(v) for n, v in query.items()}}


class Ahead:
    """Computations of a show in advance, by the sessions of their pages.

    Attributes:
        lock: lock of the race, which is updated in each frame.
    """

    def __init__(self, setup: ShowSetup, log: EvaluateSession, race: RaceSession) -> None:
        self.setup, self.log, self.race, self.lock = setup, log, race, race.lock

    def start(self) -> None:
        """Start the computations not yet started; another race under way is not interrupted."""
        self.log.adopt(self.setup.log, None)
        if not self._is_raced:
            self.race.start(self.setup.race, None)

    @property
    def _is_raced(self) -> bool:
        runs = self.race.state in {"queued", "running", "done"}
        return runs and self.race.raced == self.setup.race

    @property
    def is_begun(self) -> bool:
        """Return whether log and race were both started."""
        return self.log.setup == self.setup.log and self._is_raced

    @property
    def is_live(self) -> bool:
        """Return whether a computation is under way."""
        return self.is_begun and (self.log.is_live or self.race.is_live)

    @property
    def pace(self) -> float | None:
        """Seconds between frames; None without a computation."""
        return pace(PACE) if self.is_live else None

    def progress(self) -> tuple[float, float]:
        """Collect results; return the progress of log and race, from 0 to 1."""
        self.race.advance()
        self.log.adopt(self.log.setup, self.log.stored)
        has_log = self.log.setup == self.setup.log and self.log.result is not None
        raced = len(self.race.known) / self.race.known.plan.runs if self._is_raced else 0.0
        return 1.0 if has_log else min(self.log.share, 0.99), raced


def ahead(setup: ShowSetup) -> Ahead:
    """Return the computations of a show in this browser session."""
    return Ahead(
        setup,
        session_of(EvaluateSession, lambda: EvaluateSession(setup.log)),
        session_of(RaceSession, lambda: RaceSession(setup.race, race_queue())),
    )


def begin(setup: ShowSetup) -> None:
    """Request a step to the first screen of the show."""
    first = BOOKMARKS[setup.length][0]
    st.session_state[LEADS] = first.act, first.screen


def show_in_link() -> ShowSetup | None:
    """Return the setup of the show in the address; None without an act."""
    if not Stage.in_link().act:
        return None
    return ShowSetup.from_query(st.query_params.to_dict())[0]


def next_place() -> tuple[str, Mapping[str, str]] | None:
    """Return and clear the page requested by a step, with its query; None without a request."""
    leads: tuple[str, str] | None = st.session_state.pop(LEADS, None)
    if leads is None:
        return None
    act, screen = leads
    # The show's own page has no act in its address.
    setup = show_in_link() or current_setup(ShowSetup)
    return ACTS[act].page, setup.link_to(act, screen)
