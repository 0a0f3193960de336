"""Badge of an offer: the reason for it, such as *Current favourite* or *Offered to learn*."""

from engine.loop.entries import Ranked
from pages.parts.charts.context_map import stands_out
from pages.parts.components.scene_view.panel_parts import Badge

_BY_CHANCE: Badge = "Offered at random, to learn", "casino", "orange"


def badge_of(ranked: Ranked, is_untried: bool = False) -> Badge:
    """Return the badge of an offer, by the loop's mode; a new action that nobody was offered
    ``is_untried``."""
    return _guess(ranked, is_untried) if ranked.mode == "online" else _today(ranked)


def _guess(ranked: Ranked, is_untried: bool) -> Badge:
    """Return the badge of an online offer: favourite of the visitor's cell, or exploration."""
    if max(ranked.means) - min(ranked.means) < 1e-9:
        return "No favourite yet", "help", "gray"
    if ranked.cause == "random":
        return _BY_CHANCE
    if ranked.chosen == ranked.best and _is_favourite(ranked) and not is_untried:
        return "Current favourite", "star", "green"
    if ranked.cause == "lot":
        return _BY_CHANCE
    return "Offered to learn", "science", "violet"


def _is_favourite(ranked: Ranked) -> bool:
    """True if the offer is the favourite on the map of contexts."""
    chance, uniform = ranked.probabilities[ranked.chosen], 1 / len(ranked.probabilities)
    strength = (chance - uniform) / (1 - uniform or 1.0)
    return chance == max(ranked.probabilities) and stands_out({"strength": strength})


def _today(ranked: Ranked) -> Badge:
    """Return the badge of an offer by today's rules, regardless of an apprentice's choice."""
    if ranked.shown != ranked.baseline:
        return _BY_CHANCE
    if ranked.mode == "logging_only":
        return "Always chosen by today's rules", "lock", "blue"
    return "Chosen by today's rules", "lock", "blue"
