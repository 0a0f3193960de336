import numpy as np


class Beta:
    def __init__(self, w, seed, per_cell, a, b):
        self.w, self.rng, self.per = w, np.random.default_rng(seed + 5), per_cell
        self.s = np.full((36, 5), float(a))
        self.f = np.full((36, 5), float(b))

    def choose(self, t):
        c = self.w.cells[t] if self.per else 0
        return int((self.rng.beta(self.s[c], self.f[c]) * self.w.prices).argmax())

    def learn(self, t, a, r):
        c = self.w.cells[t] if self.per else 0
        if r:
            self.s[c, a] += 1
        else:
            self.f[c, a] += 1


class Eps:
    def __init__(self, w, seed, eps):
        self.w, self.rng, self.eps = w, np.random.default_rng(seed + 5), eps
        self.s = np.zeros((36, 5))
        self.n = np.zeros((36, 5))

    def choose(self, t):
        c = self.w.cells[t]
        if self.rng.random() < self.eps:
            return int(self.rng.integers(5))
        m = np.where(self.n[c] > 0, self.s[c] / np.maximum(self.n[c], 1), np.inf)
        return int(self.rng.choice(np.flatnonzero(m >= m.max() - 1e-12)))

    def learn(self, t, a, r):
        c = self.w.cells[t]
        self.s[c, a] += r
        self.n[c, a] += 1


PEERS = {
    "beta all 1:1": lambda w, s: Beta(w, s, False, 1, 1),
    "beta all 1:30": lambda w, s: Beta(w, s, False, 1, 30),
    "beta cell 1:1": lambda w, s: Beta(w, s, True, 1, 1),
    "beta cell 1:30": lambda w, s: Beta(w, s, True, 1, 30),
    "eps .02 cell": lambda w, s: Eps(w, s, 0.02),
    "eps .05 cell": lambda w, s: Eps(w, s, 0.05),
    "eps .1 cell": lambda w, s: Eps(w, s, 0.1),
}
