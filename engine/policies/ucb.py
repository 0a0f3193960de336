"""Upper confidence bound: mean plus a multiple of the standard deviation."""

from dataclasses import dataclass

import numpy as np

from engine.learners.belief import Belief
from engine.policies.base import Decision, Knob, Normals, Policy


@dataclass(frozen=True, slots=True)
class UpperBound(Policy):
    """The action with the highest upper confidence bound, mean + width x sd; the first of equals.

    (LinUCB: Li, Chu, Langford & Schapire, *A Contextual-Bandit Approach to Personalized
    News Article Recommendation*, WWW 2010, algorithm 1, with our own model's deviations.)

    Attributes:
        width: standard deviations added to the mean, 0 to 10.
    """

    key = "ucb"
    label = "UCB"
    story = (
        "Adds the possible error to each guess and shows the highest: mean plus "
        "{width} × its standard deviation."
    )
    knobs = (
        Knob("width", "standard deviations added", (0, 25, 50, 100, 150, 200, 300), parts=100),
    )
    needs_doubt = True
    loggable = False
    bounds = (("width", 0, 10),)

    width: float = 1.0

    def decide(self, belief: Belief, normals: Normals, rng: np.random.Generator) -> Decision:
        size = len(belief.mean)
        chosen = int((belief.mean + self.width * belief.sd).argmax())
        return Decision(np.eye(size)[chosen], np.zeros(size), chosen, "best")
