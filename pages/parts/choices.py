"""Options that several pages offer."""

import os
from collections.abc import Iterable, Mapping

from engine.loop.settings import LearningMode
from engine.store import Limits
from engine.worlds import WORLDS, World
from pages.parts.link import Parser, one_of

MAX_SEED = 999_999


def world_of(key: str) -> World:
    """The world that a page's set-up names."""
    return WORLDS[key]


MAX_VISITORS = Limits.from_environment(os.environ).max_events
"""Events that one loop may log."""


POLICIES = {
    "thompson": "Thompson sampling",
    "classic": "Epsilon-greedy, the service's own",
    "greedy": "Greedy",
    "uniform": "Uniform",
}


CROSSES = {0: "none", 1: "single fields", 2: "pairs", 3: "triples"}


SPEEDS = (1, 4, 20, 100)
"""Visitors a second of live play."""


MODES: Mapping[LearningMode, str] = {
    "online": "Online",
    "apprentice": "Apprentice",
    "logging_only": "Logging only",
}


def same(options: Iterable[str]) -> Parser:
    """One of some words, as it stands."""
    return one_of({word: word for word in options})
