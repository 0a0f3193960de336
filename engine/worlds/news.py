"""A news site's front page: the topic gets an article opened, its length gets it finished."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_FAVOURITE = {
    "Student": {"Morning": "science", "Lunch": "food", "Evening": "sport"},
    "Parent": {"Morning": "money", "Lunch": "science", "Evening": "food"},
    "Manager": {"Morning": "politics", "Lunch": "sport", "Evening": "money"},
    "Retiree": {"Morning": "food", "Lunch": "politics", "Evening": "politics"},
}
_LIKES_LOCAL = ("Parent", "Retiree")


def _opens(context: Context, item: Item) -> float:
    """Probability of a click: the reader's topic, now or at other hours, and region."""
    by_time, topic = _FAVOURITE[context["reader"]], item.features["topic"]
    favourite = topic == by_time[context["time"]]
    chance = 0.9 if favourite else 0.45 if topic in by_time.values() else 0.2
    is_local = item.features["region"] == "local"
    return chance + (0.06 if is_local == (context["reader"] in _LIKES_LOCAL) else -0.06)


def _has_time(context: Context) -> bool:
    """On a train all but lunchtime, at a desk only then, on a sofa only in the evening."""
    at_ease = {"Train": ("Morning", "Evening"), "Desk": ("Lunch",), "Sofa": ("Evening",)}
    return context["time"] in at_ease[context["place"]]


def _finishes(context: Context, item: Item) -> float:
    """Probability that an opened article is read to the end: its length, and sound at a desk."""
    is_long = item.features["minutes"] > 10
    chance = 0.9 if is_long == _has_time(context) else 0.3
    aloud = item.features["format"] != "text"
    return chance * (0.8 if aloud and context["place"] == "Desk" else 1.0)


def _taste(context: Context, item: Item) -> Taste:
    return Taste.in_two_steps(_opens(context, item), _finishes(context, item))


NEWS = World(
    title="News",
    emoji="📰",
    story=(
        "A news site puts one article at the top of its front page. "
        "Readers finish it, skim it or scroll past."
    ),
    fields=(
        Field.of(
            "reader",
            "Reader",
            {"🎓 Student": 0.3, "🧸 Parent": 0.3, "👔 Manager": 0.2, "👓 Retiree": 0.2},
        ),
        Field.of("time", "Time of day", {"🌅 Morning": 0.35, "🥪 Lunch": 0.25, "🌙 Evening": 0.4}),
        Field.of("place", "Where", {"🚆 Train": 0.3, "💻 Desk": 0.3, "🛋️ Sofa": 0.4}),
    ),
    items=Item.rows(
        ("topic", "minutes", "region", "format"),
        ("🗳️ Vote on Sunday", "politics", 3, "world", "text"),
        ("🏛️ Inside town hall", "politics", 16, "local", "audio"),
        ("⚽ Cup final in brief", "sport", 2, "local", "video"),
        ("🚴 The longest race", "sport", 18, "world", "text"),
        ("🚀 Rocket lands", "science", 3, "world", "video"),
        ("🐳 How whales talk", "science", 20, "world", "audio"),
        ("🏠 Rents are falling", "money", 4, "local", "text"),
        ("⚓ Who owns the port", "money", 15, "world", "text"),
        ("🍲 Soup in ten steps", "food", 4, "world", "text"),
        ("🥐 A baker's night", "food", 14, "local", "audio"),
    ),
    taste=_taste,
)
