"""A loop that is open on the page: who stands in front of it, and what their answers change.

What it shows never changes, whatever others do to the loop: each part is computed once for every
state of the log.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from engine import PersonalizerError
from engine.evaluation.context_map import favourites
from engine.evaluation.explanation import changes, summary
from engine.evaluation.learning_curve import LearningCurve
from engine.learners.base import Contribution, Source
from engine.loop.entries import Ranked
from engine.loop.lock import locked
from engine.loop.log import Mark
from engine.simulation.crowd import serve
from engine.store import StoredLoop
from engine.worlds import Context, World
from pages.parts.play.arrivals import Arrivals
from pages.parts.play.shown_offers import LeftError, Offer, Offers
from pages.parts.play.side_loop import Second
from pages.parts.play.undo_stack import Acts, Bookmark, What
from pages.parts.work.live_play import serve_in_time

T = TypeVar("T")

MOST_MARKS = 100
"""Bookmarks by hand that are kept: the oldest go first."""
_TOGETHER = 20
"""Visitors that come in at once where a second loop meets them, too: it takes as much time."""


@dataclass(frozen=True, slots=True)
class Click:
    """A reward that the person gave, and what it changed.

    Attributes:
        before: the ranking that was logged.
        after: the ranking of the same context once the reward was learned.
        reward: what was sent; the default reward where nobody ``answered``.
        changes: the parts of the move of its mean reward, the largest first.
    """

    before: Ranked
    after: Ranked
    reward: float
    answered: bool
    changes: Mapping[Source, float]


class OpenLoop:
    """A loop in a world, and who stands in front of it in one browser session.

    Attributes:
        loop: the stored loop itself, to read.
        home: the world in which it began.
        acts: what was done with it from here.
        marks: places of its log that were bookmarked by hand, the latest.
        click: the reward that the person gave last, while the page tells of it.
        stepped: the visitor who came alone last, and their reward, while the page tells of them.
        offers: what was shown.
        last: the last visitor's ranking as the page shows them.
        second: what stands beside it, if anything does.
    """

    def __init__(self, stored: StoredLoop) -> None:
        assert stored.world is not None, "whoever opens a loop here has seen that it has a world"
        self.stored, self.loop, self.home = stored, stored.loop, stored.world
        self.arrivals = Arrivals(lambda: self.world, self.loop.seed, len(self.loop.events))
        self.acts = Acts(stored, self.arrivals)
        self.marks: deque[tuple[Mark, Bookmark]] = deque(maxlen=MOST_MARKS)
        self.click: Click | None = None
        self.stepped: tuple[Ranked, float] | None = None
        self.offers = Offers()
        self.last: Ranked | None = None
        self.second: Second | None = None
        self.lock = stored.lock
        self._seen = -1
        self._parts: dict[object, Any] = {}

    @property
    def world(self) -> World:
        """The world as it is now: it may have been changed since the loop began."""
        return self.stored.world_now or self.home

    @property
    def latest(self) -> Ranked | None:
        """The last visitor's ranking; None also if the world has changed since."""
        last = self.loop.last
        return last if last is not None and self._is_of_now(last) else None

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
            self._forget_what_is_gone()
            return self.offers.show(self.loop.log.position, self.context, self.ranked)

    def _forget_what_is_gone(self) -> None:
        """Tell of no visitor whom others have taken back, or who came to another world."""
        told = self.click.before if self.click else self.stepped and self.stepped[0]
        if told:
            event = self.loop.events.get(told.event_id)
            if event is None or event.ranked != told or not self._is_of_now(told):
                self.click = self.stepped = None

    def _is_of_now(self, ranked: Ranked) -> bool:
        """Whether the world has not changed since an event."""
        since = max(self.loop.state.changes, default=0)
        return self.loop.events[ranked.event_id].number >= since

    def favoured(self, *along: str) -> list[dict[str, object]]:
        """What it favours in every context; of a world that no map has room for in those of a map
        along these fields, the first two if none are told."""
        cells = self.mapped(self.context, *along)
        part = "favoured" if cells is None else ("favoured", *cells)
        return self._part(part, lambda: favourites(self.loop, self.world, cells))

    @property
    def changed_before(self) -> Sequence[int]:
        """After how many visitors the world changed, each time."""
        return self.loop.state.changes

    def mapped(self, context: Context, *along: str) -> list[int] | None:
        """The cells of such a map; None for all of a world that a map has room for."""
        if self.world.is_mapped_whole:
            return None
        names = along or [field.name for field in self.world.fields[:2]]
        return self.world.mapped(context, *names)

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
        what: What = "mode" if "learning_mode" in changes else "settings"
        self.acts.act(what, lambda: self.stored.configure(**changes))
        self.click = self.stepped = None

    def change_world(self, world: World) -> None:
        """The world is another from here on; nothing that was learned is forgotten."""
        self.acts.act("world", lambda: self.stored.change_world(world))
        self.click = self.stepped = None

    def answer(self, offer: Offer, value: float | None, calls_next: bool) -> None:
        """Log the answer to an offer as it was shown, in one commit; None is no answer.

        What it changes is the click. The next visitor walks up after it if ``calls_next``.

        Raises:
            LeftError: if the visitor is not there any more, or something else would be offered.
        """
        loop = self.loop

        def work() -> tuple[Mapping[Source, Contribution], Ranked]:
            if not offer.stands(self.ranked_for(offer.context)):
                raise LeftError
            learned = self._sources(offer.ranked), self._log(offer.context, value)
            if calls_next:
                self.arrivals.call_next(len(loop.events))
            return learned

        parts, before = self.acts.act("answer", work)
        after = self.ranked_for(offer.context)
        self.stepped = None
        self.click = Click(
            before=before,
            after=after,
            reward=loop.settings.default_reward if value is None else value,
            answered=value is not None,
            changes=summary(changes(parts, self._sources(before))),
        )

    def _sources(self, ranked: Ranked) -> Mapping[Source, Contribution]:
        """What the belief about the shown action is made of now; whoever answers again mostly is
        shown the same."""
        part = "sources", ranked.request.context, ranked.request.actions, ranked.shown
        return self._part(part, lambda: self.loop.contributions(ranked))

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

    def serve(self, visitors: int, crowd: int | None = None) -> int:
        """Serve up to so many visitors as a frame has time for, in one commit; how many it were.

        They are a part of a ``crowd``, or one who came alone.
        """

        most = min(visitors, self.room, _TOGETHER if self.second else visitors)

        def work() -> int:
            return serve_in_time(self._serve_one, most)

        served = self.acts.act("answer" if crowd is None else "crowd", work, crowd)
        if self.second is not None:
            self.second.follow()
        self.click = self.stepped = None
        last = self.loop.last
        if crowd is None and served and last is not None:
            self.stepped = last, sum(self.loop.events[last.event_id].rewards)
        return served

    def _serve_one(self) -> bool:
        """Who stands there answers as the world has it, and the next one comes: all in one step."""
        serve(self.loop, self.world, self.arrivals.as_visitor(len(self.loop.events)))
        self.arrivals.call_next(len(self.loop.events))
        return True

    def undo(self) -> None:
        """Take back the last act from here, or else the visitor whom the page shows as the last.

        Whoever stood there does again.

        Raises:
            PersonalizerError: if others have taken them back, or done more, since.
        """
        if not self.acts.undo() and not self.acts.undo_event(self.last):
            sentence = "The last visitor on this page is no longer the last of the loop"
            raise PersonalizerError("BadRequest", f"{sentence}: nothing was undone.", "entries")
        self.click = self.stepped = None

    def redo(self) -> None:
        """Bring back what was taken back last."""
        self.acts.redo()
        self.click = self.stepped = None
