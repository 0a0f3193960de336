"""The state of one browser session on the Compare page."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import RLock

from engine.evaluation.switch_value import SwitchValue
from engine.experiments.comparison import Comparison
from engine.loop.lock import locked
from engine.worlds import WORLDS
from pages.parts.compare.foresight import Foresight
from pages.parts.compare.history import FIRST, MAX_SWITCHES, History
from pages.parts.compare.setup import END, CompareSetup
from pages.parts.compare.stories import Stories, history_of, stories
from pages.parts.frames import pace
from pages.parts.live import TICK, LivePlay, serve_in_time

_NOTED = 250
"""Visitors after which the link is written anew while a crowd comes in."""


class CompareSession:
    """Three loops, and the crowd outside. Its verbs run one at a time.

    Attributes:
        setup: what is set on the page.
        live: the crowd outside.
        story: what happened, as the link tells it: a little behind while a crowd comes in,
            ahead until what a link tells has come about.

    Args:
        story: what has happened, as a link tells it.
        now: a clock in seconds that only goes forward; it paces live play.
        known: where what was computed already may be found.
    """

    def __init__(
        self,
        setup: CompareSetup,
        story: History | None = None,
        now: Callable[[], float] = time.monotonic,
        known: Stories | None = None,
    ) -> None:
        self.lock, self.now, self._known = RLock(), now, known or stories()
        self.setup, self.live = setup, LivePlay(self)
        self.toolbar_drawn: tuple[object, ...] = ()
        self.restore(story or History())

    @locked
    def reset(self) -> None:
        """Three new loops before the same crowd."""
        setup = self.setup
        self.live.send_away()
        self.world = WORLDS[setup.world]
        self.comparison = Comparison(
            self.world,
            setup.baseline(),
            setup.settings(),
            seed=setup.seed,
            auto=setup.auto_switch(),
        )
        self.foresight = Foresight(self.comparison)
        self.story = History(0)
        self._known.keep(self.lock, _essence(setup), self.comparison)

    @locked
    def restore(self, story: History) -> None:
        """Show what a link tells: at once what is known already, else its first visitors.

        The others come once a person says so, see `start`.
        """
        found = self._known.find(_essence(self.setup), story)
        self.reset()
        self.story = story
        if found is not None:
            self.comparison, self.foresight = found, Foresight(found)
            self._known.keep(self.lock, _essence(self.setup), found)
            return
        self._switch_as_told()
        self.live.enqueue(min(story.came, FIRST))

    @locked
    def start(self) -> None:
        """Let come about what a link tells."""
        self.live.enqueue(self.story.came - len(self.comparison))

    @property
    def is_restoring(self) -> bool:
        """Whether what a link tells has not come about yet."""
        return len(self.comparison) < self.story.came

    @property
    def waits_for_start(self) -> bool:
        """Whether what a link tells has come about as far as it does by itself."""
        first = tuple(visitors for visitors in self.story.switches if visitors <= FIRST)
        is_untouched = history_of(self.comparison) == History(FIRST, first)
        return self.is_restoring and is_untouched and not self.live.is_live

    @locked
    def adopt(self, setup: CompareSetup, told: History | None = None) -> None:
        """Follow what is set on the page; what the loops depend on starts them anew.

        Args:
            told: what a new address tells; None if it tells nothing.
        """
        is_new = _essence(setup) != _essence(self.setup)
        self.setup = setup
        if is_new:
            self.reset()
        if told is not None and told != self.story:
            self.restore(told)
        self.live.settle()

    @property
    def is_full(self) -> bool:
        """Whether everybody has come."""
        return len(self.comparison) >= END

    @property
    def speed(self) -> int:
        """Visitors a second of live play."""
        return self.setup.speed

    @locked
    def serve(self, visitors: int) -> int:
        """See `Host`."""
        return serve_in_time(self._serve_one, min(visitors, END - len(self.comparison)))

    def _serve_one(self) -> None:
        """One visitor more for each loop."""
        may_switch = not self.is_restoring and len(self.switches) < MAX_SWITCHES
        self.comparison.auto = self.setup.auto_switch() if may_switch else None
        self.comparison.step()
        self._switch_as_told()

    def _switch_as_told(self) -> None:
        for visitors in self.story.switches[len(self.switches) :]:
            if visitors == len(self.comparison):
                self.switch()

    @locked
    def advance(self) -> None:
        """Begin a frame: a crowd walks in, and what happened is noted.

        What a link tells comes about no further once it was stopped.
        """
        self.live.advance()
        self.foresight.follow(self.live.is_live)
        now = history_of(self.comparison)
        if self.live.is_live:
            is_news = now.switches != self.story.switches or now.came - self.story.came >= _NOTED
            is_news = is_news and not self.is_restoring
        else:
            is_news = not self.waits_for_start
        if is_news:
            self.story = now

    @property
    def is_live(self) -> bool:
        """Whether something comes about by itself."""
        return self.live.is_live or self.foresight.is_at_work

    @property
    def pace(self) -> float | None:
        """Seconds from one frame to the next; None while nothing comes about by itself."""
        return self.live.pace or (pace(TICK) if self.foresight.is_at_work else None)

    @property
    def toolbar_state(self) -> tuple[object, ...]:
        """All that the toolbar shows."""
        crowd = self.live.waiting > 0, self.live.playing, self.pace, self.is_full
        return *crowd, self.setup, self.story

    @property
    def can_switch(self) -> bool:
        """Whether the apprentice can be sent online, or back."""
        is_busy = self.live.waiting > 0 or self.foresight.is_at_work
        return not is_busy and len(self.switches) < MAX_SWITCHES

    @locked
    def switch(self) -> None:
        """Send the apprentice online, or back."""
        if self.comparison.is_apprentice:
            is_known = self.foresight.came == len(self.comparison)
            self.comparison.go_online(self.foresight.value if is_known else None)
        else:
            self.comparison.go_back()

    # -- what is shown ----------------------------------------------------------------

    @property
    def switches(self) -> list[int]:
        """Numbers of visitors after which the mode changed."""
        return [visitors for visitors, _ in self.comparison.switches]

    @locked
    def mean(self, arm: str) -> float:
        """Mean reward of an arm so far; NaN before the first visitor."""
        earned = self.comparison.rewards()[arm]
        return float(earned.mean()) if len(earned) else float("nan")

    @locked
    def rows(self) -> tuple[list[Mapping[str, float]], list[Mapping[str, float]]]:
        """Thinned curves: of the match, and of the three loops' rewards."""
        return list(self.comparison.record.rows()), list(self.comparison.rows())

    @locked
    def outlook(self) -> SwitchValue | None:
        """What is known of going online; once online, what was known before the switch."""
        if not self.comparison.is_apprentice:
            return self.comparison.foreseen
        return self.foresight.value

    @locked
    def earned_since(self) -> tuple[float, float] | None:
        """Mean reward of the apprentice since it went online, and its standard error."""
        *_, now = self.comparison.stretches()
        if now.mode != "online" or now.end - now.start < 2:
            return None
        return now.mean("apprentice"), now.error("apprentice")


def _essence(setup: CompareSetup) -> CompareSetup:
    """What the three loops depend on: all but how they are looked at, and when one switches."""
    return replace(setup, auto=0, speed=1, truth=False)
