"""A loop that is open on the page: who stands in front of it, and what their answers change.

What it shows never changes, whatever others do to the loop: each part is computed once for every
state of the log.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from engine import PersonalizerError
from engine.evaluation.context_map import favourites
from engine.evaluation.explanation import ContributionChange, largest_changes
from engine.evaluation.learning_curve import LearningCurve
from engine.learners.base import Group
from engine.loop.entries import Ranked
from engine.loop.lock import locked
from engine.simulation.crowd import serve
from engine.store import StoredLoop
from engine.worlds import Context
from pages.parts.live import serve_in_time
from pages.parts.play.arrivals import Arrivals
from pages.parts.play.offers import LeftError, Offer, Offers

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Click:
    """A reward that the person gave, and what it changed.

    Attributes:
        before: the ranking that was logged.
        after: the ranking of the same context once the reward was learned.
        reward: what was sent; the default reward where nobody ``answered``.
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
        loop: the stored loop itself, to read.
        click: the reward that the person gave last, while the page tells of it.
        offers: what was shown.
        last: the last visitor's ranking as the page shows them.
    """

    def __init__(self, stored: StoredLoop, now: Callable[[], float]) -> None:
        assert stored.world is not None, "whoever opens a loop here has seen that it has a world"
        self.stored, self.loop, self.world = stored, stored.loop, stored.world
        self.arrivals = Arrivals(self.world, self.loop.seed, now, len(self.loop.events))
        self.click: Click | None = None
        self.offers = Offers()
        self.last: Ranked | None = None
        self.lock = stored.lock
        self._seen = -1
        self._parts: dict[object, Any] = {}

    @property
    def link(self) -> str | None:
        """The name in links under which it is looked at, once it is kept."""
        return self.stored.view if self.stored.is_saved else None

    @property
    def room(self) -> int:
        """How many visitors it may still serve."""
        return max(self.loop.settings.max_events - len(self.loop.events), 0)

    @property
    def context(self) -> Context:
        """Of who stands there."""
        return self.arrivals.context

    # -- what is shown ----------------------------------------------------------------

    @property
    def ranked(self) -> Ranked:
        """What the loop would show to who stands there, and why."""
        return self.ranked_for(self.context)

    def ranked_for(self, context: Context) -> Ranked:
        """What it would show there. It is logged once it is answered."""
        actions, features = self.world.actions, self.world.features(context)
        return self._part(tuple(context.items()), lambda: self.loop.preview(actions, features))

    def show(self) -> Offer:
        """What is on the screen from here on."""
        with self.lock:
            self.last = self._part("last", lambda: self.loop.last)
            return self.offers.show(self.loop.log.position, self.context, self.ranked)

    def favoured(self) -> list[dict[str, object]]:
        """What it favours in every context."""
        return self._part("favoured", lambda: favourites(self.loop, self.world))

    def curve(self) -> Sequence[Mapping[str, float]]:
        """What its visitors have earned up to now; see `LearningCurve.rows`."""
        return self._part("curve", lambda: tuple(self.stored.follow(LearningCurve).rows()))

    @locked
    def _part(self, name: object, compute: Callable[[], T]) -> T:
        """The log tells when a part is old, but for the time: it matters while a wait may end."""
        if self.loop.log.position != self._seen or self.loop.state.waiting:
            self._seen, self._parts = self.loop.log.position, {}
        if name not in self._parts:
            self._parts[name] = compute()
        part: T = self._parts[name]
        return part

    # -- what changes it --------------------------------------------------------------

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Change settings of the loop."""
        self.stored.configure(**changes)
        self.click = None

    def answer(self, offer: Offer, value: float | None, calls_next: bool) -> None:
        """Log the answer to an offer as it was shown, in one commit; None is no answer.

        What it changes is the click. The next visitor walks up after it if ``calls_next``.

        Raises:
            LeftError: if the visitor is not there any more, or something else would be offered.
        """
        loop = self.loop

        def work() -> tuple[Mapping[Group, float], Ranked]:
            if not offer.stands(self.ranked_for(offer.context)):
                raise LeftError
            return loop.contributions(offer.ranked), self._log(offer.context, value)

        parts, before = self._together(work)
        if calls_next:
            self.arrivals.call_next(len(loop.events))
        after = self.ranked_for(offer.context)
        means = before.means[before.shown], after.means[before.shown]
        self.click = Click(
            before=before,
            after=after,
            reward=loop.settings.default_reward if value is None else value,
            answered=value is not None,
            changes=tuple(largest_changes(parts, loop.contributions(before), means)),
        )

    def _log(self, context: Context, value: float | None) -> Ranked:
        """Rank in a context and send the reward; the ranking that was logged."""
        event_id = self.loop.rank(self.world.actions, self.world.features(context)).event_id
        if value is None:
            self.loop.expire(event_id)
        else:
            self.loop.reward(event_id, value)
        return self.loop.events[event_id].ranked

    def has(self, offer: Offer, value: float | None) -> bool:
        """Whether this answer to an offer is in the log."""
        event = self.loop.events.get(offer.ranked.event_id)
        rewards = [] if value is None else [value]
        return event is not None and offer.stands(event.ranked) and event.rewards == rewards

    def serve(self, visitors: int) -> int:
        """Serve up to so many visitors as a frame has time for, in one commit; how many it were."""
        served = self._together(lambda: serve_in_time(self._serve_one, min(visitors, self.room)))
        self.click = None
        return served

    def _serve_one(self) -> None:
        """Who stands there answers as the world has it, and the next one comes."""
        serve(self.loop, self.world, self.arrivals.as_visitor(len(self.loop.events)))
        self.arrivals.call_next(len(self.loop.events))

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
        """Take back the visitor whom the page shows as the last; they stand there again.

        Raises:
            PersonalizerError: if others have taken them back, or answered more, since.
        """
        taken = self.stored.undo_event(self.last)
        if taken is None:
            sentence = "The last visitor on this page is not the last of the loop any more"
            raise PersonalizerError("BadRequest", f"{sentence}: nobody was taken back.", "entries")
        self.arrivals.greet(self.world.context_of(taken.request))
        self.click = None
