"""What the chance of an action is made of."""

from dataclasses import dataclass

import numpy as np

from engine.loop.entries import Ranked
from engine.policies.base import Policy


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely a policy is to choose an action, in parts; of all actions they sum to 1.

    Attributes:
        won: what it owes to what is believed of it.
        kept: what is left to chance, whatever is believed.
        wins: how often it has the highest draw, where more than one draw must agree.
    """

    won: float
    kept: float
    wins: float | None = None


def chances(ranked: Ranked, policy: Policy) -> list[Chance]:
    """Of each action of a ranking, in the order of the request; ``policy`` is what chose."""
    allowed = list(ranked.request.allowed)
    found = [Chance(0.0, 0.0)] * len(ranked.probabilities)
    if ranked.mode == "logging_only":
        found[ranked.baseline] = Chance(1.0, 0.0)
        return found
    probabilities = np.array(ranked.probabilities)[allowed]
    kept = np.minimum(policy.kept(len(allowed)), probabilities)
    wins = policy.wins(probabilities)
    for at, i in enumerate(allowed):
        won = float(probabilities[at] - kept[at])
        found[i] = Chance(won, float(kept[at]), None if wins is None else float(wins[at]))
    return found
