"""Other libraries as learners: what they choose, round by round, in an environment.

Each is handed the right features. Vowpal Wabbit tells the probability of every action, and
we draw from those; `bayesianbandits`, `mabwiser` and `coba` tell only what they choose. Packages
are imported where they are used, as they come with the optional extra ``bench``.
"""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from engine.arrays import Array
from tests.benchmarks.environments import Environment


class Peer(ABC):
    """A learner of some library in one environment."""

    def __init__(self, place: Environment, seed: int) -> None:
        self.place, self.seed = place, seed
        self.actions: int = place.rewards.shape[1]

    @abstractmethod
    def choose(self, t: int) -> int:
        """Position of the action for round t."""

    @abstractmethod
    def learn(self, t: int, chosen: int, reward: float) -> None:
        """Learn what it earned."""


class VowpalWabbit(Peer):
    """VW with action-dependent features; the action is drawn from its probabilities."""

    def __init__(self, arguments: str, place: Environment, seed: int) -> None:
        from vowpalwabbit import pyvw  # noqa: PLC0415

        super().__init__(place, seed)
        pairs = "" if "-q ::" in arguments else "-q ca"
        command = f"--cb_explore_adf --quiet {pairs} {arguments}"
        self._vw: Any = pyvw.Workspace(f"{command} --random_seed {seed + 1}")
        self._rng = np.random.default_rng(seed)
        self._probabilities: Array = np.zeros(0)

    def _lines(self, t: int, label: tuple[int, float] | None = None) -> list[str]:
        names = (f"{i}:{v:.6g}" for i, v in enumerate(self.place.vector[t]) if v)
        lines = [f"shared |c {' '.join(names)}"]
        for k in range(self.actions):
            told = f"0:{label[1]}:{self._probabilities[k]} " if label and label[0] == k else ""
            if self.place.articles is None:
                lines.append(f"{told}|a a{k}")
            else:
                features = (f"f{j}:{v:.6g}" for j, v in enumerate(self.place.articles[t, k]))
                lines.append(f"{told}|a {' '.join(features)}")
        return lines

    def choose(self, t: int) -> int:
        told = np.array(self._vw.predict(self._lines(t)))
        self._probabilities = told / told.sum()
        return int(self._rng.choice(self.actions, p=self._probabilities))

    def learn(self, t: int, chosen: int, reward: float) -> None:
        self._vw.learn(self._lines(t, (chosen, -reward)))


class BayesianBandits(Peer):
    """A learner for each action; a shared one where actions never come back."""

    def __init__(
        self,
        learner: Callable[[int], Any],
        policy: Callable[[], Any],
        place: Environment,
        seed: int,
    ) -> None:
        from bayesianbandits import Arm, ContextualAgent  # noqa: PLC0415

        super().__init__(place, seed)
        self._shared = learner(seed) if place.name == "newsfeed" else None
        arms = [Arm(k, learner=learner(seed + k)) for k in range(self.actions)]
        self._agent: Any = ContextualAgent(arms, policy(), random_seed=seed)
        self._x = np.hstack([np.ones((len(place.vector), 1)), place.vector])

    def _rows(self, t: int) -> Array:
        assert self.place.articles is not None
        articles = np.hstack([np.ones((self.actions, 1)), self.place.articles[t]])
        rows: Array = np.einsum("i,kj->kij", self._x[t], articles).reshape(self.actions, -1)
        return rows

    def choose(self, t: int) -> int:
        if self._shared is not None:
            return int(np.asarray(self._shared.sample(self._rows(t), size=1)).ravel().argmax())
        (chosen,) = self._agent.pull(self._x[t : t + 1])
        return int(chosen)

    def learn(self, t: int, chosen: int, reward: float) -> None:
        if self._shared is not None:
            self._shared.partial_fit(self._rows(t)[chosen : chosen + 1], np.array([reward]))
            return
        self._agent.update(self._x[t : t + 1], np.array([reward]))


class MabWiser(Peer):
    """One linear model for each action."""

    def __init__(self, policy: str, alpha: float, place: Environment, seed: int) -> None:
        from mabwiser.mab import MAB, LearningPolicy  # noqa: PLC0415

        super().__init__(place, seed)
        chosen = getattr(LearningPolicy, policy)(alpha=alpha)
        self._mab: Any = MAB(list(range(self.actions)), chosen, seed=seed)
        self._x = np.hstack([np.ones((len(place.vector), 1)), place.vector])
        self._started = False

    def choose(self, t: int) -> int:
        if not self._started:
            return t % self.actions
        return int(self._mab.predict(self._x[t : t + 1]))

    def learn(self, t: int, chosen: int, reward: float) -> None:
        (self._mab.partial_fit if self._started else self._mab.fit)(
            [chosen], [reward], self._x[t : t + 1]
        )
        self._started = True


class Coba(Peer):
    """LinUCB on one linear model that all actions share, by features of context and action."""

    def __init__(self, alpha: float, place: Environment, seed: int) -> None:
        from coba.learners import LinUCBLearner  # noqa: PLC0415

        super().__init__(place, seed)
        self._learner: Any = LinUCBLearner(alpha=alpha, seed=seed + 1)
        self._names = np.eye(self.actions).tolist()

    def _offer(self, t: int) -> list[list[float]]:
        articles = self.place.articles
        offered: list[list[float]] = self._names if articles is None else articles[t].tolist()
        return offered

    def choose(self, t: int) -> int:
        offered = self._offer(t)
        chosen, _ = self._learner.predict(self.place.vector[t].tolist(), offered)
        return offered.index(chosen)

    def learn(self, t: int, chosen: int, reward: float) -> None:
        context = self.place.vector[t].tolist()
        self._learner.learn(context, self._offer(t)[chosen], reward, 1.0)


def _vw(arguments: str) -> Callable[[Environment, int], Peer]:
    return lambda place, seed: VowpalWabbit(arguments, place, seed)


def _nig(seed: int) -> Any:
    from bayesianbandits import NormalInverseGammaRegressor  # noqa: PLC0415

    return NormalInverseGammaRegressor(random_state=seed)


def _glm(seed: int) -> Any:
    from bayesianbandits import BayesianGLM  # noqa: PLC0415

    return BayesianGLM(random_state=seed)


def _thompson() -> Any:
    from bayesianbandits import ThompsonSampling  # noqa: PLC0415

    return ThompsonSampling()


def _mab(policy: str, alpha: float) -> Callable[[Environment, int], Peer]:
    return lambda place, seed: MabWiser(policy, alpha, place, seed)


def _coba(alpha: float) -> Callable[[Environment, int], Peer]:
    return lambda place, seed: Coba(alpha, place, seed)


PEERS: Mapping[str, Callable[[Environment, int], Peer]] = {
    "VW squarecb": _vw("--squarecb"),
    "VW squarecb, tuned": _vw("--squarecb --gamma_scale 100 -l 2"),
    "VW regcb, tuned": _vw("--regcb --cb_min_cost -1 --cb_max_cost 0 --mellowness 0.001 -l 2"),
    "VW bag 5": _vw("--bag 5"),
    "VW cover 4": _vw("--cover 4"),
    "VW, the service's default": _vw("--epsilon 0.2 --power_t 0 -l 0.001 --cb_type mtr -q ::"),
    "bayesianbandits TS, NIG": lambda p, s: BayesianBandits(_nig, _thompson, p, s),
    "bayesianbandits TS, logistic": lambda p, s: BayesianBandits(_glm, _thompson, p, s),
    "mabwiser LinTS 0.3": _mab("LinTS", 0.3),
    "mabwiser LinUCB 0.3": _mab("LinUCB", 0.3),
    "mabwiser LinUCB 1": _mab("LinUCB", 1.0),
    "coba LinUCB 0.3": _coba(0.3),
}
"""Name -> maker. "Tuned": the settings that did best over these environments in the reference."""


def fits(peer: str, place: str) -> bool:
    """Whether a library can play there: mabwiser has no features of actions."""
    return not (peer.startswith("mabwiser") and place == "newsfeed")


def quiet() -> None:
    """Libraries warn about their own dependencies."""
    warnings.filterwarnings("ignore")
