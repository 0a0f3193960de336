"""Questions to a log. The claims of a lesson, on three seeds."""

import numpy as np
import pytest

from engine.evaluation.targets import WorldRule
from engine.experiments.asking import ask, errors, offered_by, search
from engine.simulation.baselines import RuleTable
from engine.worlds.coffee import COFFEE
from tests.engine.experiments.coffee_logs import SEEDS, early

MENU: dict[tuple[str, ...], str] = {
    ("Sunny",): "Iced mocha",
    ("Rainy",): "Latte",
    ("Snowy",): "Cappucino",
}
SENSIBLE = WorldRule(COFFEE, RuleTable(("weather",), MENU))
three_seeds = pytest.mark.parametrize("seed", SEEDS)


@three_seeds
def test_a_log_knows_what_a_menu_earns_that_never_ran(seed: int) -> None:
    answer = ask(COFFEE, early(seed), SENSIBLE)
    assert answer.interval.holds(answer.truth)


@three_seeds
def test_without_its_probabilities_it_says_more_than_anything_can_earn(seed: int) -> None:
    assert ask(COFFEE, early(seed), SENSIBLE).forgotten > 1.2


@three_seeds
def test_the_best_of_many_is_not_as_good_as_it_looked(seed: int) -> None:
    found = search(COFFEE, early(seed), seed)
    assert found.chosen > found.truth


def test_the_half_that_did_not_choose_is_nearer_to_the_truth() -> None:
    chosen, judged = errors([search(COFFEE, early(seed), seed) for seed in SEEDS])
    assert chosen > 2 * judged


def test_what_a_log_has_of_each_value_and_item() -> None:
    told = early(SEEDS[0])
    found = offered_by(COFFEE, told, "weather")
    assert found.times.shape == (3, 4)
    assert found.times.sum() == len(told.log)
    rainy = np.array([COFFEE.contexts[cell]["weather"] == "Rainy" for cell in told.cells])
    latte = rainy & (told.log.shown == told.log.actions.index("Latte"))
    position = COFFEE.position("Latte")
    assert found.times[1, position] == latte.sum()
    assert found.means[1, position] == pytest.approx(told.log.reward[latte].mean())
