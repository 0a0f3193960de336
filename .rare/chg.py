import sys
import numpy as np
from engine import LearningLoop, LoopSettings, Thompson
from engine.simulation.crowd import crowd
from engine.worlds import WORLDS

name, seeds, vis = sys.argv[1], range(*map(int, sys.argv[2].split(":"))), int(sys.argv[3])
tot = 0
for seed in seeds:
    loop = LearningLoop(LoopSettings(policy=Thompson(floor=float(sys.argv[4]))), seed=seed)
    k = 0
    for i, r in enumerate(crowd(loop, WORLDS[name], vis)):
        if len(loop.learner.changes) > k:
            k += 1
            ev = loop.learner.evidence
            print(
                seed,
                i,
                loop.learner.changes,
                [b.born for b in ev.banks],
                [np.round(b.weights, 3).tolist() for b in ev.banks],
                ev.odds,
            )
    tot += k
print(name, "changes", tot)
