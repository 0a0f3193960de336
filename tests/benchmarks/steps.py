"""The single steps of heavy work: how long the longest takes, and all of them together.

    python -m tests.benchmarks.steps [--only importance,lesson]

Nobody else has a turn before a step is over, and a click waits for it. Milliseconds are those of
the processor, as others may use the machine, too. Where the longest is much more than what 99 of
100 steps take at most, one does something that could be parted.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from engine import LearningLoop, LoopSettings
from engine.evaluation.coverage import Coverage
from engine.evaluation.importance import assessing
from engine.evaluation.optimise import optimising
from engine.evaluation.sources.logs import open_log
from engine.evaluation.weights import weighing
from engine.loop.moments import as_of
from engine.simulation.crowd import crowd
from engine.steps import Steps
from engine.store import Library
from engine.worlds import WORLDS
from pages.parts.evaluate.logs import ReadyMade, making
from pages.parts.heavy_work import SLICE
from pages.parts.lessons.lessons import LESSONS
from pages.parts.operations.memory import collect_seldom
from tests.benchmarks.fair_share import kept_in, log_file

VISITORS = 2_000
"""Of the loops that are asked something."""


def served(world: str) -> LearningLoop:
    """A loop that has served visitors."""
    loop = LearningLoop(LoopSettings(), seed=7)
    list(crowd(loop, WORLDS[world], VISITORS))
    return loop


def opened(folder: str) -> LearningLoop:
    """The same, opened from the store."""
    store, kept = kept_in(folder)
    return Library(store).open(kept.view).loop


def _file(file: bytes) -> Steps[object]:
    yield from open_log(file, "log.csv.gz").in_steps()
    return None


def _lesson(key: str) -> Steps[object]:
    lesson = LESSONS[key]
    return lesson.begin(lesson.place, lesson.seed).work()  # type: ignore[no-any-return]


def kinds(folder: str) -> Mapping[str, Callable[[], Steps[object]]]:
    """All kinds of heavy work that are made of steps of the engine's, by their names."""
    coffee, settings = WORLDS["coffee"], LoopSettings()
    return {
        "coverage": lambda: Coverage(coffee, settings, 3_000).repeating(2),
        "coverage, best of 200 rules": lambda: Coverage(
            coffee, settings, 3_000, "picked"
        ).repeating(2),
        "a ready-made log": lambda: making(ReadyMade("coffee", 7, 3_000)),
        "settings tried": lambda: optimising(served("coffee")),
        "importance": lambda: assessing(served("coffee")),
        "importance, shop": lambda: assessing(served("shop")),
        "importance, of a stored loop": lambda: assessing(opened(folder)),
        "a moment, of a stored loop": lambda: _moment(opened(folder)),
        "weights": lambda: weighing(served("coffee"), coffee),
        "a log in a file": lambda: _file(log_file()),
        **{f"lesson {key}": partial(_lesson, key) for key in LESSONS},
    }


def _moment(loop: LearningLoop) -> Steps[object]:
    return as_of(loop, len(loop.log))


def measured(steps: Steps[object]) -> Mapping[str, float]:
    """What the steps take, in milliseconds of the processor."""
    took = []
    while True:
        start = time.thread_time()
        is_over = next(steps, steps) is steps
        took.append(1e3 * (time.thread_time() - start))
        if is_over:
            break
    over = [one for one in took if one > 1e3 * SLICE]
    return {
        "steps": len(took),
        "longest": max(took),
        "at": 1 + int(np.argmax(took)),
        "over a slice": len(over),
        "99 of 100": float(np.quantile(took, 0.99)),
        "all": sum(took),
    }


def main() -> None:
    """Print a table of all kinds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="kinds that begin with one of these")
    collect_seldom()
    asked = tuple(parser.parse_args().only.split(","))
    with tempfile.TemporaryDirectory() as folder:
        for name, begin in kinds(folder).items():
            if name.startswith(asked):
                print(f"{name:<32}", pd.Series(measured(begin())).round(1).to_dict(), flush=True)


if __name__ == "__main__":
    main()
