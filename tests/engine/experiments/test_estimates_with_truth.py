"""Reports on a log beside the truth: the claims of three lessons, each on three seeds."""

import numpy as np
import pytest

from engine.evaluation.target_policies import WorldRule
from engine.experiments.estimates_with_truth import (
    LogReport,
    ask,
    errors,
    interval_records,
    offered_by,
    report_on,
    reporting,
    search,
)
from engine.pausable_steps import finish
from engine.simulation.baselines import RuleTable
from engine.worlds.coffee import COFFEE
from tests.engine.experiments.coffee_logs import SEEDS, early, log_of

three_seeds = pytest.mark.parametrize("seed", SEEDS)


# -- each item of a log ---------------------------------------------------------------


@pytest.mark.no_cover
@three_seeds
def test_a_report_flatters_every_drink_and_the_weighted_log_none(seed: int) -> None:
    report = report_on(COFFEE, log_of(seed))
    assert (np.array([one.low for one in report.intervals["naive"]]) > 2 * report.truths).all()
    weighted = zip(report.intervals["strata"], report.truths, strict=True)
    assert all(interval.holds(float(truth)) for interval, truth in weighted)


@three_seeds
def test_each_drink_was_shown_to_those_who_like_it_best(seed: int) -> None:
    report = report_on(COFFEE, log_of(seed))
    assert (report.fitting > 0.8).all()
    assert (report.wanted < 0.4).all()
    assert report.wanted.sum() == pytest.approx(1)


def test_what_intervals_keep_is_counted_over_all_reports() -> None:
    reports: list[LogReport] = []
    finish(reporting(COFFEE, 3, 60, 2, reports))
    for counted in interval_records(reports):
        every = [one for report in reports for one in report.intervals[counted.key]]
        assert counted.intervals == len(every) == 8
        assert counted.width == pytest.approx(np.mean([one.width for one in every]))
        assert counted.share == counted.covering / 8


@pytest.mark.nightly
def test_averages_never_keep_their_promise_the_textbook_not_always_and_ours_does() -> None:
    reports: list[LogReport] = []
    for seed in SEEDS:
        finish(reporting(COFFEE, seed, 250, 3, reports))
    naive, ips, ours = interval_records(reports)
    assert naive.intervals == ips.intervals == ours.intervals == 36
    assert naive.covering == 0
    assert ips.share < 0.95 <= ours.share
    assert naive.width < ours.width


# -- rules that never ran -------------------------------------------------------------


MENU: dict[tuple[str, ...], str] = {
    ("Sunny",): "Iced mocha",
    ("Rainy",): "Latte",
    ("Snowy",): "Cappucino",
}
SENSIBLE = WorldRule(COFFEE, RuleTable(("weather",), MENU))


@three_seeds
def test_a_log_knows_what_a_menu_earns_that_never_ran(seed: int) -> None:
    answer = ask(COFFEE, early(seed), SENSIBLE)
    assert answer.interval.holds(answer.truth)


@three_seeds
def test_without_its_probabilities_it_says_more_than_anything_can_earn(seed: int) -> None:
    assert ask(COFFEE, early(seed), SENSIBLE).forgotten > 1.2


@three_seeds
def test_the_best_of_many_is_not_as_good_as_it_looked(seed: int) -> None:
    result = search(COFFEE, early(seed), seed)
    assert result.chosen > result.truth


def test_the_half_that_did_not_choose_is_nearer_to_the_truth() -> None:
    chosen, judged = errors([search(COFFEE, early(seed), seed) for seed in SEEDS])
    assert chosen > 2 * judged


def test_counts_of_each_value_and_item_in_a_log() -> None:
    log = early(SEEDS[0])
    result = offered_by(COFFEE, log, "weather")
    assert result.times.shape == (3, 4)
    assert result.times.sum() == len(log.log)
    rainy = np.array([COFFEE.contexts[cell]["weather"] == "Rainy" for cell in log.cells])
    latte = rainy & (log.log.shown == log.log.actions.index("Latte"))
    position = COFFEE.position("Latte")
    assert result.times[1, position] == latte.sum()
    assert result.means[1, position] == pytest.approx(log.log.reward[latte].mean())
