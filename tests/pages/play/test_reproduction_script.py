"""Python code that reproduces the recorded answer."""

import json
import subprocess
import sys
from ast import literal_eval
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from engine import Hypothesis, Softmax
from engine.worlds import key_of
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.reproduction_script import reproduce
from pages.parts.play.session import PlaySession
from tests.pages.conftest import float_seconds
from tests.pages.presses import answer

ROOT = Path(__file__).parents[3]


Play = Callable[[PlaySession], None]


def own_clicks(session: PlaySession) -> None:
    answer(session, 1.0)
    answer(session, None)
    answer(session, 0.35)


def crowd_and_clicks(session: PlaySession) -> None:
    session.live.enqueue(60)
    while session.live.waiting:
        session.advance()
    answer(session, 0.0)
    session.live.step()


def other_settings(session: PlaySession) -> None:
    own_clicks(session)
    here = PlaySetup(world=key_of(session.open.world), crosses=1)
    session.adopt(here.having({"policy": "epsilon", "epsilon": 30}))
    session.live.step()
    session.adopt(PlaySetup(world=key_of(session.open.world), policy="uniform"))


def unusual_settings(session: PlaySession) -> None:
    session.open.loop.configure(
        policy=Softmax(0.2), hypotheses=(Hypothesis(),), reward_wait_time=timedelta(hours=1)
    )
    own_clicks(session)


def apprentice_of_todays_rules(session: PlaySession) -> None:
    session.adopt(session.setup.having({"mode": "apprentice"}))
    crowd_and_clicks(session)


def undone(session: PlaySession) -> None:
    crowd_and_clicks(session)
    session.undo()
    session.undo()
    answer(session, 0.5)


@pytest.mark.combinations
@pytest.mark.parametrize(
    "play",
    [
        own_clicks,
        crowd_and_clicks,
        other_settings,
        unusual_settings,
        apprentice_of_todays_rules,
        undone,
    ],
)
@pytest.mark.parametrize("world", ["coffee", "news", "home"])
def test_the_snippet_prints_the_recorded_answer(world: str, play: Play) -> None:
    session = PlaySession(PlaySetup(world=world, next=True), float_seconds())
    play(session)
    code = reproduce(session.open.loop, session.open.world)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    recorded = session.open.loop.answer(list(session.open.loop.events)[-1]).to_json()
    assert json.loads(json.dumps(literal_eval(done.stdout))) == recorded


def test_a_crowd_takes_one_line_however_large() -> None:
    session = PlaySession(PlaySetup(), float_seconds())
    session.live.enqueue(200)
    while session.live.waiting:
        session.advance()
    code = reproduce(session.open.loop, session.open.world)
    assert "visitors=199" in code
    assert len(code.splitlines()) < 35


def test_without_an_event_there_is_nothing_to_reproduce() -> None:
    session = PlaySession(PlaySetup(), float_seconds())
    assert reproduce(session.open.loop, session.open.world) == ""
