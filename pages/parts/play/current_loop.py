"""Loop that is open on the page, with its waiting visitor and the effects of answers.

Displayed values are computed once per state of the log.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from engine import PersonalizerError
from engine.evaluation.answer_reach import answer_reach
from engine.evaluation.event_rows import latest_rows
from engine.evaluation.favoured_actions import favoured_actions
from engine.evaluation.learning_curve import LearningCurve, recent_visitors
from engine.evaluation.mean_intervals import Estimate, estimate_of_rewards
from engine.loop.entries import Ranked
from engine.loop.lock import locked
from engine.loop.log import Mark
from engine.loop.multi_slot import page_of
from engine.protocol.multi_slot import SLOT
from engine.simulation.simulated_visitors import give_answer, serve
from engine.simulation.usual_reward import stated_prices
from engine.store import StoredLoop
from engine.worlds import Context, World
from engine.worlds.world_history import WorldChange
from pages.parts.play.arrivals import Arrivals
from pages.parts.play.second_loop import SideLoop
from pages.parts.play.shown_offers import Offer, ShownOffers, VisitorLeftError
from pages.parts.play.undo_stack import ActKind, Bookmark, UndoStack
from pages.parts.work.crowd_arrivals import serve_in_time

T = TypeVar("T")

MOST_MARKS = 100
"""Maximum number of manual bookmarks; the oldest are dropped."""
_TOGETHER = 20
"""Visitors per batch with a second loop, which takes as much time again."""


@dataclass(frozen=True, slots=True)
class Click:
    """Reward given by a click, and its effect.

    Attributes:
        before: logged ranking.
        after: ranking of the same context after learning.
        reward: sent reward; the default reward if nobody ``answered``.
        entries: number of entries of the log after the answer.
        reach: change of the action's lead over the best other one, by cell of the map that was
            drawn before, 0 where it is small (`answer_reach`); empty without such a map.
    """

    before: Ranked
    after: Ranked
    reward: float
    answered: bool
    entries: int
    reach: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Map:
    """Name of the favourites of some cells among the parts of a state; None for all cells."""

    cells: tuple[int, ...] | None


class OpenLoop:
    """Loop in a world, and the visitor who waits in this browser session.

    Attributes:
        loop: the stored loop itself, for reading.
        home: world at the loop's start.
        undo_stack: acts from this session.
        marks: log positions bookmarked by hand, the latest.
        click: last reward given by a click, while displayed.
        answered_turn: `Arrivals.turn` of that click.
        stepped: last single simulated visitor and reward, while displayed.
        offers: displayed offers.
        last: last visitor's ranking as displayed.
        side_loop: second loop, if there is one.
    """

    def __init__(self, stored: StoredLoop) -> None:
        assert stored.world is not None, "callers open only loops with a world"
        self.stored, self.loop, self.home = stored, stored.loop, stored.world
        self.arrivals = Arrivals(lambda: self.world, self.loop.seed, len(self.loop.events))
        self.undo_stack = UndoStack(stored, self.arrivals)
        self.marks: deque[tuple[Mark, Bookmark]] = deque(maxlen=MOST_MARKS)
        self.click: Click | None = None
        self.answered_turn = -1
        self.stepped: tuple[Ranked, float] | None = None
        self.offers = ShownOffers()
        self.last: Ranked | None = None
        self.side_loop: SideLoop | None = None
        self.lock = stored.lock
        self._seen: object = None
        self._parts: dict[object, Any] = {}

    @property
    def world(self) -> World:
        """Current world; may differ from the world at the loop's start."""
        return self.stored.world_now or self.home

    @property
    def latest(self) -> Ranked | None:
        """Last visitor's ranking; None if the world has changed since."""
        last = self.loop.last
        return last if last is not None and self._is_of_now(last) else None

    @property
    def link(self) -> str | None:
        """Read-only name of the loop in links; None before it is stored."""
        return self.stored.view if self.stored.is_saved else None

    @property
    def room(self) -> int:
        """Number of visitors that can still be served."""
        events = max(self.loop.settings.max_events - len(self.loop.events), 0)
        return events // (len(self.world.slots) or 1)

    @property
    def context(self) -> Context:
        """Context of the waiting visitor."""
        return self.arrivals.context

    # -- what is shown ----------------------------------------------------------------

    @property
    def ranked(self) -> Ranked:
        """Ranking for the waiting visitor."""
        return self.ranked_for(self.context)

    def ranked_for(self, context: Context) -> Ranked:
        """Return the ranking for a context; logged only when answered."""
        return self.page(context)[self._slot_of(context)]

    def _slot_of(self, context: Context) -> int:
        """Return the number of a context's slot, 0 without slots."""
        slots = self.world.slots
        return slots.index(context[SLOT]) if slots else 0

    def page(self, context: Context) -> tuple[Ranked, ...]:
        """Return the rankings for all slots of a visitor's page, or the only one without slots.

        They are logged with the answer to the first of them.
        """
        visitor = self.world.in_slot(context, 0)
        return self._part(tuple(visitor.items()), lambda: self._page(visitor))

    def _page(self, visitor: Context) -> tuple[Ranked, ...]:
        if self.world.slots:
            begun = self._begun_page(visitor)
            return begun or self.loop.preview_multi_slot(self.world.multi_slot(visitor))
        return (self.loop.preview(self.world.actions, self.world.features(visitor)),)

    def _begun_page(self, visitor: Context) -> tuple[Ranked, ...]:
        """Return the logged rankings of a visitor's page while some of them wait for an answer."""
        latest = self.latest
        if latest is None or latest.slot is None:
            return ()
        world, page = self.world, page_of(self.loop.events, latest.slot.call)
        is_here = world.in_slot(world.context_of(latest.request), 0) == visitor
        return page if is_here and not all(map(self.is_answered, page)) else ()

    def is_answered(self, ranked: Ranked) -> bool:
        """Return True if the log has the answer to a ranking."""
        event = self.loop.events.get(ranked.event_id)
        return event is not None and bool(event.rewards or not event.open)

    @property
    def is_served(self) -> bool:
        """True if the person has answered the waiting visitor, in every slot, and nothing since."""
        here = self.click is not None and self.answered_turn == self.arrivals.turn
        return here and not self._begun_page(self.world.in_slot(self.context, 0))

    def show(self) -> Offer:
        """Register and return the displayed offer."""
        with self.lock:
            self.last = self._part("last", lambda: self.loop.last)
            self._drop_outdated()
            return self.offers.show(self.loop.log.position, self.context, self.ranked)

    def _drop_outdated(self) -> None:
        """Drop the click or step if its event was undone, or precedes a change of the world."""
        ranked = self.click.before if self.click else self.stepped and self.stepped[0]
        if ranked:
            event = self.loop.events.get(ranked.event_id)
            if event is None or event.ranked != ranked or not self._is_of_now(ranked):
                self.click = self.stepped = None

    def _is_of_now(self, ranked: Ranked) -> bool:
        """Return True if the world has not changed since an event."""
        since = max(self.loop.state.changes, default=0)
        return self.loop.events[ranked.event_id].number >= since

    def favoured(self, *along: str) -> list[dict[str, object]]:
        """Return the favourite action of each context; in a large world, of the contexts on a map
        along some fields (the first two by default)."""
        return self._favoured(self.mapped(self.context, *along))

    def _favoured(self, cells: list[int] | None) -> list[dict[str, object]]:
        part = _Map(None if cells is None else tuple(cells))
        return self._part(
            part, lambda: favoured_actions(self.loop, self.world, cells, self.untried)
        )

    @property
    def changed_before(self) -> Sequence[int]:
        """Number of visitors before each change of the world."""
        return self.loop.state.changes

    def changes(self) -> Sequence[WorldChange]:
        """Return the changes of the world after the first visitor."""
        return self.stored.follow(LearningCurve).versions.changes

    def mapped(self, context: Context, *along: str) -> list[int] | None:
        """Return the cells of a map in a large world; None if a map shows the whole world."""
        if self.world.is_mapped_whole:
            return None
        names = along or [field.name for field in self.world.fields[:2]]
        return self.world.mapped(context, *names)

    def curve(self) -> Sequence[Mapping[str, float]]:
        """Return the learning curve; see `LearningCurve.rows`."""
        return self._part("curve", lambda: tuple(self.stored.follow(LearningCurve).rows()))

    def newcomers(self) -> Mapping[str, int]:
        """Return the names of actions that the last change of the world has added, with the number
        of visitors who have been offered them; empty once `recent` visitors have come since."""
        return self._part("newcomers", self._newcomers)

    def _newcomers(self) -> Mapping[str, int]:
        versions = self.stored.follow(LearningCurve).versions
        come = len(self.loop.events) - versions.since[-1]
        if len(versions.worlds) < 2 or come > self.recent:
            return {}
        before, now = ({item.id for item in world.items} for world in versions.worlds[-2:])
        shown = Counter(row["action"] for row in latest_rows(self.loop, come))
        names = {item.id: item.name for item in self.world.items}
        return {names[item]: shown[item] for item in names if item in now - before}

    @property
    def untried(self) -> Sequence[str]:
        """Ids of new actions that nobody has been offered yet."""
        new = self.newcomers()
        return [item.id for item in self.world.items if new.get(item.name) == 0]

    @property
    def recent(self) -> int:
        """Number of visitors in the mean reward of the latest."""
        return recent_visitors(self.home)

    def earnings(self) -> tuple[Estimate, Estimate]:
        """Return the mean rewards of all visitors and of the `recent`, of at least one, with 95 %
        intervals."""
        return self._part("earnings", self._earnings)

    def _earnings(self) -> tuple[Estimate, Estimate]:
        curve = self.stored.follow(LearningCurve)
        rewards, most = curve.rewards, curve.versions.most
        latest = rewards[-self.recent :]
        return estimate_of_rewards(rewards, most), estimate_of_rewards(latest, most)

    def rewards(self) -> tuple[int, int]:
        """Return the numbers of rewards above 0 from all visitors and from the `recent`."""
        rewards = self.stored.follow(LearningCurve).rewards
        return int(np.count_nonzero(rewards)), int(np.count_nonzero(rewards[-self.recent :]))

    @locked
    def _part(self, name: object, compute: Callable[[], T]) -> T:
        """Return a value computed at most once per log position and update of the served model;
        while rewards are pending, recompute, as time matters."""
        place = self.loop.log.position, self.loop.updated
        if place != self._seen or self.loop.state.waiting:
            self._seen, self._parts = place, {}
        if name not in self._parts:
            self._parts[name] = compute()
        part: T = self._parts[name]
        return part

    # -- what changes it --------------------------------------------------------------

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Change settings of the loop."""
        kind: ActKind = "mode" if "learning_mode" in changes else "settings"
        self.undo_stack.act(kind, lambda: self.stored.configure(**changes))
        self.click = self.stepped = None

    def change_world(self, world: World) -> None:
        """Replace the world from here on; learned beliefs are kept. A loop that knows the prices of
        its world is told those of the new one."""
        prices = stated_prices(world) if self.loop.settings.prices else None

        def change() -> None:
            self.stored.change_world(world)
            if prices:
                self.stored.configure(prices=prices)

        self.undo_stack.act("world", change)
        self.click = self.stepped = None

    def answer(self, offer: Offer, value: float | None, calls_next: bool) -> None:
        """Log the answer to a displayed offer in one commit, and set the click; None means no
        answer.

        The next visitor arrives afterwards if ``calls_next``.

        Raises:
            VisitorLeftError: if the visitor has left, or another offer would be made now.
        """
        loop, turn = self.loop, self.arrivals.turn

        def work() -> Ranked:
            now = self.ranked_for(offer.context)
            if not offer.stands(now) or self.is_answered(now):
                raise VisitorLeftError
            logged = self._log(offer.context, value)
            self.go_on(offer.context, calls_next)
            return logged

        drawn = self._drawn_map()
        before = self.undo_stack.act("answer", work)
        after = self.ranked_again(before)
        self.stepped, self.answered_turn = None, turn
        self.click = Click(
            before=before,
            after=after,
            reward=loop.settings.default_reward if value is None else value,
            answered=value is not None,
            entries=len(loop.log),
            reach={} if drawn is None else self._reach(*drawn, before.shown),
        )

    @locked
    def _drawn_map(self) -> tuple["_Map", list[dict[str, Any]]] | None:
        """Return the map that was last computed for the present state of the log, if any."""
        maps = [name for name in self._parts if isinstance(name, _Map)]
        if not maps or self._seen != (self.loop.log.position, self.loop.updated):
            return None
        return maps[-1], self._parts[maps[-1]]

    def _reach(
        self, drawn: "_Map", before: list[dict[str, Any]], action: int
    ) -> Mapping[int, float]:
        after = self._favoured(None if drawn.cells is None else list(drawn.cells))
        was, now = (np.array([row["means"] for row in rows]) for rows in (before, after))
        reach = answer_reach(was, now, action, self.world.reward_size).tolist()
        return dict(zip(drawn.cells or range(len(reach)), reach, strict=True))

    def go_on(self, context: Context, calls_next: bool) -> None:
        """After an answer, turn to the next slot of the visitor's page without an answer; after
        the last, let the next visitor arrive if ``calls_next``."""
        world = self.world
        begun = self._begun_page(world.in_slot(context, 0))
        left = (number for number, one in enumerate(begun) if not self.is_answered(one))
        if begun:
            self.arrivals.context = world.in_slot(context, next(left))
        elif calls_next:
            self.arrivals.call_next(len(self.loop.events))
        else:
            self.arrivals.context = world.in_slot(self.arrivals.context, 0)

    def ranked_again(self, before: Ranked) -> Ranked:
        """Return the ranking that the request of a logged one would get now."""
        context = self.world.context_of(before.request)
        if not self.world.slots:
            return self.ranked_for(context)
        actions, features = self.world.actions, self.world.features(context)
        return self.loop.preview(actions, features, before.request.excluded)

    def _log(self, context: Context, value: float | None) -> Ranked:
        """Rank in a context and send the reward; return the logged ranking."""
        event_id = self._log_page(context)[self._slot_of(context)].event_id
        if value is None:
            self.loop.expire(event_id)
        else:
            self.loop.reward(event_id, value)
        return self.loop.events[event_id].ranked

    def _log_page(self, context: Context) -> tuple[Ranked, ...]:
        """Rank for all slots of a visitor's page, unless that is done; without slots, rank for the
        context alone."""
        if not self.world.slots:
            event_id = self.loop.rank(self.world.actions, self.world.features(context)).event_id
            return (self.loop.events[event_id].ranked,)
        begun = self._begun_page(self.world.in_slot(context, 0))
        return begun or self.loop.ask_multi_slot(self.world.multi_slot(context))

    def has(self, offer: Offer, value: float | None) -> bool:
        """Return True if the log contains an answer to an offer."""
        event = self.loop.events.get(offer.ranked.event_id)
        rewards = [] if value is None else [value]
        return event is not None and offer.stands(event.ranked) and event.rewards == rewards

    def serve(self, visitors: int, crowd: int | None = None) -> int:
        """Serve visitors in one commit within a frame's time; return their number.

        They belong to a ``crowd``; without one, a single visitor came by a step.
        """

        most = min(visitors, self.room, _TOGETHER if self.side_loop else visitors)

        def work() -> int:
            return serve_in_time(self._serve_next, most)

        served = self.undo_stack.act("answer" if crowd is None else "crowd", work, crowd)
        if self.side_loop is not None:
            self.side_loop.follow()
        self.click = self.stepped = None
        last = self.loop.last
        if crowd is None and served and last is not None:
            self.stepped = last, sum(self.loop.events[last.event_id].rewards)
        return served

    def _serve_next(self) -> bool:
        """Answer for the waiting visitor as the world dictates, in every slot without an answer,
        and let the next one arrive."""
        if self.world.slots:
            for ranked in self._log_page(self.context):
                if not self.is_answered(ranked):
                    give_answer(self.loop, self.world, ranked)
        else:
            serve(self.loop, self.world, self.arrivals.as_visitor(len(self.loop.events)))
        self.arrivals.call_next(len(self.loop.events))
        return True

    def undo(self) -> None:
        """Undo this session's last act, or else the visitor displayed as the last.

        The visitor who waited before is restored.

        Raises:
            PersonalizerError: if others have undone or extended the log since.
        """
        if not self.undo_stack.undo() and not self.undo_stack.undo_event(self.last):
            sentence = "The last visitor on this page is no longer the last of the session"
            raise PersonalizerError("BadRequest", f"{sentence}: nothing was undone.", "entries")
        self.click = self.stepped = None

    def redo(self) -> None:
        """Redo the act that was undone last."""
        self.undo_stack.redo()
        self.click = self.stepped = None
