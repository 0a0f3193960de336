"""Subject of the Why page: an offer, and the loop as it was at the offer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from weakref import ref

from engine.evaluation.belief_contributions import changes, summary
from engine.learners.base import Source
from engine.loop.entries import Ranked
from engine.loop.learning_loop import LearningLoop
from engine.loop.time_travel import as_of, entries_before
from engine.pausable_steps import Steps
from engine.worlds import Context, World
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.moment_links import WHO, context_from_link, context_in_link
from pages.parts.work.job_queue import shared

EVENT = "event"
"""Query parameter of the event."""
NOW = "now"
"""Value in a link that stands for the waiting visitor."""


@dataclass(frozen=True, slots=True)
class WhyQuery:
    """Query of a link to the Why page.

    Attributes:
        event: id of an event of the loop; empty for none.
        visitor: context in the form of `context_in_link` for an offer that is not logged, or
            `NOW`; empty for none.
    """

    event: str = ""
    visitor: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "WhyQuery":
        """Read the query parameters of an address."""
        return cls(query.get(EVENT, ""), query.get(WHO, ""))

    @property
    def is_now(self) -> bool:
        """True for the offer to the waiting visitor."""
        return not self.event and self.visitor == NOW

    def parameters(self) -> dict[str, str]:
        """Return the query parameters."""
        return {name: value for name, value in ((EVENT, self.event), (WHO, self.visitor)) if value}


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """Offer to explain.

    Attributes:
        loop: the loop as of the offer; read-only, as several readers share it.
        ranked: the offer.
        number: number of the visitor, from 1; None before the answer.
        earned: the visitor's reward; None for none yet.
        changes: contributions to the change of the mean reward by the last click, largest first;
            None if that did not answer this offer.
    """

    world: World
    loop: LearningLoop
    ranked: Ranked
    number: int | None = None
    earned: float | None = None
    changes: Mapping[Source, float] | None = None

    @property
    def context(self) -> Context:
        """Context of the visitor."""
        return self.world.context_of(self.ranked.request)

    @property
    def query(self) -> WhyQuery:
        """Query of the link to this subject."""
        if self.number is None:
            return WhyQuery(visitor=context_in_link(self.world, self.context))
        return WhyQuery(event=self.ranked.event_id)

    def if_it_were(self, context: Context) -> "Subject":
        """Return the offer to a visitor with another context, by equal beliefs and random numbers;
        nothing is logged."""
        if context == self.context:
            return self
        request = self.ranked.request.to_json()
        request["contextFeatures"] = self.world.features(context)
        ranked = self.loop.preview(
            request["actions"],  # type: ignore[arg-type]
            request["contextFeatures"],  # type: ignore[arg-type]
            request["excludedActions"],  # type: ignore[arg-type]
            self.ranked.event_id,
        )
        return replace(self, ranked=ranked, number=None, earned=None, changes=None)


def event_of(loop: LearningLoop, number: int) -> str:
    """Return the event id of a visitor, numbered from 1; empty for none."""
    with loop.lock:
        if not 1 <= number <= len(loop.events):
            return ""
        came = loop.log[entries_before(loop, number - 1)]
    return came.event_id if isinstance(came, Ranked) else ""


def _as_of(loop: LearningLoop, entries: int) -> Steps[LearningLoop]:
    """Return a loop as of an entry; concurrent callers share the computation."""
    with loop.lock:
        key = "as of", ref(loop), loop.log.mark_at(entries)
    return shared(key, lambda: as_of(loop, entries))


def finding(opened: OpenLoop, query: WhyQuery) -> Steps[Subject | None]:
    """Find the queried offer, the last event, or the offer to the waiting visitor; None for an
    unknown event.

    Each folded entry is a step.
    """
    if query.event:
        return (yield from _event(opened, query.event))
    context = (
        opened.context if query.visitor == NOW else context_from_link(opened.world, query.visitor)
    )
    last = opened.loop.last
    if context is None and last is not None:
        return (yield from _event(opened, last.event_id))
    return (yield from _now(opened, context or opened.context))


def _event(opened: OpenLoop, event_id: str) -> Steps[Subject | None]:
    loop, click = opened.loop, opened.click
    with loop.lock:
        event = loop.events.get(event_id)
        entries = entries_before(loop, event.number) if event else 0
    if event is None:
        return None
    past = yield from _as_of(loop, entries)
    world, ranked = past.state.world or opened.home, event.ranked
    moved = None
    if click is not None and click.before.event_id == event_id:
        after = yield from _as_of(loop, click.entries)
        moved = summary(changes(past.contributions(ranked), after.contributions(ranked)))
    return Subject(world, past, ranked, event.number + 1, event.earned, moved)


def _now(opened: OpenLoop, context: Context) -> Steps[Subject]:
    loop = opened.loop
    with loop.lock:
        entries = len(loop.log)
        ranked = opened.ranked_for(context)
    present = yield from _as_of(loop, entries)
    return Subject(opened.world, present, ranked)
