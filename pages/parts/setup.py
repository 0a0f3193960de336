"""What can be set on a page and put in its link: checked here, whatever the link says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from engine import EpsilonGreedy, Greedy, LoopSettings, Thompson, Uniform
from engine.policies import AnyPolicy
from engine.worlds import WORLDS

MAX_SEED = 999_999
MAX_VISITORS = 20_000
"""Events that one browser session may log."""

POLICIES = {
    "thompson": "Thompson sampling",
    "classic": "Epsilon-greedy (classic)",
    "greedy": "Greedy",
    "uniform": "Uniform",
}
CROSSES = {0: "none", 1: "single fields", 2: "pairs", 3: "triples"}


@dataclass(frozen=True, slots=True)
class Setup:
    """World, seed and settings of a loop in the browser.

    Attributes:
        world: key of a world.
        seed: of every draw and every visitor.
        policy: key of `POLICIES`.
        floor: exploration floor of Thompson sampling, percent.
        epsilon: exploration of epsilon-greedy, percent.
        crosses: how many context fields are crossed with the action at most.
    """

    world: str = "coffee"
    seed: int = 7
    policy: str = "thompson"
    floor: int = 5
    epsilon: int = 20
    crosses: int = 3

    def settings(self) -> LoopSettings:
        """The loop's settings. A person may think for a day before answering."""
        policies: dict[str, AnyPolicy] = {
            "thompson": Thompson(floor=self.floor / 100),
            "classic": EpsilonGreedy(self.epsilon / 100),
            "greedy": Greedy(),
            "uniform": Uniform(),
        }
        return LoopSettings(
            reward_wait_time=timedelta(days=1),
            policy=policies[self.policy],
            crosses=self.crosses,
            max_events=MAX_VISITORS,
        )

    def link(self, address: str) -> str:
        """The page's address with all of this in it."""
        values = {name: getattr(self, name) for name in _ALLOWED}
        return f"{address.split('?')[0]}?{urlencode(values)}"


def _is_whole(low: int, high: int) -> Callable[[str], bool]:
    return lambda text: text.isascii() and text.isdigit() and low <= int(text[:9]) <= high


_ALLOWED: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "world": (lambda text: text in WORLDS, f"one of {', '.join(WORLDS)}"),
    "seed": (_is_whole(0, MAX_SEED), f"a whole number from 0 to {MAX_SEED:,}"),
    "policy": (lambda text: text in POLICIES, f"one of {', '.join(POLICIES)}"),
    "floor": (_is_whole(0, 100), "a whole number from 0 to 100"),
    "epsilon": (_is_whole(0, 100), "a whole number from 0 to 100"),
    "crosses": (_is_whole(0, 3), "a whole number from 0 to 3"),
}


def refused(query: Mapping[str, Any]) -> list[str]:
    """One sentence for each value in a link that cannot be used and gives way to the default."""
    return [
        f"{name} in the link is {str(query[name])[:40]!r}, but must be {allowed}; "
        f"it is {getattr(Setup(), name)!r} instead."
        for name, (is_valid, allowed) in _ALLOWED.items()
        if name in query and not is_valid(str(query[name]))
    ]
