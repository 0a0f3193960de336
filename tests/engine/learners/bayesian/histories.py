"""Short histories of visits, and a model that is taught them."""

from collections.abc import Sequence

import numpy as np

from engine.learners.bayesian.hypothesis import Hypothesis
from engine.learners.bayesian.learner import BayesianLearner
from tests.engine.requests import Json, request_of

THREE = (Hypothesis(odds=2.0), Hypothesis(noise_sd=0.1), Hypothesis(crosses=1))


Visit = tuple[list[Json], Json, float]


def teach(model: BayesianLearner, history: Sequence[Visit]) -> None:
    for context, action, reward in history:
        request = request_of(context, action)
        model.learn_reward(request.context, request.actions[0], reward)


def small_history(seed: int, count: int = 14) -> list[Visit]:
    """Few contexts and actions, so that rows come again; rewards near what is expected."""
    rng = np.random.default_rng(seed)
    found: list[Visit] = []
    for _ in range(count):
        user, weather, action = (int(n) for n in rng.integers(2, size=3))
        context = [{"user": f"u{user}", "weather": f"w{weather}", "age": user * 1.5}]
        features = [{"hot": bool(action), "price": 0.5 + action}]
        reward = 0.8 * (user == action) + float(rng.normal(0, 0.1))
        found.append((context, {"id": f"a{action}", "features": features}, reward))
    return found
