"""Parts of an action's selection probability: earned by belief, or kept for exploration."""

from dataclasses import dataclass

import numpy as np

from engine.loop.entries import Ranked
from engine.policies.base import Policy


@dataclass(frozen=True, slots=True)
class ProbabilityParts:
    """Selection probability of one action in parts; over the actions of a ranking they sum to 1.

    Attributes:
        by_belief: part that follows from the belief.
        by_exploration: part reserved for exploration, whatever the belief.
        win_rate: frequency with which the action has the highest draw, for policies in which
            several draws must agree; None for other policies.
    """

    by_belief: float
    by_exploration: float
    win_rate: float | None = None


def probability_parts(ranked: Ranked, policy: Policy) -> list[ProbabilityParts]:
    """Split the probabilities of a ranking, in the order of the request, by the policy that
    ranked."""
    allowed = list(ranked.request.allowed)
    parts = [ProbabilityParts(0.0, 0.0)] * len(ranked.probabilities)
    if ranked.mode == "logging_only":
        parts[ranked.baseline] = ProbabilityParts(1.0, 0.0)
        return parts
    probabilities = np.array(ranked.probabilities)[allowed]
    reserved = np.minimum(policy.kept(len(allowed)), probabilities)
    if np.ptp(probabilities) == 0:  # Actions that are alike share the exploration, too.
        reserved[:] = policy.kept(len(allowed)).mean()
    win_rates = policy.wins(probabilities)
    for position, i in enumerate(allowed):
        by_belief = float(probabilities[position] - reserved[position])
        parts[i] = ProbabilityParts(
            by_belief,
            float(reserved[position]),
            None if win_rates is None else float(win_rates[position]),
        )
    return parts
