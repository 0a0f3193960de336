"""Compare in a bank's own world: rare rewards, in money."""

import re
from dataclasses import replace
from html import unescape
from unittest.mock import patch

import numpy as np
import pytest

from pages.parts.compare.executive_summary import sentences
from pages.parts.compare.history_in_link import History
from pages.parts.compare.page_content import report, scene_of
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.compare.session import CompareSession
from pages.parts.compare.wording import headline, is_significant
from pages.parts.scene.part_types import FigureStyle, Numbers, Scene, Table
from pages.parts.settings.known_worlds import keep_at_hand
from tests.pages.own_bank import OWN_BANK, RULE

AGE = "2,0,1"
"""Actions by age: the mortgage talk, the premium card, the savings plan."""


@pytest.fixture(scope="module")
def session() -> CompareSession:
    """An apprentice that has been online for 400 of 600 visitors."""
    setup = CompareSetup(world=keep_at_hand(OWN_BANK), rule="age", table=AGE, truth=True).fitted()
    made = CompareSession(setup, History(0))
    while len(made.comparison) < 600:
        if len(made.comparison) == 200:
            made.comparison.go_online()
        made.comparison.step()
    return made


@pytest.fixture(scope="module")
def scene(session: CompareSession) -> Scene:
    return scene_of(session, FigureStyle())


def texts(scene: Scene) -> str:
    """All sentences and descriptions of the scene."""
    names = ["situation", "came", "outlook-note", "summary", "board", "say-online", "say-match"]
    figures = ["rewards", "gains", "outlook", "worse"]
    described = [figure.alt for name in figures if (figure := scene.figure(name))]
    return unescape("\n".join([*map(scene.text, names), *described])).replace("\u2060", "")


def test_rewards_are_in_euros_for_a_thousand_visitors(
    scene: Scene, session: CompareSession
) -> None:
    text = texts(scene)
    earned = 300_000 * session.latest().mean("apprentice")
    assert f"**{earned:,.0f}\u00a0€** per 1,000 visitors" in text
    assert "per visitor" not in text
    assert not re.search(r"\b0\.00\b", text)
    uplift = session.latest().uplift("apprentice")
    assert uplift is not None
    assert 1_000 < 150_000 * (uplift.high - uplift.low) < 10_000, "known to hundreds"
    low, high = (
        f"{round(300_000 * end, -2):+,.0f}".replace("-", "\N{MINUS SIGN}")
        for end in (uplift.low, uplift.high)
    )
    interval = f"95\u00a0% interval {low} to {high}\u00a0€"
    assert interval in text
    assert not is_significant(uplift)
    assert "no difference yet.** It earned " in scene.text("board")
    amount, word = f"{300_000 * abs(uplift.mean):,.0f}", "less" if uplift.mean < 0 else "more"
    said = unescape(headline(session)).replace("\u2060", "")
    gain = f"{amount}\u00a0€ {word} per 1,000 visitors than today's rules ({interval})"
    assert said == f"No difference yet: {gain}"
    assert gain in scene.text("board").replace("\u2060", "")
    assert "No difference yet." in scene.text("say-online")


def test_true_values_are_stated_once_revealed() -> None:
    setup = CompareSetup(
        world=keep_at_hand(OWN_BANK), rule="age,channel", table="0,2,2,0,2,2,1,1,1", truth=True
    )
    for truth in (True, False):
        session = CompareSession(replace(setup, truth=truth), History(0))
        session.comparison.step()
        made = report(session, "")
        assert made is not None
        for stated in (scene_of(session, FigureStyle()).text("came"), made.about):
            euros = re.findall(r"[\d,]+(?=\u00a0€)", unescape(stated).replace("\u2060", ""))
            values = [f"{RULE[name]:,}" for name in ("random", "rule", "best")]
            assert euros[-3:] == (values if truth else [])


def test_the_axis_of_an_empty_chart_begins_at_0(session: CompareSession) -> None:
    empty = scene_of(CompareSession(session.setup, History(0)), FigureStyle()).figure("rewards")
    assert empty is not None
    scales = [layer["encoding"]["x"].get("scale", {}) for layer in empty.spec["layer"]]
    assert all(scale.get("zero", True) for scale in scales)


def test_offers_of_the_exploration_floor_are_told_from_offers_all_at_random(
    scene: Scene, session: CompareSession
) -> None:
    board = unescape(scene.text("board")).replace("\u2060", "")
    assert "Half of them give Premium card, half any action. By the true rates they earn" in board
    assert f"(all at random would earn {RULE['random']:,}\u00a0€), the others" in board
    hidden = replace(session.setup, truth=False)
    with patch.object(session, "setup", hidden):
        assert sentences(session)[-1].endswith("Half of them give Premium card, half any action.")


def test_a_cost_that_is_not_recovered_has_the_number_of_visitors(session: CompareSession) -> None:
    at, costs = session.comparison.switches[-1][0], -np.ones(400)
    with patch("pages.parts.compare.executive_summary.gained", lambda *_: costs):
        assert at == 200
        assert "not been recovered within these 400 visitors." in sentences(session)[1]


def test_the_most_agreement_to_expect_is_a_mean(scene: Scene) -> None:
    """By chance, the agreement of the latest visitors may exceed it."""
    assert "limit the long-run average to about" in scene.text("say-match")
    figure = scene.figure("match")
    assert figure is not None
    assert "most on average" in figure.rows["line"].to_pylist()


def test_tiles_and_table_are_in_euros(scene: Scene, session: CompareSession) -> None:
    numbers = scene["numbers"]
    assert isinstance(numbers, Numbers)
    earned = numbers.numbers
    latest = session.latest()
    assert [number.value for number in earned] == [
        f"{300_000 * latest.mean(arm):,.0f}\u00a0€" for arm in ("baseline", "apprentice", "online")
    ]
    assert earned[0].below == "per 1,000 visitors"
    assert all(re.match(r"[\d,]+\u00a0€ (more|less) \(", number.below) for number in earned[1:])
    periods = scene["periods"]
    assert isinstance(periods, Table)
    (before, since) = session.comparison.stretches()
    assert periods.rows["Apprentice, €"].tolist() == [
        300_000 * before.mean("apprentice"),
        300_000 * since.mean("apprentice"),
    ]


@pytest.mark.parametrize("name", ["rewards", "gains", "outlook"])
def test_charts_use_at_least_half_of_their_axis(scene: Scene, name: str) -> None:
    figure = scene.figure(name)
    assert figure is not None
    assert "1,000 visitors" in str(figure.spec) or "€" in str(figure.spec)
    (axis,) = {
        tuple(e["scale"]["domain"]) for e in axes(figure.spec, "x" if name == "outlook" else "y")
    }
    rows = figure.rows.to_pylist()
    values = [
        row.get("high") or row.get("value") or 0 for row in rows if row.get("visitor", 99) > 30
    ]
    assert max(map(abs, values)) >= 0.5 * max(map(abs, axis))


def test_once_online_the_agreement_ends_with_the_last_visitor_watched(
    scene: Scene, session: CompareSession
) -> None:
    figure = scene.figure("match")
    assert figure is not None
    assert session.switches == [200]
    assert max(row["visitor"] for row in figure.rows.to_pylist()) == 200
    setup = session.setup
    never = CompareSession(setup, History(0))
    assert scene_of(never, FigureStyle()).figure("match") is not None
    never.switch()
    never.comparison.step()
    assert scene_of(never, FigureStyle()).figure("match") is None


def test_the_forecast_is_drawn_whole(scene: Scene) -> None:
    figure = scene.figure("outlook")
    assert figure is not None
    ((low, high),) = {tuple(e["scale"]["domain"]) for e in axes(figure.spec, "x")}
    assert all(low <= row["low"] <= row["high"] <= high for row in figure.rows.to_pylist())
    assert "clamp" not in str(figure.spec)


def axes(spec: dict[str, object], channel: str) -> list[dict[str, dict[str, list[float]]]]:
    """Encodings of a channel with a fixed domain."""
    found = [layer["encoding"].get(channel, {}) for layer in spec["layer"]]  # type: ignore[attr-defined]
    return [encoding for encoding in found if "domain" in encoding.get("scale", {})]


def test_the_report_has_the_money_with_its_interval(session: CompareSession) -> None:
    made = report(session, "")
    assert made is not None
    assert any(
        "per 1,000 visitors than today's rules (95\u00a0% interval" in s for s in made.sentences
    )
    assert made.world == "Simulation: Our bank"
    assert "young: Mortgage talk; middle: Premium card; senior: Savings plan." in made.about
    assert len(made.actions) == 6


def test_windows_are_wider_where_rewards_are_rare_and_in_long_comparisons(
    session: CompareSession,
) -> None:
    assert session.latest_visitors == 150, "a fifth of the axis"
    frequent = CompareSession(CompareSetup(), History(0))
    assert frequent.latest_visitors == 100
