"""Table of the trials of settings."""

from dataclasses import replace

from engine.evaluation.estimators import Interval
from engine.evaluation.settings_tuning import CandidateResult, Optimisation, candidates_for
from engine.loop.learning_loop import LearningLoop
from pages.parts.evaluate.settings_trials import SettingsTrial, Tuning
from pages.parts.evaluate.settings_trials_panel import trial_rows
from pages.parts.text.reward_scale import RewardScale


def applied(tuning: Tuning) -> list[object]:
    return [row["Applied"] for row in trial_rows(tuning.trials, RewardScale())]


def test_settings_that_gave_way_to_later_ones_are_no_longer_applied() -> None:
    loop, tuning = LearningLoop(), Tuning()
    low, high = Interval(0.2, 0.1, 0.3), Interval(0.8, 0.7, 0.9)
    for key in ("crosses 2", "crosses 1"):
        assert applied(tuning) in ([], ["yes"])
        best = next(
            candidate for candidate in candidates_for(loop.settings) if candidate.key == key
        )
        optimisation = Optimisation(low, (CandidateResult(best, high, high),))
        tuning.trials.append(SettingsTrial(loop, 100, loop.settings, optimisation))
        assert applied(tuning)[-1] == "no"
        loop.configure(**best.changes)
        tuning.applied(tuning.trials[-1])
    assert applied(tuning) == ["no longer", "yes"]
    # Undone, found again and applied again: the later result is in force.
    tuning.trials.append(replace(tuning.trials[-1], is_applied=False))
    tuning.applied(tuning.trials[-1])
    assert applied(tuning) == ["no longer", "no longer", "yes"]
