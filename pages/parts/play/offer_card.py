"""Card of the offered action: its picture, features and the reason for the choice."""

from collections.abc import Mapping

from engine.loop.entries import Ranked
from engine.worlds import World
from pages.parts.components.scene_view.panel_parts import Badge, Card
from pages.parts.text.format import plain, printed

_NAMED = frozenset({"roast", "delivery"})
"""Features whose values need the feature's name."""
_PLACES = frozenset({"origin"})


def card_of(world: World, ranked: Ranked) -> Card:
    """Card of the offered action."""
    item = world.items[ranked.shown]
    badge = _guess(ranked) if ranked.mode == "online" else _today(ranked)
    name, emoji, features = (
        printed(plain(text)) for text in (item.name, item.emoji, in_words(item.features))
    )
    return Card(name, emoji, item.picture or "", features, badge)


def in_words(features: Mapping[str, object]) -> str:
    """Describe an action's features; false ones are left out."""
    text = " · ".join(filter(None, (_word(name, value) for name, value in features.items())))
    return text[:1].upper() + text[1:]


def _word(name: str, value: object) -> str:
    if value is True or value == "yes":
        return name
    if value is False or value == "no":
        return ""
    if isinstance(value, int | float):
        return f"{value:g} {name}" if name.endswith("s") else f"{name} {value:g}"
    text = str(value).title() if name in _PLACES else str(value)
    return f"{text} {name}" if name in _NAMED else text


_BY_CHANCE: Badge = "Offered at random, to learn", "casino", "orange"


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
