"""Explanations as parts of a belief: an action's lead over another, and the effect of a reward.

An expected reward is a sum of the overall mean and the contributions of groups of context fields.
The gap between two expected rewards is therefore such a sum, too, independent of the order of its
terms (the interventional Shapley values of a linear model: Lundberg & Lee, *NeurIPS*, 2017).
Contributions of the context alone are equal for every action and cancel. The draws that decided a
ranking may be further apart than the means: the excess is curiosity, not knowledge.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.evaluation.mean_intervals import Z
from engine.learners.base import Contribution, Group, Source
from engine.loop.entries import Ranked
from engine.loop.learning_loop import LearningLoop

TELLING = 0.2
"""Share of the sum of absolute parts from which a group of fields is listed by itself."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Lead of an action over another, or over the mean of the actions offered.

    Attributes:
        parts: contributions by source; their means sum to `mean`. Groups of fields with small
            contributions are merged with others of as many fields (`folding`).
        mean, sd: believed gap in units of reward, and its standard deviation by rewards alone, 0
            for a learner without uncertainty.
        curiosity: by how much the draws are further apart than the means, negative if they are
            closer; None if the choice was made without draws.
        possible: least and largest possible gap, as no action earns less than 0 or more than it
            pays.
    """

    parts: Mapping[Source, Contribution]
    mean: float
    sd: float
    curiosity: float | None
    possible: tuple[float, float] = (-1.0, 1.0)

    @property
    def is_possible(self) -> bool:
        """True if the gap is possible, and no part is larger than the largest possible gap."""
        least, largest = self.possible
        parts = (abs(part.mean) for part in self.parts.values())
        return least <= self.mean <= largest and max(parts, default=0.0) <= self.largest

    @property
    def largest(self) -> float:
        """Largest possible distance of two expected rewards, in either direction."""
        return max(map(abs, self.possible))

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the gap within what is possible."""
        least, largest = self.possible
        return max(self.mean - Z * self.sd, least), min(self.mean + Z * self.sd, largest)

    @property
    def sureness(self) -> float:
        """Probability that the action is better, under a normal belief."""
        if not self.sd:
            return 0.5 if not self.mean else float(self.mean > 0)
        return 0.5 * math.erfc(-self.mean / (self.sd * math.sqrt(2)))


def gap(
    loop: LearningLoop,
    ranked: Ranked,
    action: int,
    against: int | None = None,
    share: float = 0.0,
    pays: Array | None = None,
) -> Gap:
    """Lead of an action over another by the beliefs of the loop that ranked them.

    Args:
        loop: in its state at the time of the ranking (`engine.loop.time_travel`).
        action, against: positions in the request; None for the mean of the allowed actions.
        share: threshold of `folding`; 0 merges no groups.
        pays: largest reward of each action; 1 if not given.
    """
    weights = _contrast(ranked, action, against)
    ends = weights if pays is None else weights * pays
    with loop.lock:
        parts = loop.contributions(ranked, weights)
        into = folding({source: part.mean for source, part in parts.items()}, share)
        parts = loop.contributions(ranked, weights, into) if into else parts
        sd = loop.sd_of_sum(ranked, weights)
    mean = sum(part.mean for part in parts.values())
    possible = float(ends[ends < 0].sum()), float(ends[ends > 0].sum())
    return Gap(parts, mean, sd, _curiosity(ranked, weights), possible)


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
    positions = np.flatnonzero(weights).tolist()
    drawn = [None if ranked.draw is None else ranked.draw[i] for i in positions]
    away = [
        draw - ranked.means[i] for i, draw in zip(positions, drawn, strict=True) if draw is not None
    ]
    return float(weights[positions] @ away) if len(away) == len(positions) else None


def feature_scores(loop: LearningLoop, ranked: Ranked) -> dict[str, float]:
    """Contributions of features to the expected reward of a ranking's best action, largest first.

    They add up to the expected reward less the mean of everything. Features with a joint effect are
    joined by ``^``, unlisted ones are ``*``, and ``action`` is the effect of the action alone.
    """
    weights = np.eye(len(ranked.means))[ranked.best]
    parts = loop.contributions(ranked, weights)
    means = largest_first({source: part.mean for source, part in parts.items()})
    return {_feature_name(source): mean for source, mean in means if source != "everything"}


def _feature_name(source: Source) -> str:
    if not isinstance(source, Group):
        return source
    return "^".join(source.fields or "*" * source.every) or "action"


def runner_up(ranked: Ranked, action: int) -> int | None:
    """Position of the most probable other action, by mean among equals; None if there is only one
    action."""
    others = [i for i in ranked.request.allowed if i != action]
    return max(others, key=lambda i: (ranked.probabilities[i], ranked.means[i]), default=None)


def changes(
    before: Mapping[Source, Contribution], after: Mapping[Source, Contribution]
) -> dict[Source, float]:
    """Change of each source's contribution; the changes sum to the change of the mean."""
    none = Contribution(0.0)
    sources = dict.fromkeys((*before, *after))
    return {
        source: after.get(source, none).mean - before.get(source, none).mean for source in sources
    }


def folding(values: Mapping[Source, float], share: float = TELLING) -> dict[Group, Group]:
    """Map small groups of fields to a merged group of as many fields. Small groups contribute less
    than ``share`` of the sum of absolute values; a single small group is not merged."""
    least = share * sum(map(abs, values.values()))
    small = defaultdict[int, list[Group]](list)
    for source, value in values.items():
        if isinstance(source, Group) and source.order and abs(value) < least:
            small[source.order].append(source)
    folded = ((order, groups) for order, groups in small.items() if len(groups) > 1)
    return {group: Group(every=order) for order, groups in folded for group in groups}


def summary(values: Mapping[Source, float], share: float = TELLING) -> dict[Source, float]:
    """Parts of a sum after `folding`, in descending size; the sum stays the same."""
    into, parts = folding(values, share), defaultdict[Source, float](float)
    for source, value in values.items():
        parts[into.get(source, source) if isinstance(source, Group) else source] += value
    return dict(largest_first(parts))


def largest_first(values: Mapping[Source, float]) -> list[tuple[Source, float]]:
    """Parts in descending absolute size; ties keep their order."""
    return sorted(values.items(), key=lambda part: -round(abs(part[1]), 12))
