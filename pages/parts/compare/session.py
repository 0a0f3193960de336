"""The state of one browser session on the Compare page."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import RLock
from typing import NamedTuple

from engine.evaluation.switch_value import SwitchValue
from engine.experiments.comparison import Comparison, ComparisonWindow
from engine.loop.event import EventState
from engine.loop.lock import locked
from engine.steps import Steps, finish
from pages.parts.compare.foresight import Foresight
from pages.parts.compare.history import FIRST, MAX_SWITCHES, History
from pages.parts.compare.setup import END, CompareSetup
from pages.parts.compare.stories import Stories, history_of, stories
from pages.parts.settings.known_worlds import world_of
from pages.parts.work.frames import pace
from pages.parts.work.live import TICK, LivePlay, serve_in_time

_LEFT = 3
"""Comparisons of other worlds and seeds that are kept; one that all have met takes some 20 MiB."""
_NOTED = 250
"""Visitors after which the link is written anew while a crowd comes in."""


class Left(NamedTuple):
    """A comparison as it was left for another world or seed; see `CompareSession`."""

    setup: CompareSetup
    story: History
    comparison: Comparison
    foresight: Foresight
    alone: int


class CompareSession:
    """Three loops, and the crowd outside. Its verbs run one at a time.

    Attributes:
        setup: what is set on the page.
        live: the crowd outside.
        asks_why: whether somebody looks behind the numbers, where the outlook is.
        story: what happened, as the link tells it: a little behind while a crowd comes in,
            ahead until what a link tells has come about.
        before: what was set and had happened before each screen of a talk, by the screen's name.

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
        self.asks_why = False
        self._left: dict[tuple[str, int], Left] = {}
        self.before: dict[str, tuple[CompareSetup, History]] = {}
        self.restore(story or History())

    @locked
    def reset(self) -> None:
        """Three new loops before the same crowd."""
        setup = self.setup
        self.live.send_away()
        self.world = world_of(setup.world)
        self.comparison = Comparison(
            self.world,
            setup.baseline(),
            setup.settings(),
            seed=setup.seed,
            auto=setup.auto_switch(),
        )
        self.foresight = Foresight(self.comparison)
        self.story = History(0)
        self._visit: Steps[None] | None = None
        self._alone = 0
        self._known.keep(self.lock, setup.essence, self.comparison)

    @locked
    def restore(self, story: History) -> None:
        """Show what a link tells: at once what is known already, else its first visitors.

        The others come once a person says so, see `start`.
        """
        found = self._known.find(self.setup.essence, story)
        self.reset()
        self.story = story
        if found is not None:
            self.comparison, self.foresight = found, Foresight(found)
            self._known.keep(self.lock, self.setup.essence, found)
            return
        finish(self._switching_as_told())
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

        Where a world and a seed are come back to, all is as it was left; see `setup`.

        Args:
            told: what a new address tells; None if it tells nothing.
        """
        before, self.setup = self.setup, setup
        if setup.place != before.place:
            self._end_visit()
            self._leave(before)
            self._come_to(setup, told)
        elif setup.essence != before.essence:
            self.reset()
        if told is not None and told != self.story:
            self.restore(told)
        self.live.settle()

    def _leave(self, before: CompareSetup) -> None:
        """Keep what is left, in place of what was left longest ago."""
        left = Left(before, self.story, self.comparison, self.foresight, self._alone)
        self._left[before.place] = left
        if len(self._left) > _LEFT:
            del self._left[next(iter(self._left))]

    def _come_to(self, setup: CompareSetup, told: History | None) -> None:
        """Go on with what was left in a world, unless another story is told; or begin there."""
        left = self._left.get(setup.place)
        if left is None or (told is not None and told != left.story):
            self.reset()
            return
        del self._left[setup.place]
        self.live.send_away()
        was, self.story, self.comparison, self.foresight, self._alone = left
        self.world = self.comparison.world
        self.setup = replace(was, auto=setup.auto, speed=setup.speed, truth=setup.truth)
        self._known.keep(self.lock, self.setup.essence, self.comparison)

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
        """See `Host`. Who presses *Step* sees all that follows from the visitor at once."""
        served = serve_in_time(self._serve_one, min(visitors, self._to_come))
        if self.live.is_live:
            return served
        served += self._end_visit()
        self._alone = len(self.comparison)
        return served

    @property
    def _to_come(self) -> int:
        """Visitors who may still be served, with the one who is being."""
        return END - len(self.comparison) + (self._visit is not None)

    def _serve_one(self) -> bool:
        """Do a step for a visitor; whether it was the last one."""
        self._visit = self._visit or self._visiting()
        for _ in self._visit:
            return False
        self._visit = None
        return True

    def _end_visit(self) -> bool:
        """Do all steps that are left for a visitor; whether there were any."""
        visit, self._visit = self._visit, None
        if visit is not None:
            finish(visit)
        return visit is not None

    def _visiting(self) -> Steps[None]:
        """One visitor more for each loop, and the switches after them: each with its outlook."""
        may_switch = not self.is_restoring and len(self.switches) < MAX_SWITCHES
        self.comparison.auto = self.setup.auto_switch() if may_switch else None
        yield from self.comparison.stepping()
        yield from self._switching_as_told()

    def _switching_as_told(self) -> Steps[None]:
        for visitors in self.story.switches[len(self.switches) :]:
            if visitors == len(self.comparison):
                yield from self._switching()

    @locked
    def advance(self) -> None:
        """Begin a frame: a crowd walks in, and what happened is noted.

        What a link tells comes about no further once it was stopped.
        """
        self.live.advance()
        if not self.live.is_live:
            self._end_visit()  # It was stopped.
        if self.asks_why or not self.live.is_live:
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
        self._end_visit()
        finish(self._switching())

    def _switching(self) -> Steps[None]:
        if self.comparison.is_apprentice:
            is_known = self.foresight.came == len(self.comparison)
            yield from self.comparison.going_online(self.foresight.value if is_known else None)
        else:
            self.comparison.go_back()

    @locked
    def go_online_after(self, visitors: int) -> None:
        """Let the same visitors come again, with one switch after so many; none if all came."""
        came = len(self.comparison)
        self.restore(History(came, (visitors,) if visitors < came else ()))
        if self.is_restoring:
            self.start()

    # -- what is shown ----------------------------------------------------------------

    @locked
    def table(self) -> list[dict[str, object]]:
        """A row for each visitor; see `Comparison`."""
        return self.comparison.table()

    @locked
    def alone(self) -> Mapping[str, EventState] | None:
        """What the last visitor met in each loop, if it was *Step* that let them in."""
        if not self._alone or self._alone != len(self.comparison):
            return None
        last = {arm: loop.last for arm, loop in self.comparison.loops.items()}
        return {
            arm: self.comparison.loops[arm].events[ranked.event_id]
            for arm, ranked in last.items()
            if ranked is not None
        }

    @property
    def switches(self) -> list[int]:
        """Numbers of visitors after which the mode changed."""
        return [visitors for visitors, _ in self.comparison.switches]

    @locked
    def latest(self) -> ComparisonWindow:
        """What its numbers are about: all that came, or since it went online."""
        *_, now = self.comparison.stretches()
        if now.mode == "online" and now.end > now.start:
            return now
        return replace(now, start=0, rewards=self.comparison.rewards())

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
