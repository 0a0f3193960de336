"""The served model: the learning model as it was at the last update.

In the service, decisions followed a model that was exported at intervals, while another one went on
learning. Updates are due at whole multiples of the frequency after the first one. The times of the
log's entries alone decide which model is served, so every fold of a log serves the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from engine.learners.base import Learner


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that is served until the next update.

    Attributes:
        learner: the model; never changed, only read and forked.
        updated: time of its update.
        frequency: time between two updates.
    """

    learner: Learner
    updated: datetime
    frequency: timedelta

    @classmethod
    def begin(cls, learner: Learner, now: datetime, seconds: float) -> Self:
        """Serve a learner from now on, with updates at a frequency in seconds."""
        return cls(learner.fork(), now, timedelta(seconds=seconds))

    def latest(self, now: datetime) -> datetime:
        """Time of the latest update up to a time; the clock may fall."""
        return max(self.updated, now - (now - self.updated) % self.frequency)

    def is_due(self, now: datetime) -> bool:
        """True if an update is due by a time."""
        return self.latest(now) != self.updated

    def update(self, learner: Learner, now: datetime) -> "ServedModel":
        """The served model after the latest update up to a time, which takes a learner."""
        return ServedModel(learner.fork(), self.latest(now), self.frequency)

    def fork(self) -> "ServedModel":
        """Independent copy."""
        return ServedModel(self.learner.fork(), self.updated, self.frequency)

    def state(self) -> dict[str, Any]:
        """State as JSON and a learner."""
        parts: dict[str, Any] = {"learner": self.learner, "updated": self.updated.isoformat()}
        return parts | {"seconds": self.frequency.total_seconds()}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """Restore from a `state`."""
        updated, seconds = datetime.fromisoformat(state["updated"]), state["seconds"]
        return cls(state["learner"], updated, timedelta(seconds=seconds))
