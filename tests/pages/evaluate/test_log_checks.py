"""Words for the checks of a log."""

from engine.evaluation.log_fitness import Check
from pages.parts.evaluate.log_checks import QUESTION, faults_in_short


def test_faults_are_named_once_and_checks_are_counted() -> None:
    weights = Check("weights", passes=False, action="red", value=0.5, expected=1.0)
    repeats = Check("repeats", passes=False, value=3.0, event=9)
    sound = Check("gaps", passes=True)
    assert faults_in_short([weights, sound]) == f"{QUESTION} 1 check failed: mean weights."
    assert faults_in_short([weights, weights, sound, repeats]) == (
        f"{QUESTION} 3 checks failed: mean weights and repeated events."
    )
