"""A film night: company and mood choose the genre, the day decides how long it may be."""

from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import Field, Value, World

_WISHED = {
    # Tired, Cheerful, Curious
    "Alone": ("documentary", "comedy", "thriller"),
    "Couple": ("romance", "thriller", "sci-fi"),
    "Friends": ("comedy", "sci-fi", "thriller"),
    "Family": ("animation", "comedy", "documentary"),
}
_MOODS = ("Tired", "Cheerful", "Curious")


def _starts(context: Context, item: Item) -> float:
    """How likely the film is started: company and mood call for a genre."""
    wishes = _WISHED[context["company"]]
    genre = item.features["genre"]
    if genre == wishes[_MOODS.index(context["mood"])]:
        chance = 0.95
    elif genre in wishes:  # in another mood
        chance = 0.5
    else:
        chance = 0.3
    if context["company"] == "Family" and not item.features["kids"]:
        chance *= 0.3
    if context["mood"] == "Tired" and item.features["mood"] == "dark":
        chance *= 0.6
    return chance


def _stays_up(context: Context) -> bool:
    """At the weekend all but the tired, on a Friday all but families, else only the curious."""
    if context["day"] == "Weekend":
        return context["mood"] != "Tired"
    if context["day"] == "Friday":
        return context["company"] != "Family"
    return context["mood"] == "Curious"


def _finishes(context: Context, item: Item) -> float:
    """How likely a film that was started is watched to the end: its length, and sleep."""
    is_long = item.features["hours"] > 2
    chance = 0.9 if is_long == _stays_up(context) else 0.35
    return chance * (0.85 if context["mood"] == "Tired" else 1.0)


def _taste(context: Context, item: Item) -> Taste:
    starts, finishes = _starts(context, item), _finishes(context, item)
    return Taste.in_two_steps(starts, finishes)


def _film(
    title: str, emoji: str, genre: str, mood: str, decade: str, hours: float, kids: bool = False
) -> Item:
    features = {"genre": genre, "mood": mood, "decade": decade, "hours": hours, "kids": kids}
    return Item(title, emoji, features)


MOVIES = World(
    title="Movies",
    emoji="🎬",
    story=(
        "It is film night, and the screen has room for one suggestion. "
        "Whoever sits on the sofa may watch it to the end, give up halfway or never press play."
    ),
    fields=(
        Field(
            "company",
            "Who watches",
            (
                Value("Alone", "👤", 0.3),
                Value("Couple", "💑", 0.3),
                Value("Friends", "👥", 0.15),
                Value("Family", "👪", 0.25),
            ),
        ),
        Field(
            "mood",
            "Mood",
            (Value("Tired", "😴", 0.4), Value("Cheerful", "😄", 0.3), Value("Curious", "🤔", 0.3)),
        ),
        Field(
            "day",
            "Day",
            (
                Value("Weekday", "💼", 0.4),
                Value("Friday", "🎉", 0.25),
                Value("Weekend", "🌴", 0.35),
            ),
        ),
    ),
    items=(
        _film("Soup for a Spy", "🍜", "comedy", "funny", "1990s", 1.4, kids=True),
        _film("Eleven Uncles", "🎩", "comedy", "funny", "1970s", 2.2, kids=True),
        _film("Tango in Socks", "💃", "romance", "warm", "2010s", 1.6),
        _film("Letters to Oslo", "💌", "romance", "warm", "1950s", 2.5),
        _film("Nine Red Doors", "🚪", "thriller", "dark", "1970s", 1.5),
        _film("The Foggy Ferry", "🚢", "thriller", "dark", "2000s", 2.4),
        _film("Parking on Mars", "🛸", "sci-fi", "funny", "2020s", 1.7),
        _film("Ten Million Moons", "🌕", "sci-fi", "dark", "1980s", 2.8),
        _film("Bees at Work", "🐝", "documentary", "warm", "2020s", 1.1, kids=True),
        _film("How Rivers Think", "🌊", "documentary", "warm", "2010s", 2.1, kids=True),
        _film("Snail Express", "🐌", "animation", "funny", "2000s", 1.3, kids=True),
        _film("Dragon Laundry", "🐉", "animation", "funny", "1990s", 2.1, kids=True),
    ),
    taste=_taste,
)
