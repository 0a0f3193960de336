"""A custom policy in a single file: its texts appear on pages, in links, logs and files."""

import importlib
import io
import json
import subprocess
import sys
from ast import literal_eval
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.loop.entries import Ranked
from engine.policies.base import Policy
from engine.policies.registry import POLICIES
from engine.store.entry_codec import to_text
from engine.store.exchange.loop_export import FORMATS
from engine.store.exchange.loop_import import import_file
from pages.parts.charts.race import looks_of
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.reproduction_script import reproduce
from pages.parts.race.page_settings import RaceSetup, everybody
from pages.parts.settings.loop_library_access import library
from tests.pages.conftest import App, RaceApp
from tests.pages.restart import restart

Open = Callable[..., App]
MODULE = "tests.pages.own_policy"


@pytest.fixture
def ladder() -> Iterator[Callable[..., Policy]]:
    """The policy, known while the test runs."""
    policy: Callable[..., Policy] = importlib.import_module(MODULE).Ladder
    yield policy
    del POLICIES["ladder"]
    del sys.modules[MODULE]


def played(open_app: Open) -> App:
    """A loop that served ten visitors and a click with the policy."""
    app = open_app().set("play-policy", "ladder").set("play-step", 20)
    return app.click("let-in-10").finish_the_crowd().answer(1.0)


def test_it_is_a_setting_of_play_and_its_propensities_are_logged(
    open_app: Open, ladder: Callable[..., Policy]
) -> None:
    app = played(open_app)
    assert "Ladder" in app.widget("play-policy").options
    assert app.widget("play-step").label == "Ladder: next one, %"
    assert "each next one 20 % as often" in app.text
    assert app.session.open.loop.settings.policy == ladder(step=0.2)
    ranked = [entry for entry in app.session.open.loop.log if isinstance(entry, Ranked)]
    assert len(ranked) == 11
    for entry in ranked:
        better = [sum(mean > own for mean in entry.means) for own in entry.means]
        weights = [0.2**steps for steps in better]
        expected = [weight / sum(weights) for weight in weights]
        assert entry.probabilities == pytest.approx(expected)
        assert entry.propensity == entry.probabilities[entry.shown]


@pytest.mark.usefixtures("ladder")
def test_it_is_in_the_link_both_ways(open_app: Open) -> None:
    app = played(open_app)
    query = app.session.setup.query()
    assert (query["policy"], query["step"]) == ("ladder", "20")
    assert PlaySetup.from_query(query) == (app.session.setup, [])
    assert open_app(**query).session.setup == app.session.setup
    assert RaceSetup.from_query({"who": "ladder,ours", "step": "30"}) == (
        RaceSetup(who="ours,ladder").having({"step": 30}),
        [],
    )


@pytest.mark.slow
@pytest.mark.usefixtures("ladder")
def test_it_races_beside_the_others(open_race: Callable[..., RaceApp]) -> None:
    app = open_race(who="ladder,greedy,uniform", visitors="200", crowds="2", step="30")
    assert app.widget("race-step").value == 30
    setup = app.session.setup
    assert "ladder" in everybody()
    assert setup.names["ladder"] == "Ladder 30 %"
    assert setup.stories["ladder"].endswith("each next one 30 % as often.")
    looks = dict(looks_of(tuple((key, key) for key in everybody()), dark=False))
    others = [look for key, look in looks.items() if key != "ladder"]
    assert looks["ladder"].colour not in [look.colour for look in others]
    app.click("start").finish_the_race()
    assert app.session.state == "done"
    assert "Ladder 30 %" in app.text
    assert {final.contender for final in app.session.known.finals()} == set(setup.keys)


@pytest.mark.usefixtures("ladder")
def test_the_snippet_names_it_and_runs(open_app: Open) -> None:
    session = played(open_app).session
    code = reproduce(session.open.loop, session.open.world)
    assert f"from {MODULE} import Ladder" in code
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    recorded = session.open.loop.answer(list(session.open.loop.events)[-1]).to_json()
    assert json.loads(json.dumps(literal_eval(done.stdout))) == recorded


def test_a_loop_with_it_is_opened_again_and_goes_out_and_in(
    open_app: Open, ladder: Callable[..., Policy]
) -> None:
    app = played(open_app)
    loop = str(app.session.open.link)
    log = [to_text(entry) for entry in app.session.open.loop.log]
    restart()
    again = App(loop=loop)
    assert (again.session.setup.policy, again.widget("play-step").value) == ("ladder", 20)
    assert [to_text(entry) for entry in again.session.open.loop.log] == log

    file = io.BytesIO()
    FORMATS[0].write(library(), library().store.loop_info(loop), file)
    brought = library().open(import_file(library(), file, "somebody", "a file").id)
    assert brought.loop.settings.policy == ladder(step=0.2)
    assert [to_text(entry) for entry in brought.loop.log] == log
