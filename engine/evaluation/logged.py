"""All events of a log together, in however many batches they came."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import refuse
from engine.evaluation.decisions import Decisions
from engine.evaluation.estimators import Bounds
from engine.worlds.limits import MAX_ITEMS

Codes = NDArray[np.intp]
_CODE = "BadRequest"


@dataclass(frozen=True, slots=True, eq=False)
class Logged:
    """All events of a log, N of them, with weights.

    Attributes:
        contexts: as texts.
        stratum, shown: positions of each event's context and action, (N,).
        reward: from 0 to 1, (N,).
        weight: (N,).
    """

    actions: tuple[str, ...]
    contexts: tuple[str, ...]
    stratum: Codes
    shown: Codes
    reward: Array
    weight: Array


@dataclass(slots=True)
class Seen:
    """Batches as they come, with one list of contexts and one of actions."""

    contexts: dict[str, int] = field(default_factory=dict)
    actions: dict[str, int] = field(default_factory=dict)
    parts: list[tuple[Codes, Codes, Array, Array]] = field(default_factory=list)

    def add(self, batch: Decisions) -> None:
        """One batch more."""
        stratum = _places(batch.contexts, self.contexts)[batch.stratum]
        shown = _places(batch.actions, self.actions)[batch.shown]
        self.parts.append((stratum, shown, batch.propensity, batch.reward))

    def told(self, bounds: Bounds) -> Logged:
        """All of it."""
        if not any(len(part[0]) for part in self.parts):
            refuse(_CODE, "log", 0, "1 or more", "the number of answered events")
        if len(self.actions) > MAX_ITEMS:
            refuse(_CODE, "log", len(self.actions), f"at most {MAX_ITEMS}", "the number of actions")
        stratum, shown, propensity, reward = (
            np.concatenate(column) for column in zip(*self.parts, strict=True)
        )
        low, high = bounds
        outside = (reward < low) | (reward > high)
        if outside.any():
            number, value = int(outside.argmax()) + 1, float(reward[outside.argmax()])
            refuse(
                _CODE, "log", value, f"from {low:g} to {high:g}", f"the reward of event {number}"
            )
        most = math.sqrt(len(shown))
        return Logged(
            tuple(self.actions),
            tuple(self.contexts),
            stratum,
            shown,
            (reward - low) / (high - low),
            np.minimum(1 / propensity, most),
        )


def _places(names: Sequence[str], known: dict[str, int]) -> Codes:
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.intp)
