"""Badge of an offer: the reason for it, such as *Current best guess* or *Offered to learn*."""

from engine.loop.entries import Ranked
from pages.parts.components.scene_view.panel_parts import Badge

_BY_CHANCE: Badge = "Offered at random, to learn", "casino", "orange"


def badge_of(ranked: Ranked) -> Badge:
    """Return the badge of an offer, by the loop's mode."""
    return _guess(ranked) if ranked.mode == "online" else _today(ranked)


def _guess(ranked: Ranked) -> Badge:
    """Return the badge of an online offer: best guess, or exploration."""
    if max(ranked.means) - min(ranked.means) < 1e-9:
        return "No favourite yet", "help", "gray"
    if ranked.cause == "random":
        return _BY_CHANCE
    if ranked.chosen == ranked.best:
        return "Current best guess", "star", "green"
    if ranked.cause == "lot":
        return _BY_CHANCE
    return "Offered to learn", "science", "violet"


def _today(ranked: Ranked) -> Badge:
    """Return the badge of an offer by today's rules, regardless of an apprentice's choice."""
    if ranked.shown != ranked.baseline:
        return _BY_CHANCE
    if ranked.mode == "logging_only":
        return "Always chosen by today's rules", "lock", "blue"
    return "Chosen by today's rules", "lock", "blue"
