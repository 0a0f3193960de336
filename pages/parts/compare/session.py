"""State of one browser session on the Compare page."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import RLock
from typing import NamedTuple

from engine.evaluation.apprentice_agreement import RECENT_EVENTS
from engine.evaluation.mean_intervals import Estimate
from engine.evaluation.switch_value import SwitchValue
from engine.experiments.apprentice_comparison import Comparison, ComparisonWindow
from engine.loop.event import EventState
from engine.loop.lock import locked
from engine.pausable_steps import Steps, finish
from pages.parts.charts.lines import span_of
from pages.parts.compare.comparison_cache import ComparisonCache, comparison_cache, history_of
from pages.parts.compare.history_in_link import FIRST, MAX_SWITCHES, History
from pages.parts.compare.page_settings import END, CompareSetup
from pages.parts.compare.switch_forecast import SwitchForecast
from pages.parts.settings.known_worlds import world_of
from pages.parts.work.crowd_arrivals import TICK, LivePlay, serve_in_time
from pages.parts.work.frame_pace import pace

_MAX_STORED, _MAX_VISITORS = 3, 15_000
"""Most comparisons of other worlds and seeds kept in a session, and most of their visitors, who
take some 5 KiB each."""
_FEWEST_REWARDS = 50
"""Rewards of the best offers in a window of visitors, such that its mean is legible."""
_NOTED = 250
"""Visitors between two updates of the link while a crowd arrives."""


class StoredComparison(NamedTuple):
    """Comparison of a world and seed that the session may return to; see `CompareSession`."""

    setup: CompareSetup
    story: History
    comparison: Comparison
    forecast: SwitchForecast
    alone: int


class CompareSession:
    """Three loops and the simulated crowd. Its methods run under one lock.

    Attributes:
        setup: settings on the page.
        live: the simulated crowd.
        asks_why: whether the details, which include the forecast, are open.
        story: history for the link. It lags behind while a crowd arrives, and is ahead of the
            comparison until the history of an opened link has been replayed.
        before: setup and history before each screen of a talk, by the screen's name.

    Args:
        story: history in the link.
        now: monotonic clock in seconds; it paces live play.
        cache: cache of comparisons already computed.
    """

    def __init__(
        self,
        setup: CompareSetup,
        story: History | None = None,
        now: Callable[[], float] = time.monotonic,
        cache: ComparisonCache | None = None,
    ) -> None:
        self.lock, self.now, self._cache = RLock(), now, cache or comparison_cache()
        self.setup, self.live = setup, LivePlay(self)
        self.toolbar_drawn: tuple[object, ...] = ()
        self.asks_why = False
        self._stored: dict[tuple[str, int], StoredComparison] = {}
        self.before: dict[str, tuple[CompareSetup, History]] = {}
        self.restore(story or History())

    @locked
    def reset(self) -> None:
        """Start three new loops with the same crowd."""
        setup = self.setup
        self.live.drop_waiting()
        self.world = world_of(setup.world)
        self.comparison = Comparison(
            self.world,
            setup.baseline(),
            setup.settings(),
            seed=setup.seed,
            auto=setup.auto_switch(),
        )
        self.forecast = SwitchForecast(self.comparison)
        self.story = History(0)
        self._visit: Steps[None] | None = None
        self._alone = 0
        self._cache.keep(self.lock, setup.essence, self.comparison)

    @locked
    def restore(self, story: History) -> None:
        """Restore a history: in full if its comparison is cached, else up to the first visitors.

        The remaining visitors follow after `start`.
        """
        cached = self._cache.find(self.setup.essence, story)
        self.reset()
        self.story = story
        if cached is not None:
            self.comparison, self.forecast = cached, SwitchForecast(cached)
            self._cache.keep(self.lock, self.setup.essence, cached)
            return
        finish(self._switching_as_told())
        self.live.enqueue(min(story.came, FIRST))

    @locked
    def start(self) -> None:
        """Replay the remaining visitors of the link."""
        self.live.enqueue(self.story.came - len(self.comparison))

    @property
    def is_restoring(self) -> bool:
        """Return whether the link's history has not been replayed completely."""
        return len(self.comparison) < self.story.came

    @property
    def waits_for_start(self) -> bool:
        """Return whether the link's first visitors were replayed and the rest waits for `start`."""
        first = tuple(visitors for visitors in self.story.switches if visitors <= FIRST)
        is_untouched = history_of(self.comparison) == History(FIRST, first)
        return self.is_restoring and is_untouched and not self.live.is_live

    @locked
    def adopt(self, setup: CompareSetup, history: History | None = None) -> None:
        """Apply the settings of the page; settings that affect the loops restart them.

        On return to an earlier world and seed, their comparison is restored; see `setup`.

        Args:
            history: in a new address; None without one.
        """
        before, self.setup = self.setup, setup
        if setup.place != before.place:
            self._end_visit()
            self._leave(before)
            self._come_to(setup, history)
        elif setup.essence != before.essence:
            self.reset()
        if history is not None and history != self.story:
            self.restore(history)
        self.live.end_concurrent_clicks()

    def _leave(self, before: CompareSetup) -> None:
        """Store the comparison of the previous world and seed; those stored first are dropped if
        full."""
        stored = StoredComparison(before, self.story, self.comparison, self.forecast, self._alone)
        self._stored[before.place] = stored
        while len(self._stored) > _MAX_STORED or self._stored_visitors > _MAX_VISITORS:
            del self._stored[next(iter(self._stored))]

    @property
    def _stored_visitors(self) -> int:
        return sum(len(stored.comparison) for stored in self._stored.values())

    def _come_to(self, setup: CompareSetup, history: History | None) -> None:
        """Restore the stored comparison of a world and seed, unless there is none or the link has
        another history; else reset."""
        stored = self._stored.get(setup.place)
        if stored is None or (history is not None and history != stored.story):
            self.reset()
            return
        del self._stored[setup.place]
        self.live.drop_waiting()
        previous, self.story, self.comparison, self.forecast, self._alone = stored
        self.world = self.comparison.world
        self.setup = replace(previous, auto=setup.auto, speed=setup.speed, truth=setup.truth)
        self._cache.keep(self.lock, self.setup.essence, self.comparison)

    @property
    def is_full(self) -> bool:
        """Return whether all visitors have come."""
        return not self.room

    @property
    def room(self) -> int:
        """Visitors who may still come; fewer than up to `END` while others use the memory."""
        return max(min(END - len(self.comparison), self._cache.room(self.comparison)), 0)

    @property
    def speed(self) -> int:
        """Visitors per second in live play."""
        return self.setup.speed

    @locked
    def serve(self, visitors: int) -> int:
        """See `Host`. After *Step*, a visitor's switch and forecast are completed within the same
        frame."""
        served = serve_in_time(self._serve_one, min(visitors, self._to_come))
        if self.live.is_live:
            return served
        served += self._end_visit()
        self._alone = len(self.comparison)
        return served

    @property
    def _to_come(self) -> int:
        """Visitors that may still be served, including the current visitor."""
        return self.room + (self._visit is not None)

    def _serve_one(self) -> bool:
        """Do one step of a visit; return whether the visit is complete."""
        self._visit = self._visit or self._visiting()
        for _ in self._visit:
            return False
        self._visit = None
        return True

    def _end_visit(self) -> bool:
        """Do all remaining steps of a visit; return whether a visit was under way."""
        visit, self._visit = self._visit, None
        if visit is not None:
            finish(visit)
        return visit is not None

    def _visiting(self) -> Steps[None]:
        """Serve one more visitor in each loop, then make the switches due, each with a forecast."""
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
        """Begin a frame: serve waiting visitors and update the history for the link.

        The replay of a link's history ends when the person stops the crowd.
        """
        self.live.advance()
        if not self.live.is_live:
            self._end_visit()  # The crowd was stopped within a visit.
        if self.asks_why or not self.live.is_live:
            self.forecast.follow(self.live.is_live)
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
        """Return whether visitors are arriving or a forecast is being computed."""
        return self.live.is_live or self.forecast.is_at_work

    @property
    def pace(self) -> float | None:
        """Seconds between frames; None if no visitors arrive and no forecast is being computed."""
        return self.live.pace or (pace(TICK) if self.forecast.is_at_work else None)

    @property
    def toolbar_state(self) -> tuple[object, ...]:
        """State shown in the toolbar."""
        crowd = self.live.waiting > 0, self.live.playing, self.pace, self.is_full
        return *crowd, self.setup, self.story

    @property
    def can_switch(self) -> bool:
        """Return whether the apprentice can go online, or back to watching."""
        is_busy = self.live.waiting > 0 or self.forecast.is_at_work
        return not is_busy and len(self.switches) < MAX_SWITCHES

    @locked
    def switch(self) -> None:
        """Change the apprentice's mode: online, or back to watching."""
        self._end_visit()
        finish(self._switching())

    def _switching(self) -> Steps[None]:
        if self.comparison.is_apprentice:
            is_known = self.forecast.came == len(self.comparison)
            yield from self.comparison.going_online(self.forecast.value if is_known else None)
        else:
            self.comparison.go_back()

    @locked
    def go_online_after(self, visitors: int) -> None:
        """Replay the same visitors with one switch, after this many; without a switch at the last
        visitor."""
        came = len(self.comparison)
        self.restore(History(came, (visitors,) if visitors < came else ()))
        if self.is_restoring:
            self.start()

    # -- what is shown ----------------------------------------------------------------

    @locked
    def table(self) -> list[dict[str, object]]:
        """Return one row per visitor; see `Comparison`."""
        return self.comparison.table()

    @locked
    def alone(self) -> Mapping[str, EventState] | None:
        """Return the events of the last visitor by loop if served by *Step*, else None."""
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
        """Visitor counts at which the mode changed."""
        return [visitors for visitors, _ in self.comparison.switches]

    @locked
    def latest(self) -> ComparisonWindow:
        """Return the window of the numbers shown: since going online, or all visitors."""
        *_, now = self.comparison.stretches()
        if now.mode == "online" and now.end > now.start:
            return now
        return replace(now, start=0, rewards=self.comparison.rewards())

    @locked
    def rows(self) -> tuple[list[Mapping[str, float]], list[Mapping[str, float]]]:
        """Return thinned curves: match rates, and rewards of the three loops."""
        arms = self.comparison.rows(window=self.latest_visitors)
        return list(self.comparison.record.rows()), list(arms)

    @property
    def latest_visitors(self) -> int:
        """Visitors in the windows of the mean rewards: more in a long comparison, and more where
        rewards are rare."""
        span = span_of(len(self.comparison))
        enough = span_of(_FEWEST_REWARDS / max(self.world.reward_size, 1e-6))
        return max(RECENT_EVENTS, span // 50, min(span // 5, enough))

    @locked
    def outlook(self) -> SwitchValue | None:
        """Return the current forecast; once online, the forecast made before the switch."""
        if not self.comparison.is_apprentice:
            return self.comparison.foreseen
        return self.forecast.value

    @locked
    def earned_since(self) -> Estimate | None:
        """Return the mean reward of the apprentice since it went online, after two visitors."""
        *_, now = self.comparison.stretches()
        return now.earned("apprentice") if now.mode == "online" else None
