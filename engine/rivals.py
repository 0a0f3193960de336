"""Policies that only race: well-known ways from beliefs to a choice, to compare ours with.

They choose as the policies of `engine.policies` do, on the same beliefs, but are no setting
of a loop: UCB leaves actions without any probability, and both have a number to tune.
"""

from dataclasses import dataclass

import numpy as np

from engine.errors import check_number
from engine.learners.belief import Scores
from engine.policies import Decision, Normals

_CODE = "BadRequest"


@dataclass(frozen=True, slots=True)
class Softmax:
    """Each action with a probability proportional to exp(mean / temperature).

    (Sutton & Barto, *Reinforcement Learning*, 2018, section 2.8, there on preferences.)

    Attributes:
        temperature: in units of reward, .001 to 10; the higher, the more is left to chance.
    """

    temperature: float = 0.1

    def __post_init__(self) -> None:
        check_number(_CODE, "policy.temperature", self.temperature, 0.001, 10)

    def decide(self, scores: Scores, normals: Normals, rng: np.random.Generator) -> Decision:
        """Choose among the actions scored."""
        size = len(scores.mean)
        power = np.exp((scores.mean - scores.mean.max()) / self.temperature)
        probabilities = power / power.sum()
        chosen = int(rng.choice(size, p=probabilities))
        return Decision(probabilities, np.zeros(size), chosen, "random")


@dataclass(frozen=True, slots=True)
class UpperBound:
    """The action with the highest upper confidence bound, mean + width x sd; the first of equals.

    (LinUCB: Li, Chu, Langford & Schapire, *A Contextual-Bandit Approach to Personalized
    News Article Recommendation*, WWW 2010, algorithm 1, with our own model's deviations.)

    Attributes:
        width: standard deviations added to the mean, 0 to 10.
    """

    width: float = 1.0

    def __post_init__(self) -> None:
        check_number(_CODE, "policy.width", self.width, 0, 10)

    def decide(self, scores: Scores, normals: Normals, rng: np.random.Generator) -> Decision:
        """Choose among the actions scored."""
        size = len(scores.mean)
        chosen = int((scores.mean + self.width * scores.sd).argmax())
        return Decision(np.eye(size)[chosen], np.zeros(size), chosen, "best")
