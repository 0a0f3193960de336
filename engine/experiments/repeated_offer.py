"""One visitor met again and again: how often each action is drawn, beside its stated chance.

Nothing is logged meanwhile, so the belief stays as it is, and only the draw differs.
"""

import numpy as np

from engine.arrays import Array
from engine.learners.belief import Belief
from engine.loop.entries import Ranked
from engine.loop.learning_loop import LearningLoop
from engine.policies.base import Normals
from engine.streams import stream
from engine.worlds import Context, World


class RepeatedOffer:
    """What a loop would offer somebody, event after event.

    Attributes:
        context: who it is.
        offers: each as it would be logged.
    """

    def __init__(self, loop: LearningLoop, world: World, context: Context) -> None:
        self.loop, self.world, self.context = loop, world, context
        self.offers: list[Ranked] = []

    def draw(self, times: int = 1) -> None:
        """Ask for so many more offers, each with draws of its own."""
        features = self.world.features(self.context)
        for _ in range(times):
            event_id = f"again-{len(self.offers)}"
            offer = self.loop.preview(self.world.actions, features, event_id=event_id)
            self.offers.append(offer)

    @property
    def shares(self) -> Array:
        """How often each of K actions was offered, (K,), of all offers; at least one."""
        shown = [offer.shown for offer in self.offers]
        return np.bincount(shown, minlength=len(self.world.items)) / len(shown)

    @property
    def chances(self) -> Array:
        """The chance that is stated of each action, (K,): that of the first offer."""
        return np.array(self.offers[0].probabilities)

    def chances_by_bells(self, action: int = 0, factor: float = 1.0) -> Array:
        """The chances that draws from the bells give, (K,), one of which is made so many times as
        wide."""
        first = self.offers[0]
        widths = np.array(first.sds)
        widths[action] *= factor
        bells = Belief.of_one(np.array(first.means), np.diag(widths**2))
        policy, seed = self.loop.settings.policy, self.loop.seed
        return policy.decide(bells, Normals(seed), stream(seed, "bells")).probabilities
