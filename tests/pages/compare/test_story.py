"""A history is restored in steps, with any number of changes of mode."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from pages.parts.compare.comparison_cache import ComparisonCache
from pages.parts.compare.history_in_link import History
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.compare.session import CompareSession
from pages.parts.work.browser_session import BrowserSession
from pages.parts.work.crowd_arrivals import LivePlay
from pages.parts.work.job_queue import Jobs

CAME, SWITCHES = 12, (10,) * 20


def one_step(serve_one: Callable[[], bool], visitors: int) -> int:
    """A slice of time in which no more than a step is done."""
    return int(serve_one())


@pytest.fixture
def telling(monkeypatch: pytest.MonkeyPatch) -> CompareSession:
    """A session with a history from a link; the test serves its crowd step by step."""
    line = Jobs(lambda work: None, is_connected=lambda session: True)
    monkeypatch.setattr("pages.parts.compare.session.serve_in_time", one_step)
    monkeypatch.setattr(
        "pages.parts.compare.session.LivePlay",
        lambda host: LivePlay(host, lambda job: line.submit(job, BrowserSession("", ""))),
    )
    return CompareSession(CompareSetup(), History(CAME, SWITCHES), cache=ComparisonCache())


def test_each_switch_of_a_story_is_foretold_in_steps_of_its_own(telling: CompareSession) -> None:
    told, served = [0], 0
    while served < CAME:
        served += telling.serve(1)
        told.append(len(telling.switches))
    assert telling.switches == list(SWITCHES)
    assert max(late - early for early, late in pairwise(told)) <= 2  # There and back.
    assert len(told) > CAME + len(SWITCHES)


def test_a_story_that_is_stopped_at_a_switch_ends_with_it(telling: CompareSession) -> None:
    while len(telling.comparison) < SWITCHES[0]:
        telling.serve(1)
    assert not telling.switches
    telling.live.stop()
    telling.advance()
    assert telling.switches == list(SWITCHES)
    assert telling.serve(1) == 1
    assert len(telling.comparison) == SWITCHES[0] + 1


def test_who_presses_step_at_a_switch_sees_it_at_once(telling: CompareSession) -> None:
    while len(telling.comparison) < SWITCHES[0] - 1:
        telling.serve(1)
    telling.live.stop()
    assert telling.serve(1) == 1
    assert telling.switches == list(SWITCHES)
