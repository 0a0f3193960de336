"""The effect of a click, in words."""

from collections.abc import Callable
from dataclasses import replace

from engine import Greedy, LearningLoop, LoopSettings, Thompson
from engine.worlds import WORLDS
from pages.parts.play.click_wording import (
    for_whom_else,
    last,
    where_it_comes_from,
    why_less,
)
from pages.parts.play.current_loop import Click
from tests.pages.conftest import App


def loved_at_first(world_key: str) -> Click:
    """The first answer of a loop, with the best reward, for the action offered."""
    world = WORLDS[world_key]
    loop = LearningLoop(LoopSettings(policy=Thompson(agreement=1)), seed=7)
    context = world.features(world.contexts[0])
    before = loop.preview(world.actions, context, event_id="first")
    loop.rank(world.actions, context, event_id="first")
    loop.reward("first", 1.0)
    after = loop.preview(world.actions, context, event_id="later")
    return Click(before, after, 1.0, True, len(loop.log))


def test_where_the_best_answer_lowers_the_chance_it_is_said_why() -> None:
    click = loved_at_first("movies")
    shown = click.before.shown
    assert click.after.means[shown] > click.before.means[shown]
    assert click.after.probabilities[shown] < click.before.probabilities[shown] / 1.5
    told = why_less(WORLDS["movies"], click, Thompson(agreement=1))
    assert told == (
        f"**Why less:** it is surer (±{click.after.sds[shown]:.2f}), so high samples are rarer "
        f"than for 11 others (up to ±{max(click.after.sds):.2f})."
    )
    assert not why_less(WORLDS["movies"], click, Greedy())


def test_where_the_chance_rose_there_is_nothing_to_say() -> None:
    assert not why_less(WORLDS["coffee"], loved_at_first("coffee"), Thompson(agreement=1))


def test_a_click_is_told_in_words_and_as_two_lines_and_nothing_of_it_in_the_past(
    open_app: Callable[..., App],
) -> None:
    opened = open_app().answer(1.0).session.open
    told, click = last(opened, asks=True), opened.click
    assert click is not None
    shown = click.before.shown
    assert told.said[0] == ("Your last click: reward 1", True)
    came = opened.world.context_of(click.before.request)
    assert f" from {' · '.join(came.values())}." in told.said[1][0], "beside the next visitor"
    assert told.lines == [
        ("chance", click.before.probabilities[shown], click.after.probabilities[shown]),
        ("earns", click.before.means[shown], click.after.means[shown]),
    ]
    assert not any([*told.note, *last(opened, asks=True, is_now=False).said])


def test_an_answer_that_the_deciding_model_has_not_learned_is_no_expected_answer() -> None:
    click = loved_at_first("coffee")
    assert "expected" in where_it_comes_from(WORLDS["coffee"], click, {})
    same = replace(click, after=click.before)
    assert "has not learned this answer" in where_it_comes_from(WORLDS["coffee"], same, {})


def test_it_is_said_for_how_many_other_visitors_a_click_counts_and_for_whom_most() -> None:
    coffee, click = WORLDS["coffee"], loved_at_first("coffee")
    cells = len(coffee.contexts)
    reach = dict.fromkeys(range(cells), 0.0)
    assert not for_whom_else(coffee, click)
    own = replace(click, reach=reach | {0: 0.4})
    assert for_whom_else(coffee, own) == "It hardly changed anything for other visitors."
    some = replace(click, reach=reach | {0: 0.4, 7: -0.125, 9: 0.05})
    who = " · ".join(coffee.contexts[7].values())
    offer = coffee.items[click.before.shown].name
    assert for_whom_else(coffee, some) == (
        f"It counts for **2 of 35** other visitors, most for {who}. There, {offer} "
        "lost **0.12** to the best other offer."
    )
    every = replace(click, reach=dict.fromkeys(range(cells), 0.1))
    assert "for **all 35** other visitors" in for_whom_else(coffee, every)
    assert "has not learned" in for_whom_else(coffee, replace(some, after=click.before))
