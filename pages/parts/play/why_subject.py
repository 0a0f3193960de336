"""What the Why page is about: one offer, and the loop that made it, as it was then."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from weakref import ref

from engine.loop.entries import Ranked
from engine.loop.learning_loop import LearningLoop
from engine.loop.time_travel import as_of, entries_before
from engine.steps import Steps
from engine.worlds import Context, World
from pages.parts.play.moment_links import WHO, who_from, who_in_link
from pages.parts.play.open_loop import OpenLoop
from pages.parts.work.jobs import shared

EVENT = "event"
"""Its name in a link."""
NOW = "now"
"""Who stands there, whoever that is, in a link."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks about.

    Attributes:
        event: id of an event of the loop; empty for none.
        who: a context, as `who_in_link` says it, whose offer is not logged, or `NOW`; empty for
            none.
    """

    event: str = ""
    who: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Asked":
        """What the address says."""
        return cls(query.get(EVENT, ""), query.get(WHO, ""))

    @property
    def is_now(self) -> bool:
        """Whether it asks for the offer to whoever stands there."""
        return not self.event and self.who == NOW

    def query(self) -> dict[str, str]:
        """The same for a link."""
        return {name: one for name, one in ((EVENT, self.event), (WHO, self.who)) if one}


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """An offer that is explained.

    Attributes:
        loop: as it was when it made the offer; nobody changes it, several may ask it.
        ranked: the offer.
        number: of the visitor, from 1; None for somebody who has not answered.
        earned: what the visitor gave; None for nothing yet.
    """

    world: World
    loop: LearningLoop
    ranked: Ranked
    number: int | None = None
    earned: float | None = None

    @property
    def context(self) -> Context:
        """Who stood there."""
        return self.world.context_of(self.ranked.request)

    @property
    def asked(self) -> Asked:
        """What leads here."""
        if self.number is None:
            return Asked(who=who_in_link(self.world, self.context))
        return Asked(event=self.ranked.event_id)

    def if_it_were(self, context: Context) -> "Subject":
        """What would have been offered to somebody else, by the same beliefs and with the same
        luck; nothing is logged."""
        if context == self.context:
            return self
        told = self.ranked.request.to_json()
        told["contextFeatures"] = self.world.features(context)
        ranked = self.loop.preview(
            told["actions"],  # type: ignore[arg-type]
            told["contextFeatures"],  # type: ignore[arg-type]
            told["excludedActions"],  # type: ignore[arg-type]
            self.ranked.event_id,
        )
        return replace(self, ranked=ranked, number=None, earned=None)


def event_of(loop: LearningLoop, number: int) -> str:
    """The id of the event of a visitor, from 1; empty for none."""
    with loop.lock:
        if not 1 <= number <= len(loop.events):
            return ""
        came = loop.log[entries_before(loop, number - 1)]
    return came.event_id if isinstance(came, Ranked) else ""


def _as_of(loop: LearningLoop, entries: int) -> Steps[LearningLoop]:
    """A loop as it was then; of all who ask for it at once the same."""
    with loop.lock:
        key = "as of", ref(loop), loop.log.mark_at(entries)
    return shared(key, lambda: as_of(loop, entries))


def finding(opened: OpenLoop, asked: Asked) -> Steps[Subject | None]:
    """What is asked about, or the last event, or who stands there; None if there is no such event.

    Each entry that has to be folded is a step.
    """
    if asked.event:
        return (yield from _event(opened, asked.event))
    context = opened.context if asked.who == NOW else who_from(opened.world, asked.who)
    last = opened.loop.last
    if context is None and last is not None:
        return (yield from _event(opened, last.event_id))
    return (yield from _now(opened, context or opened.context))


def _event(opened: OpenLoop, event_id: str) -> Steps[Subject | None]:
    loop = opened.loop
    with loop.lock:
        event = loop.events.get(event_id)
        entries = entries_before(loop, event.number) if event else 0
    if event is None:
        return None
    past = yield from _as_of(loop, entries)
    world = past.state.world or opened.home
    return Subject(world, past, event.ranked, event.number + 1, event.earned)


def _now(opened: OpenLoop, context: Context) -> Steps[Subject]:
    loop = opened.loop
    with loop.lock:
        entries = len(loop.log)
        ranked = opened.ranked_for(context)
    present = yield from _as_of(loop, entries)
    return Subject(opened.world, present, ranked)
