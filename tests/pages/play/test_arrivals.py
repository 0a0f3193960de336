"""Who stands in front of the loop, and whose asking is heard."""

from engine.worlds.coffee import COFFEE
from pages.parts.play.arrivals import Arrivals

ALICE = {"name": "Alice", "weather": "Sunny", "timeofday": "Morning"}
DAVE = {"name": "Dave", "weather": "Rainy", "timeofday": "Evening"}


def test_what_is_asked_of_a_visitor_who_has_left_changes_nobody() -> None:
    """However late: a browser that is behind sends it long after they left."""
    arrivals = Arrivals(lambda: COFFEE, 1, 0)
    arrivals.greet(ALICE)
    alice = arrivals.visit
    assert arrivals.ask("weather", "Snowy", alice)
    assert arrivals.visit == alice
    arrivals.greet(DAVE)
    assert not arrivals.ask("name", "Bob", alice)
    assert not arrivals.ask("nothing", "Bob", arrivals.visit)
    assert arrivals.context == DAVE
    assert arrivals.ask("name", "Bob", arrivals.visit)
    assert arrivals.context == {**DAVE, "name": "Bob"}


def test_no_two_visits_have_one_number_whichever_loop_they_are_to() -> None:
    one, other = (Arrivals(lambda: COFFEE, 1, 0) for _ in range(2))
    seen = {one.visit, other.visit}
    one.call_next(1)
    assert len({*seen, one.visit}) == 3
