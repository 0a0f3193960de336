"""The current visitor of the loop, and accepted changes of the context."""

import pytest

from engine.simulation.simulated_visitors import Visitor
from engine.worlds.coffee import COFFEE
from pages.parts.play import arrivals
from pages.parts.play.arrivals import Arrivals

ALICE = {"name": "Alice", "weather": "Sunny", "timeofday": "Morning"}
DAVE = {"name": "Dave", "weather": "Rainy", "timeofday": "Evening"}


def test_what_is_asked_of_a_visitor_who_has_left_changes_nobody() -> None:
    """Even very late: a slow browser sends the change long after the visitor has left."""
    here = Arrivals(lambda: COFFEE, 1, 0)
    here.greet(ALICE)
    alice = here.visit
    assert here.ask("weather", "Snowy", alice)
    assert here.visit == alice
    here.greet(DAVE)
    assert not here.ask("name", "Bob", alice)
    assert not here.ask("nothing", "Bob", here.visit)
    assert here.context == DAVE
    assert here.ask("name", "Bob", here.visit)
    assert here.context == {**DAVE, "name": "Bob"}


def test_no_two_visits_have_one_number_whichever_loop_they_are_to() -> None:
    one, other = (Arrivals(lambda: COFFEE, 1, 0) for _ in range(2))
    seen = {one.visit, other.visit}
    one.call_next(1)
    assert len({*seen, one.visit}) == 3


def test_where_all_are_alike_the_next_is_like_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arrivals, "nth_visitor", lambda *_: Visitor(ALICE, 0.5))
    here = Arrivals(lambda: COFFEE, 1, 0)
    visit = here.visit
    here.let_pass()
    assert here.context == ALICE
    assert here.visit != visit
