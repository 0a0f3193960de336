"""Why one action is ahead of another, and what a reward changed: beliefs taken apart.

An expected reward is a sum, the mean of everything and what each group of context fields adds, so
the gap between two of them is one, exactly, in whatever order it is told (the interventional
Shapley values of a linear model: Lundberg & Lee, *NeurIPS*, 2017). What the context alone adds to
all actions alike cancels. The draws that decided an offer may be further apart than that: this is
curiosity, which is no knowledge.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.learners.base import Contribution, Group, Source
from engine.loop.entries import Ranked
from engine.loop.learning_loop import LearningLoop

TELLING = 0.2
"""Share of all parts from which a group of fields is told by itself."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How far an action is ahead of another, or of the mean of what was offered.

    Attributes:
        parts: what it is made of; their means sum to that of the gap. Groups of fields that each
            add little are one with others of as many fields (`folding`).
        mean, sd: of what is believed of the gap, in units of reward; the standard deviation by
            rewards alone, and 0 for a learner that knows no doubt.
        curiosity: by how much their draws are further apart than that, negative if the draws
            brought them together; None where no draw decided.
    """

    parts: Mapping[Source, Contribution]
    mean: float
    sd: float
    curiosity: float | None

    @property
    def sureness(self) -> float:
        """How probable it is believed that the action is the better one, by a normal belief."""
        if not self.sd:
            return 0.5 if not self.mean else float(self.mean > 0)
        return 0.5 * math.erfc(-self.mean / (self.sd * math.sqrt(2)))


def gap(
    loop: LearningLoop,
    ranked: Ranked,
    action: int,
    against: int | None = None,
    share: float = 0.0,
) -> Gap:
    """How far an action is ahead of another, as a loop that ranked them believes.

    Args:
        loop: as it was then (`engine.loop.time_travel`).
        action, against: positions in the request; None for the mean of all that could be shown.
        share: see `folding`; 0 tells all groups apart.
    """
    weights = _contrast(ranked, action, against)
    with loop.lock:
        parts = loop.contributions(ranked, weights)
        into = folding({source: part.mean for source, part in parts.items()}, share)
        parts = loop.contributions(ranked, weights, into) if into else parts
        offer = ranked.request.context, ranked.request.actions, weights
        sd = loop.learner.sd_of_average([offer])
    mean = sum(part.mean for part in parts.values())
    return Gap(parts, mean, sd, _curiosity(ranked, weights))


def _contrast(ranked: Ranked, action: int, against: int | None) -> Array:
    weights: Array = np.zeros(len(ranked.means))
    allowed = list(ranked.request.allowed)
    if against is None:
        weights[allowed] -= 1 / len(allowed)
    else:
        weights[against] -= 1.0
    weights[action] += 1.0
    return weights


def _curiosity(ranked: Ranked, weights: Array) -> float | None:
    at = np.flatnonzero(weights).tolist()
    drawn = [None if ranked.draw is None else ranked.draw[i] for i in at]
    away = [draw - ranked.means[i] for i, draw in zip(at, drawn, strict=True) if draw is not None]
    return float(weights[at] @ away) if len(away) == len(at) else None


def runner_up(ranked: Ranked, action: int) -> int | None:
    """Position of the most probable other action, the higher mean first among equals; None if there
    is no other."""
    others = [i for i in ranked.request.allowed if i != action]
    return max(others, key=lambda i: (ranked.probabilities[i], ranked.means[i]), default=None)


def changes(
    before: Mapping[Source, Contribution], after: Mapping[Source, Contribution]
) -> dict[Source, float]:
    """What each source adds more than before; they sum to the move of the mean."""
    none = Contribution(0.0)
    sources = dict.fromkeys((*before, *after))
    return {one: after.get(one, none).mean - before.get(one, none).mean for one in sources}


def folding(values: Mapping[Source, float], share: float = TELLING) -> dict[Group, Group]:
    """Which groups of fields are told as one with others of as many fields: those that are less
    than a share of all parts, but none by itself."""
    least = share * sum(map(abs, values.values()))
    small = defaultdict[int, list[Group]](list)
    for source, value in values.items():
        if isinstance(source, Group) and source.order and abs(value) < least:
            small[source.order].append(source)
    folded = ((order, groups) for order, groups in small.items() if len(groups) > 1)
    return {group: Group(every=order) for order, groups in folded for group in groups}


def summary(values: Mapping[Source, float], share: float = TELLING) -> dict[Source, float]:
    """The parts of a sum, folded, the largest first; they sum to the same."""
    into, found = folding(values, share), defaultdict[Source, float](float)
    for source, value in values.items():
        found[into.get(source, source) if isinstance(source, Group) else source] += value
    return dict(largest_first(found))


def largest_first(values: Mapping[Source, float]) -> list[tuple[Source, float]]:
    """Parts by their size; of equal ones the first."""
    return sorted(values.items(), key=lambda part: -round(abs(part[1]), 12))
