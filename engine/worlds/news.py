"""A news site's front page: the topic gets an article opened, its length gets it finished."""

from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import Field, Value, World

_FAVOURITE = {
    # Morning, Lunch, Evening
    "Student": ("science", "food", "sport"),
    "Parent": ("money", "science", "food"),
    "Manager": ("politics", "sport", "money"),
    "Retiree": ("food", "politics", "politics"),
}
_LIKES_LOCAL = ("Parent", "Retiree")
_TIMES = ("Morning", "Lunch", "Evening")


def _opens(context: Context, item: Item) -> float:
    """How likely the headline is clicked: the reader's topic of the hour, and the region."""
    by_time = _FAVOURITE[context["reader"]]
    topic = item.features["topic"]
    if topic == by_time[_TIMES.index(context["time"])]:
        chance = 0.9
    elif topic in by_time:  # at another hour
        chance = 0.45
    else:
        chance = 0.2
    is_local = item.features["region"] == "local"
    return chance + (0.06 if is_local == (context["reader"] in _LIKES_LOCAL) else -0.06)


def _has_time(context: Context) -> bool:
    """On a train all but lunchtime, at a desk only then, on a sofa only in the evening."""
    at_ease = {"Train": ("Morning", "Evening"), "Desk": ("Lunch",), "Sofa": ("Evening",)}
    return context["time"] in at_ease[context["place"]]


def _finishes(context: Context, item: Item) -> float:
    """How likely an opened article is read to the end: its length, and sound at a desk."""
    is_long = item.features["minutes"] > 10
    chance = 0.9 if is_long == _has_time(context) else 0.3
    aloud = item.features["format"] != "text"
    return chance * (0.8 if aloud and context["place"] == "Desk" else 1.0)


def _taste(context: Context, item: Item) -> Taste:
    opens, finishes = _opens(context, item), _finishes(context, item)
    return Taste.in_two_steps(opens, finishes)


def _article(title: str, emoji: str, topic: str, minutes: int, region: str, form: str) -> Item:
    features = {"topic": topic, "minutes": minutes, "region": region, "format": form}
    return Item(title, emoji, features)


NEWS = World(
    title="News",
    emoji="📰",
    story=(
        "A news site has room for one article at the top of its front page. "
        "Readers come at any hour and from anywhere, and they read it to the end, skim it "
        "or scroll past."
    ),
    fields=(
        Field(
            "reader",
            "Reader",
            (
                Value("Student", "🎓", 0.3),
                Value("Parent", "🧸", 0.3),
                Value("Manager", "👔", 0.2),
                Value("Retiree", "👓", 0.2),
            ),
        ),
        Field(
            "time",
            "Time of day",
            (Value("Morning", "🌅", 0.35), Value("Lunch", "🥪", 0.25), Value("Evening", "🌙", 0.4)),
        ),
        Field(
            "place",
            "Where",
            (Value("Train", "🚆", 0.3), Value("Desk", "💻", 0.3), Value("Sofa", "🛋️", 0.4)),
        ),
    ),
    items=(
        _article("Vote on Sunday", "🗳️", "politics", 3, "world", "text"),
        _article("Inside town hall", "🏛️", "politics", 16, "local", "audio"),
        _article("Cup final in brief", "⚽", "sport", 2, "local", "video"),
        _article("The longest race", "🚴", "sport", 18, "world", "text"),
        _article("Rocket lands", "🚀", "science", 3, "world", "video"),
        _article("How whales talk", "🐳", "science", 20, "world", "audio"),
        _article("Rents are falling", "🏠", "money", 4, "local", "text"),
        _article("Who owns the port", "⚓", "money", 15, "world", "text"),
        _article("Soup in ten steps", "🍲", "food", 4, "world", "text"),
        _article("A baker's night", "🥐", "food", 14, "local", "audio"),
    ),
    taste=_taste,
)
