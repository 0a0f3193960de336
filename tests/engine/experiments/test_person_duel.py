"""A person against the engine, with the same visitors."""

from itertools import islice

import pytest

from engine.experiments.person_duel import Duel, score_told, visits
from engine.loop.settings import LoopSettings
from engine.pausable_steps import finish
from engine.policies.thompson import Thompson
from engine.simulation.simulated_visitors import nth_visitor
from engine.worlds.coffee import COFFEE

DAVE = {"name": "Dave"}
TEXTBOOK = LoopSettings(policy=Thompson(agreement=1))


def duel(seed: int, count: int = 20) -> Duel:
    return Duel(COFFEE, seed, list(islice(visits(COFFEE, seed, DAVE), count)), TEXTBOOK)


def test_visits_are_the_seeds_own_visitors_who_fit() -> None:
    numbers = [n for n in range(60) if nth_visitor(COFFEE, 3, n).context["name"] == "Dave"]
    results = list(islice(visits(COFFEE, 3, DAVE), len(numbers)))
    assert results == [nth_visitor(COFFEE, 3, n) for n in numbers]


def test_both_serve_each_visitor_and_the_same_choice_earns_the_same() -> None:
    one = duel(5)
    while not one.is_over:
        visitor = one.visitor
        assert visitor is not None
        ranked = one.engine.preview(COFFEE.actions, COFFEE.features(visitor.context))
        one.choose(ranked.action_id)
    assert all(own == other for own, other in one.scores())
    assert [e.ranked.action_id for e in one.own.events.values()] == [
        e.ranked.action_id for e in one.engine.events.values()
    ]


def test_the_persons_log_contains_their_choices() -> None:
    one = duel(5, 3)
    for drink in ("Latte", "Cold brew", "Iced mocha"):
        one.choose(drink)
    shown = [event.ranked.action_id for event in one.own.events.values()]
    assert shown == ["Latte", "Cold brew", "Iced mocha"]
    assert one.is_over
    assert one.visitor is None
    earned = [
        COFFEE.answer(v.context, d, v.uniform) for v, d in zip(one.visitors, shown, strict=True)
    ]
    assert [own for own, _ in one.scores()] == earned


@pytest.mark.parametrize("seed", [3, 7, 11])
def test_a_person_who_uses_only_the_weather_beats_the_engine_with_dave(seed: int) -> None:
    """The lesson's claim: prior knowledge wins."""
    one = duel(seed)
    informed_score = score_told(COFFEE, seed, one.visitors, frozenset({"weather"}), TEXTBOOK)
    while not one.is_over:
        one.choose("Latte")
    assert informed_score > sum(other for _, other in one.scores())


def test_undo_and_redo_of_a_choice_are_exact() -> None:
    one, other = duel(5), duel(5)
    finish(one.choosing([3, 1, 2, 0]))
    scores, others = one.scores(), one.engine_choices
    assert [one.undo() for _ in range(5)] == [0, 2, 1, 3, None]
    assert (one.served, one.choices, one.regrets()) == (0, (), (0.0, 0.0))
    finish(other.choosing([3, 1, 2, 0]))
    finish(one.choosing([3, 1, 2, 0]))
    assert (one.scores(), one.engine_choices, one.choices) == (scores, others, (3, 1, 2, 0))
    assert (other.scores(), other.engine_choices, other.regrets()) == (
        scores,
        others,
        one.regrets(),
    )
    assert min(one.regrets()) > 0


def test_what_the_person_shows_is_logged_with_no_chance_of_the_engines() -> None:
    one = duel(5, 4)
    finish(one.choosing([0, 1, 2, 3]))
    assert {event.ranked.propensity for event in one.own.events.values()} == {1.0}
    assert {event.ranked.mode for event in one.own.events.values()} == {"logging_only"}


def test_a_choice_for_a_visitor_who_has_left_counts_for_nobody() -> None:
    one = duel(5, 2)
    one.choose("Latte", 0)
    one.choose("Latte", 0)  # A second press for the same visitor.
    assert one.served == 1
    one.choose("Latte", 1)
    one.choose("Latte", 2)
    assert one.served == 2
