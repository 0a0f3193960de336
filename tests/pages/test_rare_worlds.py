"""Ten worlds with rates of .1 to 8 %, priced or not: what is written is what was computed."""

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest

from engine.experiments.race.runs import race
from engine.experiments.race.standings import Standings
from engine.worlds import key_of
from pages.parts.compare import page_content as compare
from pages.parts.compare.history_in_link import History
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.compare.session import CompareSession
from pages.parts.race import page_content as race_page
from pages.parts.race.finished_races import FinishedRaces
from pages.parts.race.page_settings import RaceSetup
from pages.parts.race.session import RaceSession
from pages.parts.scene.part_types import Figure, FigureStyle, Numbers, Scene, Table, Text
from pages.parts.settings.known_worlds import keep_at_hand
from tests.pages.conftest import EvaluateApp
from tests.pages.rare_worlds import rare_world

INTERVAL = re.compile(r"([\u2212+\d.,]+)(?:\s[€%])? to ([\u2212+\d.,]+)(?=\s?[€%)])")
"""Ends of an interval."""
FLAT = re.compile(r"(?<![\d.,])0\.0+(?!\d)")
"""A number other than 0 that is rounded to it."""


def texts_of(scene: Scene, names: list[str]) -> Iterator[str]:
    """Sentences, numbers, tables and descriptions of a scene."""
    for name in names:
        part = scene[name]
        if isinstance(part, Text):
            yield part.body
        elif isinstance(part, Figure):
            yield part.alt
        elif isinstance(part, Numbers):
            yield from (f"{number.value} {number.below}" for number in part.numbers)
        elif isinstance(part, Table):
            yield from filter(_is_text, part.rows.to_numpy().ravel().tolist())


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def check(text: str) -> None:
    """Check that no interval has equal ends, and no number is rounded to 0."""
    plain = unescape(text).replace("\u2060", "").replace("\u00a0", " ")
    assert not (found := FLAT.search(plain)), plain[max(found.start() - 90, 0) : found.end() + 40]
    for found in INTERVAL.finditer(plain):
        assert found[1] != found[2] or found[1] == "0", plain[
            max(found.start() - 90, 0) : found.end()
        ]


def span(figure: Figure, channel: str) -> float:
    """End of an axis."""
    layers = [layer["encoding"] for layer in figure.spec.get("layer", [figure.spec])]
    return float(
        max(e[channel]["scale"]["domain"][1] for e in layers if "scale" in e.get(channel, {}))
    )


@pytest.mark.parametrize("seed", range(10))
def test_race(seed: int) -> None:
    setup = RaceSetup(
        world=keep_at_hand(rare_world(seed)), who="ab,present,uniform", visitors=500, crowds=4
    ).fitted()
    standings, finished = Standings(setup.plan()), FinishedRaces()
    for outcome in race(standings.plan):
        standings.add(outcome)
    finished.keep(setup, standings)
    session = RaceSession(setup, None, finished)  # type: ignore[arg-type]
    session.prepare("ab")
    scene = race_page.scene_of(session, FigureStyle())
    names = [
        "verdict",
        "conclusions",
        "finals",
        "finals-note",
        "trial",
        "rewards",
        "losses",
        "table",
    ]
    check("\n".join(texts_of(scene, names)))
    finals = scene.figure("finals")
    assert finals is not None
    largest = max(row["high"] for row in finals.rows.to_pylist())
    assert largest >= span(finals, "x") / 2
    margin = standings.margin()
    assert margin is not None
    assert ("not statistically" in scene.text("verdict")) == (margin.ahead.low <= 0)


@pytest.mark.parametrize("seed", range(10))
def test_compare(seed: int) -> None:
    session = CompareSession(
        CompareSetup(world=keep_at_hand(rare_world(seed)), truth=True).fitted(), History(0)
    )
    while len(session.comparison) < 400:
        if len(session.comparison) == 200:
            session.comparison.go_online()
        session.comparison.step()
    scene = compare.scene_of(session, FigureStyle())
    names = ["situation", "came", "numbers", "rewards", "gains", "outlook", "outlook-note", "board"]
    check("\n".join(texts_of(scene, names)))


@pytest.mark.parametrize("seed", range(10))
def test_evaluate(seed: int, open_evaluate: Callable[..., EvaluateApp]) -> None:
    app = open_evaluate(world=keep_at_hand(rare_world(seed)), visitors="300", truth="1")
    check(app.text)
    assert key_of(rare_world(seed)) == app.session.setup.world
