"""Settings that were tried: what is told of each time."""

from dataclasses import replace

from engine.evaluation.estimators import Interval
from engine.evaluation.optimise import Optimisation, Tried, candidates_for
from engine.loop.learning_loop import LearningLoop
from pages.parts.evaluate.optimise import _told
from pages.parts.evaluate.tuning import Run, Tuning


def applied(tuning: Tuning) -> list[object]:
    return [row["Applied"] for row in _told(tuning.runs)]


def test_settings_that_gave_way_to_later_ones_are_no_longer_applied() -> None:
    loop, tuning = LearningLoop(), Tuning()
    low, high = Interval(0.2, 0.1, 0.3), Interval(0.8, 0.7, 0.9)
    for key in ("crosses 2", "crosses 1"):
        assert applied(tuning) in ([], ["yes"])
        best = next(one for one in candidates_for(loop.settings) if one.key == key)
        found = Optimisation(low, (Tried(best, high, high),))
        tuning.runs.append(Run(loop, 100, loop.settings, found))
        assert applied(tuning)[-1] == "no"
        loop.configure(**best.changes)
        tuning.applied(tuning.runs[-1])
    assert applied(tuning) == ["no longer", "yes"]
    # Taken back, found again and applied again, it is in force by the later one.
    tuning.runs.append(replace(tuning.runs[-1], is_applied=False))
    tuning.applied(tuning.runs[-1])
    assert applied(tuning) == ["no longer", "no longer", "yes"]
