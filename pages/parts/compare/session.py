"""The state of one browser session on the Compare page."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import RLock

from engine.evaluation.switch_value import SwitchValue, switch_value
from engine.experiments.comparison import Comparison
from engine.loop.lock import locked
from engine.worlds import WORLDS
from pages.parts.compare.history import FIRST, History
from pages.parts.compare.setup import END, CompareSetup
from pages.parts.live import LivePlay, serve_in_time

_STALE = 500
"""Visitors after which the outlook is computed anew, whatever goes on."""
_NOTED = 250
"""Visitors after which the link is written anew while a crowd comes in."""


class CompareSession:
    """Three loops, and the crowd outside. Its verbs run one at a time.

    Attributes:
        setup: what is set on the page.
        live: the crowd outside.
        story: what happened, as the link tells it: a little behind while a crowd comes in,
            ahead while what a link tells is still coming about.

    Args:
        story: what has happened already.
        now: a clock in seconds that only goes forward; it paces live play.
    """

    def __init__(
        self,
        setup: CompareSetup,
        story: History | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lock, self.now = RLock(), now
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
        self._outlook: tuple[int, SwitchValue | None] | None = None
        self.story = History(0)

    @locked
    def restore(self, story: History) -> None:
        """Begin anew and let the same come about: a few visitors now, the others as a crowd."""
        self.reset()
        self.story = story
        self._switch_as_told()
        for _ in range(min(story.came, FIRST)):
            self._serve_one()
        self.live.enqueue(story.came - len(self.comparison))

    @property
    def is_restoring(self) -> bool:
        """Whether what a link tells is still coming about."""
        return len(self.comparison) < self.story.came

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
        self.comparison.auto = None if self.is_restoring else self.setup.auto_switch()
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
        now = History(len(self.comparison), tuple(self.switches))
        is_news = now.switches != self.story.switches or now.came - self.story.came >= _NOTED
        if not self.live.is_live or (is_news and not self.is_restoring):
            self.story = now

    @property
    def toolbar_state(self) -> tuple[object, ...]:
        """All that the toolbar shows."""
        return (self.setup, self.live.waiting > 0, self.live.playing, self.is_full, self.story)

    @locked
    def switch(self) -> None:
        """Send the apprentice online, or back."""
        if self.comparison.is_apprentice:
            self.comparison.go_online()
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
        last = self._outlook[0] if self._outlook else -_STALE
        behind = len(self.comparison) - last
        # With exploration it takes two more models: too long for every frame of a crowd.
        if behind >= _STALE or (behind and not (self.live.is_live and self.setup.explore)):
            self._outlook = (len(self.comparison), switch_value(self.comparison.apprentice))
        return self._outlook[1] if self._outlook else None

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
