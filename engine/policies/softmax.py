"""Softmax: probabilities increase with believed means."""

from dataclasses import dataclass

import numpy as np

from engine.learners.belief import Belief
from engine.policies.base import Decision, Knob, Normals, Policy


@dataclass(frozen=True, slots=True)
class Softmax(Policy):
    """Each action with a probability proportional to exp(mean / temperature).

    (Sutton & Barto, *Reinforcement Learning*, 2018, section 2.8, there on preferences.)

    Attributes:
        temperature: in units of reward, .001 to 10; the higher, the more is left to chance.
    """

    key = "softmax"
    label = "Softmax"
    story = "The better an action looks, the more often it is shown; temperature {temperature}."
    knobs = (Knob("temperature", "temperature", (2, 5, 10, 20, 50), parts=100),)
    bounds = (("temperature", 0.001, 10),)

    temperature: float = 0.1

    def decide(self, belief: Belief, normals: Normals, rng: np.random.Generator) -> Decision:
        size = len(belief.mean)
        power = np.exp((belief.mean - belief.mean.max()) / self.temperature)
        probabilities = power / power.sum()
        chosen = int(rng.choice(size, p=probabilities))
        return Decision(probabilities, np.zeros(size), chosen, "lot")
