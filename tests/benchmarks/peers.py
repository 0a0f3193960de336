"""Other libraries as learners: their choices, round by round, in an environment.

Each learner gets a `View`: the plain view, or the view with the right crosses. Vowpal Wabbit
returns the probability of every action, from which we sample; `bayesianbandits`, `mabwiser` and
`coba` return choices only. Packages are imported locally, because they come with the optional extra
``bench``.
"""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from engine.arrays import Array
from tests.benchmarks.environments import Environment, View
from tests.benchmarks.greedy import LogisticGreedy, RidgeGreedy
from tests.benchmarks.peer import Making, Peer, crossed_rows, with_constant


class VowpalWabbit(Peer):
    """VW with action-dependent features; the action is drawn from its probabilities."""

    def __init__(self, arguments: str, place: Environment, view: View, seed: int) -> None:
        from vowpalwabbit import pyvw  # noqa: PLC0415

        super().__init__(place, view, seed)
        pairs = "" if "-q ::" in arguments else "-q ca"
        command = f"--cb_explore_adf --quiet {pairs} {arguments}"
        self._vw: Any = pyvw.Workspace(f"{command} --random_seed {seed + 1}")
        self._rng = np.random.default_rng(seed)
        self._propensities: dict[int, float] = {}
        changing = place.fresh or place.offered(0) < place.rewards.shape[1]
        self._fixed = None if changing else self._actions(0)

    def _actions(self, t: int) -> list[str]:
        articles = self.view.articles
        if articles is None:
            return [f"|a a{k}" for k in range(self.place.offered(t))]
        return [f"|a {_vw_numbers('f', features)}" for features in articles[t]]

    def _lines(self, t: int, label: tuple[int, float] | None = None) -> list[str]:
        lines = list(self._fixed or self._actions(t))
        if label is not None:
            chosen, cost = label
            lines[chosen] = f"0:{cost}:{self._propensities.pop(t)} {lines[chosen]}"
        return [f"shared |c {_vw_numbers('', self.view.context[t])}", *lines]

    def choose(self, t: int) -> int:
        probabilities = np.array(self._vw.predict(self._lines(t)))
        probabilities /= probabilities.sum()
        chosen = int(self._rng.choice(len(probabilities), p=probabilities))
        self._propensities[t] = float(probabilities[chosen])
        return chosen

    def learn(self, t: int, chosen: int, reward: float) -> None:
        self._vw.learn(self._lines(t, (chosen, -reward)))


def _vw_numbers(prefix: str, values: Array) -> str:
    return " ".join(f"{prefix}{i}:{v:.6g}" for i, v in enumerate(values.tolist()) if v)


class BayesianBandits(Peer):
    """A learner for each action; Thompson sampling, or the bound at a quantile."""

    def __init__(
        self,
        learner: Callable[[int], Any],
        quantile: float | None,
        place: Environment,
        view: View,
        seed: int,
    ) -> None:
        import bayesianbandits as library  # noqa: PLC0415

        super().__init__(place, view, seed)
        self._learner = learner
        if quantile is None:
            policy: Any = library.ThompsonSampling()
        else:
            policy = library.UpperConfidenceBound(alpha=quantile)
        arms = [self._arm(k) for k in range(place.offered(0))]
        self._agent: Any = library.ContextualAgent(arms, policy, random_seed=seed)
        self._x = with_constant(view.context)

    def _arm(self, k: int) -> Any:
        from bayesianbandits import Arm  # noqa: PLC0415

        return Arm(k, learner=self._learner(self.seed + k))

    def choose(self, t: int) -> int:
        for k in range(len(self._agent.arms), self.place.offered(t)):
            self._agent.add_arm(self._arm(k))
        (chosen,) = self._agent.pull(self._x[t : t + 1])
        return int(chosen)

    def learn(self, t: int, chosen: int, reward: float) -> None:
        agent = self._agent.select_for_update(chosen)
        agent.update(self._x[t : t + 1], np.array([reward]))


class SharedBayesianBandits(Peer):
    """A single learner for all actions, on the products of action and context features."""

    DRAWS = 200

    def __init__(
        self,
        learner: Callable[[int], Any],
        quantile: float | None,
        place: Environment,
        view: View,
        seed: int,
    ) -> None:
        super().__init__(place, view, seed)
        self._model = learner(seed)
        self._quantile = quantile

    def choose(self, t: int) -> int:
        size = 1 if self._quantile is None else self.DRAWS
        drawn = np.asarray(self._model.sample(crossed_rows(self.view, t), size=size))
        if self._quantile is None:
            return int(drawn[0].argmax())
        return int(np.quantile(drawn, self._quantile, axis=0).argmax())

    def learn(self, t: int, chosen: int, reward: float) -> None:
        rows = crossed_rows(self.view, t)[chosen : chosen + 1]
        self._model.partial_fit(rows, np.array([reward]))


class MabWiser(Peer):
    """A linear model for each action."""

    def __init__(
        self, policy: str, alpha: float, place: Environment, view: View, seed: int
    ) -> None:
        from mabwiser.mab import MAB, LearningPolicy  # noqa: PLC0415

        super().__init__(place, view, seed)
        chosen = getattr(LearningPolicy, policy)(alpha=alpha)
        self._mab: Any = MAB(list(range(place.offered(0))), chosen, seed=seed)
        self._x = with_constant(view.context)
        self._started = False

    def choose(self, t: int) -> int:
        offered = self.place.offered(t)
        if not self._started:
            return t % offered
        for k in range(len(self._mab.arms), offered):
            self._mab.add_arm(k)
        return int(self._mab.predict(self._x[t : t + 1]))

    def learn(self, t: int, chosen: int, reward: float) -> None:
        (self._mab.partial_fit if self._started else self._mab.fit)(
            [chosen], [reward], self._x[t : t + 1]
        )
        self._started = True


class Coba(Peer):
    """LinUCB on a common linear model of context and action features."""

    def __init__(self, alpha: float, place: Environment, view: View, seed: int) -> None:
        from coba.learners import LinUCBLearner  # noqa: PLC0415

        super().__init__(place, view, seed)
        self._learner: Any = LinUCBLearner(alpha=alpha, seed=seed + 1)
        self._names = np.eye(place.rewards.shape[1]).tolist()

    def _offer(self, t: int) -> list[list[float]]:
        articles = self.view.articles
        offered: list[list[float]] = self._names if articles is None else articles[t].tolist()
        return offered[: self.place.offered(t)]

    def choose(self, t: int) -> int:
        offered = self._offer(t)
        chosen, _ = self._learner.predict(self.view.context[t].tolist(), offered)
        return offered.index(chosen)

    def learn(self, t: int, chosen: int, reward: float) -> None:
        context = self.view.context[t].tolist()
        self._learner.learn(context, self._offer(t)[chosen], reward, 1.0)


# -- list of learners and their settings ----------------------------------------------


def _vw(arguments: str) -> Making:
    return lambda place, view, seed: VowpalWabbit(arguments, place, view, seed)


def _nig(seed: int) -> Any:
    from bayesianbandits import NormalInverseGammaRegressor  # noqa: PLC0415

    return NormalInverseGammaRegressor(random_state=seed)


def _glm(seed: int) -> Any:
    from bayesianbandits import BayesianGLM  # noqa: PLC0415

    return BayesianGLM(random_state=seed)


def _bayes(learner: Callable[[int], Any], quantile: float | None = None) -> Making:
    def enter(place: Environment, view: View, seed: int) -> Peer:
        kind = SharedBayesianBandits if place.fresh else BayesianBandits
        return kind(learner, quantile, place, view, seed)

    return enter


def _mab(policy: str, alpha: float) -> Making:
    return lambda place, view, seed: MabWiser(policy, alpha, place, view, seed)


def _coba(alpha: float) -> Making:
    return lambda place, view, seed: Coba(alpha, place, view, seed)


def _ridge(epsilon: float) -> Making:
    return lambda place, view, seed: RidgeGreedy(epsilon, place, view, seed)


def _logistic(epsilon: float) -> Making:
    return lambda place, view, seed: LogisticGreedy(epsilon, place, view, seed)


_COSTS = "--cb_min_cost -1 --cb_max_cost 0"
DEFAULT: Mapping[str, Making] = {
    "VW squarecb": _vw("--squarecb"),
    "VW regcb": _vw(f"--regcb {_COSTS}"),
    "VW cover": _vw("--cover 4"),
    "coba LinUCB": _coba(1.0),
    "mabwiser LinTS": _mab("LinTS", 1.0),
    "mabwiser LinUCB": _mab("LinUCB", 1.0),
    "bayesianbandits NIG": _bayes(_nig),
    "bayesianbandits logistic": _bayes(_glm),
    "ridge, epsilon-greedy": _ridge(0.1),
    "logistic, epsilon-greedy": _logistic(0.1),
}
"""Peers with the defaults of their libraries. Costs are declared to lie between -1 and 0."""
TUNED: Mapping[str, Making] = {
    "VW squarecb": _vw("--squarecb --gamma_scale 100 -l 2"),
    "VW regcb": _vw(f"--regcb {_COSTS} --mellowness 0.001 -l 2"),
    "VW cover": _vw("--cover 8 --nounif"),
    "coba LinUCB": _coba(0.3),
    "mabwiser LinTS": _mab("LinTS", 0.3),
    "mabwiser LinUCB": _mab("LinUCB", 0.3),
    "bayesianbandits NIG": _bayes(_nig, quantile=0.84),
    "bayesianbandits logistic": _bayes(_glm, quantile=0.84),
    "ridge, epsilon-greedy": _ridge(0.05),
    "logistic, epsilon-greedy": _logistic(0.02),
}
"""Each at the best of two to sixty settings on the first family (seeds 100 and 101): over coffee,
coffee:noisy, news and newsfeed together, but for ridge, where .05 is better on articles only."""
SERVICE = "VW, the service's default"
PEERS: Mapping[str, Making] = {
    **DEFAULT,
    **{f"{name}, tuned": making for name, making in TUNED.items()},
    SERVICE: _vw("--epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::"),
}
CROSSED = ", crossed"
"""Suffix of a peer's name for the view with the right crosses."""
ALL_PEERS = (*PEERS, *(name + CROSSED for name in PEERS if name != SERVICE))


def fits(peer: str, place: Environment) -> bool:
    """True if a library supports the environment: mabwiser has no features of actions, so it cannot
    handle new ones.
    """
    return not (peer.startswith("mabwiser") and place.fresh)


def enter(peer: str, place: Environment, seed: int) -> Peer:
    """A peer in an environment, with the view given by the suffix of its name."""
    view = place.right if peer.endswith(CROSSED) else place.plain
    assert view is not None
    return PEERS[peer.removesuffix(CROSSED)](place, view, seed)


def quiet() -> None:
    """Suppress warnings of libraries about their dependencies."""
    warnings.filterwarnings("ignore")
