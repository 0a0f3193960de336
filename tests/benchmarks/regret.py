"""How much reward the engine loses while it learns, beside other libraries on the same visitors.

    pip install -e ".[bench]"
    python tests/benchmarks/regret.py                    # all of it takes two hours
    python tests/benchmarks/regret.py --environments coffee drift --learners ours "VW squarecb"

Cumulative expected regret after 1,000 and 5,000 visitors, mean over seeds with standard
errors. Ours is one configuration, `LoopSettings()`, everywhere: with the exploration floor
at 0, as the peers have none, with the default floor, and with the right crosses handed
over, as the peers get them. The last columns set it against the reference's figures at
5,000: the best of ten libraries at its best setting for that environment, the best that
also tells exact probabilities, and the first bar.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # here, `engine` is the package

from engine import Hypothesis, LoopSettings, Thompson
from engine.arrays import Array
from engine.learners.base import Impression
from engine.learners.bayesian.hypothesis import HYPOTHESES
from engine.loop.settings import learner_of
from engine.policies.base import Normals, Policy
from engine.protocol.request import RankRequest, parse_rank_request
from engine.streams import stream
from tests.benchmarks.environments import ENVIRONMENTS, Environment
from tests.benchmarks.peers import PEERS, Peer, fits, quiet

REFERENCE = {
    "coffee": (69, 142, 115),
    "coffee:noisy": (98, 226, 130),
    "news": (151, 277, 160),
    "newsfeed": (133, 209, 145),
    "wide": (1_208, 1_315, 1_300),
    "drift": (397, 397, 400),
}
"""Regret at 5,000: best library, best with exact probabilities, first bar."""
FREE = Thompson(floor=0.0)
TEXTBOOK = Thompson(floor=0.0, agreement=1)
NARROW = Thompson(floor=0.0, width=0.3, agreement=1)


@dataclass(frozen=True)
class Ours:
    """A configuration of the engine; ``crossed`` hands the right crosses over."""

    settings: LoopSettings
    crossed: bool = False


def handed_over(place: str) -> LoopSettings:
    """The settings of somebody who knows which crosses matter."""
    numbers = place in ("news", "newsfeed", "wide")
    found = [h for h in HYPOTHESES if (h.by == "features") == numbers]
    single = tuple(Hypothesis(1, h.by, h.noise_sd, h.prior_sd, h.memory, h.odds) for h in found)
    return LoopSettings(policy=FREE, hypotheses=single)


OURS: dict[str, Callable[[str], Ours]] = {
    "ours": lambda place: Ours(LoopSettings(policy=FREE)),
    "ours, floor .05": lambda place: Ours(LoopSettings()),
    "ours, crosses handed over": lambda place: Ours(handed_over(place), crossed=True),
    "ours, textbook Thompson": lambda place: Ours(LoopSettings(policy=TEXTBOOK)),
    "ours, narrow draws": lambda place: Ours(LoopSettings(policy=NARROW)),
    **{
        f"ours, only hypothesis {i + 1}": (
            lambda place, h=h: Ours(LoopSettings(policy=FREE, hypotheses=(h,)))  # type: ignore[misc]
        )
        for i, h in enumerate(HYPOTHESES)
    },
}
ALWAYS = ("ours", "ours, floor .05", "ours, crosses handed over")


class Engine(Peer):
    """Ours, without the log that a `LearningLoop` keeps: same draws, same choices."""

    def __init__(self, ours: Ours, place: Environment, seed: int) -> None:
        super().__init__(place, seed)
        self._ours = ours
        self._policy: Policy = ours.settings.policy
        self._learner = learner_of(ours.settings)
        self._normals = Normals(seed)
        self._request: RankRequest | None = None

    def choose(self, t: int) -> int:
        context = (self.place.crossed if self._ours.crossed else self.place.context)(t)
        self._request = parse_rank_request(self.place.actions(t), context)
        belief = self._learner.belief(self._request)
        rng = stream(self.seed, "decision", t)
        self._decision = self._policy.decide(belief, self._normals, rng)
        return self._decision.chosen

    def learn(self, t: int, chosen: int, reward: float) -> None:
        assert self._request is not None
        propensity = float(self._decision.probabilities[chosen])
        self._learner.learn(Impression(self._request, chosen, chosen, propensity), reward)


def play(task: tuple[str, str, int, int]) -> tuple[Array, float]:
    """Regret of each round, and seconds taken, of a learner in an environment for one seed."""
    quiet()
    place_name, learner, seed, rounds = task
    place = ENVIRONMENTS[place_name](seed, rounds)
    if learner in OURS:
        peer: Peer = Engine(OURS[learner](place_name), place, seed)
    else:
        peer = PEERS[learner](place, seed)
    lost: Array = np.zeros(rounds)
    start = time.perf_counter()
    for t in range(rounds):
        chosen = peer.choose(t)
        peer.learn(t, chosen, float(place.luck[t] < place.rewards[t, chosen]))
        lost[t] = place.regrets[t, chosen]
    return lost, time.perf_counter() - start


def told(values: Array) -> str:
    """Mean and its standard error."""
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return f"{values.mean():,.0f} ± {error:.0f}"


def compare(
    places: Iterable[str], learners: Iterable[str], seeds: int, rounds: int, workers: int
) -> Iterable[dict[str, object]]:
    """One row for each environment and learner, as it is finished."""
    with ProcessPoolExecutor(workers) as pool:
        for place in places:
            for learner in learners:
                if not fits(learner, place):
                    continue
                tasks = [(place, learner, seed, rounds) for seed in range(seeds)]
                found = list(pool.map(play, tasks))
                regret = np.array([lost for lost, _ in found]).cumsum(axis=1)
                best, exact, bar = REFERENCE[place]
                yield {
                    "environment": place,
                    "learner": learner,
                    "at 1,000": told(regret[:, min(rounds, 1_000) - 1]),
                    f"at {rounds:,}": told(regret[:, -1]),
                    "worst seed": f"{regret[:, -1].max():,.0f}",
                    "best library": best,
                    "best exact": exact,
                    "bar": bar,
                    "ms a visitor": f"{1e3 * np.mean([s for _, s in found]) / rounds:.2f}",
                }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    known = [*OURS, *PEERS]
    parser.add_argument("--environments", nargs="+", choices=ENVIRONMENTS, default=[*ENVIRONMENTS])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5_000)
    parser.add_argument("--learners", nargs="+", choices=known, default=[*ALWAYS, *PEERS])
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    rows = []
    for row in compare(
        asked.environments, asked.learners, asked.seeds, asked.rounds, asked.workers
    ):
        print(" | ".join(f"{value}" for value in row.values()), flush=True)
        rows.append(row)
    print(pd.DataFrame(rows).to_string(index=False))


if __name__ == "__main__":
    main()
