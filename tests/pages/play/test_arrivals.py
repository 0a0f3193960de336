"""Who stands in front of the loop, and whose asking is heard."""

from engine.worlds.coffee import COFFEE
from pages.parts.play.arrivals import LAG, Arrivals

ALICE = {"name": "Alice", "weather": "Sunny", "timeofday": "Morning"}
DAVE = {"name": "Dave", "weather": "Rainy", "timeofday": "Evening"}


def test_who_asks_as_somebody_walks_up_is_not_heard_but_told() -> None:
    """A browser that is behind asks for the visitor before: nobody pressed, nobody is told."""
    now = 0.0
    arrivals = Arrivals(lambda: COFFEE, 1, lambda: now, 0)
    arrivals.greet(ALICE)
    arrivals.greet(DAVE)
    now = LAG / 2
    arrivals.ask("name", "Alice")
    assert not arrivals.settle()
    arrivals.ask("name", "Bob")
    assert arrivals.settle()
    assert arrivals.context == DAVE
    now = 2 * LAG
    arrivals.ask("name", "Bob")
    assert not arrivals.settle()
    assert arrivals.context == {**DAVE, "name": "Bob"}
