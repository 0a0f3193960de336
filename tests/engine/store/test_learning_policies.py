"""Learning policies as arguments of Vowpal Wabbit, from and to settings."""

import pytest

from engine import EpsilonGreedy, LoopSettings
from engine.store.learning_policies import arguments, changes_of_arguments
from tests.engine.refusals import refusal


@pytest.mark.parametrize("crosses", [0, 1, 2, 3])
def test_arguments_of_settings_lead_back_to_them(crosses: int) -> None:
    settings = LoopSettings.classic(crosses=crosses, learning_rate=0.05, policy=EpsilonGreedy(0.1))
    changes = changes_of_arguments(arguments(settings))
    assert {name: getattr(settings, name) for name in changes} == changes
    assert refusal(lambda: changes_of_arguments("")).target == "arguments"
