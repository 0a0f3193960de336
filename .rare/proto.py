"""Prototype of rate learners: Beta-binomial tables of every subset and multiplicative effects, weighed by evidence."""

import numpy as np
from itertools import combinations
from engine.learners.belief import Belief
from engine.policies.base import Normals
from engine.policies.thompson import Thompson
from engine.streams import stream

SHAPE = (3, 3, 4)
CO = np.stack(np.unravel_index(np.arange(36), SHAPE), 1)
SUB = [s for k in range(4) for s in combinations(range(3), k)]


def rows_of():
    base, rows = 0, np.zeros((36, len(SUB)), int)
    starts = []
    for j, s in enumerate(SUB):
        d = [SHAPE[f] for f in s]
        code = np.ravel_multi_index([CO[:, f] for f in s], d) if s else np.zeros(36, int)
        rows[:, j] = base + code
        starts.append(base)
        base += int(np.prod(d)) if s else 1
    return rows, base, np.array(starts)


ROWS, R, STARTS = rows_of()


class Proto:
    def __init__(
        self,
        w,
        seed,
        hs=(0.5, 2, 8, 32),
        tables=True,
        prods=((1,), (1, 2)),
        pk=(0.5, 2, 8, 32),
        floor=0.0,
        agreement=4,
        known=False,
        odds_ctx=1.0,
        width=1.0,
        spread=1.0,
        jeff=0.5,
        pm="mix",
    ):
        self.pm = pm
        self.w, self.seed = w, seed
        self.hs = np.array(hs) if tables else np.zeros(0)
        self.pk = np.array(pk)
        self.tables = tables
        self.prods = [np.array([j for j, s in enumerate(SUB) if s and len(s) in o]) for o in prods]
        self.policy = Thompson(floor=floor, agreement=agreement, width=width)
        self.normals = Normals(seed)
        self.n = np.zeros((R, 5))
        self.s = np.zeros((R, 5))
        # effects: (prod, h, R, 5) successes shared self.s ; exposures E; action exposure
        self.E = np.zeros((len(self.prods), len(self.pk), R, 5))
        self.A = np.zeros((len(self.prods), len(self.pk), 5))
        S = len(SUB) - 1
        sizes = np.array([len(s) for s in SUB[1:]])
        prior = [np.array([1.0])]
        lt = (
            [1 / (3 * (sizes == sizes[j]).sum() * len(hs)) for j in range(S) for _ in hs]
            if tables
            else []
        )
        lp = [1 / (len(self.prods) * len(self.pk)) for _ in self.prods for _ in self.pk]
        p = np.concatenate([[1.0], np.array(lt) * odds_ctx, np.array(lp) * odds_ctx])
        self.logw = np.log(p / p.sum())
        self.price = np.full(5, w.prices) if known else np.zeros(5)
        self.known = known
        self.spread, self.jeff = spread, jeff

    def level(self):
        n, s = self.n[0], self.s[0]
        m = (s.sum() + self.jeff) / (n.sum() + 1)
        for _ in range(2):
            al = self.spread / min(m, 1 - m)
            wt = al / (n + al)
            m = ((s * wt).sum() + self.jeff * 1) / ((n * wt).sum() + 1)
        return m, self.spread / min(m, 1 - m)

    def components(self, c):
        m, al = self.level()
        rows = ROWS[c]
        n, s = self.n, self.s
        n0, s0 = n[0], s[0]
        p0 = (s0 + al * m) / (n0 + al)
        v0 = p0 * (1 - p0) / (n0 + al + 1)
        P, V = [p0[None]], [v0[None]]
        if self.tables:
            k = self.hs[:, None] / np.minimum(p0, 1 - p0)  # (H, A)
            part = k[:, None] / (n + k[:, None])  # H, R, A
            N = np.add.reduceat(n * part, STARTS, axis=1)[:, 1:]
            T = np.add.reduceat(s * part, STARTS, axis=1)[:, 1:]  # H, S, A
            ma = (T + al * m) / (N + al)
            va = ma * (1 - ma) / (N + al + 1)
            nc, sc = n[rows[1:]], s[rows[1:]]
            kk = k[:, None]
            mean = (sc + kk * ma) / (nc + kk)
            var = mean * (1 - mean) / (nc + kk + 1) + (kk / (nc + kk)) ** 2 * va
            P.append(mean.transpose(1, 0, 2).reshape(-1, 5))
            V.append(var.transpose(1, 0, 2).reshape(-1, 5))
        self.rho = []
        for i, terms in enumerate(self.prods):
            h = self.pk[:, None, None]
            r = rows[terms]
            rho = (h + s[r]) / (h + self.E[i][:, r])  # H, T, A
            rv = 1 / (h + s[r])
            a = (al * m + s0) / (al + self.A[i])  # H, A
            mean = np.minimum(a * rho.prod(1), 0.999)
            rel = 1 / (al * m + s0) + rv.sum(1)
            P.append(mean)
            V.append(mean**2 * (np.exp(np.minimum(rel, 5)) - 1) * (1 - mean))
            self.rho.append((rho, a, mean))
        return np.concatenate(P), np.concatenate(V)

    def choose(self, t):
        c = self.w.cells[t]
        self.P, V = self.components(c)
        wts = np.exp(self.logw - self.logw.max())
        wts /= wts.sum()
        price = self.price
        if not self.known:
            seen = price > 0
            if seen.any():
                k = seen.sum()
                mp = (
                    price[seen].max() ** (k / (k + 1))
                    if self.pm == "mix"
                    else price[seen].max()
                    if self.pm == "max"
                    else price[seen].mean()
                    if self.pm == "mean"
                    else 1.0
                )
                P2 = np.where(seen, price, mp)
                extra = np.where(seen, 1.0, 2.0)
            else:
                P2, extra = np.ones(5), np.ones(5)
            means = self.P * P2
            var = (V + self.P**2) * extra * P2**2 - means**2
        else:
            means = self.P * price
            var = V * price**2
        keep = wts > 1e-3
        b = Belief(wts[keep] / wts[keep].sum(), means[keep], var[keep][:, :, None] * np.eye(5))
        self.d = self.policy.decide(b, self.normals, stream(self.seed, "decision", t))
        return self.d.chosen

    def learn(self, t, a, r):
        c = self.w.cells[t]
        y = float(r > 0)
        if r:
            self.price[a] = max(self.price[a], r)
        p = self.P[:, a]
        logs = self.logw + np.log(p if y else 1 - p)
        logs -= logs.max()
        w = np.exp(logs)
        w = w / w.sum() * (1 - 1e-4) + 1e-4 / len(w)
        self.logw = np.log(w)
        rows = ROWS[c]
        for i, terms in enumerate(self.prods):
            rho, act, mean = self.rho[i]
            r_ = rows[terms]
            tot = mean[:, a]
            self.E[i][:, r_, a] += tot[:, None] / rho[:, :, a]
            self.A[i][:, a] += tot / act[:, a]
        self.n[rows, a] += 1
        self.s[rows, a] += y


def mk(**kw):
    return lambda w, s: Proto(w, s, **kw)


PROTOS = {
    "both mix": mk(),
    "both mix a2": mk(agreement=2),
    "prods mix": mk(tables=False),
    "prods mix a2": mk(tables=False, agreement=2),
    "prods3 mix": mk(tables=False, prods=((1,), (1, 2), (1, 2, 3))),
    "prods max": mk(tables=False, pm="max"),
    "prods one": mk(tables=False, pm="one"),
}
