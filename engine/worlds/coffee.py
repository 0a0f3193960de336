"""The coffee shop of the service's own tutorial: its table of tastes, cell by cell."""

from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import Field, Value, World

_LIKED = {
    # weather:  Sunny     Rainy     Snowy, each Morning, Afternoon, Evening
    "Alice": (("CB", "IM", "CB"), ("La", "Ca", "La"), ("Ca", "Ca", "Ca")),
    "Bob": (("Ca", "IM", "CB"), ("La", "La", "La"), ("IM", "IM", "IM")),
    "Cathy": (("La", "CB", "Ca"), ("Ca", "La", "IM"), ("CB", "IM", "Ca")),
    "Dave": (("IM", "IM", "IM"), ("La", "La", "La"), ("Ca", "Ca", "Ca")),
}
_SHORT = {"Cappucino": "Ca", "Cold brew": "CB", "Iced mocha": "IM", "Latte": "La"}
_WEATHER = ("Sunny", "Rainy", "Snowy")
_TIMES = ("Morning", "Afternoon", "Evening")


def _taste(context: Context, item: Item) -> Taste:
    by_weather = _LIKED[context["name"]][_WEATHER.index(context["weather"])]
    liked = by_weather[_TIMES.index(context["timeofday"])]
    return Taste(half=0.0, full=float(liked == _SHORT[item.id]))


def _drink(name: str, emoji: str, kind: str, origin: str, organic: str, roast: str) -> Item:
    features = {"type": kind, "origin": origin, "organic": organic, "roast": roast}
    return Item(name, emoji, features)


COFFEE = World(
    title="Coffee",
    emoji="☕\ufe0f",
    story=(
        "Four regulars walk into a coffee shop, in any weather and at any time of day. "
        "Each loves exactly one of four drinks at that moment, and nobody has told the barista."
    ),
    fields=(
        Field(
            "name",
            "Who",
            (Value("Alice", "👩"), Value("Bob", "👨"), Value("Cathy", "👵"), Value("Dave", "🧔")),
        ),
        Field(
            "weather", "Weather", (Value("Sunny", "☀️"), Value("Rainy", "🌧️"), Value("Snowy", "❄️"))
        ),
        Field(
            "timeofday",
            "Time of day",
            (Value("Morning", "🌅"), Value("Afternoon", "🌤️"), Value("Evening", "🌙")),
        ),
    ),
    items=(
        _drink("Cappucino", "☕\ufe0f", "hot", "kenya", "yes", "dark"),
        _drink("Cold brew", "🧊", "cold", "brazil", "yes", "light"),
        _drink("Iced mocha", "🍫", "cold", "ethiopia", "no", "light"),
        _drink("Latte", "🥛", "hot", "brazil", "no", "dark"),
    ),
    taste=_taste,
)
