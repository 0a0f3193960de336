import json, sys
from collections import defaultdict
import numpy as np

d = defaultdict(dict)
lo, hi = int(sys.argv[1]), int(sys.argv[2])
for l in open(sys.argv[3] if len(sys.argv) > 3 else "/tmp/rare/rows.jsonl"):
    n, k, s, v, t, m, ms = json.loads(l)
    if lo <= s < hi:
        d[n][k, s] = (t, ms)
print(f"{'':22}", *[f"{k:>13}" for k in ("single", "pairs", "nothing", "strong")], "  ms")
for n in d:
    out = []
    for k in ("single", "pairs", "nothing", "strong"):
        x = [t for (kk, s), (t, _) in d[n].items() if kk == k]
        out.append(
            f"{np.mean(x):7.1f}±{np.std(x) / max(len(x) - 1, 1) ** 0.5:4.1f}" if x else " " * 12
        )
    print(
        f"{n:22}",
        *[f"{o:>13}" for o in out],
        f"{np.mean([m for _, m in d[n].values()]):6.3f}",
        {k: len([1 for kk, s in d[n] if kk == k]) for k in ("single", "strong")},
    )
