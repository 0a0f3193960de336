"""Repeated coverage experiments: shared series, the cache, links."""

from dataclasses import replace
from itertools import count

import pytest

from engine import LoopSettings
from engine.evaluation.interval_coverage import Coverage
from engine.pausable_steps import Steps, finish
from engine.worlds.coffee import COFFEE
from pages.parts.evaluate.interval_coverage_runs import (
    CoverageExperiment,
    CoverageRuns,
    SeriesCache,
)
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.work.browser_session import BrowserSession
from pages.parts.work.job_queue import SLICE, Job, Jobs

SETUP = EvaluateSetup(visitors=300, flaw="few", times=20)
"""Experiments of 30 visitors each."""


class Sessions:
    """Browser sessions of one server; jobs run on request, each slice in equal time."""

    def __init__(self) -> None:
        clock = count(0.0, SLICE)
        self.kept = SeriesCache()
        self.line = Jobs(lambda work: None, now=lambda: next(clock), is_connected=lambda _: True)

    def opened(self) -> CoverageRuns:
        """Return the experiments of a new session, with a place of its own in the queue."""
        name = f"session{len(self.line)}"

        def submit(job: Steps[None]) -> Job[None]:
            return self.line.submit(job, BrowserSession(name, name))

        return CoverageRuns(submit, self.kept)

    def work(self, watch: CoverageRuns, done: int) -> None:
        """Work until ``done`` repetitions are finished, or the queue is empty."""
        while watch.done < done and self.line.turn():
            pass


def of_one_run(times: int) -> Coverage:
    coverage = Coverage(COFFEE, LoopSettings(), 300, "few", seed=SETUP.seed)
    finish(coverage.repetition_steps(times))
    return coverage


def test_a_reloaded_page_finds_what_is_under_way_and_all_of_it_is_done_once() -> None:
    sessions = Sessions()
    before = sessions.opened()
    before.start(SETUP)
    sessions.work(before, 1)
    link = before.in_link(SETUP)
    assert link == "20"
    after = sessions.opened()
    after.prepare(SETUP, int(link))
    assert after.is_live
    sessions.work(after, 3)
    before.stop()
    sessions.work(after, 4)
    assert before.done < after.done, "the reloaded page goes on alone"
    assert after.counts("fixed") == {
        key: count
        for (kind, key), count in of_one_run(after.done).counts.items()
        if kind == "fixed"
    }
    after.stop()


def test_what_was_stopped_stays_and_goes_on_when_it_is_started_again() -> None:
    sessions = Sessions()
    watch = sessions.opened()
    watch.start(SETUP)
    sessions.work(watch, 1)
    watch.stop()
    sessions.line.turn()
    assert (watch.done, watch.in_link(SETUP), watch.is_live) == (1, "1", False)
    other = sessions.opened()
    other.prepare(SETUP, 1)
    assert (other.done, other.is_live) == (1, False)
    other.start(SETUP)
    sessions.work(other, 2)
    assert (watch.done, other.done) == (1, 2), "what others add is not shown where it was stopped"
    other.stop()


def test_a_link_to_what_is_not_known_waits_for_a_start() -> None:
    sessions = Sessions()
    watch = sessions.opened()
    watch.prepare(SETUP, 20)
    assert watch.waits_for_start(SETUP)
    assert (watch.is_live, watch.in_link(SETUP)) == (False, "20")
    other = replace(SETUP, seed=8)
    assert not watch.waits_for_start(other)
    assert watch.in_link(other) is None


def test_each_session_sees_what_it_asked_for_however_far_others_go() -> None:
    sessions = Sessions()
    far = sessions.opened()
    far.start(replace(SETUP, times=4))
    sessions.work(far, 1)
    elsewhere = Jobs(lambda work: None, is_connected=lambda _: True)
    near = CoverageRuns(lambda job: elsewhere.submit(job, BrowserSession("", "")), sessions.kept)
    near.start(replace(SETUP, times=2))
    assert near.done == 1, "it goes on with what others began"
    sessions.work(far, 4)
    assert (near.done, near.times, near.is_live) == (2, 2, True), "it had no turn since"
    elsewhere.turn()
    assert (near.done, near.in_link(SETUP), near.is_live) == (2, "2", False)
    two = of_one_run(2).counts.items()
    assert near.counts("best") == {key: count for (kind, key), count in two if kind == "best"}


def test_a_restart_keeps_the_longer_series_of_others() -> None:
    sessions = Sessions()
    first = sessions.opened()
    first.start(replace(SETUP, times=3))
    sessions.work(first, 3)
    anew = sessions.opened()
    anew.start(replace(SETUP, times=2))
    assert anew.done == 0
    sessions.work(anew, 1)
    anew.stop()
    reloaded = sessions.opened()
    reloaded.prepare(SETUP, 3)
    assert (reloaded.done, reloaded.is_live, anew.done) == (3, False, 1)


def test_a_link_begins_nothing_that_nobody_asked_for() -> None:
    sessions = Sessions()
    watch = sessions.opened()
    watch.start(replace(SETUP, times=2))
    sessions.work(watch, 2)
    other = sessions.opened()
    other.prepare(SETUP, 500)
    assert (other.done, other.times, other.is_live, other.in_link(SETUP)) == (2, 2, False, "2")


def test_what_was_stopped_before_its_first_turn_stays_as_it_was() -> None:
    sessions = Sessions()
    watch = sessions.opened()
    watch.start(SETUP)
    sessions.work(watch, 1)
    late = sessions.opened()
    late.start(SETUP)
    late.stop()
    sessions.work(watch, 2)
    assert (late.done, late.in_link(SETUP)) == (1, "1")
    watch.stop()


@pytest.mark.parametrize(("most", "is_kept"), [(60, True), (40, False)])
def test_the_least_recently_used_series_is_dropped(most: int, is_kept: bool) -> None:
    kept = SeriesCache(most)
    first, second, third = (CoverageExperiment("coffee", seed, 100, "none") for seed in range(3))
    for experiment in (second, first, third):
        kept.begin(experiment)
    assert kept.find(first) is not None
    assert (kept.find(second) is not None) == is_kept
