import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import sys, time, json, argparse
import numpy as np
from engine import LearningLoop, LoopSettings, Thompson
from engine.simulation.crowd import crowd
from engine.worlds import WORLDS

p = argparse.ArgumentParser()
p.add_argument("--worlds", nargs="+", default=["coffee", "news", "shop", "movies"])
p.add_argument("--seeds", type=int, default=3)
p.add_argument("--first", type=int, default=0)
p.add_argument("--visitors", type=int, default=1500)
p.add_argument("--tag", required=True)
o = p.parse_args()
for name in o.worlds:
    lost, ms, ch = [], [], 0
    for seed in range(o.first, o.first + o.seeds):
        loop = LearningLoop(LoopSettings(policy=Thompson(floor=0.0)), seed=seed)
        t0 = time.process_time()
        rows = list(crowd(loop, WORLDS[name], o.visitors))
        ms.append(1e3 * (time.process_time() - t0) / o.visitors)
        lost.append(sum(r["best"] - r["expected"] for r in rows))
        ch += len(loop.learner.changes)
    with open("/tmp/rare/dense.jsonl", "a") as f:
        f.write(json.dumps([o.tag, name, o.first, lost, ms, ch]) + "\n")
    print(
        f"{o.tag:10} {name:10} {np.mean(lost):8.2f} {np.round(lost, 1).tolist()} {np.mean(ms):.3f} ms changes {ch} weights {np.round(loop.learner.weights, 3).tolist()}",
        flush=True,
    )
