"""Worlds of rare priced rewards: 3x3x4 contexts, 5 actions, prices 1 to .13, rates .1 to 8 %."""

import numpy as np

SHAPE = (3, 3, 4)
PRICES = np.geomspace(1, 0.13, 5)
KINDS = ("single", "pairs", "nothing", "strong")


class World:
    def __init__(self, kind, seed, visitors):
        rng = np.random.default_rng([seed, KINDS.index(kind), 77])
        self.kind, self.seed = kind, seed
        self.prices = rng.permutation(PRICES)
        base = (
            np.log(rng.uniform(0.002, 0.008))
            - rng.uniform(0.4, 1.3) * np.log(self.prices)
            + rng.normal(0, 0.4, 5)
        )
        log = np.broadcast_to(base, (*SHAPE, 5)).copy()

        def single(sd):
            for f, n in enumerate(SHAPE):
                shape = [1, 1, 1, 5]
                shape[f] = n
                log[...] += rng.normal(0, sd, shape)

        def pair(sd):
            f, g = rng.permutation(3)[:2]
            shape = [1, 1, 1, 5]
            shape[f] = SHAPE[f]
            shape[g] = SHAPE[g]
            log[...] += rng.normal(0, sd, shape)

        if kind == "single":
            single(0.4)
        if kind == "pairs":
            pair(0.7)
        if kind == "strong":
            single(0.7)
            pair(0.7)
        self.rates = np.clip(np.exp(log), 0.001, 0.08).reshape(36, 5)
        self.values = self.rates * self.prices
        self.regrets = self.values.max(1, keepdims=True) - self.values
        self.cells = rng.integers(36, size=visitors)
        self.luck = rng.random(visitors)

    def reward(self, t, a):
        return float(self.prices[a]) * (self.luck[t] < self.rates[self.cells[t], a])
