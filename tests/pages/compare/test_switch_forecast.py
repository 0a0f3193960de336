"""Forecast of going online: background jobs, and when they are started again."""

import pytest

from engine.evaluation.switch_value import switch_value
from engine.experiments.apprentice_comparison import Comparison
from engine.loop.settings import LoopSettings
from engine.pausable_steps import Steps
from engine.simulation.baselines import best_rule
from engine.worlds.coffee import COFFEE
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.compare.session import CompareSession
from pages.parts.compare.switch_forecast import SwitchForecast
from pages.parts.work.browser_session import BrowserSession
from pages.parts.work.job_queue import Job, Jobs

BASELINE = best_rule(COFFEE, ("weather",))


class Waiting:
    """A comparison, its forecast, and a job queue whose turns a test takes."""

    def __init__(self, explore: float = 0.0, came: int = 100) -> None:
        self.line = Jobs(lambda work: None, is_connected=lambda session: True)
        settings = LoopSettings(apprentice_exploration=explore)
        self.comparison = Comparison(COFFEE, BASELINE, settings)
        self.forecast = SwitchForecast(self.comparison, self._submit)
        self.come(came)

    def _submit(self, work: Steps[None]) -> Job[None]:
        return self.line.submit(work, BrowserSession("", ""))

    def come(self, visitors: int) -> None:
        for _ in range(visitors):
            self.comparison.step()

    def work(self) -> None:
        while self.line.turn():
            pass


@pytest.mark.nightly
def test_a_click_finds_it_at_once_unless_it_takes_long() -> None:
    short, long = Waiting(), Waiting(explore=0.2)
    for waiting in (short, long):
        waiting.forecast.follow(is_live=False)
    assert short.forecast.value == switch_value(short.comparison.apprentice) is not None
    assert long.forecast.value is None
    assert long.forecast.is_at_work
    long.work()
    assert long.forecast.value == switch_value(long.comparison.apprentice) is not None
    assert not long.forecast.is_at_work


def test_while_more_come_a_job_computes_it_once_for_every_tenth_of_them() -> None:
    waiting = Waiting()
    for _ in range(30):
        waiting.forecast.follow(is_live=True)
        waiting.work()
        came = len(waiting.comparison)
        assert 0.9 * came <= waiting.forecast.came <= came
        waiting.come(1)
    assert waiting.forecast.came == 125
    waiting.forecast.follow(is_live=False)
    assert waiting.forecast.came == 130


def test_it_is_of_the_visitors_who_had_come_when_it_was_asked_for() -> None:
    waiting = Waiting(explore=0.2)
    expected = switch_value(waiting.comparison.apprentice)
    waiting.forecast.follow(is_live=True)
    waiting.come(5)
    waiting.forecast.follow(is_live=True)
    waiting.work()
    assert (waiting.forecast.came, waiting.forecast.value) == (100, expected)


def test_once_online_nothing_is_foreseen() -> None:
    waiting = Waiting(came=20)
    waiting.comparison.go_online()
    waiting.forecast.follow(is_live=False)
    assert waiting.forecast.came == 0


def test_while_visitors_come_it_is_found_for_who_looks_at_it() -> None:
    session = CompareSession(CompareSetup(), now=lambda: 0.0)
    session.live.play()
    for asks in (False, True):
        session.asks_why = asks
        session.advance()
        assert session.live.is_live
        assert (session.forecast.came > 0 or session.forecast.is_at_work) is asks
