"""A loop that is open on the page: who stands in front of it, and what their answers change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from engine.evaluation.explanation import ContributionChange, largest_changes
from engine.learners.base import Group
from engine.loop.entries import Ranked
from engine.simulation.crowd import serve
from engine.store import StoredLoop
from engine.worlds import Context, World
from pages.parts.live import serve_in_time
from pages.parts.play.arrivals import Arrivals
from pages.parts.play.view import LoopView

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Click:
    """A reward that the person gave, and what it changed.

    Attributes:
        before: the ranking that was logged.
        after: the ranking of the same context once the reward was learned.
        reward: what was sent; the default reward for no answer.
        answered: False for no answer.
        changes: the three parts of its mean reward that moved most.
    """

    before: Ranked
    after: Ranked
    reward: float
    answered: bool
    changes: tuple[ContributionChange, ...]


class OpenLoop:
    """A loop in a world, and who stands in front of it in one browser session.

    Attributes:
        stored: the loop and where it is kept.
        loop: the loop itself, to read.
        world: whose visitors it serves.
        arrivals: who stands in front of it.
        view: what the page shows of it.
        click: the reward that the person gave last, while the page tells of it.

    Args:
        now: a clock in seconds that only goes forward.
    """

    def __init__(self, stored: StoredLoop, world: World, now: Callable[[], float]) -> None:
        self.stored, self.loop, self.world = stored, stored.loop, world
        self.arrivals = Arrivals(world, self.loop.seed, now, len(self.loop.events))
        self.view = LoopView(stored, world)
        self.click: Click | None = None

    @property
    def link(self) -> str | None:
        """The loop's id, once it is kept."""
        return self.stored.id if self.stored.is_saved else None

    @property
    def room(self) -> int:
        """How many visitors it may still serve."""
        return max(self.loop.settings.max_events - len(self.loop.events), 0)

    @property
    def context(self) -> Context:
        """Of who stands there."""
        return self.arrivals.context

    @property
    def ranked(self) -> Ranked:
        """What the loop would show to who stands there, and why."""
        return self.view.ranked(self.context)

    def answer(self, values: Sequence[float | None], calls_next: bool) -> None:
        """Log answers that came together, as many as there is room for.

        All but the last are one commit; what the last one changes is the click.

        Args:
            values: rewards; None is no answer.
            calls_next: whether the next visitor walks up after each.
        """
        if not values[: self.room]:
            return
        *early, last = values[: self.room]
        if early:
            self._together(lambda: [self._log(value, calls_next) for value in early])
        context = self.context

        def work() -> tuple[Mapping[Group, float], Ranked]:
            return self.loop.contributions(self.ranked), self._log(last, calls_next)

        parts, before = self._together(work)
        after = self.view.ranked(context)
        means = before.means[before.shown], after.means[before.shown]
        self.click = Click(
            before=before,
            after=after,
            reward=self.loop.settings.default_reward if last is None else last,
            answered=last is not None,
            changes=tuple(largest_changes(parts, self.loop.contributions(before), means)),
        )

    def _log(self, value: float | None, calls_next: bool) -> Ranked:
        """Rank for who stands there and send their reward; the ranking that was logged."""
        event_id = self.loop.rank(self.world.actions, self.world.features(self.context)).event_id
        if value is None:
            self.loop.expire(event_id)
        else:
            self.loop.reward(event_id, value)
        if calls_next:
            self._call_next()
        return self.loop.events[event_id].ranked

    def _call_next(self) -> None:
        self.arrivals.call_next(len(self.loop.events))

    def serve(self, visitors: int) -> int:
        """Serve up to so many visitors as a frame has time for, in one commit; how many it were."""
        served = self._together(lambda: serve_in_time(self._serve_one, min(visitors, self.room)))
        self.click = None
        return served

    def _serve_one(self) -> None:
        """Who stands there answers as the world has it, and the next one comes."""
        serve(self.loop, self.world, self.arrivals.as_visitor(len(self.loop.events)))
        self._call_next()

    def _together(self, work: Callable[[], T]) -> T:
        """Some work as one commit; if nothing comes of it, whoever stood there still does."""
        first = self.context

        def attempt() -> T:
            self.arrivals.context = first
            return work()

        try:
            return self.stored.together(attempt)
        except BaseException:
            self.arrivals.context = first
            raise

    def undo_event(self) -> None:
        """Take back the last answered visitor; they stand there again."""
        taken = self.stored.undo_event()
        if taken is not None:
            self.arrivals.greet(self.world.context_of(taken.request))
            self.click = None
