"""A film night: company and mood choose the genre, the day decides how long it may be."""

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

_WISHED = {
    "Alone": {"Tired": "documentary", "Cheerful": "comedy", "Curious": "thriller"},
    "Couple": {"Tired": "romance", "Cheerful": "thriller", "Curious": "sci-fi"},
    "Friends": {"Tired": "comedy", "Cheerful": "sci-fi", "Curious": "thriller"},
    "Family": {"Tired": "animation", "Cheerful": "comedy", "Curious": "documentary"},
}


def _starts(context: Context, item: Item) -> float:
    """Probability that the film is started: company and mood call for a genre."""
    wishes, genre = _WISHED[context["company"]], item.features["genre"]
    wished = genre == wishes[context["mood"]]
    chance = 0.95 if wished else 0.5 if genre in wishes.values() else 0.3
    if context["company"] == "Family" and not item.features["kids"]:
        chance *= 0.3
    if context["mood"] == "Tired" and item.features["mood"] == "dark":
        chance *= 0.6
    return chance


def _stays_up(context: Context) -> bool:
    """Return True for all but the tired at the weekend, all but families on Friday, else for the
    curious."""
    if context["day"] == "Weekend":
        return context["mood"] != "Tired"
    if context["day"] == "Friday":
        return context["company"] != "Family"
    return context["mood"] == "Curious"


def _finishes(context: Context, item: Item) -> float:
    """Probability that a started film is watched to the end: its length, and sleep."""
    is_long = item.features["hours"] > 2
    chance = 0.9 if is_long == _stays_up(context) else 0.35
    return chance * (0.85 if context["mood"] == "Tired" else 1.0)


def _taste(context: Context, item: Item) -> Taste:
    return Taste.in_two_steps(_starts(context, item), _finishes(context, item))


MOVIES = World(
    title="Movies",
    emoji="🎬",
    story=(
        "It is film night, with room for one suggestion. "
        "It is watched to the end, given up halfway or never started."
    ),
    fields=(
        Field.of(
            "company",
            "Who watches",
            {"👤 Alone": 0.3, "💑 Couple": 0.3, "👥 Friends": 0.15, "👪 Family": 0.25},
        ),
        Field.of("mood", "Mood", {"😴 Tired": 0.4, "😄 Cheerful": 0.3, "🤔 Curious": 0.3}),
        Field.of("day", "Day", {"💼 Weekday": 0.4, "🎉 Friday": 0.25, "🌴 Weekend": 0.35}),
    ),
    items=Item.rows(
        ("genre", "mood", "decade", "hours", "kids"),
        ("🍜 Soup for a Spy", "comedy", "funny", "1990s", 1.4, True),
        ("🎩 Eleven Uncles", "comedy", "funny", "1970s", 2.2, True),
        ("💃 Tango in Socks", "romance", "warm", "2010s", 1.6, False),
        ("💌 Letters to Oslo", "romance", "warm", "1950s", 2.5, False),
        ("🚪 Nine Red Doors", "thriller", "dark", "1970s", 1.5, False),
        ("🚢 The Foggy Ferry", "thriller", "dark", "2000s", 2.4, False),
        ("🛸 Parking on Mars", "sci-fi", "funny", "2020s", 1.7, False),
        ("🌕 Ten Million Moons", "sci-fi", "dark", "1980s", 2.8, False),
        ("🐝 Bees at Work", "documentary", "warm", "2020s", 1.1, True),
        ("🌊 How Rivers Think", "documentary", "warm", "2010s", 2.1, True),
        ("🐌 Snail Express", "animation", "funny", "2000s", 1.3, True),
        ("🐉 Dragon Laundry", "animation", "funny", "1990s", 2.1, True),
    ),
    taste=_taste,
)
