"""Revision of recent experiences, whose rewards may still grow.

Under ``sum`` an event may earn more until its wait is over, and learning must be as if its total
had come at once. The latest experiences are therefore kept in order, with forks of the learner
before some of them; after a change, the latest fork before it learns again from there. Learning is
lazy: several experiences are learned together when the learner is read.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from engine.learners.base import Impression, Learner
from engine.learners.learned_state import size_of
from engine.loop.event import EventState

SPACING = 8
"""Experiences between two forks of the learner."""
MAX_FORKS = 8
"""Largest number of forks; spacing grows with age."""


@dataclass(frozen=True, slots=True)
class Experience:
    """One item to learn of an event ranked at ``time``: the total reward of its shown action.

    The reward is None for the baseline's choice shown by an apprentice.
    """

    event_id: str
    time: datetime
    earned: float | None


class Experiences:
    """Experiences in order, with the learner.

    Args:
        learner: after all earlier experiences.
        revisable: whether events may earn more.
    """

    def __init__(self, learner: Learner, revisable: bool) -> None:
        self._learner, self.revisable = learner, revisable
        self._kept: list[Experience] = []
        self._numbers: dict[str, int] = {}
        self._forks: list[tuple[int, Learner]] = []
        self._start = self._learned = self._final = 0

    @property
    def _end(self) -> int:
        return self._start + len(self._kept)

    def add(self, event: EventState, earned: float | None) -> None:
        """Add an experience; see `Experience`."""
        ranked = event.ranked
        if self.revisable:
            self._keep(Experience(ranked.event_id, ranked.time, earned))
        else:
            _learn(self._learner, ranked.impression, earned)

    def _keep(self, experience: Experience) -> None:
        if experience.earned is not None:
            self._numbers[experience.event_id] = self._end
        self._kept.append(experience)

    def finish(self, before: datetime) -> None:
        """Close events ranked before a time: their totals are final."""
        while self._final < self._end and self._kept[self._final - self._start].time < before:
            self._final += 1

    def revise(self, event_id: str, earned: float) -> bool:
        """Change the total of an event; False if its place is no longer known."""
        number = self._numbers.get(event_id, -1)
        if number < self._final:
            return False
        at = number - self._start
        self._kept[at] = replace(self._kept[at], earned=earned)
        if number < self._learned:
            while self._forks[-1][0] > number:
                self._forks.pop()
            self._learned, fork = self._forks[-1]
            self._learner = fork.fork()
        return True

    def learner(self, events: Mapping[str, EventState]) -> Learner:
        """The learner after every experience; ``events`` are the events of the loop."""
        while self._learned < self._end:
            self._fork_if_due()
            known = self._kept[self._learned - self._start]
            _learn(self._learner, events[known.event_id].ranked.impression, known.earned)
            self._learned += 1
        self._forget()
        return self._learner

    def _fork_if_due(self) -> None:
        number = self._learned
        if number < self._final or (self._forks and number % SPACING):
            return
        self._forks.append((number, self._learner.fork()))
        if len(self._forks) > MAX_FORKS:
            at = [of for of, _ in self._forks]
            gaps = zip(at, at[1:], at[2:], strict=False)
            # The gap that it would leave, beside how long ago that is.
            missed = [(after - before) / (number + 1 - own) for before, own, after in gaps]
            del self._forks[1 + missed.index(min(missed))]

    def _forget(self) -> None:
        """Drop experiences that can no longer change."""
        if self._final == self._end:
            self._forks.clear()
        while len(self._forks) > 1 and self._forks[1][0] <= self._final:
            del self._forks[0]
        first = self._forks[0][0] if self._forks else self._end
        for experience in self._kept[: first - self._start]:
            if experience.earned is not None:
                del self._numbers[experience.event_id]
        del self._kept[: first - self._start]
        self._start = first

    def fork(self, events: Mapping[str, EventState]) -> "Experiences":
        """Independent copy."""
        learner = self.learner(events)  # Before the copy: it learns what is still to be learned.
        twin = copy(self)
        twin._learner = learner.fork()
        twin._kept, twin._numbers = self._kept.copy(), self._numbers.copy()
        twin._forks = self._forks.copy()
        return twin

    @property
    def size(self) -> int:
        """Bytes of the learner and its forks."""
        return size_of(self._learner, self._forks)

    # -- written down -----------------------------------------------------------------

    def state(self, events: Mapping[str, EventState]) -> dict[str, Any]:
        """State as lists and learners."""
        return {
            "learner": self.learner(events),
            "revisable": self.revisable,
            "before": self._forks[0][1] if self._forks else None,
            "final": self._final - self._start,
            "events": [event.event_id for event in self._kept],
            "times": [event.time.isoformat() for event in self._kept],
            "earned": [event.earned for event in self._kept],
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Restore from a `state`."""
        made = cls(state["learner"], state["revisable"])
        times = map(datetime.fromisoformat, state["times"])
        for event_id, time, earned in zip(state["events"], times, state["earned"], strict=True):
            made._keep(Experience(event_id, time, earned))
        made._learned, made._final = made._end, state["final"]
        if state["before"] is not None:
            made._forks = [(0, state["before"])]
        return made


def _learn(learner: Learner, impression: Impression, earned: float | None) -> None:
    if earned is None:
        learner.watch(impression)
    else:
        learner.learn(impression, earned)
