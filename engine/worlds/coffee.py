"""The coffee shop of the service's tutorial, with its table of tastes."""

from dataclasses import replace

from engine.worlds.fields import Field
from engine.worlds.taste import Context, Item, Taste
from engine.worlds.world import World

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


_MENU = Item.rows(
    ("type", "origin", "organic", "roast"),
    ("☕\ufe0f Cappucino", "hot", "kenya", "yes", "dark"),
    ("🧊 Cold brew", "cold", "brazil", "yes", "light"),
    ("🍫 Iced mocha", "cold", "ethiopia", "no", "light"),
    ("🥛 Latte", "hot", "brazil", "no", "dark"),
)
"""The tutorial's spelling of Cappuccino remains its id."""

COFFEE = World(
    title="Coffee",
    emoji="☕\ufe0f",
    story="Four regulars. Taste depends on weather and time.",
    fields=(
        Field.of("name", "Who", {"👩 Alice": 1, "👨 Bob": 1, "👵 Cathy": 1, "🧔 Dave": 1}),
        Field.of("weather", "Weather", {"☀️ Sunny": 1, "🌧️ Rainy": 1, "❄️ Snowy": 1}),
        Field.of("timeofday", "Time of day", {"🌅 Morning": 1, "🌤️ Afternoon": 1, "🌙 Evening": 1}),
    ),
    items=(replace(_MENU[0], title="Cappuccino"), *_MENU[1:]),
    taste=_taste,
)
