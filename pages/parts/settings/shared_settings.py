"""Settings that several pages share."""

import os

from engine.loop.settings import LearningMode
from engine.store import Limits
from engine.worlds import WORLDS
from pages.parts.settings.known_worlds import key_in_link, label_of, world_of
from pages.parts.settings.setting import SWITCH, Setting, numbers
from pages.parts.text.format import plain
from pages.parts.text.glossary import meaning


def max_visitors() -> int:
    """Return the largest number of events in the log of one loop."""
    return Limits.from_environment(os.environ).max_events


WORLD = Setting(
    "coffee",
    "World",
    lambda: {key: plain(world.label) for key, world in WORLDS.items()},
    always=True,
    travels=True,
    check=key_in_link,
    words=lambda: f"one of {', '.join(WORLDS)}, or a world that is kept here",
)
SEED = Setting(
    7,
    "Random seed",
    range(1_000_000),
    "box",
    f"{meaning('seed')} Another number starts over.",
    always=True,
    travels=True,
)
SPEED = Setting(4, "Playback speed (visitors per second)", numbers(1, 4, 20, 100))
CROSSES = Setting(
    4,
    "Fields combined by the engine",
    {0: "none", 1: "single fields", 2: "pairs", 3: "triples", 4: "quadruples"},
    help=f"{meaning('crosses')} Changing it relearns everything.",
)
TRUTH = Setting(False, "Reveal the truth", SWITCH, "switch")
MODE: Setting[LearningMode] = Setting(
    "online",
    "Learning mode",
    {"online": "Online", "apprentice": "Apprentice", "logging_only": "Logging only"},
    help="An apprentice shows the choice of today's rules, which are set on the Compare page, and "
    "learns to imitate it. Logging only shows it without imitating. The Compare page shows the "
    "benefit.",
)


def worlds_with(key: str) -> dict[str, str]:
    """Return display names of the app's worlds and of the chosen world, by key.

    Each name begins with a picture, the only part for which a narrow window has room.
    """
    label = label_of(key)
    picture = "" if world_of(key).emoji else ":material/storefront: "
    return {**WORLD.offered, key: f"{picture}{label}"}
