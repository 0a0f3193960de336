"""Parts of an action's selection probability: earned by belief, or kept for exploration."""

from dataclasses import dataclass

import numpy as np

from engine.loop.entries import Ranked
from engine.policies.base import Policy


@dataclass(frozen=True, slots=True)
class Chance:
    """Selection probability of one action in parts; over the actions of a ranking they sum to 1.

    Attributes:
        won: part that follows from the belief.
        kept: part reserved for exploration, whatever the belief.
        wins: frequency with which the action has the highest draw, for policies in which several
            draws must agree; None for other policies.
    """

    won: float
    kept: float
    wins: float | None = None


def chances(ranked: Ranked, policy: Policy) -> list[Chance]:
    """Split the probabilities of a ranking, in the order of the request, by the policy that
    ranked."""
    allowed = list(ranked.request.allowed)
    parts = [Chance(0.0, 0.0)] * len(ranked.probabilities)
    if ranked.mode == "logging_only":
        parts[ranked.baseline] = Chance(1.0, 0.0)
        return parts
    probabilities = np.array(ranked.probabilities)[allowed]
    kept = np.minimum(policy.kept(len(allowed)), probabilities)
    wins = policy.wins(probabilities)
    for position, i in enumerate(allowed):
        won = float(probabilities[position] - kept[position])
        parts[i] = Chance(
            won, float(kept[position]), None if wins is None else float(wins[position])
        )
    return parts
