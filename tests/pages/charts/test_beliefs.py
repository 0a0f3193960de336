"""Rows of a ranking: beliefs, draws and chances."""

import json
import re
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import EpsilonGreedy, LearningLoop, LoopSettings, Thompson
from engine.evaluation.probability_parts import probability_parts
from engine.loop.entries import Ranked
from engine.loop.settings import LearningMode
from engine.policies.base import Policy
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS, World, world_from_json
from pages.parts.charts import beliefs
from pages.parts.charts.base import PAGE, STAGE, Size
from pages.parts.charts.belief_rows import belief_rows, rows_of, two_lines
from pages.parts.charts.belief_scale import SEPARATOR
from pages.parts.charts.compressed_reward_scale import ZERO
from pages.parts.scene.part_types import Figure
from pages.parts.scene.report_files.charts import chart_svg
from pages.parts.text.format import percent
from pages.parts.text.theme import theme
from tests.engine.worlds.random_worlds import bakery

POLICIES = st.one_of(
    st.builds(
        Thompson,
        draws=st.just(256),
        floor=st.sampled_from([0.0, 0.05, 0.5, 1.0]),
        agreement=st.sampled_from([1, 4]),
    ),
    st.builds(EpsilonGreedy, st.sampled_from([0.0, 0.2, 1.0])),
)


def previewed(loop: LearningLoop, world: World, context: int = 0, event: str = "e") -> Ranked:
    features = world.features(world.contexts[context])
    return loop.preview(world.actions, features, event_id=event)


def drawn(
    world: World, policy: Policy, now: Ranked, before: Ranked | None = None
) -> list[dict[str, Any]]:
    table = belief_rows(world, False, now, probability_parts(now, policy), before)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


@given(st.sampled_from(list(WORLDS)), POLICIES, st.integers(0, 20), st.sampled_from(
    ["online", "apprentice", "logging_only"]))  # fmt: skip
def test_a_bar_is_what_was_won_and_what_is_kept_and_all_bars_are_everything(
    name: str, policy: Policy, visitors: int, mode: LearningMode
) -> None:
    world = WORLDS[name]
    loop = LearningLoop(LoopSettings(policy=policy, learning_mode=mode), seed=1)
    list(crowd(loop, world, visitors))
    now = previewed(loop, world)
    rows = drawn(world, policy, now)
    for row, chance in zip(rows, now.probabilities, strict=True):
        assert row["won"] + row["kept"] == pytest.approx(chance)
        assert row["told"] == percent(chance)
        assert row["won"] >= 0
        assert row["kept"] >= 0
    assert sum(row["won"] + row["kept"] for row in rows) == pytest.approx(1)
    hollow = [row["wins"] for row in rows]
    assert hollow == [None] * len(rows) or sum(hollow) == pytest.approx(1)


def test_bells_are_drawn_from_the_means_and_widths_of_the_ranking() -> None:
    world = WORLDS["coffee"]
    loop = LearningLoop(seed=1)
    before = previewed(loop, world)
    list(crowd(loop, world, 200))
    now = previewed(loop, world)
    rows = drawn(world, loop.settings.policy, now, before)
    assert [row["action"] for row in rows] == [item.name for item in world.items]
    assert tuple(row["mean"] for row in rows) == now.means
    assert tuple(row["sd"] for row in rows) == now.sds
    for i, row in enumerate(rows):
        assert row["old_mean"] in (None, before.means[i])
        assert (row["old_sd"] is None) == (row["old_mean"] is None)
        assert row["old"] in (None, before.probabilities[i])
    assert any(row["old"] is not None for row in rows)
    assert "old" not in drawn(world, loop.settings.policy, now)[0]


def test_unchanged_beliefs_are_not_drawn_twice() -> None:
    world = WORLDS["coffee"]
    loop = LearningLoop(seed=1)
    now = previewed(loop, world)
    for row in drawn(world, loop.settings.policy, now, now):
        assert (row["old"], row["old_mean"], row["old_sd"]) == (None, None, None)


def test_what_decided_is_marked_and_the_row_of_what_is_shown_is_lit() -> None:
    """A winning draw is ringed and is the highest; a lot marks an action chosen by chance."""
    world = WORLDS["movies"]
    policy = Thompson(floor=0.3, agreement=1)
    loop = LearningLoop(LoopSettings(policy=policy), seed=3)
    causes = []
    for context in range(len(world.contexts)):
        now = previewed(loop, world, context, event=f"e{context}")
        rows = drawn(world, policy, now)
        assert [row["action"] for row in rows if row["lit"]] == [now.action_id]
        ringed, lots = ([row for row in rows if row[mark]] for mark in ("ringed", "lot"))
        if now.cause == "draw":
            assert [row["action"] for row in ringed] == [now.action_id]
            assert ringed[0]["draw"] == max(row["draw"] for row in rows)
            assert not lots
        else:
            assert [row["action"] for row in lots] == [now.action_id]
            assert all(row["draw"] is None for row in rows)
            assert not ringed
        causes.append(now.cause)
    assert {*causes} == {"draw", "random"}


def test_an_apprentice_has_no_draws_and_the_row_of_todays_choice_is_lit() -> None:
    world = WORLDS["news"]
    loop = LearningLoop(LoopSettings(learning_mode="apprentice"), seed=3)
    list(crowd(loop, world, 20))
    rows = drawn(world, loop.settings.policy, previewed(loop, world))
    assert [row["lit"] for row in rows] == [True] + [False] * (len(rows) - 1)
    assert not any(row["ringed"] or row["draw"] for row in rows)


@pytest.mark.parametrize("size", [2, 12, 13, 50])
def test_from_two_to_fifty_actions_each_has_a_row_that_can_be_read(size: int) -> None:
    items = [{"id": f"item {i}", "features": {"price": i}} for i in range(size)]
    table = {"table": [[i / size for i in range(size)]] * 4}
    world = world_from_json(bakery(items=items, truth=table))
    height = beliefs.lane(world)
    assert height >= 28
    loop = LearningLoop(seed=3)
    rows = drawn(world, loop.settings.policy, previewed(loop, world))
    assert [row["row"] for row in rows] == list(range(1, size + 1))
    for dark in (False, True):
        spec = beliefs.belief_spec(world, dark, "chance of offer")
        signals = {signal["name"]: signal.get("expr") for signal in spec["params"]}
        head = float(signals["head"].removesuffix("*px"))
        assert (float(signals["lane"]), head >= 40) == (height, True)
        assert head + size * height < spec["height"] < head + size * height + 12
        found = belief_rows(
            world, dark, now := previewed(loop, world), probability_parts(now, loop.settings.policy)
        )
        assert found["colour"].to_pylist()[:12] == list(theme(dark).actions[:size])


@pytest.mark.parametrize("size", [PAGE, STAGE])
def test_the_scale_of_the_bells_names_what_rewards_can_be_and_shades_it(size: Size) -> None:
    """Beyond is uncertainty only: readers took a scale from -1 to 2 for possible rewards."""
    world = WORLDS["coffee"]
    layers = beliefs.belief_spec(world, False, "chance of offer", size=size)["layer"]
    shade = layers[1]["transform"]
    now = previewed(loop := LearningLoop(seed=1), world)
    first, *_ = drawn(world, loop.settings.policy, now)
    assert first["labels"].split(SEPARATOR) == ["0", "½", "1"]
    made = {each["as"]: each["calculate"] for each in shade}
    none = f"unit * {ZERO:g}"
    assert (made["x"], made["to"]) == (f"names + {none}", f"{made['x']} + unit")


def test_on_the_stage_the_likeliest_actions_have_rows_and_that_which_is_lit() -> None:
    items = [{"id": f"item {i}", "features": {"price": i}} for i in range(50)]
    world = world_from_json(bakery(items=items, truth={"table": [[i / 50 for i in range(50)]] * 4}))
    loop = LearningLoop(seed=3)
    list(crowd(loop, world, 30))
    now = previewed(loop, world)
    parts = probability_parts(now, loop.settings.policy)
    rows = belief_rows(world, False, now, parts, size=STAGE).to_pylist()
    assert [row["row"] for row in rows] == list(range(1, rows_of(world, STAGE) + 1))
    names = [item.name for item in world.items]
    places = [names.index(row["action"]) for row in rows]
    assert places == sorted(places)
    assert [row["action"] for row in rows if row["lit"]] == [names[now.shown]]
    least = sorted(row["won"] + row["kept"] for row in rows if not row["lit"])[0]
    others = [chance for i, chance in enumerate(now.probabilities) if i not in places]
    assert least >= max(others)


def test_while_a_room_is_asked_the_first_actions_have_rows_as_its_hands_do() -> None:
    items = [{"id": f"item {i}", "features": {"price": i}} for i in range(20)]
    world = world_from_json(bakery(items=items, truth={"table": [[i / 20 for i in range(20)]] * 4}))
    loop = LearningLoop(seed=3)
    list(crowd(loop, world, 60))
    now = previewed(loop, world)
    parts = probability_parts(now, loop.settings.policy)
    offered, asked = (
        [row["action"] for row in belief_rows(
            world, False, now, parts, moment=moment, size=STAGE).to_pylist()]
        for moment in ("offered", "asked")
    )  # fmt: skip
    assert asked == [item.name for item in world.items][: rows_of(world, STAGE)]
    assert asked != offered


def test_each_row_is_read_to_those_who_listen() -> None:
    """Regression test: two plus signs in a row made an invalid number, read out as "NaN"."""
    spec = json.dumps(beliefs.belief_spec(WORLDS["coffee"], False, "chance"))
    (said,) = {text for text in spec.split('"') if "believed to earn ' + " in text}
    assert "+  +" not in said
    assert "+ +" not in said


def test_rows_keep_their_order_whichever_is_lit() -> None:
    world = WORLDS["movies"]
    loop, lit = LearningLoop(seed=1), set()
    for _ in range(4):
        list(crowd(loop, world, 5))
        rows = drawn(world, loop.settings.policy, previewed(loop, world))
        assert [(row["row"], row["action"]) for row in rows] == [
            (place, item.name) for place, item in enumerate(world.items, 1)
        ]
        lit |= {row["row"] for row in rows if row["lit"]}
    assert len(lit) > 1
    (foot,) = beliefs.belief_spec(world, False, "chance of offer")["transform"]
    assert foot == {"calculate": "head+lane*datum.row", "as": "foot"}


def picture_of(world: World, rows: pa.Table, width: int) -> list[ElementTree.Element]:
    """Nodes of the picture of an offer of a certain width."""
    spec = beliefs.belief_spec(world, False, "chance of offer")
    svg = chart_svg(Figure("key", "", "", spec, rows), width)
    return [*ElementTree.fromstring(svg).iter()]


def test_a_small_chance_has_a_bar_of_its_length_where_its_stripes_could_not_be_seen() -> None:
    world, loop = WORLDS["coffee"], LearningLoop(seed=1)
    list(crowd(loop, world, 300))
    now = previewed(loop, world)
    rows = belief_rows(world, False, now, probability_parts(now, loop.settings.policy))
    chances = [row["won"] + row["kept"] for row in rows.to_pylist()]
    bars = [
        float(bar[1])
        for node in picture_of(world, rows, 560)
        if node.get("fill") in theme(False).actions
        and node.get("fill-opacity") is None
        and (bar := re.match(r"M[\d.]+,[\d.]+h([\d.]+)v", node.get("d", "")))
    ]
    assert [bar / max(bars) for bar in bars] == pytest.approx(
        [chance / max(chances) for chance in chances], rel=0.01
    )
    assert min(chances) < 0.01


def texts_of(world: World, width: int) -> list[tuple[str, float, float]]:
    """Texts in the picture of an offer of a certain width, with their places in it."""
    loop = LearningLoop(seed=1)
    now = previewed(loop, world)
    rows = belief_rows(world, False, now, probability_parts(now, loop.settings.policy))
    found = []
    for node in picture_of(world, rows, width):
        place = re.match(r"translate\(([\d.-]+),([\d.-]+)\)", node.get("transform", ""))
        if node.tag.endswith("}text") and place:
            found.append((str(node.text), float(place[1]), float(place[2])))
    return found


@pytest.mark.parametrize("width", [288, 358, 400, 560, 654, 884])
@pytest.mark.parametrize("name", list(WORLDS))
def test_what_rewards_can_be_takes_two_fifths_of_the_picture_and_names_are_beside_it(
    name: str, width: int
) -> None:
    texts, world = texts_of(WORLDS[name], width), WORLDS[name]
    places = {text: (x, y) for text, x, y in texts if text in {"½", "1"}}
    (half, at), (one, _) = places["½"], places["1"]
    assert 2 * (one - half) >= 0.4 * width
    zero = 2 * half - one
    assert any(text == "0" and x == pytest.approx(zero, abs=1) for text, x, _ in texts)
    words = {word for item in world.items for word in item.name.split()}
    names = [(text, x) for text, x, y in texts if words & {*text.split()} and y > at]
    if width >= 560:
        start = zero - 0.25 * 2 * (one - half)
        assert all(x + 5 * len(text) <= start for text, x in names)
    if width > 800:
        assert not any("…" in text for text, *_ in texts)


@pytest.mark.parametrize(
    ("label", "lines"),
    [("🥛 Latte", ("🥛 Latte", "")), ("🌊 How Rivers Think", ("🌊 How Rivers", "Think")),
     ("Mortgage", ("Mortgage", "")), ("🏦 Consolidation-loan", ("🏦 Consolidation-loan", ""))],
)  # fmt: skip
def test_a_long_name_is_broken_between_words_but_not_behind_its_emoji(
    label: str, lines: tuple[str, str]
) -> None:
    assert two_lines(label) == lines
