"""Play in a bank's own world: rare rewards, in money."""

import re
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache
from html import unescape
from io import StringIO
from itertools import product
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from engine.loop.settings import LearningMode
from engine.simulation.usual_reward import stated_prices
from engine.worlds import World, key_of
from engine.worlds.action_changes import NewRates
from engine.worlds.draft_rows import ActionRow, rows_of
from engine.worlds.fields import Field
from engine.worlds.taste import Item, Taste, TasteTable
from pages.parts.charts.belief_scale import UNKNOWN
from pages.parts.charts.curves import RewardAxis
from pages.parts.charts.map_axes import upright_axes_of
from pages.parts.play import click_wording, report, second_loop_screens, stage_wording
from pages.parts.play.page_content import ClickScene, Look, scene_of
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.reproduction_script import reproduce
from pages.parts.play.session import PlaySession
from pages.parts.settings.known_worlds import keep_at_hand
from pages.parts.text.format import bare
from pages.parts.text.reward_scale import RewardScale
from tests.pages.own_bank import OWN_BANK, RULE
from tests.pages.presses import answer

LOOK = Look(False, next(iter(upright_axes_of(OWN_BANK))), True)
VISITORS = pytest.mark.parametrize("visitors", [0, 1, 10, 100, 1_000])
FLAT = re.compile(r"(?<![\d,.])0\.0\d*\b|\b0\.00\d*")
"""A number that is written as zero, with decimals."""


def session_of(
    visitors: int, mode: LearningMode = "online", world: World = OWN_BANK
) -> PlaySession:
    keep_at_hand(world)
    setup = replace(PlaySetup(), world=key_of(world), seed=7, truth=True, mode=mode)
    session = PlaySession(setup)
    for _ in range(visitors):
        session.live.step()
    return session


session_after = cache(session_of)
"""A session that no test changes."""


def drawn(session: PlaySession) -> ClickScene:
    return scene_of(session, LOOK, session.advance())


def texts_of(scene: ClickScene) -> str:
    """All texts of a scene, but those of charts' marks."""
    texts: list[str] = []
    for panel in scene.panels.values():
        for part in panel.parts:
            pieces = [*part.get("pieces", ()), *part.get("said", ()), *part.get("note", ())]
            texts += [text for text, _ in pieces]
            texts += [f"{name} {value}" for name, value in part.get("numbers", ())]
        texts += [figure.alt for figure in panel.figures.values()]
    return " ".join(texts)


@pytest.mark.combinations
@VISITORS
@pytest.mark.parametrize("mode", ["online", "apprentice"])
def test_no_number_is_rounded_to_zero_and_none_is_larger_than_money_can_be(
    visitors: int, mode: LearningMode
) -> None:
    session = session_after(visitors, mode)
    texts = unescape(texts_of(drawn(session)))
    assert not FLAT.findall(texts)
    opened, says = session.displayed, stage_wording
    spoken = [says.offered(opened), says.answered(opened), says.earned(opened, truth=True)]
    assert not FLAT.findall(unescape(" ".join(spoken)))
    amounts = re.findall(r"(?:sample|reward),? ([\d,]+)\u00a0€", texts)
    assert all(float(amount.replace(",", "")) < 60_000 for amount in amounts)


@VISITORS
def test_an_own_world_states_the_usual_reward_so_that_amounts_stand_from_the_start(
    visitors: int,
) -> None:
    texts = texts_of(drawn(session_after(visitors)))
    assert UNKNOWN not in texts
    assert "expected reward" in texts


@VISITORS
def test_until_the_size_of_rewards_is_known_a_sentence_says_so(visitors: int) -> None:
    with patch("pages.parts.play.page_settings.usual_reward", return_value=None):
        session = session_of(visitors)
    texts = texts_of(drawn(session))
    assert (UNKNOWN in texts) == (visitors < 100)
    assert ("expected reward" in texts) == (visitors >= 100)


def test_a_click_is_told_in_money() -> None:
    session = session_of(5)
    drawn(session)
    answer(session, 0.0)
    session.advance()
    effect = click_wording.last(session.displayed, asks=True)
    said = unescape("".join(text for text, _ in effect.said))
    amount = "\N{MINUS SIGN}?[\\d,]+\u00a0€"
    assert re.match("Your last click: reward 0\u00a0€ for ", said)
    assert re.search(f"expected {amount} → {amount}\u00a0±\u00a0{amount} per 1,000 visitors", said)
    assert all(-1 < value < 2 for _, *ends in effect.lines for value in ends)
    moved = drawn(session).panels["map"].parts
    assert "€" in "".join(text for part in moved for text, _ in part.get("pieces", ()))


def test_what_is_earned_and_missed_is_in_money_with_its_interval() -> None:
    scene = drawn(session_after(1_000))
    parts = scene.panels["earned"].parts
    numbers = dict(next(part for part in parts if part["kind"] == "numbers")["numbers"])
    mean = session_after(1_000).displayed.earnings()[0]
    scale = RewardScale.of(OWN_BANK)
    assert numbers["Per 1,000, overall"] == scale.value(mean.mean)
    texts = texts_of(scene)
    assert f"{scale.range(mean.low, mean.high)} so far" in texts
    assert re.search(r"it missed [\d,]+\u00a0€ so far; random offers would have missed", texts)


@pytest.mark.parametrize("value", [0.0, 0.4])
def test_no_mean_and_no_interval_is_given_of_a_few_rare_rewards(value: float) -> None:
    session = session_of(0)
    for _ in range(2):
        drawn(session)
        answer(session, value)
    scene, number = drawn(session), 2 if value else 0
    (parts,) = (part["numbers"] for part in scene.panels["earned"].parts if "numbers" in part)
    numbers = dict(parts)
    assert numbers["Rewards, last 2"] == str(number)
    assert numbers["Per 1,000, overall"] == "too early"
    texts = texts_of(scene)
    early = "Each still moves the curve a lot: the mean and its interval are stated from 10 on."
    assert f"Rewards so far: {number}. {early}" in texts
    assert "95 % interval" not in texts
    assert f": {number} rewards after 2" in scene.figures["chart-reward"].alt
    made = report.report(session, "https://example.com")
    assert made is not None
    said = stage_wording.earned(session.displayed, truth=False)
    assert said == f"The last 2 visitors gave {number} rewards."
    assert said[:-1] in (written := " ".join(made.sentences))
    assert "interval" not in written


def test_curves_fill_their_axes_in_money() -> None:
    session = session_after(1_000)
    curve = session.displayed.curve()
    figures = drawn(session).figures
    rows = figures["chart-reward"].rows.to_pylist()
    best = [row["value"] for row in rows if row["line"] == "best possible"]
    assert best == pytest.approx([RULE["best"]] * len(best))
    spec = figures["chart-reward"].spec
    (top,) = {
        layer["encoding"]["y"]["scale"]["domain"][1]
        for layer in spec["layer"]
        if "scale" in layer["encoding"].get("y", {})
    }
    late = [row["value"] for row in rows if row["line"] and row["visitor"] > 300]
    assert top / 2 <= max(late) <= top
    lost = [row["value"] for row in figures["chart-regret"].rows.to_pylist() if row["line"]]
    regrets = (curve[-1][name] for name in ("regret", "uniform_regret", "single_regret"))
    assert max(lost) == pytest.approx(OWN_BANK.most * max(regrets))
    assert "€ missed" in str(figures["chart-regret"].spec)
    assert "€ per 1,000 visitors" in str(spec)


def test_the_first_visitor_is_in_the_picture_on_the_scale_of_the_world() -> None:
    session = session_of(0)
    drawn(session)
    answer(session, 0.0)
    figure = drawn(session).figures["chart-reward"]
    tops = {
        layer["encoding"]["y"]["scale"]["domain"][1]
        for layer in figure.spec["layer"]
        if "scale" in layer["encoding"].get("y", {})
    }
    assert tops == {5_000.0}
    assert [row["visitor"] for row in figure.rows.to_pylist() if row["mark"]] == [1, 1]
    assert figure.spec["title"]["text"] == "€ per 1,000 visitors, by number of visitors"


def test_the_report_is_in_money_with_intervals() -> None:
    made = report.report(session_after(1_000), "https://example.com")
    assert made is not None
    text = unescape(" ".join(made.sentences))
    assert "The best single offer would earn 3,000\u00a0€" in text
    assert re.search(r"[\d,]+\u00a0€ per 1,000 \(95 % interval [\d,]+ to [\d,]+\u00a0€\)", text)
    assert not FLAT.findall(text)


def spoken_beside(session: PlaySession) -> str:
    """Sentence above two loops side by side."""
    show = second_loop_screens.beside_show(session)
    assert show is not None
    return bare(show.screens[0].say())


def test_a_difference_between_two_loops_has_its_interval() -> None:
    session = session_of(0)
    session.setup = replace(session.setup, beside="epsilon")
    opened = session.displayed
    opened.serve(10, session.live.crowd)
    assert "Too few answers differ yet" in spoken_beside(session)
    while len(opened.loop.events) < 1_000:
        opened.serve(1_000 - len(opened.loop.events), session.live.crowd)
    sentence = spoken_beside(session)
    amount = "[+\N{MINUS SIGN}][\\d,]+"
    assert re.search(
        f"Difference: {amount}\u00a0€ \\({amount} to {amount}\\), (no )?more than", sentence
    )
    assert re.search("[\\d,]+\u00a0€ per 1,000. Epsilon-greedy: [\\d,]+\u00a0€", sentence)
    assert not FLAT.findall(sentence)


def test_a_new_offer_is_no_favourite_before_it_is_shown_and_its_share_is_said() -> None:
    session = session_of(200)
    assert session.displayed.newcomers() == {}
    rows = [*rows_of(OWN_BANK.items, 0), ActionRow(70, "Gold card", worth=150.0)]
    session.offer(rows, {70: NewRates("Insurance")})
    assert session.displayed.newcomers() == {"Gold card": 0}
    map_ = drawn(session).panels["map"].parts
    caption = unescape("".join(text for part in map_ for text, _ in part.get("pieces", ())))
    new = "Gold card is new, has not been shown yet and is no favourite on this map. It is tried in"
    assert (share := re.search(rf"{new} (\d+) of 100 visits\.", caption))
    opened = session.displayed
    chances = [
        opened.loop.probabilities(opened.world.request(opened.world.cell(cell)))[-1]
        for cell in opened.world.contexts
    ]
    assert int(share[1]) == round(100 * float(opened.world.frequencies @ np.array(chances)))
    assert all(cell["name"] != "Gold card" and not cell["fresh"] for cell in map_[0]["rows"])
    of_today = "Random, best single offer and best possible are those of the latest world"
    change = "The world changed after visitor 200: Gold card was added."
    assert change in (texts := texts_of(drawn(session)))
    assert (told := report.report(session, "")) is not None
    assert change in " ".join(told.sentences), "the line in its chart is explained"
    assert of_today not in texts
    for _ in range(20):
        session.live.step()
    assert of_today in texts_of(drawn(session))
    (shown,) = session.displayed.newcomers().values()
    events = [*session.displayed.loop.events.values()][200:]
    assert shown == sum(event.ranked.action_id == "Gold card" for event in events) > 0


def rare_world(seed: int) -> World:
    """A world with rates of .1 to 8 %, and prices if the seed is even."""
    rng = np.random.default_rng(seed)
    fields = tuple(
        Field.of(name, name, {f"{name} {value}": 1 for value in range(3)}) for name in ("a", "b")
    )
    has_prices = seed % 2 == 0
    prices = rng.integers(5, 500, 4).tolist() if has_prices else [1] * 4
    items = Item.rows(("kind",), *((f"🎁 offer {i}", f"kind {i}") for i in range(4)))
    rates = 10 ** rng.uniform(-3, np.log10(0.08), (9, 4))
    cells = product(*([value.name for value in field.values] for field in fields))
    table = {
        cell: {item.id: Taste(0.0, float(rate)) for item, rate in zip(items, row, strict=True)}
        for cell, row in zip(cells, rates, strict=True)
    }
    return World(
        f"Rare {seed}",
        "🎁",
        "Rewards are rare.",
        fields,
        tuple(replace(item, value=price) for item, price in zip(items, prices, strict=True)),
        TasteTable(("a", "b"), table),
        unit="€" if has_prices else "",
    )


@pytest.mark.parametrize("seed", range(10))
def test_in_ten_worlds_of_rare_rewards_numbers_and_pictures_use_their_room(seed: int) -> None:
    world = rare_world(seed)
    session = session_of(400, world=world)
    axes = next(iter(upright_axes_of(world)))
    scene = scene_of(session, replace(LOOK, axes=axes), session.advance())
    assert not FLAT.findall(unescape(texts_of(scene)))
    rows = scene.figures["chart-reward"].rows.to_pylist()
    top = RewardAxis.of(world, world, session.displayed.curve(), truth=True).top
    assert top / 2 <= max(row["value"] for row in rows if row["line"] and row["visitor"] > 100)
    bells = scene.figures["chart-beliefs-now"].rows.to_pylist()
    assert max(row["mean"] + 3 * row["sd"] for row in bells) >= 0.5
    assert max(row["truth"] for row in bells) >= 0.02


def test_the_settings_say_what_is_known_before_the_first_visitor() -> None:
    keep_at_hand(OWN_BANK)
    setup = PlaySetup(world=key_of(OWN_BANK))
    assert setup.settings().usual_reward == pytest.approx(0.006)
    assert setup.settings().prices == stated_prices(OWN_BANK)
    assert setup.story.endswith("The engine knows what each offer pays.")
    assert "a random offer earns about 1,800\xa0€ per 1,000 visitors" in setup.story
    coffee = PlaySetup()
    assert coffee.settings().usual_reward is None
    assert "Known at the start" not in coffee.story
    assert coffee.settings().prices is None


def test_code_that_reproduces_an_event_states_the_prices() -> None:
    session = session_of(0)
    drawn(session)
    answer(session, 0.0)
    code = reproduce(session.open.loop, OWN_BANK)
    assert "ActionPrice(action='Nothing new', price=0.0)" in code
    names: dict[str, Any] = {}
    with redirect_stdout(StringIO()):
        exec(compile(code, "snippet", "exec"), names)
    assert names["loop"].settings.prices == stated_prices(OWN_BANK)


def test_an_offer_that_pays_nothing_is_a_line_at_0_and_has_the_share_of_the_floor() -> None:
    session = session_of(10)
    scene, at = drawn(session), OWN_BANK.position("Nothing new")
    rows = scene.figures["chart-beliefs-now"].rows.to_pylist()
    (bell,) = (row for row in rows if row["action"] == OWN_BANK.items[at].name)
    assert (bell["mean"], bell["sd"]) == (0.0, 0.0)
    ranked = session.displayed.loop.ask(OWN_BANK.request(0))
    assert ranked.probabilities[at] == pytest.approx(0.05 / 2 / len(OWN_BANK.items))


def test_an_answer_to_an_offer_that_pays_nothing_teaches_nothing_and_says_so() -> None:
    session = session_of(0)
    drawn(session)
    answer(session, 0.0)
    click, at = session.displayed.click, OWN_BANK.position("Nothing new")
    assert click is not None
    ranked = replace(click.before, shown=at)
    same = replace(click, before=ranked, after=ranked)
    said = "It did not change: an offer that pays nothing teaches nothing."
    assert click_wording.for_whom_else(OWN_BANK, same) == said
    assert click_wording.where_it_comes_from(OWN_BANK, same, {}) == said


def test_a_new_offer_is_told_what_it_pays_and_that_can_be_undone() -> None:
    """It does not crowd out offers that are known to earn."""
    session = session_of(200)
    rows = [*rows_of(OWN_BANK.items, 0), ActionRow(70, "Gold card", worth=150.0)]
    session.offer(rows, {70: NewRates("Insurance")})
    loop, world = session.open.loop, session.open.world
    assert loop.settings.prices == stated_prices(world)
    shares = loop.probabilities([world.request(cell) for cell in range(0, world.size, 5)])
    assert shares[:, -1].mean() <= 0.4
    session.undo()
    assert session.open.loop.settings.prices == stated_prices(OWN_BANK)
    assert session.open.world == OWN_BANK
