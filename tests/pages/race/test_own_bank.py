"""Race in a bank's own world: rare rewards, in money."""

import re
from html import unescape
from typing import cast

import pytest

from engine.evaluation.mean_intervals import Estimate
from engine.experiments.race.runs import race
from engine.experiments.race.standings import Standings
from pages.parts.race.finished_races import FinishedRaces
from pages.parts.race.page_content import report, scene_of
from pages.parts.race.page_settings import RaceSetup
from pages.parts.race.session import RaceSession
from pages.parts.scene.part_types import FigureStyle, Scene, Table
from pages.parts.settings.known_worlds import keep_at_hand
from pages.parts.work.race_pool import RaceQueue
from tests.pages.own_bank import OWN_BANK


@pytest.fixture(scope="module")
def session() -> RaceSession:
    """A finished race of cheap methods."""
    world = keep_at_hand(OWN_BANK)
    setup = RaceSetup(world=world, who="ab,present,uniform", visitors=500, crowds=5).fitted()
    standings, finished = Standings(setup.plan()), FinishedRaces()
    for outcome in race(standings.plan):
        standings.add(outcome)
    finished.keep(setup, standings)
    made = RaceSession(setup, cast(RaceQueue, None), finished)
    made.prepare("ab")
    return made


@pytest.fixture(scope="module")
def scene(session: RaceSession) -> Scene:
    return scene_of(session, FigureStyle())


def texts(scene: Scene) -> str:
    """All sentences and descriptions of the scene."""
    names = ["verdict", "conclusions", "finals-note", "say-leader", "say-latest", "say-losses"]
    figures = ["finals", "rewards", "losses", "segments"]
    described = [figure.alt for name in figures if (figure := scene.figure(name))]
    return unescape("\n".join([*map(scene.text, names), *described])).replace("\u2060", "")


def euros(reward: float, known: Estimate) -> str:
    """An amount that is known to some tens or hundreds, rounded to tens."""
    assert 100 <= 150_000 * (known.high - known.low) < 1_000
    return f"{round(300_000 * reward, -1):,.0f}".replace("-", "\N{MINUS SIGN}")


def test_the_margin_is_in_euros_with_its_interval(scene: Scene, session: RaceSession) -> None:
    text, margin = texts(scene), session.known.margin()
    assert margin is not None
    best = session.known.finals()[0].reward
    interval = f"({euros(best.low, best)}\u00a0to\u00a0{euros(best.high, best)})"
    assert f"earned most: {euros(best.mean, best)}\u00a0€ {interval} per 1,000 visitors." in text
    ahead = margin.ahead
    low, high = (f"{'+' * (end > 0)}{euros(end, ahead)}" for end in (ahead.low, ahead.high))
    second = session.displayed.names[margin.next]
    more = f"{euros(ahead.mean, ahead)}\u00a0€ more than {second} ({low} to {high}\u00a0€)"
    assert more in text
    assert "In brackets: 95\u00a0% intervals." in text
    assert "per visitor" not in text
    assert "0.00" not in text
    assert not re.search(r"\d+ rewards", text)


def test_regret_is_a_sum_of_euros(scene: Scene, session: RaceSession) -> None:
    table = scene["table"]
    assert isinstance(table, Table)
    for final, row in zip(session.known.finals(), table.rows.to_dict("records"), strict=True):
        missed = row["Regret"].partition("\u00a0")[0].replace(",", "")
        assert float(missed) == pytest.approx(300 * final.regret.mean, abs=0.6)
        assert row["Mean reward"].startswith(f"{euros(final.reward.mean, final.reward)}\u00a0€ (")


@pytest.mark.parametrize("name", ["finals", "rewards", "losses", "segments"])
def test_charts_use_at_least_half_of_their_axis(scene: Scene, name: str) -> None:
    figure = scene.figure(name)
    assert figure is not None
    assert "€" in str(figure.spec)
    channel = "x" if name in {"finals", "segments"} else "y"
    layers = [layer["encoding"] for layer in figure.spec.get("layer", [figure.spec])]
    found = {tuple(e[channel]["scale"]["domain"]) for e in layers if "scale" in e.get(channel, {})}
    (axis,) = {ends for ends in found if len(ends) == 2}
    column = {"finals": "high", "segments": "regret"}.get(name, "value")
    rows = [row for row in figure.rows.to_pylist() if row.get("visitor", 500) > 100]
    values = [value for row in rows for value in (row.get(column), row.get("high")) if value]
    assert max(values) >= 0.5 * axis[1]


def test_the_report_is_in_euros(session: RaceSession) -> None:
    made = report(session, "")
    assert made is not None
    assert re.search(r"€ more than .*? \([+−]", unescape(made.sentences[0]))
    *earned, missed = made.sentences
    assert all("€" in sentence for sentence in earned)
    assert missed.startswith("Missed rewards leave chance out")
