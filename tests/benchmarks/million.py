"""A million logged events against five policies, beside the same in plain pandas.

    python -m tests.benchmarks.million [--events 1000000]

Events offer 4 to 10 actions in twelve contexts. Each row of the table is of a process of its own:
seconds and processor seconds from opening the file to the last interval, with all estimators of
`engine.evaluation`, and the most memory that the process had, Python and its libraries included.
pandas reads the same file and computes the mean of weight times reward alone, of the same
policies, with no loop over events; lines of dsjson it has from `json`, one after the other.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv, parquet

from engine.evaluation.sources.logs import open_log
from engine.evaluation.sources.merged import evaluate_parts
from engine.evaluation.targets import Baseline, Even, Fixed, Online, Rule, RuleTable, Target

ACTIONS = [f"action-{k}" for k in range(10)]
OFFERS = np.array(["|".join(ACTIONS[:size]) for size in range(11)], dtype=object)
WEATHER, DEVICE = ["sunny", "rainy", "snowy"], ["phone", "tablet", "laptop", "desktop"]
FIXED, RULES = "action-3", {"sunny": "action-1", "rainy": "action-2", "snowy": "action-3"}
TARGETS: Sequence[Target] = (
    Online(),
    Baseline(),
    Even(),
    Fixed(FIXED),
    RuleTable(tuple(Rule((f"weather={of}",), action) for of, action in RULES.items())),
)
FORMATS = ("parquet", "csv", "dsjson")


# -- the log --------------------------------------------------------------------------


def generate(events: int, seed: int = 0) -> pd.DataFrame:
    """A log of half even choices, and half of one action for each context."""
    rng = np.random.default_rng(seed)
    weather, device = rng.integers(3, size=events), rng.integers(4, size=events)
    size, best = rng.integers(4, 11, size=events), (3 * weather + device) % 4
    even = rng.random(events) < 0.5
    shown = np.where(even, (rng.random(events) * size).astype(int), best)
    start, after = pd.Timestamp("2026-01-01", tz="UTC"), pd.to_timedelta(np.arange(events), "s")
    return pd.DataFrame(
        {
            "event_id": [f"e{n:07d}" for n in range(events)],
            "timestamp": start + after,
            "weather": np.array(WEATHER, dtype=object)[weather],
            "device": np.array(DEVICE, dtype=object)[device],
            "offered": OFFERS[size],
            "action": np.array(ACTIONS, dtype=object)[shown],
            "probability": 0.5 / size + 0.5 * (shown == best),
            "reward": (rng.random(events) < 0.1 + 0.4 * (shown == best)).astype(float),
        }
    )


def write(frame: pd.DataFrame, folder: Path) -> Mapping[str, Path]:
    """The log in each format."""
    paths = {name: folder / f"log.{name}" for name in FORMATS}
    table = pa.Table.from_pandas(frame, preserve_index=False)
    parquet.write_table(table, paths["parquet"])
    csv.write_csv(table, paths["csv"])
    with paths["dsjson"].open("w") as file:
        file.writelines(f"{json.dumps(_row(event))}\n" for event in frame.itertuples(index=False))
    return paths


def _row(event: Any) -> dict[str, object]:
    """As the service wrote it."""
    offered = event.offered.split("|")
    shown, size = offered.index(event.action), len(offered)
    best = (3 * WEATHER.index(event.weather) + DEVICE.index(event.device)) % 4
    order = [shown, *(at for at in range(size) if at != shown)]
    return {
        "_label_cost": -event.reward,
        "_label_probability": event.probability,
        "_label_Action": shown + 1,
        "_labelIndex": shown,
        "Timestamp": event.timestamp.isoformat(),
        "Version": "1",
        "EventId": event.event_id,
        "a": [at + 1 for at in order],
        "p": [0.5 / size + 0.5 * (at == best) for at in order],
        "c": {
            "FromUrl": [{"weather": event.weather}, {"user": {"device": event.device}}],
            "_multi": [
                {"_tag": name, "i": {"constant": 1, "id": name}, "j": [{"kind": name, "new": True}]}
                for name in offered
            ],
        },
    }


# -- who evaluates it -----------------------------------------------------------------


def ours(path: Path) -> Mapping[str, float]:
    """IPS of each policy, out of an evaluation by all estimators."""
    log = open_log(path)
    rows = evaluate_parts([log], TARGETS).rows()
    return {row.target: row.intervals["ips"].estimate for row in rows if row.intervals["ips"]}


def plain(path: Path) -> Mapping[str, float]:
    """The same and nothing else, in pandas."""
    frame = READERS[path.suffix[1:]](path)
    offered = frame["offered"].str
    wanted = frame["weather"].map(RULES)
    fixed = pd.Series(FIXED, index=frame.index)
    chances: tuple[Any, ...] = (
        frame["probability"],
        frame["action"] == ACTIONS[0],
        1 / (offered.count("\\|") + 1),
        frame["action"] == fixed,
        frame["action"] == wanted,
    )
    return {
        target.key: float((chance / frame["probability"] * frame["reward"]).mean())
        for target, chance in zip(TARGETS, chances, strict=True)
    }


def _from_lines(path: Path) -> pd.DataFrame:
    with path.open() as file:
        return pd.DataFrame.from_records(_flat(json.loads(line)) for line in file)


def _flat(row: dict[str, Any]) -> dict[str, object]:
    names = [action["_tag"] for action in row["c"]["_multi"]]
    return {
        "weather": row["c"]["FromUrl"][0]["weather"],
        "offered": "|".join(names),
        "action": names[row["_label_Action"] - 1],
        "probability": row["_label_probability"],
        "reward": -row["_label_cost"],
    }


READERS: Mapping[str, Callable[[Path], pd.DataFrame]] = {
    "parquet": pd.read_parquet,
    "csv": pd.read_csv,
    "dsjson": _from_lines,
}
WAYS: Mapping[str, Callable[[Path], Mapping[str, float]]] = {"ours": ours, "pandas": plain}


# -- measuring ------------------------------------------------------------------------


def measure(way: str, path: Path) -> dict[str, Any]:
    """What one way takes, in this process."""
    start, used = time.perf_counter(), time.process_time()
    found = WAYS[way](path)
    return {
        "seconds": time.perf_counter() - start,
        "processor": time.process_time() - used,
        "MiB": most_memory(),
        "found": found,
    }


def most_memory() -> float:
    """The most MiB that this process had at once (`resource` would count its parent's, too)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")


def apart(way: str, path: Path) -> dict[str, Any]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", __spec__.name, "--measure", way, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def rows(paths: Mapping[str, Path]) -> Iterator[dict[str, object]]:
    """A row for each format; both ways have to find the same."""
    for name, path in paths.items():
        one, other = (apart(way, path) for way in WAYS)
        found = [[measured["found"][target.key] for target in TARGETS] for measured in (one, other)]
        np.testing.assert_allclose(found[0], found[1], rtol=1e-9)
        row: dict[str, object] = {"format": name, "file, MiB": path.stat().st_size / 2**20}
        for column in ("seconds", "processor", "MiB"):
            row |= {f"{column}, ours": one[column], f"{column}, pandas": other[column]}
        yield row | {"ratio": one["seconds"] / other["seconds"]}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        way, path = asked.measure
        print(json.dumps(measure(way, Path(path))))
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = write(generate(asked.events), Path(folder))
        print(pd.DataFrame(rows(paths)).round(2).to_string(index=False))


if __name__ == "__main__":
    main()
