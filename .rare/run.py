import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import sys, time, json, argparse, importlib
import numpy as np

sys.path.insert(0, "/tmp/rare")
from worlds import World, KINDS
from peers import PEERS
from pathlib import Path


def ours(floor, feats="name", **kw):
    from engine import LoopSettings, Thompson
    from engine.learners.base import Impression
    from engine.loop.settings import learner_of
    from engine.policies.base import Normals
    from engine.protocol.request import parse_rank_request
    from engine.streams import stream

    class Ours:
        def __init__(self, w, seed):
            s = LoopSettings(policy=Thompson(floor=floor), **kw)
            self.w, self.seed, self.policy, self.learner = w, seed, s.policy, learner_of(s)
            self.normals = Normals(seed)
            acts = [
                {
                    "id": f"a{i}",
                    "features": {
                        "name": [{"name": f"a{i}"}],
                        "none": [],
                        "price": [{"price": float(w.prices[i])}],
                    }[feats],
                }
                for i in range(5)
            ]
            self.req = []
            for c in range(36):
                u, v, x = np.unravel_index(c, (3, 3, 4))
                self.req.append(
                    parse_rank_request(
                        acts, [{"device": f"d{u}", "place": f"p{v}", "time": f"t{x}"}]
                    )
                )

        def choose(self, t):
            r = self.req[self.w.cells[t]]
            self.d = self.policy.decide(
                self.learner.belief(r), self.normals, stream(self.seed, "decision", t)
            )
            return self.d.chosen

        def learn(self, t, a, r):
            self.learner.learn(
                Impression(self.req[self.w.cells[t]], a, a, float(self.d.probabilities[a])), r
            )

    return Ours


LEARNERS = dict(PEERS)
LEARNERS["ours"] = lambda w, s: ours(0.0)(w, s)
LEARNERS["ours none"] = lambda w, s: ours(0.0, "none")(w, s)
LEARNERS["ours price"] = lambda w, s: ours(0.0, "price")(w, s)
LEARNERS["ours .05"] = lambda w, s: ours(0.05)(w, s)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--kinds", nargs="+", default=KINDS)
    p.add_argument("--learners", nargs="+", required=True)
    p.add_argument("--seeds", type=int, default=3)
    p.add_argument("--first", type=int, default=0)
    p.add_argument("--visitors", type=int, default=10000)
    p.add_argument("--tag", default="")
    p.add_argument("--rows", default="/tmp/rare/rows.jsonl")
    p.add_argument("--proto")
    o = p.parse_args()
    if o.proto:
        LEARNERS.update(importlib.import_module(o.proto).PROTOS)
    print(f"{'':24}", *[f"{k:>14}" for k in o.kinds], "    ms")
    for name in o.learners:
        out, ms = [], []
        for kind in o.kinds:
            lost = []
            for seed in range(o.first, o.first + o.seeds):
                w = World(kind, seed, o.visitors)
                l = LEARNERS[name](w, seed)
                t0 = time.process_time()
                total = 0.0
                marks = []
                for t in range(o.visitors):
                    a = l.choose(t)
                    total += w.regrets[w.cells[t], a]
                    l.learn(t, a, w.reward(t, a))
                    if (t + 1) % 2000 == 0:
                        marks.append(round(total, 2))
                dt = 1e3 * (time.process_time() - t0) / o.visitors
                lost.append(total)
                ms.append(dt)
                if hasattr(l, "learner") and len(l.learner.changes):
                    print("   changes", kind, seed, l.learner.changes)
                with open(o.rows, "a") as f:
                    f.write(
                        json.dumps([name + o.tag, kind, seed, o.visitors, total, marks, dt]) + "\n"
                    )
            out.append((np.mean(lost), np.std(lost) / max(len(lost) - 1, 1) ** 0.5))
        print(
            f"{name + o.tag:24}",
            *[f"{m:8.1f}±{s:4.1f} " for m, s in out],
            f"{np.mean(ms):6.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
