"""What can be set on a page and put in its link: checked here, whatever the link says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
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
    "classic": "Epsilon-greedy, the service's own",
    "greedy": "Greedy",
    "uniform": "Uniform",
}
CROSSES = {0: "none", 1: "single fields", 2: "pairs", 3: "triples"}
SPEEDS = (1, 4, 20, 100)
"""Visitors a second of live play."""


@dataclass(frozen=True, slots=True)
class Setup:
    """All that a link to the Play page can say.

    Attributes:
        world: key of a world.
        seed: of every draw and every visitor.
        policy: key of `POLICIES`.
        floor: exploration floor of Thompson sampling, percent.
        epsilon: exploration of epsilon-greedy, percent.
        crosses: how many context fields are crossed with the action at most.
        speed: visitors a second of live play.
        next: whether the next visitor comes after each reward.
        truth: whether the hidden truth is shown.
    """

    world: str = "coffee"
    seed: int = 7
    policy: str = "thompson"
    floor: int = 5
    epsilon: int = 20
    crosses: int = 3
    speed: int = 4
    next: bool = False
    truth: bool = False

    def settings(self) -> LoopSettings:
        """The loop's settings."""
        policies: dict[str, AnyPolicy] = {
            "thompson": Thompson(floor=self.floor / 100),
            "classic": EpsilonGreedy(self.epsilon / 100),
            "greedy": Greedy(),
            "uniform": Uniform(),
        }
        return LoopSettings(
            policy=policies[self.policy],
            crosses=self.crosses,
            max_events=MAX_VISITORS,
        )

    def query(self) -> dict[str, str]:
        """Names and values for a link: the world, the seed, and what is not the default."""
        default = Setup()
        return {
            name: str(int(value) if isinstance(value, bool) else value)
            for name, value in ((f.name, getattr(self, f.name)) for f in fields(self))
            if name in {"world", "seed"} or value != getattr(default, name)
        }

    def link(self, address: str) -> str:
        """The page's address with all of this in it."""
        return f"{address.partition('?')[0]}?{urlencode(self.query())}"


Parser = Callable[[str], Any]


def _whole(low: int, high: int) -> tuple[Parser, str]:
    def parse(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
        if not low <= number <= high:
            raise ValueError
        return number

    return parse, f"a whole number from {low} to {high:,}"


def _one_of(options: Mapping[str, Any]) -> tuple[Parser, str]:
    return options.__getitem__, f"one of {', '.join(options)}"


_SWITCH = {"0": False, "1": True}
_PARSERS: Mapping[str, tuple[Parser, str]] = {
    "world": _one_of({key: key for key in WORLDS}),
    "seed": _whole(0, MAX_SEED),
    "policy": _one_of({key: key for key in POLICIES}),
    "floor": _whole(0, 100),
    "epsilon": _whole(0, 100),
    "crosses": _whole(0, 3),
    "speed": _one_of({str(speed): speed for speed in SPEEDS}),
    "next": _one_of(_SWITCH),
    "truth": _one_of(_SWITCH),
}


def from_query(query: Mapping[str, str]) -> tuple[Setup, list[str]]:
    """The set-up that a link asks for.

    Returns:
        the set-up, and one sentence for each value that cannot be used and gave way to
        its default.
    """
    values: dict[str, Any] = {}
    refused: list[str] = []
    for name, (parse, allowed) in _PARSERS.items():
        if name not in query:
            continue
        try:
            values[name] = parse(query[name])
        except (KeyError, ValueError):
            refused.append(
                f"{name} in the link is {query[name][:40]!r}, but must be {allowed}; "
                f"{getattr(Setup(), name)} is used instead."
            )
    return Setup(**values), refused
