"""Card of the offered action: its picture, features and badge."""

from collections.abc import Mapping
from types import MappingProxyType

from engine.loop.entries import Ranked
from engine.worlds import World
from pages.parts.components.scene_view.panel_parts import Card
from pages.parts.play.offer_badge import badge_of
from pages.parts.text.format import plain, printed

_NAMED = frozenset({"roast", "delivery"})
"""Features whose values need the feature's name."""
_PLACES = frozenset({"origin"})
_NOBODY: Mapping[str, int] = MappingProxyType({})


def card_of(world: World, ranked: Ranked, newcomers: Mapping[str, int] = _NOBODY) -> Card:
    """Card of the offered action; ``newcomers`` are new actions with their numbers of offers."""
    item = world.items[ranked.shown]
    name, emoji, features = (
        printed(plain(text)) for text in (item.name, item.emoji, in_words(item.features))
    )
    is_untried = newcomers.get(item.name) == 0
    return Card(name, emoji, item.picture or "", features, badge_of(ranked, is_untried))


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
