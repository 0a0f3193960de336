"""Reports beside the truth. The claims of two lessons, on three seeds."""

import numpy as np
import pytest

from engine.experiments.reports import Report, kept, report_on, reporting
from engine.steps import finish
from engine.worlds.coffee import COFFEE
from tests.engine.experiments.coffee_logs import SEEDS, log_of

three_seeds = pytest.mark.parametrize("seed", SEEDS)


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
    reports: list[Report] = []
    finish(reporting(COFFEE, 3, 60, 2, reports))
    for counted in kept(reports):
        every = [one for report in reports for one in report.intervals[counted.key]]
        assert counted.intervals == len(every) == 8
        assert counted.width == pytest.approx(np.mean([one.width for one in every]))
        assert counted.share == counted.held / 8


@pytest.mark.slow
def test_averages_never_keep_their_promise_the_textbook_not_always_and_ours_does() -> None:
    reports: list[Report] = []
    for seed in SEEDS:
        finish(reporting(COFFEE, seed, 250, 3, reports))
    naive, ips, ours = kept(reports)
    assert naive.intervals == ips.intervals == ours.intervals == 36
    assert naive.held == 0
    assert ips.share < 0.95 <= ours.share
    assert naive.width < ours.width
